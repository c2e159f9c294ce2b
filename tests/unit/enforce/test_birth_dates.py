"""Days of birth that nobody can have: data may say them, and then nothing is known, by the gate and for one person."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pyarrow as pa
import pytest
from enforce_samples import AT, MEMBERS, Told, as_written, make_gate, permit

from licet.enforce.people import People
from licet.ledger import Ledger, Stances

#: The first second of year 1 and the last of 9999, and days a little and far beyond the calendar, since 1970.
FIRST_S, LAST_S = -62_135_596_800, 253_402_300_799
FIRST_DAY, LAST_DAY = -719_162, 2_932_896


class NobodyChose(Told):
    def ever_refusing(self) -> list[str]:
        return []

    def stances_of(self, subject: str, position: int) -> Stances:
        return Stances.none(position)


def members(born: pa.Array) -> pa.Table:
    return MEMBERS.set_column(MEMBERS.column_names.index("born"), "born", born)


def age_of_ann(gate: Any, table: pa.Table, asked: int) -> int | None:
    """As a single decision has it, by the first question and by later ones, which go another way."""
    people = People(gate._catalogue, lambda: gate._engine, gate._tables._base, {"members": table})
    for _ in range(asked):
        facts = people.facts_about("ann", AT, 1, cast(Ledger, NobodyChose()))
    assert facts is not None
    return facts.age


@pytest.mark.parametrize(
    "born",
    [
        pa.array(np.array([FIRST_DAY - 1, 0, 0], np.int32), pa.date32()),
        pa.array(np.array([LAST_DAY + 1, 0, 0], np.int32), pa.date32()),
        pa.array(np.array([-(2**31) + 1, 0, 0], np.int32), pa.date32()),
        pa.array(np.array([2**31 - 1, 0, 0], np.int32), pa.date32()),
        pa.array([FIRST_S * 10**6 - 1, 0, 0], pa.timestamp("us")),
        pa.array([(LAST_S + 1) * 10**6, 0, 0], pa.timestamp("us", "UTC")),
        pa.array([(LAST_S + 1) * 10**6, 0, 0], pa.timestamp("us", "Pacific/Kiritimati")),
    ],
    ids=[
        "before the first day",
        "after the last day",
        "the earliest day",
        "the latest day",
        "before the first moment",
        "after the last moment",
        "after the last moment, in a zone",
    ],
)
def test_a_day_beyond_the_calendar_is_not_known_and_denies(born: pa.Array) -> None:
    table = members(born)
    gate = make_gate(permit(minimum_age=18), members=table)
    told = {row["key"]: row["code"] for row in as_written(gate.verdicts("posts"))}
    assert told[1] == "age_unknown" and told[2] is None
    assert [age_of_ann(gate, table, asked) for asked in (1, 2)] == [None, None]


@pytest.mark.parametrize(
    ("born", "zone"),
    [(FIRST_S, "America/New_York"), (FIRST_S, "-14:00"), (FIRST_S, None)],
)
def test_the_first_day_of_the_calendar_is_one_whatever_the_zone(born: int, zone: str | None) -> None:
    """In the zone it is the year before; UTC counts, and nobody is two thousand years old."""
    table = members(pa.array([born, 0, 0], pa.timestamp("s")).cast(pa.timestamp("us", zone)))
    gate = make_gate(permit(minimum_age=18), members=table)
    told = {row["key"]: row["code"] for row in as_written(gate.verdicts("posts"))}
    assert told[1] == "age_unknown"
    assert [age_of_ann(gate, table, asked) for asked in (1, 2)] == [None, None]
