"""A gate and `licet.testing.expected_rows` over one world: the same rows, cells, columns, reasons and counts.

And the evaluator, by which `expected_rows` decides, and the specification: the same answers.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from licet.decide import Facts, Request
from licet.decide.evaluator import evaluate
from licet.enforce import Gate
from licet.terms import Code
from licet.testing.expected_refusals import people_of, refused_in
from licet.testing.expected_rows import (
    Expected,
    columns_permitted,
    expect,
    identity_shown,
    known_facts,
    seen_and_made,
)
from licet.testing.remembered_meaning import Meaning
from licet.testing.worlds import World

#: The specification is asked one decision in so many: it takes some forty times as long as the evaluator.
ONE_IN = 20


class Disagreement(AssertionError):
    """A gate and `decide` say two things about one table, or `decide` and the specification about one record."""


class Agreed(NamedTuple):
    """cases: single decisions compared. codes: rows per code; `permitted` is what passed."""

    cases: int
    codes: Counter[str]


def assert_agree(gate: Gate, world: World, columns_too: bool = True) -> Agreed:
    """Every table of `world`. Raises Disagreement."""
    told = [assert_table_agrees(gate, world, name, columns_too) for name in world.catalogue.tables]
    return Agreed(sum(one.cases for one in told), sum((one.codes for one in told), Counter()))


def assert_table_agrees(gate: Gate, world: World, name: str, columns_too: bool = True) -> Agreed:
    """One table: its rows, cells and columns, the reason for every row, and the counts. Raises Disagreement."""
    told, table = expect(world, name), world.catalogue.tables[name]
    read = gate.read(name)
    present = set(read.column_names)
    _same(f"rows or cells of {name!r}", rows_of(read.to_pylist()), rows_expected(told, present))
    for column, value in ((c, v) for row in told.rows for c, v in row):
        if value is not None and column not in present:
            raise Disagreement(f"column {column!r} of {name!r} is absent though someone permits it")
    if columns_too and not _is_cut_before_every_day(world):
        wanted_columns = {column for column in (table.key, *table.subjects) if column is not None}
        if table.subjects or table.is_about_nobody:
            wanted_columns |= columns_permitted(world, name)
        # No table of an engine is without columns: an empty one that has none to show has its first.
        first = world.tables[name].column_names[:1]
        _same(f"columns of {name!r}", Counter(present), Counter(wanted_columns or first))

    wanted = [
        (bool(one.permitted), one.code, one.rule, one.region, *([key] if table.key else []))
        for one, key in zip(told.verdicts, _keys(world, name, told), strict=True)
    ]
    found = [
        (one["mask"] != 0, one["code"], one["rule"], one["region"], *([one["key"]] if table.key else []))
        for one in gate.verdicts(name).to_pylist()
    ]
    _same(f"reasons for {name!r}", Counter(found), Counter(wanted))

    counts = gate.counts([name])
    counted: Counter[tuple[str | None, str | None, str | None]] = Counter()
    counted.update({(None, None, row.region): row.records for row in counts.passed})
    counted.update({(row.code, row.rule, row.region): row.records for row in counts.held_back})
    _same(f"counts of {name!r}", counted, Counter((one.code, one.rule, one.region) for one in told.verdicts))
    if gate.prepare([name]):  # the first reading joined people to rows; this one reads marks
        again = gate.read(name)
        _same(f"columns of {name!r}, prepared", Counter(again.column_names), Counter(read.column_names))
        _same(f"rows or cells of {name!r}, prepared", rows_of(again.to_pylist()), rows_of(read.to_pylist()))
        gate.prepare([name], cluster=True)  # and this one what was copied of those that pass
        copied = gate.read(name)
        _same(
            f"columns of {name!r}, copied", Counter(map(str, copied.schema)), Counter(map(str, again.schema))
        )
        _same(f"rows or cells of {name!r}, copied", rows_of(copied.to_pylist()), rows_of(read.to_pylist()))
    return Agreed(told.decided, Counter(one.code or Code.PERMITTED.value for one in told.verdicts))


def assert_meant(world: World) -> int:
    """Hold the evaluator to the specification on one decision in twenty; how many that were. Raises Disagreement."""
    policy = world.policy
    meaning = Meaning([*policy.earlier, policy.pack])
    asked = 0
    for request, facts in itertools.islice(_questions(world), 0, None, ONE_IN):
        asked += 1
        answer, meant = evaluate(request, facts, policy), meaning.decide(request, facts)
        if answer != meant:
            raise Disagreement(
                f"the specification says {meant} of {request} about {facts}; the evaluator {answer}"
            )
    return asked


def _questions(world: World) -> Iterator[tuple[Request, Facts | None]]:
    """Every kind of data of every record, for everyone it is about."""
    known, refused = known_facts(world), refused_in(world)
    for name, table in world.catalogue.tables.items():
        kinds = [kind for kind in dict.fromkeys(table.columns.values()) if kind is not None]
        for row in world.tables[name].to_pylist():
            shown, made = seen_and_made(table, row)
            noes = refused.of(name, row)
            for subject in people_of(row, table):
                for kind in kinds:
                    request = Request(world.purpose, kind, world.recipient, world.at, shown, made, noes)
                    yield request, None if subject is None else known.get(subject)


def _is_cut_before_every_day(world: World) -> bool:
    """Whether a rule sets apart what was made before the year 1: no row that Python can make, so none can be tried."""
    rules = world.policy.pack.rules
    return any(day == date.min for rule in rules for day in (rule.created_from, rule.created_before))


def _same(what: str, by_the_gate: Counter[Any], by_decide: Counter[Any]) -> None:
    if by_the_gate != by_decide:
        more, less = by_the_gate - by_decide, by_decide - by_the_gate
        raise Disagreement(f"{what} differ: only the gate says {_some(more)}; only decide says {_some(less)}")


def _some(found: Counter[Any]) -> str:
    shown = ", ".join(repr(one) for one in sorted(found, key=repr)[:3])
    return (shown or "nothing") + (f" and {len(found) - 3} more" if len(found) > 3 else "")


def rows_of(rows: list[dict[str, Any]]) -> Counter[tuple[tuple[str, Any], ...]]:
    return Counter(tuple(sorted((name, _plain(value)) for name, value in row.items())) for row in rows)


def rows_expected(told: Expected, present: set[str]) -> Counter[tuple[tuple[str, Any], ...]]:
    return rows_of([{name: value for name, value in row if name in present} for row in told.rows])


def _plain(value: Any) -> Any:
    """Equal values written alike: instants in UTC, what is nested as text."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        utc = value.astimezone(UTC)
        # Times to the nanosecond lose their zone, not their moment: Ibis has no word for DuckDB's type of them.
        return utc.replace(tzinfo=None) if hasattr(value, "nanosecond") else utc
    return repr(value) if isinstance(value, list | dict) else value


def _keys(world: World, name: str, told: Expected) -> list[Any]:
    key, data = world.catalogue.tables[name].key, world.tables[name]
    if key is None:
        return [None] * data.num_rows
    values = zip(data[key].to_pylist(), told.verdicts, strict=True)
    return [identity_shown(world, name, key, value, one.permitted) for value, one in values]
