"""Where a member's records would go at a moment: every record asked of `decide`, for every use the policy speaks of.

No rule is held here, and nothing is estimated: a record counts as used when `decide` permits any kind of data in it
for everyone it is about, which is when a gate lets its row through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from licet.app.member.records import OwnRecord
from licet.app.wording import purpose_to_you, recipient_name
from licet.decide import Decision, Facts, Policy, Request, decide
from licet.packs import Pack
from licet.terms import ChoiceState, Code

#: Records shown as examples with each group of a flow.
_EXAMPLES = 3


class Use(NamedTuple):
    """A purpose and who receives the data for it."""

    purpose: str
    recipient: str


class Part(NamedTuple):
    """The records of one table that fare alike in one use. `code` is ``permitted`` where they are used."""

    table: str
    code: str
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

    def as_json(self) -> dict[str, Any]:
        return {
            "purpose": self.use.purpose, "recipient": self.use.recipient, "label": self.label, "to": self.to,
            "settings": list(self.settings), "used": self.used, "held_back": self.held_back,
            "parts": [
                {"table": part.table, "code": part.code, "reason": part.reason, "records": part.records,
                 "kinds": list(part.kinds)}
                for part in self.parts
            ],
        }  # fmt: skip


def uses_in(pack: Pack) -> list[Use]:
    """Every use that some rule of the pack permits to somebody, in the order the pack names them."""
    return list(
        dict.fromkeys(
            Use(purpose, recipient)
            for rule in pack.rules
            if rule.effect == "permit"
            for purpose in rule.purposes
            for recipient in rule.recipients
        )
    )


def flows(
    subject: str,
    records: Iterable[OwnRecord],
    facts_of: Callable[[str], Facts | None],
    policy: Policy,
    at: datetime,
) -> list[Flow]:
    """What each use would be given of a member's records at `at`, were it to run.

    facts_of: what is known about a subject then; asked about everyone a record is about.
    """
    rows = list(records)
    people: dict[str, Facts | None] = {}
    for record in rows:
        for one in (subject, *record.subjects):
            if one not in people:
                people[one] = facts_of(one)
    return [_flow(use, subject, rows, people, policy, at) for use in uses_in(policy.pack)]


def reason_for(decision: Decision) -> str:
    """Why, as far as the member is concerned: what a browser's signal switched off, nobody switched."""
    facts, setting = decision.facts, decision.policy.pack.settings.get(decision.setting or "")
    if decision.code is Code.REFUSED and facts is not None and setting is not None:
        said_no = decision.choice in (ChoiceState.REFUSED, ChoiceState.WITHDRAWN)
        if not said_no and facts.signals.intersection(setting.honours):
            return f"the member's browser sent a privacy signal, and that switches “{setting.label}” off"
    return decision.reason


def _flow(
    use: Use,
    subject: str,
    rows: list[OwnRecord],
    people: Mapping[str, Facts | None],
    policy: Policy,
    at: datetime,
) -> Flow:
    known: dict[tuple[Any, ...], Decision] = {}
    grouped: dict[tuple[str, str, str], list[tuple[OwnRecord, tuple[str, ...]]]] = {}
    for record in rows:
        code, reason, kinds = _fate(use, subject, record, people, policy, at, known)
        grouped.setdefault((record.table, code, reason), []).append((record, kinds))
    parts = [
        Part(
            table,
            code,
            reason,
            len(found),
            tuple(sorted({kind for _, kinds in found for kind in kinds})),
            tuple(record for record, _ in found[:_EXAMPLES]),
        )
        for (table, code, reason), found in grouped.items()
    ]
    used = sum(part.records for part in parts if part.code == Code.PERMITTED)
    settings = dict.fromkeys(
        rule.setting
        for rule in policy.pack.rules
        if rule.setting is not None and use.purpose in rule.purposes and use.recipient in rule.recipients
    )
    return Flow(
        use, purpose_to_you(policy.pack, use.purpose), recipient_name(policy.pack, use.recipient),
        tuple(one for one in settings if one is not None), used, len(rows) - used, tuple(parts),
    )  # fmt: skip


def _fate(
    use: Use,
    subject: str,
    record: OwnRecord,
    people: Mapping[str, Facts | None],
    policy: Policy,
    at: datetime,
    known: dict[tuple[Any, ...], Decision],
) -> tuple[str, str, tuple[str, ...]]:
    """Code, sentence, and the kinds of data it speaks of: those permitted, or all where none is.

    Why somebody else whom a record is about stands in the way is theirs to know: that they do is all that is said.
    """
    own: Decision | None = None
    permitting: Decision | None = None
    permitted: list[str] = []
    others = [one for one in record.subjects if one != subject]
    for kind in record.kinds:
        if kind is None:
            continue
        mine = _ask(use, kind, record, subject, people, policy, at, known)
        if not mine.permitted:
            own = own or mine
        elif all(_ask(use, kind, record, one, people, policy, at, known).permitted for one in others):
            permitting = permitting or mine
            permitted.append(kind)
    if permitting is not None:
        return Code.PERMITTED.value, reason_for(permitting), tuple(permitted)
    kinds = tuple(kind for kind in record.kinds if kind is not None)
    if not kinds:
        return Code.UNLABELLED.value, "the catalogue does not say what kind of data this is", ()
    if own is None:
        return Code.SUBJECTS_DISAGREE.value, _OTHERS, kinds
    return own.code.value, reason_for(own), kinds


#: Said where a record would be used were it about the member alone.
_OTHERS = "it is about somebody else too, and for them the policy does not permit it"


def _ask(
    use: Use,
    kind: str,
    record: OwnRecord,
    subject: str,
    people: Mapping[str, Facts | None],
    policy: Policy,
    at: datetime,
    known: dict[tuple[Any, ...], Decision],
) -> Decision:
    # Whole tables of a member fare alike: what was asked once is not asked again.
    question = (kind, subject, record.visibility, record.created)
    if question not in known:
        request = Request(use.purpose, kind, use.recipient, at, record.visibility, record.created)
        known[question] = decide(request, people[subject], policy)
    return known[question]
