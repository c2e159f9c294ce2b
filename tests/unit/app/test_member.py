"""One member's side of a workspace: where they stand, what reaches them, what was announced."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from journeys.networks import PACK, make_network, member, message, post
from journeys.site import site
from licet.app import Workspace
from licet.app.member.member_notices import as_email
from licet.ledger import EntryKind, NewEntry
from licet.policies.control_pages import menu
from licet.terms import AppError, ChoiceState, UseError
from licet.terms.moments import parse_moment

DAY = parse_moment("2025-10-15")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    rows = {
        "members": [member("ann"), member("ben", "US"), member("fay", "FR"), member("nil", None)],
        "profiles": [{"id": "ann", "name": "Ann", "headline": "A baker", "summary": None, "internal": "7"}],
        "posts": [
            post("p1", "ann", "Bread wants time"),
            post("p2", "ben", "Together", **{"with": ["ann", "ben"]}),
        ],
        "messages": [message("m", "ann", ["ben"], "psst")],
    }
    return make_network(tmp_path / "w", rows)


def test_a_setting_stands_where_the_pack_starts_it_until_somebody_chooses(workspace: Workspace) -> None:
    ann = workspace.member("ann", DAY).standing("ai")
    assert (ann.on, ann.how, ann.state, ann.since) == (True, "default", ChoiceState.NEVER_ASKED, None)
    assert workspace.member("fay", DAY).standing("ai").on is False, "an exception of the default"
    assert workspace.member("nil", DAY).standing("ai").on is None, "whether it holds is not known"
    chosen = workspace.choose("ann", "ai", "off", via="web")
    now = workspace.member("ann", DAY).standing("ai")
    assert (now.on, now.how, now.state, now.entry, now.via) == (
        False, "chosen", ChoiceState.REFUSED, chosen.entry, "web",
    )  # fmt: skip
    assert now.default is True
    workspace.choose("ann", "ai", "on")
    workspace.choose("ann", "ai", "off")
    assert workspace.member("ann", DAY).standing("ai").state is ChoiceState.WITHDRAWN


def test_a_signal_switches_off_what_honours_it_and_a_choice_does_not_outvote_it(workspace: Workspace) -> None:
    workspace.signal("ann", "gpc", True)
    assert workspace.member("ann", DAY).standing("ai").how == "signal"
    assert workspace.member("ann", DAY).standing("talk").on is True, (
        "the pack does not let it honour the signal"
    )


def test_a_no_that_is_carried_and_a_no_to_one_kind_stand_on_the_controls_page(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.choose("ann", "ai", "off", category="content.posts")
    narrow = workspace.member("ann", DAY).standing("ai")
    assert narrow.on and narrow.off_for == ("content.posts",) and "It is off for: posts." in narrow.sentence
    no = workspace.choose("ann", "ai", "off")
    later = tmp_path / "later.yaml"
    later.write_text(PACK.replace("  ai:\n", "  machine:\n").replace("setting: ai", "setting: machine"))
    workspace.use_pack(str(later))
    carried = workspace.member("ann", DAY).standing("machine")
    assert (carried.on, carried.how, carried.entry) == (False, "earlier", no.entry)
    assert workspace.member("ben", DAY).standing("machine").on, "he refused nothing"


def test_a_page_says_what_reaches_the_member_and_why(workspace: Workspace) -> None:
    page = workspace.member("ann", DAY).setting("ai")
    assert {one.rule: one.reaches for one in page.governs} == {
        "profiles": "yes",
        "names": "yes",
        "posts": "yes",
    }
    assert {one.rule for one in page.does_not_govern} == {"summaries", "comments"}
    early = workspace.member("ann", parse_moment("2024-12-31")).setting("ai")
    assert {one.reaches for one in early.governs} == {"later"}
    elsewhere = workspace.member("ben", DAY).setting("ai")
    assert {one.reaches for one in elsewhere.governs} == {"no"} and not elsewhere.applies
    assert "region" in elsewhere.applies_because
    workspace.choose("ann", "ai", "off")
    refused = workspace.member("ann", DAY).setting("ai")
    assert {one.reaches for one in refused.governs} == {"if_on"} and refused.applies
    assert refused.as_json()["standing"]["on"] is False


def test_the_menu_is_the_packs_own_paths(workspace: Workspace) -> None:
    (top,) = menu(workspace.policy().pack)
    assert top.label == "Settings" and [(one.label, one.setting) for one in top.items] == [
        ("AI", "ai"), ("Talk", "talk"),
    ]  # fmt: skip


def test_a_record_about_two_people_is_used_only_if_both_permit_it(workspace: Workspace) -> None:
    (flow,) = workspace.member("ann", DAY).flows()
    parts = {(part.table, part.code): part.records for part in flow.parts}
    assert parts["posts", "permitted"] == 1 and parts["posts", "subjects_disagree"] == 1
    assert parts["messages", "closed_by_vocabulary"] == 1
    assert parts["profiles", "permitted"] == 1
    (held,) = (part for part in flow.parts if part.code == "subjects_disagree")
    assert "region" not in held.reason, "why the other does not permit it is for the other to know"


def test_the_reason_on_the_page_is_the_gates_whatever_else_the_record_holds(workspace: Workspace) -> None:
    workspace.choose("ann", "ai", "off")
    at = parse_moment("2025-12-01")  # names are over, summaries too; the headline was refused
    (row,) = workspace.gate("generative_ai_training", at=at).verdicts("profiles").to_pylist()
    (flow,) = workspace.member("ann", at).flows()
    (part,) = (part for part in flow.parts if part.table == "profiles")
    assert (part.code, part.rule) == (row["code"], row["rule"]) == ("refused", "profiles")
    assert part.reason == "the member switched “Use my data for AI” off"


def test_a_record_that_names_nobody_beside_the_member_is_about_somebody_unknown(tmp_path: Path) -> None:
    rows = {
        "members": [member("ann"), member("ben")],
        "posts": [
            post(f"p{n}", "ann", "Bread", **{"with": people})
            for n, people in enumerate([[], [None], ["ann"]])
        ],
    }
    workspace = make_network(tmp_path / "w", rows)
    verdicts = workspace.gate("generative_ai_training", at=DAY).verdicts("posts").to_pylist()
    assert [row["code"] for row in verdicts] == ["subject_unknown", "subject_unknown", None]
    (flow,) = workspace.member("ann", DAY).flows()
    counted = {part.code: part.records for part in flow.parts if part.table == "posts"}
    assert counted == {"permitted": 1, "subjects_disagree": 2}


def test_of_a_use_that_ran_the_reasons_are_those_it_had(workspace: Workspace) -> None:
    workspace.choose("ann", "ai", "off")
    workspace.corpus_build(at=DAY)
    workspace.choose("ann", "ai", "on")
    ann = workspace.member("ann")
    (use,) = ann.past_uses()

    def codes(position: int | None) -> set[str]:
        (flow,) = ann.flows(use.at, position)
        return {part.code for part in flow.parts if part.table == "profiles"}

    assert codes(use.position) == {"refused"} and codes(None) == {"permitted"}


def test_nobody_is_somebody_only_when_known(workspace: Workspace) -> None:
    with pytest.raises(AppError, match="APP-013"):
        workspace.member("zoe")
    with pytest.raises(AppError, match="APP-011"):
        workspace.member("ann").standing("nothing")
    with pytest.raises(AppError, match="APP-012"):
        workspace.member("ann").preview("ai", "maybe")


def test_a_policy_is_announced_before_it_is_in_force(workspace: Workspace, tmp_path: Path) -> None:
    later = tmp_path / "later.yaml"
    later.write_text(PACK.replace('version: "1"', 'version: "2"').replace("[content.comments]", "[content]"))
    made = workspace.announce_pack(str(later))
    assert made.changed and not workspace.announce_pack(str(later)).changed
    assert workspace.policy().pack.version == "1", "an announcement permits nothing"
    announced, in_force = workspace.member("ann", DAY).notices()
    assert (announced.status, in_force.status) == ("announced", "in_force")
    assert any("comments" in one.sentence for one in announced.changes) and not in_force.changes
    assert announced.shown is None
    entry = workspace.member("ann").note_shown(announced.digest, via="web")
    assert entry is not None and entry.kind is EntryKind.NOTICE_SHOWN
    assert workspace.member("ann").note_shown(announced.digest, via="web") is None, "once is enough"
    again = workspace.member("ann", DAY).notices()[0]
    assert again.shown == (entry.index, entry.recorded_at)
    with pytest.raises(AppError, match="APP-016"):
        workspace.member("ann").note_shown("0" * 64, via="web")
    mail = as_email(announced, "ann", "ann@example.org")
    assert "different from the policy in force" in mail.get_content() and mail["To"] == "ann@example.org"
    workspace.use_pack(str(later))
    assert [one.status for one in workspace.member("ann", DAY).notices()] == ["in_force"]


def test_an_email_cannot_be_given_more_headers(workspace: Workspace) -> None:
    notice = workspace.member("ann", DAY).notices()[0]
    with pytest.raises(AppError, match="APP-017"):
        as_email(notice, "ann", "ann@example.org\nBcc: all@example.org")


def test_a_use_of_a_snapshot_that_was_removed_is_still_told(workspace: Workspace) -> None:
    built = workspace.corpus_build(at=DAY)
    (use,) = workspace.member("ann").past_uses()
    assert use.documents is not None and {row["kind"] for row in use.documents} == {"profile", "post"}
    assert workspace.member("ben").past_uses()[0].documents == ()
    workspace.store.purge([built.snapshot])
    (use,) = workspace.member("ann").past_uses()
    assert use.documents is None and use.snapshot_name is None
    assert use.as_json()["documents"] is None


def test_choices_of_others_are_not_shown(workspace: Workspace) -> None:
    workspace.choose("ann", "ai", "off")
    workspace.choose("ben", "ai", "off")
    workspace.signal("ann", "gpc", True)
    workspace.ledger.append([NewEntry(EntryKind.NOTICE_SHOWN, "ann", {"notice": "x"})])
    assert [entry.kind for entry in workspace.member("ann").choices()] == [EntryKind.SIGNAL, EntryKind.CHOICE]


def test_a_copy_that_left_the_store_is_told(workspace: Workspace, tmp_path: Path) -> None:
    workspace.corpus_build(at=DAY)
    workspace.corpus_export(tmp_path / "out", "jsonl")
    export, build = workspace.member("ann").past_uses()
    assert (export.how, build.how) == ("export", "build") and export.documents == build.documents
    with pytest.raises(UseError, match="CORP-203"):
        workspace.corpus_export(tmp_path / "out", "jsonl")
    with pytest.raises(AppError, match="APP-030"):
        workspace.corpus_export(tmp_path / "out2", "tape")
    assert len(workspace.member("ann").past_uses()) == 2, "what was refused did not happen"


def test_a_date_beyond_every_calendar_is_shown_as_it_is_written_and_comes_after_every_other(
    tmp_path: Path,
) -> None:
    workspace = make_network(
        tmp_path / "far", {"members": [member("ann")], "posts": [post("p1", "ann", "Bread wants time")]}
    )
    path = tmp_path / "far" / "data" / "posts.parquet"
    rows = pq.read_table(path)
    far = pa.array([253_402_300_800_000_000], pa.timestamp("us"))  # the first moment of the year 10000
    pq.write_table(rows.set_column(rows.column_names.index("made"), "made", far), path)
    (record,) = workspace.member("ann", DAY).records.of("posts")
    assert record.created is not None and record.created.year == 9999, (
        "as a gate compares it: after any rule's day"
    )
    assert str(record.row["made"]).startswith("10000-01-01")
    workspace.corpus_build(at=DAY)
    assert [row["created"] for row in workspace.corpus_documents()] == [None]
    workspace.corpus_export(tmp_path / "out", "jsonl")
    assert b"".join(workspace.member_archive("ann"))[:2] == b"PK"


def test_of_a_shared_record_and_a_shared_document_each_sees_their_own_part(tmp_path: Path) -> None:
    rows = {
        "members": [member("ann"), member("ben")],
        "posts": [
            post("p1", "ann", "Mine alone"),
            post("p2", "ben", "Bread wants time and a warm room", **{"with": ["ann", "ben"]}),
        ],
    }
    workspace = make_network(tmp_path / "shared", rows)
    catalogue = tmp_path / "shared" / "catalogue.yaml"
    text = catalogue.read_text()
    assert text.count("title: content.posts") == 1
    catalogue.write_text(text.replace("title: content.posts", "title: contact.email"))
    path = tmp_path / "shared" / "data" / "posts.parquet"
    table = pq.read_table(path)
    titles = pa.array(["ann@example.org", "ben@example.org"])
    pq.write_table(table.set_column(table.column_names.index("title"), "title", titles), path)
    shown = {record.key: record for record in workspace.member("ann").records.of("posts")}
    assert shown["p1"].row["title"] == "ann@example.org" and not shown["p1"].left_out
    assert "title" not in shown["p2"].row and shown["p2"].left_out == ["title"]
    assert shown["p2"].row["body"] == "Bread wants time and a warm room"
    workspace.corpus_build(at=DAY)
    (use,) = workspace.member("ann").past_uses()
    assert use.documents is not None
    assert {row["key"]: row["text"] for row in use.documents} == {"p1": "Mine alone", "p2": None}
    preview = workspace.member("ann", DAY).preview("ai", "off")
    (artefact,) = preview.artefacts
    assert {row["key"]: row["text"] for row in artefact.leaving} == {"p1": "Mine alone", "p2": None}
    with site(tmp_path / "shared") as browser:
        browser.sign_in("ann")
        page = browser.get("/data/records/posts").text
        assert "ben@example.org" not in page and "may be about the others" in page
        assert "Bread wants time" not in browser.get(f"/data/past/{use.entry}").text
        assert "Bread wants time" not in browser.get("/settings/ai/preview").text


def test_somebody_is_introduced_by_what_is_theirs_alone_and_a_table_in_no_file_has_no_page(
    tmp_path: Path,
) -> None:
    rows = {
        "members": [member("ann"), member("ben")],
        "profiles": [{"id": "ann", "name": "Ann Ash"}],
        "posts": [post("p1", "ann", "Ours", **{"with": ["ann", "ben"], "title": "Ann and Ben"})],
    }
    workspace = make_network(tmp_path / "w", rows)
    catalogue = workspace.layout.catalogue
    text = catalogue.read_text().replace("title: content.posts", "title: profile.name")
    text = text.replace("visibility: seen_by", "visibility_is: public")
    text = text.replace("location: {parquet: data/comments.parquet}", "location: {arrow: comments}")
    catalogue.write_text(text)
    assert [one.name for one in workspace.some_subjects(2)] == ["Ann Ash", ""]
    with site(tmp_path / "w") as browser:
        browser.sign_in("ann")
        assert browser.get("/data/records/comments").status_code == 404
        assert browser.get("/data/records/posts").status_code == 200
