"""Receipts: what a member can hold in the hand, signed and proven, checked offline with the public key alone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from licet.receipts import to_bytes
from licet.terms.canonical import JsonObject
from licet.web.api.request_parts import Ours, PlaceText, Subject
from licet.web.api.token_check import needs

router = APIRouter(tags=["receipts"], dependencies=[needs("receipts:read")])

MEDIA_TYPE = "application/ld+json"

_SENT_AS: dict[int | str, JsonObject] = {
    200: {
        "description": "The receipt: an ISO/IEC TS 27560 record in JSON-LD; see docs/receipts.md.",
        "content": {MEDIA_TYPE: {"schema": {"type": "object"}}},
    }
}


@router.get(
    "/subjects/{subject}/receipts/{entry}", summary="The receipt of a choice or a signal", responses=_SENT_AS,
    response_class=Response,
)  # fmt: skip
def receipt(
    workspace: Ours,
    subject: Subject,
    entry: Annotated[PlaceText, Path(description="The entry of the choice.", examples=[17])],
    size: Annotated[
        PlaceText | None, Query(description="Prove it under the checkpoint of so many entries.")
    ] = None,
) -> Response:
    """Another's entry and no entry are answered alike."""
    found = workspace.choices.receipt(entry, subject=subject, size=size)
    return Response(to_bytes(found), media_type=MEDIA_TYPE)
