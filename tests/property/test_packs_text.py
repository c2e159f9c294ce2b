"""Any text either loads or is refused with a code and a place; layout never changes what a pack says."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.packs import Pack, PackErrors, difference, open_pack, parse_pack, shipped
from unit.packs.pack_samples import pack_text, pack_value

SAMPLE = pack_text()


def load(text: str) -> Pack | PackErrors:
    try:
        return parse_pack(text, "x.yaml")
    except PackErrors as error:
        return error


@settings(deadline=None)
@given(st.one_of(st.text(), st.text(alphabet="[]{}:,-#&*!|>'\"%@` \n\tab0")))
def test_any_text_loads_or_is_refused(text: str) -> None:
    outcome = load(text)
    assert isinstance(outcome, PackErrors)
    for problem in outcome.problems:
        assert re.fullmatch(r"PACK-\d{3}", problem.code) and problem.what and problem.fix
        assert problem.where.startswith("x.yaml")


@settings(deadline=None)
@given(st.data())
def test_a_damaged_pack_loads_or_is_refused_with_its_line(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(SAMPLE)))
    end = data.draw(st.integers(start, min(len(SAMPLE), start + 20)))
    text = SAMPLE[:start] + data.draw(st.text(alphabet="[]{}:,-#&*!' \nax0~", max_size=5)) + SAMPLE[end:]
    outcome = load(text)
    if isinstance(outcome, PackErrors):
        lines = [problem.where.split(":")[1] for problem in outcome.problems if ":" in problem.where]
        assert lines == sorted(lines, key=int)
        assert all(1 <= int(line) <= text.count("\n") + 1 for line in lines)


def shuffled(value: Any, data: st.DataObject) -> Any:
    if isinstance(value, dict):
        return {key: shuffled(value[key], data) for key in data.draw(st.permutations(list(value)))}
    return [shuffled(item, data) for item in value] if isinstance(value, list) else value


@settings(deadline=None)
@given(st.data(), st.booleans(), st.integers(20, 200))
def test_layout_and_the_order_of_keys_never_change_the_digest(
    data: st.DataObject, flow: bool, width: int
) -> None:
    text = yaml.safe_dump(shuffled(pack_value(), data), default_flow_style=flow, width=width, sort_keys=False)
    assert parse_pack(text).digest == parse_pack(SAMPLE).digest


@pytest.mark.parametrize("one", shipped())
@pytest.mark.parametrize("other", shipped())
def test_a_pack_survives_its_own_json_and_differs_only_from_another(one: str, other: str) -> None:
    before, after = open_pack(one), open_pack(other)
    again = parse_pack(yaml.safe_dump(before.as_json()))
    assert again.digest == before.digest and difference(before, again) == []
    assert (difference(before, after) == []) is (before.digest == after.digest)
