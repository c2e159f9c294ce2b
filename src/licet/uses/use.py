"""The contract of a use: what every use of members' data offers, and what it is given.

A use makes an artefact of what is permitted, brings it to a later position of the ledger at the cost of what changed,
and says what it holds of somebody. It is handed a `Workbench` and nothing else. Whom a change touched, why a rebuild,
the manifest, who is in it, noting the use in the ledger and publishing are the same for all, and are done by `run`.
`licet.testing.use_contract` holds a use to its word.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, NotRequired, Protocol, TypeAlias, TypedDict, runtime_checkable

import pyarrow as pa

from licet.enforce.access import Access
from licet.enforce.gate_counts import Counts
from licet.store import Build, SnapshotRef, Store
from licet.terms.canonical import JsonObject
from licet.uses.manifest import DerivedFrom, Manifest

#: Called with a stage in plain words, how much is done and how much there is (None: not known).
Progress: TypeAlias = Callable[[str, int, int | None], None]


def silent(stage: str, done: int, total: int | None) -> None:
    """Progress for nobody."""


class Files:
    """Where a use puts what it makes: files by their content, which nothing refers to until all is whole."""

    def __init__(self, build: Build) -> None:
        self._build = build

    def put(self, data: bytes, suffix: str = "") -> str:
        """Keep bytes and return their SHA-256, by which a manifest refers to them; see `store.Build.put`."""
        return self._build.put(data, suffix)


class Documents(Protocol):
    """What an artefact offers those that are derived from it: the documents that it holds, and whose.

    Tables have the columns document_id, kind, key, subjects, created, language and text, in the order of ids; what is
    set aside is not in them.
    """

    @property
    def snapshot(self) -> SnapshotRef:
        """The artefact."""
        ...

    def buckets(self) -> Sequence[int]:
        """The numbers of the parts that it lies in, each of the documents of some owners."""
        ...

    def read(self, bucket: int) -> pa.Table:
        """The documents of one part."""
        ...

    def about(self, subjects: Collection[str]) -> pa.Table:
        """All documents that are about any of some people."""
        ...

    def at(self, earlier: DerivedFrom) -> Documents | None:
        """What an earlier artefact offered, or the same put together since; None where neither is there any more."""
        ...

    def changed_since(self, earlier: DerivedFrom) -> frozenset[str] | None:
        """Everybody of whom a document came, left or differs since; None where nobody can tell any more."""
        ...


#: By use what an artefact is derived from.
Parents: TypeAlias = Mapping[str, Documents]


class Workbench(NamedTuple):
    """All that a use is given to make an artefact.

    access:  permitted rows, and words about them. store: what was made before. files: where what it makes goes.
    counts:  what passed and what was held back of the tables it asks for.
    parents: what it is derived from, brought to the present before.
    """

    access: Access
    store: Store
    files: Files
    counts: Counts
    parents: Parents
    progress: Progress


class Everyone(NamedTuple):
    """Who is in an artefact."""

    subjects: Iterable[str]


class Changed(NamedTuple):
    """Who came into an artefact and who is no longer in it; who came may have been in it already."""

    come: Iterable[str]
    gone: Iterable[str]


class Contents(NamedTuple):
    """What a use made.

    root:   its logical root, 64 hex digits. fields: of its own manifest. counts: what it counts, `subjects` apart.
    people: who is in it, or how that changed. written: how many of its parts were made anew.
    why:    of an update that made it all anew, why.
    """

    root: str
    fields: Mapping[str, Any]
    counts: Mapping[str, int]
    people: Everyone | Changed
    written: int
    why: str | None = None


class Shown(TypedDict):
    """What a member is shown of something that an artefact holds.

    Its id, what it is, the key of what it was made from, its language, and its text; None for a text that is not theirs
    alone, and where there is none. created: when, where that is known; naive, UTC. A use may add to these.
    """

    document_id: str
    kind: str
    key: str
    language: str | None
    text: str | None
    created: NotRequired[datetime | None]


#: What of it every use tells.
SHOWN = ("document_id", "kind", "key", "language", "text")


def shown_parts(row: Shown) -> JsonObject:
    """What of it every use tells, for JSON."""
    return {part: value for part, value in row.items() if part in SHOWN}


class Foreseen(NamedTuple):
    """How an artefact would differ, by what it holds: as the difference of the two would have it."""

    leaving: Sequence[Shown]
    coming: Sequence[Shown]
    changing: Sequence[Shown]


class Use(Protocol):
    """What members' data is used for."""

    @property
    def name(self) -> str:
        """Its name, which is also the kind of its snapshots."""
        ...

    @property
    def format(self) -> int:
        """Of what it writes; what has another is made anew."""
        ...

    @property
    def learns(self) -> bool:
        """Whether something is trained by it; then only a training purpose will do."""
        ...

    @property
    def manifest(self) -> type[Manifest]:
        """What its manifests are."""
        ...

    @property
    def parents(self) -> tuple[str, ...]:
        """The uses that it is derived from."""
        ...

    def asks_for(self) -> Mapping[str, Collection[str]]:
        """Per table that it reads the columns that it sees; nothing else of them counts."""
        ...

    def counted(self) -> tuple[str, ...]:
        """The tables whose passing and held back records its manifest counts."""
        ...

    def settings(self) -> Mapping[str, Any]:
        """Fields of its manifest that say how it is made; when one changes, all is made anew."""
        ...

    def environment(self) -> Mapping[str, str]:
        """Versions of what could change a byte of it, Python, the engine and licet apart."""
        ...

    def build(self, bench: Workbench) -> Contents:
        """Make it of everything that is permitted."""
        ...

    def update(self, bench: Workbench, earlier: Any, touched: frozenset[str]) -> Contents:
        """What `build` would make now, from what was made before and whom the change touched.

        earlier: its own manifest. touched: those of whom documents changed in what it is derived from are among them.
        The result has the root of a build from scratch and is that build, byte
        for byte; where the use keeps a `Log`, once it is compacted.
        """
        ...

    def foresee(
        self, access: Access, store: Store, earlier: SnapshotRef, subject: str, parents: Parents
    ) -> Foreseen:
        """What an update would change were somebody's choices as `access` is opened, as they may be shown it.

        parents: what it is derived from, as it would be then. Writes nothing.
        """
        ...

    def about(
        self, store: Store, snapshot: SnapshotRef, secret: bytes, subject: str, parents: Parents
    ) -> Sequence[Shown]:
        """What it holds that is about somebody, as they may be shown it. parents: what it was derived from."""
        ...


@runtime_checkable
class Parent(Use, Protocol):
    """A use that others may be derived from."""

    def documents(self, store: Store, snapshot: SnapshotRef, secret: bytes) -> Documents:
        """What one of its artefacts offers. Reads nothing yet."""
        ...

    def supposed(self, access: Access, store: Store, snapshot: SnapshotRef, subject: str) -> Documents:
        """The same after an update were somebody's choices as `access` is opened. Writes nothing."""
        ...


@runtime_checkable
class Log(Protocol):
    """A use whose updates add to what was made before, and which puts it together again.

    What left stands in no reading of such an artefact; its bytes stand in files of it until it is compacted.
    """

    def log_share(self, snapshot: SnapshotRef) -> float:
        """How much was added since it was last put together, as a share of what it was then; 0.0 where nothing was."""
        ...

    def compact(self, store: Store, files: Files, earlier: Any) -> Mapping[str, Any]:
        """The fields of its manifest when it is put together: byte for byte those of a build of what it holds.

        earlier: its own manifest. Empty where nothing was added.
        """
        ...

    def lingers(self, store: Store, snapshot: SnapshotRef, secret: bytes, subject: str) -> bool:
        """Whether its files still hold something about somebody that has left it."""
        ...


@runtime_checkable
class Numbering(Protocol):
    """A use that keeps words as numbers, in which no search for text finds them."""

    def numbers(self, store: Store, snapshot: SnapshotRef, texts: Collection[str]) -> Collection[int]:
        """What of an artefact's files would tell of some texts: numbers of 64 bits, the least byte first."""
        ...
