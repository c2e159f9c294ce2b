"""Documents in the order of their ids, whatever order they came in, in memory for a part of them at a time.

A snapshot keeps each person's documents in one bucket. Written bucket by bucket, an export would show which
documents lay together; ids are salted hashes, so their order says nothing. Parts are kept on disk in the folder
being filled and are gone before it is done. Memory holds about a sixteenth of the text.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from licet.terms import UseError
from licet.uses.corpus.exports.exported_documents import SCHEMA, conform

_ROWS = 10_000
#: Texts of one part may be more than the 2 GiB that an array of the usual strings can hold.
_SPILLED = SCHEMA.set(SCHEMA.get_field_index("text"), pa.field("text", pa.large_string()))


def in_order(batches: Iterable[pa.RecordBatch | pa.Table], spill: Path) -> Iterator[pa.Table]:
    """The documents of `batches`, sorted by id, in tables of `SCHEMA`. `spill` is a folder of its own.

    Raises: UseError CORP-202 when a batch is not one of documents, or two documents have one id.
    """
    spill.mkdir(mode=0o750)
    try:
        for part in _divide(batches, spill):
            with pa.memory_map(str(part)) as source:
                table = pa.ipc.open_file(source).read_all().sort_by("document_id")
            _refuse_repeated(table["document_id"])
            for start in range(0, len(table), _ROWS):
                yield table.slice(start, _ROWS).combine_chunks().cast(SCHEMA)
            part.unlink()
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def _divide(batches: Iterable[pa.RecordBatch | pa.Table], spill: Path) -> list[Path]:
    """Write the documents to a file for each first character of their ids; return the files in that order."""
    writers: dict[str, pa.ipc.RecordBatchFileWriter] = {}
    with ExitStack() as opened:
        for batch in batches:
            table = conform(batch).cast(_SPILLED)
            first = pc.utf8_slice_codeunits(table["document_id"], 0, 1)
            for character in pc.unique(first).to_pylist():
                if character not in writers:
                    path = str(_path(spill, character))
                    writers[character] = opened.enter_context(pa.ipc.new_file(path, _SPILLED))
                writers[character].write_table(table.filter(pc.equal(first, character)))
    return [_path(spill, character) for character in sorted(writers, key=lambda text: text.encode())]


def _path(spill: Path, character: str) -> Path:
    return spill / f"{character.encode().hex()}.arrow"


def _refuse_repeated(ids: pa.ChunkedArray) -> None:
    column = ids.combine_chunks()
    same = pc.equal(column[1:], column[:-1])
    if pc.any(same).as_py():
        id_ = column[1:].filter(same)[0].as_py()
        raise UseError(
            "CORP-202", f"two documents have the id {id_}", fix="verify the store, then export again"
        )
