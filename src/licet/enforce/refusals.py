"""Who refuses something, of some people or of everybody: what would be lost with their ids."""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa

from licet.ledger import Choices
from licet.terms import ChoiceState


def refusing(ledger: Choices, position: int, subjects: Collection[str] | None = None) -> pa.Array:
    """Ids of those who refuse something or send a signal, each once; of some subjects, or of everybody not erased."""
    return who_refuses(
        ledger.choices_table(position, subjects, known=tuple),
        ledger.signals_table(position, subjects, known=tuple),
        ledger.record_noes(position, subjects, known=tuple),
    )


def who_refuses(choices: pa.Table, signals: pa.Table, record_noes: pa.Table) -> pa.Array:
    """Ids with a no among some choices, to a record, or with a signal, each once. choices: with `state`."""
    import pyarrow.compute as pc

    yeses = pa.array(ChoiceState.yeses())
    noes = choices.filter(pc.invert(pc.is_in(choices["state"], value_set=yeses)))["subject"]
    found = (noes, signals["subject"], record_noes["subject"])
    return pa.chunked_array([chunk for column in found for chunk in column.chunks], pa.string()).unique()
