"""What an advertiser is told of an audience: a rounded size, or no, with the nearest audience that would do.

Three rules, and what each is against:

- The atoms of an advertiser's live audiences, every way to be in some of them and not in others, hold 300 members each
  or nobody. It is against differences: comparing audiences two by two leaves a fifth of such attacks standing. Members
  are counted whatever they chose, so that no refusal depends on anybody's choice.
- The number of those permitted carries noise, which a key draws once for just these people and month, and of that
  number alone it is told whether it reaches 300, and how many hundreds. Asking again, by other terms, or by another
  advertiser, tells no more; padding an audience until one person decides is a toss of a coin.
- So many questions a month: what each may tell of one choice adds up.

Who is refused is told neither by which rule nor how far below: both say the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from licet.terms import UseError
from licet.terms.canonical import canonical_json
from licet.uses.ad_reports.audience_terms import AudienceTerms, Everybody, set_digest
from licet.uses.ad_reports.logged_choices import Mask, Numbers
from licet.uses.discrete_laplace import KeyedBits, discrete_laplace

LEAST_MEMBERS = 300
ROUNDED_TO = 100
MOST_LIVE, MOST_ASKED = 20, 50
#: What a number tells of whether one of those counted permits.
EPSILON = Fraction(1, 10)
#: How many values more a widening is tried with.
_MOST_WIDENED = 12


class Advertiser(NamedTuple):
    """live: the audiences that it has, in their order. asked: the digests of those that it asked about, by month."""

    live: tuple[AudienceTerms, ...] = ()
    asked: Mapping[str, tuple[str, ...]] = {}


class AudienceBook(NamedTuple):
    """What was told, of all advertisers. figures: the number that was drawn by month and digest, of terms or people."""

    figures: Mapping[str, int]
    advertisers: Mapping[str, Advertiser]

    def of(self, advertiser: str) -> Advertiser:
        return self.advertisers.get(advertiser, Advertiser())


class Answer(NamedTuple):
    """size: of those permitted, to the next hundred; None where it is refused. widening: what would do then, if
    anything near does; it may be refused in its turn."""

    size: int | None
    widening: AudienceTerms | None


EMPTY_BOOK = AudienceBook({}, {})


def ask(
    book: AudienceBook, advertiser: str, terms: AudienceTerms, everybody: Everybody, key: bytes, month: str
) -> tuple[AudienceBook, Answer]:
    """Ask about an audience, and have it live if it may be.

    key:    the workspace's own, which all noise follows from. month: such as 2026-03.
    Raises: UseError ADS-080, ADS-081 as `AudienceTerms`; ADS-082 for too many that live, ADS-083 too many questions.
    """
    terms.check()
    members = terms.members(everybody)
    told, normal = book.of(advertiser), terms.normal()
    already = next((one for one in told.live if one.normal() == normal), None)
    if already is None and len(told.live) >= MOST_LIVE:
        raise UseError(
            "ADS-082", f"an advertiser has {MOST_LIVE} live audiences at most", fix="end one of them"
        )
    asked = tuple(dict.fromkeys((*told.asked.get(month, ()), terms.digest(key))))
    if len(asked) > MOST_ASKED:
        raise UseError(
            "ADS-083",
            f"an advertiser asks about {MOST_ASKED} audiences a month at most",
            fix="keep one that you have, or wait for the next month",
        )
    book, number = _number(book, terms, members, everybody, key, month)
    others = [one for one in told.live if one.normal() != normal]
    atoms = _atoms(others, everybody)
    is_told = number >= LEAST_MEMBERS and _holds(atoms, members, _least(members, key))
    live = (*told.live, terms) if is_told and already is None else told.live if is_told else tuple(others)
    made = Advertiser(live, {**told.asked, month: asked})
    book = book._replace(advertisers={**book.advertisers, advertiser: made})
    if is_told:
        return book, Answer(_rounded(number), None)
    return book, Answer(None, _widening(terms, atoms, everybody, key))


def end(book: AudienceBook, advertiser: str, terms: AudienceTerms) -> AudienceBook:
    """Have an audience live no longer. What was asked stays counted."""
    told, normal = book.of(advertiser), terms.normal()
    kept = told._replace(live=tuple(one for one in told.live if one.normal() != normal))
    return book._replace(advertisers={**book.advertisers, advertiser: kept})


def refreshed(book: AudienceBook, everybody: Everybody, key: bytes) -> AudienceBook:
    """The same when members came, left, or changed what is known of them: of each advertiser the audiences, in their
    order, that the rule of atoms still lets live."""
    advertisers = {}
    for name, told in book.advertisers.items():
        live = list[AudienceTerms]()
        for terms in told.live:
            members = terms.members(everybody)
            if _holds(_atoms(live, everybody), members, _least(members, key)):
                live.append(terms)
        advertisers[name] = told._replace(live=tuple(live))
    return book._replace(advertisers=advertisers)


def _number(
    book: AudienceBook, terms: AudienceTerms, members: Mask, everybody: Everybody, key: bytes, month: str
) -> tuple[AudienceBook, int]:
    """How many permit, and noise; drawn once in a month for the same terms, and for the same people."""
    people = set_digest(members, key)
    names = [f"{month} {terms.digest(key)}", f"{month} {people}"]
    found = next((book.figures[name] for name in names if name in book.figures), None)
    if found is None:
        found = terms.count_permitted(everybody) + _noise(key, "size", people, month)
    return book._replace(figures={**book.figures, **dict.fromkeys(names, found)}), found


def _noise(key: bytes, *label: str) -> int:
    return discrete_laplace(KeyedBits(key, canonical_json(["noise of audiences", *label])), EPSILON)


def _least(members: Mask, key: bytes) -> int:
    """The fewest that an atom beside these may hold: never under 300, and nobody else knows how far above."""
    return LEAST_MEMBERS + abs(_noise(key, "atoms", set_digest(members, key)))


def _atoms(live: Sequence[AudienceTerms], everybody: Everybody) -> Numbers:
    """Of every member the number of the atom that they are in."""
    atoms: Numbers = np.zeros(everybody.size, np.int64)
    for terms in live:
        atoms = _split(atoms, terms.members(everybody))
    return atoms


def _split(atoms: Numbers, members: Mask) -> Numbers:
    """Numbered anew, so that they stay few."""
    numbered: Numbers = np.unique(atoms * 2 + members, return_inverse=True)[1].astype(np.int64)
    return numbered


def _holds(atoms: Numbers, members: Mask, least: int) -> bool:
    """Whether every atom, these members among them, has nobody or enough."""
    counts = np.bincount(atoms * 2 + members)
    return bool(((counts == 0) | (counts >= least)).all())


def _widening(terms: AudienceTerms, atoms: Numbers, everybody: Everybody, key: bytes) -> AudienceTerms | None:
    """The smallest audience around this one, leaving out as few attributes as can be, of which the rule of atoms has
    nothing to say, and that has members to spare; by all members, so that it tells of no choice."""
    for kept in range(len(terms.wanted), 0, -1):
        sized = [
            (int(members.sum()), wider, members)
            for names in itertools.combinations(sorted(terms.wanted), kept)
            for wider in _wider(AudienceTerms({name: terms.wanted[name] for name in names}), everybody)
            if (members := wider.members(everybody)).sum() >= 2 * LEAST_MEMBERS
        ]
        for _, wider, members in sorted(sized, key=lambda one: (one[0], one[1].normal())):
            if _holds(atoms, members, _least(members, key)):
                return wider
    return None


def _wider(terms: AudienceTerms, everybody: Everybody) -> Iterator[AudienceTerms]:
    """As it is, and with more values of one attribute, those that most have first."""
    yield terms
    for name, values in terms.wanted.items():
        attribute = everybody.attributes[name]
        held = np.bincount(attribute.numbers, minlength=len(attribute.values))
        others = [attribute.values[number] for number in np.argsort(-held, kind="stable").tolist()]
        wider = set(values)
        for value in [one for one in others if one not in values][:_MOST_WIDENED]:
            wider.add(value)
            yield AudienceTerms({**terms.wanted, name: frozenset(wider)})


def _rounded(number: int) -> int:
    return (number + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO
