"""Choices made elsewhere take their place by when they were made, all of a file or none of it, and once."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest

import licet
from journeys.networks import AUTUMN, PACK, Clock, make_network, member, post, write_table
from licet.app.workspace import Workspace
from licet.ledger import EntryKind
from licet.packs import PackErrors
from licet.terms import AppError
from licet.terms.moments import format_moment, parse_moment

DAY = parse_moment("2025-10-15")
NAMES = ("ann", "ben", "cem", "dora")
HEADER = ("subject", "setting", "state", "when", "source", "category")
Row = Sequence[Any]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    rows = {
        "members": [member(one) for one in NAMES],
        "posts": [post(str(number), one, "text") for number, one in enumerate(NAMES)],
    }
    with make_network(tmp_path / "w", rows) as made:
        yield made


def _csv(rows: Sequence[Row]) -> io.BytesIO:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER[: len(rows[0])], *rows])
    return io.BytesIO(text.getvalue().encode())


def _jsonl(rows: Sequence[Row]) -> io.BytesIO:
    return io.BytesIO(
        "".join(json.dumps(dict(zip(HEADER, row, strict=False))) + "\n" for row in rows).encode()
    )


def _table(rows: Sequence[Row]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(HEADER, row, strict=False)) for row in rows])


def _parquet(rows: Sequence[Row]) -> io.BytesIO:
    file = io.BytesIO()
    pq.write_table(_table(rows), file)
    return io.BytesIO(file.getvalue())


def _arrow(rows: Sequence[Row]) -> io.BytesIO:
    file = io.BytesIO()
    with pa.ipc.new_file(file, (table := _table(rows)).schema) as writer:
        writer.write_table(table)
    return io.BytesIO(file.getvalue())


def _stream(rows: Sequence[Row]) -> io.BytesIO:
    file = io.BytesIO()
    with pa.ipc.new_stream(file, (table := _table(rows)).schema) as writer:
        writer.write_table(table)
    return io.BytesIO(file.getvalue())


WRITERS = [("csv", _csv), ("jsonl", _jsonl), ("parquet", _parquet), ("arrow", _arrow), ("arrow", _stream)]


def _stands(workspace: Workspace, subject: str) -> list[tuple[str, str | None, str]]:
    return [(one.setting, one.category, one.value) for one in workspace.ledger.choices_of(subject)]


def _passing(workspace: Workspace) -> list[str]:
    return sorted(workspace.gate("generative_ai_training", at=DAY).read("posts")["author"].to_pylist())


@pytest.mark.parametrize(("form", "write"), WRITERS)
def test_every_form_says_the_same(workspace: Workspace, form: str, write: Any) -> None:
    rows = [
        ("ann", "ai", "refused", "2024-03-01T12:00:00+02:00", "the old system", None),
        ("ben", "ai", "off", "2024-03-01", "the old system", "content.posts"),
        ("cem", "ai", "given", "2024-03-01T10:00:00", None, None),
        ("nobody yet", "talk", "withdrawn", "2024-03-01", "", None),
    ]
    if form == "csv":
        rows = [tuple("" if value is None else value for value in row) for row in rows]
    result = workspace.import_choices(
        write([row if row[4] else (*row[:4], None, row[5]) for row in rows]), form=form
    )
    assert (result.rows, result.recorded, result.noes, result.yeses) == (4, 4, 3, 1)
    assert (result.already_there, result.superseded, result.subjects, result.not_members) == (0, 0, 4, 1)
    assert _stands(workspace, "ann") == [("ai", None, "off")]
    assert _stands(workspace, "ben") == [("ai", "content.posts", "off")]
    assert _stands(workspace, "nobody yet") == [("talk", None, "off")]
    said = workspace.ledger.entry(workspace.ledger.choices_of("ann")[0].entry).payload or {}
    assert (said["when"], said["source"], said["via"]) == ("2024-03-01T10:00:00Z", "the old system", "import")
    assert _passing(workspace) == ["cem", "dora"] and workspace.ledger_verify().ok


def test_typed_moments_and_ids_are_read_as_they_are(workspace: Workspace) -> None:
    moment = datetime(2024, 3, 1, 12, tzinfo=UTC)
    table = pa.table({
        "subject": pa.array([7, 8], pa.int64()), "setting": ["ai", "ai"], "state": ["off", "off"],
        "when": pa.array([moment, moment], pa.timestamp("ns")),
    })  # fmt: skip
    file = io.BytesIO()
    pq.write_table(table, file)
    workspace.import_choices(io.BytesIO(file.getvalue()), form="parquet")
    (choice,) = workspace.ledger.choices_of("7")
    assert (workspace.ledger.entry(choice.entry).payload or {})["when"] == "2024-03-01T12:00:00Z"
    with pytest.raises(AppError, match=r"APP-171.*double"):
        workspace.import_choices(_parquet([(7.5, "ai", "off", "2024-03-01")]), form="parquet")


def test_ids_of_a_text_file_are_taken_byte_for_byte(workspace: Workspace) -> None:
    ids = [
        "007",
        " 7",
        "7.0",
        "1e3",
        "2024-01-01",
        "#7",
        "a,b",
        'a"b',
        "NULL",
        "a\nb",
        "á",
        "a\u0301",
        "=1+1",
    ]
    workspace.import_choices(_csv([(one, "ai", "off", "2024-03-01") for one in ids]), form="csv")
    assert all(_stands(workspace, one) == [("ai", None, "off")] for one in ids)
    workspace.import_choices(
        io.BytesIO(
            b'{"subject": 12345678901234567890, "setting": "ai", "state": "off", "when": "2024-03-01"}\n'
        ),
        form="jsonl",
    )
    assert _stands(workspace, "12345678901234567890") == [("ai", None, "off")]


def test_an_older_choice_never_overrides_a_later_one(workspace: Workspace) -> None:
    workspace.choose("ann", "ai", "off")
    workspace.choose("ben", "ai", "on")
    result = workspace.import_choices(
        _csv([(one, "ai", state, "2024-03-01") for one, state in (("ann", "on"), ("ben", "off"), ("cem", "off"))]),
        form="csv",
    )  # fmt: skip
    assert (result.recorded, result.superseded) == (3, 2)
    assert [_stands(workspace, one)[0][2] for one in ("ann", "ben", "cem")] == ["off", "on", "off"]
    superseded = [one for one in workspace.ledger_entries() if one.kind is EntryKind.SUPERSEDED_CHOICE]
    assert [one.subject for one in superseded] == ["ann", "ben"] and workspace.ledger_verify().ok
    later = workspace.import_choices(
        _csv([("cem", "ai", "on", "2024-03-02"), ("cem", "ai", "on", "2024-02-28")]),
        form="csv",
        pack="harbour",
    )
    assert later.superseded == 1 and _stands(workspace, "cem")[0][2] == "on"
    assert workspace.choose("cem", "ai", "off") and _stands(workspace, "cem")[0][2] == "off"


@pytest.mark.parametrize("turned", [False, True])
def test_in_one_file_the_latest_holds_and_of_equals_the_no(workspace: Workspace, turned: bool) -> None:
    rows = [
        ("ann", "ai", "off", "2024-03-01"), ("ann", "ai", "on", "2024-03-02"),
        ("ben", "ai", "on", "2024-03-01"), ("ben", "ai", "off", "2024-03-02"),
        ("cem", "ai", "on", "2024-03-01T01:00:00+01:00"), ("cem", "ai", "off", "2024-03-01T00:00:00Z"),
    ]  # fmt: skip
    workspace.import_choices(_csv(rows[::-1] if turned else rows), form="csv", pack="harbour")
    assert [_stands(workspace, one)[0][2] for one in ("ann", "ben", "cem")] == ["on", "off", "off"]
    # Also where the no of the same moment comes in a file of its own, before or after.
    for first, last in (("on", "off"), ("off", "on")):
        for state in (first, last):
            workspace.import_choices(_csv([(f"dora {first}", "ai", state, "2024-03-01")]), form="csv")
        assert _stands(workspace, f"dora {first}")[0][2] == "off"


def test_the_same_file_twice_changes_nothing(workspace: Workspace) -> None:
    rows = [
        ("ann", "ai", "off", "2024-03-01"), ("ann", "ai", "on", "2024-02-01"), ("ben", "ai", "on", "2024-03-01"),
        ("ann", "ai", "off", "2024-03-01T00:00:00Z"),
    ]  # fmt: skip
    first = workspace.import_choices(_csv(rows), form="csv")
    assert (first.recorded, first.already_there) == (3, 1)
    again = workspace.import_choices(_jsonl(rows), form="jsonl")
    assert (again.recorded, again.already_there, again.position) == (0, 4, first.position)
    workspace.choose("ben", "ai", "off")
    workspace.import_choices(_csv(rows), form="csv")
    assert _stands(workspace, "ben")[0][2] == "off"
    # What an erasure took is not brought back by the file it came from.
    workspace.ledger_erase("ann")
    assert workspace.import_choices(_csv(rows), form="csv").recorded == 0
    assert [
        one.subject for one in workspace.ledger.entries(subject="ann")
    ] == [] and workspace.ledger_verify().ok


def test_erasing_takes_a_superseded_choice_too(workspace: Workspace) -> None:
    workspace.choose("ann", "ai", "off")
    workspace.import_choices(_csv([("ann", "ai", "on", "2024-03-01", "the annals")]), form="csv")
    workspace.ledger_erase("ann")
    workspace.close()
    assert b"the annals" not in workspace.layout.root.joinpath("ledger.sqlite").read_bytes()


UNFIT = {
    "setting": ("ann", "sound", "off", "2024-03-01"),
    "state": ("ann", "ai", "no", "2024-03-01"),
    "empty state": ("ann", "ai", "", "2024-03-01"),
    "id": ("", "ai", "off", "2024-03-01"),
    "nul": ("a\x00b", "ai", "off", "2024-03-01"),
    "moment": ("ann", "ai", "off", "the first of March"),
    "empty moment": ("ann", "ai", "off", ""),
    "future": ("ann", "ai", "off", "2999-01-01"),
    "kind": ("ann", "ai", "off", "2024-03-01", "", "gossip"),
}


@pytest.mark.parametrize("fault", UNFIT)
def test_one_unfit_row_refuses_the_file_and_is_named(workspace: Workspace, fault: str) -> None:
    good = ("ben", "ai", "off", "2024-03-01", "", "")
    before = workspace.ledger.position
    for write, form, place in ((_csv, "csv", "line 3"), (_jsonl, "jsonl", "line 2")):
        row = (*UNFIT[fault], *("",) * (6 - len(UNFIT[fault])))
        rows = (
            [good, row]
            if form == "csv"
            else [tuple(v or None for v in good), (*row[:4], None, row[5] or None)]
        )
        with pytest.raises(AppError, match="APP-172") as refused:
            workspace.import_choices(write(rows), form=form)
        assert place in refused.value.what
    assert workspace.ledger.position == before and not workspace.ledger.choices_of("ben")


@pytest.mark.parametrize(
    "spoilt",
    [
        {"category": ["content.posts"]}, {"category": {}}, {"category": ""},
        {"setting": ["ai"]}, {"setting": {"ai": 1}}, {"state": ["off"]}, {"subject": ["ann"]},
        {"subject": "erased:" + "0" * 64}, {"when": {}}, {"source": []},
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_an_unfit_row(workspace: Workspace, spoilt: dict[str, Any]) -> None:
    row = {"subject": "ann", "setting": "ai", "state": "off", "when": "2024-03-01"} | spoilt
    for dry_run in (True, False):
        with pytest.raises(AppError, match=r"APP-172: .*line 1"):
            workspace.import_choices(io.BytesIO(json.dumps(row).encode()), form="jsonl", dry_run=dry_run)


MOMENTS = {
    "before the calendar": pa.array([-62135596800 * 10**6 - 1], pa.timestamp("us")),
    "after the calendar": pa.array([253402300800 * 10**6], pa.timestamp("us", "UTC")),
    "beyond what microseconds hold": pa.array([2**62], pa.timestamp("s")),
    "a day after the calendar": pa.array([10_000_000], pa.date32()),
    "a day before it": pa.array([-10_000_000], pa.date32()),
    "to come": pa.array([253402300799 * 10**6], pa.timestamp("us")),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_moment_that_no_calendar_has_is_never_taken_for_another(workspace: Workspace, moment: str) -> None:
    table = pa.table({"subject": ["ann"], "setting": ["ai"], "state": ["off"], "when": MOMENTS[moment]})
    file = io.BytesIO()
    with pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    with pytest.raises(AppError, match=r"APP-17[12]"):
        workspace.import_choices(io.BytesIO(file.getvalue()), form="arrow")
    assert workspace.ledger.choices_of("ann") == []


def test_the_first_of_many_faults_are_told_and_the_rest_counted(workspace: Workspace) -> None:
    with pytest.raises(AppError, match=r"line 2: .*line 6: .*and 3 more"):
        workspace.import_choices(_csv([("ann", "ai", "perhaps", "2024-03-01")] * 8), form="csv")


BROKEN = {
    "a column is missing": ("csv", b"subject,setting,state\nann,ai,off\n"),
    "a column is misspelt": (
        "csv",
        b"subject,setting,state,when,categroy\nann,ai,off,2024-03-01,content.posts\n",
    ),
    "a column stands twice": ("csv", b"subject,setting,state,when,when\nann,ai,off,2024-03-01,2024-03-01\n"),
    "a row is short": ("csv", b"subject,setting,state,when\nann,ai,off\n"),
    "a quote is open": ("csv", b'subject,setting,state,when\n"ann,ai,off,2024-03-01\n'),
    "no UTF-8": ("csv", b"subject,setting,state,when\nann\xff,ai,off,2024-03-01\n"),
    "nothing": ("csv", b""),
    "no JSON": ("jsonl", b"{\n"),
    "no object": ("jsonl", b"[1]\n"),
    "a key stands twice": (
        "jsonl",
        b'{"subject": "a", "subject": "b", "setting": "ai", "state": "off", "when": "2024"}\n',
    ),
    "too deep": ("jsonl", b"[" * 100_000),
    "no Parquet": ("parquet", b"PAR1 and no more"),
    "no Arrow": ("arrow", b"ARROW1 and no more"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_what_is_no_file_of_choices_is_refused(workspace: Workspace, tmp_path: Path, fault: str) -> None:
    form, data = BROKEN[fault]
    (tmp_path / f"choices.{form}").write_bytes(data)
    with pytest.raises(AppError, match="APP-171"):
        workspace.import_choices(tmp_path / f"choices.{form}")


def test_a_file_that_cannot_be_opened_or_told_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "choices.txt").write_text("subject,setting,state,when\nann,ai,off,2024-03-01\n")
    for source, form in (("nowhere.csv", None), (tmp_path, "csv"), ("choices.txt", None), ("x", "papyrus")):
        with pytest.raises(AppError, match="APP-171"):
            workspace.import_choices(tmp_path / source, form=form)
    assert workspace.import_choices(tmp_path / "choices.txt", form="csv").recorded == 1


def test_a_dry_run_says_what_would_be_and_writes_nothing(workspace: Workspace) -> None:
    rows = [("ann", "ai", "off", "2024-03-01"), ("ben", "ai", "on", "2024-03-01")]
    before = workspace.ledger.position
    dry = workspace.import_choices(_csv(rows), form="csv", dry_run=True)
    assert dry.dry_run and workspace.ledger.position == before == dry.position
    real = workspace.import_choices(_csv(rows), form="csv")
    assert dry._replace(dry_run=False, position=real.position) == real


def test_a_yes_is_bound_to_the_policy_of_its_time_or_the_one_named(workspace: Workspace) -> None:
    first = workspace.policy().pack
    now = format_moment(AUTUMN)
    result = workspace.import_choices(
        _csv([("ann", "ai", "on", "2024-03-01"), ("ben", "ai", "on", now), ("cem", "ai", "off", "2024-03-01")]),
        form="csv",
    )  # fmt: skip
    assert result.unbound_yeses == 1

    def bound(subject: str) -> object:
        (choice,) = workspace.ledger.choices_of(subject)
        return (workspace.ledger.entry(choice.entry).payload or {}).get("pack")

    assert (bound("ann"), bound("ben"), bound("cem")) == (None, first.digest, first.digest)
    for name in (first.digest, first.id):
        named = workspace.import_choices(_csv([("ann", "ai", "on", "2024-03-01")]), form="csv", pack=name)
        assert named.unbound_yeses == 0
    assert bound("ann") == first.digest
    for unknown in ("nothing", "", "0" * 64):
        with pytest.raises(AppError, match="APP-173"):
            workspace.import_choices(_csv([("ann", "ai", "on", "2024-03-01")]), form="csv", pack=unknown)


def test_a_yes_under_a_policy_that_never_was_in_force_speaks_for_nothing_until_it_is(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "later.yaml"
    file.write_text(PACK.replace('version: "1"', 'version: "2"'))
    rows = [("fay", "ai", "on", "2024-03-01"), ("fay", "talk", "off", "2024-03-01")]

    def asked() -> str:
        return workspace.decide("fay", "generative_ai_training", "profile.headline").code.value

    write_table(workspace.layout.root, "members", [member("fay", region="FR")])
    assert asked() == "off_by_default"
    for _ in range(2):
        result = workspace.import_choices(_csv(rows), form="csv", pack=file)
        assert (result.recorded, result.unbound_yeses) in {(2, 1), (0, 0)}
        assert asked() == "off_by_default"
    workspace.announce_pack(str(file))
    result = workspace.import_choices(_csv(rows), form="csv", pack=file)
    assert (result.recorded, result.unbound_yeses) == (0, 0), "it is announced, and not in force"
    workspace.use_pack(str(file))
    assert asked() == "off_by_default"
    result = workspace.import_choices(_csv(rows), form="csv", pack=file)
    assert (result.recorded, result.unbound_yeses) == (1, 0)
    assert asked() == "permitted"
    assert workspace.import_choices(_csv(rows), form="csv", pack=file).recorded == 0
    with pytest.raises(PackErrors):
        workspace.import_choices(_csv(rows), form="csv", pack=tmp_path / "none.yaml")
    shipped = workspace.import_choices(_csv(rows), form="csv", pack="linkedin_official")
    assert (shipped.recorded, shipped.unbound_yeses) == (1, 1)


def test_no_yes_from_before_an_erasure_brings_anybody_back(tmp_path: Path) -> None:
    clock, rows = Clock(AUTUMN), {"members": [member("ann"), member("ben")]}

    def day(number: int) -> str:
        return format_moment(AUTUMN + timedelta(days=number))

    with make_network(tmp_path / "w", rows, clock=clock) as workspace:

        def asked() -> str:
            return workspace.decide("ann", "generative_ai_training", "profile.headline").code.value

        def hand_in(state: str, *days: int) -> int:
            rows = [("ann", "ai", state, day(number)) for number in days]
            return workspace.import_choices(_csv(rows), form="csv").superseded

        clock.at = parse_moment(day(1))
        workspace.choose("ann", "ai", "off")
        clock.at = parse_moment(day(3))
        workspace.ledger_erase("ann")
        clock.at = parse_moment(day(6))
        assert hand_in("on", 0, 2, 3) == 3
        assert asked() == "refused"
        assert hand_in("on", 4) == 0
        assert asked() == "permitted", "a yes from after it is a new choice"
        assert hand_in("off", 2) == 1, "the no of then is older than that"
        workspace.ledger_erase("ann")
        assert asked() == "refused"
        assert hand_in("on", 4) == 0, "it was handed in before"
        assert hand_in("on", 5) == 1
        assert asked() == "refused"
        assert workspace.ledger_verify().ok


def test_a_yes_that_speaks_for_nothing_lifts_nothing_and_stands_in_nobodys_way(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "later.yaml"
    file.write_text(PACK.replace('version: "1"', 'version: "2"'))

    def asked(subject: str) -> str:
        return workspace.decide(subject, "generative_ai_training", "profile.headline").code.value

    def hand_in(subject: str, state: str, when: str, pack: Path | None = None) -> tuple[int, int]:
        result = workspace.import_choices(_csv([(subject, "ai", state, when)]), form="csv", pack=pack)
        return result.unbound_yeses, result.superseded

    assert hand_in("ann", "off", "2024-02-01") == (0, 0)
    assert hand_in("ann", "on", "2024-03-01") == (1, 1), "no policy was in force then"
    assert asked("ann") == "refused"
    assert hand_in("ann", "on", "2024-04-01", file) == (1, 1)
    assert asked("ann") == "refused"
    assert hand_in("ben", "on", "2024-03-01") == (1, 0)
    assert hand_in("ben", "off", "2024-02-01") == (0, 0), "an earlier no holds against a yes to nothing"
    assert asked("ben") == "refused"
    workspace.choose("cem", "ai", "off")
    workspace.announce_pack(str(file))
    assert hand_in("cem", "on", format_moment(AUTUMN), file) == (1, 1)
    assert hand_in("dora", "off", "2024-02-01", file) == (0, 0), "a no needs no policy to hold"
    assert [asked(subject) for subject in NAMES] == ["refused"] * 4
    workspace.use_pack(str(file))
    assert [asked(subject) for subject in NAMES] == ["refused"] * 4
    assert hand_in("ann", "on", "2024-04-01", file) == (0, 0), "it is in force now, and handed in anew"
    assert asked("ann") == "permitted"


def test_who_chooses_while_a_file_is_recorded_is_not_overridden(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    append, others = type(workspace.ledger).append_unless_changed, iter(["off"])

    def overtaken(ledger: Any, entries: Any, position: int, subjects: Any) -> Any:
        with licet.open(workspace.layout.root, clock=lambda: AUTUMN) as other:
            for value in others:
                other.choose("ann", "ai", value)
        return append(ledger, entries, position, subjects)

    monkeypatch.setattr(type(workspace.ledger), "append_unless_changed", overtaken)
    now = format_moment(AUTUMN - timedelta(seconds=1))
    result = workspace.import_choices(_csv([("ann", "ai", "on", now), ("ben", "ai", "off", now)]), form="csv")
    assert (result.recorded, result.superseded) == (2, 1)
    assert (_stands(workspace, "ann")[0][2], _stands(workspace, "ben")[0][2]) == ("off", "off")


def test_an_import_that_is_overtaken_again_and_again_gives_up_whole(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = type(workspace.ledger).append_unless_changed

    def overtaken(ledger: Any, entries: Any, position: int, subjects: Any) -> Any:
        workspace.choose("ann", "ai", "off")
        return append(ledger, entries, position, subjects)

    monkeypatch.setattr(type(workspace.ledger), "append_unless_changed", overtaken)
    with pytest.raises(AppError, match="APP-174"):
        workspace.import_choices(
            _csv([("ann", "ai", "on", "2024-03-01"), ("ben", "ai", "off", "2024-03-01")]), form="csv"
        )
    assert not workspace.ledger.choices_of("ben")


def test_a_no_is_imported_though_the_members_cannot_be_read(workspace: Workspace) -> None:
    (workspace.layout.root / "catalogue.yaml").unlink()
    result = workspace.import_choices(_csv([("ann", "ai", "off", "2024-03-01")]), form="csv")
    assert (result.recorded, result.not_members) == (1, None)
