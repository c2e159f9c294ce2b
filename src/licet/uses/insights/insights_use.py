"""The use `insights`: one contribution a member, and every posting, in buckets; releases are drawn of them.

What stands here follows every choice like any artefact: who says no is out of it with the next update. What was
released is frozen and is no part of it: see `monthly_release`. Nothing is learnt but how many there are.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.access import Access
from licet.store import SnapshotRef, Store
from licet.terms.canonical import canonical_json, digest
from licet.uses.insights.contributions import CONTRIBUTIONS, members_skills, postings, told_of
from licet.uses.insights.insights_layout import FILE_NAME, InsightsLayout, load_insights_layout
from licet.uses.manifest import Manifest, read_manifest
from licet.uses.row_buckets import OWNER, RowBuckets, RowFile, root_of
from licet.uses.run import version_of
from licet.uses.use import Changed, Contents, Everyone, Foreseen, Parents, Shown, Workbench

KIND = "insights"


class InsightsManifest(Manifest):
    """files: the contributions, by bucket. skills: that are told of at all. counts: postings, too."""

    layout: InsightsLayout
    skills: tuple[str, ...]
    files: tuple[RowFile, ...]


class Insights:
    """What releases are drawn of; see `licet.uses.use`."""

    name = KIND
    format = 1
    learns = True
    manifest = InsightsManifest
    parents: tuple[str, ...] = ()

    def __init__(self, layout: Callable[[], InsightsLayout]) -> None:
        """layout: what reads it; what an artefact holds is told without."""
        self._read = layout

    @functools.cached_property
    def layout(self) -> InsightsLayout:
        return self._read()

    def asks_for(self) -> Mapping[str, Collection[str]]:
        demand, held = self.layout.demand, self.layout.held
        asked: dict[str, set[str]] = {
            demand.table: {
                column for column in (demand.skill, demand.region, demand.created) if column is not None
            }
        }
        asked.setdefault(held.table, set()).add(held.skill)
        if held.region is not None:
            asked.setdefault(held.region.table, set()).add(held.region.column)
        return asked

    def counted(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.layout.demand.table, self.layout.held.table)))

    def settings(self) -> Mapping[str, InsightsLayout]:
        return {"layout": self.layout}

    def environment(self) -> dict[str, str]:
        return {"pyarrow": version_of("pyarrow")}

    def build(self, bench: Workbench) -> Contents:
        bench.progress("reading what is asked for", 0, None)
        asked = postings(bench.access, self.layout)
        skills = told_of(self.layout, asked)
        bench.progress("reading what members have", 0, None)
        held = members_skills(bench.access, self.layout, skills)
        rows = pa.concat_tables([asked, held])
        files = _buckets(self.layout, bench.access.secret).written(bench.files, rows)
        fields = {"files": files, "skills": tuple(sorted(skills))}
        people = Everyone(held["subject"].to_pylist())
        return Contents(self._root(files), fields, _counts(files, len(held)), people, len(files))

    def update(self, bench: Workbench, earlier: InsightsManifest, touched: frozenset[str]) -> Contents:
        """Rows about nobody are as they were: where one changed, all is made anew."""
        bench.progress("reading what changed", 0, None)
        buckets = _buckets(self.layout, bench.access.secret)
        then = buckets.read(bench.store, earlier.files, touched)
        now = members_skills(bench.access, self.layout, earlier.skills, touched)
        files, written = buckets.replaced(bench.store, bench.files, earlier.files, touched, now)
        came, were = now["subject"].to_pylist(), then["subject"].to_pylist()
        held = earlier.counts["subjects"] + len(came) - len(were)
        fields = {"files": files, "skills": earlier.skills}
        people = Changed(came, sorted(set(were) - set(came)))
        return Contents(self._root(files), fields, _counts(files, held), people, written)

    def foresee(
        self, access: Access, store: Store, earlier: SnapshotRef, subject: str, parents: Parents
    ) -> Foreseen:
        said = read_manifest(InsightsManifest, earlier)
        touched = access.with_referring(tuple(self.asks_for()), frozenset({subject}))
        rows = _buckets(said.layout, access.secret).read(store, said.files, touched)
        then, now = (
            {shown["document_id"]: shown for shown in _shown(table, subject)}
            for table in (rows, members_skills(access, self.layout, said.skills, touched))
        )
        return Foreseen(
            [then[id_] for id_ in sorted(then.keys() - now.keys())],
            [now[id_] for id_ in sorted(now.keys() - then.keys())],
            [now[id_] for id_ in sorted(then.keys() & now.keys()) if then[id_] != now[id_]],
        )

    def about(
        self, store: Store, snapshot: SnapshotRef, secret: bytes, subject: str, parents: Parents
    ) -> Sequence[Shown]:
        said = read_manifest(InsightsManifest, snapshot)
        return _shown(_buckets(said.layout, secret).read(store, said.files, [subject]), subject)

    def _root(self, files: Sequence[RowFile]) -> str:
        return root_of(KIND, self.format, self.layout.digest, files)


def open_insights(root: Path) -> Insights:
    """What a workspace's insights are drawn of, by its `insights.yaml`."""
    return Insights(lambda: load_insights_layout(root / FILE_NAME))


def contributions_of(store: Store, said: InsightsManifest, secret: bytes) -> pa.Table:
    """All contributions of an artefact, in no order that means anything; of CONTRIBUTIONS."""
    return _buckets(said.layout, secret).read(store, said.files)


def _buckets(layout: InsightsLayout, secret: bytes) -> RowBuckets:
    return RowBuckets(CONTRIBUTIONS, [OWNER, "skill"], secret, layout.buckets)


def _counts(files: Sequence[RowFile], held: int) -> dict[str, int]:
    return {"postings": sum(one.rows for one in files) - held}


def _shown(rows: pa.Table, subject: str) -> list[Shown]:
    own = rows.filter(pc.is_valid(rows["subject"])).to_pylist()
    return [
        {
            "document_id": digest(canonical_json(["contribution to insights", row["subject"]]))[:32],
            "kind": "contribution", "key": row["skill"], "language": None,
            "text": f"{row['skill']}, {row['region'] or 'no region said'}" if row["subject"] == subject else None,
        }
        for row in own
    ]  # fmt: skip
