"""Law 5 on items: rows about nobody of which a column names a person, who decides about that and not about the item.

A file of such rows stands twice in the catalogue: as items about nobody, of which that column has no label, and as rows
about whom it names. So a null, an unknown name and a no take nothing from the items, and a yes adds nothing to them.
"""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from licet.decide import Policy
from licet.enforce import Access
from licet.enforce.spark_engine import SparkEngine
from licet.enforce.spark_types import fitted
from licet.packs import open_pack
from licet.sources.catalogue import Catalogue
from licet.terms.moments import parse_moment
from licet.testing.agreement import assert_table_agrees
from licet.testing.drawn_people import make_choices, make_signals
from licet.testing.memory_ledger import open_gate
from licet.testing.worlds import World

PACK = open_pack("exemplum")
MEMBERS = ("ann", "ben", "cy")
USES = [
    use for use in PACK.uses() if use.purpose in ("recommender_training", "recommendation", "ad_targeting")
]
CATALOGUE = {
    "licet_catalogue": 2,
    "facts": {"table": "members", "subject": "who", "region": "region", "birth_date": "born"},
    "tables": {
        "members": {"location": {"arrow": "members"}, "subjects": ["who"], "columns": {}},
        "jobs": {
            "location": {"arrow": "jobs"}, "about": "nobody", "key": "job", "visibility_is": "public",
            "columns": {"job": "organisation.job_postings", "title": "organisation.job_postings"},
        },
        "job_contacts": {
            "location": {"arrow": "job_contacts"}, "key": "job", "subjects": ["recruiter"], "visibility_is": "public",
            "columns": {"job": "activity", "recruiter": "activity"}, "references": {"job": "jobs"},
        },
    },
}  # fmt: skip

#: Nobody, members, somebody whom the facts do not know.
RECRUITERS = [None, *MEMBERS, "stranger"]


def network(names: list[str | None], seed: int, purpose: str, recipient: str) -> World:
    rng = random.Random(seed)
    born = [rng.choice([date(1980, 1, 1), date(2010, 1, 1), None]) for _ in MEMBERS]
    regions = [rng.choice(["CH", "CA-QC", "US", None]) for _ in MEMBERS]
    jobs = pa.table(
        {
            "job": pa.array([f"j{n}" for n in range(len(names))], pa.string()),
            "title": pa.array(["Nurse"] * len(names), pa.string()),
            "recruiter": pa.array(names, pa.string()),
        }
    )
    members = pa.table(
        {"who": list(MEMBERS), "region": pa.array(regions, pa.string()), "born": pa.array(born, pa.date32())}
    )
    return World(
        Policy(PACK), Catalogue.model_validate(CATALOGUE), {"members": members, "jobs": jobs, "job_contacts": jobs},
        make_choices(rng, [*MEMBERS, "stranger"], [PACK]), make_signals(rng, MEMBERS), purpose, recipient,
        parse_moment("2026-06-30T18:00:00"),
    )  # fmt: skip


@pytest.mark.parametrize("use", USES, ids=lambda use: use.purpose)
def test_whoever_an_item_names_decides_about_their_name_and_not_about_the_item(use: Any) -> None:
    names = [*RECRUITERS, *random.Random(use.purpose).choices(RECRUITERS, k=5)]
    world = network(names, len(use.purpose), use.purpose, use.recipient)
    gate = open_gate(world)
    for table in ("jobs", "job_contacts"):
        assert assert_table_agrees(gate, world, table).cases
    offered = Access({use.purpose: gate}, b"").items("jobs").read_all()
    assert offered.num_rows == (len(names) if use.purpose != "ad_targeting" else 0)
    assert "recruiter" not in offered.column_names
    shown = gate.read("job_contacts").to_pylist()
    assert {row["recruiter"] for row in shown} <= {*MEMBERS}
    others = world._replace(
        tables=world.tables | {"jobs": network([None] * len(names), 0, *use).tables["jobs"]}
    )
    unnamed = Access({use.purpose: open_gate(others)}, b"").items("jobs").read_all()
    assert sorted(map(repr, unnamed.to_pylist())) == sorted(map(repr, offered.to_pylist())), (
        "nobody's name changes what is said of an item"
    )


@pytest.mark.parametrize("use", USES[:1], ids=lambda use: use.purpose)
def test_on_spark_too(spark_session: Any, use: Any) -> None:
    world = network([None, "ann", "ben", "stranger", "cy", "ann"], 3, use.purpose, use.recipient)
    known = world._replace(tables={name: fitted(table) for name, table in world.tables.items()})
    gate = open_gate(world, SparkEngine(spark_session))
    assert assert_table_agrees(gate, known, "jobs").codes == {"permitted": 6}
    assert assert_table_agrees(gate, known, "job_contacts").codes
