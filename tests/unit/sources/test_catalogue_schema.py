"""The catalogue's JSON Schema, for editors: it takes what loads and complains of what does not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from licet.sources.catalogue import catalogue_schema
from unit.packs.schema_check import violations

ROOT = Path(__file__).parents[3]
EXAMPLES = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "catalogue.md").read_text(), re.DOTALL)


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_catalogues_of_the_docs_are_as_the_schema_says(text: str) -> None:
    assert violations(yaml.safe_load(text), catalogue_schema()) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"keys": "id"}, {"about": "somebody"}, {"subjects": 7}, {"edge": {"from_": "a", "to": "b"}},
        {"event": {"actor": "a"}}, {"references": ["posts"]}, {"location": {"parket": "x"}},
    ],
)  # fmt: skip
def test_what_no_catalogue_says_is_complained_of(wrong: dict[str, object]) -> None:
    table = {"location": {"parquet": "x"}, "columns": {}} | wrong
    assert violations({"licet_catalogue": 2, "tables": {"t": table}}, catalogue_schema())


def test_everything_in_it_is_described_by_name() -> None:
    schema = catalogue_schema()
    assert {"from", "to"} == {*schema["$defs"]["Edge"]["properties"]}
    assert all(told.get("title") for told in schema["$defs"]["Table"]["properties"].values())
