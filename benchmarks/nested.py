"""Nested tables after the micro-benchmark that LinkedIn publishes for Data Guard's masking functions, and what is
masked of them: random short strings, structs wide and deep, lists of structs and lists within lists.

Every string is a word and a number, so that dictionaries help nobody. Members are a quarter each on four plans; the
policy permits the masked kind of data to so many of the plans, and the rest of each row to everybody.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from licet.decide import Policy
from licet.packs import Pack
from licet.sources.catalogue import Catalogue
from licet.sources.paths import Step, parse_path

PLANS = ("a", "b", "c", "d")
#: Those of two members more, of whom there are no rows: so that at no share a gate finds all members of one mind.
_ALWAYS, _NEVER = "always", "never"
#: Percent of the members who permit what is masked.
SHARES = (0, 25, 50, 75, 100)
KEPT = "content.posts"
PURPOSE = "recommendation"


def masked_kind(share: int) -> str:
    return f"profile.p{share}"


class Job(NamedTuple):
    """table: which of `TABLES` it reads. paths: what is masked of its column `cell`; `cell` itself is all of it."""

    name: str
    what: str
    table: str
    paths: tuple[str, ...]


_FIVE = tuple(f"cell.f{n}" for n in range(5))
JOBS: tuple[Job, ...] = (
    Job("string", "a whole string", "string", ("cell",)),
    Job("struct", "a whole struct of 5 fields", "struct_5", ("cell",)),
    *(Job(f"one_of_{n}", f"1 field of a struct of {n}", f"struct_{n}", ("cell.f0",)) for n in range(1, 6)),
    *(Job(f"{n}_of_5", f"{n} fields of a struct of 5", "struct_5", _FIVE[:n]) for n in range(2, 6)),
    *(
        Job(f"depth_{n}", f"a field at depth {n}", f"deep_{n}", (f"cell{'.d' * (n - 1)}.v",))
        for n in range(1, 6)
    ),
    Job("list", "a field in each of 10 to 40 elements", "list", ("cell[].a",)),
    Job("lists", "a field in each element of lists within a list", "lists", ("cell[][].a",)),
)
TABLES: tuple[str, ...] = tuple(dict.fromkeys(job.table for job in JOBS))
LISTS = ("list", "lists")


def write_tables(folder: Path, members: int, rows: int, lists: int, seed: int) -> None:
    """members.parquet and a file a table; `rows` of each, `lists` of those that hold lists."""
    with duckdb.connect() as con:
        con.execute(
            f"SET VARIABLE words = (SELECT list(substr(md5(concat(range, {seed})), 1, 3 + (hash(range) % 8)::INTEGER) "
            "ORDER BY range) FROM range(4000))"
        )
        plans = "['" + "', '".join(PLANS) + "']"
        _copy(
            con,
            folder,
            "members",
            f"SELECT range AS member_id, 'DE' AS region, CASE WHEN range < {members} THEN {plans}[1 + range % 4] "
            f"WHEN range = {members} THEN '{_ALWAYS}' ELSE '{_NEVER}' END AS plan FROM range({members + 2})",
        )
        for name in TABLES:
            _copy(
                con, folder, name,
                f"SELECT i AS id, (hash(i, {seed}) % {members})::BIGINT AS author, (hash(i) % 1000)::INTEGER AS kept, "
                f"{_cell(name, seed)} AS cell "
                f"FROM (SELECT range AS i FROM range({lists if name in LISTS else rows}))",
            )  # fmt: skip


def _copy(con: duckdb.DuckDBPyConnection, folder: Path, name: str, query: str) -> None:
    con.execute(f"COPY ({query}) TO '{folder / name}.parquet' (FORMAT PARQUET)")


def _cell(table: str, seed: int) -> str:
    form, _, size = table.partition("_")
    if form == "string":
        return _string("i", seed)
    if form == "struct":
        return "{" + ", ".join(f"'f{n}': {_string('i', seed + n)}" for n in range(int(size))) + "}"
    if form == "deep":
        value = f"{{'v': {_string('i', seed)}, 'w': {_string('i', seed + 1)}}}"
        for n in range(int(size) - 1):
            value = f"{{'d': {value}, 's': {_string('i', seed + 2 + n)}}}"
        return value
    element = f"{{'a': {_string('i, j, k', seed)}, 'b': {_string('i, j, k', seed + 1)}}}"
    many = "10 + (hash(i) % 31)::INTEGER" if form == "list" else "2 + (hash(i, k) % 7)::INTEGER"
    inner = f"list_transform(range({many}), lambda j: {element})"
    return (
        inner.replace("i, j, k", "i, j") if form == "list" else f"list_transform(range(5), lambda k: {inner})"
    )


def _string(of: str, seed: int) -> str:
    return f"getvariable('words')[1 + (hash({of}, {seed}) % 4000)::INTEGER] || ' ' || (hash({of}, {seed}, 1) % 100000)"


def make_policy() -> Policy:
    """The kept kind is permitted to be used by everybody, each masked kind by those on so many of the plans."""
    permit = {"effect": "permit", "notice": "n", "purposes": [PURPOSE]}
    rules: list[dict[str, Any]] = [{"id": "kept", "categories": [KEPT], **permit}]
    for share in SHARES:
        plans = [*PLANS[: share // 25], _ALWAYS]
        rules.append({"id": f"share{share}", "categories": [masked_kind(share)], "plans": plans, **permit})
    return Policy(
        Pack.model_validate(
            {
                "licet_pack": 1,
                "id": "cells",
                "title": "Some permit it, some do not",
                "version": "1",
                "observed": "2026-01-01",
                "controller": {"name": "Acme"},
                "sources": {"page": {"title": "A page", "kind": "official"}},
                "notices": {"n": {"title": "n", "published": "2020-01-01", "effective": "2020-01-01"}},
                "categories": {KEPT: {}, **{masked_kind(share): {} for share in SHARES}},
                "purposes": {PURPOSE: {}},
                "rules": rules,
            }
        )
    )


def make_catalogue(folder: Path, jobs: tuple[Job, ...]) -> Catalogue:
    """Every table as it is (all of it of the kept kind), and every job at every share."""
    found: dict[str, Any] = {
        "members": {"location": {"parquet": str(folder / "members.parquet")}, "columns": {}}
    }
    for table in dict.fromkeys(job.table for job in jobs):
        found[f"{table}.unmasked"] = _catalogued(folder, table, {})
    for job in jobs:
        for share in SHARES:
            labels = dict.fromkeys(job.paths, masked_kind(share))
            found[f"{job.name}.{share}"] = _catalogued(folder, job.table, labels)
    facts = {"table": "members", "subject": "member_id", "region": "region", "plan": "plan"}
    return Catalogue.model_validate({"licet_catalogue": 1, "facts": facts, "tables": found})


def _catalogued(folder: Path, table: str, labels: dict[str, str]) -> dict[str, Any]:
    return {
        "location": {"parquet": str(folder / f"{table}.parquet")},
        "key": "id",
        "subjects": ["author"],
        "columns": {"id": KEPT, "author": KEPT, "kept": KEPT, "cell": KEPT, **labels},
    }


def python_mask(job: Job) -> Callable[[Any, str | None, int], Any]:
    """A function of a cell, its author's plan and a share that does the same, as one would write it for a UDF."""
    steps = [path.steps for path in map(parse_path, job.paths) if path is not None]

    def mask(cell: Any, plan: str | None, share: int) -> Any:
        if plan is not None and PLANS.index(plan) < share // 25:
            return cell
        for way in steps:
            cell = _without(cell, way)
        return cell

    return mask


def _without(value: Any, steps: tuple[Step, ...]) -> Any:
    if value is None or not steps:
        return None
    if steps[0].kind == "each":
        return [_without(element, steps[1:]) for element in value]
    changed = {**value, steps[0].name: _without(value[steps[0].name], steps[1:])}
    return None if all(part is None for part in changed.values()) else changed
