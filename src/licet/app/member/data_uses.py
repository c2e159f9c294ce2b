"""Where a member's records would go at a moment: every record asked of `decide`, for every use the policy speaks of.

No rule is held here, and nothing is estimated: what becomes of a record, and why, is what a gate says of its row, by
the same `decide` and the same combination of several people's answers.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from licet.app.member.own_records import TableRecords
from licet.app.member.record_contents import OwnRecord
from licet.decide import Decision, Facts, No, Policy, Request, decide
from licet.decide.combination import (
    DISAGREE,
    NOBODY,
    WITHHELD,
    Reason,
    RowAnswer,
    SubjectAnswer,
    answer_of,
    combine,
    with_references,
)
from licet.decide.explain import purpose_to_you, recipient_name
from licet.enforce.verdict_table import dimensions
from licet.packs import Use
from licet.policies.choice_standing import reason_for
from licet.terms import SENTENCES, Code
from licet.terms.canonical import JsonObject

#: By table and key, the rows of that key.
Referred: TypeAlias = Mapping[tuple[str, str], Sequence[OwnRecord]]

#: Records shown as examples with each group of a flow.
_EXAMPLES = 3


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
    examples: tuple[OwnRecord, ...]


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


def flows(
    subject: str,
    records: Sequence[TableRecords],
    facts_of: Callable[[str], Facts | None],
    policy: Policy,
    at: datetime,
    referred: Referred,
    noes_of: Callable[[OwnRecord], frozenset[No]],
) -> list[Flow]:
    """What each use would be given of a member's records at `at`, were it to run.

    facts_of: what is known about a subject then; asked about everyone a record is about.
    referred: by table and key the rows that the records refer to, and those that these do.
    noes_of:  what was said no to of a record, of either.
    """
    uses = policy.pack.uses()
    alike = _alike(records, uses, policy, noes_of)
    people: dict[str | None, Facts | None] = {None: None}
    told = [*(group[0] for group in alike), *(record for rows in referred.values() for record in rows)]
    for one in dict.fromkeys(one for record in told for one in record.subjects):
        if one is not None:
            people[one] = facts_of(one)
    return [_flow(use, subject, alike, people, policy, at, referred, noes_of) for use in uses]


def _alike(
    records: Sequence[TableRecords],
    uses: Sequence[Use],
    policy: Policy,
    noes_of: Callable[[OwnRecord], frozenset[No]],
) -> list[TableRecords]:
    """The records in groups that no rule tells apart, so that each group is asked about once: few, mostly."""
    found = []
    for of_table in records:
        cuts = {cut for use in uses for cut in dimensions(policy, *use, of_table.judged).cuts}
        found += of_table.alike(sorted(cuts), None if noes_of is nothing_said else noes_of)
    return found


def nothing_said(_: OwnRecord) -> frozenset[No]:
    """What was said no to of any record, where nobody said anything of one."""
    return frozenset()


def _flow(
    use: Use,
    subject: str,
    alike: list[TableRecords],
    people: Mapping[str | None, Facts | None],
    policy: Policy,
    at: datetime,
    referred: Referred,
    noes_of: Callable[[OwnRecord], frozenset[No]],
) -> Flow:
    ask = _asking(use, people, policy, at, noes_of)
    passes = _passing(use, policy, at, referred, ask, noes_of)
    grouped: dict[tuple[str, Reason, str], tuple[list[Sequence[OwnRecord]], set[str]]] = {}
    for records_alike in alike:
        group: Sequence[OwnRecord] = records_alike
        why, reason, kinds = _fate(use, subject, group[0], ask)
        may_pass = why.code is Code.PERMITTED and bool(group[0].refers)
        held = [one for one in group if not passes(one.refers)] if may_pass else []
        if held:
            told = (group[0].table, WITHHELD, SENTENCES[Code.REFERENCE_WITHHELD])
            records_of, spoken = grouped.setdefault(told, ([], set()))
            records_of.append(held)
            spoken.update(kind for kind in group[0].judged if kind in group[0].kinds)
            group = [one for one in group if passes(one.refers)]
            if not group:
                continue
        records_of, spoken = grouped.setdefault((group[0].table, why, reason), ([], set()))
        records_of.append(group)
        spoken.update(kinds)
    parts = [
        Part(
            table,
            why.code.value,
            why.rule,
            reason,
            sum(map(len, groups)),
            tuple(sorted(spoken)),
            tuple(itertools.islice((one for group in groups for one in group[:_EXAMPLES]), _EXAMPLES)),
        )
        for (table, why, reason), (groups, spoken) in grouped.items()
    ]
    used = sum(part.records for part in parts if part.code == Code.PERMITTED)
    settings = dict.fromkeys(rule.setting for rule in policy.pack.permits(*use) if rule.setting is not None)
    return Flow(
        use, purpose_to_you(policy.pack, use.purpose), recipient_name(policy.pack, use.recipient),
        tuple(settings), used, sum(map(len, alike)) - used, tuple(parts),
    )  # fmt: skip


def _passing(
    use: Use,
    policy: Policy,
    at: datetime,
    referred: Referred,
    ask: Callable[[OwnRecord, str | None], _Asked],
    noes_of: Callable[[OwnRecord], frozenset[No]],
) -> Callable[[tuple[tuple[str, str | None], ...]], bool]:
    """Whether all rows that a record refers to pass, as a gate says of each."""

    @functools.cache
    def passes(name: str, key: str | None) -> bool:
        rows = [] if key is None else referred.get((name, key), [])
        return bool(rows) and all(map(is_used, rows))

    def is_used(record: OwnRecord) -> bool:
        if record.subjects:
            answer = combine([ask(record, one).answer for one in record.subjects])
        else:
            answer = _about_nobody(use, policy, at, record, noes_of(record))
        return bool(with_references(answer, all(passes(*one) for one in record.refers)).mask)

    return lambda refers: all(passes(*one) for one in refers)


def _about_nobody(
    use: Use, policy: Policy, at: datetime, record: OwnRecord, noes: frozenset[No]
) -> RowAnswer:
    """What may be had of a row about nobody."""

    def answer(facts: Facts) -> SubjectAnswer:
        requests = (
            Request(use.purpose, kind, use.recipient, at, record.visibility, record.created, noes)
            for kind in record.judged
        )
        return answer_of([decide(request, facts, policy) for request in requests])

    return combine([answer(facts) for facts in NOBODY])


class _Asked(NamedTuple):
    """What one subject says to a record, for each kind of data in its table and all together."""

    decisions: tuple[Decision, ...]
    answer: SubjectAnswer


def _asking(
    use: Use,
    people: Mapping[str | None, Facts | None],
    policy: Policy,
    at: datetime,
    noes_of: Callable[[OwnRecord], frozenset[No]],
) -> Callable[[OwnRecord, str | None], _Asked]:
    """Asks `decide` of records, the same question once."""
    known: dict[tuple[Any, ...], _Asked] = {}

    def ask(record: OwnRecord, subject: str | None) -> _Asked:
        kinds, seen_by, created, noes = record.judged, record.visibility, record.created, noes_of(record)
        question = (kinds, subject, seen_by, created, noes)
        if question not in known:
            decisions = tuple(
                decide(
                    Request(use.purpose, kind, use.recipient, at, seen_by, created, noes),
                    people[subject],
                    policy,
                )
                for kind in kinds
            )
            known[question] = _Asked(decisions, answer_of(decisions))
        return known[question]

    return ask


def _fate(
    use: Use, subject: str, record: OwnRecord, ask: Callable[[OwnRecord, str | None], _Asked]
) -> tuple[Reason, str, tuple[str, ...]]:
    """Code and rule, sentence, and the kinds of data it speaks of: those permitted, or all where none is.

    Why somebody else whom a record is about stands in the way is theirs to know: that they do is all that is said.
    """
    own = ask(record, subject)
    answer = combine([ask(record, one).answer for one in record.subjects])
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
