"""Faults of what recommendations count: who left is counted on, or others' rows follow. Killed by any history."""

from __future__ import annotations

from faults import Fault

_COUNTS, _USE, _INTERACTIONS = (
    "licet.uses.recommend.item_counts",
    "licet.uses.recommend.recommend_use",
    "licet.uses.recommend.interactions",
)

FAULTS = [
    Fault(
        "who leaves is still told of by a pair",
        _COUNTS,
        "    stay = supports > 0\n",
        "    stay = supports >= 0\n",
        "that somebody had both of two items stands in the counts after they refused",
    ),
    Fault(
        "neighbours stay as they were",
        _COUNTS,
        "        self.neighbours[number], self.strengths[number] = 0, 0\n",
        "        pass\n",
        "a list goes on by what only somebody who refused did",
    ),
    Fault(
        "rows of whom a change touched are kept",
        _USE,
        "stay = before.filter(pc.invert(is_theirs))",
        "stay = before",
        "what somebody who refused did is learned from on",
    ),
    Fault(
        "the oldest count instead of the newest",
        _INTERACTIONS,
        "np.lexsort((items[rows], -times[rows], members[rows]))",
        "np.lexsort((items[rows], times[rows], members[rows]))",
        "what a member did lately changes nothing, and what they let go of years ago stays",
    ),
    Fault(
        "the rest of a grouping can be worked out",
        "licet.uses.recommend.opt_out_effect",
        "    while told and 0 < rest < least:\n",
        "    while False:\n",
        "of a group of a few members a figure is told, as the difference of two others",
    ),
    Fault(
        "a recipe is chosen on who said no",
        "licet.app.recipe_choice",
        "    require_exact(core, [snapshot], absences)\n",
        "",
        "what somebody did decides how lists are made, and is told of as of now, after they refused",
    ),
]
