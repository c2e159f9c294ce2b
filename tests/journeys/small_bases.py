"""A base so small that training on it takes milliseconds, and an adapted model over it."""

from __future__ import annotations

import functools
from pathlib import Path

from licet.terms.canonical import digest
from licet.uses.model.adaptation_recipe import AdaptedSettings
from licet.uses.model.adapted_model import Adaptation, Adapted
from licet.uses.model.base_card import BaseCard, BaseRecipe, Shape, environment_here
from licet.uses.model.base_folder import Base, write_base
from licet.uses.model.byte_pairs import BytePairs
from licet.uses.model.kept_checkpoints import KeptCheckpoints
from licet.uses.model.linear_gate import Gates, LinearGate

_TEXT = "the harbour opens at seven and the boats go out for herring and for cod in every weather but fog"
SETTINGS = AdaptedSettings(shards=3, segments=2, batch=2, passes=2, warming=1, rate_millionths=20_000)


@functools.cache
def small_base() -> Base:
    """Fitted to nothing: weights as they are drawn, and a gate that trusts everything alike."""
    from licet.uses.model.base_network import fresh_weights, packed

    byte_pairs = BytePairs.fit([_TEXT, _TEXT], 290)
    shape = Shape(tokens=byte_pairs.size, width=16, layers=1, heads=2, context=32)
    network = packed(fresh_weights(shape, 1))
    features, order = 18, 5
    gate = LinearGate(
        middle=(0,) * features, spread=(1_000_000,) * features, weights=((0,) * features,) * order,
        offset=(0,) * order,
    )  # fmt: skip
    card = BaseCard(
        recipe=BaseRecipe(shape=shape), environment=environment_here(1), sources=(),
        tokens_sha256=byte_pairs.digest, network_sha256=digest(network),
        gates=Gates(two_members=gate, every_run=gate),
    )  # fmt: skip
    return Base(card, byte_pairs, network)


def write_small_base(root: Path, settings: AdaptedSettings = SETTINGS) -> None:
    """Into a workspace, as its own; and how it is adapted."""
    write_base(small_base(), root / "base")
    told = ", ".join(f"{name}: {value}" for name, value in settings.model_dump(exclude_none=True).items())
    (root / "model.yaml").write_text(f"{{licet_model: 1, buckets: 3, adapted: {{{told}}}}}")


def open_small_adapted(root: Path) -> Adapted:
    """Over the small base, whatever the workspace has, in two shards of two."""
    few = SETTINGS.model_copy(update={"shards": 2, "passes": 1})
    return Adapted(lambda: Adaptation(few, small_base()), KeptCheckpoints(root / "cache" / "checkpoints"))
