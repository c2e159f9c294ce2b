"""How to opt out of what a platform does, for anybody: from the policy alone, for somebody in a region."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from licet.policies import pack_descriptions, policy_guide
from licet.web.pages.platform_pages import (
    Notes,
    changed_since_read,
    day_asked,
    known,
    offered_regions,
    require_known,
)
from licet.web.templates_environment import page

router = APIRouter()


@router.get("/guide")
def guides(request: Request, region: str = "") -> Response:
    """Every platform that there is a guide for."""
    return page(request, "guides.html", known=known(), region=region, offered=offered_regions(region))


@router.get("/guide/{pack}")
def guide(request: Request, pack: str, region: str = "", on: str = "") -> Response:
    """One guide. Without a region it asks for one: what matters differs from place to place."""
    require_known([pack])
    chosen = pack_descriptions.shipped_pack(pack)
    day = day_asked(on)
    found = policy_guide.guide_pack(chosen, region, day=day, changes=changed_since_read()) if region else None
    return page(
        request, "guide.html", guide=found, asked=chosen, address=pack, region=region, on=on, notes=Notes(),
        offered=offered_regions(region), day=day.isoformat(),
    )  # fmt: skip
