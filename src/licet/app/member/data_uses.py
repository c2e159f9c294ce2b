"""Where a member's records would go at a moment: every record asked of `decide`, for every use the policy speaks of.

No rule is held here, and nothing is estimated: what becomes of a record, and why, is what a gate says of its row, by
the same `decide` and the same combination of several people's answers.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from licet.app.member.own_records import RecordGroups, TableRecords
from licet.app.member.record_contents import OwnRecord
from licet.app.member.refused_records import RecordNoes
from licet.decide import Decision, Facts, No, Policy, Request, decide
from licet.decide.combination import (
    DISAGREE,
    NOBODY,
    WITHHELD,
    Reason,
    SubjectAnswer,
    answer_of,
    combine,
)
from licet.decide.explain import purpose_to_you, recipient_name
from licet.enforce.referring_rows import NOWHERE, Passes, numbers_of_keys, passing, places_of_keys
from licet.enforce.row_verdicts import Numbers
from licet.enforce.verdict_table import class_of, dimensions, joined
from licet.packs import Use
from licet.policies.choice_standing import reason_for
from licet.terms import SENTENCES, Code
from licet.terms.canonical import JsonObject

_NOTHING = frozenset[No]()


class Part(NamedTuple):
    """The records of one table that fare alike in one use, by what a gate says of their rows.

    code:  ``permitted`` where they are used.
    kinds: the kinds of data in them that it speaks of: those permitted, or all where none is.
    """

    table: str
    code: str
    rule: str | None
    reason: str
    records: int
    kinds: tuple[str, ...]


class Flow(NamedTuple):
    """One use and what of the member's it would be given. `settings`: the controls that decide about any of it."""

    use: Use
    label: str
    to: str
    settings: tuple[str, ...]
    used: int
    held_back: int
    parts: tuple[Part, ...]

    @property
    def is_unread(self) -> bool:
        """Whether nothing is used, of any of it because nobody has read what applies."""
        return not self.used and any(part.code == Code.NOT_READ for part in self.parts)

    def as_json(self) -> JsonObject:
        return {
            "purpose": self.use.purpose, "recipient": self.use.recipient, "label": self.label, "to": self.to,
            "settings": list(self.settings), "used": self.used, "held_back": self.held_back,
            "parts": [
                {"table": part.table, "code": part.code, "rule": part.rule, "reason": part.reason,
                 "records": part.records, "kinds": list(part.kinds)}
                for part in self.parts
            ],
        }  # fmt: skip


class JudgedRecords:
    """A member's records in groups that no rule tells apart, at one moment: what each use would be given of them."""

    def __init__(
        self,
        subject: str,
        records: Sequence[TableRecords],
        facts_of: Callable[[Collection[str]], Mapping[str, Facts | None]],
        policy: Policy,
        at: datetime,
        referred: Mapping[str, TableRecords],
        noes: RecordNoes | None,
    ) -> None:
        """facts_of: what is known about some people then; asked at once about everyone a record is about.
        referred: by table the rows that the records refer to, and those that these do.
        noes:     what was said no to of records, of either; None where nobody said anything of any.
        """
        self._subject, self._policy, self._at = subject, policy, at
        self._uses, read = policy.pack.uses(), [*records, *referred.values()]
        named = {subject}.union(*(rows.people for rows in read))
        self._people = people = dict[str | None, Facts | None](facts_of(named).items())
        people[None] = None
        looks = {rows.judged: [dimensions(policy, *use, rows.judged) for use in self._uses] for rows in read}
        wide = joined([each for found in looks.values() for each in found])

        @functools.cache
        def alike(person: str | None) -> Hashable:
            facts = people.get(person)
            if person == subject:
                return subject  # what they are told is theirs alone, and may be supposed otherwise
            return None if facts is None else class_of(facts, wide, facts.region)

        def grouped(rows: TableRecords) -> _Grouped:
            cuts = sorted({cut for each in looks[rows.judged] for cut in each.cuts})
            groups = rows.alike(cuts, alike, None if noes is None else noes.numbers(rows))
            said = [_NOTHING if noes is None else noes.of(record) for record in groups.firsts]
            return _Grouped(rows, groups, said, [_led_to(*one, referred) for one in rows.references])

        self._alike, self._own = alike, [grouped(rows) for rows in records if len(rows)]
        self._others = {name: grouped(rows) for name, rows in referred.items()}

    def flows(self, supposed: Facts | None = None) -> list[Flow]:
        """One for each use. supposed: what would be known about the member, in place of what is."""
        people = self._people if supposed is None else {**self._people, self._subject: supposed}
        asked = (self._alike, self._policy, self._at, self._others)
        return [_flow(use, self._subject, self._own, _Asking(use, people, *asked)) for use in self._uses]


class _Grouped(NamedTuple):
    """Rows of one table in groups that nothing tells apart, each of which is asked about once: few, mostly.

    noes: by group what was said no to. leads: per reference the table that it leads to, and per row the number that
    `numbers_of_keys` gives the key that is named there.
    """

    rows: TableRecords
    groups: RecordGroups
    noes: list[frozenset[No]]
    leads: list[tuple[str, Numbers]]


def _led_to(target: str, named: pa.Array, referred: Mapping[str, TableRecords]) -> tuple[str, Numbers]:
    keys = referred[target].keys if target in referred else None
    return target, np.full(len(named), NOWHERE) if keys is None else places_of_keys(named, keys)


def _flow(use: Use, subject: str, own: list[_Grouped], ask: _Asking) -> Flow:
    grouped: dict[tuple[str, Reason, str], tuple[list[int], set[str]]] = {}

    def add(told: tuple[str, Reason, str], records: int, kinds: Iterable[str]) -> None:
        if records:
            counts, spoken = grouped.setdefault(told, ([], set()))
            counts.append(records)
            spoken.update(kinds)

    for one in own:
        number_of, many = one.groups.number_of, len(one.groups.firsts)
        sizes = passed = np.bincount(number_of, minlength=many).tolist()
        if one.leads:
            passed = np.bincount(number_of[ask.references_pass(one)], minlength=many).tolist()
        for record, noes, size, passes in zip(one.groups.firsts, one.noes, sizes, passed, strict=True):
            why, reason, kinds = _fate(subject, record, noes, ask)
            used = passes if why.code is Code.PERMITTED else size
            withheld = (record.table, WITHHELD, SENTENCES[Code.REFERENCE_WITHHELD])
            add(withheld, size - used, [kind for kind in record.judged if kind in record.kinds])
            add((record.table, why, reason), used, kinds)
    parts = [
        Part(table, why.code.value, why.rule, reason, sum(counts), tuple(sorted(spoken)))
        for (table, why, reason), (counts, spoken) in grouped.items()
    ]
    used = sum(part.records for part in parts if part.code == Code.PERMITTED)
    pack = ask.policy.pack
    settings = dict.fromkeys(rule.setting for rule in pack.permits(*use) if rule.setting is not None)
    return Flow(
        use, purpose_to_you(pack, use.purpose), recipient_name(pack, use.recipient),
        tuple(settings), used, sum(len(one.rows) for one in own) - used, tuple(parts),
    )  # fmt: skip


class _Asked(NamedTuple):
    """What one subject says to a record, for each kind of data in its table and all together."""

    decisions: tuple[Decision, ...]
    answer: SubjectAnswer


class _Asking:
    """Asks `decide` of records in one use, the same question once."""

    def __init__(
        self,
        use: Use,
        people: Mapping[str | None, Facts | None],
        alike: Callable[[str | None], Hashable],
        policy: Policy,
        at: datetime,
        others: Mapping[str, _Grouped],
    ) -> None:
        """alike: the same for people of whom nothing tells one from the other. others: rows that are referred to."""
        self.policy, self._use, self._at = policy, use, at
        self._people, self._alike, self._others = people, alike, others
        self._known: dict[tuple[Any, ...], _Asked] = {}
        self._keys_pass = functools.cache(self._which_pass)

    def of(self, record: OwnRecord, person: str | None, noes: frozenset[No]) -> _Asked:
        question = (record.judged, self._alike(person), record.visibility, record.created, noes)
        if question not in self._known:
            decisions = self._decided(record, self._people[person], noes)
            self._known[question] = _Asked(decisions, answer_of(decisions))
        return self._known[question]

    def references_pass(self, rows: _Grouped) -> Passes:
        """Per row whether all rows that it refers to pass, as a gate says of each."""
        found = np.full(len(rows.rows), self._may_pass(rows.rows.judged))
        for target, places in rows.leads if found.any() else ():
            # The last is a reference to nothing, whose number numpy reads from the end.
            found &= np.append(self._keys_pass(target), False)[places]
        return found

    def _which_pass(self, name: str) -> Passes:
        """By the number of a key whether every row of it passes."""
        rows = self._others.get(name)
        keys = None if rows is None else rows.rows.keys
        if rows is None or keys is None or not self._may_pass(rows.rows.judged):
            return np.zeros(0 if keys is None else len(keys), np.bool_)  # there are no more of them
        firsts = zip(rows.groups.firsts, rows.noes, strict=True)
        passes = np.array([self._passes(record, noes) for record, noes in firsts], np.uint8)
        return passing(numbers_of_keys(keys), passes[rows.groups.number_of] & self.references_pass(rows))

    def _may_pass(self, kinds: tuple[str, ...]) -> bool:
        purpose, recipient = self._use
        return any(self.policy.cell(purpose, kind, recipient).permits for kind in kinds)

    def _passes(self, record: OwnRecord, noes: frozenset[No]) -> bool:
        if record.subjects:
            return bool(combine([self.of(record, person, noes).answer for person in record.subjects]).mask)
        answers = []
        for facts in NOBODY:
            answers.append(answer_of(self._decided(record, facts, noes)))
            if not answers[-1].mask:
                break  # who permits nothing settles it
        return bool(combine(answers).mask)

    def _decided(self, record: OwnRecord, facts: Facts | None, noes: frozenset[No]) -> tuple[Decision, ...]:
        purpose, recipient = self._use
        asked = (
            Request(purpose, kind, recipient, self._at, record.visibility, record.created, noes)
            for kind in record.judged
        )
        return tuple(decide(request, facts, self.policy) for request in asked)


def _fate(
    subject: str, record: OwnRecord, noes: frozenset[No], ask: _Asking
) -> tuple[Reason, str, tuple[str, ...]]:
    """Code and rule, sentence, and the kinds of data it speaks of: those permitted, or all where none is.

    Why somebody else whom a record is about stands in the way is theirs to know: that they do is all that is said.
    """
    own = ask.of(record, subject, noes)
    answer = combine([ask.of(record, one, noes).answer for one in record.subjects])
    here = [bit for bit, kind in enumerate(record.judged) if kind in record.kinds]
    if answer.mask:
        permitted = [bit for bit in range(len(record.judged)) if answer.mask >> bit & 1]
        decision = own.decisions[permitted[0]]
        kinds = tuple(record.judged[bit] for bit in permitted if bit in here)
        return Reason(decision.code, decision.rule), reason_for(decision), kinds
    kinds = tuple(record.judged[bit] for bit in here)
    if own.answer.reason is None:
        return DISAGREE, _OTHERS, kinds
    nearest = own.answer.nearest
    return own.answer.reason, SENTENCES[Code.UNLABELLED] if nearest is None else reason_for(nearest), kinds


#: Said where a record would be used were it about the member alone.
_OTHERS = "it is about somebody else too, and for them the policy does not permit it"
