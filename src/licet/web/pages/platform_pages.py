"""What the pages about platforms share: which policies may be named, where somebody is, what day is spoken of.

Only shipped policies can be named: a path in an address opens nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache

from starlette.exceptions import HTTPException

from licet.policies import pack_descriptions
from licet.policies.comparison import region_names
from licet.policies.control_pages import Source
from licet.policies.pack_staleness import Changes, changes_in
from licet.terms.moments import parse_moment

#: Regions that a form offers; any ISO 3166 code may stand in the address.
OFFERED = ("AT", "CA", "CH", "DE", "FR", "GB", "HK", "IE", "KR", "NL", "US")


def known() -> dict[str, str]:
    """The policies that may be named, with their titles."""
    return {name: pack.title for name, pack in pack_descriptions.shipped_packs().items()}


@cache
def changed_since_read() -> Mapping[str, Changes]:
    """What changed in the archives' texts, where the server was started with LICET_TEXTS; looked at once a process."""
    return changes_in(os.environ.get("LICET_TEXTS"), pack_descriptions.shipped_packs().values())


def require_known(names: Iterable[str]) -> None:
    """Policies are named as `linkedin_official` or, as of a version, as `linkedin_official@2025-11-03`.

    Raises: HTTPException 404 for a policy that does not come with licet, and for a version that it has not.
    """
    for name in names:
        whole, at, version = name.partition("@")
        pack = pack_descriptions.shipped_packs().get(whole)
        if pack is None or (at and version not in pack.versions):
            raise HTTPException(404, "There is no such policy here.")


def offered_regions(region: str) -> dict[str, str]:
    """The regions of a form by what people call them, with the one that was asked about.

    Raises: AppError APP-110 for a region that is none.
    """
    return region_names({*OFFERED, *([region] if region else [])})


def day_asked(on: str) -> date:
    """The day an address names; today where it names none. Raises: AppError for one that is no day."""
    return (parse_moment(on) if on else datetime.now(UTC)).date()


class Notes:
    """The sources of one page, numbered as they are first met, so that each fact can point at its own."""

    def __init__(self) -> None:
        self._numbers: dict[Source, int] = {}

    def number(self, source: Source) -> int:
        return self._numbers.setdefault(source, len(self._numbers) + 1)

    def __iter__(self) -> Iterator[tuple[int, Source]]:
        return ((number, source) for source, number in self._numbers.items())

    def __len__(self) -> int:
        return len(self._numbers)
