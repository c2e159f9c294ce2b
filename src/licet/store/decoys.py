"""Decoys for the residue scan: small files that each hide a random marker in one way a store could.

Each decoy is made so that a scan lacking the skill it tests would miss it: a test takes the skills away one by one.
"""

from __future__ import annotations

import gzip
import io
import json
import secrets
import zipfile
from collections.abc import Iterator
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from licet.store.packed_numbers import is_number, number_marker, packed

_CODECS = ("zstd", "snappy", "gzip", "lz4", "brotli")
#: Before a marker in a value, so that no codec leaves it in plain sight: repeated text is stored as a reference.
_REPEATS = 64


class Decoy(NamedTuple):
    """How markers are hidden, the markers, the file; `planted` when it is also put into the store itself."""

    name: str
    markers: tuple[bytes, ...]
    content: bytes
    planted: bool = False


def new_marker() -> bytes:
    """A marker that is nowhere else: 128 random bits in hex."""
    return secrets.token_hex(16).encode()


def make_decoys() -> Iterator[Decoy]:
    """One decoy for every way of hiding."""
    marker = new_marker()
    yield Decoy("plain bytes", (marker,), b"{" + marker + b"}", planted=True)
    for codec in _CODECS:
        if pa.Codec.is_available(codec):
            marker = new_marker()
            table = pa.table({"text": [_scattered(marker)]})
            yield Decoy(
                f"Parquet values in {codec}", (marker,), _parquet(table, codec), planted=codec == "zstd"
            )
    marker = new_marker()
    rows = pa.table({"text": [marker.decode()[:20] + " ", marker.decode()]})
    yield Decoy("a Parquet delta encoding", (marker,), _parquet(rows, "none", encoding="DELTA_BYTE_ARRAY"))
    marker = new_marker()
    unused = pa.DictionaryArray.from_arrays(pa.array([0]), pa.array(["kept", _scattered(marker)]))
    yield Decoy(
        "an unused value of a Parquet dictionary", (marker,), _parquet(pa.table({"text": unused}), "zstd")
    )
    marker = new_marker()
    nested = pa.table({"rows": pa.array([[{"text": _scattered(marker)}]])})
    yield Decoy("nested Parquet values", (marker,), _parquet(nested, "zstd"))
    marker = new_marker()
    field = pa.field("n", pa.int32(), metadata={b"note": marker})
    labelled = pa.table([pa.array([1], pa.int32())], schema=pa.schema([field]))
    yield Decoy("Parquet field metadata", (marker,), _parquet(labelled, "zstd"))
    number = secrets.randbelow(10**18) + 10**18
    yield Decoy(
        "a whole number in Parquet", (str(number).encode(),), _parquet(pa.table({"n": [number]}), "zstd")
    )
    marker = "é".encode() + new_marker()
    yield Decoy("a JSON escape", (marker,), json.dumps({"text": marker.decode()}).encode())
    marker = new_marker()
    yield Decoy("gzip", (marker,), gzip.compress(_scattered(marker).encode(), mtime=0))
    marker = new_marker()
    yield Decoy("zip", (marker,), _zip(_scattered(marker).encode()))
    marker = new_marker()
    yield Decoy("an Arrow file", (marker,), _arrow(pa.table({"text": [_scattered(marker)]})))
    marker = new_marker()
    yield Decoy(
        "the bytes of hex digits", (marker,), b"{" + bytes.fromhex(marker.decode()) + b"}", planted=True
    )
    marker = number_marker(secrets.randbits(64))
    yield Decoy("a number of records", (marker,), _records([marker], secrets.token_bytes(32)), planted=True)


def make_marker_decoys(markers: list[bytes]) -> Iterator[Decoy]:
    """Files of all that is looked for, words and numbers: each of them is found where it is. None where nothing is."""
    words = [marker for marker in markers if not is_number(marker)]
    numbers = [marker for marker in markers if is_number(marker)]
    if words:
        table = pa.table({"text": pa.array(words, pa.binary())})
        yield Decoy("what is looked for", tuple(words), _parquet(table, "zstd"), planted=True)
    if numbers:
        yield Decoy("numbers that are looked for", tuple(numbers), _records(numbers), planted=True)


def _records(markers: list[bytes], before: bytes = b"") -> bytes:
    """Numbers in the order of records, each beside another number of four bytes. before: of which the first begins."""
    return b"".join((before, *(packed(marker) + secrets.token_bytes(4) for marker in markers)))


def _scattered(marker: bytes) -> str:
    """Text that holds the marker, after all its pieces, so that a compressed copy is made of back references."""
    text = marker.decode()
    pieces = [text[i : i + 8] for i in range(0, len(text), 8)]
    return " ".join(reversed(pieces)) + " " + text * _REPEATS


def _parquet(table: pa.Table, codec: str, encoding: str | None = None) -> bytes:
    sink = io.BytesIO()
    pq.write_table(
        table,
        sink,
        compression=codec,
        write_statistics=False,
        use_dictionary=encoding is None,
        column_encoding=dict.fromkeys(table.column_names, encoding) if encoding else None,
    )
    return sink.getvalue()


def _zip(content: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("member", content)
    return sink.getvalue()


def _arrow(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_file(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return sink.getvalue()
