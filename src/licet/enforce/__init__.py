"""The same rules for whole tables: the `Gate` through which every use reads members' data.

`tabulate` asks `decide` once per class of people and kind of row; `population` and `rows` put people and rows
into those classes; `gate` joins the two, or, once a table is prepared, looks the answers up (`numbers`, `marks`).
`batches` decides about records that bring their facts along. `engine` is what any engine must offer.
"""

from licet.enforce.batches import decide_batch
from licet.enforce.gate import Gate, HeldBack

__all__ = ["Gate", "HeldBack", "decide_batch"]
