"""What a column says of all members, whatever they chose: to count by, so that nothing told of a few betrays a choice.

No use is given it, and nothing of it leaves: an operation that tells advertisers of audiences compares counts with a
threshold, and tells whether they reach it.
"""

from __future__ import annotations

import pyarrow as pa

from licet.enforce.engine import Engine
from licet.enforce.id_types import member_id
from licet.enforce.tables import Tables
from licet.terms import GateError

_PAIRS = pa.schema([("subject", pa.string()), ("value", pa.string())])


def everybodys_values(tables: Tables, engine: Engine, table: str, column: str) -> pa.Table:
    """`subject` and `value`, as text, each pair once; of a list each of its values.

    Raises: GateError GATE-002, GATE-240 as `Tables`; ADS-093 for a table whose rows are not about one member each.
    """
    content, subjects = tables.content(table), tables.catalogued(table).subjects
    if len(subjects) != 1 or content[subjects[0]].type().is_array():
        raise GateError(
            "ADS-093",
            f"the rows of table {table!r} are about no one member each",
            fix="name a table with a row for each member",
        )
    value = content[column]
    rows = content.select(
        subject=member_id(content[subjects[0]]), value=value.unnest() if value.type().is_array() else value
    )
    told = rows.mutate(value=rows.value.cast("string"))
    told = told.filter(told.subject.notnull() & told.value.notnull()).distinct()
    with engine.reading(f"table {table!r}"):
        batches = [batch.cast(_PAIRS) for batch in engine.batches(told)]
    return pa.Table.from_batches(batches, _PAIRS)
