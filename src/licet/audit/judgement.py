"""What of a file would be used: every kind of data in every record asked of `decide`, for every use of a topic.

No rule is held here. A record counts as used when `decide` permits any kind of data in it, which is when a gate lets
it through; of its cells those count that are of a permitted kind. Every record has one fate for each topic, so that
they add up. Where the policy does not speak for somebody, what it forbids there says nothing either.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from licet.audit.inventory import Alike, AuditedFile, Group, Words
from licet.audit.topics import Topic, uses_of
from licet.decide import Decision, Facts, Policy, Request, decide
from licet.decide.evaluator import is_read
from licet.decide.explain import category_term, purpose_to_you, recipient_name
from licet.packs import Use
from licet.packs.model import Citation, Pack, Status
from licet.sources.archives.archive_records import kinds_in
from licet.sources.dates import WrittenDate
from licet.terms import SELF, Code
from licet.terms.canonical import JsonObject
from licet.terms.decisions import to_you
from licet.terms.regions import lies_in
from licet.terms.vocabulary import CATEGORIES, ancestors


class Fate(StrEnum):
    """What becomes of a kind of data. Of several that apply, the first here is told."""

    USED = "used"
    AMBIGUOUS = "ambiguous"
    BY_PLACE = "by where you live"
    BY_AGE = "by your age"
    NOT_READ = "policy not read"
    SWITCHED_OFF = "switched off"
    EXCLUDED = "excluded"
    ELSEWHERE = "not where you live"
    NOT_YET = "not at this time"
    NOT_AT_AGE = "not at your age"
    NOT_NAMED = "not named"
    NOT_UNDERSTOOD = "not understood"


#: What becomes of data that is used, or may be.
MAY_BE_USED = frozenset((Fate.USED, Fate.AMBIGUOUS, Fate.BY_PLACE, Fate.BY_AGE, Fate.NOT_READ))
_ORDER = {fate: number for number, fate in enumerate(Fate)}
_FATE_OF = {
    Code.PERMITTED: Fate.USED,
    **dict.fromkeys((Code.FORBIDDEN, Code.CLOSED_BY_VOCABULARY), Fate.EXCLUDED),
    **dict.fromkeys((Code.REFUSED, Code.OFF_BY_DEFAULT, Code.NOT_ASKED), Fate.SWITCHED_OFF),
    **dict.fromkeys((Code.TOO_EARLY, Code.TOO_LATE), Fate.NOT_YET),
    Code.REGION_NOT_COVERED: Fate.ELSEWHERE,
    Code.NOT_READ: Fate.NOT_READ,
    **dict.fromkeys((Code.NO_RULE, Code.CATEGORY_UNKNOWN, Code.RECIPIENT_UNKNOWN), Fate.NOT_NAMED),
    **dict.fromkeys(
        (Code.PLAN_NOT_COVERED, Code.VISIBILITY_NOT_COVERED, Code.CREATED_NOT_COVERED), Fate.NOT_NAMED
    ),
    Code.SUBJECTS_DISAGREE: Fate.NOT_NAMED,
    **dict.fromkeys((Code.UNDER_AGE, Code.AGE_NOT_COVERED), Fate.NOT_AT_AGE),
    Code.UNLABELLED: Fate.NOT_UNDERSTOOD,
}
#: What stands in some files among the rest and is not told from it: its kind of data, and how it is said.
_MIXED_IN = {
    "messages": ("group_communication.messages", "perhaps with group messages among them"),
}
_TURNS_ON = {Fate.BY_PLACE: "where you live", Fate.BY_AGE: "how old you are"}
#: What is done with others alone, never by the platform itself.
_SHARING = "ad_sharing"
#: How sure a fact is, the surest first; of several that say the same, the surest is told.
_SURENESS = ("stated", "regulator_limited", "announced", "disputed", "unverified", "")


class Reading(NamedTuple):
    """Which uses of a topic the policy speaks of for a person, and of which nobody here has read what applies.

    read: those that it speaks of, for some kind of data at least. labels: the others in words.
    """

    read: tuple[Use, ...]
    unread: tuple[Use, ...]
    labels: tuple[str, ...]


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

    records: every record, by the one thing that becomes of it and how sure that is; together they are the file's.
    cells:   every cell, by what becomes of it; together they are the file's.
    oldest:  when the oldest used record was made, as written.
    mixed_in: what may stand among its records without being told apart, where that may be used.
    """

    topic: Topic
    records: dict[tuple[Fate, str], int] = field(default_factory=dict)
    cells: dict[Fate, int] = field(default_factory=dict)
    reasons: dict[tuple[Fate, str | None], Reason] = field(default_factory=dict)
    oldest: WrittenDate | None = None
    oldest_words: Words | None = None
    words: list[Words] = field(default_factory=list)
    mixed_in: str = ""

    @property
    def fate(self) -> Fate:
        """The most that becomes of any record in the file."""
        return min((fate for fate, _ in self.records), key=_ORDER.__getitem__, default=Fate.NOT_NAMED)

    def rows(self, fate: Fate) -> int:
        """Records of which this becomes."""
        return sum(rows for (one, _), rows in self.records.items() if one is fate)


class Judge:
    """One policy, one person, one moment. Questions that were asked are not asked again."""

    def __init__(self, policy: Policy, facts: Facts, at: datetime) -> None:
        self._policy, self._facts, self._at = policy, facts, at
        self._known: dict[tuple[Any, ...], Decision] = {}
        self._readings: dict[Topic, Reading] = {}

    def reading(self, topic: Topic) -> Reading:
        """What of a topic the policy speaks of for this person."""
        if topic not in self._readings:
            pack = self._policy.pack
            uses = uses_of(topic, pack)
            shared = {use.purpose for use in uses} & {_SHARING}
            asked = dict.fromkeys((*uses, *(Use(one, SELF) for one in sorted(topic.purposes - shared))))
            kinds = {"profile", *(kind for part in pack.scope or () for kind in part.categories or ())}
            read = tuple(use for use in asked if any(self.speaks_of(use, kind) for kind in kinds))
            unread = tuple(use for use in asked if use not in read)
            purposes = {use.purpose for use in read}
            self._readings[topic] = Reading(
                read, unread, tuple(dict.fromkeys(self._label(use, purposes) for use in unread))
            )
        return self._readings[topic]

    def may_use(self, topic: Topic, kind: str | None) -> bool:
        """Whether a topic may take something of a record of which no more is known than its kind, or not even that."""
        named = {"profile"} | {
            category
            for use in self.reading(topic).read
            for rule in self._policy.pack.permits(use.purpose, use.recipient)
            for category in rule.categories
        }
        several = () if kind is None else kinds_in(kind)
        kinds = {
            *several,
            *(one for one in named if not several or not {*ancestors(one)}.isdisjoint(several)),
        }
        unknown = Group(Alike(None, None, frozenset()), None)
        return any(self.answer(topic, one, unknown)[0] in MAY_BE_USED for one in kinds)

    def share(self, topic: Topic, file: AuditedFile) -> Share:
        """What a topic takes of a file."""
        share = Share(topic)
        kind, said = _MIXED_IN.get(file.layout.table, (None, ""))
        if kind is not None and self.reading(topic).read and self.may_use(topic, kind):
            share.mixed_in = said
        if file.preamble_cells:  # the platform's own note, about nobody
            share.cells[Fate.NOT_NAMED] = file.preamble_cells
        for group in file.groups.values():
            self._add(share, group)
        return share

    def rows_used(self, topic: Topic, file: AuditedFile) -> int:
        """How many records of a file a topic takes anything of."""
        return sum(
            group.rows
            for group in file.groups.values()
            if any(self.answer(topic, kind, group)[0] is Fate.USED for kind in group.cells)
        )

    def _label(self, use: Use, read: set[str]) -> str:
        """A use in words; by whom, where it is another, or somebody else's use for the same is known."""
        label, pack = purpose_to_you(self._policy.pack, use.purpose), self._policy.pack
        by = use.recipient != SELF or use.purpose in read
        return f"{label}, by {recipient_name(pack, use.recipient)}" if by else label

    def speaks_of(self, use: Use, kind: str) -> bool:
        """Whether the policy speaks of a use of a kind of data of this person, or may."""
        cell = self._policy.cell(use.purpose, kind, use.recipient)
        return is_read(cell, self._at, self._facts) is not False

    def _add(self, share: Share, group: Group) -> None:
        used: set[str] = set()
        fares: list[tuple[Fate, str]] = []
        for kind, cells in group.cells.items():
            fate, answer = self.answer(share.topic, kind, group)
            share.cells[fate] = share.cells.get(fate, 0) + cells
            reason = share.reasons.get((fate, kind))
            if reason is None:
                reason = self._reason(fate, kind, answer, share.topic)
                share.reasons[fate, kind] = reason
            fares.append((fate, reason.status))
            if fate is Fate.USED and kind is not None:
                used.add(kind)
        fare = min(fares, key=rank, default=(Fate.NOT_NAMED, ""))
        if share.mixed_in and fare[0] not in MAY_BE_USED:
            fare = (Fate.AMBIGUOUS, "")
        share.records[fare] = share.records.get(fare, 0) + group.rows
        if not used:
            return
        if group.first is not None and (share.oldest is None or group.first.moment < share.oldest.moment):
            own = group.first_words
            share.oldest = group.first
            share.oldest_words = own if own is not None and own.kind in used else None
        share.words += [words for words in group.words if words.kind in used]

    def answer(self, topic: Topic, kind: str | None, group: Group) -> tuple[Fate, Decision | None]:
        """What becomes of a kind of data in a group, over all uses of a topic, and the decision that says so."""
        if kind is None:
            return Fate.NOT_UNDERSTOOD, None
        if len(several := kinds_in(kind)) > 1:
            answers = [self.answer(topic, one, group) for one in several]
            fates = {fate for fate, _ in answers}
            if len(fates) > 1 and not fates.isdisjoint(MAY_BE_USED):
                return Fate.AMBIGUOUS, None
            return min(answers, key=lambda answer: _ORDER[answer[0]])
        kind, reading = self._known_kind(kind), self.reading(topic)
        if not any(self.speaks_of(use, kind) for use in reading.read):
            return Fate.NOT_READ, None
        best: tuple[Fate, Decision | None] = (Fate.NOT_NAMED, None)
        for use in reading.read:
            if not self.speaks_of(use, kind):
                continue
            question = (use, kind, group.alike.visibility, group.alike.era)
            if question not in self._known:
                request = Request(
                    use.purpose, kind, use.recipient, self._at, group.alike.visibility, group.created
                )
                self._known[question] = decide(request, self._facts, self._policy)
            answer = self._known[question]
            fate = _FATE_OF.get(answer.code, Fate.AMBIGUOUS)
            if answer.code is Code.CLOSED_BY_VOCABULARY and _cited(answer, kind, self._policy.pack) is None:
                fate = (
                    Fate.NOT_NAMED
                )  # what this program would never do says nothing of what the platform does
            if best[1] is None or rank((fate, self._status(answer))) < rank((best[0], self._status(best[1]))):
                best = fate, answer
        return best

    def _status(self, answer: Decision) -> str:
        return self._sureness(
            None if answer.rule is None else self._policy.pack.rules_by_id[answer.rule].cite
        )

    def _sureness(self, cite: Citation | None) -> str:
        """How sure a fact is for this person; empty where no source says it."""
        if cite is None:
            return ""
        pack, region = self._policy.pack, self._facts.region
        if cite.limited_in and lies_in(region, pack.places(cite.limited_in, self._at.date())) is not False:
            return Status.REGULATOR_LIMITED.value
        return cite.status.value

    def _known_kind(self, kind: str) -> str:
        """The kind itself, or the nearest above it, where neither the policy nor the vocabulary knows it so exactly."""
        pack = self._policy.pack
        known = (one for one in ancestors(kind) if one in CATEGORIES or pack.category_term(one) is not None)
        return next(known, kind)

    def _reason(self, fate: Fate, kind: str | None, answer: Decision | None, topic: Topic) -> Reason:
        pack = self._policy.pack
        if kind is None:
            return Reason(
                fate, None, "what is not understood", "nobody knows what this is",
                None, "", "", None, "",
            )  # fmt: skip
        label = " or ".join(category_term(pack, one).label for one in kinds_in(kind))
        if fate is Fate.NOT_READ:
            sentence = "nobody here has read what applies to you"
        elif fate in _TURNS_ON:
            sentence = f"it turns on {_TURNS_ON[fate]}"
        elif fate is Fate.USED:
            sentence = f"the policy names {label} among what it uses for {topic.label}"
        elif fate is Fate.NOT_NAMED and (
            answer is None or answer.code in (Code.NO_RULE, Code.CLOSED_BY_VOCABULARY)
        ):
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
            self._sureness(cite),
        )  # fmt: skip


def rank(fare: tuple[Fate, str]) -> tuple[int, int]:
    return _ORDER[fare[0]], _SURENESS.index(fare[1])


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
