"""The API held to its own description by schemathesis, in this process: generated requests, every check it has.

Good requests and bad ones, with a token; answers are held to the described statuses, media types, headers and schemas,
and no answer may be a server error. Bounded and the same every time.
"""

from __future__ import annotations

import contextlib
import itertools
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from journeys.api import make_token
from journeys.networks import make_network, member, post
from journeys.site import ADDRESS
from licet.web.api.description import describe
from licet.web.api.routes import make_api
from licet.web.application import make_application
from licet.web.config import ServeConfig

_keys = itertools.count()

#: Read off the description; whose workspace it would be does not matter to it.
OPERATIONS = [
    (method, path)
    for path, operations in describe(make_api(None))["paths"].items()  # type: ignore[arg-type]
    for method in operations
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("api") / "w"
    rows = {"members": [member("ann"), member("42")], "posts": [post("p1", "ann", "Bread wants time")]}
    with make_network(root, rows) as workspace:
        workspace.choose("42", "ai", "off")
        workspace.corpus_build()
    yield make_application(ServeConfig(root, ADDRESS)), make_token(root)


@pytest.fixture(scope="module")
def operations(served: Any) -> dict[tuple[str, str], Any]:
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", served[0], headers={"Host": "127.0.0.1"})
    found = [result.ok() for result in schema.get_all_operations()]
    return {(one.method, one.path): one for one in found}


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=str)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_operation_is_as_described(
    served: Any, operations: dict[tuple[str, str], Any], method: str, path: str, mode: GenerationMode
) -> None:
    token = f"Bearer {served[1]}"

    @settings(
        max_examples=10, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operations[method, path].as_strategy(generation_mode=mode))
    def held(case: Any) -> None:
        headers = {"Authorization": token, "Host": "127.0.0.1"}
        if mode is GenerationMode.POSITIVE and "Idempotency-Key" in (case.headers or {}):
            headers["Idempotency-Key"] = (
                f"k{next(_keys)}"  # used twice for different things, it is rightly refused
            )
        case.call_and_validate(headers=headers)

    with contextlib.suppress(Unsatisfiable):  # nothing can be wrong about a request that says nothing
        held()
