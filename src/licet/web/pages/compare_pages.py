"""Policies side by side, for anybody: filtered by platform, region and column by a plain form, and so linkable."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from licet.policies import comparison, pack_descriptions
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

#: Columns up to which all uses stand in one table; with more, each use has a table of its own.
_MOST_BESIDE = 4


@router.get("/compare")
def compare(
    request: Request,
    platform: Annotated[list[str], Query()] = [],  # noqa: B006 - FastAPI copies it
    column: Annotated[list[str], Query()] = [],  # noqa: B006
    region: str = "",
    on: str = "",
) -> Response:
    """Only shipped policies can be named: a path in the address opens nothing."""
    wanted, chosen = ([one for one in asked if one] for asked in (platform, column))
    require_known(wanted)
    packs = [pack_descriptions.shipped_pack(name) for name in wanted or known()]
    if not set(chosen) <= set(comparison.COLUMNS):
        raise HTTPException(404, "There is no such column.")
    found = comparison.compare_packs(
        packs, region=region or None, day=day_asked(on), changes=changed_since_read()
    )
    columns = {id_: label for id_, label in comparison.COLUMNS.items() if id_ in chosen or not chosen}
    return page(
        request, "compare.html", comparison=found, columns=columns, every_column=comparison.COLUMNS, known=known(),
        wanted=wanted, chosen=chosen, region=region, on=on, offered=offered_regions(region), notes=Notes(),
        heading=comparison.title(found), reaches=comparison.REACHES, beside=len(columns) <= _MOST_BESIDE,
    )  # fmt: skip
