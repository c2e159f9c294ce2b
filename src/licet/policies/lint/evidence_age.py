"""Days that do not fit: a pack past its review, a notice in force before anyone could read it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from licet.packs.model import Pack
from licet.packs.pack_problems import Path, Problem


def check_age(pack: Pack, today: date) -> Iterator[Problem]:
    if pack.review_by is None:
        what = "the pack never goes stale"
        yield Problem("PACK-112", (), what, "add review_by: with the day it should be checked again")
    elif pack.review_by < today:
        what = f"the pack was to be reviewed by {pack.review_by}; it was last checked on {pack.observed}"
        fix = "read its sources again, then move observed and review_by"
        yield Problem("PACK-111", ("review_by",), what, fix)
    for id_, notice in pack.notices.items():
        if notice.effective is None:
            what = (
                f'the notice "{id_}" names no day on which it takes effect, so nothing under it ever applies'
            )
            yield Problem(
                "PACK-121", ("notices", id_), what, "add effective: once a day is known", at_key=True
            )
        elif notice.effective < notice.published:
            what = f'the notice "{id_}" takes effect on {notice.effective}, before it is published'
            fix = f"licet waits until {notice.published}; check both days"
            yield Problem("PACK-118", ("notices", id_, "effective"), what, fix)
    for path, day in _seen(pack):
        if day > today:
            what = f"{day} has not come yet, and nobody can have seen anything on it"
            yield Problem("PACK-117", path, what, "write the day it was seen")


def _seen(pack: Pack) -> Iterator[tuple[Path, date]]:
    """Days on which somebody is said to have looked."""
    yield ("observed",), pack.observed
    for id_, source in pack.sources.items():
        if source.observed is not None:
            yield ("sources", id_, "observed"), source.observed
    for id_, setting in pack.settings.items():
        yield ("settings", id_, "observed"), setting.observed
