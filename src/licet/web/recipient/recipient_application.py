"""The reference recipient's door: `dsrdelete.json`, requests to delete, and what it has. For a trial alone.

It takes what it is sent from anybody who can reach it, as any recipient's door does, and does what is signed by keys
that it was told of; it is to listen on this machine.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from pydantic import BaseModel, ConfigDict, ValidationError

from licet.app.reference_recipient import RecipientAnswer, ReferenceRecipient

#: Of a request's body: three tokens, one in the other.
MOST_BYTES = 64 * 1024
#: Of a delivery with its files.
MOST_DELIVERY_BYTES = 1 << 27


class Handed(BaseModel):
    """A delivery as it is sent here: the signed delivery, and its files by their names."""

    model_config = ConfigDict(extra="forbid")

    delivery: str
    files: dict[str, str]


def make_recipient(recipient: ReferenceRecipient, address: str) -> FastAPI:
    """address: where it is asked, such as ``http://127.0.0.1:9000``; its own file names it."""
    app = FastAPI(title="licet recipient", openapi_url=None, docs_url=None, redoc_url=None)

    @app.get("/healthz")
    def health() -> JSONResponse:
        return JSONResponse({"ok": True})

    @app.get("/dsrdelete.json")
    def discovery() -> JSONResponse:
        said = recipient.discovery
        return JSONResponse({**said, "endpoint": address + said["endpoint"]})

    @app.post("/deletions")
    async def deletions(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return PlainTextResponse("too long", 413)
        return _answered(recipient.delete(body.decode("utf-8", "replace")))

    @app.post("/deliveries")
    async def deliveries(request: Request) -> Response:
        body = await _body(request, MOST_DELIVERY_BYTES)
        if body is None:
            return PlainTextResponse("too long", 413)
        try:
            said = Handed.model_validate_json(body)
        except ValidationError:
            return PlainTextResponse("this is no delivery", 400)
        answer = recipient.take(said.delivery, {name: text.encode() for name, text in said.files.items()})
        return PlainTextResponse(answer.body or "", answer.status)

    @app.get("/lists")
    def lists() -> JSONResponse:
        held = recipient.holding().lists
        return JSONResponse(
            {name: {"number": one.number, "identifiers": len(one.identifiers)} for name, one in held.items()}
        )

    return app


async def _body(request: Request, most_bytes: int = MOST_BYTES) -> bytes | None:
    """None for one that is longer."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most_bytes:
            return None
        parts.append(part)
    return b"".join(parts)


def _answered(answer: RecipientAnswer) -> Response:
    return Response(answer.body or "", answer.status, media_type="application/jwt")
