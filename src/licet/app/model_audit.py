"""What can be got out of a model: secrets planted, somebody told to be in it, before and after they are forgotten.

Tried in a workspace of its own, removed after, by the recipe and base of the model that is asked about: half the people
of its corpus, and made-up members with a secret each, go the whole way from tables to the model; then every made-up
member and some of the others say no, and everything is brought and purged. The other half was never in it: whoever left
must look like them. Nothing that is published is read or changed but the corpus of now; that it was read, and the
figures, are noted in the ledger, from where a certificate of a forgetting has them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from licet.app import adaptations, artefacts
from licet.app.artefact_status import require_exact
from licet.app.artefacts import note_use, open_access
from licet.app.audit_trial import Looked, Trial
from licet.enforce.absences import Absences
from licet.terms import UseError
from licet.terms.canonical import JsonObject
from licet.uses.manifest import Manifest, read_manifest
from licet.uses.model.adapted_model import KIND as ADAPTED
from licet.uses.model.base_card import has_torch, require_torch
from licet.uses.model.canaries import make_canaries
from licet.uses.model.checkpoint_chain import AdaptedManifest
from licet.uses.model.counts_log import ModelManifest
from licet.uses.model.membership_inference import Attack
from licet.uses.model.text_model import KIND, taught
from licet.uses.registry import open_use
from licet.uses.use import Progress

if TYPE_CHECKING:
    from licet.app.core import Core

_THOUSAND = 1000


class ModelAudit(NamedTuple):
    """snapshot, name: of the model whose recipe was tried. members: real ones that were in it; left: those of them who
    left, canaries apart. never: who was never in it. at: as of when, entry: where the ledger has it."""

    snapshot: str
    name: str
    two_members: bool
    canaries: int
    members: int
    left: int
    never: int
    before: Looked
    after: Looked
    entry: int

    def as_json(self) -> JsonObject:
        return {**self._asdict(), "before": self.before.as_json(), "after": self.after.as_json()}


def audit(
    core: Core,
    which: str,
    canaries_each: int,
    most_documents: int,
    with_reader: bool,
    with_adapted: bool,
    seed: int,
    absences: Absences,
    progress: Progress,
) -> ModelAudit:
    """As `ModelOperations.audit`."""
    if not 1 <= canaries_each <= 1000 or most_documents < 1 or seed < 0:
        raise UseError(
            "MODL-120",
            f"nothing can be audited with {canaries_each} canaries, {most_documents} documents and seed {seed}",
            fix="give 1 to 1,000 canaries, a document or more, and a seed from 0 up",
        )
    snapshot = core.store.snapshot(KIND, which)
    said, use = read_manifest(ModelManifest, snapshot), open_use(KIND, core.layout.root)
    asked, position = said.purpose, core.ledger.position
    access = open_access(core, use, asked.purpose, asked.recipient, None, position, absences)
    parents = artefacts.present_parents(core, use, access)
    require_exact(core, [parent.snapshot for parent in parents.values()], absences)
    adapted = adaptations.latest_adapted(core, asked) if with_adapted else None
    if adapted is not None:
        require_torch()
        adaptations.require_base(core)
    trial = Trial(
        _sampled(taught(parents["corpus"], progress), most_documents, seed),
        make_canaries(canaries_each, seed), said, core, with_reader and has_torch(),
        None if adapted is None else adaptations.opened(core).adaptation.settings, seed, progress,
    )  # fmt: skip
    before, after = trial.run()
    figures = {
        "canaries": len(trial.canaries), "left": len(trial.leaving), "never": len(trial.never),
        **_figures("before", before), **_figures("after", after),
    }  # fmt: skip
    counts = {"documents": sum(map(len, trial.texts.values())), "subjects": len(trial.texts)}
    origin, noted = access.provenance().origin({}), list[tuple[str, Manifest, str, dict[str, int]]]()
    if adapted is not None:
        own = {
            **{key: figures[key] for key in ("canaries", "left", "never")},
            **_adapted_figures("before", before), **_adapted_figures("after", after),
        }  # fmt: skip
        noted.append((ADAPTED, read_manifest(AdaptedManifest, adapted), adapted.id, own))
    for use_name, manifest, id_, each in [*noted, (KIND, said, snapshot.id, figures)]:
        note_use(core, use_name, "audit", manifest, origin, counts, id_, **each)
    return ModelAudit(
        snapshot.id, snapshot.name, said.recipe.two_members, len(trial.canaries), len(trial.members),
        len(trial.leaving), len(trial.never), before, after, core.ledger.position - 1,
    )  # fmt: skip


def _sampled(texts: Mapping[str, Sequence[str]], most_documents: int, seed: int) -> dict[str, Sequence[str]]:
    """Of people drawn at random all that they wrote, until that is so many documents."""
    sample: dict[str, Sequence[str]] = {}
    documents = 0
    for who in np.random.default_rng(seed).permutation(sorted(texts)).tolist() if texts else ():
        if documents >= most_documents:
            break
        sample[who] = texts[who]
        documents += len(texts[who])
    return sample


def _figures(when: str, looked: Looked) -> dict[str, int]:
    """What the ledger is told, in thousandths: it holds whole numbers."""
    told = {
        f"{when}_{name}_exposure_{times}": round(bits * _THOUSAND)
        for name, one in looked.exposure.items()
        for times, bits in one.by_repeats.items()
    }
    told |= {f"{when}_{name}_chance": round(one.chance * _THOUSAND) for name, one in looked.exposure.items()}
    for name, one in looked.min_k.items():
        told |= _told_apart(f"{when}_{name}_min_k", one)
    return (
        told
        | _told_apart(f"{when}_inference", looked.inference)
        | {f"{when}_planted_runs": looked.planted_runs}
    )


def _adapted_figures(when: str, looked: Looked) -> dict[str, int]:
    """The same of the adapted model: as it is served, that is with the counts; by the tokens it expects least."""
    way = "adapted_reader"
    return _figures(when, looked._replace(
        exposure={"served": looked.exposure[way], "network": looked.exposure["adapted"]},
        inference=looked.min_k.get(way), min_k={},
    ))  # fmt: skip


def _told_apart(name: str, attack: Attack | None) -> dict[str, int]:
    if attack is None:
        return {}
    return {
        f"{name}_{part}": round(getattr(attack, part) * _THOUSAND) for part in ("area", "lowest", "highest")
    }
