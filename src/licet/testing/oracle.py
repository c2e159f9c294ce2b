"""One oracle for every way out: what leaves a workspace is held, mark by mark, to `decide`.

A made-up platform (`licet.testing.marked`) is opened, its members choose, policies follow one another, and whatever can
hand something out is asked: gates over every kind of location, read plainly, prepared and for some people; verdicts and
counts; batches; corpora, their documents and exports; members' pages, public pages and their headers. A mark found
outside must be permitted by the specification at that moment, to everyone it is about. What is withheld must say why.
`python -m licet.testing.oracle --cases 1000000` is the long run; it fails on the first mark that should not be out.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pyarrow as pa
import yaml

import licet
from licet.app import Workspace
from licet.decide import Facts, Policy, Request, decide
from licet.enforce import Gate
from licet.packs import Pack
from licet.terms import SELF, Code, LicetError, PackError
from licet.terms.vocabulary import GENERATIVE_AI_TRAINING
from licet.testing.marked import Mark, MarkedWorld, make_choices, make_marked_world, marks_in
from licet.testing.successors import make_successor
from licet.testing.words import chance, pick

#: Ways out that a run must have seen something leave by, and something withheld.
WAYS = ("gate", "prepared", "some people", "verdicts", "batch", "documents", "export")
_FORMS = ("jsonl", "parquet")


class Leak(AssertionError):
    """Something left that should not have, or was withheld without a reason."""


class Seen(NamedTuple):
    """cases: marks judged (found, or looked for and not found) by way out; shown: how many of them were out.
    refused: errors in place of data, by code."""

    cases: Counter[str]
    shown: Counter[str]
    refused: Counter[str]

    def __add__(self, other: Seen) -> Seen:  # type: ignore[override]
        return Seen(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    @property
    def total(self) -> int:
        return self.cases.total()


def nothing_seen() -> Seen:
    return Seen(Counter(), Counter(), Counter())


class Standpoint(NamedTuple):
    """From where marks are judged: one use at one moment, under one policy, with what is known of everybody then."""

    policy: Policy
    purpose: str
    recipient: str
    at: datetime
    facts: Mapping[str, Facts | None]


def permits(world: MarkedWorld, mark: Mark, stand: Standpoint) -> bool:
    """Whether everyone a cell is about permits its kind of data, as its bytes are labelled."""
    return all(code is Code.PERMITTED for code in codes_of(world, mark, stand))


def codes_of(world: MarkedWorld, mark: Mark, stand: Standpoint) -> list[Code]:
    """What `decide` says of a cell, one answer for each person of its row in the catalogue's order."""
    table = world.tables[mark.table]
    row, kind = table.rows[mark.row], table.kind_of(mark.column)
    if kind is None:
        return [Code.UNLABELLED]
    roles = table.catalogued
    visibility = row["seen"] if roles.get("visibility") else roles.get("visibility_is")
    request = Request(
        stand.purpose,
        kind,
        stand.recipient,
        stand.at,
        visibility,
        row["made"] if roles.get("created") else None,
    )
    people = [None if one is None else stand.facts.get(one) for one in table.people_of(mark.row)]
    return [decide(request, facts, stand.policy).code for facts in people]


def look_through(seed: int, number: int, root: Path, spark: Any = None, pages: bool = False) -> Seen:
    """Make the world of this number in `root` and ask of every way out. Raises: Leak.

    spark: gates and corpora run there. pages: a server's pages are asked too (needs the extra `web`).
    """
    rng = Random(f"{seed}/{number}")
    licet.create(root / "platform").close()
    world = make_marked_world(rng, root / "platform")
    seen = nothing_seen()
    with licet.open(world.root, spark=spark) as workspace:
        workspace.use_pack(str(world.policy))
        values = Pack.model_validate(yaml.safe_load(world.policy.read_text(encoding="utf-8")))
        for _ in range(pick(rng, [0, 0, 1, 2])):
            _choose(rng, world, workspace)
            following = make_successor(rng, values).pack
            world.policy.write_text(json.dumps(following.as_json()), encoding="utf-8")
            with contextlib.suppress(PackError):  # one that opens what no policy can is not put in force
                workspace.use_pack(str(world.policy))
                values = following
        _choose(rng, world, workspace)
        for purpose, recipient in _uses(rng, values):
            seen += _tried(lambda: _through_gate(world, workspace, purpose, recipient))  # noqa: B023 - called now
        seen += _tried(lambda: _through_batches(rng, world, workspace))
        seen += _tried(lambda: _through_corpus(rng, world, workspace))
    if pages:
        from licet.testing.oracle_pages import through_pages

        seen += through_pages(rng, world)
    return seen


def _tried(look: Callable[[], Seen]) -> Seen:
    """What was seen; an error in place of data is as good as nothing out, and is counted."""
    try:
        return look()
    except LicetError as error:
        return nothing_seen()._replace(refused=Counter([error.code]))


def standpoint(
    workspace: Workspace, world: MarkedWorld, purpose: str, recipient: str, at: datetime
) -> Standpoint:
    """The use as of now: the latest policy and the latest choices."""
    people = {
        one for table in world.tables.values() for row in table.rows for one in (row["who"], row["other"])
    }
    facts = {one: workspace.facts(one, at) for one in people if one is not None}
    return Standpoint(workspace.policy(), purpose, recipient, at, facts)


def _uses(rng: Random, pack: Pack) -> list[tuple[str, str]]:
    uses = sorted(
        {(p, r) for rule in pack.rules for p in (*rule.purposes, *pack.purposes) for r in rule.recipients}
    )
    training = (GENERATIVE_AI_TRAINING, SELF)
    return [training, *rng.sample(uses, min(2, len(uses)))]


def _choose(rng: Random, world: MarkedWorld, workspace: Workspace) -> None:
    known = workspace.policy().pack.settings
    for subject_id, setting, value, category in make_choices(rng, world):
        if setting in known:
            workspace.choose(subject_id, setting, value, category=category)
    for member in world.members:
        if chance(rng, 5):
            workspace.signal(member["id"], "gpc", True)


# -- gates ------------------------------------------------------------------------------------------------------


def _through_gate(world: MarkedWorld, workspace: Workspace, purpose: str, recipient: str) -> Seen:
    seen = nothing_seen()
    gate = workspace.gate(purpose, recipient=recipient, tables=world.handed_in)
    stand = standpoint(workspace, world, purpose, recipient, gate.at)
    for name in world.tables:
        try:
            rows = gate.read(name).to_pylist()
            seen += _judge_rows(world, name, rows, stand, "gate")
            seen += _hold_reasons(world, gate, name, rows, stand)
            if gate.prepare([name]):
                seen += _judge_rows(world, name, gate.read(name).to_pylist(), stand, "prepared")
            some = sorted({row["who"] for row in world.tables[name].rows})[:2]
            seen += _judge_rows(
                world, name, gate.read(name, some).to_pylist(), stand, "some people", set(some)
            )
        except LicetError as error:
            seen.refused[error.code] += 1
    return seen


def _judge_rows(
    world: MarkedWorld,
    name: str,
    rows: list[dict[str, Any]],
    stand: Standpoint,
    way: str,
    only: set[str] | None = None,
) -> Seen:
    """Every cell of what was handed out must be permitted, and every cell that is permitted must be there."""
    table, cases, shown = world.tables[name], 0, 0
    out: dict[int, dict[str, Any]] = {}
    for row in rows:
        cells = {mark.row for mark in marks_in(json.dumps(row, default=str))}
        if len(cells) > 1:
            raise Leak(f"{way}: one row of {name} holds cells of several: {row}")
        for number in cells:
            out[number] = row
        if not cells:
            _raw_ids(world, name, row, stand, way)
    for number, written in enumerate(table.rows):
        if only is not None and only.isdisjoint(table.people_of(number)):
            if number in out:
                raise Leak(f"{way}: row {number} of {name} is about none of those asked for")
            continue
        handed = out.get(number, {})
        for column in written:
            cases += 1
            mark, value = Mark(name, number, column), handed.get(column)
            is_out = value is not None and _same(value, written[column])
            allowed = permits(world, mark, stand)
            if is_out and not allowed:
                raise Leak(f"{way}: {_told(world, mark, stand)} is out: {value!r}")
            if column.startswith("c") and allowed and not is_out and written[column] is not None:
                raise Leak(f"{way}: {_told(world, mark, stand)} is permitted and not there: {handed}")
            shown += is_out
    return Seen(Counter({way: cases}), Counter({way: shown}), Counter())


def _raw_ids(world: MarkedWorld, name: str, row: dict[str, Any], stand: Standpoint, way: str) -> None:
    """A row without any mark says nothing of which it is; its people are in it by their ids only where they permit."""
    for column in world.tables[name].catalogued["subjects"]:
        value = row.get(column)
        places = [n for n, written in enumerate(world.tables[name].rows) if written[column] == value]
        if (
            value is not None
            and places
            and not any(permits(world, Mark(name, n, column), stand) for n in places)
        ):
            raise Leak(f"{way}: an id of {name} is out in column {column}: {value!r}")


def _same(handed: Any, written: Any) -> bool:
    """Whether a cell as it was handed out is the cell as it was written, whatever type a reader gave it."""
    if isinstance(written, datetime):
        if isinstance(handed, str):
            return handed.startswith(written.isoformat(sep=handed[10:11] or "T")[:19])
        aware = handed if handed.tzinfo is not None else handed.replace(tzinfo=UTC)
        return bool(aware == written)
    return bool(handed == written)


def _hold_reasons(
    world: MarkedWorld, gate: Gate, name: str, rows: list[dict[str, Any]], stand: Standpoint
) -> Seen:
    """What is withheld says why, in the words of `decide`; counts and verdicts speak of the rows that are there."""
    table = world.tables[name]
    verdicts = gate.verdicts(name).to_pylist()
    if len(verdicts) != len(table.rows):
        raise Leak(f"verdicts: {len(verdicts)} of the {len(table.rows)} rows of {name}")
    passed = sum(verdict["code"] is None for verdict in verdicts)
    if passed != len(rows):
        raise Leak(f"verdicts: {passed} rows of {name} pass, and {len(rows)} are handed out")
    counts = gate.counts([name])
    counted = sum(one.records for one in counts.passed), sum(one.records for one in counts.held_back)
    if counted != (passed, len(verdicts) - passed):
        raise Leak(f"counts: {counted} of {name}, where verdicts say {passed} of {len(verdicts)} pass")
    said = Counter(verdict["code"] for verdict in verdicts if verdict["code"] is not None)
    labelled = [column for column in table.labels if table.kind_of(column) is not None]
    codes: Counter[str] = Counter()
    for number in range(len(table.rows)):
        told = {code for column in labelled for code in codes_of(world, Mark(name, number, column), stand)}
        codes.update(
            {str(code.value) for code in told} | {Code.UNLABELLED.value, Code.SUBJECTS_DISAGREE.value}
        )
    if not said.keys() <= codes.keys() or any(said[code] > codes[code] for code in said):
        raise Leak(
            f"verdicts: the reasons for {name} are {dict(said)}, and decide knows at most {dict(codes)}"
        )
    key = table.catalogued.get("key")
    for verdict in verdicts if key is not None else ():
        for mark in marks_in(str(verdict["key"])):
            if not permits(world, mark, stand):
                raise Leak(f"verdicts: {_told(world, mark, stand)} is out as the key of a row")
    return Seen(Counter({"verdicts": len(verdicts)}), Counter({"verdicts": passed}), Counter())


def _told(world: MarkedWorld, mark: Mark, stand: Standpoint) -> str:
    table = world.tables[mark.table]
    said = ", ".join(code.value for code in codes_of(world, mark, stand))
    return (
        f"{mark.column} of row {mark.row} of {mark.table} ({table.location}, {table.kind_of(mark.column)}; about "
        f"{table.people_of(mark.row)}; for {stand.purpose} by {stand.recipient}: {said})"
    )


# -- batches ----------------------------------------------------------------------------------------------------


def _through_batches(rng: Random, world: MarkedWorld, workspace: Workspace) -> Seen:
    """One kind of data of every row of a table, as a service that holds the facts itself would ask."""
    name = pick(rng, sorted(world.tables))
    table, at = world.tables[name], datetime.now(UTC)
    stand = standpoint(workspace, world, GENERATIVE_AI_TRAINING, SELF, at)
    column = next((c for c in ("c0", "c1", "c2") if table.kind_of(c) is not None), None)
    if column is None:
        return nothing_seen()
    kind = table.kind_of(column)
    assert kind is not None
    questions = [
        (number, facts) for number in range(len(table.rows)) for facts in _facts_of(table, number, stand)
    ]
    settings = {*stand.policy.pack.settings, *stand.policy.earlier_settings}
    records = _records(table, questions, settings)
    answers = workspace.decide_batch(records, GENERATIVE_AI_TRAINING, kind).to_pylist()
    for (number, facts), answer in zip(questions, answers, strict=True):
        roles, row = table.catalogued, table.rows[number]
        request = Request(
            stand.purpose, kind, stand.recipient, at,
            row["seen"] if roles.get("visibility") else roles.get("visibility_is"),
            row["made"] if roles.get("created") else None,
        )  # fmt: skip
        told = decide(request, facts, stand.policy)
        if (answer["permitted"], answer["code"]) != (told.permitted, told.code.value):
            raise Leak(f"batch: {answer} of a record of which decide says {told.code.value}: {facts}")
    permitted = sum(answer["permitted"] for answer in answers)
    return Seen(Counter({"batch": len(answers)}), Counter({"batch": permitted}), Counter())


def _facts_of(table: Any, number: int, stand: Standpoint) -> Iterator[Facts]:
    for person in table.people_of(number):
        facts = None if person is None else stand.facts.get(person)
        if facts is not None and not facts.narrow:  # a batch has no column for a choice of one kind of data
            yield facts


def _records(table: Any, questions: list[tuple[int, Facts]], policy_settings: Iterable[str]) -> pa.Table:
    roles = table.catalogued
    columns: dict[str, list[Any]] = {
        "region": [facts.region for _, facts in questions],
        "age": [facts.age for _, facts in questions],
        "plan": [facts.plan for _, facts in questions],
        "visibility": [
            table.rows[n]["seen"] if roles.get("visibility") else roles.get("visibility_is")
            for n, _ in questions
        ],
        "created": [table.rows[n]["made"] if roles.get("created") else None for n, _ in questions],
    }
    types = {"age": pa.int64(), "created": pa.timestamp("us", "UTC")}
    arrays = {name: pa.array(values, types.get(name, pa.string())) for name, values in columns.items()}
    for setting in policy_settings:
        states = [facts.choices.get(setting) for _, facts in questions]
        arrays[f"choice.{setting}"] = pa.array([None if s is None else str(s) for s in states], pa.string())
        packs = [facts.bound.get(setting) for _, facts in questions]
        arrays[f"pack.{setting}"] = pa.array(packs, pa.string())
    for signal in {"gpc", *(one for _, facts in questions for one in facts.signals)}:
        arrays[f"signal.{signal}"] = pa.array([signal in facts.signals for _, facts in questions], pa.bool_())
    return pa.table(arrays)


# -- corpora ----------------------------------------------------------------------------------------------------


def _through_corpus(rng: Random, world: MarkedWorld, workspace: Workspace) -> Seen:
    """A corpus as it is built, its exports at once, and its exports after somebody said no."""
    seen = nothing_seen()
    recipe = yaml.safe_load((world.root / "recipe.yaml").read_text(encoding="utf-8"))
    if not recipe["documents"]:
        return seen
    workspace.corpus_build()
    seen += _documents(world, workspace, "documents")
    for form in _FORMS:
        seen += _tried(functools.partial(_export, world, workspace, form))
    leaving = [member["id"] for member in world.members if chance(rng, 50)]
    for subject_id in leaving:
        for setting in workspace.policy().pack.settings:
            workspace.choose(subject_id, setting, "off")
    seen += _tried(lambda: _export(world, workspace, pick(rng, list(_FORMS))))
    seen += _tried(lambda: _export(world, workspace, pick(rng, list(_FORMS)), leave_out=True))
    workspace.corpus_update()
    seen += _documents(world, workspace, "documents")
    return seen + _tried(lambda: _export(world, workspace, pick(rng, list(_FORMS))))


def _documents(world: MarkedWorld, workspace: Workspace, way: str) -> Seen:
    stand = standpoint(workspace, world, GENERATIVE_AI_TRAINING, SELF, datetime.now(UTC))
    text = "\n".join(json.dumps(row, default=str) for row in workspace.corpus_documents())
    return judge_text(world, text, stand, way, _asked(world))


def _export(world: MarkedWorld, workspace: Workspace, form: str, leave_out: bool = False) -> Seen:
    target = Path(tempfile.mkdtemp(prefix="licet-oracle-")) / "export"
    try:
        workspace.corpus_export(target, form, leave_out=leave_out)
        stand = standpoint(workspace, world, GENERATIVE_AI_TRAINING, SELF, datetime.now(UTC))
        return judge_text(world, "\n".join(_contents(target)), stand, "export", _asked(world))
    finally:
        shutil.rmtree(target.parent)


def _contents(folder: Path) -> Iterator[str]:
    import pyarrow.parquet as pq

    for path in sorted(folder.rglob("*")):
        if path.suffix == ".parquet":
            yield json.dumps(pq.read_table(path).to_pylist(), default=str)
        elif path.is_file():
            yield path.read_bytes().decode("utf-8", "replace")


def _asked(world: MarkedWorld) -> list[Mark]:
    """The cells that a corpus asks for."""
    return [
        Mark(name, number, column)
        for name, table in world.tables.items()
        if table.location != "arrow" and "key" in table.catalogued
        for number in range(len(table.rows))
        for column in ("key", "c0", "c1", "c2")
    ]


def judge_text(world: MarkedWorld, text: str, stand: Standpoint, way: str, asked: Iterable[Mark]) -> Seen:
    out = set(marks_in(text))
    for mark in out:
        if not permits(world, mark, stand):
            raise Leak(f"{way}: {_told(world, mark, stand)} is out")
    looked_for = {*asked} | out
    return Seen(Counter({way: len(looked_for)}), Counter({way: len(out)}), Counter())


# -- the long run -----------------------------------------------------------------------------------------------


def run(cases: int, seed: int, first: int, console: Any, pages: bool = False) -> tuple[Seen, str | None]:
    """Worlds in the order of their numbers until so many marks were judged; what leaked, or None."""
    seen, number = nothing_seen(), first
    while seen.total < cases:
        folder = Path(tempfile.mkdtemp(prefix="licet-oracle-"))
        try:
            seen += look_through(seed, number, folder, pages=pages and number % 10 == 0)
        except Leak as leak:
            return seen, f"--seed {seed} --first {number}\n{leak}"
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        number += 1
        if console is not None and number % 20 == 0:
            console.print(
                f"{seen.total:,} of {cases:,} marks judged in {number - first} worlds", markup=False
            )
    return seen, None


def main(arguments: list[str] | None = None) -> int:
    from rich.console import Console

    parser = argparse.ArgumentParser(prog="python -m licet.testing.oracle", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000, help="marks to judge")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first world")
    parser.add_argument("--out", type=Path, help="where the summary is written")
    asked = parser.parse_args(arguments)
    console = Console(stderr=True)
    seen, leak = run(asked.cases, asked.seed, asked.first, console, pages=True)
    summary = {
        "cases": seen.total, "seed": asked.seed, "by_way": dict(sorted(seen.cases.items())),
        "shown": dict(sorted(seen.shown.items())), "refused": dict(sorted(seen.refused.items())),
    }  # fmt: skip
    if asked.out is not None and leak is None:
        asked.out.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(summary))
    if leak is not None:
        console.print(leak, markup=False)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
