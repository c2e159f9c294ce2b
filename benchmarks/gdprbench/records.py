"""GDPRbench's records, as published: ten fields, each value drawn from the record's number.

A record's person objects to one purpose, or to none, and allows decisions by machines alone, or does not; both are
the person's and not the record's (docs/gdprbench.md says why).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from licet.terms.moments import parse_moment

#: How many values each field has, and the times to live in seconds.
PURPOSES, OBJECTIONS, OTHER_VALUES = 25, 100, 10
TTLS = (30, 10_000, 12_000, 14_000, 16_000, 18_000, 20_000, 22_000, 24_000, 1_000_000)
DATA_CHARACTERS = 100

#: When the data was loaded; operation n takes place n seconds later.
LOADED_AT = parse_moment("2026-01-01")

#: Three persons in four live where the policy holds.
REGIONS = ("DE", "FR", "SE", "US")
COVERED = REGIONS[:3]

CATEGORY, AUTOMATED = "content.posts", "automated_decisions"


class Record(NamedTuple):
    """One row of the platform's. expires: seconds since the data was loaded."""

    key: str
    pur: int
    expires: int
    usr: int
    acl: int
    shr: int
    src: int
    cat: int
    data: str


#: The fields of a record that an update of metadata may set; `OBJ` and `DEC` are the person's.
PLAIN_FIELDS = ("expires", "acl", "shr", "src", "cat")


def make_record(number: int, persons: int, created: int = 0) -> Record:
    text = (f"{number} " * DATA_CHARACTERS)[:DATA_CHARACTERS]
    return Record(
        f"key{number}",
        number % PURPOSES,
        created + TTLS[number % len(TTLS)],
        number % persons,
        *(number % OTHER_VALUES for _ in range(4)),
        text,
    )


def value_of(field: str, number: int, now: int) -> int:
    """What an update sets a field to, from the number of a record, as when that record was made."""
    if field == "expires":
        return now + TTLS[number % len(TTLS)]
    return number % {"obj": OBJECTIONS, "dec": 2}.get(field, OTHER_VALUES)


def purpose(number: int) -> str:
    return f"purpose_{number}"


def person(number: int) -> str:
    return f"user{number}"


def region_of(person_number: int) -> str:
    return REGIONS[person_number % len(REGIONS)]


def moment(seconds: int) -> datetime:
    return LOADED_AT + timedelta(seconds=seconds)


class Said(NamedTuple):
    """A person switches the setting of a purpose on or off."""

    purpose: str
    on: bool


def objection(value: int, record_purpose: int) -> Said:
    """What an objection says: against a purpose by its number, or, beyond those, not against the record's own."""
    if value < PURPOSES:
        return Said(purpose(value), False)
    return Said(purpose(record_purpose), True)


def automated(value: int) -> Said:
    return Said(AUTOMATED, value == 0)
