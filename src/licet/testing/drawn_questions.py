"""Made-up questions and what is known about whom, near every edge a generated pack has."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st

from licet.decide import EVERYTHING, Facts, No, Request
from licet.packs import Pack
from licet.terms import EVERY_USE, SELF, ChoiceState, Code
from licet.testing.drawn_strings import signals_sent
from licet.testing.drawn_words import (
    AGES,
    CATEGORIES,
    DAYS,
    DROPPED_CATEGORIES,
    NO_REGIONS,
    ODD_PLANS,
    ODD_VISIBILITIES,
    OWN_CATEGORIES,
    OWN_PURPOSES,
    PLANS,
    PURPOSES,
    RECIPIENTS,
    REGIONS,
    RETIRED,
    SETTINGS,
    VISIBILITIES,
    chance,
    moment_near,
    pick,
)

STATES = tuple(ChoiceState)


def facts() -> st.SearchStrategy[Facts]:
    """What might be known about one person; every part may be missing or wrong."""
    return st.randoms(use_true_random=False).map(make_facts)


def requests() -> st.SearchStrategy[Request]:
    """Questions in the words of `packs()`, now and then in a word nobody knows."""
    return st.randoms(use_true_random=False).map(make_request)


def make_facts(rng: Random, *packs: Pack) -> Facts:
    """packs: in any of which the yeses were given; with none, every yes is bound to nothing."""
    settings = dict.fromkeys((*SETTINGS, *RETIRED, *(id_ for pack in packs for id_ in pack.settings)))
    choices = {id_: pick(rng, STATES) for id_ in settings if chance(rng, 35)}
    narrow = {
        id_: {pick(rng, [*CATEGORIES, *OWN_CATEGORIES]): pick(rng, STATES)}
        for id_ in (*SETTINGS, *RETIRED)
        if chance(rng, 15)
    }
    return Facts(
        make_region(rng),
        None if chance(rng, 10) else pick(rng, [30, *AGES, *(age - 1 for age in AGES), 66, 0, -1]),
        make_plan(rng),
        choices | make_objection(f"{choices} {narrow}"),
        narrow,
        (frozenset({"gpc"}) if chance(rng, 20) else frozenset({"other"}) if chance(rng, 5) else frozenset())
        | signals_sent(f"{choices} {narrow}", 15),
        {id_: pick(rng, packs).digest for id_ in choices if packs and chance(rng, 90)},
        {
            id_: {kind: pick(rng, packs).digest for kind in kinds}
            for id_, kinds in narrow.items()
            if packs and chance(rng, 90)
        },
    )


def make_objection(seed: str) -> dict[str, ChoiceState]:
    """What somebody says of every use, of the few who say anything. seed: so that nothing else comes out otherwise."""
    rng = Random(seed)
    return {EVERY_USE: pick(rng, STATES)} if chance(rng, 6) else {}


def under(pack: Pack, who: Facts) -> Facts:
    """Who this is, had every choice of theirs been made under a pack."""
    return who._replace(
        bound=dict.fromkeys(who.choices, pack.digest),
        narrow_bound={id_: dict.fromkeys(kinds, pack.digest) for id_, kinds in who.narrow.items()},
    )


def make_region(rng: Random) -> str | None:
    return None if chance(rng, 5) else pick(rng, NO_REGIONS if chance(rng, 7) else REGIONS)


def make_plan(rng: Random) -> str | None:
    return None if chance(rng, 10) else pick(rng, ODD_PLANS if chance(rng, 10) else PLANS)


def make_visibility(rng: Random) -> str | None:
    return None if chance(rng, 12) else pick(rng, ODD_VISIBILITIES if chance(rng, 15) else VISIBILITIES)


def make_request(rng: Random) -> Request:
    unknown = chance(rng, 3)
    return Request(
        "mind_reading" if unknown and chance(rng, 40) else pick(rng, [*PURPOSES, *OWN_PURPOSES]),
        "dreams"
        if unknown and chance(rng, 40)
        else pick(rng, [*CATEGORIES, *OWN_CATEGORIES, "content.posts.x"]),
        "stranger" if unknown else SELF if chance(rng, 75) else pick(rng, RECIPIENTS),
        None if chance(rng, 2) else moment_near(rng, DAYS[-1:] if chance(rng, 60) else DAYS),
        make_visibility(rng),
        None if chance(rng, 10) else moment_near(rng, DAYS),
        make_noes(rng) if chance(rng, 12) else frozenset(),
    )


def make_noes(rng: Random) -> frozenset[No]:
    """What was said no to of one record: to every use, to a setting, to a kind of data."""
    return frozenset(
        No(
            pick(rng, [Code.RECORD_REFUSED, Code.ORGANISATION_REFUSED]),
            EVERYTHING if chance(rng, 40) else pick(rng, [*SETTINGS, *RETIRED]),
            EVERYTHING if chance(rng, 60) else pick(rng, [*CATEGORIES, *OWN_CATEGORIES, *DROPPED_CATEGORIES]),
        )
        for _ in range(rng.randint(1, 2))
    )
