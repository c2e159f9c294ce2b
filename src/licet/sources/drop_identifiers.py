"""Identifiers as California's Delete Request and Opt-out Platform has them written before they are hashed.

Its lists name people by SHA-256 of the UTF-8 of an identifier, in Base64; a list of several identifiers hashes each and
then all of these, one after the other. Whoever writes one letter otherwise matches nobody and takes it for "not found".
So a name with letters of a script whose spelling in Latin is not published here has no hash, and is counted as such.

Source: California Privacy Protection Agency, DROP technical specifications 1.2.0 (2026-07-02), "Working with the data".
"""

from __future__ import annotations

import base64
import re
import unicodedata
from datetime import date
from hashlib import sha256

MOST_LETTERS = 1024

#: Latin letters that Unicode does not take apart.
_FOLDED = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i"}
)
#: Scripts that are written in Latin by a table of theirs.
_TRANSLITERATED = re.compile("[\u0370-\u03ff\u1f00-\u1fff\u0400-\u052f]")
_ZIP4 = re.compile(r"\s*([0-9]{5,})-[0-9]{4}\s*")


def drop_hash(text: str) -> str:
    """44 letters of Base64."""
    return base64.b64encode(sha256(text.encode("utf-8", "surrogatepass")).digest()).decode()


def email_written(address: str) -> str | None:
    text = "".join(address.split()).lower()
    return text if "@" in text and len(address) <= MOST_LETTERS else None


def phone_written(number: str) -> str | None:
    """Its last ten digits, or all of fewer."""
    return _known("".join(one for one in number[:MOST_LETTERS] if one in "0123456789")[-10:])


def name_written(name: str) -> str | None:
    """Letters and digits alone, folded; None for one that is none, or of a script that has a table of its own."""
    if len(name) > MOST_LETTERS:
        return None
    text = unicodedata.normalize("NFKD", name).lower()
    if _TRANSLITERATED.search(text):
        return None
    text = unicodedata.normalize("NFKD", text.translate(_FOLDED))
    return _known("".join(one for one in text if one.isalnum()))


def birth_date_written(day: date) -> str:
    return f"{day.year:04d}{day.month:02d}{day.day:02d}"


def zip_written(code: str) -> str | None:
    """Its first five letters and digits, without zeros before them, nor the four digits after a hyphen."""
    plus_four = _ZIP4.fullmatch(code[:MOST_LETTERS])
    kept = (plus_four[1] if plus_four else code[:MOST_LETTERS]).lower()
    return _known("".join(one for one in kept if one.isascii() and one.isalnum()).lstrip("0")[:5])


def vin_written(vin: str) -> str | None:
    text = "".join(one for one in vin[:MOST_LETTERS].lower() if one.isascii() and one.isalnum())
    return text if len(text) == 17 else None


def maid_written(maid: str) -> str | None:
    text = "".join(one for one in maid[:MOST_LETTERS].lower() if one in "0123456789abcdef")
    return text if len(text) == 32 else None


def ctvid_written(ctvid: str) -> str | None:
    text = "".join(one for one in ctvid[:MOST_LETTERS].lower() if one.isascii() and one.isalnum())
    return text if 8 <= len(text) <= 32 else None


def composite_hash(*written: str | None) -> str | None:
    """Of several identifiers in their order, each as it is written; None where one of them is missing."""
    if None in written:
        return None
    return drop_hash("".join(drop_hash(one) for one in written if one is not None))


def _known(text: str) -> str | None:
    return text or None
