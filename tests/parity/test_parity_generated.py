"""Law 5, one meaning: for generated worlds the gate and `decide` agree on rows, cells, columns, reasons, counts.

`make parity` is the long run of the same, to ten million single decisions. `LICET_EFFORT` multiplies the small,
shrinkable worlds here.
"""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given

from licet.testing.agreement import assert_agree, rows_expected, rows_of
from licet.testing.answer_comparison import compare
from licet.testing.drawn_shapes import make_worlds
from licet.testing.effort import examples
from licet.testing.expected_refusals import people_of
from licet.testing.expected_rows import expect
from licet.testing.features import features
from licet.testing.memory_ledger import open_gate
from licet.testing.reach import CODES, missing
from licet.testing.unordered_tables import UnorderedTables
from licet.testing.worlds import World, worlds


@examples(8)
@given(worlds())
def test_gate_and_decide_agree_on_small_worlds(world: World) -> None:
    assert_agree(open_gate(world), world)
    assert_agree(open_gate(world, UnorderedTables(threads=1)), world)


@pytest.mark.parametrize("shape", ["ordinary", "wide", "ruled"])
def test_gate_and_decide_agree_on_larger_worlds(shape: str) -> None:
    outcome = compare(seed=0, number=0, shape=shape)
    assert outcome.failure is None, outcome.failure
    assert outcome.cases >= 2_000 and outcome.meant >= 50


@examples(4)
@given(worlds())
def test_asking_for_some_subjects_keeps_just_the_permitted_rows_about_them(world: World) -> None:
    gate = open_gate(world)
    for name, table in world.catalogue.tables.items():
        everyone = {one for row in world.tables[name].to_pylist() for one in people_of(row, table) if one}
        wanted = sorted(everyone)[::2]
        read = gate.read(name, wanted)
        told = expect(world, name, wanted)
        assert rows_of(read.to_pylist()) == rows_expected(told, set(read.column_names))


def test_generated_worlds_reach_every_feature_and_every_reason() -> None:
    met: Counter[str] = Counter()
    for shape, worlds_of_it in (("small", 120), ("ruled", 30), ("wide", 20), ("ordinary", 10)):
        for number in range(worlds_of_it):
            for world in make_worlds(1, number, shape)[1]:
                met += features(world, rows=12 if shape == "small" else 6)
    of_whole_rows = dict.fromkeys(
        (
            "unlabelled",
            "subjects_disagree",
            "reference_withheld",
            "record_refused",
            "organisation_refused",
        ),
        1,
    )
    codes = Counter({code: met[f"code: {code}"] for code in CODES} | of_whole_rows)
    assert not missing(codes, met)
