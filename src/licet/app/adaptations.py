"""The adapted model of a workspace: made, brought to the present, and which of its shards may be read.

A shard that holds somebody who said no since is out of service from the moment that is recorded: nobody has to run
anything for it, since what is in service is worked out from the ledger whenever it is asked for. It is back once it was
trained again without them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from licet.app import artefacts
from licet.app.artefact_status import require_exact
from licet.app.artefacts import open_access
from licet.app.catch_up import bring_parents
from licet.app.results import TaughtResult
from licet.app.retention import is_over, kept_until
from licet.enforce.absences import Absences
from licet.enforce.access import secret_of
from licet.enforce.origin import PurposeRef
from licet.store import SnapshotRef
from licet.terms import LicetError, UseError
from licet.terms.canonical import JsonObject
from licet.uses import run
from licet.uses.manifest import read_heading, read_manifest
from licet.uses.model.adapted_model import KIND, Adapted, networks, open_adapted, shards_of
from licet.uses.model.checkpoint_chain import AdaptedManifest
from licet.uses.registry import open_use
from licet.uses.run import Made
from licet.uses.use import Progress

if TYPE_CHECKING:
    from licet.app.core import Core


@dataclass(frozen=True, slots=True)
class AdaptedResult(TaughtResult):
    """An adapted model. trained: how many of its checkpoints, of shards times segments, were now. steps: of all."""

    shards: int
    segments: int
    trained: int
    steps: int


class ShardStatus(NamedTuple):
    """One shard. checkpoint: the id of its last. in_service: whether it is read; not while it holds somebody who chose
    since, nor where it was trained on nothing."""

    shard: int
    documents: int
    tokens: int
    steps: int
    checkpoint: str
    in_service: bool

    def as_json(self) -> JsonObject:
        return self._asdict()


def adapt(
    core: Core, purpose: str, recipient: str, anew: bool, absences: Absences, progress: Progress
) -> AdaptedResult:
    """Make it of the corpus of now, or bring the one there is to now. anew: all of it, in whatever environment.

    Raises: AppError APP-223 without a corpus, APP-234 where that is not of now; UseError MODL-060, MODL-080.
    """
    use, asked = open_use(KIND, core.layout.root), PurposeRef(purpose, recipient)
    earlier = [one for one in artefacts.latest(core, KIND) if read_heading(one).purpose == asked]
    if earlier and not anew:
        bring_parents(core, use, asked, absences, progress)
    access = open_access(core, use, purpose, recipient, None, core.ledger.position, absences)
    parents = artefacts.present_parents(core, use, access)
    require_exact(core, [one.snapshot for one in parents.values()], absences)
    if earlier and not anew:
        return _result(artefacts.update(core, use, access, earlier[-1], progress))
    return _result(artefacts.build(core, use, access, progress))


def shard_statuses(core: Core, which: str, absences: Absences) -> list[ShardStatus]:
    """Every shard of one. Raises: as `Store.snapshot`."""
    snapshot = core.store.snapshot(KIND, which)
    said, serving = read_manifest(AdaptedManifest, snapshot), in_service(core, snapshot, absences)
    return [
        ShardStatus(
            shard, sum(one.documents for one in chain), sum(one.tokens for one in chain),
            sum(one.steps for one in chain), chain[-1].id,
            shard in serving and any(one.documents for one in chain),
        )
        for shard, chain in enumerate(said.shards)
    ]  # fmt: skip


def in_service(core: Core, snapshot: SnapshotRef, absences: Absences) -> frozenset[int]:
    """The shards that hold nobody who chose since, nor anybody of whom something changed; none where nobody can tell,
    or where it was to be kept no longer."""
    said = read_manifest(AdaptedManifest, snapshot)
    asked, every = said.purpose, frozenset(range(said.recipe.shards))
    due = kept_until(core, asked.purpose, asked.recipient, said.at)
    if due is not None and is_over(core, due):
        return frozenset()
    try:
        changed = _changed_since(core, said, absences)
    except LicetError:
        return frozenset()
    if changed is None:
        return frozenset()
    return every - shards_of(said, secret_of(core.salt, KIND), changed)


def _changed_since(core: Core, said: AdaptedManifest, absences: Absences) -> frozenset[str] | None:
    """Everybody whom a choice or a change touched since it was made; None where nobody can tell."""
    use, asked, position = open_use(KIND, core.layout.root), said.purpose, core.ledger.position
    with artefacts.present_access(core, use, asked, None, position, absences) as access:
        corpus = artefacts.present_parents(core, use, access)["corpus"]
    brought = corpus.changed_since(said.derived_from[0])
    parent = open_use("corpus", core.layout.root)
    with artefacts.present_access(core, parent, asked, None, position, absences) as access:
        waiting = run.touched_since(parent, access, corpus.snapshot).subjects
    return None if brought is None or waiting is None else brought | waiting


def serving_networks(core: Core, asked: PurposeRef, absences: Absences) -> list[bytes]:
    """The networks in service of the latest adapted model for a purpose and recipient; none where all are withdrawn.

    Raises: UseError MODL-083 where there is no such model, or over another base; as `adapted_model.networks`.
    """
    made = latest_adapted(core, asked)
    said = read_manifest(AdaptedManifest, made)
    if said.recipe.base != opened(core).recipe.base:
        raise UseError(
            "MODL-083",
            "the base that was adapted is not the workspace's any more",
            made.name,
            "adapt the present one: licet model adapt --anew",
        )
    return networks(core.store, said, in_service(core, made, absences))


def latest_adapted(core: Core, asked: PurposeRef) -> SnapshotRef:
    """The latest adapted model for a purpose and recipient. Raises: UseError MODL-083 where there is none."""
    made = [one for one in artefacts.latest(core, KIND) if read_heading(one).purpose == asked]
    if not made:
        raise UseError(
            "MODL-083",
            f"the base was not adapted for {asked.purpose} yet",
            fix="adapt it first: licet model adapt; or read the base and the counts alone",
        )
    return made[-1]


def opened(core: Core) -> Adapted:
    """How the workspace has its base adapted."""
    return open_adapted(core.layout.root)


def require_base(core: Core) -> None:
    """Raises: UseError MODL-123 where a causal model is adapted in the base's place, which speaks in other tokens."""
    named = opened(core).adaptation.settings.causal
    if named is not None:
        raise UseError(
            "MODL-123",
            "a causal model is not tried beside the counts: it speaks in other tokens than they are of",
            named,
            "try the counts without it; or take adapted.causal out of model.yaml, and adapt the base",
        )


def _result(made: Made) -> AdaptedResult:
    said = read_manifest(AdaptedManifest, made.snapshot)
    return AdaptedResult.of(
        made, said, shards=said.recipe.shards, segments=said.recipe.segments, trained=made.written,
        steps=sum(one.steps for chain in said.shards for one in chain),
    )  # fmt: skip
