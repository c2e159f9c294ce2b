"""Law 5, one meaning: for generated worlds the gate and `decide` agree on rows, cells, columns, reasons, counts.

`LICET_PARITY_CASES=10000000 pytest tests/parity` compares at least that many single decisions in larger worlds;
`LICET_PARITY_SEED` says where to start. `LICET_EFFORT` multiplies the small, shrinkable worlds.
"""

from __future__ import annotations

import os
import random
from collections import Counter

from hypothesis import given

from licet.testing import World, make_world, worlds
from licet.testing.agreement import assert_agree, rows_expected, rows_of
from licet.testing.effort import examples
from licet.testing.expected import expect, people_of
from licet.testing.standin import open_gate

CASES = int(os.environ.get("LICET_PARITY_CASES", "10000"))
ROWS = 150 if CASES < 1_000_000 else 6000
SEED = int(os.environ.get("LICET_PARITY_SEED", "0"))


@examples(15)
@given(worlds())
def test_gate_and_decide_agree_on_small_worlds(world: World) -> None:
    assert_agree(open_gate(world), world)


def test_gate_and_decide_agree_on_larger_worlds() -> None:
    compared, seed = 0, SEED
    seen: Counter[str | None] = Counter()
    while compared < CASES:
        world = make_world(random.Random(seed), most_members=ROWS // 4, most_rows=ROWS, tables=2)
        try:
            compared += assert_agree(open_gate(world), world, columns_too=False)
        except AssertionError as difference:
            difference.add_note(f"LICET_PARITY_SEED={seed}")
            raise
        for name in world.catalogue.tables:
            seen.update(verdict.code for verdict in expect(world, name).verdicts)
        seed += 1
    few = [code for code in (EVERY_CODE if CASES >= 50_000 else COMMON_CODES) if not seen[code]]
    assert not few, f"no generated row met {few}"


COMMON_CODES = (
    None, "no_rule", "subject_unknown", "region_unknown", "age_unknown", "created_unknown", "refused", "off_by_default",
)  # fmt: skip
#: What rows of a table can be told; the other codes are about words a gate refuses to open with.
EVERY_CODE = (
    None, "closed_by_vocabulary", "category_unknown", "unlabelled", "no_rule", "forbidden", "too_early", "too_late",
    "subject_unknown", "subjects_disagree", "region_unknown", "region_not_covered", "age_unknown", "under_age",
    "age_not_covered", "plan_unknown", "plan_not_covered", "visibility_unknown", "visibility_not_covered",
    "created_unknown", "created_not_covered", "refused", "off_by_default", "not_asked", "default_unknown",
)  # fmt: skip


@examples(6)
@given(worlds())
def test_asking_for_some_subjects_keeps_just_the_permitted_rows_about_them(world: World) -> None:
    gate = open_gate(world)
    for name, table in world.catalogue.tables.items():
        everyone = {one for row in world.tables[name].to_pylist() for one in people_of(row, table) if one}
        wanted = sorted(everyone)[::2]
        read = gate.read(name, wanted)
        told = expect(world, name, wanted)
        assert rows_of(read.to_pylist()) == rows_expected(told, set(read.column_names))
