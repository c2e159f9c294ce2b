"""JSON from an exchange, read without trust: bounded, one reading only, and no number that is none.

Of a name that stands twice some take the first and others the last, so that one could check what another does not act
on; such an object is refused, and so is whatever is too large, too deep, not UTF-8, or beyond what a number can be.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from licet.terms import UseError
from licet.terms.canonical import JsonObject

MOST_BYTES = 262_144
MOST_DEPTH = 24
#: Whole numbers reach from -2**63 to below 2**63.
_WHOLE_LIMIT = 1 << 63
_FIX = "send one bid request of OpenRTB 2.6 as JSON"


def read_exchange_json(data: bytes) -> JsonObject:
    """The object that some bytes are.

    Raises: UseError ADS-070 too large; ADS-071 no JSON object in UTF-8; ADS-072 a name twice in one object; ADS-073 too
            deep; ADS-074 a number that is none or too large.
    """
    if len(data) > MOST_BYTES:
        raise UseError(
            "ADS-070",
            f"the request has {len(data):,} bytes, of {MOST_BYTES:,} at most",
            fix="send less of it",
        )
    try:
        found = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_each_name_once,
            parse_constant=_no_number,
            parse_int=_whole,
            parse_float=_finite,
        )
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        raise UseError("ADS-071", "the request is no JSON in UTF-8", fix=_FIX) from None
    if not isinstance(found, dict):
        raise UseError(
            "ADS-071", "the request is no JSON object", fix="send one bid request of OpenRTB 2.6 as JSON"
        )
    _look_through(found)
    return found


def _look_through(found: JsonObject) -> None:
    """Refuse what lies too deep, and text with half a character, which nobody could send back."""
    ahead: list[tuple[Any, int]] = [(found, 1)]
    while ahead:
        value, depth = ahead.pop()
        if isinstance(value, (dict, list)) and depth > MOST_DEPTH:
            raise _too_deep()
        if isinstance(value, dict):
            ahead += [(each, depth + 1) for each in value.values()]
            ahead += [(each, depth) for each in value]
        elif isinstance(value, list):
            ahead += [(each, depth + 1) for each in value]
        elif isinstance(value, str) and any("\ud800" <= letter <= "\udfff" for letter in value):
            raise UseError("ADS-071", "a text of the request has half a character", fix=_FIX)


def _each_name_once(pairs: list[tuple[str, Any]]) -> JsonObject:
    named = dict(pairs)
    if len(named) != len(pairs):
        raise UseError("ADS-072", "a name stands twice in one object", fix="send each name once")
    return named


def _whole(digits: str) -> int:
    if len(digits) > 20 or not -_WHOLE_LIMIT <= (number := int(digits)) < _WHOLE_LIMIT:
        _no_number(digits)
    return number


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        _no_number(digits)
    return number


def _no_number(digits: str) -> NoReturn:
    raise UseError(
        "ADS-074", f"{digits[:24]} is no number that a request can have", fix="send a finite number"
    )


def _too_deep() -> UseError:
    return UseError(
        "ADS-073", f"objects lie more than {MOST_DEPTH} deep in one another", fix="send a flatter request"
    )
