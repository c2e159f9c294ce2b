"""Impact equals brute force: on generated policies, people and tables it counts what `decide` says record by record."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from licet.decide import Policy
from licet.enforce.absences import Absences
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.enforce.impact import Impact, Side, uses_of
from licet.enforce.impact_counts import UseImpact
from licet.packs import Pack
from licet.testing.drawn_policies import make_pack
from licet.testing.effort import EFFORT, examples
from licet.testing.expected_refusals import people_of
from licet.testing.expected_rows import expect, known_facts
from licet.testing.memory_ledger import MemoryLedger
from licet.testing.successors import make_successor
from licet.testing.worlds import World, make_moment, make_world


def make_pair(rng: Random, members: int, rows: int) -> tuple[World, World]:
    """A world, and the same under another policy, at another moment, or both."""
    before = make_world(rng, members, rows)
    fate = rng.randrange(3)
    policy, at = before.policy, before.at
    if fate != 1:
        pack: Pack = make_successor(rng, policy.pack).pack if rng.randrange(2) else make_pack(rng)
        policy = Policy(pack, [*policy.earlier, policy.pack] if rng.randrange(2) else ())
    if fate != 0:
        at = make_moment(rng, policy.pack)
    return before, before._replace(policy=policy, at=at)


def impact_of(before: World, after: World) -> Impact:
    ledger = MemoryLedger.of(before)
    return Impact(
        Side(before.policy, before.at), Side(after.policy, after.at), before.catalogue, DuckDBEngine(threads=1),
        ledger,
        tables=before.tables, absences=Absences(salt=before.salt),
    )  # fmt: skip


def by_brute_force(before: World, after: World) -> UseImpact:
    """The same, said by deciding about every record twice."""
    known = known_facts(before)
    records: Counter[tuple[str, str | None, bool]] = Counter()
    members: dict[tuple[str, bool], set[str]] = {}
    of_all = [0, 0]
    for name, table in before.catalogue.tables.items():
        rows = before.tables[name].to_pylist()
        for row, old, new in zip(
            rows, expect(before, name).verdicts, expect(after, name).verdicts, strict=True
        ):
            people = list(people_of(row, table))
            first = known.get(people[0] or "") if people and people[0] is not None else None
            region = None if first is None else first.region
            for is_gain, kinds in (
                (True, new.permitted - old.permitted),
                (False, old.permitted - new.permitted),
            ):
                of_all[is_gain] += bool(kinds)
                for kind in kinds:
                    records[kind, region, is_gain] += 1
                    members.setdefault((kind, is_gain), set()).update(one for one in people if one in known)
    changes: Any = {}
    for (kind, region, is_gain), count in records.items():
        changes.setdefault((kind, region), [0, 0, 0, 0])[0 if is_gain else 1] = count
    for (kind, is_gain), who in members.items():
        for region, count in Counter(known[one].region for one in who).items():
            changes.setdefault((kind, region), [0, 0, 0, 0])[2 if is_gain else 3] = count

    def ids(is_gain: bool) -> tuple[str, ...]:
        found = [who for (_, gain), who in members.items() if gain is is_gain]
        return tuple(sorted(set().union(*found)))

    told = [Counter(known[one].region for one in ids(is_gain)) for is_gain in (True, False)]
    regions = {region: (told[0][region], told[1][region]) for region in {*told[0], *told[1]}}
    return UseImpact(
        before.purpose, before.recipient, of_all[True], of_all[False], ids(True), ids(False), cast(Any, regions),
        cast(Any, {key: tuple(counts) for key, counts in changes.items()}),
    )  # fmt: skip


def comparable(found: UseImpact) -> UseImpact:
    """With what has no order of its own in dictionaries."""
    return found._replace(
        gaining=tuple(sorted(found.gaining)), losing=tuple(sorted(found.losing)),
        regions=cast(Any, {one.region: tuple(one[1:]) for one in found.regions}),
        changes=cast(Any, {(one.category, one.region): tuple(one[2:]) for one in found.changes}),
    )  # fmt: skip


def compare(before: World, after: World, rng: Random, most: int = 4) -> int:
    """Hold some uses against brute force; in how many something changed."""
    impact, changed = impact_of(before, after), 0
    assert impact.uses == uses_of(before.policy, after.policy)
    for purpose, recipient in rng.sample(impact.uses, min(most, len(impact.uses))):
        old, new = (one._replace(purpose=purpose, recipient=recipient) for one in (before, after))
        found = comparable(impact.of(purpose, recipient))
        assert found == by_brute_force(old, new)
        changed += bool(found.changes)
    return changed


@examples(3)
@given(st.randoms(use_true_random=False))
def test_impact_equals_brute_force_on_small_worlds(rng: Random) -> None:
    compare(*make_pair(rng, 4, 5), rng, 2)


def test_impact_equals_brute_force_and_something_changes() -> None:
    changed = 0
    for seed in range(5 * EFFORT):
        rng = Random(seed)
        changed += compare(*make_pair(rng, 12, 25), rng)
    assert changed >= 3


def test_all_uses_together_are_the_sum_of_their_records_and_each_member_once() -> None:
    changed = 0
    for seed in range(EFFORT):
        impact = impact_of(*make_pair(Random(seed), 12, 25))
        overall = impact.all()
        uses = [impact.of(*use) for use in impact.uses]
        together = comparable(overall.together)
        assert overall.uses == tuple(one for one in uses if one.changes)
        for gains in (True, False):
            records: Counter[tuple[str, str | None]] = Counter()
            for use in uses:
                for one in use.changes:
                    records[one.category, one.region] += one.records_gained if gains else one.records_lost
            assert +records == +Counter(
                {key: counts[0 if gains else 1] for key, counts in cast(Any, together.changes).items()}
            )
            who = {one for use in uses for one in (use.gaining if gains else use.losing)}
            assert set(together.gaining if gains else together.losing) == who
        assert overall.members_changed == len({*together.gaining, *together.losing})
        changed += bool(overall.uses)
    assert changed


def test_the_same_policy_at_the_same_moment_changes_nothing_and_reads_no_row() -> None:
    before, _ = make_pair(Random(1), 6, 8)
    impact = impact_of(before, before)
    impact._tables.ordered = None  # type: ignore[method-assign, assignment]
    overall = impact.all()
    assert (
        impact.uses and overall.uses == () and overall.together.changes == () and overall.members_changed == 0
    )
