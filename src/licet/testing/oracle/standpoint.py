"""From where marks are judged: one use at one moment, under one policy, with what is known of everybody then.

Every answer is `decide`'s, asked for one cell and one person at a time; nothing here reads a table through licet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from licet.app import Workspace
from licet.decide import Decision, Facts, Policy, Request, decide
from licet.decide.combination import NOBODY, RowAnswer, SubjectAnswer, answer_of, combine, with_references
from licet.terms import Code
from licet.testing.expected_refusals import Refused
from licet.testing.marked_worlds import NO_YES, Mark, MarkedTable, MarkedWorld
from licet.testing.oracle.sightings import Leak

_T = TypeVar("_T")


class Standpoint(NamedTuple):
    """facts: by id, of everybody whom a row of the world names; None for somebody nobody knows.

    refused: what was said no to of single rows. remembered: what was asked before, by use, policy and moment.
    """

    world: MarkedWorld
    policy: Policy
    purpose: str
    recipient: str
    at: datetime
    facts: Mapping[str, Facts | None]
    refused: Refused
    remembered: dict[Any, Any]

    def decisions(self, mark: Mark) -> Iterator[Decision]:
        """What `decide` says of a labelled cell, one answer for each person of its row in the catalogue's order."""
        table = self.world.tables[mark.table]
        kind = table.kind_of(mark.column)
        assert kind is not None
        request = request_about(table, mark.row, kind, self)
        return (decide(request, facts, self.policy) for facts in self.everybody(table, mark.row))

    def answer(self, mark: Mark) -> Code:
        """The first code with which somebody does not permit a cell, as its bytes are labelled; else that of a row that
        does not pass to which its row refers; else `PERMITTED`."""
        return self._once(mark, lambda: self._answer(mark))

    def _answer(self, mark: Mark) -> Code:
        table = self.world.tables[mark.table]
        if table.kind_of(mark.column) is None:
            return Code.UNLABELLED
        codes = (decision.code for decision in self.decisions(mark))
        denied = next((code for code in codes if code is not Code.PERMITTED), None)
        if denied is None and not self.references_pass(table, mark.row):
            return Code.REFERENCE_WITHHELD
        return Code.PERMITTED if denied is None else denied

    def permits(self, mark: Mark) -> bool:
        return self.answer(mark) is Code.PERMITTED

    def everybody(self, table: MarkedTable, row: int) -> Sequence[Facts | None]:
        """Whom a row is judged by: its people; of one about nobody, somebody in every country."""
        if table.is_about_nobody:
            return NOBODY
        return [None if one is None else self.facts.get(one) for one in table.people_of(row) or [None]]

    def row_answer(self, table: MarkedTable, row: int) -> RowAnswer:
        """The answer of a row; a bit of its mask is a kind of data, as `kinds_of` has them in order."""
        return self._once((table.name, row), lambda: self._row_answer(table, row))

    def _row_answer(self, table: MarkedTable, row: int) -> RowAnswer:
        requests = [request_about(table, row, kind, self) for kind in kinds_of(table)]
        answers: list[SubjectAnswer] = []
        for facts in self.everybody(table, row):
            answers.append(answer_of([decide(request, facts, self.policy) for request in requests]))
            if not answers[-1].mask:  # whatever others say, nothing passes, and this is why
                break
        answer = combine(answers)
        return with_references(answer, not answer.mask or self.references_pass(table, row))

    def references_pass(self, table: MarkedTable, row: int) -> bool:
        """Whether every row that a row refers to is there and passes."""
        return all(
            (numbers := self._named(target, table.rows[row][column]))
            and all(self.row_answer(self.world.all_tables[target], number).mask for number in numbers)
            for column, target in table.references.items()
        )

    def _named(self, name: str, key: str | None) -> list[int]:
        table = self.world.all_tables[name]
        assert table.key is not None
        return [number for number, row in enumerate(table.rows) if key is not None and row[table.key] == key]

    def _once(self, what: Any, ask: Callable[[], _T]) -> _T:
        place = (what, self.purpose, self.recipient, self.at, self.policy, id(self.facts))
        if place not in self.remembered:
            self.remembered[place] = ask()
        found: _T = self.remembered[place]
        return found

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
        written["made"] if roles.get("created") or "event" in roles else None,
        stand.refused.of(table.name, written),
    )


def kinds_of(table: MarkedTable) -> list[str]:
    """The kinds of data by which every row of a table is judged: those of the columns that the catalogue names."""
    kinds = (table.kind_of(column) for column in table.rows[0] if column in table.labels)
    return list(dict.fromkeys(kind for kind in kinds if kind is not None))


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
    return Standpoint(world, workspace.policy(), purpose, recipient, at, facts, refused_in(world), {})


def refused_in(world: MarkedWorld) -> Refused:
    """What was said no to of single rows, as it was said."""
    records, organisations = sorted(world.record_noes), sorted(world.organisation_noes)
    return Refused(
        world.all_tables,
        lambda name: world.all_tables[name].rows,
        [dict(zip(("subject", "table", "key", "setting"), no, strict=True)) for no in records],
        [dict(zip(("organisation", "setting", "category"), no, strict=True)) for no in organisations],
    )


def _hold_said(world: MarkedWorld, subject_id: str, told: Facts) -> None:
    """What the ledger tells of a member's choices must be what they said, the last of it; of signals, all they sent."""
    if told.signals != {signal for sender, signal in world.sent if sender == subject_id}:
        raise Leak(f"{subject_id!r} sent {world.sent}, and the ledger tells {told.signals}")
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
