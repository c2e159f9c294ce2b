"""Every error of the API as one kind of answer: ``application/problem+json``, drawn from the `LicetError` it was.

What the caller can mend is told in full, save for places on this machine. What only its keeper can mend is told by its
code alone; the server's log has the rest.

Source: RFC 9457.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from licet.terms import AppError, LicetError

MEDIA_TYPE = "application/problem+json"

_log = logging.getLogger("licet.web.api")

#: Status and title by code; what stands here is the caller's to mend, or will pass by itself.
_KNOWN: dict[str, tuple[int, str]] = {
    "APP-010": (422, "The moment cannot be read"),
    "APP-011": (404, "There is no such setting"),
    "APP-012": (422, "A setting is on or off"),
    "APP-013": (404, "There is no such subject"),
    "APP-014": (404, "There is no such kind of data"),
    "APP-015": (409, "The ledger has no such position"),
    "APP-016": (404, "There is no such policy"),
    "APP-063": (421, "This server does not answer to that name"),
    "APP-080": (404, "There is no such receipt"),
    "APP-085": (409, "The ledger is not there yet"),
    "APP-086": (422, "The idempotency key was used for another request"),
    "APP-087": (410, "What the request recorded was erased"),
    "APP-090": (422, "The request is not as the API describes it"),
    "APP-091": (401, "A valid token is needed"),
    "APP-092": (403, "The token is not for this"),
    "APP-093": (429, "Too many requests"),
    "APP-094": (404, "There is no such address"),
    "APP-095": (405, "This address cannot be used in that way"),
    "APP-096": (413, "The request is too large"),
    "APP-097": (400, "The cursor is none of this list's"),
    "APP-098": (400, "The request cannot be read"),
    "APP-171": (422, "The choices cannot be read"),
    "APP-172": (422, "Some rows are no choices"),
    "APP-173": (404, "The ledger names no such policy"),
    "APP-174": (409, "Members chose meanwhile"),
    "APP-175": (422, "Two ids are needed"),
    "APP-176": (409, "The id was renamed before"),
    "APP-177": (409, "They chose meanwhile"),
    "APP-170": (404, "There can be no such subject"),
    "APP-213": (408, "The request did not come in time"),
    "APP-211": (403, "This server answers its own machine alone"),
    "APP-226": (422, "A record has a table and a key"),
    "APP-227": (404, "There is no such table of records"),
    "APP-228": (403, "The record is about somebody else"),
    "APP-229": (409, "A choice about one record has no kind of data"),
    "APP-230": (403, "No policy lets an organisation refuse this"),
    "APP-231": (422, "There can be no such organisation"),
    "APP-218": (409, "The ledger tells of no such artefact"),
    "APP-224": (409, "They chose meanwhile"),
    "APP-242": (404, "There is no such forgetting"),
    "APP-243": (404, "There is no certificate yet"),
    "APP-245": (422, "The answer is another copy's"),
    "APP-246": (409, "The answer was overtaken"),
    "APP-276": (409, "The ledger has not come to that position"),
    "APP-300": (501, "This step was recorded by a later version"),
    "APP-311": (409, "Somebody was forgotten meanwhile"),
    "CORP-210": (409, "Of this artefact nothing can be proven"),
    "ADS-001": (404, "There are no audiences"),
    "ADS-006": (404, "There is no such audience"),
    "DLVR-037": (409, "Nobody could take it back"),
    "DLVR-039": (409, "Members choose meanwhile"),
    "DLVR-041": (422, "This answers no delivery"),
    "DLVR-042": (409, "The list is another than it should be"),
    "DLVR-002": (404, "There is no such copy"),
    "DLVR-007": (503, "The copy is being written to"),
    "DLVR-010": (422, "The message is not as it was signed"),
    "DLVR-020": (403, "No key of theirs is known"),
    "DLVR-021": (422, "This answers no message"),
    "DLVR-022": (409, "The copy holds other than it should"),
    "APP-250": (404, "There are no such suggestions"),
    "APP-251": (422, "So many suggestions cannot be made"),
    "APP-280": (404, "There are no such recommendations"),
    "APP-281": (422, "So many cannot be recommended"),
    "APP-282": (404, "There is no such item"),
    "APP-283": (422, "The setting decides nothing about this"),
    "RCMD-103": (422, "The sentence is too long"),
    "RCMD-104": (404, "Nothing was made yet"),
    "RCMD-100": (404, "Nothing is searched here"),
    "RCMD-110": (404, "Nobody is suggested here"),
    "ADS-080": (422, "So many attributes cannot be joined"),
    "ADS-081": (404, "There is no such attribute or value"),
    "ADS-082": (409, "The advertiser has as many as may be"),
    "ADS-083": (409, "The advertiser asked as often as may be"),
    "ADS-086": (409, "The log is too short to be told of"),
    "ADS-090": (404, "Advertisers are told nothing here"),
    "ADS-092": (404, "There can be no such advertiser"),
    "RCMD-120": (404, "There are no insights here"),
    "RCMD-126": (404, "There is no such region"),
    "RCMD-105": (409, "What was made is not of now"),
    "RCMD-107": (404, "Nothing of the kind is searched"),
    "RCMD-108": (422, "So many cannot be shown"),
    "RCMD-114": (422, "So many cannot be suggested"),
    "RCMD-125": (404, "There is no such release"),
    "RCMD-002": (404, "Nothing is recommended here"),
    "ADS-040": (404, "There are no campaigns here"),
    "ADS-045": (503, "Nothing can be leased of a budget"),
    "ADS-046": (503, "The budgets cannot be reached"),
    "ADS-050": (404, "There is no such choice"),
    "LEDG-009": (503, "The ledger is busy"),
    "LEDG-012": (503, "It is not known whether it was recorded"),
    "LEDG-013": (422, "This cannot be recorded"),
    "LEDG-014": (404, "There is no such entry"),
    "LEDG-015": (404, "There is no such proof"),
    "LEDG-023": (503, "The database cannot be reached"),
    "STOR-008": (404, "There is no such artefact"),
    "STOR-009": (404, "There is no such artefact"),
    "STOR-016": (404, "There is no such artefact"),
    "STOR-020": (404, "The artefact was purged"),
}
_OURS = (500, "The server cannot answer")

#: Seconds after which what passes by itself is worth asking again.
_RETRY_SECONDS = 1


class Fault(BaseModel):
    """One thing in a request that is not as described. `in`: body, path, query or header, and the way from there."""

    at: list[str | int] = Field(examples=[["body", "value"]])
    what: str = Field(examples=["Input should be 'on' or 'off'"])


class Problem(BaseModel):
    """What went wrong, and what can be done about it (RFC 9457)."""

    type: str = Field(examples=["urn:licet:error:APP-013"], description="Names the kind of error for good.")
    title: str = Field(examples=["There is no such subject"], description="The kind of error in words.")
    status: int = Field(examples=[404], description="The HTTP status.")
    detail: str = Field(
        examples=["nobody knows a subject 'nobody'"], description="What went wrong this time."
    )
    code: str = Field(examples=["APP-013"], description="The code under which docs/errors.md has it.")
    fix: str = Field(examples=["check the id"], description="What the caller can do; empty where nothing.")
    where: str | None = Field(None, examples=["members"], description="Where, if there is a place to name.")
    errors: list[Fault] | None = Field(None, description="Each fault of a request that was not as described.")


def status_of(error: LicetError) -> int:
    return _KNOWN.get(error.code, _OURS)[0]


def title_of(error: LicetError) -> str:
    """The kind of error in words that are anybody's to read."""
    return _KNOWN.get(error.code, _OURS)[1]


def problem(
    error: LicetError, *, faults: Sequence[Fault] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """The answer that tells of an error."""
    status, title = _KNOWN.get(error.code, _OURS)
    told = {
        "type": f"urn:licet:error:{error.code}", "title": title, "status": status, "detail": error.what,
        "code": error.code, "fix": error.fix,
    }  # fmt: skip
    if status >= 500:
        # What it says may name files, hosts and roles.
        _log.error("%s", error.line())
        told |= {
            "detail": title[:1].lower() + title[1:],
            "fix": "ask again with the same idempotency key"
            if status == 503
            else "tell the keeper of this server",
        }
    elif error.where and "/" not in error.where:
        told["where"] = error.where
    if faults:
        told["errors"] = [fault.model_dump() for fault in faults]
    more = dict(headers or {})
    if status == 503:
        more.setdefault("Retry-After", str(_RETRY_SECONDS))
    # Text may hold half a surrogate pair that the caller sent; escaped it is still JSON.
    return Response(json.dumps(told).encode("ascii"), status, more, media_type=MEDIA_TYPE)


def handle_problems(api: FastAPI, methods_at: Callable[[str], list[str]]) -> None:
    """Every way in which a route can fail, answered as a problem. methods_at: what a path can be used with."""

    @api.exception_handler(HTTPException)
    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == HTTPStatus.NOT_FOUND:
            return problem(no_such_address())
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
            said = AppError(
                "APP-095", "this address cannot be used in that way", fix="use a method that Allow names"
            )
            return problem(said, headers={"Allow": ", ".join(methods_at(path))})
        return problem(unreadable_request())

    async def failed(request: Request, error: Exception) -> Response:
        return problem_of(error)

    for kind in (LicetError, RequestValidationError, Exception):
        api.add_exception_handler(kind, failed)


def problem_of(error: Exception) -> Response:
    """The answer that tells of whatever went wrong; of what nobody foresaw it tells the kind alone."""
    if isinstance(error, LicetError):
        return problem(error)
    if isinstance(error, RequestValidationError):
        faults = [Fault(at=list(one["loc"]), what=_printable(one["msg"])) for one in error.errors()[:20]]
        return problem(unfit_request(), faults=faults)
    return problem(LicetError("APP-099", f"licet itself failed: {type(error).__name__}"))


def unfit_request() -> AppError:
    return AppError(
        "APP-090", "the request is not as the API describes it", fix="compare it with /api/v1/openapi.json"
    )


def unreadable_request() -> AppError:
    return AppError(
        "APP-098", "the request cannot be read", fix="send JSON in UTF-8, and paths percent-encoded in UTF-8"
    )


def no_such_address() -> AppError:
    return AppError(
        "APP-094", "there is no such address in the API", fix="see /api/v1/openapi.json for those there are"
    )


def too_large(most_bytes: int) -> AppError:
    return AppError(
        "APP-096", f"a request may have at most {most_bytes} bytes", fix="ask for fewer things at a time"
    )


def _printable(text: Any) -> str:
    return "".join(char if char.isprintable() else "�" for char in str(text))[:300]
