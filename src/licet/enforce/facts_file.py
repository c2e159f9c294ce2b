"""One member's facts straight out of a Parquet file, for who asks a single question: no engine is started for it.

Only what means the same to whoever reads it is read here: one file, ids that are text or whole numbers, regions and
plans that are text, days of birth that are days, ages that are whole numbers. Everything else is left to the engine,
and so is every complaint about a file. A test holds the two to the same facts.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from licet.sources.catalogue import Catalogue
from licet.sources.file_state import files_of
from licet.terms.canonical import JsonObject

#: Of a larger table, the engine reads less than all ids.
_MOST_ROWS = 2_000_000


def rows_in_file(catalogue: Catalogue, base: Path, subject: str) -> list[JsonObject] | None:
    """What each row about a subject says, by the name of the fact; None where that is for the engine to read."""
    facts = catalogue.facts
    if facts is None or (location := catalogue.tables[facts.table].location).parquet is None or location.hive:
        return None
    files = files_of(location, base) or ()
    wanted = {
        "subject": (facts.subject, _is_id), "region": (facts.region, pa.types.is_string),
        "birth_date": (facts.birth_date, pa.types.is_date32), "age": (facts.age, pa.types.is_integer),
        "plan": (facts.plan, pa.types.is_string),
    }  # fmt: skip
    columns = {name: column for name, (column, _) in wanted.items() if column is not None}
    try:
        (path,) = files
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            places = {name: schema.get_field_index(column) for name, column in columns.items()}
            is_plain = len({*schema.names}) == len(schema.names) and all(
                place >= 0 and wanted[name][1](schema.field(place).type) for name, place in places.items()
            )
            if not is_plain or file.metadata.num_rows > _MOST_ROWS:
                return None
            table = file.read(columns=sorted(set(columns.values())))
        found = list(_rows_about(subject, table, facts.subject))
    except (OSError, ValueError, OverflowError, pa.ArrowException):
        return None
    for_all = {"region": facts.region_is, "age": facts.age_is, "plan": facts.plan_is}
    told = {name: value for name, value in for_all.items() if value is not None}
    return [
        {
            name: _known(name, row[column], facts.plans)
            for name, column in columns.items()
            if name != "subject"
        }
        | told
        for row in found
    ]


def _rows_about(subject: str, table: pa.Table, column: str) -> Iterator[JsonObject]:
    """The rows of an id. Found without Arrow's functions, which take longer to load than to look."""
    row = 0
    for chunk in table[column].chunks:
        find = _find_text if pa.types.is_string(chunk.type) else _find_number
        for place in find(chunk, subject) if len(chunk) else ():
            if str(chunk[place].as_py()) == subject:  # where it is null, nobody's id lies there
                yield {name: table[name][row + place].as_py() for name in table.column_names}
        row += len(chunk)


def _find_text(ids: pa.StringArray, subject: str) -> list[int]:
    """Where the bytes of an id lie, each in its whole length."""
    _, ends, letters = ids.buffers()
    wanted, begins = subject.encode(), np.frombuffer(ends, np.int32)[ids.offset :][: len(ids) + 1]
    places = np.flatnonzero(np.diff(begins) == len(wanted))
    held = np.frombuffer(letters or b"", np.uint8)
    for number, letter in enumerate(wanted):
        places = places[held[begins[places] + number] == letter]
    found: list[int] = places.tolist()
    return found


def _find_number(ids: pa.Array, subject: str) -> list[int]:
    kind = np.dtype(ids.type.to_pandas_dtype())
    if (
        not subject.removeprefix("-").isdecimal()
        or not np.iinfo(kind).min <= int(subject) <= np.iinfo(kind).max
    ):
        return []
    numbers = np.frombuffer(ids.buffers()[1], kind)[ids.offset :][: len(ids)]
    found: list[int] = np.flatnonzero(numbers == int(subject)).tolist()
    return found


def _is_id(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_integer(kind))


def _known(name: str, value: Any, plans: dict[str, str]) -> Any:
    return plans.get(value, value) if name == "plan" else value
