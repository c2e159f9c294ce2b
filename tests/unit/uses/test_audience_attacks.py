"""What an advertiser can learn of one person by asking about audiences, attack by attack: differences, atoms, refusals,
refreshed sizes, and audiences padded until one person decides. The members are made up, their attributes skewed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
import pytest

from licet.terms import UseError
from licet.uses.ad_reports.audience_asking import (
    EMPTY_BOOK,
    EPSILON,
    LEAST_MEMBERS,
    MOST_ASKED,
    MOST_LIVE,
    AudienceBook,
    ask,
    end,
    refreshed,
)
from licet.uses.ad_reports.audience_terms import Attribute, AudienceTerms, Everybody, set_digest
from licet.uses.ad_reports.logged_choices import Mask, Numbers

KEY = b"k" * 32
MONTH = "2026-03"
SIZES = {"title": 60, "city": 40, "industry": 12, "seniority": 5}
MEMBERS = 30_000
#: The most that a right guess may be likelier than a wrong one, of what one number of an audience tells.
BEST_GUESS = math.exp(EPSILON) / (1 + math.exp(EPSILON))


def skewed(count: int, chance: np.random.Generator, members: int = MEMBERS) -> Numbers:
    shares = 1 / np.arange(1, count + 1)
    return chance.choice(count, members, p=shares / shares.sum())


def everybody_of(columns: dict[str, Numbers], permitted: Mask) -> Everybody:
    attributes = {
        name: Attribute(
            tuple(f"{name}-{n}" for n in range(int(column.max()) + 1)), np.arange(len(column)), column
        )
        for name, column in columns.items()
    }
    return permitting(Everybody(len(permitted), attributes, {}), permitted)


def permitting(everybody: Everybody, permitted: Mask) -> Everybody:
    return everybody._replace(
        permitted={
            name: one._replace(
                members=one.members[permitted[one.members]], numbers=one.numbers[permitted[one.members]]
            )
            for name, one in everybody.attributes.items()
        }
    )


def drawn(seed: int = 5) -> tuple[dict[str, Numbers], Mask]:
    chance = np.random.default_rng(seed)
    columns = {name: skewed(count, chance) for name, count in SIZES.items()}
    return columns, chance.random(MEMBERS) < 0.65


COLUMNS, PERMITTED = drawn()
EVERYBODY = everybody_of(COLUMNS, PERMITTED)


def terms(**wanted: object) -> AudienceTerms:
    """Values by number: `title=3`, or `city=[1, 2]`."""
    listed = {name: value if isinstance(value, list) else [value] for name, value in wanted.items()}
    return AudienceTerms({name: frozenset(f"{name}-{n}" for n in each) for name, each in listed.items()})


def all_but(name: str, value: int) -> list[int]:
    return [n for n in range(len(EVERYBODY.attributes[name].values)) if n != value]


def lone_people() -> Iterator[int]:
    """Those who alone have their title, city and industry."""
    code = (COLUMNS["title"] * 1000 + COLUMNS["city"]) * 1000 + COLUMNS["industry"]
    _, first, counts = np.unique(code, return_index=True, return_counts=True)
    yield from first[counts == 1].tolist()


def said(
    book: AudienceBook, everybody: Everybody, *asked: AudienceTerms, key: bytes = KEY
) -> list[int | None]:
    sizes = []
    for one in asked:
        book, answer = ask(book, "advertiser", one, everybody, key, MONTH)
        sizes.append(answer.size)
    return sizes


def test_differences_single_nobody_out() -> None:
    """An audience, and the same without the few like one person: the second is refused wherever they differ by few."""
    tried = 0
    for person in itertools.islice(lone_people(), 0, None, 120):
        title, city = int(COLUMNS["title"][person]), int(COLUMNS["city"][person])
        whole, without = terms(title=title), terms(title=title, city=all_but("city", city))
        differ = int(((COLUMNS["title"] == title) & (COLUMNS["city"] == city)).sum())
        first, second = said(EMPTY_BOOK, EVERYBODY, whole, without)
        if first is not None and 0 < differ < LEAST_MEMBERS:
            tried += 1
            assert second is None
            back, again = said(EMPTY_BOOK, EVERYBODY, without, whole)
            assert back is None or again is None  # in the other order too
    assert tried > 3


def test_every_atom_of_what_lives_holds_enough() -> None:
    """Audiences that pass two by two leave small atoms; those that live here leave none, of all members."""
    chance, refused_pairwise = np.random.default_rng(1), 0
    for _ in range(8):
        book, passing = EMPTY_BOOK, list[Mask]()
        for _ in range(6):
            names = chance.choice(list(SIZES), 2, replace=False)
            asked = terms(
                **{
                    name: chance.choice(SIZES[name], SIZES[name] // 3, replace=False).tolist()
                    for name in names
                }
            )
            held = asked.members(EVERYBODY)
            alone = [((held & ~one).sum(), (one & ~held).sum()) for one in passing]
            book, answer = ask(book, "advertiser", asked, EVERYBODY, KEY, MONTH)
            if all(not 0 < differ < LEAST_MEMBERS for pair in alone for differ in pair):
                passing.append(held)
                refused_pairwise += answer.size is None
        live = [one.members(EVERYBODY) for one in book.of("advertiser").live]
        code = sum(
            (held.astype(np.int64) << place for place, held in enumerate(live)), np.zeros(MEMBERS, np.int64)
        )
        assert np.unique(code, return_counts=True)[1].min() >= LEAST_MEMBERS
    assert refused_pairwise > 0  # pairs alone would have let them live


def test_no_refusal_depends_on_one_choice() -> None:
    """Had somebody chosen the other way, what differs of two audiences is refused or not just the same."""
    for person in itertools.islice(lone_people(), 0, None, 250):
        otherwise = PERMITTED.copy()
        otherwise[person] = ~otherwise[person]
        title, city = int(COLUMNS["title"][person]), int(COLUMNS["city"][person])
        asked = terms(title=title), terms(title=title, city=all_but("city", city))
        here, there = (
            [size is None for size in said(EMPTY_BOOK, permitting(EVERYBODY, permitted), *asked)]
            for permitted in (PERMITTED, otherwise)
        )
        sizes = [one.count_permitted(EVERYBODY) for one in asked]
        if all(
            abs(size - LEAST_MEMBERS) > 200 for size in sizes
        ):  # else the noise decides, whatever they chose
            assert here == there


def padded(count: int, permitted: int) -> tuple[Everybody, AudienceTerms]:
    """An audience of `count`, beside others; so many of it permit."""
    column = (np.arange(4_000) >= count).astype(np.int64)
    return everybody_of({"title": column}, (np.arange(4_000) < permitted) | (column == 1)), terms(title=0)


def test_padded_to_the_last_person_an_audience_tells_next_to_nothing() -> None:
    """An attacker knows that 299 permit, and of one more not; live or refused, they guess little better than a coin."""
    keys = [number.to_bytes(32, "big") for number in range(600)]
    lives = {}
    for permitted in (299, 300):
        everybody, asked = padded(900, permitted)
        lives[permitted] = sum(said(EMPTY_BOOK, everybody, asked, key=key)[0] is not None for key in keys)
    assert 0 < lives[299] <= lives[300] < len(keys)
    right = (lives[300] + len(keys) - lives[299]) / (2 * len(keys))
    print(f"right guesses, one person decides: {right:.3f}; at most {BEST_GUESS:.3f} in the long run")
    assert right < BEST_GUESS + 0.02


def test_asking_again_tells_no_more() -> None:
    """By other terms for the same people, by another advertiser, or after choices changed: one number a month."""
    everybody, asked = padded(900, 340)
    book, first = ask(EMPTY_BOOK, "one", asked, everybody, KEY, MONTH)
    twin = everybody._replace(attributes={**everybody.attributes, "city": everybody.attributes["title"]})
    for advertiser, other in (
        ("one", asked),
        ("two", asked),
        ("two", AudienceTerms({"city": asked.wanted["title"]})),
    ):
        later = permitting(twin, np.zeros(4_000, bool))
        _, answer = ask(book, advertiser, other, later, KEY, MONTH)
        assert answer == first
    drawn_ = {
        ask(EMPTY_BOOK, "one", asked, everybody, KEY, f"20{year}-01")[0].figures[
            f"20{year}-01 {asked.digest(KEY)}"
        ]
        for year in range(10, 60)
    }
    assert len(drawn_) > 10  # each month anew, so that a change of one is within the noise


def test_refreshed_sizes_tell_of_no_single_no() -> None:
    """Churn: month by month, with and without one person, sizes are distributed alike but for the noise's own bound."""
    keys = [number.to_bytes(32, "big") for number in range(400)]
    rounded = {}
    for permitted in (349, 350):  # where a hundred begins
        everybody, asked = padded(900, permitted)
        sizes = [said(EMPTY_BOOK, everybody, asked, key=key)[0] for key in keys]
        rounded[permitted] = sum(size == 400 for size in sizes)
        assert {size for size in sizes if size is not None} <= {300, 400, 500}
    assert abs(rounded[349] - rounded[350]) / len(keys) < 2 * (BEST_GUESS - 0.5) + 0.03


def test_a_refusal_says_one_thing_and_names_what_would_do() -> None:
    book, answer = ask(EMPTY_BOOK, "a", terms(title=50, city=30, industry=9), EVERYBODY, KEY, MONTH)
    assert answer.size is None and answer.widening is not None and book.of("a").live == ()
    wider = answer.widening.members(EVERYBODY)
    assert (
        wider.sum() >= 2 * LEAST_MEMBERS
        and (wider | terms(title=50, city=30, industry=9).members(EVERYBODY) == wider).all()
    )
    nobody = permitting(EVERYBODY, np.zeros(MEMBERS, bool))
    _, other = ask(EMPTY_BOOK, "a", terms(title=50, city=30, industry=9), nobody, KEY, MONTH)
    assert other == answer  # whatever anybody chose


def test_an_advertiser_has_so_many_and_asks_so_often() -> None:
    for odd in (
        AudienceTerms({}),
        terms(title=1, city=1, industry=1, seniority=1),
        AudienceTerms({"title": frozenset()}),
    ):
        with pytest.raises(UseError) as told:
            ask(EMPTY_BOOK, "a", odd, EVERYBODY, KEY, MONTH)
        assert told.value.code == "ADS-080"
    for odd in (
        AudienceTerms({"height": frozenset({"2"})}),
        AudienceTerms({"title": frozenset({"title-0", "x"})}),
    ):
        with pytest.raises(UseError) as told:
            ask(EMPTY_BOOK, "a", odd, EVERYBODY, KEY, MONTH)
        assert told.value.code == "ADS-081"
    book = EMPTY_BOOK
    for place in range(MOST_ASKED):
        book, _ = ask(book, "a", terms(title=[place, 59]), EVERYBODY, KEY, MONTH)
    with pytest.raises(UseError) as told:
        ask(book, "a", terms(city=3), EVERYBODY, KEY, MONTH)
    assert told.value.code == "ADS-083"
    ask(book, "a", terms(title=[0, 59]), EVERYBODY, KEY, MONTH)  # what was asked is answered again
    ask(book, "a", terms(city=3), EVERYBODY, KEY, "2026-04")
    ask(book, "b", terms(city=3), EVERYBODY, KEY, MONTH)


def test_ended_audiences_make_room_and_refreshed_ones_keep_the_rule() -> None:
    coarse = [terms(seniority=[0]), terms(seniority=[0, 1]), terms(seniority=[0, 1, 2])]
    book = EMPTY_BOOK
    for one in coarse:
        book, answer = ask(book, "a", one, EVERYBODY, KEY, MONTH)
        assert answer.size is not None and answer.size % 100 == 0
    assert len(end(book, "a", coarse[0]).of("a").live) == 2
    shrunk = {**COLUMNS, "seniority": np.where(COLUMNS["seniority"] == 1, 0, COLUMNS["seniority"])}
    shrunk["seniority"][:5] = 1
    assert refreshed(book, everybody_of(shrunk, PERMITTED), KEY).of("a").live == (coarse[0], coarse[2])
    full = book._replace(
        advertisers={"a": book.of("a")._replace(live=tuple(terms(title=n) for n in range(MOST_LIVE)))}
    )
    with pytest.raises(UseError) as told:
        ask(full, "a", terms(city=3), EVERYBODY, KEY, MONTH)
    assert told.value.code == "ADS-082"


def test_nobody_without_the_key_can_make_the_digest_of_a_set() -> None:
    held = terms(title=1).members(EVERYBODY)
    assert set_digest(held, KEY) == set_digest(held.copy(), KEY) != set_digest(held, b"x" * 32)
    assert terms(title=[1, 2], city=3).digest(KEY) == terms(city=3, title=[2, 1]).digest(KEY)
