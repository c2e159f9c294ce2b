"""The card of the model that ranks suggestions, for members: what it was made of, how many of them, and its base.

Counts and digests alone, of the manifest and of the base's own card: nothing of any member, and nothing that is served.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from licet.app.artefact_status import is_exact
from licet.app.served_model import served_snapshot
from licet.terms import LicetError
from licet.uses.manifest import read_manifest
from licet.uses.model.base_card import BaseCard
from licet.uses.model.base_folder import base_of
from licet.uses.model.counts_log import ModelManifest

if TYPE_CHECKING:
    from licet.app.core import Core


class ModelCard(NamedTuple):
    """name, made: of the snapshot. is_of_now: whether it has heard of what was recorded, and is so read.

    base: the card of the base; None where the base cannot be read here.
    """

    name: str
    manifest: ModelManifest
    is_of_now: bool
    base: BaseCard | None


def card_of_served(core: Core) -> ModelCard | None:
    """Raises: what the store raises where the manifest is damaged."""
    snapshot = served_snapshot(core)
    if snapshot is None:
        return None
    with core.absences.once_done() as absences:
        is_of_now = is_exact(core, snapshot, absences)
    try:
        base = base_of(core.layout.root).card
    except LicetError:
        base = None
    return ModelCard(snapshot.name, read_manifest(ModelManifest, snapshot), is_of_now, base)
