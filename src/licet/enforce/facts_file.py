"""One member's facts straight out of a Parquet file, for who asks a single question: no engine is started for it.

Only what means the same to whoever reads it is read here: one file, ids that are text or whole numbers, regions and
plans that are text, days of birth that are days, ages that are whole numbers. Everything else is left to the engine,
and so is every complaint about a file. A test holds the two to the same facts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from licet.enforce.plain_arrays import text_array
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
        found = table.filter(
            pc.equal(table[facts.subject].cast(pa.string()), text_array([subject])[0])
        ).to_pylist()
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


def _is_id(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_integer(kind))


def _known(name: str, value: Any, plans: dict[str, str]) -> Any:
    return plans.get(value, value) if name == "plan" else value
