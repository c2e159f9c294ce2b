"""Requests of OpenRTB drawn, and spoiled: none crashes the reader, and no identifier in one gets out again.

Identifiers are marked words; after whatever was done to the bytes, neither the answer nor a request sent on holds one,
where somebody's own exchange did not put it into the two places that an answer must repeat.
"""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.terms import UseError
from licet.testing.effort import examples
from licet.uses.ad_exchange.bid_request import Opportunity, read_bid_request
from licet.uses.ad_exchange.bid_response import Offer, bid_response, outgoing_request

MARK = "zq"
YES = "CPTtLAAPTtLAAAAAAAENAAFgALwAAEAAAAAAAOgAgABgAAAA.IAoAAgABgAAEAQAAEAAA.d4AACEAAAAAA"
_NAMES = ["id", "buyeruid", "ifa", "ip", "consent", "page", "ext", "eids", "uids", "source", "geo", "lat", "user",
          "device", "imp", "site", "regs", "gpp", "gpp_sid", "customdata", "keywords", "x"]  # fmt: skip

marked = st.builds(lambda text: f"{MARK}{text}{MARK}", st.text("abc019@.-", max_size=12))
words = st.one_of(marked, st.sampled_from(["", "DEU", "1YNN", "DBABTA~1YYN", YES, "own.example"]))
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), words),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(_NAMES), inner, max_size=4)
    ),
    max_leaves=12,
)
objects = st.dictionaries(st.sampled_from(_NAMES), anything, max_size=4)
geo = st.fixed_dictionaries(
    {}, optional={"country": st.sampled_from(["DEU", "USA", "XXX"]), "city": marked, "zip": marked}
)
eids = st.lists(
    st.fixed_dictionaries({"source": st.sampled_from(["own.example", "o.example"]), "uids": st.lists(
        st.fixed_dictionaries({"id": marked}), max_size=2)}), max_size=2,
)  # fmt: skip
flag = st.sampled_from([0, 1])
requests = st.fixed_dictionaries(
    {"id": st.just("r-1"), "imp": st.just([{"id": "1", "banner": {"w": 300, "h": 250}}])},
    optional={
        "site": st.fixed_dictionaries(
            {}, optional={"page": marked.map(lambda word: f"https://{word[2:3]}a.example/p?s={word}#{word}"),
                          "ref": marked, "search": marked, "ext": anything},
        ),
        "user": st.fixed_dictionaries(
            {}, optional={"id": marked, "buyeruid": marked, "consent": words, "eids": eids, "customdata": marked,
                          "geo": geo, "data": anything, "keywords": marked, "ext": objects},
        ),
        "device": st.fixed_dictionaries(
            {}, optional={"ip": marked, "ua": marked, "ifa": marked, "dnt": flag, "lmt": flag, "geo": geo,
                          "ext": anything},
        ),
        "regs": st.fixed_dictionaries(
            {}, optional={"coppa": flag, "gdpr": flag, "gpp": words, "ext": objects,
                          "gpp_sid": st.lists(st.integers(-1, 30), max_size=3), "us_privacy": words},
        ),
        "source": anything, "x": anything,
    },
)  # fmt: skip


def leaving(asked: Opportunity) -> bytes:
    """All that leaves of a request: the answers, personalised where that is asked for, and a request sent on."""
    offers = [
        Offer(
            slot.id,
            "c-7",
            "k-1",
            "<a>An ad</a>",
            90_000,
            slot.currency,
            "ads.example",
            "E",
            "E",
            None,
            personal,
        )
        for slot in asked.slots
        for personal in (True, False)
    ]
    made = [
        bid_response(asked, offers, "own.example"),
        outgoing_request(asked.page, asked.country, asked.slots, None),
    ]
    return json.dumps(made, ensure_ascii=False).encode()


@examples(150)
@given(requests)
def test_nothing_of_a_member_leaves_without_permission(said: dict[str, Any]) -> None:
    data = json.dumps(said).encode()
    try:
        asked = read_bid_request(data, "own.example")
    except UseError as error:
        assert error.code.startswith("ADS-07")
        return
    assert MARK not in leaving(asked).decode()
    assert asked.member is None or (not asked.refusals and f'"{asked.member}"' in data.decode())
    if (
        any(said.get("regs", {}).get(name) == 1 for name in ("coppa",))
        or said.get("device", {}).get("dnt") == 1
    ):
        assert asked.member is None and b'"dsaparams": [1, 2]' not in leaving(asked)


FULL = json.dumps(
    {
        "id": "r-1", "imp": [{"id": "1", "banner": {"format": [{"w": 300, "h": 250}]}, "bidfloor": 0.5}], "at": 1,
        "site": {"domain": "a.example", "page": "https://a.example/p?s=zq1zq#zq2zq", "ref": "https://b.example/?u=zq3zq"},
        "device": {"ip": "zq4zq", "ifa": "zq5zq", "ua": "zq6zq", "geo": {"country": "DEU", "zip": "zq7zq"}, "dnt": 0},
        "user": {"id": "zq8zq", "buyeruid": "zq9zq", "customdata": "zqazq", "consent": YES,
                 "eids": [{"source": "o.example", "uids": [{"id": "zqbzq", "atype": 1}]}],
                 "data": [{"id": "d", "segment": [{"id": "zqczq"}]}], "ext": {"consent": YES, "x": "zqdzq"}},
        "regs": {"coppa": 0, "gdpr": 1, "gpp": "DBABTA~1YNN", "gpp_sid": [6],
                 "ext": {"gdpr": 1, "dsa": {"dsarequired": 1, "transparency": [{"domain": "zqezq"}]}}},
    }
).encode()  # fmt: skip


@pytest.mark.parametrize("rounds", [400, 1_000_000])
def test_no_spoiled_request_crashes_or_gets_an_identifier_out(rounds: int) -> None:
    chance, read = random.Random(18), 0
    assert MARK not in leaving(read_bid_request(FULL)).decode()
    for _ in range(rounds):
        data = spoiled(FULL, chance)
        try:
            asked = read_bid_request(data, "own.example")
        except UseError as error:
            assert error.code.startswith("ADS-07")
            continue
        read += 1
        # A spoiled request may itself ask for a marked word to be repeated, or visit a page of that name.
        own = (asked.id, *(slot.id for slot in asked.slots), asked.page or "")
        assert MARK in "".join(own) or MARK not in leaving(asked).decode(), data
        if any(MARK in word for word in own[:-1]):
            assert json.loads(data)["id"] == asked.id
    assert read > rounds // 20  # or nothing was tried


def spoiled(data: bytes, chance: random.Random) -> bytes:
    """Bytes changed, cut, doubled, or two pieces exchanged; once to three times."""
    for _ in range(chance.randint(1, 3)):
        at, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
        end = min(end, at + 40)
        kind = chance.randrange(6)
        if kind == 0:
            data = data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
        elif kind == 1:
            data = data[:at] + data[end:]
        elif kind == 2:
            data = data[:end] + data[at:end] + data[end:]
        elif kind == 3:
            data = (
                data[:at]
                + chance.choice([b"{", b"}", b"[", b"]", b'"', b",", b"null", b"1e9", b"\\u0000", b"0"])
                + data[at:]
            )
        elif kind == 4:
            one, other = chance.choice(_NAMES).encode(), chance.choice(_NAMES).encode()
            data = data.replace(b'"' + one + b'"', b'"' + other + b'"', 1)
        else:
            data = data[:at] + chance.choice([b"1", b"7", b"-1", b"x", b"A"]) + data[at + 1 :]
        data = data or b"{"
    return data
