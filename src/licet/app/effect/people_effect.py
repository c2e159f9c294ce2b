"""What noes cost where people are suggested: tried on the graph of permitted edges as it stands.

A tenth of the edges is held out, drawn by their ends, and a list is as good as it finds these again among its first 20.
Then members are drawn who leave what is learned from, or who hide their list, a share of them at a time; whoever is
asked is set beside themselves when nobody does. Nobody is named, and of fewer than 50 members there is no figure.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.app import artefacts
from licet.app.artefacts import note_use
from licet.enforce.access import secret_of
from licet.terms.canonical import JsonObject
from licet.uses.manifest import read_manifest
from licet.uses.people.connection_graph import ConnectionGraph
from licet.uses.people.people_use import KIND, PeopleManifest, edges_now
from licet.uses.people.permitted_edges import EDGES
from licet.uses.recommend.opt_out_effect import LEAST_MEMBERS, Point
from licet.uses.recommend.ranking_metrics import Interval, draw, mean_interval, ratio_interval
from licet.uses.row_buckets import OWNER
from licet.uses.use import Progress

if TYPE_CHECKING:
    from licet.app.core import Core
    from licet.store import SnapshotRef

SHARES, HELD_OUT, K = (0.1, 0.3, 0.5), 0.1, 20
#: What those who are drawn do: leave what is learned from, or hide their list.
Act: TypeAlias = Literal["out", "hidden"]
ACTS: tuple[Act, ...] = ("out", "hidden")


class PeopleCurve(NamedTuple):
    """Of those who did not do it, or did: how their lists change, at each share who do."""

    act: Act
    did: bool
    points: tuple[Point, ...]


class PeopleEffect(NamedTuple):
    """recall: at 20, of everybody looked at, when nobody does either. members, edges: that there were."""

    snapshot: str
    recall: Interval
    curves: tuple[PeopleCurve, ...]
    members: int
    edges: int
    seeds: int

    def as_json(self, told: Callable[[Interval | None], JsonObject | None]) -> JsonObject:
        """told: an interval, rounded."""
        return {
            "snapshot": self.snapshot, "members": self.members, "edges": self.edges, "seeds": self.seeds,
            "recall_at_20": told(self.recall),
            "curves": [
                {
                    "act": curve.act, "did": curve.did,
                    "points": [{"share": one.share, "change": told(one.change)} for one in curve.points],
                }
                for curve in self.curves
            ],
        }  # fmt: skip


class _Seen(NamedTuple):
    """Of members looked at: their numbers, how good their lists are, and were when nobody did it."""

    members: list[int]
    after: list[float]
    before: list[float]


def latest_people(core: Core) -> SnapshotRef | None:
    """The graph that people are suggested from, as it stands; None where there is none."""
    return next(iter(artefacts.latest(core, KIND)), None)


def people_effect(
    core: Core, snapshot: SnapshotRef, seeds: int, most: int, progress: Progress
) -> PeopleEffect | None:
    """None where too few members have an edge that could be found again. Noted in the ledger, as a use of its own."""
    said = read_manifest(PeopleManifest, snapshot)
    edges = edges_now(core.store, said, secret_of(core.salt, KIND), (), EDGES.empty_table())
    tried = effect_on(edges, SHARES, seeds, most, progress)
    if tried is None:
        return None
    counts = {"subjects": said.counts["subjects"], "seeds": seeds}
    note_use(core, KIND, "effect", said, said.origin, counts, snapshot.id)
    return PeopleEffect(snapshot.name, *tried, said.counts["subjects"], said.counts["edges"], seeds)


def effect_on(
    edges: pa.Table, shares: Sequence[float], seeds: int, most: int, progress: Progress
) -> tuple[Interval, tuple[PeopleCurve, ...]] | None:
    """edges: of EDGES, each from both ends. most: members looked at of those who did and of those who did not."""
    people = sorted(pc.unique(edges[OWNER]).to_pylist())
    found: dict[tuple[Act, bool, float], list[_Seen]] = {}
    base: list[_Seen] = []
    for seed in range(seeds):
        progress("drawing whom people lose", seed, seeds)
        base.append(_try(edges, people, shares, most, seed, found))
    together = _joined(base)
    if len({*together.members}) < LEAST_MEMBERS:
        return None
    curves = tuple(
        PeopleCurve(act, did, tuple(Point(share, _change(found[act, did, share])) for share in shares))
        for act in ACTS
        for did in (False, True)
    )
    return mean_interval(np.array(together.before), np.array(together.members)), curves


def _try(
    edges: pa.Table,
    people: Sequence[str],
    shares: Sequence[float],
    most: int,
    seed: int,
    found: dict[tuple[Act, bool, float], list[_Seen]],
) -> _Seen:
    """All shares and acts under one seed, put to `found`; what was so when nobody did anything."""
    kept, lost = _held_out(edges, seed)
    # Whose lot lies under a share does it at that one, and so at every greater one.
    lots = dict(zip(people, (draw(people, seed ^ 0x107) / 2.0**64).tolist(), strict=True))
    turns = dict(zip(people, draw(people, seed ^ 0x5EED).tolist(), strict=True))
    numbers = {who: number for number, who in enumerate(people)}
    panel = sorted(lost, key=turns.__getitem__)
    whole = ConnectionGraph(kept)
    own = {who: whole.of(who) for who in panel}

    def recall(graph: ConnectionGraph, who: str) -> float:
        shown = {one.subject for one in graph.suggest(who, own[who], K)}
        return len(shown & lost[who]) / min(K, len(lost[who]))

    at_first = functools.cache(functools.partial(recall, whole))

    def see(graph: ConnectionGraph, among: Sequence[str]) -> _Seen:
        numbered = [numbers[who] for who in among]
        return _Seen(numbered, [recall(graph, who) for who in among], [at_first(who) for who in among])

    for share in shares:
        doing = {who for who in people if lots[who] < share}
        for act in ACTS:
            graph = ConnectionGraph(_without(kept, doing) if act == "out" else _hidden(kept, doing))
            for did in (False, True):
                among = [who for who in panel if (who in doing) is did][:most]
                found.setdefault((act, did, share), []).append(see(graph, among))
    looked = panel[:most]
    return _Seen([numbers[who] for who in looked], [], [at_first(who) for who in looked])


def _held_out(edges: pa.Table, seed: int) -> tuple[pa.Table, dict[str, set[str]]]:
    """What is left of the edges, and whom each member lost."""
    owners, others = edges[OWNER].to_pylist(), edges["other"].to_pylist()
    pairs = ["\n".join(sorted(ends)) for ends in zip(owners, others, strict=True)]
    is_held = draw(pairs, seed) / 2.0**64 < HELD_OUT
    lost: dict[str, set[str]] = {}
    for place in np.flatnonzero(is_held).tolist():
        lost.setdefault(owners[place], set()).add(others[place])
    return edges.filter(pa.array(~is_held)), lost


def _without(edges: pa.Table, out: Collection[str]) -> pa.Table:
    some = pa.array(sorted(out), pa.string())
    touched = pc.or_(pc.is_in(edges[OWNER], value_set=some), pc.is_in(edges["other"], value_set=some))
    return edges.filter(pc.invert(touched))


def _hidden(edges: pa.Table, hiding: Collection[str]) -> pa.Table:
    hides = pc.is_in(edges[OWNER], value_set=pa.array(sorted(hiding), pa.string()))
    shown = pc.and_(edges["is_readable"], pc.invert(hides))
    return edges.set_column(edges.schema.get_field_index("is_readable"), "is_readable", shown)


def _joined(seen: Sequence[_Seen]) -> _Seen:
    return _Seen(*([value for each in seen for value in each[part]] for part in range(3)))  # type: ignore[arg-type]


def _change(parts: Sequence[_Seen]) -> Interval | None:
    seen = _joined(parts)
    if len({*seen.members}) < LEAST_MEMBERS or not any(seen.before):
        return None
    ratio = ratio_interval(np.array(seen.after), np.array(seen.before), np.array(seen.members))
    return ratio._replace(middle=ratio.middle - 1)
