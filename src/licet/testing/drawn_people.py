"""Made-up members: a facts table as platforms have them, and what the ledger says they chose."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from random import Random
from typing import Any

import pyarrow as pa

from licet.packs import Pack
from licet.terms import ChoiceState
from licet.terms.moments import midnight
from licet.testing.drawn_ids import Subjects, column_of_ids, column_of_words
from licet.testing.drawn_questions import STATES, make_objection, make_plan, make_region
from licet.testing.drawn_strings import signals_sent
from licet.testing.drawn_words import (
    AGES,
    CATEGORIES,
    DEEP_CATEGORIES,
    DROPPED_CATEGORIES,
    LAST_AGES,
    LAST_DAYS,
    OWN_CATEGORIES,
    RETIRED,
    SETTINGS,
    chance,
    pick,
    shifted,
)

_REFUSED = [*CATEGORIES, *OWN_CATEGORIES, *DEEP_CATEGORIES, *DROPPED_CATEGORIES]
_EAST = timezone(timedelta(hours=9))


def make_members(rng: Random, subjects: Subjects, at: datetime) -> tuple[dict[str, str], pa.Table]:
    """A facts section of a catalogue, and the table it speaks of: most members once, some twice, some not."""
    columns = {"table": "members", "subject": "who"}
    wanted = {"region": 97, "plan": 90, "birth_date": 55, "age": 60}
    columns |= {name: name for name, percent in wanted.items() if chance(rng, percent)}
    rows: list[dict[str, Any]] = []
    for subject in subjects.ids:
        if chance(rng, 5):
            continue
        row = _member(rng, subject, at)
        rows.append(row)
        if chance(rng, 20):
            rows.append(dict(row) if chance(rng, 50) else row | _one_other(rng, _member(rng, subject, at)))
    if chance(rng, 10):
        rows.append(_member(rng, None, at))
    for number, row in enumerate(rows):
        row["row"] = number
    born_type, born = _birth_dates(rng, [row["birth_date"] for row in rows])
    data = {
        "row": pa.array([row["row"] for row in rows], pa.int64()),
        "who": column_of_ids(rng, subjects, [row["who"] for row in rows]),
        "name": pa.array([f"name {row['row']}" for row in rows], pa.string()),
        "region": column_of_words(rng, [row["region"] for row in rows]),
        "plan": column_of_words(rng, [row["plan"] for row in rows]),
        "birth_date": pa.array(born, born_type),
        "age": pa.array([row["age"] for row in rows], pa.int32()),
    }
    return columns, pa.table(data)


def _member(rng: Random, subject: str | None, at: datetime) -> dict[str, Any]:
    return {
        "who": subject,
        "region": make_region(rng),
        "plan": make_plan(rng),
        "birth_date": None if chance(rng, 8) else _birth_date(rng, at.astimezone(UTC).date()),
        "age": None
        if chance(rng, 8)
        else pick(rng, [30, *AGES, *(age - 1 for age in AGES), 66, 0, -3, 120, 121, 1990]),
    }


def _one_other(rng: Random, other: dict[str, Any]) -> dict[str, Any]:
    """Where the second row differs: it says something else, or leaves the fact out."""
    name = pick(rng, ["region", "plan", "birth_date", "age"])
    return {name: None if chance(rng, 40) else other[name]}


def _birth_date(rng: Random, today: date) -> date:
    """Around a birthday that rules ask about, on a leap day, long ago, or not yet."""
    kind = rng.randrange(10)
    if kind == 0:
        return pick(rng, [date(2008, 2, 29), date(1960, 2, 29), date(2008, 2, 28), date(2008, 3, 1)])
    if kind == 1:
        tomorrow = min(today, date.max - timedelta(1)) + timedelta(1)
        return pick(rng, [date(1950, 6, 1), tomorrow, today, date(1900, 1, 1), *LAST_DAYS])
    year = max(today.year - pick(rng, (*AGES, *LAST_AGES) if chance(rng, 10) else AGES), 1)
    try:
        birthday = today.replace(year=year)
    except ValueError:
        birthday = date(year, 3, 1)
    return shifted(midnight(birthday), timedelta(pick(rng, [0, 1, -1, -200]))).date()


def _birth_dates(rng: Random, days: list[date | None]) -> tuple[pa.DataType, list[Any]]:
    """The same days as a column of dates or of times."""
    kind = rng.randrange(12)
    if kind == 11:
        return pa.null(), [None] * len(days)
    kind %= 4
    if kind == 2:
        return pa.timestamp("us"), [
            None if day is None else datetime.combine(day, time(23, 59)) for day in days
        ]
    if kind == 3 and date.min not in days:  # early in the east it is still the day before in UTC
        return pa.timestamp("us", "Asia/Tokyo"), [
            None if day is None else datetime.combine(day, time(3), _EAST) for day in days
        ]
    return pa.date32(), list(days)


def make_choices(rng: Random, subjects: Sequence[str], packs: Sequence[Pack] = ()) -> pa.Table:
    """What a ledger's `choices_table` says: one line per subject, setting and kind of data.

    packs: under which they were made; now and then under one that the ledger does not name.
    """
    rows: list[tuple[str, str, str | None, str, str | None]] = []
    settings = dict.fromkeys(
        (*SETTINGS, *RETIRED, "ai_2", "ai_2_2", *(one for pack in packs for one in pack.settings))
    )
    digests = [pack.digest for pack in packs]
    bound = [*digests, *digests[-1:], None]
    for subject in subjects:
        said = make_objection(f"{subject} {len(rows)}")
        rows += [(subject, setting, None, str(state), bound[0]) for setting, state in said.items()]
        if len(packs) > 1 and chance(rng, 25):  # no to what was, and yes to what came of it
            when = pick(rng, digests)
            rows += [
                (
                    subject,
                    one,
                    None,
                    pick(rng, ["given", "given_again"])
                    if one in packs[-1].settings and chance(rng, 70)
                    else pick(rng, ["given_again", "refused", "refused"]),
                    when,
                )
                for one in dict.fromkeys(one for pack in packs for one in pack.settings)
            ]
            continue
        for setting in settings:
            if chance(rng, 30):
                rows.append((subject, setting, None, str(pick(rng, STATES)), pick(rng, bound)))
            if chance(rng, 20):
                kinds = {pick(rng, _REFUSED) for _ in range(2)}
                rows += [
                    (subject, setting, kind, str(pick(rng, STATES)), pick(rng, bound))
                    for kind in sorted(kinds)
                ]
    states = [state for *_, state, _ in rows]
    return pa.table(
        {
            "subject": pa.array([subject for subject, *_ in rows], pa.string()),
            "setting": pa.array([setting for _, setting, *_ in rows], pa.string()),
            "category": pa.array([category for _, _, category, *_ in rows], pa.string()),
            "value": pa.array(
                ["on" if ChoiceState(state).is_yes else "off" for state in states], pa.string()
            ),
            "state": pa.array(states, pa.string()),
            "entry": pa.array(range(len(rows)), pa.int64()),
            "pack": pa.array([pack for *_, pack in rows], pa.string()).dictionary_encode(),
        }
    )


def make_signals(rng: Random, subjects: Sequence[str]) -> pa.Table:
    """What a ledger's `signals_table` says."""
    drawn = [(subject, signal) for subject in subjects for signal in ("gpc", "other") if chance(rng, 15)]
    strings = {(subject, signal) for subject in subjects for signal in signals_sent(f"{drawn} {subject}", 15)}
    rows = sorted({*drawn, *strings})
    return pa.table(
        {
            "subject": pa.array([subject for subject, _ in rows], pa.string()),
            "signal": pa.array([signal for _, signal in rows], pa.string()),
        }
    )
