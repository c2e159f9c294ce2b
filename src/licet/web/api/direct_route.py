"""A route that is asked a thousand times a second: its body is read and held to its model once, and no more is done.

Described like any other and as strict: the token has the scopes that the route names, a name stands once in an object,
what the model does not know is refused. `Api` hands its requests straight to it, past the framework's search among
routes and its threads; so what it calls waits for nobody, or goes to a thread by itself.
"""

from __future__ import annotations

import email.message
import json
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, get_type_hints

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from licet.web.api.problem_details import unreadable_request
from licet.web.api.request_parts import each_name_once
from licet.web.api.token_check import refuse_missing_scope, refuse_parameters


class DirectRoute(APIRoute):
    """Of an endpoint that takes `workspace` and `body`, a model with a `weight`, and returns the whole answer."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        super().__init__(path, endpoint, **more)
        self._answer: Callable[..., Awaitable[Response]] = endpoint
        self._model: type[BaseModel] = get_type_hints(endpoint)["body"]
        self._scopes = [scope for one in self.dependencies for scope in getattr(one, "scopes", None) or ()]
        assert self._scopes, f"{path} would be open to every token"

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return self.answer

    async def answer(self, request: Request) -> Response:
        """Raises: AppError APP-090, APP-092, APP-098 and what the endpoint does; RequestValidationError."""
        scope = request.scope
        refuse_missing_scope(scope["licet_token"], self._scopes)
        refuse_parameters(request.query_params, set())
        body = self._read(request, await request.body())
        scope["licet_limiter"].owe(scope["licet_token"].id, body.weight - 1)
        return await self._answer(workspace=scope["licet_workspace"], body=body)

    def _read(self, request: Request, sent: bytes) -> Any:
        said: Any = sent
        try:
            if _is_json(request.headers.get("content-type", "")):
                said = json.loads(sent, object_pairs_hook=each_name_once)
            return self._model.model_validate(said)
        except json.JSONDecodeError as error:
            faults: list[Any] = [{"loc": ("body", error.pos), "msg": "JSON decode error"}]
        except ValidationError as error:
            faults = [{**one, "loc": ("body", *one["loc"])} for one in error.errors(include_url=False)]
        except (ValueError, RecursionError):
            raise unreadable_request() from None
        raise RequestValidationError(faults)


def _is_json(said: str) -> bool:
    if said == "application/json":
        return True
    message = email.message.Message()
    message["content-type"] = said
    kind = message.get_content_subtype()
    return message.get_content_maintype() == "application" and (kind == "json" or kind.endswith("+json"))
