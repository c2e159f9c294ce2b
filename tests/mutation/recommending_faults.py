"""Faults of lists as they are served: who said no goes on being counted, or is shown what is not for them."""

from __future__ import annotations

from faults import Fault

_FOLLOWED, _OFFERED, _LEARNED, _JOBS = (
    "licet.app.recommending.followed_rows",
    "licet.app.recommending.offered_items",
    "licet.app.recommending.learned_counts",
    "licet.app.recommending.job_lists",
)
_USE = "licet.uses.recommend.recommend_use"

FAULTS = [
    Fault(
        "who chose since the last request is passed over",
        _FOLLOWED,
        "                self._taker.take_few(now, few)\n",
        "                pass\n",
        "somebody who said no is in everybody's lists until the server is started again",
    ),
    Fault(
        "a new day changes nothing that was taken",
        _FOLLOWED,
        "        if not (now.is_same_day(before) and now.has_files_of(before)):",
        "        if not now.has_files_of(before):",
        "what is learned goes on by a rule that has ended",
    ),
    Fault(
        "what only connections may see is offered to everybody",
        _OFFERED,
        '    return table.visibilities.get(seen_by, seen_by) == "public"\n',
        '    return table.visibilities.get(seen_by, seen_by) != "private"\n',
        "a member's post for their connections stands in strangers' lists",
    ),
    Fault(
        "what a supposed choice changed is left so",
        _LEARNED,
        "            for member, traits in before.items():\n                self._replace(member, traits)\n",
        "",
        "looking at both ways takes the member out, or in, for everybody",
    ),
    Fault(
        "few are told of to everybody",
        _JOBS,
        "FEWEST_TOLD = 10\n",
        "FEWEST_TOLD = 1\n",
        "what one member looked at stands first in strangers' lists",
    ),
    Fault(
        "a row of several people is taken out with one of them alone",
        _USE,
        "        touched = bench.access.with_sharing(self.going.layout.tables, touched)\n",
        "",
        "what a member did beside one who said no stays in the artefact, which says that it is of now",
    ),
    Fault(
        "a row of several people is followed by one of them alone",
        _FOLLOWED,
        "                access.is_about_one(name) for name in self._tables if access.tables[name].subjects\n",
        "                True for name in self._tables if access.tables[name].subjects\n",
        "a post of two is shown though one of them said no",
    ),
]
