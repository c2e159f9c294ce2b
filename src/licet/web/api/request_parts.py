"""What several routes share: the subject in a path, texts and moments as they are sent, the workspace.

A subject's id may be any text. In a path it is one segment, percent-encoded; paths are matched as they were sent and
decoded after, so that ``%2F`` in an id is no step of the path. What only looks at the request is a coroutine: a thread
of its own for each would cost more than all it does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import Depends, Path, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from licet.app import Workspace
from licet.terms import LicetError
from licet.terms.canonical import JsonObject
from licet.terms.moments import parse_moment
from licet.web.api.problem_details import unreadable_request

#: Letters of an id. The ledger on PostgreSQL takes 2,560 bytes of subject, setting and kind of data together.
MOST_ID_LETTERS = 512

_MOST_MOMENT_LETTERS = 64


def _as_whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


#: Of a whole number, after its bounds: JSON writes 3 as 3.0, too, and text is none.
AsWhole = BeforeValidator(_as_whole)


class PlainRequest(Request):
    """A request whose JSON all read alike: of a name that stands twice some take the first, others the last."""

    async def json(self) -> Any:
        """Raises: JSONDecodeError for what is none, and where one object has a name twice."""
        if not hasattr(self, "_json"):
            self._json = json.loads(await self.body(), object_pairs_hook=each_name_once)
        return self._json


class PlainRoute(APIRoute):
    """A route that is handed a `PlainRequest`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_plain(request: Request) -> Response:
            return await handle(PlainRequest(request.scope, request.receive))

        return handle_plain


def each_name_once(pairs: list[tuple[str, Any]]) -> JsonObject:
    """An object as it was written. Raises: JSONDecodeError where it has a name twice."""
    named = dict(pairs)
    if len(named) != len(pairs):
        raise json.JSONDecodeError("a name stands twice in one object", "", 0)
    return named


async def our_workspace(request: Request) -> Workspace:
    workspace: Workspace = request.app.state.workspace
    return workspace


async def subject_in_path(
    request: Request,
    subject: Annotated[
        str,
        Path(
            description="The member's id, percent-encoded.",
            examples=["42"],
        ),
    ],
) -> str:
    """Raises: AppError APP-098 for what is no UTF-8, APP-013 for what can be nobody's id."""
    decoded = _decoded(subject)
    if not decoded or "\x00" in decoded or len(decoded) > MOST_ID_LETTERS:
        # The error names the members' table, so it may read files.
        raise await run_in_threadpool((await our_workspace(request)).unknown, decoded[:60])
    return decoded


def _moment(text: object) -> datetime:
    if not isinstance(text, str) or len(text) > _MOST_MOMENT_LETTERS:
        raise ValueError("a moment is text such as 2025-11-03T14:00:00Z, or a day")
    try:
        return parse_moment(text)
    except LicetError as error:
        raise ValueError(error.what) from None


def _number(value: object) -> object:
    # In JSON 3.0 is 3; "3" and true are not.
    if isinstance(value, str | bool):
        raise ValueError("a number is needed")
    return value


async def setting_in_path(
    setting: Annotated[
        str, Path(description="The setting's id.", examples=["data_for_generative_ai_improvement"])
    ],
) -> str:
    """Raises: AppError APP-098 for what is no UTF-8."""
    return _decoded(setting)


async def organisation_in_path(
    organisation: Annotated[
        str, Path(description="The organisation's id, percent-encoded.", examples=["acme"])
    ],
) -> str:
    """Raises: AppError APP-098 for what is no UTF-8."""
    return _decoded(organisation)


async def export_in_path(
    export: Annotated[
        str, Path(description="The copy's id, as `licet exports` shows it.", examples=["00c1a2b3d4e5f607"])
    ],
) -> str:
    """Raises: AppError APP-098 for what is no UTF-8."""
    return _decoded(export)


async def advertiser_in_path(
    advertiser: Annotated[str, Path(description="Who asks, percent-encoded.", examples=["acme"])],
) -> str:
    """Raises: AppError APP-098 for what is no UTF-8."""
    return _decoded(advertiser)


def _decoded(text: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise unreadable_request() from None


Setting = Annotated[str, Depends(setting_in_path)]
Organisation = Annotated[str, Depends(organisation_in_path)]
Export = Annotated[str, Depends(export_in_path)]
Advertiser = Annotated[str, Depends(advertiser_in_path)]
Ours = Annotated[Workspace, Depends(our_workspace)]
Subject = Annotated[str, Depends(subject_in_path)]

#: Text that the ledger and every database can hold.
Id = Annotated[str, Field(min_length=1, max_length=MOST_ID_LETTERS, pattern=r"^[^\x00]*$")]
Word = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]

#: A number of entries. JSON's numbers are exact up to here.
MOST_ENTRIES = 2**53 - 1
Place = Annotated[int, Field(ge=0, le=MOST_ENTRIES), BeforeValidator(_number)]
#: The same in a path or a query, where everything is text.
PlaceText = Annotated[int, Field(ge=0, le=MOST_ENTRIES)]

Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}
    ),
]


class Sent(BaseModel):
    """A body as it is sent: what it does not know is refused, so that a misspelt word is not passed over."""

    model_config = ConfigDict(extra="forbid")
