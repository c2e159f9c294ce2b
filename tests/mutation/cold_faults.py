"""Faults of lists for whoever has no history, and of reasons: who is gone still speaks, or somebody is named."""

from __future__ import annotations

from faults import Fault

_COUNTS, _REASONS, _BLEND = (
    "licet.uses.recommend.attribute_counts",
    "licet.uses.recommend.reasons",
    "licet.uses.recommend.candidate_blend",
)

FAULTS = [
    Fault(
        "who leaves stays in the counts of their profile's values",
        _COUNTS,
        "                    self._pairs.add(value, own, change)\n",
        "                    self._pairs.add(value, own, max(change, 0))\n",
        "what somebody who said no applied to goes on being recommended to those who share a value with them",
    ),
    Fault(
        "others are said of one person",
        _REASONS,
        "if behind and max(behind)[0] >= least:",
        "if behind:",
        "a reason tells what one member applied to",
    ),
    Fault(
        "who asks counts with the others",
        _REASONS,
        "    least = LEAST_OTHERS + (item in asker.history or item in asker.counted)\n",
        "    least = LEAST_OTHERS\n",
        "of four others something is said that needs five",
    ),
    Fault(
        "what is not wanted any more is recommended",
        _BLEND,
        "                out[place] = True\n",
        "                out[place] = False\n",
        "a member is shown, over and over, what they said they do not want",
    ),
]
