"""The use of members' interactions for recommendations: what may be learned from, kept so that anybody can leave it.

Kept are permitted rows, by bucket of members, and a recipe. Nothing that is counted lies on a disk: counts are made
when somebody loads them, so that what is not in the rows is in no count. `update` reads and writes the buckets of whom
a change touched.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.access import Access
from licet.enforce.selection import EVENT
from licet.store import SnapshotRef, Store
from licet.uses.manifest import read_manifest
from licet.uses.recommend.chosen_recipe import FILE, ChosenRecipe, load_chosen_recipe
from licet.uses.recommend.interactions import EVENTS, Interactions
from licet.uses.recommend.item_counts import ItemCounts
from licet.uses.recommend.kept_interactions import (
    KEPT,
    bucket_of,
    kept_rows,
    member_key,
    read_bucket,
    read_interactions,
    root_of,
    totals_of,
    write_bucket,
    write_buckets,
)
from licet.uses.recommend.permitted_interactions import permitted_interactions
from licet.uses.recommend.recommend_layout import BETWEEN, RecommendLayout, load_layout
from licet.uses.recommend.recommend_manifest import FORMAT, KIND, MemberBucket, RecommendManifest
from licet.uses.run import version_of
from licet.uses.use import Changed, Contents, Everyone, Foreseen, Parents, Shown, Workbench

#: A change that touches more members than this share of all is a reason to build anew; so few are quick in every way.
_SHARE, _FEW = 0.1, 1_000


class Going(NamedTuple):
    """What recommendations of a workspace go by."""

    layout: RecommendLayout
    chosen: ChosenRecipe


class Recommend:
    """See `licet.uses.use`."""

    name = KIND
    format = FORMAT
    learns = True
    manifest = RecommendManifest
    parents: tuple[str, ...] = ()

    def __init__(self, read: Callable[[], Going]) -> None:
        """read: says what it goes by; what an artefact holds is told without."""
        self._read = read

    @functools.cached_property
    def going(self) -> Going:
        return self._read()

    def asks_for(self) -> Mapping[str, set[str]]:
        return {name: {EVENT} for name in self.going.layout.tables}

    def counted(self) -> tuple[str, ...]:
        return self.going.layout.tables

    def settings(self) -> Mapping[str, Any]:
        going = self.going
        return {
            "recipe": going.chosen.recipe, "tuned": going.chosen.tuned, "tables": going.layout.tables,
            "parts": going.layout.buckets, "item_tables": going.layout.item_tables,
        }  # fmt: skip

    def environment(self) -> dict[str, str]:
        return {"pyarrow": version_of("pyarrow")}

    def build(self, bench: Workbench) -> Contents:
        bench.progress("reading interactions", 0, None)
        held = Interactions.of(self._interactions(bench.access))
        told = functools.partial(bench.progress, "writing members' rows")
        buckets = write_buckets(
            bench.files, kept_rows(held), bench.access.secret, self.going.layout.buckets, told
        )
        return self._contents(buckets, Everyone(held.members), len(buckets))

    def update(self, bench: Workbench, earlier: RecommendManifest, touched: frozenset[str]) -> Contents:
        """Read of whom the change touched, and write their buckets; where that are many, build anew."""
        touched = bench.access.with_sharing(self.going.layout.tables, touched)
        if len(touched) > max(_FEW, _SHARE * earlier.counts["subjects"]):
            return self.build(bench)._replace(why="so much changed that building it anew costs less")
        bench.progress("reading what changed", 0, None)
        changed = self._changed(bench.access, bench.store, earlier, touched)
        buckets, written = {each.bucket: each for each in earlier.buckets}, 0
        for done, (number, (_, rows)) in enumerate(sorted(changed.by_bucket.items())):
            bench.progress("writing members' rows", done, len(changed.by_bucket))
            made = write_bucket(bench.files, number, rows, bench.access.secret)
            written += made is not None
            buckets.pop(number, None)
            if made is not None:
                buckets[number] = made
        people = Changed(changed.now, sorted(set(changed.then) - set(changed.now)))
        return self._contents([buckets[number] for number in sorted(buckets)], people, written)

    def foresee(
        self, access: Access, store: Store, earlier: SnapshotRef, subject: str, parents: Parents
    ) -> Foreseen:
        said = read_manifest(RecommendManifest, earlier)
        tables = self.going.layout.tables
        touched = access.with_sharing(tables, access.with_referring(tables, frozenset({subject})))
        then, now = set[tuple[str, str]](), set[tuple[str, str]]()
        for held, came in self._changed(access, store, said, touched).by_bucket.values():
            for rows, pairs in ((held, then), (came, now)):
                pairs |= {
                    (row["member"], row["item"]) for row in rows.to_pylist() if row["member"] in touched
                }
        show = functools.partial(_shown, access.secret)
        return Foreseen(
            [show(*pair) for pair in sorted(then - now)], [show(*pair) for pair in sorted(now - then)], ()
        )

    def about(
        self, store: Store, snapshot: SnapshotRef, secret: bytes, subject: str, parents: Parents
    ) -> Sequence[Shown]:
        """The interactions of theirs that count, the newest first."""
        said = read_manifest(RecommendManifest, snapshot)
        number = bucket_of(secret, subject, said.parts)
        rows = [read_bucket(store, each) for each in said.buckets if each.bucket == number]
        own = pa.concat_tables([KEPT.empty_table(), *rows]).filter(pc.field("member") == subject)
        own = own.sort_by([("time", "descending"), ("item", "ascending")])
        return [{**_shown(secret, subject, row["item"]), "created": row["time"]} for row in own.to_pylist()]

    # -- within --------------------------------------------------------------------------------------------------

    def _interactions(self, access: Access, subjects: frozenset[str] | None = None) -> pa.Table:
        return permitted_interactions(access, self.going.layout, subjects)

    def _changed(
        self, access: Access, store: Store, said: RecommendManifest, touched: frozenset[str]
    ) -> _ChangedRows:
        parts, secret = said.parts, access.secret
        by_bucket: dict[int, set[str]] = {}
        for who in touched:
            by_bucket.setdefault(bucket_of(secret, who, parts), set()).add(who)
        came = (
            Interactions.of(self._interactions(access, touched))
            if touched
            else Interactions.of(EVENTS.empty_table())
        )
        rows, held = kept_rows(came), {each.bucket: each for each in said.buckets}
        then, changed = list[str](), dict[int, tuple[pa.Table, pa.Table]]()
        for number, people in by_bucket.items():
            who = pa.array(sorted(people), pa.string())
            before = read_bucket(store, held[number]) if number in held else KEPT.empty_table()
            is_theirs = pc.is_in(before["member"], who)
            then += pc.unique(before["member"].filter(is_theirs)).to_pylist()
            stay = before.filter(pc.invert(is_theirs))
            after = pa.concat_tables([stay, rows.filter(pc.is_in(rows["member"], who))])
            after = after.sort_by([("member", "ascending"), ("item", "ascending")])
            if not after.equals(before):
                changed[number] = before, after
        return _ChangedRows(changed, then, came.members)

    def _contents(
        self, buckets: Sequence[MemberBucket], people: Everyone | Changed, written: int
    ) -> Contents:
        root = root_of(buckets, self.going.layout.buckets, self.going.chosen.recipe)
        return Contents(root, {"buckets": tuple(buckets)}, totals_of(buckets), people, written)


class _ChangedRows(NamedTuple):
    """by_bucket: of those that change, the rows as they were and as they are. then, now: who of the touched was in it
    and who is."""

    by_bucket: Mapping[int, tuple[pa.Table, pa.Table]]
    then: Sequence[str]
    now: Sequence[str]


def open_recommend(root: Path) -> Recommend:
    """The recommendations of a workspace, by its `recommend.yaml` and the recipe that was chosen."""

    def read() -> Going:
        layout = load_layout(root / "recommend.yaml")
        return Going(layout, load_chosen_recipe(root / FILE))

    return Recommend(read)


def item_counts(store: Store, snapshot: SnapshotRef, known_items: Collection[str] = ()) -> ItemCounts:
    """What an artefact's rows come to by its recipe. Raises: StoreError; UseError CORP-201."""
    said = read_manifest(RecommendManifest, snapshot)
    return ItemCounts.of(read_interactions(store, said, known_items), said.recipe)


def _shown(secret: bytes, member: str, item: str) -> Shown:
    name = member_key(secret, f"{len(member)} {member} {item}").hex()
    return {
        "document_id": name,
        "kind": "interaction",
        "key": item.rpartition(BETWEEN)[2],
        "language": None,
        "text": None,
    }
