"""Worlds that seeded faults are tried against: small enough to be quick, and lively."""

from __future__ import annotations

from random import Random

from licet.testing.worlds import World, make_world

#: World and table: those of 1,100 worlds that are told most things apart, of every sort of table. The first rows
#: are of those whose rows can pass in one way only, where what all who permit share is read (`Eligibility.shared`) or
#: must not be: tables that tell most things apart never are. The others have elements, keys and ids of their own; in
#: the last single rows are refused: records, what refers to them, work data.
LIVELY = (
    "4/t1", "4/t2", "32/t0", "87/t1",
    "68/t2", "113/t2", "47/t0", "81/t0",
    "5/t0", "5/t2", "51/t1", "24/t0", "155/t1", "45/t2", "25/t0", "32/t2", "9/t2", "727/t0", "141/t2", "1027/t0",
    "272/t0", "272/t1", "272/t2", "344/t0", "265/t0", "265/t2", "407/t0", "307/t0",
    "403/t1", "192/t2", "527/t1", "523/t1", "99/t1", "523/t0", "343/t1", "39/t1",
    "259/t0", "357/t0", "199/t0", "559/t0", "255/t0", "387/t1", "441/t1", "274/t0",
    "186/t0", "36/t2", "283/t1", "277/t2", "7/t1", "57/t0", "236/t0",
    "712/t2", "1193/t0", "1288/t1", "577/t2", "453/t1",
    "100/t0", "32/t1", "75/t1", "65/t1", "13/t1", "829/t0",
)  # fmt: skip
#: How many tables a world has beside the members', by the remainder of its number divided by four.
TABLES = (3, 3, 1, 2)


def make_trial_world(number: int) -> World:
    """Every fourth of many columns, every fourth of many rules."""
    rng, tables = Random(f"trial/{number}"), TABLES[number % 4]
    if number % 4 == 2:
        return make_world(rng, 15, 40, tables, columns=61)
    if number % 4 == 3:
        return make_world(rng, 25, 60, tables, most_rules=60)
    return make_world(rng, 25, 60, tables)
