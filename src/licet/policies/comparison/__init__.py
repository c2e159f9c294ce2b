"""Policies side by side: what each platform says it does, in one table of cells, each with its source.

`compare` makes the rows; `as_markdown` and `as_html` lay them out. A cell says what the pack says, or that the pack
says nothing; nothing is filled in from elsewhere. Whether a use reaches someone in a region is asked of `decide`.
"""

from licet.policies.comparison.comparison_cells import COLUMNS, Cell, Comparison, Line, Row
from licet.policies.comparison.comparison_layout import REACHES, as_html, as_markdown, title
from licet.policies.comparison.comparison_table import compare, compare_packs, region_names

__all__ = [
    "COLUMNS",
    "REACHES",
    "Cell",
    "Comparison",
    "Line",
    "Row",
    "as_html",
    "as_markdown",
    "compare",
    "compare_packs",
    "region_names",
    "title",
]
