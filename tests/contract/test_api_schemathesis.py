"""The API held to its own description by schemathesis, in this process: generated requests, every check it has.

Good requests and bad ones, with a token; answers are held to the described statuses, media types, headers and schemas,
and no answer may be a server error. Bounded and the same every time. What a description cannot say in full is made
here: cursors as lists give them out, files that are files of choices, two ids that are two.
"""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import json
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from journeys.api import make_token
from journeys.networks import make_network, member, post
from journeys.site import ADDRESS
from licet.testing.effort import EFFORT
from licet.web.api.api_application import make_api
from licet.web.api.cursors import to_cursor
from licet.web.api.openapi import describe
from licet.web.application import make_application
from licet.web.config import ServeConfig

_keys = itertools.count()

_IDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20)
_CHOICES = st.lists(
    st.fixed_dictionaries(
        {
            "subject": _IDS, "setting": st.just("ai"), "state": st.sampled_from(["on", "off"]),
            "when": st.dates(min_value=date(2015, 1, 1), max_value=date(2025, 1, 1)).map(date.isoformat),
        },
        optional={"category": st.just("content.posts")},
    ),
    min_size=1, max_size=5,
)  # fmt: skip


def as_csv(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, ["subject", "setting", "state", "when", "category"])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_json_lines(rows: list[dict[str, str]]) -> bytes:
    return b"\n".join(json.dumps(row).encode() for row in rows)


def as_parquet(rows: list[dict[str, str]]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


def as_arrow(rows: list[dict[str, str]]) -> bytes:
    sink, table = io.BytesIO(), pa.Table.from_pylist(rows)
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def as_arrow_stream(rows: list[dict[str, str]]) -> bytes:
    sink, table = io.BytesIO(), pa.Table.from_pylist(rows)
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


#: By media type, how a file of choices is written.
FILES: dict[str, Callable[[list[dict[str, str]]], bytes]] = {
    "text/csv": as_csv, "application/jsonl": as_json_lines, "application/x-ndjson": as_json_lines,
    "application/vnd.apache.parquet": as_parquet, "application/vnd.apache.arrow.file": as_arrow,
    "application/vnd.apache.arrow.stream": as_arrow_stream,
}  # fmt: skip
for _name, _written in FILES.items():
    schemathesis.openapi.media_type(_name, _CHOICES.map(_written))

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
        max_examples=5 * EFFORT, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operations[method, path].as_strategy(generation_mode=mode))
    def held(case: Any) -> None:
        headers = {"Authorization": token, "Host": "127.0.0.1"}
        if mode is GenerationMode.POSITIVE:
            if "Idempotency-Key" in (case.headers or {}):
                headers["Idempotency-Key"] = (
                    f"k{next(_keys)}"  # used twice for different things, it is rightly refused
                )
            if "cursor" in (case.query or {}):
                case.query["cursor"] = to_cursor(next(_keys))  # one that no list gave out is rightly refused
            if path.endswith(("/rename", "/distinct")):
                assume(unquote(case.path_parameters["subject"]) not in case.body.values())
        case.call_and_validate(headers=headers)

    with contextlib.suppress(Unsatisfiable):  # nothing can be wrong about a request that says nothing
        held()
