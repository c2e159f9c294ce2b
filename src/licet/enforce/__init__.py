"""The same rules for whole tables: the `Gate` through which members' data is read, and `Access`, all a use is given.

`verdict_table` asks `decide` once per class of people and class of rows, for gates, batches, serving and impact alike;
`population` and `rows` put people and rows into those classes; `gate` joins the two, or, once a table is prepared,
looks the answers up (`row_numbers`, `row_verdicts`). `tables`, `member_classes`, `table_plans` and `gate_verdicts` are
the gate's parts, in the order in which it needs them. `batch_decisions` decides about records that bring their facts
along; `engine` is what any engine offers.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from licet.enforce.access import Access
    from licet.enforce.batch_decisions import decide_batch
    from licet.enforce.gate import Gate
    from licet.enforce.gate_counts import HeldBack

__all__ = ["Access", "Gate", "HeldBack", "decide_batch"]

_WHERE = {"Access": "access", "Gate": "gate", "HeldBack": "gate_counts", "decide_batch": "batch_decisions"}


def __getattr__(name: str) -> Any:
    # Loaded when asked for: the facts about one person need no gate.
    if name in _WHERE:
        return getattr(import_module(f"licet.enforce.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'licet.enforce' has no attribute {name!r}")
