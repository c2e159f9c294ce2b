"""What is counted and never handed out: a gate's counts of everything, what-if, and the impact of a policy to come.

Each number must be the number of rows, or of people, of which `decide` says so.
"""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from random import Random

from licet.app import Workspace
from licet.decide import Policy
from licet.terms import PackError
from licet.testing.drawn_words import pick
from licet.testing.marked_worlds import MarkedTable
from licet.testing.oracle.row_answers import row_codes
from licet.testing.oracle.sightings import Judged, Leak, Sightings, seen
from licet.testing.oracle.standpoint import Standpoint, kinds_of
from licet.testing.successors import make_successor

#: Records, the people in them, and records by kind of data.
_Numbers = tuple[int, int, dict[str, int]]


def through_counts(rng: Random, workspace: Workspace, stand: Standpoint) -> Sightings:
    """Raises: Leak."""
    found = _gate_counts(workspace, stand)
    if not stand.world.handed_in:  # what exists only while it is handed in, no count of a workspace can read
        found += _what_if(workspace, stand) + _impact(rng, workspace, stand)
    return found


def _gate_counts(workspace: Workspace, stand: Standpoint) -> Sightings:
    gate = workspace.gate(stand.purpose, recipient=stand.recipient, tables=stand.world.handed_in)
    told: dict[str, Counter[str | None]] = {}
    counts, marks = gate.counts(), Counter[Judged]()
    for passed in counts.passed:
        told.setdefault(passed.table, Counter())[None] += passed.records
    for held in counts.held_back:
        told.setdefault(held.table, Counter())[held.code] += held.records
    for name, table in {"members": stand.world.people, **stand.world.tables}.items():
        expected = row_codes(stand, table)
        if told.get(name, Counter()) != expected:
            raise Leak(f"counts: {name} has {told.get(name)}, and decide says {dict(expected)}")
        for code, records in expected.items():
            marks[Judged("counts", "", code or "permitted", code is None)] += records
    return seen(marks)


def _what_if(workspace: Workspace, stand: Standpoint) -> Sightings:
    (supposed,) = workspace.policies.what_if(str(stand.world.policy)).policies
    told = {
        (use.purpose, use.recipient): (
            use.records, use.members, {kind.category: kind.records or 0 for kind in use.kinds},
        )
        for use in supposed.uses
    }  # fmt: skip
    expected: dict[tuple[str, str], _Numbers] = {}
    for use in stand.policy.pack.uses():
        of_use = stand._replace(purpose=use.purpose, recipient=use.recipient)
        expected[use.purpose, use.recipient] = _numbers(
            (table, number, of_use.row_answer(table, number).mask) for table, number in _rows(stand)
        )
    return _hold("what-if", told, _nonzero(expected))


def _impact(rng: Random, workspace: Workspace, stand: Standpoint) -> Sightings:
    """From this policy some years ago to one that may follow it, now."""
    following = make_successor(rng, stand.policy.pack).pack
    path = stand.world.root / "following.json"
    path.write_text(json.dumps(following.as_json()), encoding="utf-8")
    earlier = stand._replace(at=stand.at - timedelta(days=pick(rng, [0, 400, 2500])))
    later = stand._replace(policy=Policy(following, (*stand.policy.earlier, stand.policy.pack)))
    with contextlib.suppress(PackError):  # one that opens what no policy can
        impact = workspace.policies.impact(str(stand.world.policy), str(path), earlier.at, later.at)
        gained, lost = {}, {}
        for use in impact.uses:
            place = use.purpose, use.recipient
            kinds: tuple[Counter[str], Counter[str]] = Counter(), Counter()
            for change in use.changes:
                kinds[0][change.category] += change.records_gained
                kinds[1][change.category] += change.records_lost
            gained[place] = use.records_gained, len(use.gaining), dict(+kinds[0])
            lost[place] = use.records_lost, len(use.losing), dict(+kinds[1])
        return _hold("impact", _nonzero(gained), _changes(stand, earlier, later, True)) + _hold(
            "impact", _nonzero(lost), _changes(stand, earlier, later, False)
        )
    return seen(Counter())


def _changes(
    stand: Standpoint, earlier: Standpoint, later: Standpoint, is_gain: bool
) -> dict[tuple[str, str], _Numbers]:
    found = {}
    for use in {*earlier.policy.pack.uses(), *later.policy.pack.uses()}:
        sides = [side._replace(purpose=use.purpose, recipient=use.recipient) for side in (earlier, later)]
        rows = []
        for table, number in _rows(stand):
            before, after = (side.row_answer(table, number).mask for side in sides)
            rows.append((table, number, after & ~before if is_gain else before & ~after))
        found[use.purpose, use.recipient] = _numbers(iter(rows))
    return _nonzero(found)


def _nonzero(numbers: dict[tuple[str, str], _Numbers]) -> dict[tuple[str, str], _Numbers]:
    return {use: of_use for use, of_use in numbers.items() if of_use[0]}


def _rows(stand: Standpoint) -> Iterator[tuple[MarkedTable, int]]:
    for table in stand.world.on_disk.values():
        for number in range(len(table.rows)):
            yield table, number


def _numbers(rows: Iterator[tuple[MarkedTable, int, int]]) -> _Numbers:
    """rows: each with a bit for each of its kinds of data that counts."""
    records, people, by_kind = 0, set(), Counter[str]()
    for table, number, mask in rows:
        if mask:
            records += 1
            people |= {*table.people_of(number)}
            by_kind.update(kind for bit, kind in enumerate(kinds_of(table)) if mask >> bit & 1)
    return records, len(people), dict(by_kind)


def _hold(
    way: str, told: dict[tuple[str, str], _Numbers], expected: dict[tuple[str, str], _Numbers]
) -> Sightings:
    if told != expected:
        raise Leak(f"{way}: {told}, and decide says {expected}")
    return seen(Counter({Judged(way, "", "permitted", True): sum(one[0] for one in expected.values())}))
