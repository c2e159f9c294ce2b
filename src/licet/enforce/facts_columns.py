"""The columns of the facts table as a query reads them: ids as text, and the facts under their own names.

Beside `people`, which asks about one person at a time, so that who asks a single question loads no engine for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from licet.enforce.engine import Engine
from licet.enforce.id_types import ids_among, member_id, require_ids
from licet.enforce.population import day_of_birth
from licet.enforce.rows import column_of
from licet.enforce.text_columns import in_known_words
from licet.sources.catalogue import Catalogue, FactsTable


def facts_columns(
    catalogue: Catalogue, facts: FactsTable, engine: Engine, base: Path, handed_in: dict[str, Any]
) -> ir.Table:
    """`subject`, and what is known of each. Raises: SourceError from the table."""
    readings = catalogue.readings(facts.table)
    table = engine.open(facts.table, catalogue.tables[facts.table], base, handed_in, readings)
    require_ids(facts.table, table, ids_among(readings))
    return _narrowed(table, facts)


def _narrowed(table: ir.Table, facts: FactsTable) -> ir.Table:
    """Ids as text, and the columns that hold facts under the facts' names."""
    wanted = {
        name: column_of(table, facts.table, column)
        for name, column in (
            ("region", facts.region), ("birth_date", facts.birth_date), ("age", facts.age), ("plan", facts.plan),
        )
        if column is not None
    }  # fmt: skip
    if "plan" in wanted:
        wanted["plan"] = in_known_words(wanted["plan"].cast("string"), facts.plans)
    for name, for_all in (("region", facts.region_is), ("age", facts.age_is), ("plan", facts.plan_is)):
        if for_all is not None:
            wanted[name] = ibis.literal(for_all)
    born = wanted.get("birth_date")
    if born is not None and (born.type().is_date() or born.type().is_timestamp()):
        wanted["birth_date"] = day_of_birth(born)
    who = member_id(column_of(table, facts.table, facts.subject))
    return table.select(**{"subject": who}, **wanted)
