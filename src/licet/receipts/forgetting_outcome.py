"""What came of a forgetting, as the ledger records it and a certificate restates it: counts, digests and a status.

Names nobody: the entry that holds it is the person's own, so that an erasure takes it along. No field says more than
was looked at; a status that is not borne out by the rest is refused when it is made and when it is read.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

Count = Annotated[int, Field(ge=0, strict=True)]
Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Text = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Request(_Part):
    """The request by its number, its entry in the ledger, and when it was recorded; objection: that one's entry."""

    entry: Count
    at: Text
    objection: Count


class PolicyInForce(_Part):
    id: Text
    version: Text
    digest: Hex


class Closure(_Part):
    """What held them when it was looked: artefacts in their newest state, snapshots in all, distinct documents."""

    artefacts: Count
    snapshots: Count
    documents: Count


class Version(_Part):
    """A snapshot of an artefact: name, digest of its manifest, logical root."""

    name: Text
    snapshot: Hex
    root: Hex


class PresentVersion(Version):
    """entry: of the ledger, that tells of it. members_root, members_key: what it is proven under who is in it; None
    where nothing can be."""

    entry: Count | None
    members_root: Hex | None
    members_key: Hex | None


class ForgottenArtefact(_Part):
    """before: as it held them; None where it did not. after: as it stands; None where there is none any more."""

    use: Text
    purpose: Text
    recipient: Text
    before: Version | None
    after: PresentVersion | None


class StorePurge(_Part):
    """What became of one place where data is kept.

    purged: snapshots that went. marks: what was looked for, ids and words. found_before, found_after: places where it
    was. shared: marks that what is made of others has, too. failed: the code of what went wrong.
    """

    store: Literal["snapshots", "gates", "member_keys"]
    purged: Count
    marks: Count
    found_before: Count
    found_after: Count
    shared: Count
    failed: str | None


class CopiesByState(_Part):
    """Copies that left and held them, or may have, by what is known of each."""

    applied: Count = 0
    sent: Count = 0
    received: Count = 0
    overdue: Count = 0
    unconfirmed: Count = 0
    not_followed: Count = 0

    @property
    def unreached(self) -> int:
        return self.overdue + self.unconfirmed + self.not_followed


class PendingStep(_Part):
    """A step that is not done, and the code of what kept it, where there is one."""

    step: Literal["look", "update", "purge", "search", "copies", "chosen_again", "prove"]
    code: str | None


class ArtefactAudit(_Part):
    """The last audit of how an artefact is made, as the ledger noted it: entry, moment, and the snapshot it was of.

    canaries: secrets planted. *_thousandths: exposure, of a secret said 64 times, as the model is served, in bits;
    chance: of ranks so uneven were each equally likely; area: of telling who left from who never was in it, with its
    interval, None where people were too few. planted_runs: places of the store that held a run of theirs.
    """

    licet_audit: Literal[1] = 1
    use: Text
    purpose: Text
    recipient: Text
    snapshot: Hex
    entry: Count
    at: Text
    canaries: Count
    exposure_before_thousandths: Count
    exposure_after_thousandths: Count
    chance_after_thousandths: Count
    area_after_thousandths: Count | None
    area_lowest_thousandths: Count | None
    area_highest_thousandths: Count | None
    planted_runs_before: Count
    planted_runs_after: Count


class ReplayedShards(_Part):
    """Of an artefact of networks in shards, how many are others than those that held them, and what was trained anew.

    checkpoints: trained since, of `shards` chains. environment: where, in words, as their ids commit to it.
    """

    use: Text
    purpose: Text
    recipient: Text
    shards: Count
    replayed: Count
    checkpoints: Count
    environment: Text


class ChosenWith(_Part):
    """Settings by which an artefact is made, chosen with what members did: given these, it holds nobody who left.

    at, position: of what they were chosen on, and of how many members. bits: as much as the choice can tell of all of
    them together. held: whether that held whom this is about; None where it cannot be told any more.
    """

    use: Text
    purpose: Text
    recipient: Text
    at: Text
    position: Count
    members: Count
    bits: Count
    held: bool | None


class StandingRelease(_Part):
    """Figures that were published before they said no, and are never made again: PENDING until the next, without them.

    entry, at: of the ledger, which has its digest. next: the day from which on the next may be made. held: whether what
    it was drawn of held whom this is about; None where it cannot be told any more.
    """

    use: Text
    month: Text
    entry: Count
    at: Text
    next: Text
    held: Literal[True] | None
    standing: Literal["PENDING"] = "PENDING"


class ForgettingOutcome(_Part):
    """at, position: as of which moment and ledger position. purge: None where it did not come to that.

    status: EXACT where nothing is left to do and nothing out of reach; UNREACHED with the number of copies that are.
    audits: of the artefacts as they stand, where there was one; replays: of those that are networks; choices: of those
    that are made by settings which were chosen with members; releases: figures that stand as they were published,
    beside the status, which is of what is made anew. What is recorded without any says nothing of them.
    """

    step: Literal["outcome"] = "outcome"
    request: Request
    at: Text
    position: Count
    policy: PolicyInForce | None
    closure: Closure | None
    artefacts: tuple[ForgottenArtefact, ...]
    purge: tuple[StorePurge, ...] | None
    copies: CopiesByState
    pending: tuple[PendingStep, ...]
    status: Literal["EXACT", "PENDING", "UNREACHED"]
    unreached: Count
    audits: tuple[ArtefactAudit, ...] = ()
    replays: tuple[ReplayedShards, ...] = ()
    choices: tuple[ChosenWith, ...] = ()
    releases: tuple[StandingRelease, ...] = ()

    @model_serializer(mode="wrap")
    def _as_it_was_recorded(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without audits, replays, choices and releases as an outcome was before there were any: what certificates
        commit to stays."""
        said: dict[str, Any] = dump(self)
        for part in ("audits", "replays", "choices", "releases"):
            if not getattr(self, part):
                del said[part]
        return said

    @model_validator(mode="after")
    def _says_no_more_than_it_has(self) -> Self:
        is_done = self.closure is not None and self.purge is not None and not self.pending
        is_clean = not any(one.found_after or one.failed for one in self.purge or ())
        waits = self.copies.sent + self.copies.received > 0
        if self.status != "PENDING" and not (is_done and is_clean and not waits):
            raise ValueError(f"it cannot be {self.status}: something is pending")
        if self.unreached != self.copies.unreached or (self.status == "EXACT" and self.unreached):
            raise ValueError("it does not count the copies that are out of reach")
        if self.status == "UNREACHED" and not self.unreached:
            raise ValueError("it is UNREACHED, and no copy is")
        return self

    @property
    def said(self) -> str:
        """EXACT, PENDING or UNREACHED(n)."""
        return f"UNREACHED({self.unreached})" if self.status == "UNREACHED" else self.status
