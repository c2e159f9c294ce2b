"""National identity numbers, only where a number can be told from any other by its form and check digits.

Each form is checked by python-stdnum. A form of digits alone is here only if at most one random number in
fifty passes, which leaves out the Croatian OIB, the British NHS number, the Bulgarian EGN and
the Indian Aadhaar ("2023 2024 2025" is one). Belgium and South Africa are left out because stdnum reads
today's date to check them, and the same text must be redacted the same way on every day; for Sweden, Norway
and Korea only the parts of the check that need no date are used. The Dutch BSN, of which one random number in eleven
passes, counts where its name stands before it or its author is Dutch. The British NINO has no check digits: it counts
in capitals, whose first two keep to the prefixes that are given out, or after its name; so does an American SSN.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from functools import cache
from importlib import import_module

from stdnum import luhn
from stdnum.cn import ric
from stdnum.exceptions import ValidationError
from stdnum.kr import rrn
from stdnum.no import fodselsnummer

Check = Callable[[str], bool]


def _is_swedish(number: str) -> bool:
    return bool(luhn.is_valid(re.sub(r"[^0-9]", "", number)[-10:]))


def _is_norwegian(number: str) -> bool:
    digits = number.replace(" ", "")
    first, second = fodselsnummer.calc_check_digit1(digits), fodselsnummer.calc_check_digit2(digits)
    return bool(digits[-2:] == first + second)


def _is_korean(number: str) -> bool:
    return bool(rrn.is_valid(number, allow_future=True))


def _is_chinese(number: str) -> bool:
    # Not ric.is_valid: stdnum 2.2 fails with a KeyError on a place of birth that has no county.
    try:
        ric.get_birth_date(number)
    except ValidationError:
        return False
    return bool(ric.calc_check_digit(number.upper()) == number[-1].upper())


def _is_nino(number: str) -> bool:
    return number[:2] not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")


_DAY = r"(?:0[1-9]|[1-8][0-9]|9[01])"  # of a month; 61 to 91 for Swedish coordination numbers

#: Country and number, how it is written, and what checks it: a module of stdnum or one of the above.
FORMS: tuple[tuple[str, str, str | Check], ...] = (
    (
        "gb_nino",
        r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]",
        _is_nino,
    ),
    ("us_ssn", r"[0-9]{3}-[0-9]{2}-[0-9]{4}", "us.ssn"),
    ("es_dni", r"[0-9]{8}-?[A-Za-z]", "es.dni"),
    ("es_nie", r"[XYZxyz]-?[0-9]{7}-?[A-Za-z]", "es.nie"),
    (
        "it_codice_fiscale",
        r"[A-Za-z]{6}[0-9L-NP-V]{2}[A-Za-z][0-9L-NP-V]{2}[A-Za-z][0-9L-NP-V]{3}[A-Za-z]",
        "it.codicefiscale",
    ),
    ("fr_nir", r"[12] ?[0-9]{2} ?[0-9]{2} ?[0-9][0-9ABab] ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}", "fr.nir"),
    ("br_cpf", r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}", "br.cpf"),
    ("ch_ahv", r"756\.[0-9]{4}\.[0-9]{4}\.[0-9]{2}", "ch.ssn"),
    ("se_personnummer", rf"(?:19|20)?[0-9]{{2}}(?:0[1-9]|1[0-2]){_DAY}[-+][0-9]{{4}}", _is_swedish),
    ("no_fodselsnummer", r"[0-9]{6} ?[0-9]{5}", _is_norwegian),
    ("fi_hetu", r"[0-9]{6}[-+ABCDEFUVWXY][0-9]{3}[0-9A-Y]", "fi.hetu"),
    ("in_pan", r"[A-Z]{3}P[A-Z][0-9]{4}[A-Z]", "in_.pan"),
    ("mx_curp", r"[A-Z]{4}[0-9]{6}[HMX][A-Z]{5}[0-9A-Z][0-9]", "mx.curp"),
    ("cl_rut", r"[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-[0-9Kk]", "cl.rut"),
    ("cz_rc", r"[0-9]{6}/[0-9]{4}", "cz.rc"),
    ("kr_rrn", r"[0-9]{6}-[0-9]{7}", _is_korean),
    ("cn_ric", r"[0-9]{17}[0-9Xx]", _is_chinese),
    ("ro_cnp", r"[1-9][0-9]{12}", "ro.cnp"),
    ("pl_pesel", r"[0-9]{11}", "pl.pesel"),
    ("tr_tckimlik", r"[1-9][0-9]{10}", "tr.tckimlik"),
    ("ee_lt_isikukood", r"[1-8][0-9]{10}", "ee.ik"),
)

#: RE2: a text without a match holds no number of any form above.
HINT = (
    r"[0-9]{7}|[0-9]{3}[.-][0-9]{2,4}[.-][0-9]|[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-|[0-9]{6}[-+/ A-FU-Y][0-9]{3}"
    r"|[A-Z]{5}[0-9]{4}[A-Z]|[A-Za-z]{6}[0-9L-NP-V]{2}[A-Za-z][0-9L-NP-V]{2}"
    r"|[A-Za-zıİſK]{2}(?:[ -]?[0-9]{2}){3}[ -]?[A-Da-d]|[0-9](?:[ .-]?[0-9]){8}"
    r"|[A-Z]{4}[0-9]{6}|[0-9]{2} ?[0-9][0-9ABab] ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}"
)

# A number begins where no other does, with a digit or a few letters before one; only there are forms tried.
_START = re.compile(r"(?<![0-9A-Za-z])(?<![0-9][.\-/])(?=[A-Za-z]{0,6}[- ]?[0-9])")
_END = r"(?![0-9A-Za-z]|[.\-/][0-9])"
_PATTERNS = tuple((re.compile(f"(?:{form}){_END}"), check) for _, form, check in FORMS)
_ANY_FORM = re.compile(f"(?:{'|'.join(form for _, form, _ in FORMS)}){_END}")


_BSN = re.compile(r"[0-9](?:[ .]?[0-9]){8}(?![0-9A-Za-z]|[.\-/][0-9])")
#: How it is grouped; in other groups after a country's code, as "+31 6 1000 0858", it is of a telephone.
_BSN_GROUPED = re.compile(r"[0-9]{7}|[0-9]{3,4}[ .][0-9]{2,3}[ .][0-9]{3}")
_AFTER_COUNTRY_CODE = re.compile(r"(?:\+|(?<![0-9])00)[0-9]{1,3}[ .]$")
_BSN_NAMED = re.compile(r"\b(?:bsn|burgerservicenummer|sofi-?nummer)\b[^0-9]{0,24}$", re.IGNORECASE)


def _bsn_at(text: str, start: int, regions: Collection[str]) -> int | None:
    """Where a Dutch number that begins here ends."""
    match = _BSN.match(text, start)
    if match is None or not _of_stdnum("nl.bsn")(match.group()):
        return None
    named = _BSN_NAMED.search(text, max(0, start - 48), start)
    if not named and "NL" not in regions:
        return None
    dialled = not named and not _BSN_GROUPED.search(match.group())
    return None if dialled and _AFTER_COUNTRY_CODE.search(text, max(0, start - 6), start) else match.end()


#: Numbers of which too little can be checked, where their name stands before them.
_NAMED = (
    (
        re.compile(
            r"(?<!\w)(?:nino|ni|national insurance)(?:\s(?:number|no\.?|nr\.?))?[^0-9A-Za-z]{0,3}(?:is\s)?$",
            re.I,
        ),
        re.compile(r"[A-Z]{2}(?:[ -]?[0-9]{2}){3}[ -]?[A-D](?![0-9A-Za-z])", re.I),
    ),
    (
        re.compile(
            r"(?<!\w)(?:ssn|social security)(?:\s(?:number|no\.?|nr\.?))?[^0-9A-Za-z]{0,3}(?:is\s)?$", re.I
        ),
        re.compile(r"[0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{4}(?![0-9A-Za-z])"),
    ),
)


def _named_at(text: str, start: int) -> list[int]:
    """Where numbers that begin here and are named before it end."""
    return [
        match.end()
        for name, number in _NAMED
        if (match := number.match(text, start)) and name.search(text, max(0, start - 40), start)
    ]


def find(text: str, regions: Collection[str] = ()) -> Iterator[tuple[int, int]]:
    """Spans of valid national numbers, in order and apart; where several begin, the longest.

    regions: the countries of the author.
    """
    past = 0
    for start in _START.finditer(text):
        if start.start() < past:
            continue
        ends = [
            match.end()
            for pattern, check in (_PATTERNS if _ANY_FORM.match(text, start.start()) else ())
            if (match := pattern.match(text, start.start())) and passes(check, match.group())
        ]
        dutch = _bsn_at(text, start.start(), regions)
        ends += ([] if dutch is None else [dutch]) + _named_at(text, start.start())
        if ends:
            past = max(ends)
            yield start.start(), past


def passes(check: str | Check, number: str) -> bool:
    """Whether `number`, already of the right form, is valid."""
    return _of_stdnum(check)(number) if isinstance(check, str) else check(number)


@cache
def _of_stdnum(module: str) -> Check:
    is_valid: Check = import_module(f"stdnum.{module}").is_valid
    return is_valid
