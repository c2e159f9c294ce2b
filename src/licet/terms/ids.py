"""Ids and the names of roles.

The id of a rule, setting, category or pack is text a person can type: letters, digits, ``_ . -``. A subject's id is the
platform's own, and any text: it is never mended here, only refused where no database could hold it.
"""

from __future__ import annotations

import re

_ID = re.compile(r"[a-z0-9](?:[a-z0-9_.\-]*[a-z0-9])?")

#: The platform itself as recipient of its members' data.
SELF = "self"


def is_id(text: str) -> bool:
    """Whether `text` can name a rule, a setting, a category or a pack."""
    return len(text) <= 128 and _ID.fullmatch(text) is not None


def is_text(value: object) -> bool:
    """Whether a value is text that is not empty and that every database and file can hold: any such may be an id."""
    # No database keeps NUL in text, and half a surrogate pair has no UTF-8.
    if not isinstance(value, str) or value == "" or "\x00" in value:
        return False
    return value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value)
