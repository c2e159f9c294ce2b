"""What an artefact says of itself: under which policy and choices it was made, of what, and who is in it.

The store keeps it as plain JSON and gives it its id; here it has names and types. A use adds fields of its own in a
subclass. It holds no clock reading, so that the same inputs make the same manifest. Of a snapshot by another licet
only the `Heading` is read.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, field_serializer

from licet.enforce.gate_counts import HeldBack, Passed
from licet.enforce.origin import Count, Inputs, LedgerRef, Origin, PolicyRef, PurposeRef, Text
from licet.store import SnapshotRef, Store
from licet.terms import LicetError, UseError
from licet.terms.canonical import JsonObject, canonical_json, digest
from licet.terms.moments import parse_moment
from licet.uses.members import Members


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the store, by its content, and its size."""

    sha256: str
    bytes: Count


class DerivedFrom(Part):
    """Another artefact that this one was made from: its use, the id of its snapshot, and its root.

    contents: a digest of what it says whatever files it lies in, by which it is known once it is put together.
    """

    use: str
    snapshot: str
    root: str
    contents: str


def _moment(at: str) -> str:
    try:
        parse_moment(at)
    except LicetError as error:
        raise ValueError(error.what) from None
    return at


class Heading(BaseModel):
    """What every snapshot says, whichever use and licet made it; the rest of it is passed over.

    root:       its logical root: equal roots, equal contents.
    at:         the moment it was decided for, UTC.
    inspection: of the past; counted and shown, never exported, updated or derived from.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    root: Text
    purpose: PurposeRef
    at: Annotated[str, AfterValidator(_moment)]
    ledger: LedgerRef
    inspection: bool = False


class Manifest(Heading):
    """licet:      the use. format: of what it writes; another is not read on but made anew.
    catalogue:   a digest of what the tables were said to be.
    inputs:      per table the files it was read from; None where they cannot be told to be unchanged.
    members:     who is in it. counts: `subjects`, and what the use counts.
    passed, held_back: records by table, region and reason.
    environment: versions of what could change a byte of it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    licet: str
    format: int
    policy: PolicyRef
    catalogue: str
    inputs: Inputs
    derived_from: tuple[DerivedFrom, ...] = ()
    members: Members
    counts: dict[str, Count]
    passed: tuple[Passed, ...]
    held_back: tuple[HeldBack, ...]
    environment: dict[str, str]

    @property
    def origin(self) -> Origin:
        return Origin(self.purpose, self.policy, self.at, self.ledger, self.catalogue, self.inputs)

    @field_serializer("passed", "held_back")
    def _by_name(self, rows: tuple[Passed, ...] | tuple[HeldBack, ...]) -> list[JsonObject]:
        return [row._asdict() for row in rows]

    def as_json(self) -> JsonObject:
        """As the store keeps it."""
        return self.model_dump(mode="json", exclude_defaults=True)


_Model = TypeVar("_Model", bound=BaseModel)


def read_manifest(model: type[_Model], snapshot: SnapshotRef) -> _Model:
    """A snapshot's manifest, or the part of it that a model is of.

    Raises: UseError CORP-201 for one that no such use, or another version of licet, wrote.
    """
    try:
        return model.model_validate(snapshot.manifest)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise UseError(
            "CORP-201",
            f"the manifest does not say what is read of it: {'.'.join(map(str, first['loc']))}: {first['msg']}",
            snapshot.name,
            "build one anew; or read it with the licet that made it",
        ) from None


def contents_of(snapshot: SnapshotRef) -> str:
    """A digest of what a snapshot is of, whatever files it lies in: the same once it is put together."""
    said, beside = snapshot.manifest, ("licet", "format", "policy", "catalogue", "inputs")
    parts = [said.get(part) for part in (*Heading.model_fields, *beside)]
    return digest(canonical_json([*parts, said.get("members", {}).get("root")]))


def read_heading(snapshot: SnapshotRef) -> Heading:
    """Raises: as `read_manifest`."""
    return read_manifest(Heading, snapshot)


def line_of(heading: Heading) -> str:
    """The line of a snapshot: one purpose and recipient, and apart from it what is for inspection."""
    return line_for(heading.purpose, heading.inspection)


def line_for(asked: PurposeRef, is_inspection: bool = False) -> str:
    return digest(canonical_json([asked.purpose, asked.recipient, is_inspection]))[:16]


def line_of_snapshot(snapshot: SnapshotRef) -> str | None:
    """The same, from its manifest; None for one that says nothing of the kind."""
    try:
        return line_of(read_heading(snapshot))
    except UseError:
        return None


def newest_for(store: Store, use: str, asked: PurposeRef) -> Iterator[SnapshotRef]:
    """What a use made for a purpose and recipient, newest first and nothing for inspection; of others none is read."""
    lines = store.by_line(use)
    found = (lines.get(line, iter(())) for line in (line_for(asked), None))
    for snapshot in heapq.merge(*found, key=lambda one: -one.sequence):
        heading = read_heading(snapshot)
        if heading.purpose == asked and not heading.inspection:
            yield snapshot


def refuse_inspection(snapshot: SnapshotRef, done: str) -> None:
    """Raises: UseError CORP-200 for a snapshot of the past. done: what it is not, in a word such as "exported"."""
    heading = read_heading(snapshot)
    if heading.inspection:
        raise UseError(
            "CORP-200",
            f"a snapshot of the past is for inspection and is not {done}",
            f"{snapshot.name}, as of {heading.at}",
            f"build one as of now: licet {snapshot.kind} build, without --at",
        )
