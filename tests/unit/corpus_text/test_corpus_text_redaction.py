from __future__ import annotations

import pyarrow as pa
import pytest

from licet.terms import UseError
from licet.uses.corpus.text.redaction import DEFAULT_KINDS, KINDS, redact


def redacted(
    text: str, region: str | None = None, own: str | None = None, kinds: tuple[str, ...] = KINDS
) -> str:
    texts, _ = redact(pa.array([text]), kinds, pa.array([own], pa.string()), pa.array([region], pa.string()))
    answer: str = texts[0].as_py()
    return answer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("write to jane.doe+x@mail.example.co.uk, please", "write to [email], please"),
        ("请联系john@example.com谢谢", "请联系[email]谢谢"),
        ("müller@straße.de und 用户@例子.广告", "[email] und [email]"),
        ("mailto:o'neil@example.org>", "mailto:[email]>"),
        ("x" * 100 + "@example.org", "x" * 36 + "[email]"),
        ("meet @ 5pm, a@b is no address", "meet @ 5pm, a@b is no address"),
    ],
)
def test_email_addresses(text: str, expected: str) -> None:
    assert redacted(text) == expected


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("Ring +41 79 123 45 67 now", None, "Ring [phone] now"),
        ("or 0044 20 7946 0958.", None, "or [phone]."),
        ("tel:+41791234567,+41791234568", None, "tel:[phone],[phone]"),
        ("call 079 123 45 67", "CH", "call [phone]"),
        ("call 079 123 45 67", None, "call 079 123 45 67"),
        ("(415) 555-2671 x12 today", "US-CA", "[phone] today"),
        ("＋41 79 123 45 67", None, "[phone]"),
        ("from 2023-10-01 to 2024-05-06 10:00:00", "US", "from 2023-10-01 to 2024-05-06 10:00:00"),
        ("revenue 1,234,567.89 in 2023 2024 2025", "DE", "revenue 1,234,567.89 in 2023 2024 2025"),
    ],
)
def test_phone_numbers(text: str, region: str | None, expected: str) -> None:
    assert redacted(text, region) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IBAN DE89 3704 0044 0532 0130 00 and more", "IBAN [iban] and more"),
        ("GB82WEST12345698765432.", "[iban]."),
        ("CH93\u00a00076\u00a02011\u00a06238\u00a05295\u00a07", "[iban]"),
        ("DE88 3704 0044 0532 0130 00", "DE88 3704 0044 0532 0130 00"),
        ("card 4111 1111 1111 1111 12/27", "card [payment_card] 12/27"),
        ("5500-0000-0000-0004", "[payment_card]"),
        ("12 4111 1111 1111 1111", "12 [payment_card]"),
        ("371449635398431", "[payment_card]"),
        ("order 4111 1111 1111 1112", "order 4111 1111 1111 1112"),
        ("order 1234567812345670", "order 1234567812345670"),
    ],
)
def test_accounts_and_cards_only_when_they_check_out(text: str, expected: str) -> None:
    assert redacted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from 192.168.1.17.", "from [ip_address]."),
        ("2001:db8::1, fe80::1%eth0", "[ip_address], [ip_address]%eth0"),
        ("::ffff:192.0.2.128 mapped", "[ip_address] mapped"),
        ("999.1.1.1 and v1.2.3.4 and 1.2.3.4.5", "999.1.1.1 and v1.2.3.4 and 1.2.3.4.5"),
        ("at 12:30:45 std::vector a::b", "at 12:30:45 std::vector a::b"),
    ],
)
def test_ip_addresses(text: str, expected: str) -> None:
    assert redacted(text) == expected


@pytest.mark.parametrize(
    ("text", "own", "expected"),
    [
        ("thanks @jane_doe.", None, "thanks [handle]."),
        ("thanks @jane_doe, @JaneDoe and @joe", "Jane Doe", "thanks @jane_doe, @JaneDoe and [handle]"),
        ("follow @müller and @王小明 你好", None, "follow [handle] and [handle] 你好"),
        ("by @José.García", "José García", "by @José.García"),
    ],
)
def test_a_handle_stays_when_it_spells_the_authors_own_name(
    text: str, own: str | None, expected: str
) -> None:
    assert redacted(text, own=own) == expected


def test_an_author_may_declare_several_names() -> None:
    texts = pa.array(["@jdoe @janedoe @other", "@janedoe"])
    keep = pa.array([["Jane Doe", "J. Doe"], None], pa.list_(pa.string()))
    assert redact(texts, ["handle"], keep)[0].to_pylist() == ["@jdoe @janedoe [handle]", "[handle]"]


def test_links_are_redacted_only_when_asked() -> None:
    text = "see https://example.org/a?b=1). And www.example.com!"
    assert redacted(text, kinds=DEFAULT_KINDS) == text
    assert redacted(text, kinds=("url",)) == "see [url]). And [url]!"


def test_what_a_replacement_uncovers_is_redacted_too() -> None:
    """Beside the card's digits the identity number could be part of it; beside a token it stands alone."""
    assert redacted("4111 1111 1111 1111-12345678Z") == "[payment_card]-[national_id]"


def test_only_what_is_asked_is_redacted_and_counted() -> None:
    texts = pa.array(["a@b.cc +41791234567", None, "a@b.cc d@e.ff"])
    out, counts = redact(texts, ["email", "iban"])
    assert out.to_pylist() == ["[email] +41791234567", None, "[email] [email]"]
    assert counts == {"email": 3, "iban": 0}


def test_a_column_without_candidates_is_the_same_array() -> None:
    texts = pa.array(["nothing here", None, ""])
    assert redact(texts)[0] is texts


def test_slices_and_large_strings_are_redacted_in_place() -> None:
    texts = pa.array(["x@y.zz", "plain", "q@y.zz"], pa.large_string()).slice(1)
    out, counts = redact(texts, keep=pa.array(["", "", ""]).slice(1))
    assert out.type == pa.large_string()
    assert (out.to_pylist(), counts["email"]) == (["plain", "[email]"], 1)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UseError) as refused:
        redact(pa.array(["x"]), ["email", "shoe_size"])
    assert refused.value.code == "CORP-105"
    assert "shoe_size" in refused.value.what
