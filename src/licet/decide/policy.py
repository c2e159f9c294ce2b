"""A pack made ready to decide: for each question the few rules that speak of it, looked up once.

A question is (purpose, kind of data, recipient); its `Cell` holds the permits and forbids in scope, sorted by
id so that their order in the file cannot matter. Nothing here knows a subject or a moment.

A policy also carries the refusals of the packs before it: where an earlier pack let a setting govern a
question, a member's no to that setting still holds, whatever the new pack says (law 3).
"""

from __future__ import annotations

import functools
from datetime import date, datetime
from typing import NamedTuple

from licet.packs import Pack, Rule, Setting
from licet.packs.model import CONSENT_BASES, State
from licet.terms import SELF, Code
from licet.terms.canonical import canonical_json, digest
from licet.terms.moments import midnight
from licet.terms.regions import MEMBERSHIPS, WORLD
from licet.terms.vocabulary import ancestors, is_closed

#: Days on which the membership of a group of countries changed; between two of them it is constant.
_CHANGES: tuple[date, ...] = tuple(
    sorted({date.min} | {day for rows in MEMBERSHIPS.values() for _, *days in rows for day in days if day})
)


class Places(NamedTuple):
    """The places a rule names, over time: `sets[i]` holds from `since[i]` on, newest first."""

    since: tuple[datetime, ...]
    sets: tuple[frozenset[str], ...]

    def at(self, moment: datetime) -> frozenset[str]:
        for since, places in zip(self.since, self.sets, strict=True):
            if moment >= since:
                return places
        return frozenset()


class Start(NamedTuple):
    """An exception to a setting's default, ready to evaluate."""

    on: bool
    places: Places | None
    plans: frozenset[str] | None
    below_age: int | None


class Control(NamedTuple):
    """A setting as decisions need it."""

    id: str
    on_by_default: bool
    starts: tuple[Start, ...]
    honours: frozenset[str]
    replaces: tuple[str, ...]
    answers_for: tuple[str, ...]  # itself and those it replaces


class Clause(NamedTuple):
    """A rule as decisions need it; None means the rule does not ask.

    `starts` and `ends` bound the moment, `created_from` and `created_before` the record, each half-open.
    """

    id: str
    starts: datetime | None
    ends: datetime | None
    places: Places | None
    minimum_age: int | None
    maximum_age: int | None
    plans: frozenset[str] | None
    visibility: frozenset[str] | None
    created_from: datetime | None
    created_before: datetime | None
    control: Control | None
    needs_consent: bool


class Cell(NamedTuple):
    """Everything a policy says about one question.

    code:    set when the question itself is answered: an unknown word, or a pair closed by the vocabulary.
    carried: settings of earlier packs whose refusal still governs this question.
    signals: privacy signals that switched those settings off, and so still do.
    """

    code: Code | None
    permits: tuple[Clause, ...]
    forbids: tuple[Clause, ...]
    carried: tuple[str, ...]
    signals: frozenset[str]


class Governed(NamedTuple):
    """A question that a setting governed in some pack that was in force.

    signals: the privacy signals that switched the setting off there.
    """

    setting: str
    purpose_line: tuple[str, ...]
    category: str
    recipient: str
    signals: tuple[str, ...] = ()


def governed_by(pack: Pack) -> frozenset[Governed]:
    """What each setting of `pack` governs, and by it those it replaces; keep it when another pack comes."""
    return frozenset(
        Governed(
            setting, pack.purpose_line(purpose), category, recipient, pack.settings[rule.setting].honours
        )
        for rule in pack.rules
        if rule.effect == "permit" and rule.setting is not None
        for setting in (rule.setting, *pack.settings[rule.setting].replaces)
        for purpose in rule.purposes
        for category in rule.categories
        for recipient in rule.recipients
    )


class Policy:
    """A pack with its cells, and the refusals it must honour from the packs before it."""

    def __init__(self, pack: Pack, carried: frozenset[Governed] = frozenset()) -> None:
        self.pack = pack
        self.in_force_from = pack.in_force_from
        known: dict[tuple[str, ...], Places] = {}
        self.controls = {id_: _control(id_, setting, pack, known) for id_, setting in pack.settings.items()}
        self.carried = carried
        self._carried = sorted(carried)
        self._clauses = {
            rule.id: _clause(rule, pack, self.controls, known)
            for rule in sorted(pack.rules, key=lambda rule: rule.id)
        }
        # Rules by (purpose, category): a question then touches only the rules that name its words.
        self._index: dict[tuple[str, str], list[Rule]] = {}
        for rule in sorted(pack.rules, key=lambda rule: rule.id):
            for purpose in rule.purposes:
                for category in rule.categories:
                    self._index.setdefault((purpose, category), []).append(rule)
        self._cells: dict[tuple[str, str, str], Cell] = {}

    @functools.cached_property
    def digest(self) -> str:
        """Two policies of one digest answer every question alike: the pack's, with the refusals it carries."""
        carried = [
            [old.setting, list(old.purpose_line), old.category, old.recipient, list(old.signals)]
            for old in self._carried
        ]
        return digest(canonical_json({"pack": self.pack.digest, "carried": carried}))

    def cell(self, purpose: str, category: str, recipient: str) -> Cell:
        """The rules that speak of this question. Words that are not text are unknown words."""
        question = (purpose, category, recipient)
        try:
            return self._cells[question]
        except KeyError:
            cell = self._make_cell(purpose, category, recipient)
            if cell.code is None:  # unknown words are not kept: callers could fill the memory with them
                self._cells[question] = cell
            return cell
        except TypeError:
            return _answered(Code.PURPOSE_UNKNOWN)

    def clause(self, rule: str) -> Clause:
        """A rule of the pack as decisions need it."""
        return self._clauses[rule]

    @property
    def earlier_settings(self) -> frozenset[str]:
        """Settings of earlier packs; a member may still switch them, since their refusals still hold."""
        return frozenset(old.setting for old in self._carried)

    def lifted_by(self, setting: str) -> tuple[str, ...]:
        """The settings whose refusal ends when the member switches `setting` on.

        Those it replaces, if it governs all that they did: what it does not govern, a yes to it cannot have meant.
        """
        control = self.controls.get(setting)
        mine = [new for new in governed_by(self.pack) if new.setting == setting]

        def covered(old: Governed) -> bool:
            return any(
                new.purpose_line[0] in old.purpose_line
                and new.category in ancestors(old.category)
                and new.recipient == old.recipient
                for new in mine
            )

        return tuple(
            old
            for old in (control.replaces if control is not None else ())
            if all(covered(question) for question in self._carried if question.setting == old)
        )

    def known_kind(self, category: str) -> str:
        """The kind of data as this pack knows it: itself, or its root where the pack has dropped the word."""
        return category if self.pack.category_term(category) is not None else category.partition(".")[0]

    def _make_cell(self, purpose: str, category: str, recipient: str) -> Cell:
        pack = self.pack
        line = pack.purpose_line(purpose) if isinstance(purpose, str) else ()
        if not line:
            return _answered(Code.PURPOSE_UNKNOWN)
        if not isinstance(category, str) or pack.category_term(category) is None:
            return _answered(Code.CATEGORY_UNKNOWN)
        if not isinstance(recipient, str) or not pack.knows_recipient(recipient):
            return _answered(Code.RECIPIENT_UNKNOWN)
        if is_closed(line, category):
            return _answered(Code.CLOSED_BY_VOCABULARY)
        above = ancestors(category)
        rules = {
            rule.id: rule
            for word in line
            for kind in above
            for rule in self._index.get((word, kind), ())
            if recipient in rule.recipients
        }
        carried = [old for old in self._carried if self._still_governs(old, line, above, recipient)]
        clauses = [(rules[id_].effect, self._clauses[id_]) for id_ in sorted(rules)]
        return Cell(
            None,
            tuple(clause for effect, clause in clauses if effect == "permit"),
            tuple(clause for effect, clause in clauses if effect == "forbid"),
            tuple(sorted({old.setting for old in carried})),
            frozenset(signal for old in carried for signal in old.signals),
        )

    def _still_governs(
        self, old: Governed, line: tuple[str, ...], above: tuple[str, ...], recipient: str
    ) -> bool:
        """Whether a question of an earlier pack covers this one.

        A word this pack has dropped is widened: a purpose to the shared one it was a kind of, a kind of data to
        its root, a recipient to everyone but the platform. So no renaming within them slips out from under a no.
        """
        pack = self.pack
        purpose = next((word for word in old.purpose_line if pack.purpose_line(word)), None)
        category = self.known_kind(old.category)
        same_recipient = recipient == old.recipient or (
            recipient != SELF and not pack.knows_recipient(old.recipient)
        )
        return same_recipient and (purpose is None or purpose in line) and category in above


def _answered(code: Code) -> Cell:
    """A question that its own words answer."""
    return Cell(code, (), (), (), frozenset())


def _places(
    regions: tuple[str, ...] | None, pack: Pack, known: dict[tuple[str, ...], Places]
) -> Places | None:
    """The places that regions name, over time; one and the same object for all rules that name them alike."""
    if regions is None:
        return None
    if regions in known:
        return known[regions]
    since: list[datetime] = []
    sets: list[frozenset[str]] = []
    for day in _CHANGES:
        places = pack.places(regions, day)
        if not sets or places != sets[-1]:
            since.append(midnight(day))
            sets.append(places)
    known[regions] = Places(tuple(reversed(since)), tuple(reversed(sets)))
    return known[regions]


def _control(id_: str, setting: Setting, pack: Pack, known: dict[tuple[str, ...], Places]) -> Control:
    return Control(
        id_,
        setting.default.state is State.ON,
        tuple(
            Start(
                exception.state is State.ON,
                _places(exception.regions, pack, known),
                None if exception.plans is None else frozenset(exception.plans),
                exception.below_age,
            )
            for exception in setting.default.exceptions
        ),
        frozenset(setting.honours),
        setting.replaces,
        (id_, *setting.replaces),
    )


def _clause(
    rule: Rule, pack: Pack, controls: dict[str, Control], known: dict[tuple[str, ...], Places]
) -> Clause:
    regions = rule.regions
    if regions is None and rule.effect == "permit":
        regions = (WORLD,)  # everywhere, but somewhere: an unknown region is not permitted
    return Clause(
        rule.id,
        pack.applies_from(rule),
        None if rule.until is None else midnight(rule.until),
        _places(regions, pack, known),
        rule.minimum_age,
        rule.maximum_age,
        None if rule.plans is None else frozenset(rule.plans),
        None if rule.visibility is None else frozenset(rule.visibility),
        None if rule.created_from is None else midnight(rule.created_from),
        None if rule.created_before is None else midnight(rule.created_before),
        None if rule.setting is None else controls[rule.setting],
        rule.legal_basis in CONSENT_BASES,
    )
