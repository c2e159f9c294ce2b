"""What a use is given: permitted rows and words about them, and no way to anything else (law 13)."""

from __future__ import annotations

import functools
import inspect
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from enforce_samples import Told, make_gate, permit

from journeys.networks import make_network, member, post
from licet.app import Workspace
from licet.enforce import Access
from licet.enforce.access import secret_of
from licet.enforce.selection import ROW, SHOWN_KEY, Lookup, Selection, people_columns
from licet.terms import GateError

PROFILE = permit("head", categories=["profile"], regions=["DE"])
(PEOPLE,) = people_columns(("author",))

#: Where what a use can reach comes from. `licet.enforce.gate_counts` are numbers, `licet.terms` words.
_OPEN = ("builtins", "datetime", "types", "pyarrow.", "licet.enforce.access", "licet.enforce.selection",
         "licet.enforce.gate_counts", "licet.enforce.origin", "licet.sources.fingerprints", "licet.terms")  # fmt: skip


#: What a use has already.
OWN = pa.record_batch({"text": ["kept"]})


def access_to(*gates: Any) -> Access:
    return Access(
        {gate.purpose: gate for gate in gates or [make_gate(permit(), PROFILE)]}, secret_of(b"s", "toy")
    )


def texts_upper(rows: pa.Table) -> pa.Table:
    return pa.table({"text": pa.array([str(text).upper() for text in rows["text"].to_pylist()])})


def calls(access: Access) -> Mapping[str, Callable[[], Any]]:
    """A call of every public method that needs to be told something."""
    return {
        "under": lambda: access.under(access.purpose),
        "present_columns": lambda: access.present_columns("posts"),
        "schema": lambda: access.schema("posts"),
        "rows": lambda: access.rows("posts"),
        "events": lambda: access.events("likes"),
        "edges": lambda: access.edges("follows"),
        "items": lambda: access.items("jobs"),
        "own": lambda: access.own("ann"),
        "transform": lambda: access.transform(
            Selection("posts"), texts_upper, pa.schema([("text", pa.string())])
        ),
        "spread": lambda: access.spread([OWN], texts_upper, OWN.schema),
        "inputs": lambda: access.inputs(["posts"]),
        "permitting": lambda: access.permitting("posts", frozenset({"ann", "ben"})),
        "is_about_one": lambda: access.is_about_one("posts"),
        "with_referring": lambda: access.with_referring(["posts"], frozenset({"ann"})),
        "with_sharing": lambda: access.with_sharing(["posts"], frozenset({"ann"})),
        "engine_matters": lambda: access.engine_matters(["posts"]),
        "touched_since": lambda: access.touched_since(
            access.provenance().origin(access.inputs(["posts"])),
            ["posts"],
            access.inputs(["posts"]),
        ),
    }


def within(value: Any) -> Iterator[Any]:
    """What can be reached from a value in one step: attributes, what methods return, closures, items, frames."""
    if isinstance(value, Mapping):
        yield from (part for item in value.items() for part in item)
    if isinstance(value, list | tuple | set | frozenset):
        yield from value
    if isinstance(value, functools.partial):
        yield from (value.func, *value.args, *value.keywords.values())
    if inspect.isgenerator(value):
        yield from (value.gi_frame.f_locals if value.gi_frame else {}).values()
    function = getattr(value, "__func__", value)
    if inspect.isfunction(function):
        yield from (cell.cell_contents for cell in function.__closure__ or ())
        yield from (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    if type(value).__module__.startswith(_OPEN) and not type(value).__module__.startswith(
        ("builtins", "pyarrow.")
    ):
        for name in (name for name in dir(value) if not name.startswith("_")):
            part = getattr(value, name)
            yield part
            if inspect.ismethod(part) and not isinstance(value, Access):
                needed = [p for p in inspect.signature(part).parameters.values() if p.default is p.empty]
                if not needed:
                    yield part()


#: The posts, told as tables of other kinds.
_SAID = {"title": "content.posts", "made": "content.posts", "post": "content.posts"}
KINDS: dict[str, dict[str, Any]] = {
    "likes": {"event": {"actor": "author", "item": "post", "time": "made"}, "columns": _SAID},
    "follows": {"edge": {"from": "author", "to": "post"}, "columns": _SAID},
    "jobs": {"about": "nobody", "columns": {"title": "content.posts"}},
}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Ann permits what Ben has refused; nobody labelled `internal`."""
    rows = {
        "members": [member("ann"), member("ben")],
        "profiles": [{"id": "ann", "name": "Ann", "headline": "hers", "internal": "secret"}],
        "posts": [post("1", "ann", "shown"), post("2", "ben", "secret")],
        "messages": [{"message": "m1", "sender": "ann", "to": ["ann"], "text": "secret"}],
    }
    with make_network(tmp_path / "w", rows) as made:
        catalogue = made.layout.catalogue
        told = yaml.safe_load(catalogue.read_text())
        told["licet_catalogue"] = 2
        for name, kind in KINDS.items():
            told["tables"][name] = {"location": told["tables"]["posts"]["location"]} | kind
        catalogue.write_text(yaml.safe_dump(told))
        made.choose("ben", "ai", "off")
        yield made


def training(workspace: Workspace) -> Access:
    gate = workspace.gate("generative_ai_training", for_training=True)
    return Access({gate.purpose: gate}, secret_of(workspace.salt, "toy"))


def test_no_raw_row_engine_catalogue_or_ledger_can_be_reached_from_what_a_use_is_given(
    workspace: Workspace,
) -> None:
    access = training(workspace)
    told = calls(access)
    methods = {
        name for name, part in inspect.getmembers(access, inspect.ismethod) if not name.startswith("_")
    }
    waiting = deque([access, *(call() for call in told.values())])
    waiting += (getattr(access, name)() for name in methods - told.keys())
    seen, tables = {}, []
    while waiting:
        value = waiting.popleft()
        if id(value) in seen:
            continue
        seen[id(value)] = value
        module = type(value).__module__
        assert module == "pyarrow" or module.startswith(_OPEN), f"{type(value)} is reached: {value!r}"
        tables += [value] if isinstance(value, pa.Table | pa.RecordBatch) else []
        waiting.extend(within(value))
    shown = repr([table.to_pylist() for table in tables])
    assert "shown" in shown and "secret" not in shown


def test_rows_are_those_the_gate_permits_with_the_books_of_a_use_beside_them() -> None:
    gate = make_gate(permit(), PROFILE)
    rows = access_to(gate).rows("posts").read_all()
    assert rows.column_names == ["text", "title", ROW, SHOWN_KEY, PEOPLE]
    assert sorted(rows["text"].to_pylist()) == sorted(gate.read("posts")["text"].to_pylist())
    assert sorted(rows[SHOWN_KEY].to_pylist()) == sorted(gate.read("posts")["id"].to_pylist())
    assert access_to().rows("posts", ["title"]).read_all().column_names == ["title", ROW, SHOWN_KEY, PEOPLE]
    assert access_to().schema("posts").names == ["text", "title"]


def test_a_column_that_nobody_permits_cannot_be_asked_for() -> None:
    for columns in (["draft"], ["draft", "text"], ["made"], ["__licet_mask"], ["nowhere"]):
        asked = access_to().rows("posts", columns).read_all().column_names
        assert set(asked) - {ROW, SHOWN_KEY, PEOPLE} <= {"text"}


def test_rows_cannot_be_told_apart_by_a_column_that_nobody_permits() -> None:
    selection = Selection("posts", ("text",), group_by="draft")
    made = access_to().transform(selection, texts_upper, pa.schema([("text", pa.string())]))
    assert len(made.read_all()) == 0


def test_own_rows_are_the_permitted_ones_about_one_member() -> None:
    own = access_to(make_gate(ledger=Told(("ben", "sharing", None, "refused")))).own
    assert own("ann")["posts"]["text"].to_pylist() == ["a"]
    assert own("ben") == own("eve") == own("nobody at all") == {}


def test_a_function_goes_to_the_rows_and_what_it_makes_comes_back() -> None:
    made = access_to().transform(
        Selection("posts", ("text",)), texts_upper, pa.schema([("text", pa.string())])
    )
    assert sorted(made.read_all()["text"].to_pylist()) == ["A", "B"]


def test_a_function_goes_with_what_a_use_has_to_where_the_engine_works() -> None:
    assert (
        access_to().spread([OWN, OWN], texts_upper, OWN.schema).read_all()["text"].to_pylist() == ["KEPT"] * 2
    )


def test_a_lookup_reads_only_what_is_permitted_of_the_first_person() -> None:
    gate = make_gate(permit(), PROFILE)
    for column, told in (("title", {"a": "A", "b": None}), ("draft", {"a": None, "b": None})):
        selection = Selection("posts", ("text",), lookups=(("beside", Lookup("posts", "author", column)),))
        made = access_to(gate).transform(selection, lambda rows: rows.select(["text", "beside"]),
                                         pa.schema([("text", pa.string()), ("beside", pa.string())]))  # fmt: skip
        assert dict(zip(*made.read_all().to_pydict().values(), strict=True)) == told


def test_letting_go_of_batches_ends_them() -> None:
    with access_to().rows("posts") as batches:
        next(iter(batches))
    assert list(batches) == []


def test_several_purposes_are_asked_for_each_by_its_name() -> None:
    access = access_to(make_gate(), make_gate(purpose="generative_ai_training"))
    assert (
        access.purposes == ("recommendation", "generative_ai_training") and access.purpose == "recommendation"
    )
    other = access.under("generative_ai_training")
    assert len(access.rows("posts").read_all()) == 2 and len(other.rows("posts").read_all()) == 0
    with pytest.raises(GateError) as caught:
        access.under("advertising")
    assert caught.value.code == "GATE-210"


def test_a_use_has_a_secret_of_its_own() -> None:
    assert len({secret_of(salt, use) for salt in (b"s", b"t") for use in ("corpus", "model")}) == 4


def test_what_rows_were_handed_out_under_is_said(workspace: Workspace) -> None:
    provenance = training(workspace).provenance()
    assert (provenance.purpose, provenance.recipient, provenance.is_inspection) == (
        "generative_ai_training", "self", False,
    )  # fmt: skip
    assert provenance.policy.id == "harbour" and provenance.at == workspace.now()
    assert provenance.position == workspace.ledger.position
    assert provenance.ledger_root == workspace.ledger.checkpoint().root.hex()


def test_who_permits_nothing_of_a_table_is_told_and_has_no_row_that_passes(workspace: Workspace) -> None:
    access, asked = training(workspace), frozenset({"ann", "ben", "ghost"})
    for table in ("posts", "profiles", "messages", "likes", "jobs"):
        permitting = access.permitting(table, asked)
        without = access.rows(table, subjects=asked - permitting).read_all()
        assert permitting <= asked and not len(without), table
    assert access.permitting("posts", asked) == access.permitting("profiles", asked) == {"ann"}
    assert access.permitting("jobs", asked) == frozenset(), "no row of it is about them"


def test_whom_a_change_touched_since_is_said_or_why_nobody_can(workspace: Workspace) -> None:
    def touched(**other: Any) -> tuple[Any, ...]:
        access = training(workspace)
        inputs = access.inputs(["posts"], before.inputs)
        return tuple(access.touched_since(replace(before, **other), ["posts"], inputs))

    access = training(workspace)
    before = access.provenance().origin(access.inputs(["posts"]))
    assert touched() == (frozenset(), None)
    assert touched(at="2025-03-01T00:00:00Z") == (
        None, "time has passed, and nobody can say for whom that matters",
    )  # fmt: skip
    workspace.choose("ann", "ai", "off")
    assert touched() == (frozenset({"ann"}), None)
    assert touched(policy=replace(before.policy, with_carried_refusals="ab" * 32)) == (
        None,
        "the policy changed",
    )
    assert touched(catalogue="") == (None, "the catalogue changed")
    assert touched(purpose=replace(before.purpose, recipient="affiliate")) == (
        None,
        "it was made for another purpose or recipient",
    )
    assert touched(inputs={}) == (None, "the tables changed")
    workspace.ledger_erase("ann")
    assert touched() == (None, "somebody was erased from the ledger since, and nothing says who")
