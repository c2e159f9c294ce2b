"""Why a policy file is no longer to be relied on: its day to be checked again has passed, or its text has changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from licet.packs import Pack
from licet.policies.quotations.quotation_check import check_quotes


def stale_because(pack: Pack, day: date, has_changed: bool = False) -> str:
    """The reason, as it follows a title; empty where there is none.

    has_changed: a passage that the pack quotes is known to have changed since it was read.
    """
    reasons = ["a passage that it quotes has changed since it was read"] if has_changed else []
    if pack.review_by is not None and pack.review_by < day:
        reasons.append(f"to be checked again by {pack.review_by}")
    return f"stale: {'; '.join(reasons)}" if reasons else ""


def changed_packs(texts: Path, names: Iterable[str] = ()) -> frozenset[str]:
    """The ids of policies of which a quoted passage changed, by the texts in a folder or an archive's checkout.

    names: shipped policies or files; all shipped ones by default. Raises: as `check_quotes`.
    """
    watched = check_quotes(texts, tuple(names))
    return frozenset(it.quotation.pack for it in watched.quotations("altered", "gone"))
