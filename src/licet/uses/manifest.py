"""What an artefact says of itself: under which policy and choices it was made, of what, and who is in it.

The store keeps it as plain JSON and gives it its id; here it has names and types. A use adds fields of its own in a
subclass. It holds no clock reading, so that the same inputs make the same manifest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from licet.store import SnapshotRef
from licet.terms import UseError


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Purpose(Part):
    """What for, and for whom."""

    purpose: str
    recipient: str


class PolicyRef(Part):
    """The pack, and the digest of the policy with the refusals that it carries from packs before it."""

    id: str
    version: str
    title: str
    digest: str
    with_carried_refusals: str


class LedgerRef(Part):
    """How many entries counted, and their root; 64 hex digits."""

    position: int
    root: str


class DerivedFrom(Part):
    """Another artefact that this one was made from: its use, the id of its snapshot, and its root."""

    use: str
    snapshot: str
    root: str


class Manifest(Part):
    """licet:      the use. format: of what it writes; another is not read on but made anew.
    root:        its logical root: equal roots, equal contents.
    at:          the moment it was decided for, UTC.
    catalogue:   a digest of what the tables were said to be.
    inputs:      per table the files it was read from; None where they cannot be told to be unchanged.
    members:     as `uses.members` writes it. counts: `subjects`, and what the use counts.
    passed, held_back: records by table, region and reason.
    environment: versions of what could change a byte of it.
    inspection:  of the past: looked at, and nothing else is made of it.
    """

    licet: str
    format: int
    root: str
    purpose: Purpose
    policy: PolicyRef
    at: str
    ledger: LedgerRef
    catalogue: str
    inputs: dict[str, list[dict[str, Any]] | None]
    derived_from: tuple[DerivedFrom, ...] = ()
    members: dict[str, Any]
    counts: dict[str, int]
    passed: tuple[dict[str, Any], ...]
    held_back: tuple[dict[str, Any], ...]
    environment: dict[str, str]
    inspection: bool = False

    def as_json(self) -> dict[str, Any]:
        """As the store keeps it."""
        return self.model_dump(mode="json", exclude_defaults=True)


def is_inspection(manifest: Mapping[str, Any]) -> bool:
    """Whether a snapshot is of the past: counted and shown, never exported, updated or derived from."""
    return bool(manifest.get("inspection"))


def refuse_inspection(snapshot: SnapshotRef, done: str) -> None:
    """Raises: UseError CORP-200 for a snapshot of the past. done: what it is not, in a word such as "exported"."""
    if is_inspection(snapshot.manifest):
        raise UseError(
            "CORP-200",
            f"a snapshot of the past is for inspection and is not {done}",
            f"{snapshot.name}, as of {snapshot.manifest['at']}",
            f"build one as of now: licet {snapshot.kind} build, without --at",
        )
