"""The model operations of a workspace: made from the corpus of now, brought with it, tried, and read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licet.app import artefacts
from licet.app.adaptations import opened, require_base, serving_networks
from licet.app.artefact_status import require_exact
from licet.app.artefacts import note_use, open_access
from licet.app.catch_up import bring_parents
from licet.app.results import ModelResult
from licet.enforce.absences import Absences
from licet.store import SnapshotRef
from licet.terms import AppError
from licet.uses.manifest import read_heading, read_manifest
from licet.uses.model.base_card import has_torch, require_torch
from licet.uses.model.base_folder import base_of
from licet.uses.model.counts_log import ModelManifest
from licet.uses.model.foundation import CausalFoundation
from licet.uses.model.generation import write_on
from licet.uses.model.held_out_members import Evaluation
from licet.uses.model.reader import Reader
from licet.uses.model.text_model import KIND, counting_model, evaluated
from licet.uses.registry import open_use
from licet.uses.run import Made
from licet.uses.use import Parents, Progress

if TYPE_CHECKING:
    from licet.app.core import Core


def train(core: Core, purpose: str, recipient: str, absences: Absences, progress: Progress) -> ModelResult:
    """From the corpus of now. Raises: AppError APP-223 without a corpus, APP-234 where that is not of now."""
    use, position = open_use(KIND, core.layout.root), core.ledger.position
    access = open_access(core, use, purpose, recipient, None, position, absences)
    require_exact(core, _snapshots(artefacts.present_parents(core, use, access)), absences)
    return _result(artefacts.build(core, use, access, progress))


def update(core: Core, which: str, absences: Absences, progress: Progress) -> ModelResult:
    """To now, after the corpus that it is made from. Raises: as `train`."""
    earlier = core.store.snapshot(KIND, which)
    use, asked = open_use(KIND, core.layout.root), read_heading(earlier).purpose
    bring_parents(core, use, asked, absences, progress)
    position = core.ledger.position
    access = open_access(core, use, asked.purpose, asked.recipient, None, position, absences)
    require_exact(core, _snapshots(artefacts.present_parents(core, use, access)), absences)
    return _result(artefacts.update(core, use, access, earlier, progress))


def evaluate(
    core: Core, which: str, held_out_percent: int, adapted: bool, absences: Absences, progress: Progress
) -> Evaluation:
    """A recipe tried on members it is not given, and noted in the ledger: data was read for it.

    adapted: also the base, adapted to the others; that takes as long as adapting it.

    Raises: AppError APP-234 where the corpus is not of now, APP-235 for no share; UseError MODL-004, MODL-123.
    """
    if not 1 <= held_out_percent <= 90:
        raise AppError(
            "APP-235", f"{held_out_percent} % of the members cannot be held out", fix="give 1 to 90"
        )
    snapshot = core.store.snapshot(KIND, which)
    said, use = read_manifest(ModelManifest, snapshot), open_use(KIND, core.layout.root)
    asked, position = said.purpose, core.ledger.position
    access = open_access(core, use, asked.purpose, asked.recipient, None, position, absences)
    parents = artefacts.present_parents(core, use, access)
    require_exact(core, _snapshots(parents), absences)
    base = base_of(core.layout.root)
    can_read = has_torch() and base.can_read(said.recipe.base, said.recipe.order)
    if adapted:
        require_torch()
        require_base(core)
    found = evaluated(
        core.store, said, parents, access.secret, held_out_percent, base if can_read else None,
        opened(core) if adapted and can_read else None, progress,
    )  # fmt: skip
    note_use(
        core, KIND, "evaluate", said, access.provenance().origin({}),
        {"documents": found.documents, "subjects": found.members + found.held_out}, snapshot.id,
        held_out=found.held_out,
    )  # fmt: skip
    return found


def generate(
    core: Core,
    which: str,
    prompt: str,
    seed: int,
    temperature: float,
    most_tokens: int,
    by_counts: bool,
    adapted: bool,
    absences: Absences,
) -> str:
    """What a model writes on after a beginning, of its served counts and the base, or of the counts alone.

    adapted: of what the base became on members' texts, of the shards that are in service, in its place; where the
    operator named a causal model, of what that became, alone.
    Raises: AppError APP-234 where the model is not of now; UseError MODL-060, MODL-063, MODL-064, MODL-066, MODL-083,
    MODL-122, MODL-124.
    """
    snapshot = core.store.snapshot(KIND, which)
    require_exact(core, [snapshot], absences)
    counts, vocabulary = counting_model(core.store, snapshot)
    if by_counts:
        return write_on(
            counts.next_tokens,
            vocabulary,
            prompt,
            seed=seed,
            temperature=temperature,
            most_tokens=most_tokens,
        )
    said = read_manifest(ModelManifest, snapshot)
    networks = serving_networks(core, said.purpose, absences) if adapted else ()
    if adapted and isinstance(causal := opened(core).foundation, CausalFoundation):
        return causal.model.generate(prompt, networks, seed, temperature, most_tokens)
    reader = Reader(base_of(core.layout.root), counts, vocabulary, said.recipe.two_members, networks)
    return reader.generate(prompt, seed=seed, temperature=temperature, most_tokens=most_tokens)


def _snapshots(parents: Parents) -> list[SnapshotRef]:
    return [parent.snapshot for parent in parents.values()]


def _result(made: Made) -> ModelResult:
    said = read_manifest(ModelManifest, made.snapshot)
    return ModelResult.of(
        made, said, two_members=said.recipe.two_members, written=made.written, tables=len(said.tables),
        deltas=len(said.deltas),
    )  # fmt: skip
