"""Contact details in text: how each kind looks, and the kept library that says whether it is one.

A recogniser is a cheap pattern that Arrow runs over a whole column (RE2, so linear in the text) and a function
that finds the exact spans in the few texts that match. Numbers count only when they check out: telephone
numbers by phonenumbers, IBANs and cards by python-stdnum, addresses by ipaddress. Of deliberate disguise only what is
in common use is recognised ("jane [at] example [dot] org"), and nothing here claims more.
"""

from __future__ import annotations

import ipaddress
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

from licet.uses.corpus.text import national_ids
from licet.uses.corpus.text.words import fold_word

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

    hint: RE2 pattern; a text without a match holds nothing of the kind.
    find: yields the spans to replace, in order and apart.
    """

    kind: str
    hint: str
    find: Callable[[str, Author], Iterator[Span]]

    @property
    def token(self) -> str:
        return f"[{self.kind}]"


def as_handle(name: str) -> str:
    """The letters and digits of a name, folded: ``Jane Doe`` and ``@jane.doe`` both give ``janedoe``."""
    return "".join(char for char in fold_word(name) if char.isalnum())


# Scripts written without spaces: an address beside them ends where they begin.
_CJK = r"\u2E80-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF\uFF00-\uFFEF\U00020000-\U0003FFFF"
# \w knows no combining marks, and Indic words are full of them.
_MARKED = r"\w\u0300-\u036F\u0900-\u0DFF"
_LOCAL = rf"(?:(?![{_CJK}])[{_MARKED}.!#$%&'*+/=?^`{{|}}~-]){{1,64}}|[{_CJK}]{{1,64}}"
_EMAIL = re.compile(
    rf"(?:{_LOCAL})@[{_MARKED}.-]{{1,253}}"
    rf"\.(?:[A-Za-z]{{2,63}}|xn--[A-Za-z0-9-]{{2,59}}|(?:(?![{_CJK}\d_])[{_MARKED}]){{2,63}}|[{_CJK}]{{1,63}})"
)
_AT = r"\s{0,3}[\[({<]\s{0,3}(?:at|ät|@)\s{0,3}[\])}>]\s{0,3}"
_DOT = r"\s{0,3}[\[({<]\s{0,3}(?:dot|punkt|point|punto|\.)\s{0,3}[\])}>]\s{0,3}"
#: With a bracket around "at" or around a "dot"; or both as words, before an ending that everybody knows.
_DISGUISED = re.compile(
    rf"(?<![\w.+-])[\w.+-]{{1,64}}(?:{_DOT}[\w+-]{{1,64}}){{0,3}}"
    rf"(?:{_AT}[\w-]{{1,63}}(?:(?:{_DOT}|\.)[\w-]{{1,63}}){{1,4}}"
    rf"|@[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{0,3}}(?:{_DOT}[\w-]{{1,63}}){{1,4}})(?![\w-])"
    r"|(?<![\w.+-])[\w.+-]{1,64} at [\w-]{1,63}(?: dot [\w-]{1,63}){0,2}"
    r" dot (?:com|org|net|edu|de|ch|fr|nl|uk|eu|io)\b",
    re.IGNORECASE,
)
_RUN_WITH_AT = re.compile(r"(?<!\S)\S*@\S*")
_URL = re.compile(r"(?:\bhttps?://|\bwww\.)[^\s<>\"\]\[]*[^\s<>\"\]\[.,;:!?'’”)]", re.IGNORECASE)
#: The address of somebody's page, with or without its scheme.
_PROFILE = re.compile(
    r"(?<![\w@.-])(?:https?://)?(?:[\w-]{1,20}\.){0,2}"
    r"(?:linkedin\.com/(?:in|pub|mwlite/in)/|(?:x|twitter|github|gitlab|facebook|fb|instagram|pinterest|vk|soundcloud)\.com/"
    r"(?!(?:search|hashtag|home|explore|about|features|pricing|login)\b)|youtube\.com/(?:@|c/|user/|channel/)"
    r"|(?:tiktok|medium|substack)\.com/@|threads\.(?:net|com)/@|xing\.com/(?:profile|people)/|reddit\.com/(?:u|user)/"
    r"|stackoverflow\.com/users/|bsky\.app/profile/|(?:t|wa|about|paypal)\.me/|keybase\.io/|linktr\.ee/)"
    r"[^\s<>\"\]\[]{0,200}[^\s<>\"\]\[.,;:!?'’”)]",
    re.IGNORECASE,
)
#: What stands before or after four numbers that are a version and no address.
_VERSION_BEFORE = re.compile(
    r"(?:(?<!\w)(?:v|ver|vers|version|versions|versie|versión|versione|release|build|firmware|revision|rev|sdk|patch)"
    r"[.:#]?\s{0,3}|[=~<>!]=\s{0,3}|[\^~])$",
    re.IGNORECASE,
)
_VERSION_BETWEEN = re.compile(r"\s?(?:to|and|or|until|,|-|–|→|->)\s?", re.IGNORECASE)
_VERSION_AFTER = re.compile(r"[-+](?:alpha|beta|rc|snapshot|dev|release|final|ga)", re.IGNORECASE)
#: Words of programs that begin with an @ and are nobody's handle; the latter only where they begin a line.
_ANYWHERE = """
Override Deprecated SuppressWarnings SafeVarargs FunctionalInterface Test ParameterizedTest BeforeEach AfterEach
BeforeAll AfterAll Autowired Inject Bean Component Service Repository Controller RestController Configuration Entity
RequestMapping GetMapping PostMapping PutMapping DeleteMapping RequestBody RequestParam PathVariable Transactional
SpringBootApplication Nullable NonNull NotNull Column Table Id GeneratedValue OneToMany ManyToOne Data Builder Getter
Setter Slf4j Composable Preview Singleton Module Provides Injectable NgModule Input Output JvmStatic JvmField Throws
Retention Target
"""
_BEGINNING_A_LINE = """
param return returns throws see since author deprecated override property staticmethod classmethod dataclass
pytest.fixture pytest.mark.parametrize functools.wraps functools.cache abstractmethod app.route media import keyframes
font-face supports charset layer include mixin extend
"""
_ANNOTATIONS, _LINE_ANNOTATIONS = frozenset(_ANYWHERE.split()), frozenset(_BEGINNING_A_LINE.split())
_HANDLE = re.compile(
    rf"(?<![A-Za-z0-9_.@])@(?!\d)(?:(?:(?![{_CJK}])[{_MARKED}.-]){{1,39}}(?:(?![{_CJK}])[{_MARKED}])"
    rf"|[{_CJK}]{{2,20}})"
)
_IPV4 = re.compile(r"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w]|\.[0-9])")
_IPV6 = re.compile(
    r"(?<![\w:.])(?=[0-9A-Fa-f:]*[0-9])[0-9A-Fa-f:]{6,39}(?:(?<=:)[0-9.]{7,15})?(?![\w:]|\.[0-9])"
)
_IBAN_START = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?=(?:[ \u00A0-]?[A-Za-z0-9]){11})")
_DIGIT_RUN = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ \u00A0-]?[0-9]){11,}(?![0-9A-Za-z])")
_DIGITS = re.compile(r"[0-9]+")
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
    # Only in runs that hold an @: the pattern tried at every letter of a text costs ten times as much.
    found = [
        match.span() for run in _RUN_WITH_AT.finditer(text) for match in _EMAIL.finditer(text, *run.span())
    ]
    if _MAY_BE_DISGUISED.search(text):
        found += [match.span() for match in _DISGUISED.finditer(text)]
    past = 0
    for start, end in sorted(found):
        if start >= past:
            past = end
            yield start, end


#: Brackets or words around "at" and "dot": the costly pattern is tried where there are any.
_MAY_BE_DISGUISED = re.compile(
    r"[\[({<]\s{0,3}(?:at|ät|@|dot|punkt|point|punto|\.)\s{0,3}[\])}>]| dot ", re.IGNORECASE
)


def _find_urls(text: str, _: Author) -> Iterator[Span]:
    return (match.span() for match in _URL.finditer(text))


def _find_profiles(text: str, _: Author) -> Iterator[Span]:
    return (match.span() for match in _PROFILE.finditer(text))


def _is_of_a_program(text: str, match: re.Match[str]) -> bool:
    word = match.group()[1:]
    begins_line = not text[text.rfind("\n", 0, match.start()) + 1 : match.start()].strip(" \t*/")
    return word in _ANNOTATIONS or (begins_line and word in _LINE_ANNOTATIONS)


def _find_handles(text: str, author: Author) -> Iterator[Span]:
    for match in _HANDLE.finditer(text):
        if as_handle(match.group()) not in author.handles and not _is_of_a_program(text, match):
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
        try:
            ipaddress.ip_address(match.group())
        except ValueError:
            continue
        if match.start() >= past:  # the last part of an IPv6 address may look like an IPv4 one
            past = match.end()
            yield match.span()


def _find_ibans(text: str, _: Author) -> Iterator[Span]:
    past = 0
    for match in _IBAN_START.finditer(text):
        if match.start() < past:
            continue
        for end in _group_ends(text, match.end()):
            if iban.is_valid(text[match.start() : end].replace("\u00a0", " ")):
                past = end
                yield match.start(), end
                break


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


_PROFILE_HINT = (
    r"(?i)(?:x|linkedin|twitter|github|gitlab|facebook|fb|instagram|pinterest|vk|soundcloud|youtube|tiktok|medium|substack"
    r"|xing|reddit|stackoverflow)\.com/|threads\.|bsky\.app/|\.me/|keybase\.io/|linktr\.ee/"
)

#: In the order in which they claim text: what has more structure goes first.
RECOGNISERS: tuple[Recogniser, ...] = (
    Recogniser("url", r"(?i)https?://|www\.", _find_urls),
    Recogniser("profile_url", _PROFILE_HINT, _find_profiles),
    Recogniser("email", r"[^\s@]@[^\s@]|(?i:[\[({<]\s{0,3}(?:at|ät)\s{0,3}[\])}>]| dot )", _find_emails),
    Recogniser("iban", r"[A-Za-z]{2}[0-9]{2}(?:[ \x{A0}-]?[A-Za-z0-9]){11}", _find_ibans),
    Recogniser("national_id", national_ids.HINT, _find_national_ids),
    Recogniser("payment_card", r"[0-9](?:[ \x{A0}-]?[0-9]){11}", _find_payment_cards),
    Recogniser("ip_address", r"[0-9]\.[0-9]{1,3}\.[0-9]|:[0-9A-Fa-f]{0,4}:", _find_ip_addresses),
    Recogniser("phone", r"\p{Nd}(?:[\s\p{Zs}().\-/\x{2010}-\x{2015}]{0,3}\p{Nd}){6}", _find_phones),
    Recogniser("handle", r"@[^\s@]", _find_handles),
)
