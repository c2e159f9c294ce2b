"""The same rules for whole tables: the `Gate` through which members' data is read, and `Access`, all a use is given.

`tabulate` asks `decide` once per class of people and kind of row; `population` and `rows` put people and rows
into those classes; `gate` joins the two, or, once a table is prepared, looks the answers up (`numbers`, `marks`).
`tables`, `members`, `plans` and `verdicts` are the gate's parts, in the order in which it needs them.
`batches` decides about records that bring their facts along. `engine` is what any engine must offer.
"""

from licet.enforce.access import Access
from licet.enforce.batches import decide_batch
from licet.enforce.counts import HeldBack
from licet.enforce.gate import Gate

__all__ = ["Access", "Gate", "HeldBack", "decide_batch"]
