"""Policies side by side, for anybody: filtered by platform and region by a plain form, and so linkable."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from licet.app import comparing, library
from licet.web.rendering import page

router = APIRouter()

#: Regions that the form offers; any ISO 3166 code may stand in the address.
OFFERED = ("AT", "CA", "CH", "DE", "FR", "GB", "HK", "IE", "KR", "NL", "US")


@router.get("/compare")
def compare(request: Request, platform: list[str] = Query(default=[]), region: str = "") -> Response:  # noqa: B008
    """Only shipped policies can be named: a path in the address opens nothing."""
    known = {one["pack"]: one["title"] for one in library.list_packs()}
    wanted = [name for name in platform if name]
    if not set(wanted) <= set(known):
        raise HTTPException(404, "There is no such policy here.")
    found = comparing.compare(wanted or known, region=region or None, day=datetime.now(UTC).date())
    offered = comparing.region_names(sorted({*OFFERED, *([region] if region else [])}))
    return page(
        request, "compare.html", comparison=found, columns=comparing.COLUMNS, known=known, wanted=wanted,
        region=region, offered=offered, heading=comparing.title(found), reaches=comparing.REACHES,
    )  # fmt: skip
