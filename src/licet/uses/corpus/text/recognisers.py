"""Contact details in text: how each kind looks, and the kept library that says whether it is one.

A recogniser is a hint (see `hints`) and a function that finds the exact spans in the few texts that match. Numbers
count only when they check out: telephone numbers by phonenumbers, IBANs and cards by python-stdnum, addresses by
ipaddress. Recognisers see a text as a plain keyboard would have typed it, letter for letter (`as_typed`).
"""

from __future__ import annotations

import ipaddress
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from phonenumbers import (
    Leniency,
    NumberParseException,
    PhoneNumberMatcher,
    is_valid_number,
    parse,
)
from stdnum import iban, luhn

from licet.uses.corpus.text import mailboxes, national_ids, profile_pages
from licet.uses.corpus.text.annotations import is_of_a_program
from licet.uses.corpus.text.hints import SPACE
from licet.uses.corpus.text.mailboxes import CJK, MARKED
from licet.uses.corpus.text.word_numbers import fold_word

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Author:
    """What is known of the author of one text.

    regions: ISO 3166-1 countries whose ways of writing telephone numbers apply; none: international form only.
    handles: the author's declared names as a handle would spell them (see `as_handle`).
    """

    regions: tuple[str, ...] = ()
    handles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Recogniser:
    """One kind of personal data.

    hint: RE2 pattern; a text, as typed, without a match holds nothing of the kind.
    find: yields the spans to replace, in order and apart, of a text as typed.
    sign: RE2 pattern that matches wherever the hint does and is quicker to look for, where there is one.
    """

    kind: str
    hint: str
    find: Callable[[str, Author], Iterator[Span]]
    sign: str | None = None

    @property
    def token(self) -> str:
        return f"[{self.kind}]"


_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_TYPED: dict[int, str] = {ord(space): " " for space in _SPACES} | {ord(hyphen): "-" for hyphen in _HYPHENS}
_TYPED |= {zero + n: str(n) for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xFF10) for n in range(10)}
_TYPED |= dict(zip(map(ord, "＠﹫．＋（）／"), "@@.+()/", strict=True))


#: RE2: a text without a match is as a plain keyboard types it.
UNTYPED = f"[{''.join(map(chr, _TYPED))}]"


def as_typed(text: str) -> str:
    """The text, letter for letter, with the spaces, hyphens, digits and signs that a plain keyboard has."""
    return text if text.isascii() else text.translate(_TYPED)


def as_handle(name: str) -> str:
    """The letters and digits of a name, folded: ``Jane Doe`` and ``@jane.doe`` both give ``janedoe``."""
    return "".join(char for char in fold_word(name) if char.isalnum())


_URL = re.compile(r"(?:\bhttps?://|\bwww\.)[^\s<>\"\]\[]*[^\s<>\"\]\[.,;:!?'’”)]", re.IGNORECASE)
#: What stands before or after four numbers that are a version and no address.
_VERSION_BEFORE = re.compile(
    r"(?:(?<!\w)(?:v|ver|vers|version|versions|versie|versión|versione|release|build|firmware|revision|rev|sdk|patch)"
    r"[.:#]?\s{0,3}|(?<!\w)(?:section|sect|sec|chapter|clause|paragraph|para|article|rule|figure|fig|table|step|oid"
    r"|abschnitt|kapitel|ziffer|sección|capítulo|capitolo|hoofdstuk)[.:]?\s{0,3}|§\s{0,3}|[=~<>!]=\s{0,3}|[\^~])$",
    re.IGNORECASE,
)
_VERSION_BETWEEN = re.compile(r"\s?(?:to|and|or|until|,|-|–|→|->)\s?", re.IGNORECASE)
_VERSION_AFTER = re.compile(r"[-+](?:alpha|beta|rc|snapshot|dev|release|final|ga)", re.IGNORECASE)
_HANDLE = re.compile(
    rf"(?<![A-Za-z0-9_.@])@(?!\d)(?:(?:(?![{CJK}])[{MARKED}.-]){{1,39}}(?:(?![{CJK}])[{MARKED}])"
    rf"|[{CJK}]{{2,20}})"
)
_IPV4 = re.compile(r"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w]|\.[0-9])")
_IPV6 = re.compile(
    r"(?<![\w:.])(?=[0-9A-Fa-f:]*[0-9])[0-9A-Fa-f:]{6,39}(?:(?<=:)[0-9.]{7,15})?(?![\w:]|\.[0-9])"
)
_IBAN_START = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?=(?:[ -]?[A-Za-z0-9]){11})")
_IBAN_DIGITS = {ord("A") + n: str(10 + n) for n in range(26)}
_DIGIT_RUN = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ \u00A0-]?[0-9]){11,}(?![0-9A-Za-z])")
_DIGITS = re.compile(r"[0-9]+")
#: What stands before digits that number a thing and call nobody.
_NUMBERED = re.compile(
    r"(?:(?<!\w)(?:order|invoice|ticket|case|issue|pr|tracking|parcel|shipment|isbn|ean|gtin|sku|item|commit|transaction"
    r"|bestellung|auftrag|rechnung|commande|facture|pedido|factura|ordine|fattura|bestelling|factuur)"
    r"(?:s?nummer)?(?:\s?(?:no|nr|num|number|id|code|nummer|n°|numéro|número|numero))?\.?\s?[:#№]?\s?#?|\w#|(?<!\S)#)$",
    re.IGNORECASE,
)
_DATE = re.compile(r"\(?(?:19|20)\d\d-[01]\d-[0-3]\d")
_INTERNATIONAL = re.compile(r"[+＋]|(?<!\w)00[1-9]")
_DIALLED = re.compile(r"(?<!\w)00([1-9][\d\s().\-/]{6,20}\d)(?!\d)")
_PHONE = re.compile(r"[+＋]?\(?\d(?:[\s().\-/\u00A0\u2010-\u2015]{0,3}\d){6,16}")
# Issuer prefixes and lengths of payment cards as their schemes publish them (ISO/IEC 7812 numbering).
_CARD = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|095|[689]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12,15}|6(?:011|4[4-9]\d|5\d\d)\d{12,15}|62\d{14,17}"
    r"|(?:50|5[6-9]|6\d)\d{10,17}"
)


def _find_emails(text: str, _: Author) -> Iterator[Span]:
    return mailboxes.find(text)


def _find_urls(text: str, _: Author) -> Iterator[Span]:
    return (match.span() for match in _URL.finditer(text))


def _find_profiles(text: str, _: Author) -> Iterator[Span]:
    return profile_pages.find(text)


def _find_handles(text: str, author: Author) -> Iterator[Span]:
    for match in _HANDLE.finditer(text):
        if as_handle(match.group()) not in author.handles and not is_of_a_program(text, match):
            yield match.span()


def _find_ip_addresses(text: str, _: Author) -> Iterator[Span]:
    found = [match for pattern in (_IPV6, _IPV4) for match in pattern.finditer(text)]
    past, version_end = 0, None
    for match in sorted(found, key=re.Match.start):
        between = text[version_end : match.start()] if version_end is not None else ""
        follows = version_end is not None and _VERSION_BETWEEN.fullmatch(between) is not None
        before = text[max(0, match.start() - 16) : match.start()]
        if "." in match.group() and (
            follows or _VERSION_BEFORE.search(before) or _VERSION_AFTER.match(text, match.end())
        ):
            version_end = match.end()
            continue
        if not _is_ip_address(match.group()):
            continue
        if match.start() >= past:  # the last part of an IPv6 address may look like an IPv4 one
            past = match.end()
            yield match.span()


def _is_ip_address(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    # A slice such as 10::20 reads as an address out of space that nobody was ever given.
    return "." in text or not address.is_reserved or len([group for group in text.split(":") if group]) > 3


def _find_ibans(text: str, _: Author) -> Iterator[Span]:
    past = 0
    for match in _IBAN_START.finditer(text):
        if match.start() < past:
            continue
        for end in _group_ends(text, match.end()):
            if _is_iban(text[match.start() : end]):
                past = end
                yield match.start(), end
                break


def _is_iban(text: str) -> bool:
    # Its check digits first (ISO 7064): that costs a fiftieth of looking up how its country writes it.
    bare = text.upper().replace(" ", "").replace("-", "")
    return int((bare[4:] + bare[:4]).translate(_IBAN_DIGITS)) % 97 == 1 and bool(iban.is_valid(bare))


def _group_ends(text: str, at: int) -> Iterator[int]:
    """Where an IBAN begun before `at` may end: before each break in a run of letters and digits."""
    letters = 4
    while letters <= 34:
        if at < len(text) and text[at].isascii() and text[at].isalnum():
            at, letters = at + 1, letters + 1
            continue
        yield at
        gap = at + 1
        if at >= len(text) or text[at] not in " \u00a0-" or gap >= len(text) or not text[gap].isalnum():
            return
        at = gap


def _find_payment_cards(text: str, _: Author) -> Iterator[Span]:
    for run in _DIGIT_RUN.finditer(text):
        groups = [group.span() for group in _DIGITS.finditer(text, run.start(), run.end())]
        first = 0
        while first < len(groups):
            last = _last_group_of_card(text, groups, first)
            if last is not None:
                yield groups[first][0], groups[last][1]
                first = last
            first += 1


def _last_group_of_card(text: str, groups: list[Span], first: int) -> int | None:
    number, found = "", None
    for last in range(first, len(groups)):
        number += text[slice(*groups[last])]
        if len(number) > 19:
            break
        if _CARD.fullmatch(number) and luhn.is_valid(number):
            found = last
    return found


def _find_phones(text: str, author: Author) -> Iterator[Span]:
    past = 0
    for candidate in _PHONE.finditer(text):
        # Dates and, without a region, anything but an international number: told apart before the costly check.
        if candidate.end() <= past or _DATE.fullmatch(candidate.group()):
            continue
        if _is_numbered(text, candidate):
            continue
        if not author.regions and not _INTERNATIONAL.search(
            text, max(candidate.start() - 2, past), candidate.end()
        ):
            continue
        start = max(candidate.start() - 2, past)
        window = text[start : candidate.end() + 16]  # room for an extension
        for start_here, end_here in _valid_phones(window, author.regions):
            if start + start_here < candidate.end():
                past = start + end_here
                yield start + start_here, past


def _is_numbered(text: str, candidate: re.Match[str]) -> bool:
    """Whether digits number a thing, as those before them say, or count: "order no. 2015550123", "1 2 3 4 5 6"."""
    digits = candidate.group()
    if digits.isdigit():
        before = text[max(0, candidate.start() - 32) : candidate.start()]
        return digits[:2] != "00" and _NUMBERED.search(before) is not None
    groups = _DIGITS.findall(digits)
    steps = {int(later) - int(earlier) for earlier, later in itertools.pairwise(groups)}
    return len(groups) > 4 and steps == {1}


def _valid_phones(window: str, regions: tuple[str, ...]) -> Iterator[Span]:
    """Spans of telephone numbers as any of the regions writes them, in order and apart."""
    found = {
        (match.start, match.end)
        for region in regions or (None,)
        for match in PhoneNumberMatcher(window, region, leniency=Leniency.VALID)
    }
    dialled = _DIALLED.search(window)
    if dialled and _is_international("+" + dialled.group(1)):
        found.add(dialled.span())
    past = 0
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if start >= past:
            past = end
            yield start, end


def _is_international(number: str) -> bool:
    try:
        return bool(is_valid_number(parse(number, None)))
    except NumberParseException:
        return False


def _find_national_ids(text: str, author: Author) -> Iterator[Span]:
    return national_ids.find(text, author.regions)


#: In the order in which they claim text: what has more structure goes first.
RECOGNISERS: tuple[Recogniser, ...] = (
    Recogniser("url", r"(?i:https?://|www\.)", _find_urls),
    Recogniser("profile_url", profile_pages.HINT, _find_profiles, profile_pages.SIGN),
    Recogniser("email", mailboxes.HINT, _find_emails),
    Recogniser("iban", r"[A-Za-z]{2}[0-9]{2}(?:[ -]?[A-Za-z0-9]){11}", _find_ibans),
    Recogniser("national_id", national_ids.HINT, _find_national_ids),
    Recogniser("payment_card", r"[0-9](?:[ -]?[0-9]){11}", _find_payment_cards),
    Recogniser("ip_address", r"[0-9]\.[0-9]{1,3}\.[0-9]|:[0-9A-Fa-f]{0,4}:", _find_ip_addresses),
    Recogniser(
        "phone", rf"\p{{Nd}}(?:[{SPACE}().\-/\x{{2010}}-\x{{2015}}]{{0,3}}\p{{Nd}}){{6}}", _find_phones
    ),
    Recogniser("handle", r"@[^\s@]", _find_handles),
)
