"""Redaction leaves nothing of the kind behind, adds nothing but tokens, and is a fixed point."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.uses.corpus.text.recognisers import RECOGNISERS, UNTYPED, Author, as_typed
from licet.uses.corpus.text.redaction import KINDS, redact

PIECES = [
    "jane@example.org",
    "jane (at) example [dot] org",
    "jane at gmail dot com",
    "ü(a)example.de",
    "LİNKEDİN.COM/İN/JANE",
    "jane.github.io",
    "https://example.org/@jane",
    "ssn 123 45-6789",
    "NINO QQ 12 34 56–C",
    "bsn 12 34 56 782",
    "\u2028",
    "\x85",
    "–",
    "٣",
    "o'neil+x@mail.example.co.uk",
    "müller@straße.de",
    "用户@例子.广告",
    "a@b",
    "@jane_doe",
    "@Jane",
    "@@",
    "@",
    "+41 79 123 45 67",
    "0044 20 7946 0958",
    "079 123 45 67",
    "(415) 555-2671",
    "12",
    "2024",
    "0",
    "7",
    "DE89 3704 0044 0532 0130 00",
    "GB82WEST12345698765432",
    "4111 1111 1111 1111",
    "5500-0000-0000-0004",
    "192.168.1.17",
    "2001:db8::1",
    "::ffff:192.0.2.128",
    "https://example.org/@x?y=1)",
    "www.example.com",
    "536-90-4399",
    "756.9217.0769.85",
    "12345678Z",
    "10000000146",
    "Jane Doe",
    "Jane",
    "Doe",
    "[email]",
    "[",
    "]",
    ".",
    "-",
    "+",
    "/",
    ":",
    "x",
    "é",
    "\xa0",
    "\u200b",
    "🎉",
    "的",
    "हिन्दी",
]
NEARLY = st.lists(st.sampled_from([*PIECES, " ", " ", "\n", ", "]), max_size=12).map("".join)
ANYTHING = st.one_of(NEARLY, st.text(max_size=60), st.from_regex(r"[a-f0-9@.:\-+ ]{0,40}", fullmatch=True))
ROWS = st.lists(st.one_of(st.none(), ANYTHING), max_size=5)
REGION = st.sampled_from([None, "CH", "US", "DE", "GB"])

# As someone else would look for an address: written apart from the code under test.
EMAIL_SHAPED = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")
TOKEN = re.compile("|".join(re.escape(f"[{kind}]") for kind in (*KINDS, "name")))


def redacted(texts: list[str | None], region: str | None = None, own: str | None = None) -> list[str | None]:
    out, _ = redact(
        pa.array(texts, pa.string()),
        KINDS,
        pa.array([own] * len(texts), pa.string()),
        pa.array([region] * len(texts), pa.string()),
    )
    answer: list[str | None] = out.to_pylist()
    return answer


@given(ROWS, REGION, st.sampled_from([None, "Jane Doe"]))
@settings(max_examples=300, deadline=None)
def test_redacting_twice_is_redacting_once(
    texts: list[str | None], region: str | None, own: str | None
) -> None:
    once = redacted(texts, region, own)
    assert redacted(once, region, own) == once


@given(st.lists(ANYTHING, min_size=1, max_size=8), REGION)
@settings(max_examples=300, deadline=None)
def test_what_a_recogniser_finds_its_hints_do_not_miss(texts: list[str], region: str | None) -> None:
    typed = [as_typed(text) for text in texts]
    assert pc.match_substring_regex(pa.array(texts), UNTYPED).to_pylist() == [
        text != as_typed(text) for text in texts
    ]
    author = Author((region,) if region else ())
    for recogniser in RECOGNISERS:
        found = [any(True for _ in recogniser.find(text, author)) for text in typed]
        for pattern in filter(None, (recogniser.hint, recogniser.sign)):
            hinted = pc.match_substring_regex(pa.array(typed), pattern).to_pylist()
            assert all(hint for hint, is_found in zip(hinted, found, strict=True) if is_found), pattern


@given(ANYTHING)
@settings(deadline=None)
def test_no_email_shaped_string_survives(text: str) -> None:
    (out,) = redacted([text])
    assert out is not None and not EMAIL_SHAPED.search(out)


@given(ANYTHING, REGION)
@settings(deadline=None)
def test_redaction_only_takes_away(text: str, region: str | None) -> None:
    (out,) = redacted([text.replace("[", "(")], region)
    assert out is not None
    at = 0
    for left in TOKEN.split(out):
        at = text.replace("[", "(").find(left, at)
        assert at >= 0
        at += len(left)


@given(st.text(alphabet=st.characters(exclude_categories=["Nd", "Cs"], exclude_characters="@"), max_size=200))
@settings(deadline=None)
def test_without_a_digit_or_an_at_nothing_is_touched(text: str) -> None:
    kinds = [kind for kind in KINDS if kind not in {"url", "ip_address"}]
    texts = pa.array([text])
    out, counts = redact(texts, kinds)
    assert out is texts and not any(counts.values())


@given(ROWS, REGION)
@settings(deadline=None)
def test_a_row_is_redacted_alone(texts: list[str | None], region: str | None) -> None:
    assert redacted(texts, region) == [redacted([text], region)[0] for text in texts]


@given(ROWS)
@settings(deadline=None)
def test_every_piece_replaced_is_counted(texts: list[str | None]) -> None:
    texts = [text and text.replace("[", "(") for text in texts]
    out, counts = redact(pa.array(texts, pa.string()), KINDS)
    # A token can itself be claimed (an @ before it), so what remains is at most what was replaced.
    remaining = {kind: sum((text or "").count(f"[{kind}]") for text in out.to_pylist()) for kind in KINDS}
    assert all(remaining[kind] <= counts[kind] for kind in KINDS)
    assert any(counts.values()) == (out.to_pylist() != texts)
