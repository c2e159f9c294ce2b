"""Trying what opting out does to recommendations, on what their artefact holds: a use of its own, noted in the ledger.

Told are means over members, in all and by region and by what the layout calls an attribute, where the policy lets that
be learned from; nobody is named.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from licet.app.artefact_status import require_exact
from licet.app.artefacts import note_use, present_access
from licet.app.effect.people_effect import PeopleEffect, latest_people, people_effect
from licet.enforce import Access
from licet.enforce.absences import Absences
from licet.enforce.origin import PurposeRef
from licet.enforce.selection import people_columns
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment, parse_moment
from licet.uses.manifest import read_manifest
from licet.uses.recommend.completion_attack import Exposed, attack
from licet.uses.recommend.interactions import Interactions
from licet.uses.recommend.kept_interactions import read_interactions
from licet.uses.recommend.opt_out_effect import LEAST_MEMBERS, SHARES, Curve, Effect, effect_of
from licet.uses.recommend.ranking_metrics import Interval
from licet.uses.recommend.recommend_layout import RecommendLayout, load_layout
from licet.uses.recommend.recommend_manifest import KIND, RecommendManifest
from licet.uses.use import Progress

if TYPE_CHECKING:
    from licet.app.core import Core


class RecommendationEffect(NamedTuple):
    """effect: of noes. exposed: what being learnt from tells. at, position: of when what was tried was permitted.

    policy: its title. tables: of interactions. entry: of the ledger. people: of those who are suggested; None where
    none are, or too few know somebody.
    """

    snapshot: str
    effect: Effect
    exposed: tuple[Exposed, ...]
    at: datetime
    position: int
    policy: str
    tables: tuple[str, ...]
    entry: int
    people: PeopleEffect | None = None

    @property
    def shares(self) -> tuple[float, ...]:
        return tuple(point.share for point in self.effect.curves[0].points)

    @property
    def share_names(self) -> list[str]:
        return [f"{100 * share:g} %" for share in self.shares]

    @property
    def recipe(self) -> str:
        said = self.effect.recipe.model_dump(exclude={"version"})
        return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in said.items())

    def as_json(self) -> JsonObject:
        """Rounded to what an interval lets one say."""
        effect = self.effect
        return {
            "snapshot": self.snapshot, "at": format_moment(self.at), "position": self.position,
            "policy": self.policy, "tables": list(self.tables), "entry": self.entry,
            "recipe": effect.recipe.model_dump(mode="json"), "members": effect.members, "items": effect.items,
            "interactions": effect.rows, "seeds": effect.seeds, "least_members": LEAST_MEMBERS,
            "ndcg_at_20": _interval(effect.ndcg), "curves": [_curve(curve) for curve in effect.curves],
            "attack": [
                {
                    "min_support": one.min_support, "learnt_from": _interval(one.learnt_from),
                    "left": _interval(one.left),
                }
                for one in self.exposed
            ],
            "people": None if self.people is None else self.people.as_json(_interval),
        }  # fmt: skip


class _Attributes:
    """Who reads members' attributes: see `artefacts.Reader`."""

    name, learns = KIND, True

    def __init__(self, layout: RecommendLayout) -> None:
        self._layout = layout

    def asks_for(self) -> Mapping[str, Collection[str]]:
        return self._layout.attributes


def recommendation_effect(
    core: Core,
    which: str,
    seeds: int,
    most: int,
    absences: Absences,
    progress: Progress,
    shares: Sequence[float] = SHARES,
) -> RecommendationEffect:
    """As `RecommendOperations.effect`."""
    snapshot, graph = core.store.snapshot(KIND, which), latest_people(core)
    require_exact(core, [snapshot, *([] if graph is None else [graph])], absences)
    said = read_manifest(RecommendManifest, snapshot)
    held = read_interactions(core.store, said)
    groups = _groups(core, said.purpose, held, absences)
    effect = effect_of(
        held, said.recipe, groups=groups, shares=shares, seeds=seeds, most=most, progress=progress
    )
    exposed = tuple(attack(held, said.recipe, most=most, progress=progress))
    counts = {"subjects": said.counts["subjects"], "seeds": seeds}
    note_use(core, KIND, "effect", said, said.origin, counts, snapshot.id)
    entry = core.ledger.position - 1
    people = None if graph is None else people_effect(core, graph, seeds, most, progress)
    return RecommendationEffect(
        snapshot.name, effect, tuple(one for one in exposed if one.left.members >= LEAST_MEMBERS),
        parse_moment(said.at), said.ledger.position, said.policy.title, said.tables, entry, people,
    )  # fmt: skip


def _groups(
    core: Core, asked: PurposeRef, held: Interactions, absences: Absences
) -> dict[str, list[str | None]]:
    """By grouping the group of each member: their region, and the attributes of the layout that may be learned from."""
    at, position = core.now(), core.ledger.position
    facts = core.people().facts_about_many(held.members, at, position, core.ledger)
    groups: dict[str, list[str | None]] = {
        "region": [None if told is None else told.region for told in map(facts.get, held.members)]
    }
    layout = load_layout(core.layout.root / "recommend.yaml")
    if not layout.attributes:
        return groups
    with present_access(core, _Attributes(layout), asked, None, position, absences) as access:
        for table, columns in layout.attributes.items():
            for column in columns:
                said = _values(access, table, column)
                if said:
                    groups.setdefault(column, [said.get(member) for member in held.members])
    return groups


def _values(access: Access, table: str, column: str) -> dict[str, str]:
    """By member the one text that a column says of them; nobody's of whom it says several, or none."""
    if not access.is_about_one(table):
        return {}
    (whose,) = people_columns(access.tables[table].subjects)
    found: dict[str, set[str]] = {}
    for row in access.rows(table, [column]).read_all().to_pylist():
        value = row.get(column)
        told = value if isinstance(value, list) else [value]
        found.setdefault(row[whose], set()).update(str(each) for each in told if each is not None)
    return {member: next(iter(values)) for member, values in found.items() if len(values) == 1}


def _curve(curve: Curve) -> JsonObject:
    return {
        "served": curve.served, "grouping": curve.grouping, "group": curve.group,
        "points": [{"share": point.share, "change": _interval(point.change)} for point in curve.points],
    }  # fmt: skip


def _interval(told: Interval | None) -> JsonObject | None:
    if told is None:
        return None
    rounded = functools.partial(round, ndigits=4)
    return {
        "middle": rounded(told.middle), "lowest": rounded(told.lowest), "highest": rounded(told.highest),
        "members": told.members,
    }  # fmt: skip
