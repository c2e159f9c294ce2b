"""From a downloaded archive to a corpus: what the policy permits is there, and a private message is nowhere."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

import licet
from licet.sources.import_report import ImportReport
from licet.sources.linkedin import import_linkedin
from licet.uses.corpus.recipe import parse_recipe, shipped_recipe
from unit.sources.linkedin_archives import MESSAGES_HEADER, PROFILE, SHARES, archive, message

AT = datetime(2025, 11, 3, tzinfo=UTC)
SECRET, POSTED, NARROW = "zanzibarquokka", "velvetpangolin", "cobaltaxolotl"

#: Every file the recipe makes documents of, with a header as short as an export may have it.
FILES: dict[str, str | bytes] = {
    "Profile.csv": PROFILE,
    "Profile Summary.csv": "Profile Summary\nI like rivers and what crosses them\n",
    "Positions.csv": "Company Name,Title\nAcme,Bridge builder\n",
    "Education.csv": "School Name,Degree Name\nA school,A degree\n",
    "Skills.csv": "Name\nWelding\n",
    "Certifications.csv": "Name,Authority\nCrane,Crane office\n",
    "Volunteering.csv": "Company Name,Role\nRiver club,Lifeguard\n",
    "Publications.csv": "Name,Publisher\nOn rivets,A press\n",
    "Projects.csv": "Title,Description\nFootbridge,A small one of oak\n",
    "Honors.csv": "Title,Description\nMedal,For patience\n",
    "Courses.csv": "Name,Number\nStatics,101\n",
    "Languages.csv": "Name,Proficiency\nRomansh,Native\n",
    "Recommendations_Given.csv": "First Name,Last Name,Text,Creation Date\nBen,B,A careful engineer,2025-01-01\n",
    "Shares.csv": SHARES.replace("in the rain", POSTED).replace("own network", NARROW),
    "Articles/Articles/x.html": "<h1>Arches</h1><p>Why arches stand so long</p>",
    "Comments.csv": "Date,Link,Message\n2025-06-01 08:00:00,x,Congratulations on the opening\n",
    "Votes.csv": "Date,Link,OptionText\n2025-06-01 08:00:00,x,Steel over stone\n",
    "Rich Media.csv": "Type,Link\nPHOTO,https://example.org\n",
    "Job Applicant Saved Answers.csv": "Question,Answer\nWhen could you start?,In spring\n",
    "Private_identity_asset.csv": "Private Identity Asset Name,Private Identity Asset Raw Text\ncv,My life\n",
    "messages.csv": MESSAGES_HEADER + message(f"our secret is {SECRET}"),
    "coach_messages.csv": MESSAGES_HEADER + message("How do I ask for a raise?"),
    "guide_messages.csv": MESSAGES_HEADER + message("What is a good headline?"),
    "learning_coach_messages.csv": MESSAGES_HEADER + message("Explain a truss to me"),
    "learning_role_play_messages.csv": MESSAGES_HEADER + message("You are my strict manager"),
}


def test_a_private_message_is_nowhere_in_the_store_and_a_public_post_is(tmp_path: Path) -> None:
    with licet.create(tmp_path / "w") as workspace:
        workspace.import_linkedin(archive(tmp_path / "a.zip", FILES), region="CH")
        workspace.use_pack("linkedin_as_reported")
        workspace.corpus_build(at=AT)
        documents = list(workspace.corpus_documents())
        assert workspace.store.scan([SECRET.encode()]) == []
        assert workspace.store.scan([NARROW.encode()]) == []
        assert workspace.store.scan([POSTED.encode()]) != []
    kinds = {document["kind"] for document in documents}
    assert kinds == {
        *("profile", "profile_summary", "position", "education", "skill", "certification", "volunteering"),
        *("publication", "project", "honour", "course", "language", "recommendation", "post"),
    }
    (post,) = (document["text"] for document in documents if document["kind"] == "post")
    assert POSTED in post


def test_the_day_before_the_policy_nothing_is_there(tmp_path: Path) -> None:
    with licet.create(tmp_path / "w") as workspace:
        workspace.import_linkedin(archive(tmp_path / "a.zip", FILES), region="CH")
        workspace.use_pack("linkedin_as_reported")
        workspace.corpus_build(at=datetime(2025, 11, 2, 23, 59, 59, tzinfo=UTC))
        assert list(workspace.corpus_documents()) == []


def test_an_archive_with_one_file_makes_a_corpus_too(tmp_path: Path) -> None:
    with licet.create(tmp_path / "w") as workspace:
        workspace.import_linkedin(archive(tmp_path / "a.zip", {"Skills.csv": "Name\nWelding\n"}), region="CH")
        workspace.use_pack("linkedin_as_reported")
        workspace.corpus_build(at=AT)
        assert [document["text"] for document in workspace.corpus_documents()] == ["Welding"]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> ImportReport:
    folder = tmp_path_factory.mktemp("archive")
    return import_linkedin(archive(folder / "a.zip", FILES), folder / "out", region="CH")


def test_the_recipe_names_only_tables_and_columns_that_the_importer_writes(
    report: ImportReport,
) -> None:
    recipe = parse_recipe(shipped_recipe("linkedin"), "linkedin.yaml")
    for table, columns in recipe.asks_for().items():
        assert columns <= set(report.tables[table].columns), table
        assert report.tables[table].key == "record_id"
        assert all(report.tables[table].columns[column] for column in columns), table


def test_the_recipe_asks_for_nothing_private_and_nobody_elses_words() -> None:
    tables = set(parse_recipe(shipped_recipe("linkedin"), "linkedin.yaml").asks_for())
    assert not tables & {"messages", "invitations", "connections", "recommendations_received", "members"}
