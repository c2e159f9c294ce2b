"""Whom a member may know, as choices and policy are now: of their own permitted edges, by way of those who learn.

Two noes are kept apart. Who does not let others learn from them is walked through for nobody else and suggested to
nobody, and is still served from their own edges; who is not personalised is served nobody, and the answer says so. What
whoever chose since would change is applied to the graph in memory before anything is answered. Nothing is noted.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from licet.app.layout_drafts import write_draft
from licet.app.own_rows import open_serving
from licet.app.present_artefact import Presence, build_now
from licet.app.standing_views import StandingViews
from licet.enforce.access import secret_of
from licet.enforce.origin import PurposeRef
from licet.enforce.serving import OwnRows, Serving
from licet.terms import SELF, AppError, UseError
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment
from licet.terms.vocabulary import ancestors
from licet.uses.manifest import read_manifest
from licet.uses.people.connection_graph import ConnectionGraph, Suggested
from licet.uses.people.people_layout import FILE_NAME, EdgeTable, PeopleLayout
from licet.uses.people.people_use import KIND, People, PeopleManifest, edges_now
from licet.uses.people.permitted_edges import permitted_edges
from licet.uses.registry import open_use

if TYPE_CHECKING:
    from licet.app.core import Core
    from licet.enforce.subject_rows import SubjectIndexes
    from licet.uses.use import Progress

#: For what others' edges are learnt from, and for what a member's own are read.
LEARNING, SERVING = "recommender_training", "recommendation"
MOST_SUGGESTED = 100
_HEAD = "# Which edges join people, and whose list of them those they know may read; see docs/people.md."


class PeopleBuilt(NamedTuple):
    """What a build of the graph came to. edges: each once; subjects: how many members have one."""

    snapshot: str
    name: str
    root: str
    how: str
    edges: int
    subjects: int
    position: int

    def as_json(self) -> JsonObject:
        return self._asdict()


class PeopleSuggested(NamedTuple):
    """Best first. own: how many of their own edges it was answered from. why: where nobody is suggested, why so.

    is_walked: whether others are suggested them, or by way of them. at, position: of when it is.
    """

    subject: str
    suggested: tuple[Suggested, ...]
    own: int
    is_walked: bool
    why: str | None
    at: str
    position: int

    def as_json(self) -> JsonObject:
        return {**self._asdict(), "suggested": [one._asdict() for one in self.suggested]}


def build(core: Core, progress: Progress) -> PeopleBuilt:
    """Raises: UseError RCMD-111, RCMD-112, RCMD-113; as a gate."""
    _require_layout(core)
    made = build_now(core, KIND, PurposeRef(LEARNING, SELF), progress)
    said = read_manifest(PeopleManifest, made.snapshot)
    return PeopleBuilt(
        made.snapshot.id, made.snapshot.name, said.root, made.how, said.counts["edges"],
        said.counts["subjects"], said.ledger.position,
    )  # fmt: skip


class PeopleYouMayKnow:
    """Suggestions of one workspace, with the graph that stands in memory. Any number of threads may share one."""

    def __init__(self, core: Core) -> None:
        self._core, self._lock = core, threading.Lock()
        self._graphs = StandingViews[ConnectionGraph](core, KIND)
        self._opened: tuple[SubjectIndexes, Serving] | None = None

    def suggest(self, subject: str, most: int, at_least: int | None) -> PeopleSuggested:
        """Raises: AppError RCMD-104, RCMD-105, RCMD-114 for no number, APP-013, APP-085; as `Serving.own`."""
        if not 1 <= most <= MOST_SUGGESTED:
            raise AppError(
                "RCMD-114", f"{most} people cannot be suggested", fix=f"ask for 1 to {MOST_SUGGESTED}"
            )
        core = self._core
        if not core.people().knows(subject):
            raise core.unknown(subject)
        use = open_use(KIND, core.layout.root)
        assert isinstance(use, People)
        own = self._serving().own(subject, at_least)
        connections = _connections(own, use.layout.edges, subject)
        graph = self._graphs.of("edges", PurposeRef(LEARNING, SELF), own.position, self._made)
        found = tuple(graph.suggest(subject, connections, most))
        return PeopleSuggested(
            subject, found, len(connections), bool(graph.of(subject)),
            None if found else _why_nobody(own, use.layout, connections),
            format_moment(own.at), own.position,
        )  # fmt: skip

    def _serving(self) -> Serving:
        indexes = self._core.subject_indexes
        with self._lock:
            if self._opened is None or self._opened[0] is not indexes:
                self._opened = indexes, open_serving(self._core, SERVING, SELF, for_training=False)
            return self._opened[1]

    def _made(self, present: Presence) -> ConnectionGraph:
        assert isinstance(present.use, People)
        said, touched = read_manifest(PeopleManifest, present.snapshot), present.touched
        after = permitted_edges(present.access, present.use.layout, touched)
        secret = secret_of(self._core.salt, KIND)
        return ConnectionGraph(edges_now(self._core.store, said, secret, touched, after))


def _connections(own: OwnRows, edges: EdgeTable, subject: str) -> frozenset[str]:
    """Whom somebody knows, of rows that both ends permit."""
    rows = own.tables.get(edges.table)
    if rows is None or not {*edges.columns} <= {*rows.column_names}:
        return frozenset()
    ends = zip(*(rows[column].to_pylist() for column in edges.columns), strict=True)
    return frozenset(
        other
        for who, whom in ends
        for other in ((whom,) if who == subject else (who,) if whom == subject else ())
        if other is not None and other != subject
    )


def _why_nobody(own: OwnRows, layout: PeopleLayout, connections: Collection[str]) -> str:
    if layout.edges.table not in own.about:
        return "they know nobody yet"
    if not connections:
        return "neither policy nor choices let any of their own connections be used for it"
    return "none of those they know shows them anybody new"


def _require_layout(core: Core) -> None:
    """See to it that there is a file. Raises: UseError RCMD-113 where the catalogue has no edges of connections."""
    path = core.layout.root / FILE_NAME
    if path.exists():
        return
    for name, table in core.catalogue.tables.items():
        kinds = {kind for kind in table.columns.values() if kind is not None}
        if table.edge is None or not any("connections" in ancestors(kind) for kind in kinds):
            continue
        # Who could see a row could see the edge; where that is its ends alone, no list is anybody else's to read.
        lists = "nobody" if table.visibility_is == "private" else "connections"
        layout = PeopleLayout.model_validate(
            {"edges": {"table": name, "from": table.edge.from_, "to": table.edge.to}, "lists": lists}
        )
        write_draft(path, _HEAD, layout, "which edges join people")
        return
    raise UseError(
        "RCMD-113",
        "the catalogue has no table of edges of connections to draft from",
        str(path),
        "say `edge:` of the table that joins members, or write the file by hand, as docs/people.md shows",
    )
