"""The corpus: permitted documents as a snapshot, built once and brought up to date at the cost of what changed.

`build` makes a snapshot of what the gate permits. `update` takes an earlier one to a later ledger position:
it finds the people the change touched, makes their documents anew, and rewrites only the buckets they lie in.
What it ends with is, byte for byte, what a build from scratch would make (law 8).
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from contextlib import closing
from importlib import metadata
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce import Gate
from licet.enforce.clear_roles import eligibility, people_who_refer
from licet.store import SnapshotRef, Store
from licet.terms.canonical import canonical_json, digest
from licet.terms.membership_proof import salt_digest
from licet.terms.moments import format_moment, parse_moment
from licet.uses.corpus import snapshot as files
from licet.uses.corpus.documents import make_documents
from licet.uses.corpus.following import follow
from licet.uses.corpus.recipe import Recipe
from licet.uses.corpus.repeats import find_repeats, with_repeats
from licet.uses.corpus.text import require_packages
from licet.uses.members import Members, change_members, read_members, write_members

#: Called with a stage in plain words, how much is done and how much there is (None: not known).
Progress = Callable[[str, int, int | None], None]


def _silent(stage: str, done: int, total: int | None) -> None:
    """Progress for nobody."""


#: Per table the fingerprints of its files before they were read; None where there are none.
Inputs = dict[str, list[dict[str, Any]] | None]


class Built(NamedTuple):
    """What a build or an update came to.

    how:       "built", or for an update "updated" (only what changed) or "rebuilt" and `why`.
    rewritten: buckets written; the others are the earlier snapshot's own files.
    """

    snapshot: SnapshotRef
    how: str
    why: str | None
    rewritten: int


def build(
    gate: Gate,
    store: Store,
    recipe: Recipe,
    salt: bytes,
    *,
    record: Callable[[dict[str, Any], str], None],
    progress: Progress = _silent,
) -> Built:
    """Build a snapshot of everything the gate permits.

    record: called with the manifest and its id before anything is published, to note the use in the ledger. If
            the process dies in between, the ledger tells of a use whose snapshot never came: data was read, and
            that is what a member is owed.
    """
    inputs = gate.inputs(_tables_read(recipe))
    return _write_all(gate, store, recipe, salt, inputs, record, progress, how="built", why=None)


def update(
    gate: Gate,
    earlier_gate: Callable[[str, int], Gate],
    earlier: SnapshotRef,
    store: Store,
    recipe: Recipe,
    salt: bytes,
    *,
    record: Callable[[dict[str, Any], str], None],
    progress: Progress = _silent,
) -> Built:
    """Bring `earlier` to the gate's moment and ledger position.

    earlier_gate: opens a gate as of a moment (ISO text) and a position; asked only when the moment moved, and never
                  for rows.
    Raises: UseError CORP-200 for a snapshot made for inspection.
    """
    manifest = earlier.manifest
    files.refuse_inspection(earlier, "updated")
    inputs = inputs_now(gate, recipe, manifest)
    why = _why_rebuild(gate, recipe, salt, manifest, inputs)
    if why is not None:
        return _write_all(gate, store, recipe, salt, inputs, record, progress, how="rebuilt", why=why)
    progress("finding whom the change touched", 0, None)
    touched = touched_since(gate, earlier_gate, recipe, manifest)
    return _write_changed(gate, store, recipe, salt, manifest, inputs, touched, record, progress)


def _write_all(
    gate: Gate,
    store: Store,
    recipe: Recipe,
    salt: bytes,
    inputs: Inputs,
    record: Callable[[dict[str, Any], str], None],
    progress: Progress,
    how: str,
    why: str | None,
) -> Built:
    progress("counting what is held back", 0, None)
    counts = gate.counts(_tables(recipe))
    expected = sum(row.records for row in counts.passed)
    done = 0

    def tick(documents: int) -> None:
        nonlocal done
        done += documents
        progress("making documents", done, max(expected, done))

    documents = make_documents(gate, recipe, salt, tick=tick).documents
    progress("finding near-duplicates", 0, None)
    # One piece a column: rows are taken from it bucket by bucket.
    rows = with_repeats(documents, find_repeats(documents, recipe)).combine_chunks()
    del documents
    with store.build(files.KIND) as writing:
        numbers, parts = _by_bucket(rows)

        def write(nth: int) -> dict[str, Any] | None:
            return files.write_bucket(writing, numbers[nth], rows.take(parts[nth]))

        present = []
        with closing(files.side_by_side(write, range(len(numbers)))) as written:
            for nth, entry in enumerate(written, start=1):
                present += [] if entry is None else [entry]
                progress("writing buckets", nth, len(numbers))
        subjects = pc.unique(pc.list_flatten(rows["subjects"]))
        members = write_members(writing, salt, subjects.to_pylist())
        manifest = _manifest(gate, recipe, inputs, present, members, counts)
        record(manifest, digest(canonical_json(manifest)))
        id_ = writing.publish(manifest)
    return Built(store.snapshot(files.KIND, id_), how, why, len(present))


def _write_changed(
    gate: Gate,
    store: Store,
    recipe: Recipe,
    salt: bytes,
    before: dict[str, Any],
    inputs: Inputs,
    touched: frozenset[str],
    record: Callable[[dict[str, Any], str], None],
    progress: Progress,
) -> Built:
    """Rewrite the buckets that the touched people's documents lie in, and those whose duplicates came back."""
    index, leaving, made, named, changed = follow(gate, store, recipe, salt, before, touched, progress)
    left = pc.is_in(index["document_id"], value_set=leaving)
    progress("counting what is held back", 0, None)
    counts = gate.counts(_tables(recipe))
    old = {entry["bucket"]: entry for entry in before["buckets"]}

    def write(number: int) -> tuple[int, dict[str, Any] | None]:
        rows = made.filter(pc.equal(made["bucket"], number)).drop_columns(["bucket"])
        if number in old:
            earlier = files.read_bucket(store, old[number])
            earlier = earlier.filter(pc.invert(pc.is_in(earlier["document_id"], value_set=leaving)))
            rows = rows.append_column("duplicate_of", pa.nulls(len(rows), pa.string()))
            rows = pa.concat_tables([earlier, rows.select(earlier.column_names).cast(earlier.schema)])
        return number, files.write_bucket(writing, number, with_repeats(rows, named))

    rewritten, entries = 0, dict(old)
    with store.build(files.KIND) as writing:
        with closing(files.side_by_side(write, sorted(changed))) as written:
            for nth, (number, entry) in enumerate(written, start=1):
                rewritten += entry != entries.pop(number, None)
                if entry is not None:
                    entries[number] = entry
                progress("writing buckets", nth, len(changed))
        departed, come = _who_changed(index, left, made)
        earlier = read_members(before["members"])
        members = change_members(writing, store, earlier, salt, come.to_pylist(), departed.to_pylist())
        present = [entries[number] for number in sorted(entries)]
        manifest = _manifest(gate, recipe, inputs, present, members, counts)
        record(manifest, digest(canonical_json(manifest)))
        id_ = writing.publish(manifest)
    return Built(store.snapshot(files.KIND, id_), "updated", None, rewritten)


def _who_changed(index: pa.Table, left: pa.ChunkedArray, made: pa.Table) -> tuple[pa.Array, pa.Array]:
    """Who was in the corpus and is no more, and who may be new to it."""
    then = pc.unique(pc.list_flatten(index["subjects"].filter(left)))
    now = pc.unique(pc.list_flatten(made["subjects"]))
    elsewhere = pc.list_flatten(index["subjects"].filter(pc.invert(left)))
    # Asked about the few who changed, not about all: the few are the value set.
    still = pc.unique(elsewhere.filter(pc.is_in(elsewhere, value_set=then)))
    stays = pc.or_(pc.is_in(then, value_set=still), pc.is_in(then, value_set=now))
    return then.filter(pc.invert(stays)), now


def _by_bucket(rows: pa.Table) -> tuple[list[int], list[pa.Array]]:
    """The numbers of the buckets that hold anything, and which rows lie in each."""
    of_row = rows["bucket"].to_numpy()
    numbers, counts = np.unique(of_row, return_counts=True)
    order = np.argsort(of_row, kind="stable")
    return numbers.tolist(), [pa.array(part) for part in np.split(order, np.cumsum(counts)[:-1])]


def touched_since(
    gate: Gate, earlier_gate: Callable[[str, int], Gate], recipe: Recipe, manifest: dict[str, Any]
) -> frozenset[str]:
    """Everyone for whom the answers may differ between the two gates."""
    position = manifest["ledger"]["position"]
    tables = [table for table in _tables_read(recipe) if gate.catalogue.tables[table].subjects]
    moment = parse_moment(manifest["at"])
    if moment == gate.at or gate.same_at(tables, moment):
        first, last = sorted((position, gate.position))
        return frozenset(gate.ledger.changed_subjects(first, last))
    before = earlier_gate(manifest["at"], position)
    found: set[str] = set()
    referred = gate.catalogue.referred(*tables)
    if any(gate.catalogue.tables[name].is_about_nobody for name in referred):
        # What was permitted of rows about nobody may have changed, and with it whatever refers to them.
        found |= people_who_refer(gate, tables, None)
    for table in dict.fromkeys((*tables, *referred)):
        is_referred = table in referred
        then, now = (
            eligibility(each, table, whole=is_referred).sort_by("subject") for each in (before, gate)
        )
        same = pc.and_kleene(True, pc.equal(then["subject"], now["subject"]))
        for column in now.column_names[1:]:
            same = pc.and_(same, pc.equal(then[column], now[column]))
        found |= set(now.filter(pc.invert(same))["subject"].to_pylist())
    return frozenset(found)


def _why_rebuild(
    gate: Gate, recipe: Recipe, salt: bytes, manifest: dict[str, Any], inputs: Inputs
) -> str | None:
    """Why only a build from scratch would do; None when the change can be followed."""
    changed = changed_since(gate, recipe, manifest, inputs)
    if changed is not None:
        return changed
    if manifest.get("format") != files.FORMAT_VERSION:
        return "another version of licet wrote the snapshot's files"
    if manifest["members"]["salt"] != salt_digest(salt):
        return "the workspace's salt changed"
    if manifest.get("environment") != _environment(gate, _engine_that_counts(gate, recipe, manifest)):
        return "licet or a library it makes documents with changed"
    return None


def inputs_now(gate: Gate, recipe: Recipe, manifest: dict[str, Any]) -> Inputs:
    """The files that a corpus would be made of, read only where they do not stand as a snapshot has them."""
    return gate.inputs(_tables_read(recipe), manifest.get("inputs"))


def changed_since(gate: Gate, recipe: Recipe, manifest: dict[str, Any], inputs: Inputs) -> str | None:
    """What changed since a snapshot was made of which nobody can say whom it touched; None when nothing did.

    inputs: as `inputs_now` tells them.
    """
    before = manifest.get("inputs") or {}
    if any(files is None for files in inputs.values()):
        return "some tables cannot be told to be unchanged"
    if gate.ledger.erased_since(min(gate.position, manifest["ledger"]["position"])):
        return "somebody was erased from the ledger since, and nothing says who"
    reasons = (
        ("the corpus was made for another purpose or recipient", "purpose", _purpose(gate)),
        ("the policy changed", "policy", _policy(gate)),
        ("the recipe changed", "recipe", _recipe(recipe)),
        ("the catalogue changed", "catalogue", _catalogue(gate)),
    )
    if why := next((why for why, part, now in reasons if manifest.get(part) != now), None):
        return why
    same = inputs.keys() == before.keys() and all(
        _content(inputs[name]) == _content(before[name]) for name in inputs
    )
    return None if same else "the tables changed"


def _content(fingerprint: list[dict[str, Any]] | None) -> list[tuple[str, str | None]]:
    """What was read, wherever it stood and whenever it was written there."""
    return [(file["file"], file.get("content")) for file in fingerprint or ()]


def _engine_that_counts(gate: Gate, recipe: Recipe, manifest: dict[str, Any]) -> str:
    """The engine whose name must stand in the manifest. Parquet says of each column what it is, and every engine
    makes the same documents of it; what a CSV file's columns are, each engine guesses by itself."""
    facts = gate.catalogue.facts
    tables = {*_tables_read(recipe), *([facts.table] if facts is not None else [])}
    if any(gate.catalogue.tables[name].location.parquet is None for name in tables):
        return gate.engine.name
    made_by: str = manifest.get("environment", {}).get("engine", gate.engine.name)
    return made_by


def _manifest(
    gate: Gate,
    recipe: Recipe,
    inputs: Inputs,
    entries: list[dict[str, Any]],
    members: Members,
    counts: Any,
) -> dict[str, Any]:
    now = inputs_now(gate, recipe, {"inputs": inputs})
    return {
        "licet": files.KIND,
        "format": files.FORMAT_VERSION,
        "root": files.corpus_root(entries),
        "purpose": _purpose(gate),
        "policy": _policy(gate),
        "at": format_moment(gate.at),
        "ledger": {"position": gate.position, "root": gate.ledger.checkpoint(gate.position).root.hex()},
        "recipe": _recipe(recipe),
        "catalogue": _catalogue(gate),
        # null where a file changed while it was read: nobody knows what of it was, and the next update reads it anew
        "inputs": {name: files if files == now[name] else None for name, files in inputs.items()},
        "members": members.as_json(),
        "counts": {
            "documents": sum(entry["documents"] for entry in entries),
            "set_aside": sum(entry["set_aside"] for entry in entries),
            "subjects": members.count,
        },
        "passed": [row._asdict() for row in counts.passed],
        "held_back": [row._asdict() for row in counts.held_back],
        "buckets": entries,
        "environment": _environment(gate),
        **({files.INSPECTION: True} if gate.for_inspection else {}),
    }


def _purpose(gate: Gate) -> dict[str, str]:
    return {"purpose": gate.purpose, "recipient": gate.recipient}


def _policy(gate: Gate) -> dict[str, str]:
    pack = gate.policy.pack
    return {
        "id": pack.id, "version": pack.version, "title": pack.title,
        "digest": pack.digest, "with_carried_refusals": gate.policy.digest,
    }  # fmt: skip


def _recipe(recipe: Recipe) -> dict[str, Any]:
    return {"digest": recipe.digest, "kinds": [kind.kind for kind in recipe.documents]}


def _catalogue(gate: Gate) -> str:
    return digest(canonical_json(gate.catalogue.model_dump(mode="json")))


def _environment(gate: Gate, engine: str | None = None) -> dict[str, str]:
    """What could change a document's bytes."""
    require_packages()
    libraries = ("licet", "pyarrow", "rensa", "py3langid", "phonenumbers", "python-stdnum")
    return {"engine": engine or gate.engine.name, "python": platform.python_version()} | {
        name: metadata.version(name) for name in libraries
    }


def _tables(recipe: Recipe) -> tuple[str, ...]:
    return tuple(dict.fromkeys(kind.table for kind in recipe.documents))


def _tables_read(recipe: Recipe) -> tuple[str, ...]:
    """Also the one that only names are taken from: whether a name is kept depends on it."""
    names = recipe.declared_names
    return tuple(dict.fromkeys((*_tables(recipe), *(() if names is None else (names.table,)))))
