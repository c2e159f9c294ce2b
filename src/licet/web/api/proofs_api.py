"""Proofs that a member is in an artefact, or is not: in at most 2 KB, checked offline with the public key alone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from licet.app.access_tokens import Token
from licet.receipts import to_bytes
from licet.terms.canonical import JsonObject
from licet.web.api.forgettings_api import About
from licet.web.api.request_parts import Ours
from licet.web.api.token_check import needs_or_member, whose_alone

router = APIRouter(tags=["forgettings"])

MEDIA_TYPE = "application/json"
MOST_NAME_LETTERS = 100

_SENT_AS: dict[int | str, JsonObject] = {
    200: {
        "description": "A proof file; see docs/certificates.md.",
        "content": {MEDIA_TYPE: {"schema": {"type": "object"}}},
    }
}


@router.get("/proofs", summary="A proof of presence or absence", responses=_SENT_AS, response_class=Response)
def proof(
    workspace: Ours,
    token: Annotated[Token, needs_or_member("proofs:read")],
    subject: About = None,
    of: Annotated[
        str,
        Query(
            min_length=1, max_length=MOST_NAME_LETTERS, pattern=r"^[^\x00-\x1f\x7f]*$", examples=["corpus-3"],
            description="A snapshot by its name, or a use for its latest.",
        ),
    ] = "corpus",
) -> Response:  # fmt: skip
    """Of the member whom the token is bound to; a token with the scope names anybody. Who is unknown is absent."""
    asked = whose_alone(token, subject, "proofs:read")
    return Response(to_bytes(workspace.uses.membership_proof(asked, of=of)), media_type=MEDIA_TYPE)
