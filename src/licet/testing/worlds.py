"""A whole made-up world for a gate: a policy, members and what they chose, tables, a question and a moment.

Everything real data does wrong is in it: members twice in the facts table, agreeing or not, subjects nobody
knows, NULL everywhere, ids as numbers, lists of people with gaps, times in other zones, odd column names.
"""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import Any, NamedTuple

import pyarrow as pa
from hypothesis import strategies as st

from licet.decide import Policy, governed_by
from licet.packs import Pack
from licet.sources.catalogue import Catalogue
from licet.terms import SELF
from licet.testing.people import make_choices, make_members, make_signals
from licet.testing.policies import make_pack, make_successor
from licet.testing.records import make_table
from licet.testing.words import (
    DAYS,
    OWN_PURPOSES,
    PURPOSES,
    RECIPIENTS,
    chance,
    moment_near,
    pick,
)


class World(NamedTuple):
    """choices: subject, setting, category (or null), value, state, entry; the latest of each, as a ledger tells.
    signals: subject, signal; those in force."""

    policy: Policy
    catalogue: Catalogue
    tables: dict[str, pa.Table]
    choices: pa.Table
    signals: pa.Table
    purpose: str
    recipient: str
    at: datetime

    def __repr__(self) -> str:
        """Enough to see a failing example by, and to write it down as a test."""
        tables = {name: table.to_pylist() for name, table in self.tables.items()}
        return (
            f"World(purpose={self.purpose!r}, recipient={self.recipient!r}, at={self.at!r},\n"
            f" pack={self.policy.pack.as_json()!r},\n catalogue={self.catalogue.model_dump(exclude_none=True)!r},\n"
            f" tables={tables!r},\n choices={self.choices.to_pylist()!r}, signals={self.signals.to_pylist()!r})"
        )


def worlds(most_members: int = 6, most_rows: int = 8) -> st.SearchStrategy[World]:
    """Small worlds, which shrink to the few members and rows that matter."""
    return st.randoms(use_true_random=False).map(lambda rng: make_world(rng, most_members, most_rows))


def make_world(rng: Random, most_members: int, most_rows: int, tables: int = 2) -> World:
    policy = make_policy(rng)
    at = moment_near(rng, DAYS[-1:] if chance(rng, 75) else DAYS)
    numbered = chance(rng, 25)
    subjects = [str(n) if numbered else f"m{n}" for n in range(1 + rng.randrange(most_members))]
    fact_columns, members = make_members(rng, subjects, numbered, at)
    made = {f"t{n}": make_table(rng, subjects, numbered, most_rows) for n in range(tables)}
    found: dict[str, Any] = {
        "members": {
            "location": {"arrow": "members"},
            "key": "row",
            "subjects": [fact_columns["subject"]],
            "columns": {"name": "profile.name"} | ({"region": "profile"} if chance(rng, 30) else {}),
        }
    }
    for name, (catalogued, _) in made.items():
        found[name] = catalogued | {"location": {"arrow": name}}
    return World(
        policy,
        Catalogue.model_validate({"licet_catalogue": 1, "facts": fact_columns, "tables": found}),
        {"members": members} | {name: table for name, (_, table) in made.items()},
        make_choices(rng, [*subjects, "nobody"]),
        make_signals(rng, [*subjects, "nobody"]),
        pick(rng, [*PURPOSES, *(own for own in OWN_PURPOSES if own in policy.pack.purposes)]),
        pick(rng, [word for word in RECIPIENTS if word in policy.pack.recipients] or [SELF])
        if chance(rng, 20)
        else SELF,
        at,
    )


def make_policy(rng: Random) -> Policy:
    """A pack, alone or following another whose refusals it carries."""
    pack: Pack = make_pack(rng)
    if chance(rng, 30):
        return Policy(make_successor(rng, pack).pack, governed_by(pack))
    return Policy(pack)
