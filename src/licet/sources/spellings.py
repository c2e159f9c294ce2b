"""Ids that a reader takes for the same: equal up to case, Unicode form or surrounding space.

Ids are compared byte for byte everywhere; nothing here joins two of them. It only says which look alike, so that
whoever meets a vanished id, or two of a kind in one table, can ask instead of guessing.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable


def folded(subject_id: str) -> str:
    """The id without case, surrounding space or choice of Unicode form (NFC): for likeness, never as an id."""
    whole = unicodedata.normalize("NFD", subject_id.strip()).casefold()
    return unicodedata.normalize("NFC", whole).strip()


def look_alikes(subject_ids: Iterable[str]) -> list[tuple[str, ...]]:
    """The ids that differ from another of them by spelling only: per likeness its ids, sorted, two or more."""
    alike: dict[str, set[str]] = defaultdict(set)
    for subject_id in subject_ids:
        alike[folded(subject_id)].add(subject_id)
    return sorted(tuple(sorted(ids)) for ids in alike.values() if len(ids) > 1)
