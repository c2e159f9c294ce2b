"""Rules and settings as decisions need them: words resolved to places, days to moments, None where nothing is asked.

Made once when a policy is made ready. `rule_index` puts the rules of one question side by side; `explain` reads them
one by one.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from licet.packs import Pack, Rule, Setting
from licet.packs.model import CONSENT_BASES, State
from licet.terms.moments import midnight
from licet.terms.regions import MEMBERSHIPS, WORLD

#: Days on which the membership of a group of countries changed; between two of them it is constant.
CHANGES: tuple[date, ...] = tuple(
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
    answers_for: tuple[str, ...]  # itself and those it replaces, and those they did


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


def places_of(
    regions: tuple[str, ...] | None, pack: Pack, known: dict[tuple[str, ...], Places]
) -> Places | None:
    """The places that regions name, over time; one and the same object for all rules that name them alike."""
    if regions is None:
        return None
    if regions in known:
        return known[regions]
    since: list[datetime] = []
    sets: list[frozenset[str]] = []
    for day in CHANGES:
        places = pack.places(regions, day)
        if not sets or places != sets[-1]:
            since.append(midnight(day))
            sets.append(places)
    known[regions] = Places(tuple(reversed(since)), tuple(reversed(sets)))
    return known[regions]


def control_of(
    id_: str,
    setting: Setting,
    replaced: tuple[str, ...],
    pack: Pack,
    known: dict[tuple[str, ...], Places],
) -> Control:
    return Control(
        id_,
        setting.default.state is State.ON,
        tuple(
            Start(
                exception.state is State.ON,
                places_of(exception.regions, pack, known),
                None if exception.plans is None else frozenset(exception.plans),
                exception.below_age,
            )
            for exception in setting.default.exceptions
        ),
        frozenset(setting.honours),
        (id_, *replaced),
    )


def clause_of(
    rule: Rule, pack: Pack, controls: dict[str, Control], known: dict[tuple[str, ...], Places]
) -> Clause:
    regions = rule.regions
    if regions is None and rule.effect == "permit":
        regions = (WORLD,)  # everywhere, but somewhere: an unknown region is not permitted
    return Clause(
        rule.id,
        pack.applies_from(rule),
        None if rule.until is None else midnight(rule.until),
        places_of(regions, pack, known),
        rule.minimum_age,
        rule.maximum_age,
        None if rule.plans is None else frozenset(rule.plans),
        None if rule.visibility is None else frozenset(rule.visibility),
        None if rule.created_from is None else midnight(rule.created_from),
        None if rule.created_before is None else midnight(rule.created_before),
        None if rule.setting is None else controls[rule.setting],
        rule.legal_basis in CONSENT_BASES,
    )
