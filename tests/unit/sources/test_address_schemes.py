"""E-mail addresses as the recipients of lists have them written, by their own published examples; and their hashes."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.sources.address_schemes import WRITINGS, Scheme, identifier, written

EVERY: tuple[Scheme, ...] = ("microsoft", "google", "meta", "linkedin")


@pytest.mark.parametrize(
    ("address", "scheme", "text"),
    [
        # Google, "Format user data"
        ("cloudy.sanfrancisco+shopping@gmail.com", "google", "cloudysanfrancisco@gmail.com"),
        ("user.name+NYC@Example.com", "google", "user.name+nyc@example.com"),
        (" ana @example.com ", "google", "ana@example.com"),
        ("A.N.A+x@GoogleMail.com", "google", "ana@googlemail.com"),
        ("+x@gmail.com", "google", None),
        # Meta's own kit takes dots off the ends, too
        ("Mary@Example.com", "meta", "mary@example.com"),
        (".mary@example.com. ", "meta", "mary@example.com"),
        # Microsoft and LinkedIn
        (
            "\tCloudy.Sanfrancisco+Shopping@Gmail.com\r\n",
            "microsoft",
            "cloudy.sanfrancisco+shopping@gmail.com",
        ),
        ("Ana.Lima+jobs@Gmail.com", "linkedin", "ana.lima+jobs@gmail.com"),
        ("ana@example.com.", "microsoft", "ana@example.com."),
        ("ana @example.com", "linkedin", None),
    ],
)
def test_addresses_are_written_as_each_recipient_says(address: str, scheme: Scheme, text: str | None) -> None:
    assert written(address, scheme) == text


def test_a_published_hash_is_made() -> None:
    """Meta, "Customer file custom audiences"."""
    published = "f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79"
    assert {identifier("mary@example.com", scheme) for scheme in EVERY} == {published}


@pytest.mark.parametrize("scheme", EVERY)
@pytest.mark.parametrize(
    "address",
    [
        "", "ana", "@example.com", "ana@", "a@b@c", "ÄNA@example.com", "ana@bücher.example", "İ@example.com", "=cmd|'@",
        "ana\x00@example.com", "a" * 250 + "@x.com", "a" * (1 << 20) + "@example.com", "ana@example.com\u00a0",
        "\u212a@x.com",
    ],
)  # fmt: skip
def test_what_is_no_plain_address_has_no_identifier(address: str, scheme: Scheme) -> None:
    assert written(address, scheme) is None and identifier(address, scheme) is None


@given(st.text(st.sampled_from(" \t.+@aAgmil.coxé"), max_size=24), st.sampled_from(EVERY))
def test_written_again_an_address_is_the_same(address: str, scheme: Scheme) -> None:
    text = written(address, scheme)
    if text is not None:
        assert written(text, scheme) == text and text == text.lower() and text.count("@") == 1
        assert identifier(address, scheme) == hashlib.sha256(text.encode()).hexdigest()
        assert not WRITINGS[scheme].within or not {*text} & {*" \t"}
