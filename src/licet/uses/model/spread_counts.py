"""The counting of members' documents, spread over where the engine at hand works.

A table is a sum over members, so any group of whole members may be counted by itself: in processes beside this one, or
on Spark's executors. `Access.transform` does not fit, since it goes to rows of tables, and documents lie in the store,
which is on this machine and was judged before; `Access.spread` carries them. With a text travel a bucket and a
number: no id, and not the secret by which members lie in buckets. What comes back are the bytes of tables or changes,
the same wherever they were worked out, and in whatever groups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.access import Access
from licet.store import Records
from licet.uses.model.byte_pairs import BytePairs, Tokens
from licet.uses.model.member_counts import CHANGES, TABLE, changes_of, summed, table_of, together
from licet.uses.model.taught_documents import of_one
from licet.uses.model.token_runs import runs_written
from licet.uses.use import Progress

#: Documents of one batch of members; a member's lie in one, however many they are.
BATCH_DOCUMENTS = 4_096

#: A text, a number for who wrote it, and whether it stands now or stood before; a batch is of one bucket.
_TEXTS = pa.schema(
    [("bucket", pa.int32()), ("member", pa.int32()), ("text", pa.large_string()), ("now", pa.bool_())]
)
#: The records that a batch comes to, and how many tokens it has more now than before.
_COUNTED = pa.schema([("bucket", pa.int32()), ("records", pa.large_binary()), ("tokens", pa.int64())])


class Written(NamedTuple):
    """Documents of exactly one person. people: of each, who; texts: of each, its text."""

    people: pa.Array
    texts: pa.Array

    @classmethod
    def of(cls, documents: pa.Table) -> Written:
        rows = of_one(documents)
        people, texts = (
            pc.list_flatten(rows["subjects"]).cast(pa.string()),
            rows["text"].cast(pa.large_string()),
        )
        return cls(people.combine_chunks(), texts.combine_chunks())

    @classmethod
    def together(cls, parts: Sequence[Written]) -> Written:
        nobody = cls(pa.array([], pa.string()), pa.array([], pa.large_string()))
        return cls(*(pa.concat_arrays(column) for column in zip(nobody, *parts, strict=True)))

    def everybody(self) -> list[str]:
        return sorted(pc.unique(self.people).to_pylist())


@dataclass(frozen=True, slots=True)
class CountedMembers:
    """The table of some members of one bucket; for `Access.spread`."""

    vocabulary: BytePairs
    order: int

    def __call__(self, texts: pa.Table) -> pa.Table:
        written = _tokens(texts, self.vocabulary)
        table = table_of([runs_written(own, self.order) for own in written.values()])
        return _counted(texts, table, _size(written))


@dataclass(frozen=True, slots=True)
class ChangedMembers:
    """What becomes of the counts of one bucket as some of its members change; for `Access.spread`."""

    vocabulary: BytePairs
    order: int

    def __call__(self, texts: pa.Table) -> pa.Table:
        then, now = (
            _tokens(texts.filter(mask), self.vocabulary) for mask in (pc.invert(texts["now"]), texts["now"])
        )
        bucket = texts["bucket"][0].as_py()
        changes = changes_of([
            (bucket, *(runs_written(documents.get(who, []), self.order) for documents in (then, now)))
            for who in sorted(then.keys() | now.keys())
        ])  # fmt: skip
        return _counted(texts, changes, _size(now) - _size(then))


def bucket_tables(
    access: Access,
    written: Written,
    bucket_of: Callable[[str], int],
    function: CountedMembers,
    progress: Progress,
) -> tuple[list[tuple[int, Records]], int]:
    """Per bucket the table of its members, in the order of buckets, and how many tokens they wrote."""
    parts: dict[int, list[Records]] = {}
    batches, tokens = list(_batches([(written, True)], bucket_of)), 0
    with access.spread(batches, function, _COUNTED) as made:
        for done, batch in enumerate(made):
            progress("counting", done, len(batches))
            for row in batch.to_pylist():
                parts.setdefault(row["bucket"], []).append(np.frombuffer(row["records"], TABLE))
                tokens += row["tokens"]
    tables = (
        (bucket, parts[bucket][0] if len(parts[bucket]) == 1 else summed(parts[bucket]))
        for bucket in sorted(parts)
    )
    return list(tables), tokens


def bucket_changes(
    access: Access, then: Written, now: Written, bucket_of: Callable[[str], int], function: ChangedMembers
) -> tuple[Records, int]:
    """What becomes of the counts, and how many tokens came, less those that went."""
    parts, tokens = list[Records](), 0
    with access.spread(_batches([(then, False), (now, True)], bucket_of), function, _COUNTED) as made:
        for batch in made:
            for row in batch.to_pylist():
                parts.append(np.frombuffer(row["records"], CHANGES))
                tokens += row["tokens"]
    return together(parts), tokens


def _batches(
    documents: list[tuple[Written, bool]], bucket_of: Callable[[str], int]
) -> Iterator[pa.RecordBatch]:
    """Texts of whole members of one bucket each. documents: with whether they stand now."""
    people = pa.concat_arrays([written.people for written, _ in documents]).dictionary_encode()
    if not len(people):
        return
    buckets = np.array([bucket_of(who) for who in people.dictionary.to_pylist()], np.int32)
    members = people.indices.to_numpy().astype(np.int32)
    rows = pa.table(
        [
            buckets[members], members, pa.concat_arrays([written.texts for written, _ in documents]),
            np.concatenate([np.full(len(written.people), is_now) for written, is_now in documents]),
        ],
        schema=_TEXTS,
    )  # fmt: skip
    order = np.lexsort((members, buckets[members]))
    members = members[order]
    of_row = buckets[members]
    begins = np.flatnonzero(np.concatenate([[True], members[1:] != members[:-1], [True]]))
    first = 0
    for member, after in zip(begins[1:-1].tolist(), begins[2:].tolist(), strict=True):
        if of_row[member] != of_row[first] or after - first > BATCH_DOCUMENTS:
            yield _batch(rows, order[first:member])
            first = member
    yield _batch(rows, order[first:])


def _batch(rows: pa.Table, which: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pa.RecordBatch:
    return rows.take(pa.array(which)).combine_chunks().to_batches()[0]


def _tokens(texts: pa.Table, vocabulary: BytePairs) -> Mapping[int, list[Tokens]]:
    """The tokens of each member's documents."""
    by_member = dict[int, list[Tokens]]()
    for who, text in zip(texts["member"].to_pylist(), texts["text"].to_pylist(), strict=True):
        by_member.setdefault(who, []).append(vocabulary.encode(text))
    return by_member


def _size(written: Mapping[int, list[Tokens]]) -> int:
    return sum(len(tokens) for own in written.values() for tokens in own)


def _counted(texts: pa.Table, records: Records, tokens: int) -> pa.Table:
    return pa.table([texts["bucket"].slice(0, 1), [records.tobytes()], [tokens]], schema=_COUNTED)
