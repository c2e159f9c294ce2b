"""A whole made-up world for a gate: a policy, members and what they chose, tables, a question and a moment.

Everything real data does wrong is in it: members twice in the facts table, agreeing or not, subjects nobody
knows, NULL everywhere, ids as numbers, lists of people with gaps, times in other zones, odd column names.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

import pyarrow as pa
from hypothesis import strategies as st

from licet.decide import EVERYTHING, Policy
from licet.ledger.choices import ORGANISATION_NOES, RECORD_NOES
from licet.packs import Pack, Use
from licet.sources.catalogue import Catalogue, Table
from licet.terms import SELF
from licet.terms.moments import midnight
from licet.testing.drawn_ids import Subjects, make_subjects
from licet.testing.drawn_people import make_choices, make_members, make_signals
from licet.testing.drawn_policies import make_pack
from licet.testing.drawn_records import employ, make_table, refer
from licet.testing.drawn_words import (
    CATEGORIES,
    DAYS,
    LAST_DAYS,
    ORGANISATIONS,
    OWN_CATEGORIES,
    PURPOSES,
    RETIRED,
    SETTINGS,
    ZONES,
    chance,
    moment_near,
    pick,
    shifted,
)
from licet.testing.successors import make_successor

NOBODY_REFUSED, NO_ORGANISATION_REFUSED = RECORD_NOES.empty_table(), ORGANISATION_NOES.empty_table()


class World(NamedTuple):
    """choices: subject, setting, category (or null), value, state, entry, pack; the latest of each, as a ledger tells.
    signals: subject, signal; those in force. record_noes: subject, table, key, setting, entry; those that stand.
    organisation_noes: organisation, setting, category, entry; those that stand."""

    policy: Policy
    catalogue: Catalogue
    tables: dict[str, pa.Table]
    choices: pa.Table
    signals: pa.Table
    purpose: str
    recipient: str
    at: datetime
    salt: bytes = b"of a made-up workspace"
    record_noes: pa.Table = NOBODY_REFUSED
    organisation_noes: pa.Table = NO_ORGANISATION_REFUSED

    def __repr__(self) -> str:
        """Enough to see a failing example by, and to write it down as a test."""
        tables = {name: table.to_pylist() for name, table in self.tables.items()}
        return (
            f"World(purpose={self.purpose!r}, recipient={self.recipient!r}, at={self.at!r},\n"
            f" pack={self.policy.pack.as_json()!r},\n catalogue={self.catalogue.model_dump(exclude_none=True)!r},\n"
            f" tables={tables!r},\n choices={self.choices.to_pylist()!r}, signals={self.signals.to_pylist()!r},\n"
            f" record_noes={self.record_noes.to_pylist()!r}, organisation_noes={self.organisation_noes.to_pylist()!r})"
        )


def worlds(most_members: int = 6, most_rows: int = 8) -> st.SearchStrategy[World]:
    """Small worlds, which shrink to the few members and rows that matter."""
    return st.randoms(use_true_random=False).map(lambda rng: make_world(rng, most_members, most_rows))


def make_world(
    rng: Random,
    most_members: int,
    most_rows: int,
    tables: int = 2,
    *,
    most_rules: int = 6,
    columns: int = 4,
) -> World:
    """columns: per table at most; see `make_table`. most_rules: of more than 20, at least half."""
    policy = make_policy(rng, most_rules)
    at = make_moment(rng, policy.pack)
    subjects = make_subjects(rng, most_members)
    fact_columns, members = make_members(rng, subjects, at)
    kinds = sorted(policy.pack.categories)
    made = {f"t{n}": make_table(rng, subjects, most_rows, kinds, columns) for n in range(tables)}
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
    told = {"members": members} | {name: table for name, (_, table) in made.items()}
    for number in range(tables):
        if chance(rng, 30):
            refer(rng, f"t{number}", ["members", *(f"t{earlier}" for earlier in range(number))], found, told)
    own = Random(repr(found))  # so that what came before this was drawn is drawn as ever
    for name in made:
        if chance(own, 20):
            employ(own, name, found, told)
    return World(
        policy,
        Catalogue.model_validate({"licet_catalogue": 2, "facts": fact_columns, "tables": found}),
        told,
        make_choices(rng, [*subjects.ids, "nobody"], (*policy.earlier, policy.pack)),
        make_signals(rng, [*subjects.ids, "nobody"]),
        *make_use(rng, policy),
        at,
        record_noes=make_record_noes(rng, subjects, found, told) if chance(rng, 30) else NOBODY_REFUSED,
        organisation_noes=make_organisation_noes(rng),
    )


def make_record_noes(
    rng: Random, subjects: Subjects, catalogued: dict[str, Any], data: dict[str, pa.Table]
) -> pa.Table:
    """Noes to single records, for every use or for a setting: mostly by somebody in them, else by anybody, now and then
    to a record that is not there."""
    found = set[tuple[str, str, str, None, str, int]]()
    for name, table in catalogued.items():
        rows = data[name].to_pylist() if "key" in table else []
        for row in rows[:40]:
            if not chance(rng, 25):
                continue
            people = [value for column in people_columns(table) for value in _listed(row[column])]
            who = pick(rng, people) if people and chance(rng, 80) else pick(rng, subjects.ids)
            key = "no such row" if chance(rng, 5) else row[table["key"]]
            setting = EVERYTHING if chance(rng, 50) else pick(rng, [*SETTINGS, *RETIRED])
            if who is not None and key is not None:
                found.add((str(who), name, str(key), None, setting, len(found)))
    return pa.Table.from_pylist(
        [dict(zip(RECORD_NOES.names, one, strict=True)) for one in sorted(found, key=repr)], RECORD_NOES
    )


def make_organisation_noes(rng: Random) -> pa.Table:
    """Noes of organisations, to a setting, to a kind of data, or to one under the other."""
    found = {
        (
            pick(rng, ORGANISATIONS),
            EVERYTHING if chance(rng, 40) else pick(rng, [*SETTINGS, *RETIRED]),
            EVERYTHING if chance(rng, 40) else pick(rng, [*CATEGORIES, *OWN_CATEGORIES]),
        )
        for _ in range(pick(rng, [0, 1, 1, 2, 4]))
    }
    rows = [
        dict(zip(ORGANISATION_NOES.names, (*one, place), strict=True))
        for place, one in enumerate(sorted(found))
    ]
    return pa.Table.from_pylist(rows, ORGANISATION_NOES)


def people_columns(table: dict[str, Any]) -> list[str]:
    """The columns of a catalogued table that name people, wherever it says so."""
    return list(Table.model_validate({"location": {"arrow": "a"}} | table).subjects)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def make_use(rng: Random, policy: Policy) -> Use:
    """What for and for whom: any purpose, and now and then one that refusals are carried to."""
    pack = policy.pack
    reached = [
        use
        for use in (pack.uses() if policy.earlier and chance(rng, 60) else ())
        if any(policy.cell(use.purpose, kind, use.recipient).carried for kind in pack.categories)
    ]
    if reached:
        return pick(rng, reached)
    return Use(
        pick(rng, [*PURPOSES, *(own for own in pack.purposes if own not in PURPOSES)]),
        pick(rng, sorted(pack.recipients) or [SELF]) if chance(rng, 20) else SELF,
    )


def make_policy(rng: Random, most_rules: int = 6) -> Policy:
    """A pack, alone or following one or two others."""
    packs = [make_pack(rng, most_rules)]
    for _ in range(pick(rng, [0, 0, 0, 1, 1, 2])):
        packs.append(make_successor(rng, packs[-1]).pack)
    return Policy(packs[-1], packs[:-1])


def make_moment(rng: Random, pack: Pack) -> datetime:
    """Mostly when most rules hold; else just when something begins or ends, long ago, or at the end of time."""
    fate = rng.randrange(20)
    if fate < 12:
        return moment_near(rng, DAYS[-1:])
    if fate < 16:
        edges = [pack.applies_from(rule) for rule in pack.rules]
        edges += [None if rule.until is None else midnight(rule.until) for rule in pack.rules]
        at = pick(rng, [edge for edge in edges if edge is not None] or [midnight(DAYS[-1])])
        return shifted(at, timedelta(microseconds=pick(rng, [0, -1, 1])), pick(rng, ZONES))
    if fate < 19:
        return moment_near(rng, DAYS)
    return moment_near(rng, LAST_DAYS)
