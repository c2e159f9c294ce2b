"""The same rules for whole tables: the `Gate` through which members' data is read, and `Access`, all a use is given.

`tabulate` asks `decide` once per class of people and kind of row; `population` and `rows` put people and rows
into those classes; `gate` joins the two, or, once a table is prepared, looks the answers up (`numbers`, `marks`).
`tables`, `members`, `plans` and `verdicts` are the gate's parts, in the order in which it needs them.
`batches` decides about records that bring their facts along. `engine` is what any engine must offer.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from licet.enforce.access import Access
    from licet.enforce.batches import decide_batch
    from licet.enforce.counts import HeldBack
    from licet.enforce.gate import Gate

__all__ = ["Access", "Gate", "HeldBack", "decide_batch"]

_WHERE = {"Access": "access", "Gate": "gate", "HeldBack": "counts", "decide_batch": "batches"}


def __getattr__(name: str) -> Any:
    # Loaded when asked for: the facts about one person need no gate.
    if name in _WHERE:
        return getattr(import_module(f"licet.enforce.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'licet.enforce' has no attribute {name!r}")
