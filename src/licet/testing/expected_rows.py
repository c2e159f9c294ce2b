"""What a gate must hand out, said a second time: `decide` applied record by record in plain Python.

Written from the promises of `decide` and `enforce`, and importing nothing of `enforce`: facts are gathered here
from the Arrow tables, ages counted here, reasons ranked here. Where a gate and this module differ, one is wrong.
"""

from __future__ import annotations

import functools
import hmac
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from licet.decide import Decision, Facts, No, Request, decide
from licet.sources.catalogue import Table
from licet.terms import ChoiceState, Code
from licet.terms.moments import age_in_years
from licet.terms.regions import COUNTRIES
from licet.testing.expected_cells import kinds_within, labels_of, part_shown
from licet.testing.expected_refusals import people_of, refused_in
from licet.testing.worlds import World

#: Of the reasons of several kinds of data in one row, the row tells the one furthest down this list.
_FROM_FAR_TO_NEAR = (
    Code.UNLABELLED, Code.MOMENT_UNKNOWN, Code.PURPOSE_UNKNOWN, Code.CATEGORY_UNKNOWN, Code.RECIPIENT_UNKNOWN,
    Code.CLOSED_BY_VOCABULARY, Code.NO_RULE, Code.NOT_READ, Code.SUBJECT_UNKNOWN, Code.FORBIDDEN, Code.TOO_EARLY,
    Code.TOO_LATE, Code.REGION_UNKNOWN, Code.REGION_NOT_COVERED, Code.AGE_UNKNOWN, Code.UNDER_AGE, Code.AGE_NOT_COVERED,
    Code.PLAN_UNKNOWN, Code.PLAN_NOT_COVERED, Code.VISIBILITY_UNKNOWN, Code.VISIBILITY_NOT_COVERED,
    Code.CREATED_UNKNOWN, Code.CREATED_NOT_COVERED, Code.DEFAULT_UNKNOWN, Code.OFF_BY_DEFAULT, Code.NOT_ASKED,
    Code.REFUSED, Code.ORGANISATION_REFUSED, Code.RECORD_REFUSED,
)  # fmt: skip
_NEARNESS = {code: place for place, code in enumerate(_FROM_FAR_TO_NEAR)}


class Verdict(NamedTuple):
    """One row: the kinds of data everyone in it permits, and if there are none, why."""

    permitted: frozenset[str]
    code: str | None
    rule: str | None
    region: str | None


class Expected(NamedTuple):
    """All of one table.

    rows:     what passes, as (column, value) pairs; cells not permitted are None, and every column is there.
    verdicts: one per row of the table, in its order.
    decided:  how many single decisions it took.
    """

    rows: list[tuple[tuple[str, Any], ...]]
    verdicts: list[Verdict]
    decided: int


def expect(world: World, name: str, subjects: Iterable[str] | None = None) -> Expected:
    """What a gate over `world` must say of one table; `subjects` keeps the rows about one of them."""
    table, known = world.catalogue.tables[name], known_facts(world)
    schema = world.tables[name].schema
    cells = {column: (schema.field(column).type, labels_of(table, schema, column)) for column in schema.names}
    within = {column: kinds_within(*cell) for column, cell in cells.items()}
    kinds = [
        kind for kind in dict.fromkeys(table.columns.values()) if any(kind in one for one in within.values())
    ]
    wanted = None if subjects is None else set(subjects)
    identifying = {table.key, *table.subjects}
    passing = {target: _passing(world, target) for target in table.references.values()}
    refused = refused_in(world)
    rows, verdicts, decided = [], [], 0
    for row in world.tables[name].to_pylist():
        people = list(people_of(row, table))
        if wanted is not None and wanted.isdisjoint(people):
            continue
        noes = refused.of(name, row)
        verdict, asked = _judge(world, table, kinds, row, people, known, noes)
        decided += asked
        all_pass = all(str(row[column]) in passing[target] for column, target in table.references.items())
        if verdict.permitted and not all_pass:
            verdict = Verdict(frozenset(), Code.REFERENCE_WITHHELD.value, None, verdict.region)
        verdicts.append(verdict)
        if verdict.permitted:
            ask = functools.partial(_permitted_by, world, table, row, known=known, noes=noes)
            rows.append(
                tuple(
                    (column, identity_shown(world, name, column, row[column], verdict.permitted))
                    if column in identifying
                    else (column, part_shown(row[column], *cells[column], verdict.permitted, ask))
                    for column in row
                )
            )
    return Expected(rows, verdicts, decided)


def _passing(world: World, name: str) -> set[str]:
    """The keys of a table of which every row passes, as text."""
    told, key = expect(world, name).verdicts, world.catalogue.tables[name].key
    assert key is not None  # a table that is referred to has one
    passes: dict[str, bool] = {}
    for value, verdict in zip(world.tables[name][key].to_pylist(), told, strict=True):
        if value is not None:
            passes[str(value)] = passes.get(str(value), True) and bool(verdict.permitted)
    return {value for value, does in passes.items() if does}


def identity_shown(world: World, name: str, column: str, value: Any, permitted: frozenset[str]) -> Any:
    """A key or a subject, or a list of them, as text: itself where its label is permitted, else its pseudonym."""
    if isinstance(value, list):
        return [identity_shown(world, name, column, one, permitted) for one in value]
    table, schema = world.catalogue.tables[name], world.tables[name].schema
    labels = labels_of(table, schema, column)
    if value is None or (labels.kind in permitted and not labels.narrower and not labels.subjects):
        return None if value is None else str(value)
    domain = "subject" if column in table.subjects else f"key {name}"
    derived = hmac.digest(world.salt, f"licet pseudonym: {domain}".encode(), "sha256")
    return hmac.digest(derived, str(value).encode(), "sha256").hex()


def known_facts(world: World) -> dict[str, Facts]:
    """What is known about each member; a fact on which two rows differ, or that one leaves out, is not known."""
    columns = world.catalogue.facts
    assert columns is not None
    told: dict[str, list[dict[str, Any]]] = {}
    for row in world.tables[columns.table].to_pylist():
        if row[columns.subject] is not None:
            told.setdefault(str(row[columns.subject]), []).append(row)
    choices, narrow, bound, narrow_bound = _choices(world)
    signals: dict[str, set[str]] = {}
    for row in world.signals.to_pylist():
        signals.setdefault(row["subject"], set()).add(row["signal"])
    found = {}
    for subject, rows in told.items():
        born, age = _agreed(rows, columns.birth_date), _agreed(rows, columns.age)
        found[subject] = Facts(
            _agreed(rows, columns.region),
            (None if born is None else age_in_years(_day(born), world.at)) if columns.birth_date else age,
            _agreed(rows, columns.plan),
            choices.get(subject, {}),
            narrow.get(subject, {}),
            frozenset(signals.get(subject, ())),
            bound.get(subject, {}),
            narrow_bound.get(subject, {}),
        )
    return found


def tally(world: World, name: str) -> Counter[tuple[str | None, str | None, str | None]]:
    """Rows by (code, rule, region); code None is what passed."""
    return Counter((one.code, one.rule, one.region) for one in expect(world, name).verdicts)


def columns_permitted(world: World, name: str) -> set[str]:
    """The labelled columns of which some part is permitted of at least one conceivable row: by a member, or, of rows
    about nobody, in every country alike."""
    table, schema = world.catalogue.tables[name], world.tables[name].schema
    clauses = [
        rule
        for rule in world.policy.pack.rules
        if rule.created_from or rule.created_before or rule.visibility
    ]
    days = {day for rule in clauses for day in (rule.created_from, rule.created_before) if day is not None}
    made: list[datetime | None] = [None, datetime(1900, 1, 1, tzinfo=UTC)]
    made += [datetime(day.year, day.month, day.day, tzinfo=UTC) for day in days]
    shown: list[str | None] = [None, *sorted(world.policy.pack.audiences)]
    everywhere = [[Facts(country) for country in sorted(COUNTRIES)]]
    people = everywhere if table.about == "nobody" else [[facts] for facts in known_facts(world).values()]
    return {
        column
        for column in schema.names
        for kind in kinds_within(schema.field(column).type, labels_of(table, schema, column))
        if any(
            all(
                decide(
                    Request(world.purpose, kind, world.recipient, world.at, word, at), facts, world.policy
                ).permitted
                for facts in asked
            )
            for asked in people
            for word in shown
            for at in made
        )
    }


def _judge(
    world: World,
    table: Table,
    kinds: list[Any],
    row: dict[str, Any],
    people: list[str | None],
    known: dict[str, Facts],
    noes: frozenset[No],
) -> tuple[Verdict, int]:
    if not kinds:
        return Verdict(frozenset(), Code.UNLABELLED.value, None, None), 0
    visibility, created = seen_and_made(table, row)
    told: list[tuple[str | None, list[Decision]]] = []
    # A row about nobody: somebody in every country, whose yes is their silence.
    asked_of: list[Facts | None] = [
        *(None if subject is None else known.get(subject) for subject in people or [None])
    ]
    for facts in map(Facts, sorted(COUNTRIES)) if table.about == "nobody" else asked_of:
        decisions = [
            decide(
                Request(world.purpose, kind, world.recipient, world.at, visibility, created, noes),
                facts,
                world.policy,
            )
            for kind in kinds
        ]
        is_somebody = facts is not None and table.about != "nobody"
        told.append((facts.region if facts is not None and is_somebody else None, decisions))
    permitted = frozenset(
        kind for place, kind in enumerate(kinds) if all(decisions[place].permitted for _, decisions in told)
    )
    asked = len(kinds) * (1 if table.about == "nobody" else len(told))
    if permitted:
        return Verdict(permitted, None, None, told[0][0]), asked
    for region, decisions in told:
        if not any(decision.permitted for decision in decisions):
            nearest = max(decisions, key=lambda decision: _NEARNESS[decision.code])
            return Verdict(permitted, nearest.code.value, nearest.rule, region), asked
    return Verdict(permitted, Code.SUBJECTS_DISAGREE.value, None, told[0][0]), asked


def seen_and_made(table: Table, row: dict[str, Any]) -> tuple[str | None, datetime | None]:
    visibility = table.visibility_is if table.visibility is None else row[table.visibility]
    return visibility, None if table.created is None else moment_of(row[table.created])


def _permitted_by(
    world: World,
    table: Table,
    row: dict[str, Any],
    subject: Any,
    kinds: frozenset[str],
    known: dict[str, Facts],
    noes: frozenset[No],
) -> frozenset[str]:
    """Of these kinds of data, what one person, of whom an element of the row is about, permits of this row."""
    facts = None if subject is None else known.get(str(subject))
    visibility, created = seen_and_made(table, row)
    request = Request(world.purpose, "", world.recipient, world.at, visibility, created, noes)
    return frozenset(k for k in kinds if decide(request._replace(category=k), facts, world.policy).permitted)


class _Chosen(NamedTuple):
    """By subject and setting: the whole of it, kinds of data under it, and the packs either was said under."""

    whole: dict[str, dict[str, ChoiceState]]
    narrow: dict[str, dict[str, dict[str, ChoiceState]]]
    bound: dict[str, dict[str, str]]
    narrow_bound: dict[str, dict[str, dict[str, str]]]


def _choices(world: World) -> _Chosen:
    chosen = _Chosen({}, {}, {}, {})
    for row in world.choices.to_pylist():
        state = ChoiceState(row["state"])
        if row["category"] is None:
            chosen.whole.setdefault(row["subject"], {})[row["setting"]] = state
            if row["pack"] is not None:
                chosen.bound.setdefault(row["subject"], {})[row["setting"]] = row["pack"]
        else:
            kinds = chosen.narrow.setdefault(row["subject"], {}).setdefault(row["setting"], {})
            kinds[row["category"]] = state
            if row["pack"] is not None:
                packs = chosen.narrow_bound.setdefault(row["subject"], {}).setdefault(row["setting"], {})
                packs[row["category"]] = row["pack"]
    return chosen


def _agreed(rows: list[dict[str, Any]], column: str | None) -> Any:
    told = [] if column is None else [row[column] for row in rows]
    return told[0] if told and all(one is not None and one == told[0] for one in told) else None


def _day(born: Any) -> date:
    if isinstance(born, datetime):
        return born.astimezone(UTC).date() if born.tzinfo is not None else born.date()
    assert isinstance(born, date)
    return born


def moment_of(made: Any) -> datetime | None:
    """When a record was made; without a zone it is UTC, and a bare day is its first moment."""
    if isinstance(made, datetime):
        return made.replace(tzinfo=UTC) if made.tzinfo is None else made
    return datetime(made.year, made.month, made.day, tzinfo=UTC) if isinstance(made, date) else None
