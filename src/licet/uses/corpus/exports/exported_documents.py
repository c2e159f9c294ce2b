"""Documents on their way out: five columns, no more, in row groups that do not depend on how they came in.

Refuses any other column: subject ids, keys and signatures have no business outside the store, and a column nobody
thought of has none either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from licet.terms import UseError

#: What an export holds. Times are UTC, microseconds.
SCHEMA = pa.schema(
    [
        pa.field("document_id", pa.string()),
        pa.field("kind", pa.string()),
        pa.field("text", pa.string()),
        pa.field("language", pa.string()),
        pa.field("created", pa.timestamp("us", tz="UTC")),
    ]
)

#: What each column is, for cards and metadata.
MEANING = {
    "document_id": "Salted id of the document; it does not say whose it is.",
    "kind": "What sort of document it is.",
    "text": "The words of the document, as the recipe made them.",
    "language": "Detected language, ISO 639-1; empty when it was not detected.",
    "created": "When it was made, UTC; empty when that is not known.",
}
_REQUIRED = ("document_id", "kind", "text")


@dataclass
class Tally:
    """What went by: documents, bytes of values, documents per language (None where it is not known)."""

    documents: int = 0
    value_bytes: int = 0
    languages: dict[str | None, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)

    def add(self, table: pa.Table) -> None:
        """Count the rows of a table with `SCHEMA`."""
        self.documents += len(table)
        for name in SCHEMA.names:
            column = table[name]
            text = pa.types.is_string(column.type)
            self.value_bytes += (pc.sum(pc.binary_length(column)).as_py() or 0) if text else 8 * len(table)
        for totals, name in ((self.languages, "language"), (self.kinds, "kind")):
            for row in pc.value_counts(table[name]).to_pylist():
                totals[row["values"]] = totals.get(row["values"], 0) + row["counts"]


class Documents:
    """A stream of documents, read in tables of any size the writer asks for."""

    def __init__(self, batches: Iterable[pa.RecordBatch | pa.Table]) -> None:
        self.tally = Tally()
        self._batches = iter(batches)
        self._rest = SCHEMA.empty_table()

    def read(self, rows: int) -> pa.Table:
        """The next `rows` documents in one chunk; fewer at the end, and none after it.

        Raises: UseError CORP-202 when a batch has other columns than an export may hold, or values it may not.
        """
        parts, found = [self._rest], len(self._rest)
        while found < rows:
            batch = next(self._batches, None)
            if batch is None:
                break
            parts.append(conform(batch))
            found += len(batch)
        table = pa.concat_tables(parts)
        self._rest = table.slice(rows)
        taken = table.slice(0, rows).combine_chunks()
        self.tally.add(taken)
        return taken

    def groups(self, rows: int) -> Iterator[pa.Table]:
        """All that is left, in tables of `rows` documents."""
        while len(table := self.read(rows)):
            yield table


def conform(batch: pa.RecordBatch | pa.Table) -> pa.Table:
    """A batch as a table of `SCHEMA`. Raises: UseError CORP-202 when it cannot be one."""
    table = batch if isinstance(batch, pa.Table) else pa.Table.from_batches([batch])
    strangers = [name for name in table.column_names if name not in SCHEMA.names]
    missing = [name for name in SCHEMA.names if name not in table.column_names]
    if strangers or missing:
        names = ", ".join(strangers or missing)
        raise _refused(f"an export may not hold {names}" if strangers else f"the documents lack {names}")
    try:
        table = table.select(SCHEMA.names).replace_schema_metadata(None).cast(SCHEMA)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        raise _refused(str(error).splitlines()[0]) from error
    empty = [name for name in _REQUIRED if table[name].null_count]
    if empty:
        raise _refused(f"{empty[0]} is missing from a document")
    return table


def _refused(why: str) -> UseError:
    return UseError("CORP-202", why, fix=f"select exactly the columns {', '.join(SCHEMA.names)}")
