"""A receipt as bytes, and back: strict JSON, bounded in size and depth, one meaning only.

Two readers must not be able to read one receipt differently, so what JSON leaves open is refused: a key that stands
twice, numbers that are not whole, NaN, text that is not Unicode.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from licet.terms import AppError
from licet.terms.canonical import JsonObject, canonical_json

#: A receipt takes a few thousand bytes; one this large is something else.
MAX_BYTES = 1 << 20
#: Nesting of objects and lists.
MAX_DEPTH = 32


def to_bytes(receipt: Mapping[str, Any]) -> bytes:
    """The receipt as a file: indented for people, the same bytes for the same receipt."""
    return (json.dumps(receipt, ensure_ascii=False, indent=2) + "\n").encode()


def read_receipt(given: bytes | Mapping[str, Any], where: str = "") -> JsonObject:
    """The receipt in `given`. Raises: AppError APP-081 for anything but one plain JSON object of bounded size."""
    try:
        data = given if isinstance(given, bytes) else canonical_json(dict(given))
        if len(data) > MAX_BYTES:
            raise ValueError(f"it is larger than {MAX_BYTES} bytes")
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=_object, parse_float=_refuse, parse_constant=_refuse
        )
        _require_shallow(value)
        canonical_json(value)  # half a surrogate pair has no UTF-8
    except RecursionError:
        raise _unreadable("it is nested too deeply", where) from None
    except UnicodeError:
        raise _unreadable("its text is not UTF-8", where) from None
    except json.JSONDecodeError as error:
        raise _unreadable(f"line {error.lineno}, column {error.colno}: {error.msg}", where) from None
    except (ValueError, TypeError) as error:
        raise _unreadable(str(error), where) from None
    if not isinstance(value, dict):
        raise _unreadable("it is not an object", where)
    return value


def read_file(path: Path) -> bytes:
    """The bytes of a receipt's file, no more than one can have. Raises: AppError APP-082 when it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise AppError(
            "APP-082", f"the file cannot be read: {error.strerror}", str(path), "check the path"
        ) from None


def read_key(given: str) -> str:
    """A public key's text, given as such or as a file that holds it. Raises: AppError APP-082."""
    if given.count("+") >= 2:
        return given
    return read_text(Path(given))


def read_text(path: Path) -> str:
    """A small file of text; what is not UTF-8 in it fits no key and no checkpoint. Raises: AppError APP-082."""
    return read_file(path).decode("utf-8", "replace")


def _object(pairs: list[tuple[str, Any]]) -> JsonObject:
    found: JsonObject = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key[:40]!r} stands twice")
        found[key] = value
    return found


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"the number {text[:20]} is not a whole one")


def _require_shallow(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for one in level
            if isinstance(one, (dict, list))
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return
    raise ValueError(f"it is nested more than {MAX_DEPTH} deep")


def _unreadable(why: str, where: str) -> AppError:
    return AppError(
        "APP-081", f"this is not a receipt: {why}", where, "hand in the file exactly as it was given out"
    )
