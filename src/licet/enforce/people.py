"""One person's facts, for a single decision: the same reading of the facts table as `population`, one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from licet.decide import Facts
from licet.enforce.engine import Engine
from licet.enforce.rows import column_of
from licet.ledger import Ledger
from licet.sources.catalogue import Catalogue
from licet.terms import ChoiceState
from licet.terms.moments import age_in_years


def facts_about(
    subject: str,
    at: datetime,
    position: int,
    catalogue: Catalogue,
    engine: Engine,
    ledger: Ledger,
    base: Path,
    handed_in: dict[str, Any] | None = None,
) -> Facts | None:
    """What is known about one subject at a moment and a ledger position; None when nobody knows them.

    A fact that two rows of the facts table contradict, or that one leaves out, is not known.
    """
    columns = catalogue.facts
    if columns is None:
        return None
    table = engine.open(columns.table, catalogue.tables[columns.table], base, dict(handed_in or {}))
    wanted = {
        name: column_of(table, columns.table, column)
        for name, column in (
            ("region", columns.region), ("birth_date", columns.birth_date), ("age", columns.age),
            ("plan", columns.plan),
        )
        if column is not None
    }  # fmt: skip
    who = column_of(table, columns.table, columns.subject).cast("string")
    with engine.reading(f"table {columns.table!r}"):
        rows = table.filter(who == subject).select(subject=who, **wanted).to_pyarrow().to_pylist()
    if not rows:
        return None
    agreed = {name: rows[0][name] if len({row[name] for row in rows}) == 1 else None for name in wanted}
    choices: dict[str, ChoiceState] = {}
    narrow: dict[str, dict[str, ChoiceState]] = {}
    for choice in ledger.choices_of(subject, position):
        if choice.category is None:
            choices[choice.setting] = choice.state
        else:
            narrow.setdefault(choice.setting, {})[choice.category] = choice.state
    return Facts(
        None if agreed.get("region") is None else str(agreed["region"]),
        _age(agreed, at),
        None if agreed.get("plan") is None else str(agreed["plan"]),
        choices,
        narrow,
        ledger.signals_of(subject, position),
    )


def _age(agreed: dict[str, Any], at: datetime) -> int | None:
    if "birth_date" in agreed:
        born = agreed["birth_date"]
        if isinstance(born, datetime):
            born = born.astimezone(UTC).date() if born.tzinfo else born.date()
        return age_in_years(born, at) if isinstance(born, date) else None
    age = agreed.get("age")
    return age if type(age) is int and age >= 0 else None
