"""The corpus: permitted documents, built once and brought up to date at the cost of what changed.

`build` makes documents of what is permitted. `update` makes those of the people a change touched anew, and rewrites
only the buckets they lie in. What it ends with is, byte for byte, what a build from scratch would make (law 8).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from contextlib import closing
from importlib import metadata
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.access import Access
from licet.store import SnapshotRef, Store
from licet.uses.corpus import snapshot as files
from licet.uses.corpus.document_selection import make_documents
from licet.uses.corpus.duplicates import find_repeats, with_repeats
from licet.uses.corpus.incremental import documents_about, follow, foresee, own_document
from licet.uses.corpus.recipe import Recipe, load_recipe
from licet.uses.corpus.text import VERSION as TEXTS_VERSION
from licet.uses.corpus.text import require_packages
from licet.uses.use import Changed, Contents, Everyone, Foreseen, Workbench


class Corpus:
    """A corpus of one recipe; see `licet.uses.use`."""

    name = files.KIND
    format = files.FORMAT_VERSION
    learns = True
    manifest = files.CorpusManifest
    parents: tuple[str, ...] = ()

    def __init__(self, recipe: Recipe | Callable[[], Recipe]) -> None:
        """recipe: or what reads it; what the corpus holds is told without one."""
        self._recipe = recipe

    @functools.cached_property
    def recipe(self) -> Recipe:
        return self._recipe if isinstance(self._recipe, Recipe) else self._recipe()

    def asks_for(self) -> Mapping[str, set[str]]:
        return self.recipe.asks_for()

    def counted(self) -> tuple[str, ...]:
        """Not the table that only names are taken from."""
        return self.recipe.tables

    def settings(self) -> Mapping[str, files.RecipeRef]:
        kinds = tuple(kind.kind for kind in self.recipe.documents)
        return {"recipe": files.RecipeRef(digest=self.recipe.digest, kinds=kinds)}

    def environment(self) -> dict[str, str]:
        require_packages()
        libraries = ("pyarrow", "rensa", "py3langid", "phonenumbers", "python-stdnum")
        return {name: metadata.version(name) for name in libraries} | {"texts": str(TEXTS_VERSION)}

    def build(self, bench: Workbench) -> Contents:
        recipe, expected, done = self.recipe, sum(row.records for row in bench.counts.passed), 0

        def tick(documents: int) -> None:
            nonlocal done
            done += documents
            bench.progress("making documents", done, max(expected, done))

        documents = make_documents(bench.access, recipe, tick=tick).documents
        bench.progress("finding near-duplicates", 0, None)
        # One piece a column: rows are taken from it bucket by bucket.
        rows = with_repeats(documents, find_repeats(documents, recipe)).combine_chunks()
        del documents
        numbers, parts = _by_bucket(rows)

        def write(nth: int) -> files.Bucket | None:
            return files.write_bucket(bench.files, numbers[nth], rows.take(parts[nth]))

        present = []
        with closing(files.side_by_side(write, range(len(numbers)))) as written:
            for nth, entry in enumerate(written, start=1):
                present += [] if entry is None else [entry]
                bench.progress("writing buckets", nth, len(numbers))
        subjects = pc.unique(pc.list_flatten(rows["subjects"]))
        return _contents(present, Everyone(subjects.to_pylist()), len(present))

    def update(self, bench: Workbench, earlier: files.CorpusManifest, touched: frozenset[str]) -> Contents:
        """Rewrite the buckets that the touched people's documents lie in, and those whose duplicates came back."""
        buckets = earlier.buckets
        index, leaving, made, named, changed = follow(
            bench.access, bench.store, self.recipe, buckets, touched, bench.progress
        )
        left = pc.is_in(index["document_id"], value_set=leaving)
        old = {entry.bucket: entry for entry in buckets}

        def write(number: int) -> tuple[int, files.Bucket | None]:
            rows = made.filter(pc.equal(made["bucket"], number)).drop_columns(["bucket"])
            if number in old:
                held = files.read_bucket(bench.store, old[number])
                held = held.filter(pc.invert(pc.is_in(held["document_id"], value_set=leaving)))
                rows = rows.append_column("duplicate_of", pa.nulls(len(rows), pa.string()))
                rows = pa.concat_tables([held, rows.select(held.column_names).cast(held.schema)])
            return number, files.write_bucket(bench.files, number, with_repeats(rows, named))

        rewritten, entries = 0, dict(old)
        with closing(files.side_by_side(write, sorted(changed))) as written:
            for nth, (number, entry) in enumerate(written, start=1):
                rewritten += entry != entries.pop(number, None)
                if entry is not None:
                    entries[number] = entry
                bench.progress("writing buckets", nth, len(changed))
        departed, come = _who_changed(index, left, made)
        present = [entries[number] for number in sorted(entries)]
        return _contents(present, Changed(come.to_pylist(), departed.to_pylist()), rewritten)

    def foresee(self, access: Access, store: Store, earlier: SnapshotRef, subject: str) -> Foreseen:
        touched = access.with_referring(self.asks_for(), frozenset({subject}))
        found = foresee(access, earlier, store, self.recipe, touched)
        return Foreseen(*([own_document(row, subject) for row in rows] for rows in found))

    def about(self, store: Store, snapshot: SnapshotRef, secret: bytes, subject: str) -> list[files.Document]:
        found = documents_about(store, snapshot, secret, subject)
        return [own_document(row, subject) for row in found]


def open_corpus(root: Path) -> Corpus:
    """The corpus of a workspace, by its own recipe, which is read when it is needed."""
    return Corpus(lambda: load_recipe(root / "recipe.yaml"))


def _contents(present: list[files.Bucket], people: Everyone | Changed, written: int) -> Contents:
    counts = {
        "documents": sum(entry.documents for entry in present),
        "set_aside": sum(entry.set_aside for entry in present),
    }
    return Contents(files.corpus_root(present), {"buckets": present}, counts, people, written)


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
