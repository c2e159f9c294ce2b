"""Ids and the names of roles. An id is text a person can type: letters, digits, ``_ . -``."""

from __future__ import annotations

import re

_ID = re.compile(r"[a-z0-9](?:[a-z0-9_.\-]*[a-z0-9])?")

#: The platform itself as recipient of its members' data.
SELF = "self"


def is_id(text: str) -> bool:
    """Whether `text` can name a rule, a setting, a category or a pack."""
    return len(text) <= 128 and _ID.fullmatch(text) is not None
