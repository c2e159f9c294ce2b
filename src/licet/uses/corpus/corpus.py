"""The corpus: permitted documents, built once and brought up to date at the cost of what changed.

`build` makes documents of what is permitted. `update` makes those of the people a change touched anew, and adds to the
log what came of it; nothing else of the corpus is read or written. It ends with the root that a build from scratch has
and, once `compact` has put the log together, with its files, byte for byte (law 8).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.access import Access
from licet.store import SnapshotRef, Store
from licet.uses.corpus import deltas, document_tree
from licet.uses.corpus import snapshot as files
from licet.uses.corpus.candidates import NOTHING, candidates_of, read_tails
from licet.uses.corpus.corpus_log import CorpusLog
from licet.uses.corpus.document_maker import SHOWN
from licet.uses.corpus.document_selection import make_documents
from licet.uses.corpus.duplicates import bands_of, find_repeats, with_repeats
from licet.uses.corpus.incremental import documents_about, follow, foresee, selection_of, suppose
from licet.uses.corpus.kept_documents import KeptDocuments
from licet.uses.corpus.recipe import Recipe, load_recipe
from licet.uses.corpus.text import VERSION as TEXTS_VERSION
from licet.uses.corpus.text import require_packages
from licet.uses.run import touched_since, version_of
from licet.uses.use import Changed, Contents, Everyone, Files, Foreseen, Parents, Workbench

#: A change about more candidates than this share of all is a reason to build anew: from there on it costs less. So does
#: it where nothing is left, however little that was.
_SHARE = 0.75


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
        return {name: version_of(name) for name in libraries} | {"texts": str(TEXTS_VERSION)}

    def build(self, bench: Workbench) -> Contents:
        recipe, expected, done = self.recipe, sum(row.records for row in bench.counts.passed), 0

        def tick(documents: int) -> None:
            nonlocal done
            done += documents
            bench.progress("making documents", done, max(expected, done))

        documents = make_documents(bench.access, recipe, tick=tick).documents
        bench.progress("finding near-duplicates", 0, None)
        # In order, and one piece a column: rows are taken from it bucket by bucket.
        rows = files.by_id(with_repeats(documents, find_repeats(documents, recipe)))
        del documents
        kinds = [kind.kind for kind in recipe.documents]
        candidates = candidates_of(rows, kinds, bench.access.secret, bands_of(rows, recipe))
        bench.progress("writing the index", 0, None)
        index = files.write_index(bench.files, candidates)
        slots = document_tree.fill_slots(candidates.records[candidates.records["repeats"] == NOTHING])
        del candidates
        numbers, parts = _by_bucket(rows)
        rows = rows.select([*SHOWN.names, "duplicate_of"])

        def write(nth: int) -> files.Bucket | None:
            return files.write_bucket(bench.files, numbers[nth], rows.take(parts[nth]))

        present = []
        with closing(files.side_by_side(write, range(len(numbers)))) as written:
            for nth, entry in enumerate(written, start=1):
                present += [] if entry is None else [entry]
                bench.progress("writing buckets", nth, len(numbers))
        counts = {
            "documents": sum(entry.documents for entry in present),
            "set_aside": sum(entry.set_aside for entry in present),
        }
        fields = {"buckets": present, "index": index, "slots": files.write_slots(bench.files, slots)}
        subjects = pc.unique(pc.list_flatten(rows["subjects"]))
        root = document_tree.root_of(slots, counts["documents"])
        return Contents(root, fields, counts, Everyone(subjects.to_pylist()), len(present))

    def update(self, bench: Workbench, earlier: files.CorpusManifest, touched: frozenset[str]) -> Contents:
        """Add what came of the touched people's documents; where that is much, build anew."""
        log = CorpusLog(bench.store, earlier)
        about = log.about(touched, bench.access.secret)
        held = earlier.counts["documents"] + earlier.counts["set_aside"]
        is_much = len(about) > max(deltas.FEW, _SHARE * held)
        is_empty = not any(row.records for row in bench.counts.passed)
        if is_much or is_empty:
            why = "nothing may be in it any more" if is_empty else "so much changed"
            return self.build(bench)._replace(why=f"{why}, so that building it anew costs less")
        selection = selection_of(log, about, self.recipe, touched)
        change = follow(bench.access, log, self.recipe, about, selection, bench.progress)
        counts, people = _counts_after(earlier, change), _who_changed(log, change, bench.access.secret)
        fields = {name: getattr(earlier, name) for name in ("buckets", "index", "slots", "deltas")}
        if not change.size:
            return Contents(earlier.root, fields, counts, people, 0)
        bench.progress("writing what changed", 0, None)
        slots = deltas.follow_slots(log, deltas.read_slots(bench.store, earlier), change)
        fields["slots"] = files.write_slots(bench.files, slots)
        fields["deltas"] = deltas.extend(bench.store, bench.files, log, earlier.deltas, change)
        return Contents(document_tree.root_of(slots, counts["documents"]), fields, counts, people, 1)

    def log_share(self, snapshot: SnapshotRef) -> float:
        said = files.read_corpus(snapshot)
        added = sum(deltas.size_of(delta) for delta in said.deltas)
        return 0.0 if said.index is None else added / max(said.index.records.records, deltas.FEW)

    def lingers(self, store: Store, snapshot: SnapshotRef, secret: bytes, subject: str) -> bool:
        return CorpusLog(store, files.read_corpus(snapshot)).lingers(subject, secret)

    def compact(self, store: Store, target: Files, earlier: files.CorpusManifest) -> Mapping[str, Any]:
        if not earlier.deltas:
            return {}
        buckets, index = deltas.compact(store, target, earlier)
        return {"buckets": buckets, "index": index, "deltas": ()}

    def foresee(
        self, access: Access, store: Store, earlier: SnapshotRef, subject: str, parents: Parents
    ) -> Foreseen:
        log = CorpusLog(store, files.read_corpus(earlier))
        change = self._supposed(access, log, earlier, subject)
        return Foreseen((), (), ()) if change is None else Foreseen(*foresee(log, change, subject))

    def about(
        self, store: Store, snapshot: SnapshotRef, secret: bytes, subject: str, parents: Parents
    ) -> Sequence[files.Document]:
        return documents_about(store, snapshot, secret, subject)

    def documents(self, store: Store, snapshot: SnapshotRef, secret: bytes) -> KeptDocuments:
        return KeptDocuments(store, snapshot, secret)

    def supposed(self, access: Access, store: Store, snapshot: SnapshotRef, subject: str) -> KeptDocuments:
        log = CorpusLog(store, files.read_corpus(snapshot))
        return KeptDocuments(store, snapshot, access.secret, self._supposed(access, log, snapshot, subject))

    def _supposed(
        self, access: Access, log: CorpusLog, earlier: SnapshotRef, subject: str
    ) -> deltas.Change | None:
        """What an update would change of what is about somebody; None where nothing."""
        # Whoever supposes something is touched by it, and those whose rows refer to theirs.
        touched = None if access.is_supposed else touched_since(self, access, earlier).subjects
        if touched is not None and not touched:
            return None
        return suppose(access, log, self.recipe, subject, touched)


def open_corpus(root: Path) -> Corpus:
    """The corpus of a workspace, by its own recipe, which is read when it is needed."""
    return Corpus(lambda: load_recipe(root / "recipe.yaml"))


def _counts_after(earlier: files.CorpusManifest, change: deltas.Change) -> dict[str, int]:
    """How many documents there are, and how many are set aside."""
    left, came, then = (
        each["repeats"] == NOTHING
        for each in (change.leaving.records, change.came.records, change.renamed.records)
    )
    kept = int(came.sum() - left.sum() + (change.now == NOTHING).sum() - then.sum())
    held = len(came) - len(left)
    return {
        "documents": earlier.counts["documents"] + kept,
        "set_aside": earlier.counts["set_aside"] + held - kept,
    }


def _who_changed(log: CorpusLog, change: deltas.Change, secret: bytes) -> Changed:
    """Who may be new to the corpus, and who was in it and is no more."""
    now = {who for people in change.made["subjects"].to_pylist() for who in people}
    then = {who for _, people in read_tails(log.tails(change.leaving)) for who in people}
    elsewhere = log.about(then - now, secret).but(change.leaving.records["id"])
    still = {who for _, people in read_tails(log.tails(elsewhere)) for who in people}
    return Changed(sorted(now), sorted(then - now - still))


def _by_bucket(rows: pa.Table) -> tuple[list[int], list[pa.Array]]:
    """The numbers of the buckets that hold anything, and which rows lie in each."""
    of_row = rows["bucket"].to_numpy()
    numbers, counts = np.unique(of_row, return_counts=True)
    order = np.argsort(of_row, kind="stable")
    return numbers.tolist(), [pa.array(part) for part in np.split(order, np.cumsum(counts)[:-1])]
