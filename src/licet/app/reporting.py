"""Gathering what a report is drawn from: manifests of the store, the policy that the ledger names, the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from licet.app.membership import named_snapshot
from licet.enforce.origin import PolicyRef, PurposeRef
from licet.ledger import EntryKind
from licet.packs import Pack
from licet.reports.artefact_evidence import Evidence
from licet.reports.provider_settings import load_settings
from licet.store import SnapshotRef
from licet.terms import LicetError, ReportError
from licet.terms.moments import format_moment
from licet.uses.corpus.recipe import Recipe, load_recipe
from licet.uses.corpus.snapshot import KIND as CORPUS
from licet.uses.corpus.snapshot import CorpusManifest
from licet.uses.manifest import read_manifest, refuse_inspection
from licet.uses.model.adapted_model import KIND as ADAPTED
from licet.uses.model.base_card import BaseCard
from licet.uses.model.base_folder import base_of
from licet.uses.model.checkpoint_chain import AdaptedManifest
from licet.uses.model.counts_log import ModelManifest
from licet.uses.model.text_model import KIND as MODEL

if TYPE_CHECKING:
    from licet.app.core import Core


_LEARNERS: dict[str, type[ModelManifest | AdaptedManifest]] = {MODEL: ModelManifest, ADAPTED: AdaptedManifest}


class _Corpus(NamedTuple):
    id: str
    manifest: CorpusManifest | None


def gather(core: Core, of: str) -> Evidence:
    """All that is known of an artefact, by its name or, of the latest of a use, by the use's. Reads no row.

    Raises: ReportError RPT-001, RPT-003 for what no report is made of; UseError CORP-200 for one of the past, CORP-201
    for one that another licet made; StoreError as `Store.snapshot`.
    """
    snapshot = named_snapshot(core, of)
    if snapshot.kind not in (CORPUS, *_LEARNERS):
        raise ReportError(
            "RPT-003",
            f"no report is made of a {snapshot.kind}",
            snapshot.name,
            "name a corpus, a model or an adapted one",
        )
    refuse_inspection(snapshot, "reported on")
    model = read_manifest(_LEARNERS[snapshot.kind], snapshot) if snapshot.kind != CORPUS else None
    corpus = (
        _Corpus(snapshot.id, read_manifest(CorpusManifest, snapshot))
        if model is None
        else _parent(core, model.derived_from[0].snapshot)
    )
    made = model or corpus.manifest
    assert made is not None
    return Evidence(
        name=snapshot.name,
        id=snapshot.id,
        model=model,
        corpus=corpus.manifest,
        corpus_id=corpus.id,
        pack=_pack(core, made.policy),
        recipe=None if corpus.manifest is None else _recipe(core, corpus.manifest),
        base=None if model is None else _base(core, model),
        first_used_at=_first_use(core, made.purpose),
        settings=load_settings(core.layout.reports),
    )


def _parent(core: Core, id_: str) -> _Corpus:
    """The corpus that a model was made from, as far as this licet reads what is kept of it."""

    def read(snapshot: SnapshotRef) -> CorpusManifest | None:
        try:
            return read_manifest(CorpusManifest, snapshot)
        except LicetError:
            return None

    kept = (*core.store.snapshots(CORPUS), *core.store.purged(CORPUS))
    return _Corpus(id_, next((read(one) for one in kept if one.id == id_), None))


def _pack(core: Core, policy: PolicyRef) -> Pack | None:
    """Of those in force here; None where its text is not there any more."""
    try:
        found = [one for one in core.packs_in_force() if one.digest == policy.digest]
    except LicetError:
        return None
    return found[-1] if found else None


def _recipe(core: Core, corpus: CorpusManifest) -> Recipe | None:
    """The workspace's, where it is the one that the corpus was made by."""
    try:
        recipe = load_recipe(core.layout.recipe)
    except LicetError:
        return None
    return recipe if recipe.digest == corpus.recipe.digest else None


def _base(core: Core, model: ModelManifest | AdaptedManifest) -> BaseCard | None:
    """The workspace's or the shipped one, where it is the model's."""
    try:
        card = base_of(core.layout.root).card
    except LicetError:
        return None
    digest = card.tokens_sha256 if isinstance(model, ModelManifest) else card.network_sha256
    return card if digest == model.recipe.base else None


def _first_use(core: Core, purpose: PurposeRef) -> str | None:
    """When the ledger first tells of something that was made for a purpose and recipient."""
    for entry in core.ledger.entries(kind=EntryKind.USE_RUN):
        said = entry.payload or {}
        if (said.get("purpose"), said.get("recipient")) == (purpose.purpose, purpose.recipient):
            return format_moment(entry.recorded_at)
    return None
