"""Under what something was made of members' data: the parts of a manifest that are the gate's to say.

`Access` compares two of these and tells whom the change between them touched. Plain values, with nothing to reach
through them; it holds no row and no clock reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeAlias

from pydantic import Field

from licet.sources.fingerprints import FileFingerprint

#: A count, and a text that says something, where a manifest is read back.
Count: TypeAlias = Annotated[int, Field(strict=True, ge=0)]
Text: TypeAlias = Annotated[str, Field(min_length=1)]

#: Per table how the files it is read from stood; None where there are none to tell.
Inputs: TypeAlias = dict[str, tuple[FileFingerprint, ...] | None]


@dataclass(frozen=True, slots=True)
class PurposeRef:
    """What for, and for whom."""

    purpose: str
    recipient: str


@dataclass(frozen=True, slots=True)
class PolicyRef:
    """The pack, and the digest of the policy with the refusals that it carries from packs before it."""

    id: Text
    version: Text
    title: Text
    digest: Text
    with_carried_refusals: Text


@dataclass(frozen=True, slots=True)
class LedgerRef:
    """How many entries counted, and their root; 64 hex digits."""

    position: Count
    root: Text


@dataclass(frozen=True, slots=True)
class Origin:
    """at: the moment it was decided for, UTC. catalogue: a digest of what the tables were said to be."""

    purpose: PurposeRef
    policy: PolicyRef
    at: str
    ledger: LedgerRef
    catalogue: str
    inputs: Inputs
