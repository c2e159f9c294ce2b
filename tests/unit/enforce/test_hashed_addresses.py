"""Hashed addresses: made by the gate alike on every engine, and no address is ever shown in their place."""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from enforce_samples import FACTS, make_gate
from pydantic import ValidationError

from licet.enforce import Gate
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.engine import Engine
from licet.enforce.spark_engine import SparkEngine
from licet.sources.address_schemes import WRITINGS, identifier
from licet.sources.catalogue import Catalogue, Table
from licet.terms import SourceError

ADDRESSES = [
    "cloudy.sanfrancisco+shopping@gmail.com", " Mary@Example.com\n", "ana@example.com.", ".ana@example.com",
    "ana @example.com", "a.b+c@googlemail.com", "+@gmail.com", "..@gmail.com", None, "", "ana", "@x", "x@", "a@b@c",
    "ÄNA@example.com", "İ@x.com", "\u212a@x.com", "ana@bücher.example", "\tana@example.com\r\n\n",
    "ana\x0b@example.com", "a" * 250 + "@x.com", "a" * 2000 + "@x.com", "ana@exa\nmple.com", "ana@example.com\u2028",
    "'; DROP TABLE x; --@x.com", "\\n@x.com", "%_@x.com",
]  # fmt: skip
RULE = {
    "id": "lists", "effect": "permit", "purposes": ["recommendation"], "categories": ["contact.email.hashed"],
    "notice": "n",
}  # fmt: skip


def drawn(count: int) -> list[str]:
    rng = random.Random(3)
    letters = " .+@aZgmail.com\t\n-_'\"\\%é"
    return ["".join(rng.choices(letters, k=rng.randrange(1, 16))) for _ in range(count)]


def gate_over(folder: Path, engine: Engine, addresses: list[str | None], **table: Any) -> Gate:
    ids = [str(number) for number in range(len(addresses))]
    rows = pa.table({"id": ids, "who": ["ann"] * len(ids), "email": pa.array(addresses, pa.string())})
    pq.write_table(rows, folder / "posts.parquet")
    columns = {f"for_{scheme}": "contact.email.hashed" for scheme in WRITINGS}
    hashed = {f"for_{scheme}": {"from": "email", "scheme": scheme} for scheme in WRITINGS}
    catalogued = {
        "location": {"parquet": "posts.parquet"}, "key": "id", "subjects": ["who"], "created": None, "visibility": None,
        "columns": {"id": "content.posts", "email": "contact.email", **columns}, "hashed": hashed,
    } | table  # fmt: skip
    catalogue = Catalogue.model_validate(
        {
            "licet_catalogue": 2,
            "facts": FACTS,
            "tables": {"members": {"location": {"arrow": "members"}, "columns": {}}, "posts": catalogued},
        }
    )  # fmt: skip
    return make_gate(RULE, catalogue=catalogue, base=folder, engine=engine)


@pytest.fixture(params=["duckdb", "spark"])
def engine(request: pytest.FixtureRequest) -> Engine:
    if request.param == "duckdb":
        return DuckDBEngine(threads=1)
    return SparkEngine(request.getfixturevalue("spark_session"))


def test_every_engine_makes_the_identifier_and_shows_no_address(engine: Engine, tmp_path: Path) -> None:
    addresses = [*ADDRESSES, *drawn(300)]
    gate = gate_over(tmp_path, engine, addresses)
    shown = gate.table("posts").to_pyarrow().to_pydict()
    assert "email" not in shown and len(shown["id"]) == len(addresses)
    by_scheme = {scheme: shown[f"for_{scheme}"] for scheme in WRITINGS}
    expected = {
        scheme: [None if one is None else identifier(one, scheme) for one in addresses] for scheme in WRITINGS
    }
    assert {scheme: sorted(map(str, found)) for scheme, found in by_scheme.items()} == {
        scheme: sorted(map(str, found)) for scheme, found in expected.items()
    }
    # beside one another, row by row
    rows = itertools.zip_longest(*by_scheme.values())
    assert sorted(map(str, rows)) == sorted(map(str, zip(*expected.values(), strict=True)))
    assert sum(one is not None for one in expected["google"]) > 20


def test_a_prepared_table_shows_the_same(engine: Engine, tmp_path: Path) -> None:
    gate = gate_over(tmp_path, engine, ADDRESSES)
    unprepared = sorted(map(repr, gate.table("posts").to_pyarrow().to_pylist()))
    assert gate.prepare(["posts"]) == ("posts",)
    assert sorted(map(repr, gate.table("posts").to_pyarrow().to_pylist())) == unprepared


def test_what_cannot_be_made_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="SRC-210"):
        made = {"email": {"from": "who", "scheme": "meta"}}
        gate_over(tmp_path, DuckDBEngine(), ["a@b"], hashed=made, columns={}).table("posts")
    with pytest.raises(SourceError, match="SRC-210"):  # no engine tells them apart
        made = {name: {"from": "email", "scheme": "meta"} for name in ("h", "H")}
        gate_over(tmp_path, DuckDBEngine(), ["a@b"], hashed=made, columns={}).table("posts")
    for source in ("nowhere", "number"):
        with pytest.raises(SourceError, match="SRC-211"):
            made = {"h": {"from": source, "scheme": "meta"}}
            gate_over(tmp_path, DuckDBEngine(), ["a@b"], hashed=made, columns={}).table("posts")


@pytest.mark.parametrize(
    ("label", "made"),
    [
        ("contact.email", {"h": {"from": "email", "scheme": "meta"}}),
        ("profile.name", {"h": {"from": "email", "scheme": "meta"}}),
        ("contact.email.hashed", {"h": {"from": "h", "scheme": "meta"}}),
        ("contact.email.hashed", {"h": {"from": "email", "scheme": "md5"}}),
    ],
)
def test_a_catalogue_calls_a_hashed_address_what_it_is(label: str, made: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Table.model_validate({"location": {"arrow": "x"}, "columns": {"h": label}, "hashed": made})


@pytest.mark.parametrize("label", [None, "identity", "special", "contact.imported", "private_communication"])
def test_a_hash_is_made_of_nothing_but_what_is_called_an_address(label: str | None) -> None:
    """Else a permit of hashes would let out, hashed, what no rule permits, and a no to it would not reach the hash."""
    columns = {"h": "contact.email.hashed"} | ({} if label is None else {"email": label})
    with pytest.raises(ValidationError, match=r"contact\.email"):
        made = {"h": {"from": "email", "scheme": "meta"}}
        Table.model_validate({"location": {"arrow": "x"}, "columns": columns, "hashed": made})


def test_a_catalogue_of_the_first_format_knows_no_made_columns() -> None:
    table = {"location": {"arrow": "x"}, "columns": {}, "hashed": {"h": {"from": "e", "scheme": "meta"}}}
    with pytest.raises(ValidationError, match="format 1"):
        Catalogue.model_validate({"licet_catalogue": 1, "tables": {"x": table}})
