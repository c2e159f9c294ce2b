"""Canonical JSON and digests: the same value has the same bytes on every machine.

Keys are sorted, separators have no spaces, text is UTF-8 as it is. Floats are refused: their text
form is a matter of taste, and nothing licet signs needs one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any, TypeAlias

#: A JSON object whose names are not ours to fix: a document of another standard, a schema, a row of any table, or what
#: a model of ours is once it has been written. What has names of its own is a model.
JsonObject: TypeAlias = dict[str, Any]


def canonical_json(value: Any) -> bytes:
    """Bytes of `value` (dicts with string keys, lists, strings, integers, booleans, None).

    Raises: TypeError for anything else, floats included.
    """
    _refuse_floats(value)
    return _ENCODER.encode(value).encode()


_PLAIN = frozenset({str, int, bool, type(None)})
_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def digest(data: bytes) -> str:
    """SHA-256, lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("canonical JSON holds no floats")
    items: Iterable[Any] = ()
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise TypeError("canonical JSON keys are strings")
        items = value.values()
    elif isinstance(value, (list, tuple)):
        items = value
    for item in items:
        if type(item) not in _PLAIN:  # most of what there is
            _refuse_floats(item)
