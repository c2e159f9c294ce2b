"""Which documents repeat an earlier one, kept exact while documents come and go.

Two documents are *near-duplicates* when their signatures share at least one band and agree in at least
`threshold` of their places. That looks at the two alone, so no third document can make or break it, and
nothing depends on the batch (a cluster's leader, a bucket's size, a random survivor would). Of the documents
present, each one names in `duplicate_of` the earliest near-duplicate before it; those that name none are kept.

Why this is enough. What is kept is a function of the set of documents present, not of its history. Removing
documents can only change a row whose named document left; adding can only change a row to a new earlier
document. So an update looks again at those rows only, and ends in the very table a fresh start would give.

Why it stays near-linear. All pairs of 100,000 copies would be 5·10⁹, so pairs are never listed. Equal
signatures form one class and only a class's first document is compared; a band's bucket is walked from its
earliest document and left at the first match, which a cluster's members all find at once. The walk is long
only where many documents share a band and yet miss the threshold: time, in that case, but never memory.

Source: MinHash and banding as in Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3rd ed., ch. 3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from licet.terms import UseError
from licet.uses.corpus.text.word_numbers import Ints

Places = npt.NDArray[np.uint32]

_NOBODY = np.iinfo(np.int64).max
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_PAIRS_PER_STEP = 1 << 16  # 64 Ki comparisons of two 512-byte signatures: 64 MiB at a time


@dataclass(frozen=True, slots=True)
class Resemblance:
    """When two signatures count as near-duplicates.

    threshold: share of equal places from 0 (exclusive) to 1, the estimated Jaccard similarity.
    bands:     groups of places; two signatures are compared when one whole group is equal. With 128 places and
               16 bands a pair at 0.8 is found with a probability of 0.95, at 0.9 of 0.9999.
    """

    threshold: float = 0.8
    bands: int = 16

    def __post_init__(self) -> None:
        if not (0 < self.threshold <= 1 and self.bands > 0):
            raise UseError(
                "CORP-102",
                "near-duplicates need a threshold above 0 and up to 1, and at least one band",
                f"threshold={self.threshold}, bands={self.bands}",
                "use the defaults: threshold=0.8, bands=16",
            )


DEFAULT = Resemblance()


def find_duplicates(documents: pa.Table, resemblance: Resemblance = DEFAULT) -> pa.Table:
    """Name each document's earliest near-duplicate before it.

    documents: `doc_id` (any sortable type, unique, no nulls), `order` (any sortable type, no nulls; ties go by
               doc_id) and `signature` (from `signatures`; a null resembles nothing).
    Returns:   the rows sorted by (order, doc_id), with `duplicate_of` (a doc_id, null for a document to keep).
    Raises:    UseError CORP-103 for a repeated or missing doc_id or order, CORP-104 for bands that do not
               divide the signature.
    """
    rows = _in_order(documents.select(["doc_id", "order", "signature"]))
    classes = _Classes.of(rows, resemblance)
    everyone = np.arange(classes.size)
    found = classes.earliest(everyone, classes.first.copy(), everyone)
    return classes.name_duplicates(rows, found)


def remove_documents(documents: pa.Table, removed: pa.Array, resemblance: Resemblance = DEFAULT) -> pa.Table:
    """What `find_duplicates` gives without `removed` (doc_ids; unknown ones are ignored).

    documents: from this module, under the same resemblance.
    """
    gone = pc.is_in(documents["doc_id"], value_set=removed.cast(documents.schema.field("doc_id").type))
    rows = documents.filter(pc.invert(gone)).combine_chunks()
    classes = _Classes.of(rows, resemblance)
    known, lost = classes.known_bounds(rows)
    again = np.flatnonzero(lost)
    known[again] = classes.earliest(again, classes.first[again], np.arange(classes.size))
    return classes.name_duplicates(rows, known)


def add_documents(documents: pa.Table, added: pa.Table, resemblance: Resemblance = DEFAULT) -> pa.Table:
    """What `find_duplicates` gives with the rows of `added` (doc_id, order, signature) as well.

    documents: from this module, under the same resemblance.
    Raises:    UseError CORP-103 when a document is added twice.
    """
    old = documents.select(["doc_id", "order", "signature", "duplicate_of"]).append_column(
        "new", pa.repeat(False, len(documents))
    )
    fresh = added.select(["doc_id", "order", "signature"])
    fresh = fresh.append_column("duplicate_of", pa.nulls(len(added), old.schema.field("doc_id").type))
    fresh = fresh.append_column("new", pa.repeat(True, len(added))).cast(old.schema)
    rows = _in_order(pa.concat_tables([old, fresh]))
    classes = _Classes.of(rows, resemblance)
    bounds, _ = classes.known_bounds(rows)
    moved = rows["new"].to_numpy()[classes.first]
    changed, unchanged = np.flatnonzero(moved), np.flatnonzero(~moved)
    bounds[unchanged] = classes.earliest(unchanged, bounds[unchanged], changed)
    bounds[changed] = classes.earliest(changed, classes.first[changed], np.arange(classes.size))
    return classes.name_duplicates(rows, bounds)


def band_keys(signed: pa.FixedSizeBinaryArray, resemblance: Resemblance = DEFAULT) -> npt.NDArray[np.uint64]:
    """A key per band and document, shape (bands, documents); near-duplicates have one in common.

    signed: without nulls. A key depends on its document alone.
    Raises: UseError CORP-104 for bands that do not divide the signature.
    """
    return _band_keys(places(signed), resemblance.bands)


@dataclass(frozen=True, slots=True)
class _Classes:
    """Documents of equal signature, numbered by their first row; rows are in order, so earlier is smaller.

    of_row: class of each row, -1 for a null signature.
    first:  first row of each class, ascending.
    places: signature of each class, shape (classes, num_perm).
    keys:   band keys of each class, shape (bands, classes).
    """

    of_row: Ints
    first: Ints
    places: Places
    keys: npt.NDArray[np.uint64]
    needed: int

    @classmethod
    def of(cls, rows: pa.Table, resemblance: Resemblance) -> _Classes:
        encoded = rows["signature"].combine_chunks().dictionary_encode()
        of_row = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
        distinct = places(encoded.dictionary)
        # Arrow numbers a dictionary by first appearance, so class numbers follow the order of documents.
        signed = np.flatnonzero(of_row >= 0)
        _, at = np.unique(of_row[signed], return_index=True)
        num_perm = distinct.shape[1]
        return cls(
            of_row=of_row,
            first=signed[at].astype(np.int64),
            places=distinct,
            keys=_band_keys(distinct, resemblance.bands),
            needed=int(np.ceil(resemblance.threshold * num_perm - 1e-9)),
        )

    @property
    def size(self) -> int:
        return len(self.first)

    def known_bounds(self, rows: pa.Table) -> tuple[Ints, npt.NDArray[np.bool_]]:
        """What the stored column still says per class, and for which classes it says nothing any more.

        The bound is the row of the named document, the class's own first row when it names none.
        """
        named = rows["duplicate_of"].combine_chunks().take(pa.array(self.first))
        at = pc.index_in(named, value_set=rows["doc_id"].combine_chunks())
        lost = pc.and_(pc.is_valid(named), pc.is_null(at)).to_numpy(zero_copy_only=False)
        bound = pc.fill_null(at, -1).to_numpy(zero_copy_only=False).astype(np.int64)
        return np.where(
            (bound >= 0) & pc.is_valid(named).to_numpy(zero_copy_only=False), bound, self.first
        ), lost

    def earliest(self, queries: Ints, bounds: Ints, candidates: Ints) -> Ints:
        """For each query class the first row of its earliest near-duplicate among `candidates`.

        bounds: look only at candidates whose first row is smaller; returned where there is none.
        """
        bounds = bounds.copy()
        if not len(queries) or not len(candidates):
            return bounds
        everyone = np.union1d(queries, candidates)
        for keys in self.keys:
            # Most share a band with nobody: they are neither looked for nor among what is looked through.
            shared = _repeated(keys[everyone])
            if len(shared):
                mine = np.flatnonzero(_among(keys[queries], shared))
                same = candidates is queries
                theirs = candidates[mine] if same else candidates[_among(keys[candidates], shared)]
                lower = bounds[mine]
                self._walk_band(keys, queries[mine], lower, theirs)
                bounds[mine] = lower
        return bounds

    def _walk_band(self, keys: npt.NDArray[np.uint64], queries: Ints, bounds: Ints, candidates: Ints) -> None:
        """Lower `bounds` by what one band's buckets hold: each is walked from its earliest class on."""
        wanted = candidates[np.argsort(keys[candidates], kind="stable")]  # they ascend: so does each bucket
        at = np.searchsorted(keys[wanted], keys[queries], side="left")
        end = np.searchsorted(keys[wanted], keys[queries], side="right")
        open_ = np.flatnonzero(at < end)
        at, end = at[open_], end[open_]
        reach = 1
        while len(open_):
            early = self.first[wanted[at]] < bounds[open_]
            open_, at, end = open_[early], at[early], end[early]
            for part in range(0, len(open_), max(_PAIRS_PER_STEP // reach, 1)):
                here = slice(part, part + max(_PAIRS_PER_STEP // reach, 1))
                self._compare(
                    queries, bounds, wanted, open_[here], at[here], np.minimum(at[here] + reach, end[here])
                )
            at = at + reach
            going = at < end
            open_, at, end = open_[going], at[going], end[going]
            reach = min(reach * 2, _PAIRS_PER_STEP)

    def _compare(
        self, queries: Ints, bounds: Ints, wanted: Ints, open_: Ints, start: Ints, stop: Ints
    ) -> None:
        lengths = stop - start
        query = np.repeat(open_, lengths)
        nth = np.arange(len(query)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        other = wanted[np.repeat(start, lengths) + nth]
        alike = (self.places[queries[query]] == self.places[other]).sum(axis=1) >= self.needed
        np.minimum.at(bounds, query[alike], self.first[other[alike]])

    def name_duplicates(self, rows: pa.Table, bounds: Ints) -> pa.Table:
        """The table with `duplicate_of`: the class's earlier near-duplicate, else its own first document."""
        row = np.arange(len(rows))
        source = np.where(self.of_row >= 0, np.append(bounds, _NOBODY)[self.of_row], _NOBODY)
        named = pa.array(np.where(source < row, source, 0), mask=source >= row)
        doc_ids = rows["doc_id"].combine_chunks()
        return pa.table(
            {
                "doc_id": doc_ids,
                "order": rows["order"].combine_chunks(),
                "signature": rows["signature"].combine_chunks(),
                "duplicate_of": doc_ids.take(named),
            }
        )


def places(signed: pa.FixedSizeBinaryArray) -> npt.NDArray[np.uint32]:
    """The hashes of signatures without nulls, one row a document: shape (documents, num_perm)."""
    width = signed.type.byte_width
    data = np.frombuffer(signed.buffers()[1], dtype="<u4") if len(signed) else np.empty(0, dtype="<u4")
    table = data.reshape(-1, width // 4) if len(signed) else data.reshape(0, width // 4)
    return table[signed.offset : signed.offset + len(signed)]


def _band_keys(table: Places, bands: int) -> npt.NDArray[np.uint64]:
    """A 64-bit key per band and class: equal places give equal keys, whatever else is in the table."""
    if table.shape[1] % bands:
        raise UseError(
            "CORP-104",
            f"{bands} bands do not divide signatures of {table.shape[1]} places",
            fix="choose a number of bands that divides num_perm, such as 16 for 128",
        )
    grouped = table.reshape(len(table), bands, table.shape[1] // bands).astype(np.uint64)
    keys = np.zeros((len(table), bands), dtype=np.uint64)
    for place in range(grouped.shape[2]):
        keys = (keys ^ (keys >> np.uint64(31))) * _MULTIPLIER + grouped[:, :, place]
    return np.ascontiguousarray(keys.T)


def _repeated(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """What stands more than once among the keys, ascending, at least once each."""
    ascending = np.sort(keys)
    repeated: npt.NDArray[np.uint64] = ascending[1:][ascending[1:] == ascending[:-1]]
    return repeated


def _among(keys: npt.NDArray[np.uint64], ascending: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    """Which of the keys are among others, of which there is at least one."""
    among: npt.NDArray[np.bool_] = (
        ascending[np.minimum(np.searchsorted(ascending, keys), len(ascending) - 1)] == keys
    )
    return among


def _in_order(documents: pa.Table) -> pa.Table:
    repeated = pc.count_distinct(documents["doc_id"]).as_py() != len(documents)
    if repeated or documents["doc_id"].null_count or documents["order"].null_count:
        raise UseError(
            "CORP-103",
            "every document needs an order and a doc_id of its own",
            fix="give each document once, with both filled in",
        )
    return documents.sort_by([("order", "ascending"), ("doc_id", "ascending")]).combine_chunks()
