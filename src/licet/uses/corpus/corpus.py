"""The corpus: permitted documents as a snapshot, built once and brought up to date at the cost of what changed.

`build` makes a snapshot of what is permitted. `update` takes an earlier one to a later ledger position:
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

from licet.enforce.access import Access, Inputs, Touched
from licet.store import SnapshotRef, Store
from licet.terms.canonical import canonical_json, digest
from licet.terms.membership_proof import salt_digest
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
    access: Access,
    store: Store,
    recipe: Recipe,
    *,
    record: Callable[[dict[str, Any], str], None],
    progress: Progress = _silent,
) -> Built:
    """Build a snapshot of everything that is permitted.

    record: called with the manifest and its id before anything is published, to note the use in the ledger. If
            the process dies in between, the ledger tells of a use whose snapshot never came: data was read, and
            that is what a member is owed.
    """
    inputs = access.inputs(_tables_read(recipe))
    return _write_all(access, store, recipe, inputs, record, progress, how="built", why=None)


def update(
    access: Access,
    earlier: SnapshotRef,
    store: Store,
    recipe: Recipe,
    *,
    record: Callable[[dict[str, Any], str], None],
    progress: Progress = _silent,
) -> Built:
    """Bring `earlier` to the present moment and ledger position.

    Raises: UseError CORP-200 for a snapshot made for inspection.
    """
    manifest = earlier.manifest
    files.refuse_inspection(earlier, "updated")
    inputs = inputs_now(access, recipe, manifest)
    why = _why_rebuild(access, recipe, manifest)
    progress("finding whom the change touched", 0, None)
    touched = touched_since(access, recipe, manifest, inputs) if why is None else Touched(None, why)
    if touched.subjects is None:
        return _write_all(access, store, recipe, inputs, record, progress, how="rebuilt", why=touched.why)
    return _write_changed(access, store, recipe, manifest, inputs, touched.subjects, record, progress)


def _write_all(
    access: Access,
    store: Store,
    recipe: Recipe,
    inputs: Inputs,
    record: Callable[[dict[str, Any], str], None],
    progress: Progress,
    how: str,
    why: str | None,
) -> Built:
    progress("counting what is held back", 0, None)
    counts = access.counts(_tables(recipe))
    expected = sum(row.records for row in counts.passed)
    done = 0

    def tick(documents: int) -> None:
        nonlocal done
        done += documents
        progress("making documents", done, max(expected, done))

    documents = make_documents(access, recipe, tick=tick).documents
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
        members = write_members(writing, access.secret, subjects.to_pylist())
        manifest = _manifest(access, recipe, inputs, present, members, counts)
        record(manifest, digest(canonical_json(manifest)))
        id_ = writing.publish(manifest)
    return Built(store.snapshot(files.KIND, id_), how, why, len(present))


def _write_changed(
    access: Access,
    store: Store,
    recipe: Recipe,
    before: dict[str, Any],
    inputs: Inputs,
    touched: frozenset[str],
    record: Callable[[dict[str, Any], str], None],
    progress: Progress,
) -> Built:
    """Rewrite the buckets that the touched people's documents lie in, and those whose duplicates came back."""
    index, leaving, made, named, changed = follow(access, store, recipe, before, touched, progress)
    left = pc.is_in(index["document_id"], value_set=leaving)
    progress("counting what is held back", 0, None)
    counts = access.counts(_tables(recipe))
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
        members = change_members(
            writing, store, earlier, access.secret, come.to_pylist(), departed.to_pylist()
        )
        present = [entries[number] for number in sorted(entries)]
        manifest = _manifest(access, recipe, inputs, present, members, counts)
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


def touched_since(access: Access, recipe: Recipe, manifest: dict[str, Any], inputs: Inputs) -> Touched:
    """Everyone for whom the answers may differ since a snapshot was made; inputs: as `inputs_now` tells them."""
    if manifest.get("recipe") != _recipe(recipe):
        return Touched(None, "the recipe changed")
    return access.touched_since(manifest, _tables_read(recipe), inputs)


def _why_rebuild(access: Access, recipe: Recipe, manifest: dict[str, Any]) -> str | None:
    """Why only a build from scratch would do, whoever was touched; None when nothing says so."""
    if manifest.get("format") != files.FORMAT_VERSION:
        return "another version of licet wrote the snapshot's files"
    if manifest["members"]["salt"] != salt_digest(access.secret):
        return "the workspace's salt changed"
    engine = access.provenance().engine
    # Parquet says of each column what it is, and every engine makes the same documents of it; what a CSV file's
    # columns are, each engine guesses by itself.
    if not access.engine_matters(_tables_read(recipe)):
        engine = manifest.get("environment", {}).get("engine", engine)
    if manifest.get("environment") != _environment(engine):
        return "licet or a library it makes documents with changed"
    return None


def inputs_now(access: Access, recipe: Recipe, manifest: dict[str, Any]) -> Inputs:
    """The files that a corpus would be made of, read only where they do not stand as a snapshot has them."""
    return access.inputs(_tables_read(recipe), manifest.get("inputs"))


def _manifest(
    access: Access,
    recipe: Recipe,
    inputs: Inputs,
    entries: list[dict[str, Any]],
    members: Members,
    counts: Any,
) -> dict[str, Any]:
    now, provenance = inputs_now(access, recipe, {"inputs": inputs}), access.provenance()
    return {
        "licet": files.KIND,
        "format": files.FORMAT_VERSION,
        "root": files.corpus_root(entries),
        **provenance.as_manifest(),
        "recipe": _recipe(recipe),
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
        "environment": _environment(provenance.engine),
        **({files.INSPECTION: True} if provenance.is_inspection else {}),
    }


def _recipe(recipe: Recipe) -> dict[str, Any]:
    return {"digest": recipe.digest, "kinds": [kind.kind for kind in recipe.documents]}


def _environment(engine: str) -> dict[str, str]:
    """What could change a document's bytes."""
    require_packages()
    libraries = ("licet", "pyarrow", "rensa", "py3langid", "phonenumbers", "python-stdnum")
    return {"engine": engine, "python": platform.python_version()} | {
        name: metadata.version(name) for name in libraries
    }


def _tables(recipe: Recipe) -> tuple[str, ...]:
    return tuple(dict.fromkeys(kind.table for kind in recipe.documents))


def _tables_read(recipe: Recipe) -> tuple[str, ...]:
    """Also the one that only names are taken from: whether a name is kept depends on it."""
    names = recipe.declared_names
    return tuple(dict.fromkeys((*_tables(recipe), *(() if names is None else (names.table,)))))
