"""Plain exports: Parquet files, or JSON Lines."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from licet.store.parquet_writer import parquet_writer
from licet.terms import UseError
from licet.terms.moments import format_moment
from licet.uses.corpus.exports.document_order import in_order
from licet.uses.corpus.exports.export_account import Account
from licet.uses.corpus.exports.export_folder import SPILL, Export, Folder, new_folder, summarise
from licet.uses.corpus.exports.exported_documents import SCHEMA, Documents

ROWS_PER_FILE = 100_000
ROWS_PER_GROUP = 10_000


def export_parquet(
    documents: Iterable[pa.RecordBatch | pa.Table],
    account: Account,
    out: str | Path,
    *,
    overwrite: bool = False,
    rows_per_file: int = ROWS_PER_FILE,
) -> Export:
    """Write ``documents-00000-of-000NN.parquet`` to the folder `out`, with a manifest and sums.

    Raises: UseError CORP-201 to CORP-206.
    """
    with new_folder(out, overwrite=overwrite) as folder:
        stream = Documents(in_order(documents, folder.root / SPILL))
        write_shards(folder, "documents", stream, rows_per_file)
        check_count(stream, account)
        folder.finish("parquet", account)
        return summarise(folder, out, account.documents)


def export_jsonl(
    documents: Iterable[pa.RecordBatch | pa.Table],
    account: Account,
    out: str | Path,
    *,
    overwrite: bool = False,
    compress: bool = False,
) -> Export:
    """Write ``documents.jsonl`` (``.gz`` when `compress`), one JSON object a line, with a manifest and sums.

    Raises: UseError CORP-201 to CORP-206.
    """
    with new_folder(out, overwrite=overwrite) as folder:
        stream = Documents(in_order(documents, folder.root / SPILL))
        with folder.file("documents.jsonl.gz" if compress else "documents.jsonl") as file:
            if compress:
                # No name and no time in the header: the same documents, the same bytes.
                with gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
                    _write_lines(packed, stream)
            else:
                _write_lines(file, stream)
        check_count(stream, account)
        folder.finish("jsonl", account)
        return summarise(folder, out, account.documents)


def write_shards(folder: Folder, stem: str, stream: Documents, rows_per_file: int) -> list[tuple[str, int]]:
    """Write Parquet files of `rows_per_file` documents, ``<stem>-00000-of-000NN.parquet``; at least one.

    Returns: path and documents of each. Memory holds `ROWS_PER_GROUP` documents.
    """
    if rows_per_file < 1:
        raise UseError("CORP-206", f"{rows_per_file} documents a file make no file", fix="give 1 or more")
    group = min(ROWS_PER_GROUP, rows_per_file)
    written: list[tuple[str, int]] = []
    table = stream.read(group)
    while len(table) or not written:
        name, rows = f"{stem}-{len(written):05d}.part", 0
        with folder.file(name) as file, parquet_writer(file, SCHEMA) as writer:
            while len(table):
                writer.write_table(table, row_group_size=group)
                rows += len(table)
                table = stream.read(min(group, rows_per_file - rows))  # none once the file is full
        written.append((name, rows))
        table = stream.read(group)
    shards = []
    for number, (name, rows) in enumerate(written):
        shards.append((f"{stem}-{number:05d}-of-{len(written):05d}.parquet", rows))
        folder.rename(name, shards[-1][0])
    return shards


def check_count(stream: Documents, account: Account) -> None:
    """Refuse an export that holds other than what its manifest says.

    Raises: UseError CORP-206.
    """
    if stream.tally.documents != account.documents:
        raise UseError(
            "CORP-206",
            f"the snapshot has {account.documents} documents and {stream.tally.documents} came to be exported",
            fix="verify the store, then export the whole snapshot",
        )


def _write_lines(file: BinaryIO | gzip.GzipFile, stream: Documents) -> None:
    for table in stream.groups(ROWS_PER_GROUP):
        for row in table.to_pylist():
            if row["created"] is not None:
                row["created"] = format_moment(row["created"])
            file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
