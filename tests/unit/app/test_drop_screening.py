"""California's deletion lists against made-up members: objections, answers, later additions and withdrawals."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import licet
from journeys.networks import AUTUMN, PACK
from licet.app.workspace import Workspace
from licet.sources import drop_identifiers as drop
from licet.terms import EVERY_USE, SourceError

CATALOGUE = """
licet_catalogue: 1
tables:
  members:
    location: {parquet: data/members.parquet}
    subjects: [id]
    columns: {id: profile, region: profile, email: contact.email, first: profile, last: profile, born: profile,
      zip: profile}
facts: {table: members, subject: id, region: region}
"""
LAYOUT = """
licet_drop: 1
table: members
subject: id
email: email
first_name: first
last_name: last
birth_date: born
zip: zip
"""
_SCHEMA = pa.schema(
    [("id", pa.string()), ("region", pa.string()), ("email", pa.string()), ("first", pa.string()),
     ("last", pa.string()), ("born", pa.date32()), ("zip", pa.string())]
)  # fmt: skip


def person(
    id_: str, email: str | None = None, first: str | None = None, last: str | None = None
) -> dict[str, Any]:
    return {"id": id_, "region": "US-CA", "email": email, "first": first, "last": last,
            "born": date(1985, 7, 4), "zip": "91790-3771"}  # fmt: skip


def write_members(root: Path, *people: dict[str, Any]) -> None:
    (root / "data").mkdir(exist_ok=True)
    pq.write_table(pa.Table.from_pylist(list(people), _SCHEMA), root / "data" / "members.parquet")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    root = tmp_path / "w"
    with licet.create(root, clock=lambda: AUTUMN) as made:
        write_members(
            root, person("ann", "Ann@Example.com"), person("bea", "two@example.com"), person("ben", "two@example.com"),
            person("dan", None, "Danielle", "Johnson"), person("ivan", None, "Иван", "Johnson"),
            person("cy", "cy@example.com"),
        )  # fmt: skip
        (root / "catalogue.yaml").write_text(CATALOGUE, "utf-8")
        (root / "drop.yaml").write_text(LAYOUT, "utf-8")
        (root / "policy.yaml").write_text(PACK, "utf-8")
        made.use_pack(str(root / "policy.yaml"))
        yield made


def item(number: int) -> str:
    return f"Item{number:08d}"


def download(tmp_path: Path, day: str, removed: tuple[int, ...] = (), **lists: dict[int, str]) -> Path:
    path = tmp_path / f"{day}_4821_DROP.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for kind, rows in lists.items():
            lines = ["ID,Hash", *(f"{item(number)},{hashed}" for number, hashed in rows.items()), ""]
            archive.writestr(f"{day}_4821_{kind}.csv", "\r\n".join(lines))
        if removed:
            lines = ["ID,Hash,ListType", *(f"{item(one)},{drop.drop_hash('x')},Email" for one in removed), ""]
            archive.writestr(f"{day}_4821_Removed.csv", "\r\n".join(lines))
    return path


def of(email: str) -> str:
    return drop.drop_hash(email)


NDZ = "PQOfn1RffEKmqMmNAzDKKaoZCwxWbQZkQzPWmQo9REA="  # Danielle Johnson's, as it is published


def first_download(tmp_path: Path) -> Path:
    emails = {1: of("ann@example.com"), 2: of("two@example.com"), 3: of("later@example.com")}
    return download(tmp_path, "20261201", Email=emails, NDZ={4: NDZ})


def objects(workspace: Workspace, subject: str) -> bool:
    return any(
        one.setting == EVERY_USE and one.value == "off" for one in workspace.ledger.choices_of(subject)
    )


def test_whoever_is_named_objects_and_is_answered_no_more_than_is_known(
    workspace: Workspace, tmp_path: Path
) -> None:
    found = workspace.deletions.take_drop(first_download(tmp_path))
    assert (found.items, found.new, found.people, found.objections) == (4, 4, 4, 4)
    assert (found.open, found.not_found, found.unmatchable) == (2, 1, 1)  # ivan's name has no hash here
    assert {one for one in ("ann", "bea", "ben", "dan", "cy", "ivan") if objects(workspace, one)} == {
        "ann", "bea", "ben", "dan"
    }  # fmt: skip
    written = workspace.deletions.answer_drop(tmp_path / "answers")
    assert [path.name for path in written] == ["20261201_4821_Email.csv"]
    assert written[0].read_text() == f"Id,Status\n{item(2)},4\n{item(3)},5\n"
    assert workspace.deletions.answer_drop(tmp_path / "answers") == []
    again = workspace.deletions.take_drop(first_download(tmp_path))
    assert (again.new, again.objections, again.items) == (0, 0, 4)


def test_deleted_is_said_once_the_table_has_them_no_more(workspace: Workspace, tmp_path: Path) -> None:
    workspace.deletions.take_drop(first_download(tmp_path))
    workspace.deletions.answer_drop(tmp_path / "answers")
    write_members(workspace.layout.root, person("bea", "two@example.com"), person("ben", "two@example.com"),
                  person("dan", None, "Danielle", "Johnson"))  # fmt: skip
    workspace.deletions.screen_drop()
    (written,) = workspace.deletions.answer_drop(tmp_path / "answers")
    assert (
        written.name == "20261201_4821_Email_r002.csv" and written.read_text() == f"Id,Status\n{item(1)},3\n"
    )
    (exempted,) = workspace.deletions.answer_drop(tmp_path / "answers", exempt=["dan"])
    assert exempted.read_text() == f"Id,Status\n{item(4)},2\n"
    assert workspace.deletions.screen_drop().open == 0


def test_another_address_is_no_deletion(workspace: Workspace, tmp_path: Path) -> None:
    workspace.deletions.take_drop(first_download(tmp_path))
    write_members(workspace.layout.root, person("ann", "new@example.com"))
    workspace.deletions.screen_drop()
    written = workspace.deletions.answer_drop(tmp_path / "answers")
    assert item(1) not in "".join(path.read_text() for path in written)


def test_whoever_joins_later_is_held_to_what_matched_nobody(workspace: Workspace, tmp_path: Path) -> None:
    workspace.deletions.take_drop(first_download(tmp_path))
    workspace.deletions.answer_drop(tmp_path / "answers")
    write_members(workspace.layout.root, person("eve", "later@example.com"))
    found = workspace.deletions.screen_drop()
    assert found.objections == 1 and objects(workspace, "eve")
    write_members(workspace.layout.root, person("cy", "cy@example.com"))
    workspace.deletions.screen_drop()
    amended = {path.name: path.read_text() for path in workspace.deletions.answer_drop(tmp_path / "answers")}
    assert f"{item(3)},3" in amended["20261201_4821_Email_r002.csv"]


def test_a_withdrawn_request_is_looked_for_no_more_and_lifts_nothing(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.deletions.take_drop(first_download(tmp_path))
    found = workspace.deletions.take_drop(download(tmp_path, "20261215", removed=(1, 3, 99), Email={}))
    assert (found.withdrawn, found.items) == (2, 2) and objects(workspace, "ann")
    write_members(workspace.layout.root, person("eve", "later@example.com"))
    assert workspace.deletions.screen_drop().objections == 0 and not objects(workspace, "eve")


def test_a_list_of_which_no_column_is_named_stays_open(workspace: Workspace, tmp_path: Path) -> None:
    found = workspace.deletions.take_drop(download(tmp_path, "20261201", Phone={1: of("4155559317")}))
    assert (found.open, found.not_found) == (1, 0) and workspace.deletions.answer_drop(
        tmp_path / "answers"
    ) == []


def test_what_is_kept_lies_sealed_and_a_refused_download_changes_nothing(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.deletions.take_drop(first_download(tmp_path))
    (kept,) = workspace.layout.drop.iterdir()
    data = kept.read_bytes()
    assert of("ann@example.com").encode() not in data and b"Item" not in data
    with pytest.raises(SourceError, match="SRC-213"):
        workspace.deletions.take_drop(download(tmp_path, "20261202", Email={5: "no hash"}))
    assert kept.read_bytes() == data
    kept.write_bytes(data[:-1] + b"x")
    with pytest.raises(SourceError, match="SRC-215"):
        workspace.deletions.screen_drop()


@pytest.mark.parametrize("text", [None, "licet_drop: 2", "licet_drop: 1\ntable: members", "{]"])
def test_without_the_columns_nobody_is_matched(
    workspace: Workspace, tmp_path: Path, text: str | None
) -> None:
    file = workspace.layout.root / "drop.yaml"
    file.unlink()
    if text is not None:
        file.write_text(text, "utf-8")
    with pytest.raises(SourceError, match="SRC-216"):
        workspace.deletions.take_drop(first_download(tmp_path))
