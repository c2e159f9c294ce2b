"""What of a member's own rows their list is made by: what they did, what they want no more of, and their profile.

Read are the rows that may be used for `recommendation` now, of the tables that the layout names; nothing is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from licet.app.recommending.learned_counts import texts_of
from licet.app.recommending.recommendation_answers import ReadRows
from licet.decide.explain import reason_of
from licet.enforce.serving import OwnRows
from licet.packs import Pack
from licet.sources.catalogue import Catalogue, Table
from licet.terms import Code
from licet.uses.recommend.attribute_counts import MemberTraits, profile_values
from licet.uses.recommend.interactions import newest_items
from licet.uses.recommend.recommend_layout import RecommendLayout


class OwnHistory(NamedTuple):
    """items: ids of what they did something with, the latest first; the newest that count. unwanted: ids of items.

    did: by item what they did with it, what says most, where the layout has a word for that.
    profile: by column of the attributes what stands in it. followed, connected: ids of people and other things.
    rows: what was read for this and what was not.
    """

    items: tuple[str, ...]
    did: Mapping[str, str]
    unwanted: frozenset[str]
    profile: Mapping[str, list[str]]
    followed: frozenset[str]
    connected: frozenset[str]
    rows: tuple[ReadRows, ...]

    @property
    def is_permitted(self) -> bool:
        """Whether any row of theirs may be used; also where there are none at all."""
        return any(one.read for one in self.rows) or not self.rows


def own_tables(catalogue: Catalogue, layout: RecommendLayout) -> frozenset[str]:
    """The tables of which own rows are read."""
    named = {*layout.tables, *layout.attributes, *([layout.not_interested] if layout.not_interested else ())}
    return frozenset(
        name
        for name, table in catalogue.tables.items()
        if name in named or table.edge is not None or _is_following(table)
    )


def own_events(
    own: OwnRows, catalogue: Catalogue, tables: Iterable[str], layout: RecommendLayout | None = None
) -> list[tuple[str, int]]:
    """The events in somebody's permitted rows, as `Access.events` has them: those of which all parts are permitted.

    layout: by which items are named; None: they go by their keys.
    Returns: of each the item, and the time in µs since 1970.
    """
    found = list[tuple[str, int]]()
    for name in tables:
        event = catalogue.tables[name].event
        if event is None or name not in own.tables:
            continue
        rows = own.tables[name]
        if len(catalogue.tables[name].subjects) > 1:
            rows = own.rows_by(name, event.actor)  # in the others somebody else did it
        if event.item in rows.column_names and event.time in rows.column_names:
            items = rows[event.item].cast(pa.string()).to_pylist()
            times = rows[event.time].cast(pa.timestamp("us")).cast(pa.int64()).to_pylist()
            told = zip(items, times, strict=True)
            of = catalogue.tables[name].references.get(event.item)
            found += (
                (item if layout is None else layout.name_of(of, item), time)
                for item, time in told
                if item is not None and time is not None
            )
    return found


def own_history(own: OwnRows, catalogue: Catalogue, layout: RecommendLayout, pack: Pack) -> OwnHistory:
    done = {one: own_events(own, catalogue, (one.table,), layout) for one in layout.interactions}
    items = tuple(newest_items(chain.from_iterable(done.values())))
    did = dict[str, str]()
    for one in sorted(done, key=lambda one: one.weight):
        did |= {item: one.does for item, _ in done[one] if one.does is not None}
    unwanted = frozenset[str]()
    if layout.not_interested is not None:
        unwanted = _items(own_events(own, catalogue, (layout.not_interested,), layout))
    followed = [
        name for name, table in catalogue.tables.items() if table.event is not None and _is_following(table)
    ]
    return OwnHistory(
        items, did, unwanted, own_profile(own, catalogue, layout),
        _items(own_events(own, catalogue, followed)), frozenset(_connected(own, catalogue)),
        tuple(_rows(own, layout, pack)),
    )  # fmt: skip


def _items(events: Iterable[tuple[str, int]]) -> frozenset[str]:
    return frozenset(item for item, _ in events)


def _is_following(table: Table) -> bool:
    """Whether events of a table say whom somebody follows, by the vocabulary's own word for that."""
    return table.event is not None and table.columns.get(table.event.item) == "activity.follows"


def _connected(own: OwnRows, catalogue: Catalogue) -> Iterator[str]:
    """Both ends of own edges; who reads posts is among them, and reads none of their own."""
    for name, rows in own.tables.items():
        edge = catalogue.tables[name].edge
        for column in () if edge is None else (edge.from_, edge.to):
            if catalogue.tables[name].columns.get(column) is not None:  # else a pseudonym stands there
                yield from (one for value in rows[column].to_pylist() for one in texts_of(value))


def own_profile(own: OwnRows, catalogue: Catalogue, layout: RecommendLayout) -> dict[str, list[str]]:
    """By column what stands in it; a row about several people is about none of them."""
    found: dict[str, list[str]] = {}
    for name, columns in layout.attributes.items():
        subjects, rows = catalogue.tables[name].subjects, own.tables.get(name)
        if rows is None or len(subjects) != 1 or pa.types.is_nested(rows.schema.field(subjects[0]).type):
            continue
        for column in columns:
            for value in rows[column].to_pylist() if column in rows.column_names else ():
                found.setdefault(column, []).extend(texts_of(value))
    return found


def own_traits(own: OwnRows, catalogue: Catalogue, layout: RecommendLayout) -> MemberTraits:
    """What is counted of somebody whose rows these are, as `LearnedCounts` reads it of a gate."""
    events = own_events(own, catalogue, layout.tables, layout)
    return MemberTraits(profile_values(own_profile(own, catalogue, layout)), newest_items(events))


def _rows(own: OwnRows, layout: RecommendLayout, pack: Pack) -> Iterator[ReadRows]:
    asked = [*layout.tables, *layout.attributes, layout.not_interested]
    settings = {rule.id: rule.setting for rule in pack.rules}
    for name in dict.fromkeys(table for table in asked if table in own.about):
        told = own.verdicts(name)
        read = len(own.tables[name]) if name in own.tables else 0
        held_back = told.filter(pc.equal(told["mask"], 0))
        for row in held_back.slice(0, 1).select(["code", "rule"]).to_pylist():
            reason = reason_of(Code(row["code"]), row["rule"], settings.get(row["rule"]), pack)
            yield ReadRows(name, read, len(held_back), row["code"], reason)
        if not len(held_back):
            yield ReadRows(name, read, 0, None, None)
