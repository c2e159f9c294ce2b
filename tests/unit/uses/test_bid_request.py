"""Requests of OpenRTB 2.6: what is read, what is refused with which code, and which refusals are heard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from journeys.command_line import run_licet
from licet.terms import UseError
from licet.terms.signals import GPC, GPP, TCF
from licet.uses.ad_exchange.bid_request import DsaAsked, read_bid_request
from licet.uses.ad_exchange.bid_response import Offer, Shared, bid_response, outgoing_request
from licet.uses.ad_exchange.exchange_json import MOST_BYTES, MOST_DEPTH
from licet.uses.ad_exchange.page_address import page_address

YES = "CPTtLAAPTtLAAAAAAAENAAFgALwAAEAAAAAAAOgAgABgAAAA.IAoAAgABgAAEAQAAEAAA.d4AACEAAAAAA"
NO = "CPSG_8APSG_8ANwAAAENAwCgAAAAAAAAAAYgACPAAAAA.IDKQA4AAgAKAGQAygAAA.YAAAAAAAAAAA"
PLAIN: dict[str, Any] = {"id": "r-1", "imp": [{"id": "1", "banner": {"w": 300, "h": 250}, "bidfloor": 0.03}]}
OFFER = Offer(
    "1", "c-7", "k-1", "<a>An ad</a>", 90, "USD", "ads.example", "Example", "Example Ltd", None, False
)


def sent(**more: Any) -> bytes:
    return json.dumps({**PLAIN, **more}).encode()


def test_a_request_is_page_country_and_slots() -> None:
    found = read_bid_request(
        sent(
            site={"page": "https://shop.example/a/b?session=5#me"},
            device={"geo": {"country": "DEU", "lat": 52.5}, "ip": "192.0.2.1", "ifa": "x"},
            user={"id": "u", "buyeruid": "b", "yob": 1990},
            badv=["Rival.example"], newfield={"x": 1},
        )
    )  # fmt: skip
    assert found == (
        "r-1", (("1", 30_000, "USD", ((300, 250),), True),), "https://shop.example/a/b", "DE", frozenset(), (),
        None, None, frozenset({"rival.example"}), False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b" " * (MOST_BYTES + 1), "ADS-070"),
        (b"", "ADS-071"),
        (b"[]", "ADS-071"),
        (b"{", "ADS-071"),
        ("{}".encode("utf-16"), "ADS-071"),
        (b'\xef\xbb\xbf{"id":"1"}', "ADS-071"),
        (b'{"id":"\xff"}', "ADS-071"),
        (b'{"id":"\\ud800"}', "ADS-071"),
        (b'{"\\udfff":1}', "ADS-071"),
        (b'{"id":"1","id":"2"}', "ADS-072"),
        (b'{"user":{"ext":{"a":1,"\\u0061":2}}}', "ADS-072"),
        (b'{"a":' * MOST_DEPTH + b"1" + b"}" * MOST_DEPTH, "ADS-075"),
        (b'{"a":' * (MOST_DEPTH + 1) + b"1" + b"}" * (MOST_DEPTH + 1), "ADS-073"),
        (b"[" * 200_000, "ADS-073"),
        (b'{"a":' * 40_000, "ADS-073"),
        (b'{"tmax":NaN}', "ADS-074"),
        (b'{"tmax":-Infinity}', "ADS-074"),
        (b'{"tmax":1e999}', "ADS-074"),
        (b'{"tmax":9223372036854775808}', "ADS-074"),
        (b'{"tmax":' + b"9" * 5_000 + b"}", "ADS-074"),
        (sent(id=""), "ADS-075"),
        (sent(id=7), "ADS-075"),
        (sent(id="a\nb"), "ADS-075"),
        (sent(imp=[]), "ADS-075"),
        (sent(imp=[{"id": "1", "bidfloor": -0.01}]), "ADS-075"),
        (sent(imp=[{"id": "1", "bidfloorcur": "usd"}]), "ADS-075"),
        (sent(imp=[{"id": str(n)} for n in range(65)]), "ADS-075"),
        (sent(regs={"coppa": True}), "ADS-075"),
        (sent(regs={"gdpr": "1"}), "ADS-075"),
        (sent(regs={"gpp_sid": "7"}), "ADS-075"),
        (sent(user=[]), "ADS-075"),
        (sent(site={}, app={}), "ADS-076"),
    ],
)
def test_what_is_wrong_is_refused_with_its_code(data: bytes, code: str) -> None:
    with pytest.raises(UseError) as told:
        read_bid_request(data)
    assert told.value.code == code and len(told.value.line()) < 400


@pytest.mark.parametrize(
    ("more", "signals"),
    [
        ({}, set()),
        ({"regs": {"gdpr": 0}}, set()),
        ({"regs": {"gdpr": 1}}, {TCF}),  # and no string
        ({"regs": {"gdpr": 1}, "user": {"consent": YES}}, set()),
        ({"user": {"consent": NO}}, {TCF}),
        ({"user": {"consent": ""}}, {TCF}),
        ({"user": {"consent": YES, "ext": {"consent": NO}}}, {TCF}),
        ({"user": {"ext": {"consent": [YES]}}}, {TCF}),
        ({"regs": {"ext": {"gdpr": 1}}}, {TCF}),
        ({"regs": {"ext": {"gdpr": "yes"}}}, {TCF}),
        ({"regs": {"gpp": "DBABTA~1YNN", "gpp_sid": [6]}}, set()),
        ({"regs": {"gpp": "DBABTA~1YYN"}}, {GPP}),
        ({"regs": {"gpp": "DBABTA~1YNN", "gpp_sid": [7]}}, {GPP}),
        ({"regs": {"gpp": "DBABTA~1YNN", "gpp_sid": [-1]}}, {GPP}),
        ({"regs": {"gpp_sid": [7]}}, {GPP}),
        ({"regs": {"gpp": "DBABTA~1YNN", "ext": {"gpp": "DBABTA~1YYN"}}}, {GPP}),
        ({"regs": {"gpp": "DBABTA~1YNN", "ext": {"gpp_sid": "6"}}}, {GPP}),
        ({"regs": {"gpp": "DBABLA~CVVVkkkkkpFY.YA"}}, {GPP, GPC}),
        ({"regs": {"us_privacy": "1YNN"}}, set()),
        ({"regs": {"us_privacy": "1YYN"}}, {GPP}),
        ({"regs": {"us_privacy": "1YNN~1YNN"}}, {GPP}),
        ({"regs": {"ext": {"us_privacy": 1}}}, {GPP}),
        ({"regs": {"ext": {"gpc": "1"}}}, {GPC}),
        ({"regs": {"ext": {"gpc": "0"}}}, set()),
        ({"regs": {"ext": {"gpc": []}}}, {GPC}),
    ],
)
def test_any_no_counts_wherever_it_stands(more: dict[str, Any], signals: set[str]) -> None:
    found = read_bid_request(sent(**more))
    assert found.signals == signals and bool(found.refusals) == bool(signals)


@pytest.mark.parametrize(
    "more",
    [
        {"regs": {"coppa": 1}}, {"regs": {"ext": {"coppa": 1}}}, {"device": {"dnt": 1}}, {"device": {"lmt": 1}},
        {"regs": {"gdpr": 1}},
    ],
)  # fmt: skip
def test_whom_the_request_protects_nobody_recognises(more: dict[str, Any]) -> None:
    eids = [
        {"source": "own.example", "uids": [{"id": "ana"}]},
        {"source": "other.example", "uids": [{"id": "x"}]},
    ]
    user = {"eids": eids}
    assert read_bid_request(sent(user=user), "own.example").member == "ana"
    assert read_bid_request(sent(user=user)).member is None
    both = {"eids": eids, "ext": {"eids": [{"source": "own.example", "uids": [{"id": "ben"}]}]}}
    assert read_bid_request(sent(user=both), "own.example").member is None
    refused = read_bid_request(sent(**{**more, "user": user}), "own.example")
    assert refused.member is None and refused.refusals
    assert bid_response(refused, [OFFER._replace(is_personalised=True)], "own.example") is None
    assert bid_response(refused, [OFFER], "own.example") is not None


def test_the_command_shows_what_is_kept_and_what_is_sent_on(tmp_path: Path) -> None:
    file = tmp_path / "request.json"
    user = {"id": "zqzq", "eids": [{"source": "own.example", "uids": [{"id": "ana"}]}]}
    file.write_bytes(
        sent(user=user, site={"page": "https://net.example/p?s=zqzq"}, device={"geo": {"country": "DEU"}})
    )
    told = json.loads(run_licet("ads", "request", str(file), "--own-source", "own.example", "--json").out)
    assert (told["page"], told["country"], told["member"]) == ("https://net.example/p", "DE", "ana")
    assert "zqzq" not in json.dumps(told) and "ana" not in json.dumps(told["sent"])
    file.write_bytes(sent(user=user, device={"dnt": 1}))
    assert "ruled out: do not track" in run_licet("ads", "request", str(file)).out
    assert "ADS-078" in run_licet("ads", "request", str(tmp_path / "none.json")).err


def test_an_answer_says_who_pays_and_keeps_to_what_was_asked() -> None:
    asked = read_bid_request(sent(badv=["RIVAL.example"], regs={"ext": {"dsa": {"dsarequired": 2}}}))
    assert asked.dsa == DsaAsked(2)
    made = bid_response(asked, [OFFER], "own.example")
    assert made is not None and made["id"] == "r-1" and made["cur"] == "USD"
    (bid,) = made["seatbid"][0]["bid"]
    assert (bid["impid"], bid["price"], bid["cid"]) == ("1", 0.09, "c-7")
    assert bid["ext"]["dsa"]["paid"] == "Example Ltd"
    assert bid["ext"]["dsa"]["transparency"] == [{"domain": "own.example", "dsaparams": [2]}]
    for wrong in (
        OFFER._replace(slot_id="2"), OFFER._replace(price_micros=29), OFFER._replace(price_micros=0),
        OFFER._replace(currency="EUR"), OFFER._replace(domain="rival.EXAMPLE"), OFFER._replace(size=(728, 90)),
    ):  # fmt: skip
        assert bid_response(asked, [wrong], "own.example") is None
    for paid in ("", " ", "x" * 101):
        with pytest.raises(UseError) as told:
            bid_response(asked, [OFFER._replace(paid=paid)], "own.example")
        assert told.value.code == "ADS-077"


def test_dsa_that_cannot_be_read_asks_for_everything() -> None:
    for said in ([], {"dsarequired": "3"}, {"dsarequired": 9}, {}, "x"):
        assert read_bid_request(sent(regs={"ext": {"dsa": said}})).dsa == DsaAsked(3)
    assert read_bid_request(sent(regs={"ext": {"dsa": {"dsainfo": 1}}})).dsa == DsaAsked(1)


def test_without_permission_a_page_and_a_country_leave_and_nothing_else() -> None:
    (slot,) = read_bid_request(sent()).slots
    made = outgoing_request("https://net.example/feed?member=ana", "DE-BE", [slot], None)
    assert made.keys() == {"id", "at", "imp", "site", "device"}
    assert made["site"] == {"page": "https://net.example/feed"} and made["device"] == {
        "geo": {"country": "DEU"}
    }
    assert outgoing_request(None, None, [slot], None).keys() == {"id", "at", "imp"}
    shared = outgoing_request(None, None, [slot], Shared("p-1", ("engineers",)))
    assert shared["user"] == {"id": "p-1", "data": [{"name": "licet", "segment": [{"id": "engineers"}]}]}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("https://a.example/p?q=1#f", "https://a.example/p"), ("http://a.example:8080", "http://a.example:8080"),
        ("https://ana:secret@a.example/", "https://a.example/"), ("https://a.example/u/ana@b.example", "https://a.example/"),
        ("https://a.example/u/ana%2540b", "https://a.example/"), ("https://a.example/p;sid=5", "https://a.example/"),
        ("javascript:alert(1)", None), ("//a.example", None), ("https://", None), ("https://[::1", None), ("", None),
        ("https://a.example\\@b", None), ("https://a.example:x/", None), (None, None), ("https://a b/", None),
        ("https://a.example/" + "p" * 2048, None), ("https://a\nb/", None),
    ],
)  # fmt: skip
def test_a_page_is_told_without_what_names_who_looks(text: str | None, told: str | None) -> None:
    assert page_address(text) == told
