"""What of a file would be used: every kind of data in every record asked of `decide`, for every use of a topic.

No rule is held here. A record counts as used when `decide` permits any kind of data in it, which is when a gate lets
it through; of its cells those count that are of a permitted kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from licet.audit.inventory import AuditedFile, Group, Words
from licet.audit.topics import Topic, uses_of
from licet.decide import Decision, Facts, Policy, Request, decide
from licet.decide.explain import category_term, status_told
from licet.packs import Use
from licet.packs.model import Citation, Pack
from licet.sources.archives.archive_records import kinds_in
from licet.sources.dates import WrittenDate
from licet.terms import Code
from licet.terms.canonical import JsonObject
from licet.terms.decisions import to_you
from licet.terms.vocabulary import CATEGORIES, ancestors


class Fate(StrEnum):
    """What becomes of a kind of data. Of several that apply, the first here is told."""

    USED = "used"
    AMBIGUOUS = "ambiguous"
    SWITCHED_OFF = "switched off"
    EXCLUDED = "excluded"
    ELSEWHERE = "not where you live"
    NOT_YET = "not at this time"
    NOT_NAMED = "not named"
    NOT_UNDERSTOOD = "not understood"


_ORDER = {fate: number for number, fate in enumerate(Fate)}
_FATE_OF = {
    Code.PERMITTED: Fate.USED,
    **dict.fromkeys((Code.FORBIDDEN, Code.CLOSED_BY_VOCABULARY), Fate.EXCLUDED),
    **dict.fromkeys((Code.REFUSED, Code.OFF_BY_DEFAULT, Code.NOT_ASKED), Fate.SWITCHED_OFF),
    **dict.fromkeys((Code.TOO_EARLY, Code.TOO_LATE), Fate.NOT_YET),
    Code.REGION_NOT_COVERED: Fate.ELSEWHERE,
    **dict.fromkeys((Code.NO_RULE, Code.CATEGORY_UNKNOWN, Code.RECIPIENT_UNKNOWN), Fate.NOT_NAMED),
    **dict.fromkeys(
        (Code.UNDER_AGE, Code.AGE_NOT_COVERED, Code.PLAN_NOT_COVERED, Code.VISIBILITY_NOT_COVERED),
        Fate.NOT_NAMED,
    ),
    **dict.fromkeys((Code.CREATED_NOT_COVERED, Code.SUBJECTS_DISAGREE), Fate.NOT_NAMED),
    Code.UNLABELLED: Fate.NOT_UNDERSTOOD,
}


class Reason(NamedTuple):
    """Why a kind of data fares as it does, with the place in the policy's sources where that was read.

    status: how sure the fact is, such as ``stated`` or ``unverified``; empty where no source speaks of it.
    """

    fate: Fate
    kind: str | None
    label: str
    sentence: str
    setting: str | None
    quote: str
    source: str
    url: str | None
    status: str

    def as_json(self) -> JsonObject:
        return {**self._asdict(), "fate": self.fate.value}


@dataclass(slots=True)
class Share:
    """What one topic takes of one file.

    rows:   records of which something is used.
    cells:  every cell, by what becomes of it; together they are the file's.
    oldest: when the oldest used record was made, as written.
    """

    topic: Topic
    rows: int = 0
    cells: dict[Fate, int] = field(default_factory=dict)
    reasons: dict[tuple[Fate, str | None], Reason] = field(default_factory=dict)
    oldest: WrittenDate | None = None
    oldest_words: Words | None = None
    words: list[Words] = field(default_factory=list)

    @property
    def fate(self) -> Fate:
        """The most that becomes of anything in the file."""
        return min(self.cells, key=_ORDER.__getitem__, default=Fate.NOT_NAMED)


class Judge:
    """One policy, one person, one moment. Questions that were asked are not asked again."""

    def __init__(self, policy: Policy, facts: Facts, at: datetime) -> None:
        self._policy, self._facts, self._at = policy, facts, at
        self._known: dict[tuple[Any, ...], Decision] = {}

    def share(self, topic: Topic, file: AuditedFile) -> Share:
        """What a topic takes of a file."""
        share = Share(topic)
        uses = uses_of(topic, self._policy.pack)
        if file.preamble_cells:  # the platform's own note, about nobody
            share.cells[Fate.NOT_NAMED] = file.preamble_cells
        for group in file.groups.values():
            self._add(share, uses, group)
        return share

    def rows_used(self, topic: Topic, file: AuditedFile) -> int:
        """How many records of a file a topic takes anything of."""
        uses = uses_of(topic, self._policy.pack)
        return sum(
            group.rows
            for group in file.groups.values()
            if any(self._answer(uses, kind, group)[0] is Fate.USED for kind in group.cells)
        )

    def _add(self, share: Share, uses: list[Use], group: Group) -> None:
        used: set[str] = set()
        for kind, cells in group.cells.items():
            fate, answer = self._answer(uses, kind, group)
            share.cells[fate] = share.cells.get(fate, 0) + cells
            if (fate, kind) not in share.reasons:
                share.reasons[fate, kind] = _reason(fate, kind, answer, share.topic, self._policy.pack)
            if fate is Fate.USED and kind is not None:
                used.add(kind)
        if not used:
            return
        share.rows += group.rows
        if group.first is not None and (share.oldest is None or group.first.moment < share.oldest.moment):
            own = group.first_words
            share.oldest = group.first
            share.oldest_words = own if own is not None and own.kind in used else None
        share.words += [words for words in group.words if words.kind in used]

    def _answer(self, uses: Iterable[Use], kind: str | None, group: Group) -> tuple[Fate, Decision | None]:
        """What becomes of a kind of data in a group, over all uses of a topic, and the decision that says so."""
        if kind is None:
            return Fate.NOT_UNDERSTOOD, None
        if len(several := kinds_in(kind)) > 1:
            answers = [self._answer(uses, one, group) for one in several]
            return answers[0] if len({fate for fate, _ in answers}) == 1 else (Fate.AMBIGUOUS, None)
        kind = self._known_kind(kind)
        best: tuple[Fate, Decision | None] = (Fate.NOT_NAMED, None)
        for use in uses:
            question = (use, kind, group.alike.visibility, group.alike.era)
            if question not in self._known:
                request = Request(
                    use.purpose, kind, use.recipient, self._at, group.alike.visibility, group.created
                )
                self._known[question] = decide(request, self._facts, self._policy)
            answer = self._known[question]
            fate = _FATE_OF.get(answer.code, Fate.AMBIGUOUS)
            if best[1] is None or _ORDER[fate] < _ORDER[best[0]]:
                best = fate, answer
        return best

    def _known_kind(self, kind: str) -> str:
        """The kind itself, or the nearest above it, where neither the policy nor the vocabulary knows it so exactly."""
        pack = self._policy.pack
        known = (one for one in ancestors(kind) if one in CATEGORIES or pack.category_term(one) is not None)
        return next(known, kind)


def _reason(fate: Fate, kind: str | None, answer: Decision | None, topic: Topic, pack: Pack) -> Reason:
    if kind is None:
        return Reason(
            fate, None, "what is not understood", "nobody knows what this is",
            None, "", "", None, "",
        )  # fmt: skip
    label = " or ".join(category_term(pack, one).label for one in kinds_in(kind))
    if fate is Fate.USED:
        sentence = f"the policy names {label} among what it uses for {topic.label}"
    elif fate is Fate.NOT_NAMED and (answer is None or answer.code is Code.NO_RULE):
        sentence = f"the policy does not name {label} for {topic.label}"
    elif fate is Fate.EXCLUDED:
        sentence = f"the policy leaves {label} out of {topic.label}"
    elif answer is None:
        sentence = f"nothing in the file says whether this is {label}"
    else:
        sentence = to_you(answer.reason)
    cite = _cited(answer, kinds_in(kind)[0], pack)
    source = pack.sources[cite.source] if cite is not None else None
    return Reason(
        fate, kind, label, sentence, None if answer is None else answer.setting,
        "" if cite is None else cite.quote,
        "" if source is None else source.title,
        None if source is None else source.url,
        "" if cite is None else status_told(pack, cite),
    )  # fmt: skip


def _cited(answer: Decision | None, kind: str, pack: Pack) -> Citation | None:
    """Where the policy's sources say so. What the vocabulary closes, a policy mostly forbids as well."""
    if answer is None:
        return None
    if answer.rule is not None:
        return pack.rules_by_id[answer.rule].cite
    above = ancestors(kind)
    return next(
        (
            rule.cite
            for rule in pack.rules
            if answer.code is Code.CLOSED_BY_VOCABULARY
            and rule.effect == "forbid"
            and answer.request.purpose in rule.purposes
            and any(category in above for category in rule.categories)
        ),
        None,
    )
