"""What a made-up world puts to the test, by name, so that a generator that stops reaching something is noticed.

`of_world` looks at the policy, the tables and the moment; `of_questions` at a sample of the single questions the
tables ask, with the rules in scope and what the person chose. `reach` says what a long run must have met.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pandas as pd
import pyarrow as pa

from licet.decide import Decision, Facts, Request, decide
from licet.decide.evaluator import by_rules, is_read, look, reaches, refusal, yes_to
from licet.decide.policy import Cell, View
from licet.decide.succession import FOR_GOOD
from licet.sources.catalogue import Table
from licet.terms import SELF, ChoiceState, Code
from licet.terms.regions import WORLD, is_region
from licet.terms.signals import GPP, TCF
from licet.terms.vocabulary import ancestors
from licet.testing.expected_refusals import people_of, refused_in
from licet.testing.expected_rows import known_facts, moment_of
from licet.testing.worlds import World

_INSTANT = timedelta(microseconds=1)
_NO = (ChoiceState.REFUSED, ChoiceState.WITHDRAWN)


def features(world: World, rows: int = 60) -> Counter[str]:
    """Every feature of the world, and how many of the first questions of each table's first `rows` have it."""
    return Counter(of_world(world)) + Counter(of_questions(world, rows))


def of_world(world: World) -> set[str]:
    pack, found = world.policy.pack, set()
    found |= {f"policy: {pack.version} packs in force so far"} if pack.version in "23" else set()
    if len(pack.rules) >= 100:
        found.add("policy: hundreds of rules")
    if world.recipient != SELF:
        found.add("question: another recipient")
    if len(pack.purpose_line(world.purpose)) > 1:
        found.add("question: a purpose of the pack's own")
    if world.at.utcoffset():
        found.add("moment: with an offset")
    if world.at.year in (1, 9999):
        found.add(f"moment: year {world.at.year}")
    refused = refused_in(world)
    for name, table in world.catalogue.tables.items():
        found |= set(_of_table(table, world.tables[name]))
        for row in _rows(world.tables[name], 60) if table.references else ():
            if refused.refers_to_refused(name, row):
                found.add("refused: one record, for what refers to it")
    return found | set(_of_members(world))


def _of_table(table: Table, data: pa.Table) -> Iterator[str]:
    kinds = {kind for kind in table.columns.values() if kind is not None}
    if len(kinds) > 1:
        yield "table: kinds of data mixed"
    if len(kinds) >= 40:
        yield "table: forty kinds of data or more"
    if not kinds:
        yield "table: nothing labelled"
    if table.is_about_nobody:
        yield "table: about nobody"
    elif not table.subjects:
        yield "table: whose nobody says"
    if table.references:
        yield "table: that refers to another"
    for kind, told in (("events", table.event), ("edges", table.edge), ("people by role", table.roles)):
        if told:
            yield f"table: of {kind}"
    if len(table.subjects) > 1:
        yield "table: several columns of people"
    roles = (*table.subjects, table.created, table.visibility)
    for role, column in ((name, data[name]) for name in roles if name is not None):
        if pa.types.is_null(column.type):
            yield "column: of no type"
        elif column.null_count == len(column) > 0:
            yield "column: of nulls only"
        if pa.types.is_dictionary(column.type):
            yield "column: a dictionary"
        if role in table.subjects:
            yield from _of_ids(column)
        if role == table.created:
            yield f"created: {_kind_of_time(column.type)}"


def _of_ids(column: pa.ChunkedArray) -> Iterator[str]:
    values: list[Any] = column.to_pylist()
    if pa.types.is_list(column.type):
        lists = [one for one in values if one is not None]
        for name, met in (
            ("none at all", len(lists) < len(values)),
            ("empty", any(not one for one in lists)),
            ("with a gap", any(None in one for one in lists)),
            ("twelve long", any(len(one) >= 12 for one in lists)),
            ("someone twice", any(len(set(one)) < len(one) for one in lists)),
        ):
            if met:
                yield f"list of people: {name}"
        values = [id_ for one in lists for id_ in one]
    if any(isinstance(id_, int) for id_ in values):
        yield "ids: whole numbers"
    if any(isinstance(id_, int) and id_ > 2**53 for id_ in values):
        yield "ids: beyond what floats tell apart"
    if any(isinstance(id_, int) and id_ < 0 for id_ in values):
        yield "ids: negative"
    if any(isinstance(id_, str) and id_ != id_.strip() for id_ in values):
        yield "ids: text with blanks"
    if any(isinstance(id_, str) and id_[:1] == "0" and id_ != "0" for id_ in values):
        yield "ids: a nought in front"


def _kind_of_time(kind: pa.DataType) -> str:
    if pa.types.is_timestamp(kind):
        zone = "no zone" if kind.tz is None else "UTC" if kind.tz == "UTC" else "another zone"
        return f"{kind.unit}, {zone}" if kind.unit == "us" else kind.unit
    return str(kind)


def _of_members(world: World) -> Iterator[str]:
    columns = world.catalogue.facts
    assert columns is not None
    rows = world.tables[columns.table].to_pylist()
    told: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        told.setdefault(row[columns.subject], []).append(
            {k: v for k, v in row.items() if k not in ("row", "name")}
        )
    if None in told:
        yield "members: one without an id"
    for same in told.values():
        if len(same) > 1:
            yield (
                "members: twice, alike"
                if all(row == same[0] for row in same)
                else "members: twice, not alike"
            )
    yield f"members: {'a date of birth' if columns.birth_date else 'an age' if columns.age else 'no age'}"
    if columns.birth_date:
        today = world.at.astimezone(UTC).date()
        for row in rows:
            born = row[columns.birth_date]
            if born is not None and (born.month, born.day) == (today.month, today.day):
                yield "members: a birthday today"
            if born is not None and (born.month, born.day) == (2, 29):
                yield "members: born on 29 February"


def of_questions(world: World, rows: int) -> Iterator[str]:
    """The features of the questions that the first `rows` of each table ask, each as often as it is met."""
    known = known_facts(world)
    for name, table in world.catalogue.tables.items():
        kinds = sorted({kind for kind in table.columns.values() if kind is not None})
        for number, row in enumerate(islice(_rows(world.tables[name], rows), rows)):
            shown = table.visibility_is if table.visibility is None else row[table.visibility]
            made = None if table.created is None else moment_of(row[table.created])
            for subject in set(people_of(row, table)):
                facts = None if subject is None else known.get(subject)
                for kind in kinds[number % 7 :: 7]:
                    asked = Request(world.purpose, kind, world.recipient, world.at, shown, made)
                    yield from _of_question(world, asked, facts)


def _rows(data: pa.Table, most: int) -> Iterator[dict[str, Any]]:
    yield from data.slice(0, most).to_pylist()


def _of_question(world: World, asked: Request, facts: Facts | None) -> Iterator[str]:
    cell = world.policy.cell(asked.purpose, asked.category, asked.recipient)
    told = decide(asked, facts, world.policy)
    yield f"code: {told.code.value}"
    yield from _of_scope(world, cell, asked, told, facts)
    if cell.code is not None or facts is None:
        return
    if len(cell.permits) + len(cell.forbids) >= 20:
        yield "question: twenty rules in scope"
    yield from _of_dates(cell, asked)
    yield from _of_places(cell, asked, facts)
    yield from _of_choices(world, cell, told, facts)
    for clause in cell.permits:
        spoken = world.policy.pack.rules_by_id[clause.id].categories
        for kind in ancestors(asked.category):
            if kind in spoken:
                yield f"kind of data: level {len(ancestors(asked.category))}, rule at level {kind.count('.') + 1}"


def _of_scope(world: World, cell: Cell, asked: Request, told: Decision, facts: Facts | None) -> Iterator[str]:
    opens = world.policy.in_force_from
    if cell.read is None or facts is None or asked.at is None or opens is None or asked.at < opens:
        return
    if len(cell.read) > 1:
        yield "scope: several parts"
    known = is_read(cell, asked.at, facts)
    if known is False and told.code.says_no:
        yield "scope: a no to what nobody has read"
    if told.code is Code.REGION_UNKNOWN and known is None:
        yield "scope: a region that nobody knows"
    view = look(asked, facts, world.policy)
    if told.code is not Code.NOT_READ or not isinstance(view, View) or view.told is not None:
        return
    if by_rules(view, asked, facts, world.policy)[0]:
        yield "scope: a permit that it leaves out"


def _of_dates(cell: Cell, asked: Request) -> Iterator[str]:
    assert asked.at is not None
    made = asked.created
    if isinstance(made, pd.Timestamp):
        made = made.to_pydatetime(warn=False)  # which can be compared with the ends of the calendar
    for clause in (*cell.permits, *cell.forbids):
        for edge, name in ((clause.starts, "start"), (clause.ends, "end")):
            if edge is not None and abs(asked.at - edge) <= _INSTANT:
                yield f"moment: {_beside(asked.at, edge)} a rule's {name}"
        for cut in (clause.created_from, clause.created_before):
            if cut is not None and made is not None and abs(made - cut) <= _INSTANT:
                yield f"record: made {_beside(made, cut)} a cut"
            if cut is not None and cut.year in (1, 9999):
                yield f"cut: year {cut.year}"
    if made is not None and made.year in (1, 9999):
        yield f"record: made in year {made.year}"


def _beside(moment: datetime, edge: datetime) -> str:
    return "at" if moment == edge else "just before" if moment < edge else "just after"


def _of_places(cell: Cell, asked: Request, facts: Facts) -> Iterator[str]:
    region = facts.region
    if region is not None and not is_region(region):
        yield "region: no code"
    for clause in (*cell.permits, *cell.forbids):
        if clause.places is None or not isinstance(region, str) or asked.at is None:
            continue
        places = clause.places.at(asked.at)
        if len(clause.places.sets) > 1 and places != clause.places.sets[0]:
            yield "region: a group as it was before"
        if WORLD not in places and region[2:3] == "-":
            if region in places:
                yield "region: a subdivision that a rule names"
            elif region[:2] in places:
                yield "region: a subdivision of a country that a rule names"
        if (
            WORLD not in places
            and region not in places
            and any(place[:3] == f"{region}-" for place in places)
        ):
            yield "region: a country of which a rule names a subdivision"


def _of_choices(world: World, cell: Cell, told: Decision, facts: Facts) -> Iterator[str]:
    policy, above = world.policy, ancestors(told.request.category)
    for setting, kinds in facts.narrow.items():
        mine = setting in cell.carried or any(
            clause.control is not None and setting in clause.control.answers_for for clause in cell.permits
        )
        for kind in (kind for kind, state in kinds.items() if mine and state in _NO):
            if kind == told.request.category:
                yield "narrow refusal: of this very kind"
            elif kind in above:
                yield "narrow refusal: above"
            elif told.request.category in ancestors(kind):
                yield "narrow refusal: below"
            elif policy.pack.category_term(kind) is None:
                yield "narrow refusal: of a kind dropped since"
                if reaches(kind, above, policy) is not None:
                    yield "narrow refusal: of a kind dropped since, which reaches"
            elif any(kind.startswith(one) or one.startswith(kind) for one in above[:1]):
                yield "narrow refusal: of a kind that only begins alike"
    yield from _of_yeses(world, cell, told, facts)
    if told.code is not Code.REFUSED:
        return
    carry = cell.carried.get(told.setting or "")
    if carry is not None and carry.bar != FOR_GOOD:
        yield "refused: by a setting that does not govern it any more, or never did"
    if told.setting is not None and facts.choices.get(told.setting) is ChoiceState.GIVEN_AGAIN:
        yield "refused: by a no that a later yes does not speak against"
    if told.setting in policy.controls:
        control = policy.controls[told.setting]
        if any(facts.choices.get(old) in _NO for old in control.answers_for[1:]):
            yield "refused: by a setting that this one replaces"
        if control.honours & facts.signals:
            yield "refused: by a signal"
        yield from (f"refused: by a {sent} string" for sent in control.honours & facts.signals & {GPP, TCF})
    elif told.setting in cell.signals:
        yield "refused: by a signal that an earlier pack honoured"
    else:
        yield "refused: by a setting of an earlier pack"


def _of_yeses(world: World, cell: Cell, told: Decision, facts: Facts) -> Iterator[str]:
    policy, request = world.policy, told.request
    for control in {clause.control.id: clause.control for clause in cell.permits if clause.control}.values():
        if (own := facts.choices.get(control.id)) is not None and own.is_yes:
            yes = yes_to(control, request, facts, policy, cell)
            if yes < 0 and control.id in facts.bound:
                yield "yes: given for something else"
            elif 0 <= yes < len(policy.earlier):
                yield "yes: given under an earlier pack"
    if told.permitted and any(
        refusal(setting, carry.bar, request, facts, policy, cell) is not None
        for setting, carry in cell.carried.items()
    ):
        yield "permitted: by a yes to what governs now, after a no to what did not any more"
