"""All that a report may be drawn from: typed manifests, the policy they name, and what the operator says. No rows."""

from __future__ import annotations

from dataclasses import dataclass

from licet.packs import Pack
from licet.reports.disclosure import Subject
from licet.reports.provider_settings import ProviderSettings
from licet.uses.corpus.recipe import Recipe
from licet.uses.corpus.snapshot import CorpusManifest
from licet.uses.manifest import Manifest
from licet.uses.model.base_card import BaseCard
from licet.uses.model.checkpoint_chain import AdaptedManifest
from licet.uses.model.counts_log import ModelManifest


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of an artefact; None for what is not at hand, which a report says.

    name, id:  of the artefact. model: None where the report is of a corpus.
    corpus:    that it is, or was made from; also of one that was purged since, by the manifest that is kept.
    corpus_id: of that, whether or not its manifest is at hand.
    pack:      the policy that it was made under. recipe: by which its documents were made.
    base:      that a model was made over. first_used_at: when the ledger first tells of a use for its purpose.
    """

    name: str
    id: str
    model: ModelManifest | AdaptedManifest | None
    corpus: CorpusManifest | None
    corpus_id: str
    pack: Pack | None
    recipe: Recipe | None
    base: BaseCard | None
    first_used_at: str | None
    settings: ProviderSettings

    @property
    def made(self) -> Manifest:
        """The manifest of the artefact itself."""
        found = self.model or self.corpus
        assert found is not None, "a report is of a corpus or of a model"
        return found

    @property
    def subject(self) -> Subject:
        return Subject(self.name, self.id, self.made.root, self.made.at, self.made.ledger.position)

    @property
    def title(self) -> str:
        """What people call it."""
        return self.settings.model.name or self.name

    @property
    def platform(self) -> str:
        """Whose members they are, as far as that is known."""
        if self.pack is not None:
            return self.pack.controller.name
        return self.settings.provider.name or "the platform"
