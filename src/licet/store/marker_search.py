"""Looking into the bytes of one file for markers, however they are wrapped. Used by the residue scan.

A marker is looked for as it is and in the spellings licet's formats give text: JSON escapes, UTF-16, UTF-32
(numpy), and the bytes that hex digits stand for, as an index has ids. Gzip, zstd, bzip2, xz and zip are unpacked, one
inside another; Parquet and Arrow files are read column by column, with the values of dictionaries that no row refers
to. Whole numbers are compared as text, exactly; those that stand for words are `packed_numbers`.
What looks like one of these and cannot be read is refused, never passed over. A packed file inside a value of a
column is not unpacked: licet writes none.
"""

from __future__ import annotations

import bisect
import bz2
import gzip
import io
import json
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from licet.store.packed_numbers import PackedNumbers, is_number
from licet.terms import StoreError

DEEPEST = 8
#: Hex digits of at least 128 bits, such as the id of a document.
_DIGITS = re.compile("(?:[0-9a-f]{2}){16,}")
_TROUBLE = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    pa.ArrowException,
)


class Needle(NamedTuple):
    """A marker and one of its spellings."""

    marker: bytes
    spelling: bytes


class Wanted(NamedTuple):
    """All that is looked for. needles: words in their spellings. numbers: what words are packed as."""

    needles: list[Needle]
    numbers: PackedNumbers

    @classmethod
    def of(cls, markers: Iterable[bytes]) -> Wanted:
        each = dict.fromkeys(markers)
        words = [needle for marker in each if not is_number(marker) for needle in spell(marker)]
        return cls(words, PackedNumbers([marker for marker in each if is_number(marker)]))


class Hit(NamedTuple):
    """Where a marker was found: a byte offset in raw or unpacked bytes, a row in a column."""

    marker: bytes
    offset: int
    place: str


def spell(marker: bytes) -> list[Needle]:
    """The spellings a marker is looked for in; the marker itself first."""
    spellings = [marker]
    try:
        text = marker.decode()
    except UnicodeDecodeError:
        pass
    else:
        spellings += [json.dumps(text, ensure_ascii=ascii_)[1:-1].encode() for ascii_ in (False, True)]
        spellings += [text.encode("utf-16-le"), text.encode("utf-32-le")]
        if _DIGITS.fullmatch(text):
            spellings.append(bytes.fromhex(text))
    return [Needle(marker, spelling) for spelling in dict.fromkeys(spellings)]


def look(content: bytes, wanted: Wanted, where: str, place: str = "bytes", depth: int = 0) -> Iterator[Hit]:
    """Every place in `content` that holds what is wanted. `where` names the file in errors, `place` the way into it.

    Raises: StoreError STOR-013 when the content looks packed and cannot be unpacked.
    """
    needles = wanted.needles
    for needle in needles:
        offset = content.find(needle.spelling)
        while offset >= 0:
            yield Hit(needle.marker, offset, place)
            offset = content.find(needle.spelling, offset + 1)
    for marker, offset in wanted.numbers.look(content):
        yield Hit(marker, offset, place)
    if depth == DEEPEST:
        raise _refused(where, f"it is packed more than {DEEPEST} times over")
    try:
        if content.startswith((b"PAR1", b"PARE")):
            yield from _look_in_parquet(content, needles, place)
        elif content.startswith(b"ARROW1\0\0"):
            yield from _look_in_arrow(content, needles, place)
        else:
            for inner, unpacked in _unpack(content):
                yield from look(unpacked, wanted, where, f"{place} › {inner}", depth + 1)
    except _TROUBLE as error:
        raise _refused(where, str(error).splitlines()[0] if str(error) else type(error).__name__) from error


def _unpack(content: bytes) -> Iterator[tuple[str, bytes]]:
    if content.startswith(b"\x1f\x8b"):
        yield "gzip", gzip.decompress(content)
    elif content.startswith(b"\x28\xb5\x2f\xfd"):
        yield "zstd", pa.CompressedInputStream(pa.BufferReader(content), "zstd").read()
    elif content.startswith(b"BZh"):
        yield "bzip2", bz2.decompress(content)
    elif content.startswith(b"\xfd7zXZ\0"):
        yield "xz", lzma.decompress(content)
    elif content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for info in archive.infolist():
                yield f"zip {info.filename}", archive.read(info)


def _look_in_parquet(content: bytes, needles: list[Needle], place: str) -> Iterator[Hit]:
    metadata = pq.read_metadata(pa.BufferReader(content))
    schema = pq.ParquetFile(pa.BufferReader(content)).schema_arrow
    # Field metadata lies in the file only as base64 of this message.
    yield from _look_in_schema(schema, needles, place)
    for group in range(metadata.num_row_groups):
        # A dictionary is read as such, or values that no row refers to would go unseen.
        as_dictionary = [
            column.path_in_schema
            for column in map(metadata.row_group(group).column, range(metadata.num_columns))
            if column.physical_type == "BYTE_ARRAY" and column.has_dictionary_page
        ]
        file = pq.ParquetFile(pa.BufferReader(content), read_dictionary=as_dictionary)
        table = file.read_row_group(group)
        for name, column in zip(table.column_names, table.columns, strict=True):
            for chunk in column.chunks:
                yield from _look_in_array(chunk, needles, f"{place} › row group {group}, column {name}")


def _look_in_arrow(content: bytes, needles: list[Needle], place: str) -> Iterator[Hit]:
    reader = pa.ipc.open_file(pa.BufferReader(content))
    yield from _look_in_schema(reader.schema, needles, place)
    for number in range(reader.num_record_batches):
        batch = reader.get_batch(number)
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            yield from _look_in_array(column, needles, f"{place} › batch {number}, column {name}")


def _look_in_schema(schema: pa.Schema, needles: list[Needle], place: str) -> Iterator[Hit]:
    message = schema.serialize().to_pybytes()
    for needle in needles:
        if (offset := message.find(needle.spelling)) >= 0:
            yield Hit(needle.marker, offset, f"{place} › schema")


def _look_in_array(array: pa.Array, needles: list[Needle], place: str) -> Iterator[Hit]:
    for leaf in _leaves(array):
        kind = leaf.type
        if pa.types.is_integer(kind):
            texts = pc.cast(leaf, pa.string())
            for needle in needles:
                if needle.spelling.isdigit() and needle.spelling == needle.marker:
                    yield from _rows(pc.equal(texts, needle.marker.decode()), needle.marker, place)
        elif _is_words(kind) and len(leaf):
            yield from _look_in_words(leaf.cast(pa.large_binary()), needles, place)


def _look_in_words(words: pa.Array, needles: list[Needle], place: str) -> Iterator[Hit]:
    """Search the values where they lie, one after another: much faster than value by value."""
    _, offsets, values = words.buffers()
    starts = memoryview(offsets).cast("q")[words.offset : words.offset + len(words) + 1]
    text = values.to_pybytes() if values is not None else b""
    for needle in needles:
        found = text.find(needle.spelling, starts[0], starts[-1])
        while found >= 0:
            row = bisect.bisect_right(starts, found) - 1
            if (
                found + len(needle.spelling) <= starts[row + 1]
            ):  # or it is the end of one value and the next's start
                yield Hit(needle.marker, row, place)
                found = starts[row + 1] - 1
            found = text.find(needle.spelling, found + 1, starts[-1])


def _rows(found: Any, marker: bytes, place: str) -> Iterator[Hit]:
    if pc.any(found).as_py():
        for row in pc.indices_nonzero(found).to_pylist():
            yield Hit(marker, row, place)


def _leaves(array: pa.Array) -> Iterator[pa.Array]:
    """The flat arrays an array is made of, also what lies under null lists and unused dictionary values."""
    kind = array.type
    if isinstance(array, pa.ExtensionArray):
        yield from _leaves(array.storage)
    elif pa.types.is_dictionary(kind):
        yield from _leaves(array.dictionary)
    elif pa.types.is_struct(kind) or pa.types.is_union(kind):
        for i in range(kind.num_fields):
            yield from _leaves(array.field(i))
    elif pa.types.is_map(kind):
        yield from _leaves(array.keys)
        yield from _leaves(array.items)
    elif pa.types.is_run_end_encoded(kind) or hasattr(array, "values"):
        yield from _leaves(array.values)
    else:
        yield array


def _is_words(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_binary_view(kind)
        or pa.types.is_fixed_size_binary(kind)
    )


def _refused(where: str, why: str) -> StoreError:
    return StoreError(
        "STOR-013",
        f"a file cannot be looked into ({why}), so it cannot be shown to be clean",
        where,
        "sweep the store; if the file stays, remove what refers to it",
    )
