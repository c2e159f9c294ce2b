"""Whether what is said of a policy may be so no more: passages that it rests on changed, or its day has passed.

Nothing is stored: the quotations are held against the archive's texts when somebody asks (`--texts`, LICET_TEXTS). No
decision depends on it; whoever reads is told to read the policy itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from licet.packs import Pack
from licet.policies.quotations import check_quotes
from licet.terms import AppError
from licet.terms.canonical import JsonObject


class Changes(NamedTuple):
    """Of one pack, what changed after it was last read. since: the first day; quotes: those it is about."""

    since: date | None
    passages: int
    quotes: frozenset[str]


class Staleness(NamedTuple):
    """since: the day on which passages were recorded changed, or by which the pack was to be checked again."""

    because: Literal["changed", "review_by"]
    since: str | None
    passages: int

    @property
    def told(self) -> str:
        """Why, to follow "stale:"."""
        if self.because == "review_by":
            return f"to be checked again by {self.since}"
        what = "a passage" if self.passages == 1 else f"{self.passages} passages"
        on = "" if self.since is None else f" on {self.since}"
        return f"{what} that this rests on changed{on}; read the policy itself"

    def as_json(self) -> JsonObject:
        return self._asdict()


NONE: Mapping[str, Changes] = {}


def changes_in(texts: str | Path | None, packs: Iterable[Pack]) -> dict[str, Changes]:
    """Id of a pack to what changed in the texts it rests on; without those of which nothing changed, or is here.

    texts:  a checkout, or a folder of texts; None: nothing is looked at.
    Raises: AppError as `check_quotes`, but not where no text is a document of the packs.
    """
    if not texts:
        return {}
    try:
        found = check_quotes(texts, tuple(packs))
    except AppError as error:
        if error.code == "APP-135":
            return {}
        raise
    drifted: dict[str, list[tuple[str, str, date | None]]] = {}
    for it in found.quotations("altered", "gone"):
        drifted.setdefault(it.quotation.pack, []).append((it.quotation.quote, it.passage, it.since))
    return {
        pack: Changes(
            min((day for *_, day in told if day is not None), default=None),
            len({passage for _, passage, _ in told}), frozenset(quote for quote, *_ in told),
        )
        for pack, told in drifted.items()
    }  # fmt: skip


def staleness(pack: Pack, day: date, changes: Mapping[str, Changes]) -> Staleness | None:
    """Why a pack is stale on a day; None where it is not."""
    changed = changes.get(pack.id)
    if changed is not None:
        return Staleness(
            "changed", None if changed.since is None else changed.since.isoformat(), changed.passages
        )
    if pack.review_by is not None and pack.review_by < day:
        return Staleness("review_by", pack.review_by.isoformat(), 0)
    return None
