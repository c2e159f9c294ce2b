"""Noes to single records, and of organisations, in a file of choices made elsewhere: held as those said here are."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from journeys.networks import PACK, comment, make_network, member, post
from licet.app.choice_import import ImportedChoices
from licet.app.workspace import Workspace
from licet.ledger import EntryKind
from licet.terms import AppError
from licet.terms.moments import parse_moment

DAY = parse_moment("2025-10-15")
HEADER = "subject,setting,state,when,source,category,table,key,organisation\n"
LETTING = PACK.replace("  ai:\n", "  ai:\n    organisation_may_refuse: true\n").replace(
    "content.posts: {}", "content.posts: {organisation_may_refuse: true}"
)
PERMITTED = [None, None, None]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    rows = {
        "members": [member("ann"), member("ben")],
        "posts": [
            post("p1", "ann", "Bread wants time"),
            post("p2", "ben", "So does wine"),
            post("p3", "ben", "And so does cheese", title="acme"),
        ],
        "comments": [comment("c1", "p1", "ben", "and salt")],
    }
    with make_network(tmp_path / "w", rows, pack=LETTING) as made:
        path = tmp_path / "w" / "catalogue.yaml"
        text = path.read_text().replace("licet_catalogue: 1", "licet_catalogue: 2")
        text = text.replace("    key: post\n", "    key: post\n    organisation: title\n")
        text = text.replace("    key: message\n", "")
        path.write_text(
            text.replace("    key: comment\n", "    key: comment\n    references: {post: posts}\n")
        )
        yield made


def bring(workspace: Workspace, *rows: str, dry_run: bool = False) -> ImportedChoices:
    file = io.BytesIO((HEADER + "\n".join(rows)).encode())
    return workspace.import_choices(file, form="csv", dry_run=dry_run)


def codes(workspace: Workspace) -> list[str | None]:
    found: list[str | None] = (
        workspace.gate("generative_ai_training", at=DAY).verdicts("posts")["code"].to_pylist()
    )
    return found


ROWS = (
    "ann,,off,2024-03-01,the old page,,posts,p1,",
    "ben,ai,refused,2024-03-02,,,posts,p2,",
    ",ai,off,2024-03-03,a letter,,,,acme",
    ",,off,2024-03-03,,content.posts,,,acme",
    "ben,talk,off,2024-03-03,,,,,",
)


def test_a_file_brings_noes_of_every_level_whole_and_once(workspace: Workspace) -> None:
    tried = bring(workspace, *ROWS, dry_run=True)
    assert tried.dry_run and tried.position == workspace.ledger.position
    told = bring(workspace, *ROWS)
    assert told._replace(position=0) == tried._replace(position=0, dry_run=False)
    assert (told.rows, told.recorded, told.noes, told.yeses) == (5, 5, 5, 0)
    assert (told.subjects, told.not_members, told.missing_records, told.superseded) == (2, 0, 0, 0)
    assert codes(workspace) == ["record_refused", "record_refused", "organisation_refused"]
    assert workspace.ledger.organisation_noes().num_rows == 2
    again = bring(workspace, *ROWS)
    assert (again.recorded, again.already_there, again.position) == (0, 5, told.position)
    workspace.choose("ann", None, "on", record=("posts", "p1"))
    workspace.choose("ben", "ai", "on", record=("posts", "p2"))
    workspace.choices.choose_for_organisation("acme", "ai", "on")
    workspace.choices.choose_for_organisation("acme", category="content.posts", value="on")
    assert bring(workspace, *ROWS).recorded == 0 and codes(workspace) == PERMITTED


def test_a_no_older_than_its_withdrawal_here_governs_nothing(workspace: Workspace) -> None:
    workspace.choose("ann", record=("posts", "p1"))
    workspace.choose("ann", None, "on", record=("posts", "p1"))
    told = bring(workspace, ROWS[0])
    assert (told.recorded, told.superseded) == (1, 1)
    kinds = [entry.kind for entry in workspace.ledger_entries(-1)]
    assert kinds == [EntryKind.SUPERSEDED_CHOICE] and workspace.ledger.verify().ok
    workspace.choices.choose_for_organisation("acme", "ai")
    workspace.choices.choose_for_organisation("acme", "ai", "on")
    position = workspace.ledger.position
    with pytest.raises(AppError, match=r"APP-172: .*line 3: 'acme' took this no back here since"):
        bring(workspace, ROWS[1], ROWS[2])
    assert workspace.ledger.position == position and codes(workspace) == PERMITTED


def test_a_no_under_an_id_given_up_reaches_the_one_of_now(workspace: Workspace) -> None:
    workspace.rename_subject("an", "ann")
    told = bring(workspace, "an,,off,2024-03-01,,,posts,p9,")
    assert (told.recorded, told.missing_records) == (1, 1)
    noes = workspace.ledger.record_noes(subjects=["ann"]).to_pylist()
    assert [(no["key"], no["setting"]) for no in noes] == [("p9", "*")]


UNFIT = {
    "ann,,on,2024-03-01,,,posts,p1,": "only a no exists",
    ",ai,given,2024-03-01,,,,,acme": "only a no exists",
    "ben,,off,2024-03-01,,,posts,p1,": "is not about 'ben'",
    ",,off,2024-03-01,,,posts,p1,": "can be nobody's id",
    "ann,,off,2024-03-01,,,posts,,": "named by table and key",
    "ann,,off,2024-03-01,,,,p1,": "named by table and key",
    "ann,,off,2024-03-01,,,nowhere,p1,": "no table 'nowhere' whose records have keys",
    "ann,,off,2024-03-01,,,messages,m1,": "no table 'messages' whose records have keys",
    "ann,,off,2024-03-01,,content.posts,posts,p1,": "not narrowed to a kind of data",
    "ann,sound,off,2024-03-01,,,posts,p1,": "no policy has a setting 'sound'",
    "ann,,off,2999-01-01,,,posts,p1,": "is yet to come",
    "ann,,perhaps,2024-03-01,,,posts,p1,": "the state 'perhaps'",
    "ann,ai,off,2024-03-01,,,,,acme": "about no member and no single record",
    ",ai,off,2024-03-01,,,posts,p1,acme": "about no member and no single record",
    ",,off,2024-03-01,,,,,acme": "names a setting, a kind of data or both",
    ",talk,off,2024-03-01,,,,,acme": "no policy lets an organisation refuse this",
    ",ai,off,2024-03-01,,gossip,,,acme": "no kind of data 'gossip'",
}


def test_each_unfit_row_refuses_the_file_and_says_why(workspace: Workspace) -> None:
    position = workspace.ledger.position
    for row, why in UNFIT.items():
        with pytest.raises(AppError, match="APP-172") as refused:
            bring(workspace, ROWS[0], row)
        assert "line 3: " in refused.value.what and why in refused.value.what, row
    assert workspace.ledger.position == position


def test_it_is_recorded_though_the_table_cannot_be_read_and_keys_may_be_numbers(workspace: Workspace) -> None:
    (workspace.layout.root / "data" / "posts.parquet").write_bytes(b"torn")
    table = pa.table(
        {
            "subject": ["ann"], "setting": pa.nulls(1), "state": ["off"], "when": ["2024-03-01"], "table": ["posts"],
            "key": pa.array([7], pa.int64()),
        }
    )  # fmt: skip
    file = io.BytesIO()
    pq.write_table(table, file)
    told = workspace.import_choices(io.BytesIO(file.getvalue()), form="parquet")
    assert (told.recorded, told.missing_records) == (1, None)
    assert [no["key"] for no in workspace.ledger.record_noes().to_pylist()] == ["7"]
