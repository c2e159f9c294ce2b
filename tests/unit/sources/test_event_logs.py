"""Anybody's own log of events as a table: ids byte for byte, each event once, bad rows counted, bad files refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.sources.catalogue import STAMP
from licet.sources.event_files import EventColumns
from licet.sources.event_import import EventLog, import_event_log
from licet.sources.event_times import moments_of
from licet.sources.import_report import ImportReport
from licet.terms import SourceError

NOW = datetime(2026, 6, 30, tzinfo=UTC)
LOG = EventLog("plays", EventColumns("who", "what", "when"), "activity.views")
MARKS = (
    "007",
    " ann",
    "NULL",
    "\u202eann",
    "ann\u200f",
    "é",
    "e\u0301",
    '"quoted, ""twice""',
    "a\nb",
    "nan",
    "+1",
)


def imported(path: Path, log: EventLog = LOG, **asked: Any) -> tuple[ImportReport, list[dict[str, Any]]]:
    asked = {"with_members": True, "now": NOW, "progress": None} | asked
    out = path.parent / "out"
    out.mkdir(exist_ok=True)
    report = import_event_log(path, out, log, **asked)
    return report, pq.read_table(out / f"{log.name}.parquet").to_pylist()


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    """The rows in the form that the file's ending says."""
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    elif path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:

        def cell(value: Any) -> str:
            return "" if value is None else '"' + str(value).replace('"', '""') + '"'

        lines = [",".join(rows[0]), *(",".join(map(cell, row.values())) for row in rows)]
        path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8", newline="")
    return path


@pytest.fixture(params=["csv", "jsonl", "parquet"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / f"log.{request.param}"


def test_ids_are_text_byte_for_byte(file: Path) -> None:
    rows = [{"who": mark, "what": mark, "when": "2026-03-01T10:00:00+01:00"} for mark in MARKS]
    report, events = imported(written(file, rows))
    assert {(row["member_id"], row["item_id"]) for row in events} == {(mark, mark) for mark in MARKS}
    assert {row["time"] for row in events} == {datetime(2026, 3, 1, 9, tzinfo=UTC)}
    assert report.unread == () and report.counts == {"plays": len(MARKS), "members": len(MARKS)}


def test_what_says_no_whole_event_is_left_out_and_counted_by_what_it_lacks(file: Path) -> None:
    rows = [
        {"who": "a", "what": "x", "when": "2026-03-01"},
        {"who": "", "what": "x", "when": "2026-03-01"},
        {"who": "a\0b", "what": "x", "when": "2026-03-01"},
        {"who": "a", "what": None, "when": "2026-03-01"},
        {"who": "a", "what": "x", "when": None},
        {"who": "a", "what": "x", "when": "2026-02-30"},
        {"who": "a", "what": "y", "when": "2027-03-01"},
    ]
    report, events = imported(written(file, rows))
    assert [(row["member_id"], row["item_id"]) for row in events] == [("a", "x"), ("a", "y")]
    told = {piece.why.split(";")[0]: piece.what for piece in report.unread}
    assert told == {
        "nobody did it": "2 rows, the first row 2", "it was done to nothing": "row 4",
        "it has no moment": "2 rows, the first row 5",
    }  # fmt: skip
    assert "events that lie in the future: 1" in report.notes


def test_an_event_is_kept_once_and_keeps_its_key_when_the_log_grows(file: Path) -> None:
    rows = [{"who": "b", "what": "x", "when": "2026-03-01"}, {"who": "a", "what": "x", "when": "2026-03-02"}]
    _, first = imported(written(file, rows * 3))
    more = [{"who": "a", "what": "x", "when": "2026-01-01"}, *rows]
    report, second = imported(written(file, more))
    assert len(first) == 2 and [row["member_id"] for row in first] == ["a", "b"]
    keys = {row["event_id"] for row in first}
    assert keys < {row["event_id"] for row in second} and len(second) == 3
    assert not [note for note in report.notes if "again" in note]


def test_the_catalogue_calls_it_events_and_every_byte_has_its_label(file: Path) -> None:
    path = written(file, [{"who": "a", "what": "x", "when": "2026-03-01"}])
    report, _ = imported(path, LOG._replace(items=None, region="CH", age=30))
    table = report.tables["plays"]
    assert table.event is not None and table.event.actor == "member_id" and table.subjects == ("member_id",)
    schema = pq.read_schema(path.parent / "out" / "plays.parquet")
    assert {field.metadata[STAMP] for field in schema} == {b"activity.views"}
    assert (report.facts.table, report.facts.region_is, report.facts.age_is) == ("members", "CH", 30)


def test_a_hundred_thousand_events_of_one_member(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    count = 100_000
    pq.write_table(
        pa.table({"who": ["ann"] * count, "what": list(range(count)), "when": [NOW] * count}), path
    )
    seen: list[tuple[str, int, int]] = []
    report, events = imported(path, progress=lambda *call: seen.append(call))
    assert (
        report.counts == {"plays": count, "members": 1} and len({row["event_id"] for row in events}) == count
    )
    assert seen[-1] == ("events", count, count)


def test_whole_numbers_are_ids_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(
        '{"who": 12345678901234567890123, "what": 7, "when": 1700000000.5}\n'
        '{"who": 1.0, "what": 7, "when": 1}\n{"who": [1], "what": 7, "when": 1}\n',
        encoding="utf-8",
    )
    report, events = imported(path, LOG._replace(time_unit="s"))
    assert [(row["member_id"], row["item_id"]) for row in events] == [("12345678901234567890123", "7")]
    assert events[0]["time"] == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert [piece.what for piece in report.unread] == ["2 rows, the first row 2"]


def test_of_what_has_no_times_all_happened_when_it_is_said(tmp_path: Path) -> None:
    path = written(tmp_path / "likes.csv", [{"who": "a", "what": "x"}])
    _, events = imported(path, EventLog("likes", EventColumns("who", "what", None), "activity.views", at=NOW))
    assert events[0]["time"] == NOW


@pytest.mark.parametrize(
    ("name", "content", "changed", "code"),
    [
        ("log.txt", b"", {}, "SRC-200"),
        ("log.csv", b"who,what,when\na,b\n", {}, "SRC-200"),
        ("log.csv", b"who,what,when\na,\xff,2026-03-01\n", {}, "SRC-163"),
        ("log.csv", b'who,what,when\n"a,b,2026-03-01\n', {}, "SRC-163"),
        ("log.csv", b"who,what,who\na,b,c\n", {}, "SRC-201"),
        ("log.csv", b"", {}, "SRC-163"),
        ("log.csv", b"who,what,when\n", {}, "SRC-204"),
        ("log.csv", b"who,what,when\na,b,never\n", {}, "SRC-204"),
        ("log.csv", b"who,what,when\na,b,1612120112\n", {}, "SRC-202"),
        ("log.jsonl", b"[1]\n", {}, "SRC-200"),
        ("log.jsonl", b'{"who": 1\n', {}, "SRC-200"),
        ("log.jsonl", b'{"who": "\xff"}\n', {}, "SRC-200"),
        ("log.jsonl", b'{"who": "a"}\n', {}, "SRC-201"),
        ("log.parquet", b"PAR1 and nothing", {}, "SRC-200"),
        ("log.csv", b"who,what,when\n", {"form": "excel"}, "SRC-200"),
        ("log.csv", b"who,what,when\n", {"category": "activty.views"}, "SRC-203"),
        ("log.csv", b"who,what,when\n", {"name": "My Plays"}, "SRC-203"),
        ("log.csv", b"who,what,when\n", {"name": "members"}, "SRC-203"),
        ("log.csv", b"who,what,when\n", {"at": NOW}, "SRC-203"),
        ("log.csv", b"who,what,when\n", {"time_unit": "years"}, "SRC-203"),
        ("log.csv", b"who,what,when\n", {"columns": EventColumns("who", "who", "when")}, "SRC-203"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_and_nothing_is_written(
    tmp_path: Path, name: str, content: bytes, changed: dict[str, Any], code: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        imported(path, LOG._replace(**changed))
    assert caught.value.code == code and caught.value.fix
    assert list((tmp_path / "out").iterdir()) == []


def test_a_refusal_says_nothing_of_what_a_row_holds(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b"who,what,when\na,b,2026-03-01\nthe-secret-of-ann,b\n")
    with pytest.raises(SourceError, match="row 3 has 2 values, not 3") as caught:
        imported(path)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "columns", [{"who": pa.array([1.5])}, {"who": pa.array([b"a"])}, {"when": pa.array([True])}]
)
def test_a_column_that_can_be_no_id_or_no_moment_is_refused(tmp_path: Path, columns: dict[str, Any]) -> None:
    rows = {"who": pa.array(["a"]), "what": pa.array(["x"]), "when": pa.array([NOW])} | columns
    pq.write_table(pa.table(rows), tmp_path / "log.parquet")
    with pytest.raises(SourceError, match="SRC-202"):
        imported(tmp_path / "log.parquet")


def spoiled(encoded: bool) -> pa.Array:
    """Text of one value that is no UTF-8, as a Parquet file may call it text."""
    text = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe")]
    )
    return pa.DictionaryArray.from_arrays(pa.array([0], pa.int32()), text) if encoded else text


@pytest.mark.parametrize("column", LOG.columns.named)
@pytest.mark.parametrize("encoded", [False, True])
def test_bytes_that_a_file_calls_text_are_refused(tmp_path: Path, column: str, encoded: bool) -> None:
    rows = {"who": pa.array(["a"]), "what": pa.array(["x"]), "when": pa.array(["2026-03-01"])}
    pq.write_table(pa.table(rows | {column: spoiled(encoded)}), tmp_path / "log.parquet")
    with pytest.raises(SourceError, match="SRC-200"):
        imported(tmp_path / "log.parquet")


def test_numbers_without_a_sign_are_moments_as_others_are(tmp_path: Path) -> None:
    times = pa.array([1_772_323_200, 2**64 - 1], pa.uint64())
    pq.write_table(pa.table({"who": ["a", "b"], "what": ["x", "y"], "when": times}), tmp_path / "log.parquet")
    report, rows = imported(tmp_path / "log.parquet", LOG._replace(time_unit="s"))
    assert [row["time"] for row in rows] == [datetime(2026, 3, 1, tzinfo=UTC)]
    assert [unread.what for unread in report.unread] == ["row 2"]


def test_a_label_in_the_file_is_held_to(tmp_path: Path) -> None:
    field = pa.field("what", pa.string(), metadata={STAMP: b"private_communication.messages"})
    schema = pa.schema([("who", pa.string()), field, ("when", pa.timestamp("us", "UTC"))])
    pq.write_table(pa.table([["a"], ["x"], [NOW]], schema=schema), tmp_path / "log.parquet")
    with pytest.raises(SourceError, match="SRC-013"):
        imported(tmp_path / "log.parquet")


@given(st.datetimes(timezones=st.sampled_from([UTC])))
@settings(max_examples=50, deadline=None)
def test_a_moment_is_the_same_however_a_file_says_it(moment: datetime) -> None:
    def of(values: pa.Array, unit: str | None = None) -> Any:
        return moments_of(pa.chunked_array([values]), unit, "when", Path("log")).to_pylist()[0]

    whole = moment.replace(microsecond=0)
    assert of(pa.array([moment.isoformat()])) == of(pa.array([moment], pa.timestamp("us", "UTC"))) == moment
    seconds = round((whole - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
    assert of(pa.array([str(seconds)]), "s") == of(pa.array([seconds]), "s") == whole
    assert of(pa.array([float(seconds) * 1000]), "ms") == whole
    assert of(pa.array([moment.date()])) == whole.replace(hour=0, minute=0, second=0)
    assert of(pa.array([1 << 62]), "s") is of(pa.array(["9" * 40]), "s") is None
