"""Pages of a long list: so many at a time, and an opaque text that says where the next page begins."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from fastapi import Query

from licet.terms import AppError
from licet.web.api.request_parts import MOST_ENTRIES

MOST_A_PAGE = 500

Limit = Annotated[int, Query(ge=1, le=MOST_A_PAGE, description="How many at most.")]
Cursor = Annotated[
    str | None, Query(max_length=64, description="`next` of the page before; left out for the first page.")
]


def to_cursor(place: int) -> str:
    return base64.urlsafe_b64encode(f"licet:{place}".encode()).decode().rstrip("=")


def from_cursor(cursor: str | None) -> int | None:
    """Where to go on; None at the beginning. Raises: AppError APP-097 for what was never given out."""
    if cursor is None:
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode(
            "ascii"
        )
        place = int(text.removeprefix("licet:"))
        if not 0 <= place <= MOST_ENTRIES or to_cursor(place) != cursor:
            raise ValueError
    except (ValueError, binascii.Error):
        raise AppError(
            "APP-097", "the cursor was not given out by this list", fix="start again without a cursor"
        ) from None
    return place
