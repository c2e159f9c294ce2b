"""Which rows of Parquet files pass, on Spark: a few bits a row, met by the row's place in its file and by nobody's id.

Spark says of each row of a Parquet file which row of which file it is. So people meet rows once, when a table is
prepared; what comes of it is kept in the session as bitmaps, four kibibytes for 32,768 rows, and later queries look
into those beside the columns that they read. A row whose file or place has no bitmap is held back, and so is one that
was told two things. Files must stand as they stood when they were judged, before a query and after it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import ibis  # noqa: F401 - whole before its parts: another thread would find them half made
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql.functions import expr

from licet.enforce.row_verdicts import RowsInFiles
from licet.enforce.rows import MASK
from licet.enforce.spark_backend import SparkBackend
from licet.sources.column_names import RESERVED
from licet.sources.file_state import look_at
from licet.terms import GateError

#: Where a row lies.
FILE, ROW = f"{RESERVED}_file", f"{RESERVED}_row"
_KEY, _OF_KEY, _OF_FILE, _CHUNK, _BITS = (
    f"{RESERVED}_{name}" for name in ("key", "of_key", "of_file", "chunk", "bits_")
)

#: Rows of a bitmap and of a word of it, as powers of two.
_CHUNK_ROWS, _WORD_ROWS = 15, 6
_WORDS = 1 << (_CHUNK_ROWS - _WORD_ROWS)
#: Of one file, as a power of two: a row's number has 63 bits, and no file comes near.
_MOST_CHUNKS = 40


class Tables(Protocol):
    """What is asked of the engine: a frame as a table, and a table that is sent whole to whoever looks in it."""

    session: Any
    backend: SparkBackend

    def view(self, frame: Any) -> ir.Table: ...

    def hand_in(self, data: pa.Table) -> ir.Table: ...

    def keep(self, expression: ir.Table, *, sought: bool = False) -> ir.Table: ...


def rows_in_files(engine: Tables, frame: Any, name: str, files: tuple[Path, ...]) -> RowsInFiles | None:
    """frame: reads these files. None where a column has the name by which Spark tells of places, or it reads others."""
    stood = look_at(files).files
    if "_metadata" in map(str.lower, frame.columns) or len(frame.inputFiles()) != len(files):
        return None
    # Text is dear to carry: of one file it need not be said which it is.
    file = "_metadata.file_path" if len(files) > 1 else "''"
    placed = frame.selectExpr("*", f"{file} AS {FILE}", f"_metadata.row_index AS {ROW}")

    def require() -> None:
        """Raises: GateError GATE-008 where a file is no more the one whose rows were judged."""
        if look_at(files).files != stood:
            raise GateError(
                "GATE-008",
                f"table {name!r} changed while it was read: its files are not those whose rows were judged",
                fix="run it again when nobody writes to the table's files",
            )

    def marked(passing: ir.Table) -> ir.Table:
        told = engine.backend.raw_sql(engine.backend.compile(passing.select(FILE, ROW, MASK)))
        bit = f"shiftleft(1L, CAST({ROW} & {(1 << _WORD_ROWS) - 1} AS INT))"
        words = told.groupBy(FILE, expr(f"shiftright({ROW}, {_WORD_ROWS})").alias("word"), MASK)
        masks, bitmaps = bitmaps_of(words.agg(expr(f"bit_or({bit})").alias("bits")).toArrow())
        require()
        kept = engine.keep(engine.hand_in(bitmaps), sought=True)
        found = engine.view(_beside(placed, engine.session.table(kept.get_name()), masks, len(files) == 1))
        engine.backend.hold_files(found, passing.select(found.columns), require)
        return found

    return RowsInFiles(engine.view(placed), marked)


def bitmaps_of(words: pa.Table) -> tuple[list[int], pa.Table]:
    """The masks that occur, and per file and chunk of its rows the bitmaps that number each row's: 1 for the first of
    them, 0 for none, one bitmap for each bit of the number.

    words: FILE, word, MASK and bits: of a word of a file's rows those that have a mask.
    """
    files, file = np.unique(words[FILE].to_numpy(zero_copy_only=False).astype(str), return_inverse=True)
    word, mask, bits = (words[column].to_numpy() for column in ("word", MASK, "bits"))
    masks = np.unique(mask)
    chunks, slot = np.unique(
        file.astype(np.int64) << _MOST_CHUNKS | word >> (_CHUNK_ROWS - _WORD_ROWS), return_inverse=True
    )
    at = slot * _WORDS + (word & (_WORDS - 1))
    planes: npt.NDArray[np.int64] = np.zeros((len(masks).bit_length(), len(chunks) * _WORDS), np.int64)
    once, twice = np.zeros((2, len(chunks) * _WORDS), np.int64)
    for number, value in enumerate(masks, start=1):
        (these,) = np.nonzero(mask == value)  # of one mask each word of a file is told once
        twice[at[these]] |= once[at[these]] & bits[these]
        once[at[these]] |= bits[these]
        for place in range(len(planes)):
            if number >> place & 1:
                planes[place, at[these]] |= bits[these]
    planes &= ~twice
    ends = pa.array(np.arange(len(chunks) + 1, dtype=np.int32) * _WORDS)
    columns = {
        f"{_BITS}{n}": pa.ListArray.from_arrays(ends, pa.array(plane)) for n, plane in enumerate(planes)
    }
    told = {
        _OF_FILE: pa.array(files[chunks >> _MOST_CHUNKS].tolist(), pa.string()),
        _CHUNK: pa.array(chunks & (1 << _MOST_CHUNKS) - 1),
    }
    return masks.tolist(), pa.table(told | columns)


def _beside(placed: Any, bitmaps: Any, masks: list[int], is_one_file: bool) -> Any:
    """The rows with their masks. Of several files, a key of 64 bits finds the bitmap and the file itself confirms it:
    Spark looks numbers up several times as fast as text."""
    chunk = f"shiftright({ROW}, {_CHUNK_ROWS})"
    keys = (
        (chunk, _CHUNK) if is_one_file else (f"xxhash64({FILE}, {chunk})", f"xxhash64({_OF_FILE}, {_CHUNK})")
    )
    same = f"{_KEY} = {_OF_KEY}"
    if not is_one_file:  # written so that Spark does not take it for a second key
        same += f" AND coalesce({FILE} = {_OF_FILE} AND {chunk} = {_CHUNK}, false)"
    met = placed.selectExpr("*", f"{keys[0]} AS {_KEY}").join(
        bitmaps.selectExpr("*", f"{keys[1]} AS {_OF_KEY}"), expr(same)
    )
    word, bit = f"CAST(shiftright({ROW}, {_WORD_ROWS}) & {_WORDS - 1} AS INT)", f"CAST({ROW} & 63 AS INT)"
    number = " | ".join(
        f"shiftleft(CAST(getbit(get({_BITS}{n}, {word}), {bit}) AS INT), {n})"
        for n in range(len(masks).bit_length())
    )
    cases = " ".join(f"WHEN {n} THEN {mask}L" for n, mask in enumerate(masks, start=1))
    told = f"CASE {number} {cases} ELSE 0L END" if masks else "0L"
    own = [column for column in placed.columns if column not in (FILE, ROW)]
    return met.selectExpr(*("`" + column.replace("`", "``") + "`" for column in own), f"{told} AS {MASK}")
