"""However somebody words where they are not, or where they may be, no region is claimed for it."""

from __future__ import annotations

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from licet.sources.place_names import place_names
from licet.sources.place_wording import holds_doubt, is_usual_in_names
from licet.sources.places import resolve_place

#: Clear texts, and where they are.
CLEAR = {
    **{"Switzerland": "CH", "Zürich": "CH", "Bern, Switzerland": "CH", "Österreich": "AT", "Wien": "AT"},
    **{
        "Canada": "CA",
        "Toronto, ON": "CA-ON",
        "British Columbia": "CA-BC",
        "Austin, TX": "US-TX",
        "USA": "US",
    },
    **{"China": "CN", "Hong Kong": "HK", "Shenzhen": "CN", "Macau": "MO", "Puerto Rico": "PR"},
    **{"Danmark": "DK", "Greenland": "GL", "France": "FR", "Martinique": "MQ", "Lyon": "FR", "日本": "JP"},
}
CHOICES = [
    "/",
    " / ",
    " or ",
    " oder ",
    " ou ",
    " o ",
    " und ",
    " and ",
    " & ",
    " | ",
    "; ",
    " + ",
    " · ",
    "、",
    " -> ",
    " → ",
]
PLACES = st.sampled_from(sorted(CLEAR))
COUNTRY = {
    "Toronto": "Canada",
    "Genève": "Suisse",
    "Lisbon": "Portugal",
    "Kraków": "Polska",
    "Oslo": "Norway",
}


@settings(max_examples=300, deadline=None)
@given(PLACES, PLACES, st.sampled_from(CHOICES))
def test_of_several_places_none_is_the_answer_unless_they_lie_in_one_country(
    one: str, other: str, choice: str
) -> None:
    region = resolve_place(f"{one}{choice}{other}").region
    wanted = {CLEAR[one], CLEAR[other]}
    if len({place[:2] for place in wanted}) > 1:
        assert region is None
    else:
        assert region in (None, *wanted, CLEAR[one][:2])
        assert region is None or all(place == region or place[:2] == region for place in wanted)


JOINTS = [
    *CHOICES,
    ", ",
    " - ",
    " (",
    "\n",
    "—",
    ", now ",
    ", then ",
    ". ",
    ".",
    "-",
    " ",
    " 12 ",
    ", 12 ",
    " x ",
    " to ",
]
LARGE = {
    **{
        "Switzerland": "CH",
        "Zürich": "CH",
        "Norway": "NO",
        "Oslo": "NO",
        "Germany": "DE",
        "Berlin": "DE",
        "China": "CN",
    },
    **{
        "Japan": "JP",
        "Tokyo": "JP",
        "Canada": "CA",
        "Ontario": "CA",
        "Texas": "US",
        "Seattle": "US",
        "Mexico": "MX",
    },
    **{"Luxembourg": "LU", "Georgia": "GE", "Hong Kong": "HK", "Greenland": "GL", "Danmark": "DK"},
}


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(LARGE)), st.sampled_from(JOINTS)), min_size=2, max_size=4))
@example([("China", ", "), ("Japan", "")])
@example([("Mexico", " - "), ("Texas", "")])
def test_a_region_is_claimed_only_where_no_other_country_is_named(parts: list[tuple[str, str]]) -> None:
    text = "".join(name + joint for name, joint in parts).rstrip(" ,;-(|/&+>→·、\n—.x12")
    region = resolve_place(text.removesuffix(", now").removesuffix(", then").removesuffix(" to")).region
    named = {LARGE[name] for name, _ in parts}
    parents = {"HK": {"HK", "CN"}, "GL": {"GL", "DK"}}
    if region is not None and region != "US-GA":
        assert named <= parents.get(region, {region[:2]}), (text, region)


@settings(max_examples=200, deadline=None)
@given(PLACES, PLACES, st.sampled_from([each for each in CHOICES if ">" not in each]))
def test_the_order_of_several_places_does_not_matter(one: str, other: str, choice: str) -> None:
    assume("," not in one + other)
    assert resolve_place(f"{one}{choice}{other}").region == resolve_place(f"{other}{choice}{one}").region


WORDS = (  # noqa: SIM905
    "was formerly ex- born previously soon leaving until remote worldwide not früher bald anciennement antes nato"
    " vroeger dawniej раньше πρώην 以前"
).split(" ")
FORMS = [
    "{word} {place}",
    "{word}: {place}",
    "{place} ({word})",
    "{place}, {word}",
    "{word}, {place}",
    "{place} - {word}",
]


@settings(max_examples=300, deadline=None)
@given(PLACES, st.sampled_from(WORDS), st.sampled_from(FORMS), st.booleans())
def test_a_word_of_another_time_or_of_anywhere_leaves_a_place_unknown(
    place: str, word: str, form: str, is_shouted: bool
) -> None:
    text = form.format(word=word, place=place)
    assert resolve_place(text.upper() if is_shouted else text).region is None


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(COUNTRY)),
    st.text("abcdefghijklmnopqrstuvwxyzäéøñ", min_size=5, max_size=9),
    st.booleans(),
)
def test_words_that_nobody_knows_before_a_city_are_a_sentence_and_no_address(
    city: str, word: str, is_capital: bool
) -> None:
    """In any language: "Früher Genève, Suisse" says nothing about today, and no list of words has them all."""
    assume(not is_usual_in_names(word) and f"{word} {city}".lower() not in place_names().populations)
    written = word.capitalize() if is_capital else word
    assert resolve_place(f"{written} {city}, {COUNTRY[city]}").region is None


@settings(max_examples=200, deadline=None)
@given(
    PLACES,
    st.integers(1950, 2035),
    st.sampled_from(["{y} {p}", "{p} {y}", "{p} ({y})", "{y}-{z} {p}", "{p}, {y}–{z}"]),
)
def test_a_place_with_a_year_is_of_that_year(place: str, year: int, form: str) -> None:
    assert resolve_place(form.format(p=place, y=year, z=year + 3)).region is None


@settings(max_examples=200, deadline=None)
@given(PLACES, st.sampled_from("?¿!~≠¬<=*@#✈🚀🔜➡❌%½\ufffd\x0e"), st.booleans())
def test_a_sign_that_no_address_has_leaves_it_unknown(place: str, sign: str, is_before: bool) -> None:
    assert resolve_place(f"{sign}{place}" if is_before else f"{place} {sign}").region is None


def test_a_word_of_doubt_is_one_as_a_whole_word_only() -> None:
    assert holds_doubt("Formerly Bern") and holds_doubt("ex-Bern") and holds_doubt("出身東京")
    assert not holds_doubt("Exeter") and not holds_doubt("Warsaw") and not holds_doubt("Notting Hill")
