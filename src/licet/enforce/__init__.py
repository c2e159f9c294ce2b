"""The same rules for whole tables: the `Gate` through which every use reads members' data.

`tabulate` asks `decide` once per class of people and kind of row; `population` and `rows` put people and rows
into those classes; `gate` joins the two. `engine` is what any engine must offer, `duckdb_engine` the one here.
"""

from licet.enforce.gate import Gate, HeldBack

__all__ = ["Gate", "HeldBack"]
