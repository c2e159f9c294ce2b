"""From where marks are judged: one use at one moment, under one policy, with what is known of everybody then.

Every answer is `decide`'s, asked for one cell and one person at a time; nothing here reads a table through licet.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from licet.app import Workspace
from licet.decide import Decision, Facts, Policy, Request, decide
from licet.terms import Code
from licet.testing.marked_worlds import NO_YES, Mark, MarkedTable, MarkedWorld
from licet.testing.oracle.sightings import Leak


class Standpoint(NamedTuple):
    """facts: by id, of everybody whom a row of the world names; None for somebody nobody knows."""

    world: MarkedWorld
    policy: Policy
    purpose: str
    recipient: str
    at: datetime
    facts: Mapping[str, Facts | None]

    def decisions(self, mark: Mark) -> list[Decision]:
        """What `decide` says of a labelled cell, one answer for each person of its row in the catalogue's order."""
        table = self.world.tables[mark.table]
        kind = table.kind_of(mark.column)
        assert kind is not None
        request = request_about(table, mark.row, kind, self)
        people = [None if one is None else self.facts.get(one) for one in table.people_of(mark.row)]
        return [decide(request, facts, self.policy) for facts in people]

    def answer(self, mark: Mark) -> Code:
        """The first code with which somebody does not permit a cell, as its bytes are labelled; else `PERMITTED`."""
        if self.world.tables[mark.table].kind_of(mark.column) is None:
            return Code.UNLABELLED
        codes = (decision.code for decision in self.decisions(mark))
        return next((code for code in codes if code is not Code.PERMITTED), Code.PERMITTED)

    def permits(self, mark: Mark) -> bool:
        return self.answer(mark) is Code.PERMITTED

    def describe(self, mark: Mark) -> str:
        """A mark with everything that its answer hangs on."""
        table = self.world.tables[mark.table]
        return (
            f"{mark.column} of row {mark.row} of {mark.table} ({table.location}, {table.kind_of(mark.column)}; about "
            f"{table.people_of(mark.row)}; for {self.purpose} by {self.recipient}: {self.answer(mark).value})"
        )


def request_about(table: MarkedTable, row: int, kind: str, stand: Standpoint) -> Request:
    """The question about one kind of data of one row."""
    written, roles = table.rows[row], table.catalogued
    return Request(
        stand.purpose,
        kind,
        stand.recipient,
        stand.at,
        written["seen"] if roles.get("visibility") else roles.get("visibility_is"),
        written["made"] if roles.get("created") else None,
    )


def standpoint(
    workspace: Workspace, world: MarkedWorld, purpose: str, recipient: str, at: datetime | None = None
) -> Standpoint:
    """The use as of now: the latest policy, the latest choices, and members as their table was written.

    Raises: Leak where the ledger tells of other choices than were made.
    """
    at = workspace.now() if at is None else at
    people = {
        one for table in world.tables.values() for row in table.rows for one in (row["who"], row["other"])
    } - {None}
    known, position = workspace.people(), workspace.ledger.position
    facts: dict[str, Facts | None] = dict.fromkeys(people)
    for member in world.members:
        told = known.facts_about(member["id"], at, position, workspace.ledger)
        if told is None:
            raise Leak(f"nobody knows {member['id']!r}")
        _hold_said(world, member["id"], told)
        facts[member["id"]] = told._replace(region=member["region"], age=member["age"], plan=member["plan"])
    return Standpoint(world, workspace.policy(), purpose, recipient, at, facts)


def _hold_said(world: MarkedWorld, subject_id: str, told: Facts) -> None:
    """What the ledger tells of a member's choices must be what they said, the last of it."""
    states: dict[tuple[str, str | None], str] = {
        (setting, None): str(state) for setting, state in told.choices.items()
    }
    for setting, kinds in told.narrow.items():
        states |= {(setting, kind): str(state) for kind, state in kinds.items()}
    stands = {place: state for place, state in states.items() if state != "never_asked"}
    said = world.said.get(subject_id, {})
    for place in stands.keys() | said.keys():
        last, state = said.get(place), stands.get(place)
        is_yes, is_no = state in ("given", "given_again"), state in ("refused", "withdrawn")
        if not {"on": is_yes, "off": is_no, NO_YES: not is_yes}.get(last or "", False):
            raise Leak(f"{subject_id!r} said {said}, and the ledger tells {stands}")
