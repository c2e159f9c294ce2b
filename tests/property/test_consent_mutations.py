"""Consent strings made, and spoiled: what was agreed to is read, and nothing is read out of a malformed string.

The strings are written here by a plain encoder, bit by bit as the specifications say; a spoiled string that is still
read as consent is taken apart field by field, and nothing but padding may be left of it.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.terms.signals import GPP, TCF, ConsentStrings

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
#: By section: how many notices, opt-outs, sensitive kinds and children there are, and whether a consent follows;
#: counted in the tables of the specifications.
STATES = {
    9: (3, 2, 8, 1, 0),
    10: (3, 2, 7, 1, 0),
    12: (3, 2, 8, 3, 0),
    15: (3, 2, 11, 3, 1),
    21: (3, 2, 10, 5, 1),
}

VENDORS = st.frozensets(st.integers(1, 40), max_size=12)
PURPOSES = st.one_of(st.just(frozenset({3, 4})), st.frozensets(st.integers(1, 11)))


def letters(bits: str, step: int) -> str:
    bits += "0" * (-len(bits) % step)
    return "".join(ALPHABET[int(bits[at : at + 6], 2)] for at in range(0, len(bits), 6))


def vendor_list(vendors: frozenset[int], ranges: bool) -> str:
    highest = max(vendors, default=0)
    if not ranges:
        return f"{highest:016b}0" + "".join(str(int(one in vendors)) for one in range(1, highest + 1))
    return f"{highest:016b}1" + groups(vendors)


def groups(numbers: frozenset[int]) -> str:
    starts = sorted(one for one in numbers if one - 1 not in numbers)
    ends = sorted(one for one in numbers if one + 1 not in numbers)
    pairs = zip(starts, ends, strict=True)
    written = [f"1{start:016b}{end:016b}" if start < end else f"0{start:016b}" for start, end in pairs]
    return f"{len(written):012b}" + "".join(written)


def tc_string(
    purposes: frozenset[int],
    consenting: frozenset[int],
    disclosed: frozenset[int] | None,
    restricted: tuple[tuple[int, int, frozenset[int]], ...] = (),
    ranges: bool = False,
) -> str:
    core = "000010" + "0" * 132 + "1" + "0" * 13
    core += "".join(str(int(one in purposes)) for one in range(1, 25)) + "0" * 37
    core += vendor_list(consenting, ranges) + "0" * 17 + f"{len(restricted):012b}"
    core += "".join(f"{purpose:06b}{kind:02b}" + groups(vendors) for purpose, kind, vendors in restricted)
    shown = [] if disclosed is None else [letters("001" + vendor_list(disclosed, ranges), 24)]
    return ".".join([letters(core, 24), *shown])


@given(
    PURPOSES,
    VENDORS,
    st.one_of(st.none(), VENDORS),
    st.lists(
        st.tuples(st.integers(1, 6), st.integers(0, 2), VENDORS), max_size=3, unique_by=lambda one: one[:2]
    ),
    st.booleans(),
    st.frozensets(st.integers(1, 40), max_size=3),
)
def test_a_tc_string_consents_to_what_was_consented_to(
    purposes: frozenset[int],
    consenting: frozenset[int],
    disclosed: frozenset[int] | None,
    restricted: list[tuple[int, int, frozenset[int]]],
    ranges: bool,
    asked: frozenset[int],
) -> None:
    both = consenting & (disclosed or frozenset())
    hindered = [whom for purpose, kind, whom in restricted if purpose in (3, 4) and kind != 1]
    whom = both.difference(*hindered) if asked else both if not any(hindered) else frozenset()
    is_yes = {3, 4} <= purposes and disclosed is not None and (asked <= whom if asked else bool(whom))
    text = tc_string(purposes, consenting, disclosed, tuple(restricted), ranges)
    assert ConsentStrings(tcf=text).refusals(asked) == (set() if is_yes else {TCF})


@given(st.sampled_from(sorted(STATES)), st.data())
def test_a_section_refuses_nothing_only_where_every_number_says_so(section: int, data: st.DataObject) -> None:
    from licet.terms.signals.bit_string import MalformedString
    from licet.terms.signals.us_sections import read_us_section

    notices, opt_outs, sensitive, children, consents = STATES[section]
    value = st.sampled_from([0, 0, 0, 0, 0, 1, 2, 3])
    pairs = data.draw(
        st.lists(st.sampled_from([(0, 0), (1, 2), (1, 2), (1, 1), (2, 0), (0, 2)]), min_size=2, max_size=2)
    )
    first = data.draw(st.sampled_from([0, 1, 1, 2]))
    rest = data.draw(
        st.lists(
            value, min_size=sensitive + children + consents + 2, max_size=sensitive + children + consents + 2
        )
    )
    numbers = [first, *(notice for notice, _ in pairs), *(out for _, out in pairs), *rest[:-2], 1, *rest[-2:]]
    assert len(numbers) == notices + opt_outs + sensitive + children + consents + 3
    text = letters("000001" + "".join(f"{one:02b}" for one in numbers), 6)
    child = rest[sensitive : sensitive + children]
    refuses = (
        first == 2 or any(pair in ((1, 1), (2, 0)) for pair in pairs) or any(child)
        or (consents and rest[sensitive + children] == 1) or rest[-1] == 1
    )  # fmt: skip
    try:
        said = read_us_section(section, text).refuses
    except MalformedString:
        assert 3 in numbers or (0, 2) in pairs
    else:
        assert 3 not in numbers and (0, 2) not in pairs and said is bool(refuses)


def left_over(text: str) -> list[str]:
    """What each part of a TC string has behind its fields."""
    core, *segments = text.split(".")
    left = in_bits(core)[213:]
    for _ in range(2):
        left = after_list(left)
    restrictions, left = int(left[:12], 2), left[12:]
    for _ in range(restrictions):
        left = after_groups(left[8:])
    found = [left]
    for segment in segments:
        bits = in_bits(segment)
        assert bits[:3] in ("001", "011")
        found.append(after_list(bits[3:]) if bits[:3] == "001" else bits[57 + 2 * int(bits[51:57], 2) :])
    return found


def in_bits(part: str) -> str:
    return "".join(f"{ALPHABET.index(letter):06b}" for letter in part)


def after_list(bits: str) -> str:
    if bits[16] == "1":
        return after_groups(bits[17:])
    assert len(bits) >= 17 + int(bits[:16], 2)
    return bits[17 + int(bits[:16], 2) :]


def after_groups(bits: str) -> str:
    at, last = 12, 0
    for _ in range(int(bits[:12], 2)):
        width = 33 if bits[at] == "1" else 17
        numbers = bits[at + 1 : at + width]
        assert len(numbers) == width - 1
        first, end = int(numbers[:16], 2), int(numbers[-16:], 2)
        assert last < first <= end
        last, at = end, at + width
    return bits[at:]


@pytest.mark.parametrize("rounds", [2_000, 1_000_000])
def test_no_yes_is_read_out_of_a_spoiled_string(rounds: int) -> None:
    """It may be read where only a vendor's or a date's bits were changed: then it is well-formed in every bit."""
    chance = random.Random(17)
    yes = [
        tc_string(
            frozenset({3, 4}),
            frozenset({2, 3, 9}),
            frozenset({1, 2, 3, 9, 30}),
            ranges=ranges,
            restricted=hindered,
        )
        for ranges in (False, True)
        for hindered in ((), ((3, 1, frozenset({2, 3})),))
    ]
    assert all(not ConsentStrings(tcf=text).refusals() for text in yes)
    gpp = ["DBABTA~1YNN", "DBABLA~CAAAAAAAAABA.QA", f"DBACNYA~{yes[1]}~1YNN"]
    still = 0
    for _ in range(rounds):
        text = spoiled(chance.choice(yes), chance)
        if not ConsentStrings(tcf=text).refusals():
            still += 1
            assert all(len(bits) < 24 and "1" not in bits for bits in left_over(text)), text
            assert all(len(part) % 4 != 1 for part in text.split(".")), text
            core = in_bits(text.partition(".")[0])
            assert core[:6] == "000010" and core[138] == "1" and core[154:156] == "11"
            assert any(in_bits(part)[:3] == "001" for part in text.split(".")[1:])
        text = spoiled(chance.choice(gpp), chance)
        assert ConsentStrings(text, (6,)).refusals() <= {GPP, "gpc"}
        if not ConsentStrings(text).refusals():
            assert text.startswith("DBA") and text.count("~") in (1, 2)
    assert still > rounds // 50  # or nothing was tried


def spoiled(text: str, chance: random.Random) -> str:
    """A letter changed, put in, taken out or doubled, the string cut or drawn out; once to three times."""
    for _ in range(chance.randint(1, 3)):
        at, letter = chance.randrange(len(text) + 1), chance.choice(ALPHABET + ".~ =+é\x00")
        text = chance.choice(
            [
                text[:at] + letter + text[at + 1 :], text[:at] + letter + text[at:], text[:at] + text[at + 1 :],
                text[:at], text + letter, text[:at] + text[at : at + 1] * 2 + text[at + 1 :],
            ]
        ) or "C"  # fmt: skip
    return text
