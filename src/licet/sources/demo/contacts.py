"""Contact details that look right and reach nobody: for profiles, and for texts that redaction must clean.

E-mail addresses use the domains reserved for examples (RFC 2606). Telephone numbers lie in the ranges that
regulators set aside for fiction where a country has one (Ofcom, ACMA, ARCEP, BNetzA, PTS, the North American
555-01xx), else they carry a run of zeros. IBANs have right check digits over made-up bank codes.
"""

from __future__ import annotations

import unicodedata

from licet.sources.demo.random_streams import Stream

#: Country to telephone pattern; ``#`` is a digit.
PHONES: dict[str, str] = {
    "US": "+1 202 555 01##", "CA": "+1 613 555 01##", "GB": "+44 20 7946 0###", "AU": "+61 491 570 ###",
    "DE": "+49 30 23125 ###", "FR": "+33 1 99 00 ## ##", "SE": "+46 70 174 06 ##", "IE": "+353 1 000 0###",
    "CH": "+41 44 000 0# ##", "AT": "+43 720 000 ###", "ES": "+34 600 000 ###", "IT": "+39 320 000 0###",
    "NL": "+31 6 1000 0###", "BE": "+32 470 00 00 ##", "PT": "+351 910 000 ###", "BR": "+55 11 90000 0###",
    "IN": "+91 90000 00###", "MX": "+52 55 1000 0###", "PL": "+48 500 000 ###",
}  # fmt: skip
ANY_PHONE = "+44 20 7946 0###"

#: Country to the bank's part of an IBAN; ``#`` is a digit.
IBANS: dict[str, str] = {
    "DE": "0000000#00########", "AT": "00000###########", "CH": "0000000##########",
    "NL": "DEMO00########", "SE": "000############00000", "GB": "DEMO000000########",
    "IE": "DEMO000000########",
}  # fmt: skip
IBAN_FOR_LANGUAGE = {"de": "DE", "sv": "SE", "nl": "NL", "en": "GB", "fr": "CH", "it": "CH"}

EXAMPLE_DOMAINS = ("example.com", "example.org", "example.net")


def ascii_letters(text: str) -> str:
    """Lower-case letters a to z of `text`, accents dropped, ø and ß spelt out."""
    plain = text.lower().replace("ß", "ss").replace("ø", "o").replace("ł", "l")
    return "".join([c for c in unicodedata.normalize("NFD", plain) if "a" <= c <= "z"])


def email_for(first: str, last: str, stream: Stream) -> str:
    local = f"{ascii_letters(first)}{stream.pick(('.', '_', '', '.'))}{ascii_letters(last)}"
    number = str(stream.between(2, 99)) if stream.chance(0.5) else ""
    return f"{local}{number}@{stream.pick(EXAMPLE_DOMAINS)}"


def phone_in(country: str, stream: Stream) -> str:
    return fill(PHONES.get(country, ANY_PHONE), stream)


def iban_for(language: str, stream: Stream) -> str:
    """An IBAN in groups of four, with valid check digits (ISO 13616)."""
    country = IBAN_FOR_LANGUAGE.get(language, "DE")
    bank = fill(IBANS[country], stream)
    digits = "".join([str(int(c, 36)) for c in f"{bank}{country}00"])
    iban = f"{country}{98 - int(digits) % 97:02d}{bank}"
    return " ".join([iban[at : at + 4] for at in range(0, len(iban), 4)])


def fill(pattern: str, stream: Stream) -> str:
    return "".join([str(int(stream.uniform() * 10)) if c == "#" else c for c in pattern])
