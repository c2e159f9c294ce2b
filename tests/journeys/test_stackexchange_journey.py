"""The main job on a real network: a site of some four thousand members, under the policy of the article.

What the corpus may hold is worked out here from the tables and the policy's words alone, without licet. The dump
is not part of licet; without it these tests are skipped and say so.
"""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import licet
from licet.app import Workspace, artefacts
from licet.app.results import CorpusResult
from licet.terms.moments import parse_moment

ROOT = Path(__file__).parents[2]
DUMP = ROOT.parent / "shared" / "data" / "stackexchange_cardano"

pytestmark = [
    pytest.mark.skipif(not DUMP.is_dir(), reason=f"the Stack Exchange dump is not at {DUMP}"),
    pytest.mark.xdist_group("stackexchange"),
]

#: The European Economic Area on 3 November 2025, Canada, Hong Kong and Switzerland: the article's words.
COVERED = set(
    "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO CA HK CH".split()  # noqa: SIM905
)
#: The tables that the recipe names, and the column that says whose a row is.
OWNERS = {"profiles": "member_id", "posts": "author_id", "comments": "author_id"}
SETTING = "data_for_generative_ai_improvement"
DAY = parse_moment("2025-11-03")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = licet.create(tmp_path_factory.mktemp("cardano") / "w", clock=lambda: DAY)
    workspace.import_stackexchange(DUMP)
    workspace.use_pack("linkedin_as_reported")
    return workspace


@pytest.fixture(scope="module")
def built(workspace: Workspace) -> CorpusResult:
    return workspace.corpus_build(at=DAY)


@pytest.fixture(scope="module")
def regions(workspace: Workspace) -> dict[str, str | None]:
    """Member to region, read from the imported table with nothing of licet."""
    table = pq.read_table(workspace.layout.data / "stackexchange" / "members.parquet")
    return dict(zip(table["member_id"].to_pylist(), table["region"].to_pylist(), strict=True))


def test_the_day_before_nothing_is_permitted_and_every_record_is_too_early_or_out_of_scope(
    workspace: Workspace, regions: dict[str, str | None]
) -> None:
    result = workspace.corpus_build(at=parse_moment("2025-11-02"))
    expected: Counter[str] = Counter()
    for name, owner in OWNERS.items():
        for who in table(workspace, name)[owner].to_pylist():
            is_outside = reason(None if who is None else str(who), name, regions) == "not_read"
            expected["not_read" if is_outside else "too_early"] += 1
    assert result.inspection
    assert (result.documents, result.set_aside, result.subjects, result.counts.passed) == (0, 0, 0, ())
    assert result.held_back == dict(expected)
    assert list(workspace.corpus_documents(result.snapshot)) == []


def test_on_the_day_only_members_of_the_covered_regions_are_in(
    workspace: Workspace, built: CorpusResult, regions: dict[str, str | None]
) -> None:
    documents = list(workspace.corpus_documents(built.snapshot))
    assert len(documents) == built.documents > 400
    for document in documents:
        assert document["subjects"], "nobody's words are in it"
        for subject in document["subjects"]:
            assert country(regions[subject]) in COVERED
    assert {document["kind"] for document in documents} == {"profile", "post"}, (
        "the article names no comments"
    )


def test_everybody_covered_who_wrote_anything_is_in(
    workspace: Workspace, built: CorpusResult, regions: dict[str, str | None]
) -> None:
    """The other half: silence is no, but what is permitted is not lost either."""
    expected = {
        ("post", str(row["post_id"]))
        for row in table(workspace, "posts").to_pylist()
        if country(regions.get(str(row["author_id"]))) in COVERED
    } | {
        ("profile", str(row["member_id"]))
        for row in table(workspace, "profiles").to_pylist()
        if country(regions.get(str(row["member_id"]))) in COVERED and (row["about"] or "").strip()
    }
    found = {(document["kind"], document["key"]) for document in workspace.corpus_documents(built.snapshot)}
    assert found <= expected
    assert len(expected) - len(found) == built.set_aside, "what is not there repeats an earlier document"


def test_every_record_is_counted_once_with_its_reason(
    workspace: Workspace, built: CorpusResult, regions: dict[str, str | None]
) -> None:
    expected: Counter[str] = Counter()
    for name, owner in OWNERS.items():
        for who in table(workspace, name)[owner].to_pylist():
            expected[reason(None if who is None else str(who), name, regions)] += 1
    passed = sum(row.records for row in built.counts.passed)
    assert passed == expected.pop("permitted")
    assert built.held_back == dict(expected)


def test_an_opt_out_takes_every_trace_of_one_member_and_nothing_else(
    workspace: Workspace, built: CorpusResult
) -> None:
    before = {document["document_id"]: document for document in workspace.corpus_documents(built.snapshot)}
    counted = Counter(document["subjects"][0] for document in before.values())
    subject = min(counted, key=lambda who: (-counted[who], who))
    theirs = {id_ for id_, document in before.items() if subject in document["subjects"]}
    assert len(theirs) > 2

    workspace.choose(subject, SETTING, "off")
    updated = workspace.corpus_update(snapshot=built.snapshot)
    assert updated.how == "updated"
    after = {document["document_id"]: document for document in workspace.corpus_documents(updated.snapshot)}
    assert before.keys() - after.keys() == theirs
    assert all(before[id_] == after[id_] for id_ in before.keys() & after.keys())
    assert after.keys() - before.keys() == set(), "no near-duplicate of theirs had waited"
    ((_, kept),) = artefacts.compact_latest(workspace)
    own = lines_of_their_own(workspace, subject, [before[id_]["text"] for id_ in theirs])
    assert len(own) > 50
    everything_before, files = (everything_in(workspace, one) for one in (built.snapshot, kept.id))
    assert all(line in everything_before for line in own), "the search finds what is there"
    assert not [line for line in own if line in files], "their words are in no file of the new snapshot"
    assert subject_column_values(workspace, kept.id).isdisjoint({subject})

    rebuilt = workspace.corpus_build(at=DAY, position=updated.position)
    assert rebuilt.root == updated.root
    one, other = (workspace.corpus_show(id_).manifest for id_ in (kept.id, rebuilt.snapshot))
    assert one["buckets"] == other["buckets"] and one == other
    assert workspace.store.verify() == []


def test_under_linkedins_own_notice_comments_need_an_age_that_this_site_does_not_tell(
    tmp_path: Path, workspace: Workspace
) -> None:
    """The official policy lets comments in, of adults; nobody here says how old they are, so nobody is in."""
    with licet.create(tmp_path / "official", clock=lambda: DAY) as official:
        (official.layout.data / "stackexchange").symlink_to(workspace.layout.data / "stackexchange")
        official.layout.catalogue.write_bytes(workspace.layout.catalogue.read_bytes())
        official.layout.recipe.write_bytes(workspace.layout.recipe.read_bytes())
        official.use_pack("linkedin_official")
        result = official.corpus_build(at=DAY)
    comments = [row for row in result.counts.held_back if row.table == "comments"]
    assert sum(row.records for row in comments) == len(table(workspace, "comments"))
    by_code: Counter[str] = Counter()
    for row in comments:
        by_code[row.code] += row.records
    assert by_code["age_unknown"] > 100
    assert set(by_code) <= {"age_unknown", "region_unknown", "region_not_covered", "subject_unknown"}, by_code
    assert result.documents == 0


def table(workspace: Workspace, name: str) -> Any:
    return pq.read_table(workspace.layout.data / "stackexchange" / f"{name}.parquet")


def country(region: str | None) -> str:
    return (region or "").partition("-")[0]


def reason(who: str | None, table_: str, regions: dict[str, str | None]) -> str:
    """Why a record is where it is, in the words of the article."""
    if who is None or who not in regions:
        return "subject_unknown"
    # Hong Kong is coded in China too: whoever is only known to be in China may be there.
    if regions[who] in (None, "CN"):
        return "region_unknown"
    if country(regions[who]) not in COVERED:
        return "not_read"  # the article speaks of the covered regions alone
    return "no_rule" if table_ == "comments" else "permitted"


def lines_of_their_own(workspace: Workspace, subject: str, texts: list[str]) -> list[bytes]:
    """Lines, long enough to tell, that nobody else on the site wrote anywhere."""
    posts, profiles = (table(workspace, name).to_pylist() for name in ("posts", "profiles"))
    others = "\n".join(
        [row["body"] for row in posts if str(row["author_id"]) != subject and row["body"]]
        + [row["title"] for row in posts if str(row["author_id"]) != subject and row["title"]]
        + [row["about"] for row in profiles if str(row["member_id"]) != subject and row["about"]]
    )
    lines = {line for text in texts for line in text.splitlines() if len(line) >= 12}
    lines = {line for line in lines if not line.startswith(("Tags: ", "Location: "))}  # the recipe's words
    return [line.encode() for line in sorted(lines) if line not in others]


def everything_in(workspace: Workspace, snapshot: str) -> bytes:
    """Every value of every file a snapshot names, unpacked, one after another; and the bytes as they lie."""
    manifest = workspace.corpus_show(snapshot).manifest
    parts = []
    for sha256 in digests(manifest):
        data = workspace.store.get(sha256)
        parts.append(data)
        for column in unpacked(data).itercolumns():
            parts += [str(value).encode() for value in column.to_pylist()]
            parts += [value.encode() for value in column.to_pylist() if isinstance(value, str)]
    return b"\n".join(parts)


def unpacked(data: bytes) -> pa.Table:
    """A file of a snapshot: Parquet, or Arrow where nobody reads it but an update. Keys of members have no columns."""
    if data[:4] == b"PAR1":
        return pq.read_table(io.BytesIO(data))
    return pa.ipc.open_file(data).read_all() if data[:6] == b"ARROW1" else pa.table({})


def subject_column_values(workspace: Workspace, snapshot: str) -> set[str]:
    found: set[str] = set()
    for entry in workspace.corpus_show(snapshot).manifest["buckets"]:
        for file in entry["files"].values():
            data = unpacked(workspace.store.get(file["sha256"]))
            found |= {who for people in data["subjects"].to_pylist() for who in people}
    return found


def digests(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["sha256"]] if "sha256" in value else []
        return own + [one for part in value.values() for one in digests(part)]
    return [one for part in value for one in digests(part)] if isinstance(value, list) else []
