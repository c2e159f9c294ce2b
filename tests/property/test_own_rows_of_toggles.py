"""One member's own rows are the gate's, cell for cell, for every way in which two toggles stand, regions and ages.

Each member of a small demo network has one combination: of "learn from my data" and "personalise what I see", of where
they live and of how old they are, known or not.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import licet
from licet.app import Workspace
from licet.sources.demo import member_id
from licet.terms.moments import parse_moment
from licet.testing.agreement import rows_of

AT = parse_moment("2026-06-30T18:00:00")
TOGGLES = tuple(itertools.product((True, False), repeat=2))
REGIONS = ("CH", "CA-QC", "US", None)
BORN = (date(2011, 1, 1), date(2009, 1, 1), date(1990, 1, 1), None)
EVERYBODY = list(itertools.product(TOGGLES, REGIONS, BORN))
#: What each purpose asks of whom it passes something: the toggle's place, and how old they must be.
ASKS = {"recommender_training": (0, BORN[2:3]), "recommendation": (1, BORN[1:3])}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    root = tmp_path_factory.mktemp("toggles") / "w"
    with licet.open(root, make=True, clock=lambda: AT) as made:
        made.data.make_demo_world(len(EVERYBODY))
        file = root / "data" / "demo" / "members.parquet"
        members = pq.read_table(file)
        for name, values in (
            ("region", [who[1] for who in EVERYBODY]),
            ("birth_date", [who[2] for who in EVERYBODY]),
        ):
            place = members.schema.get_field_index(name)
            field = members.schema.field(place)
            members = members.set_column(place, field, pa.array(values, field.type))
        pq.write_table(members, file)
        made.policies.use("exemplum")
        for k, (toggles, _, _) in enumerate(EVERYBODY):
            for setting, is_on in zip(("learning", "personalisation"), toggles, strict=True):
                if not is_on:
                    made.choices.choose(member_id(k), setting, "off")
        yield made


@pytest.mark.parametrize("purpose", ASKS)
def test_own_rows_are_the_gates_for_every_way_two_toggles_stand(workspace: Workspace, purpose: str) -> None:
    gate, serving = workspace.gate(purpose), workspace.serving(purpose)
    tables = workspace.catalogue.tables
    permitted = {name: gate.read(name).to_pylist() for name in tables}
    whose = {name: _whose(workspace, name) for name in tables}
    place, ages = ASKS[purpose]
    with_rows: Counter[bool] = Counter()
    for k, (toggles, region, born) in enumerate(EVERYBODY):
        own = serving.own(member_id(k)).tables
        may = toggles[place] and born in ages and region is not None
        with_rows[bool(own)] += 1
        assert bool(own) == may, (member_id(k), toggles, region, born)
        for name, table in tables.items():
            wanted = [row for row in permitted[name] if row[table.key] in whose[name].get(member_id(k), ())]
            got = own[name].to_pylist() if name in own else []
            hidden = (
                dict.fromkeys(permitted[name][0].keys() - (got[0].keys() if got else ())) if wanted else {}
            )
            assert rows_of([row | hidden for row in got]) == rows_of(wanted), (name, member_id(k))
    assert with_rows[True] and with_rows[False]


def _whose(workspace: Workspace, name: str) -> dict[str, set[Any]]:
    """By member the keys of the rows about them, of whatever stands in the file."""
    table = workspace.catalogue.tables[name]
    found: dict[str, set[Any]] = {}
    if table.subjects:
        file = workspace.layout.root / str(table.location.parquet)
        for row in pq.read_table(file, columns=[table.key, *table.subjects]).to_pylist():
            for column in table.subjects:
                for who in row[column] if isinstance(row[column], list) else [row[column]]:
                    found.setdefault(who, set()).add(row[table.key])
    return found
