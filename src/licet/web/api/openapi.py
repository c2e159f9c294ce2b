"""The API's description of itself: OpenAPI 3.1, with what every route has in common added once."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.routing import compile_path

from licet.terms.canonical import JsonObject
from licet.web.api.problem_details import MEDIA_TYPE, Problem

_ABOUT = """The operations of licet for a platform that keeps its own settings page and calls ours.

**Tokens.** `licet tokens create --name NAME --scope SCOPE` prints one; send it as `Authorization: Bearer`. What an
operation needs stands with it.

**Durable.** A choice answered with 200 is on the disk and governs every decision that starts afterwards. It names the
ledger's `position`; a decision can demand it as `min_position`.

**Sent again.** A POST that writes takes an `Idempotency-Key`: sent again with the same key, it is answered the same and
recorded once.

**Errors** are `application/problem+json` (RFC 9457); `code` is documented in docs/errors.md.
"""

#: What any operation may be answered with besides its own; the rest falls under `default`.
_PROBLEMS = {
    "400": "The request cannot be read.",
    "401": "No valid token.",
    "403": "The token has not the scope.",
    "404": "What is named is not there.",
    "409": "The ledger is not there yet.",
    "413": "The request is too large.",
    "422": "The request is not as described here.",
    "429": "Too many requests; `Retry-After` says when to come back.",
    "503": "The ledger cannot be reached now; `Retry-After` says when to come back.",
    "default": "Any other error.",
}


def describe(api: FastAPI) -> JsonObject:
    """The description, made once an application."""
    if api.openapi_schema is None:
        made = get_openapi(
            title=api.title, version=api.version, openapi_version="3.1.0", summary="Members' choices, with proof",
            description=_ABOUT, routes=api.routes, servers=[{"url": "/api/v1"}],
            license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        )  # fmt: skip
        schemas = made["components"]["schemas"]
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= problem.pop("$defs") | {"Problem": problem}
        for path in made["paths"].values():
            for operation in path.values():
                operation["responses"].pop("422", None)
                operation["responses"] |= {
                    status: {
                        "description": said,
                        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
                    }
                    for status, said in _PROBLEMS.items()
                }
        api.openapi_schema = made
    return api.openapi_schema


def methods_at(api: FastAPI, path: str) -> list[str]:
    """What a path of the API can be used with."""
    return sorted(method.upper() for operations in _described_at(api, path) for method in operations)


def parameters_at(api: FastAPI, path: str, method: str) -> set[str]:
    """The names of the parameters that a path takes in its query."""
    return {
        one["name"]
        for operations in _described_at(api, path)
        for one in operations.get(method.lower(), {}).get("parameters", ())
        if one["in"] == "query"
    }


def _described_at(api: FastAPI, path: str) -> Iterator[JsonObject]:
    for template, operations in describe(api)["paths"].items():
        if compile_path(template)[0].match(path):
            yield operations
