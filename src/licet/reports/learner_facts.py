"""What is said of a model by its kind: counts that are read over a base, or a base that was trained further.

One entry for each kind; all other statements are the same for both.
"""

from __future__ import annotations

from typing import NamedTuple

from licet.uses.model.checkpoint_chain import AdaptedManifest
from licet.uses.model.counts_log import ModelManifest


class Learner(NamedTuple):
    """description, architecture, furthers: sentences, without a full stop. family: a word of CycloneDX' examples.

    people:   what of one member is in what it serves. leaving: what becomes of it when they say no.
    base:     by which digest it names its base. properties: of the recipe, by name.
    """

    description: str
    family: str
    architecture: str
    furthers: str
    people: str
    leaving: str
    base: str
    recipe_sha256: str
    properties: dict[str, str]


def learner_of(model: ModelManifest | AdaptedManifest) -> Learner:
    """What is said of it by its kind."""
    return _counts(model) if isinstance(model, ModelManifest) else _adapted(model)


def _counts(model: ModelManifest) -> Learner:
    recipe = model.recipe
    people = "Runs of words that one member alone wrote are served, too"
    if recipe.two_members:
        people = (
            "What a model serves are counts of how many members wrote a run of words, and only runs that two members "
            "wrote; counts of runs that one member alone wrote are kept unserved, so that each can be subtracted"
        )
    return Learner(
        description=(
            "Counts of how many members wrote each run of tokens, read together with a frozen base; no weight was "
            "moved by members' data"
        ),
        family="n-gram",
        architecture=(
            f"runs of up to {recipe.order} tokens, interpolated absolute discounting of {recipe.discount_percent} %, "
            "mixed with a small frozen transformer by a linear gate"
        ),
        furthers=(
            "How many members wrote a run of words says how members write, and the base how words follow one another; "
            "the model weighs the two"
        ),
        people=people,
        leaving="What they wrote is subtracted, and the model is that of a build without them",
        base=recipe.base,
        recipe_sha256=recipe.digest,
        properties={"licet:vocabulary_sha256": recipe.base},
    )


def _adapted(model: AdaptedManifest) -> Learner:
    recipe = model.recipe
    steps = sum(checkpoint.steps for shard in model.shards for checkpoint in shard)
    return Learner(
        description=(
            f"A base of public text, trained further on members' texts: {recipe.shards} networks, of which each member "
            "is in one; what they hold probable is averaged"
        ),
        family="transformer",
        architecture=(
            f"{recipe.shards} networks of the base's shape, each trained on {recipe.segments} buckets one after "
            f"another, {recipe.passes} passes, a checkpoint after each"
        ),
        furthers="The networks learnt from members' texts how members write",
        people=(
            "What one member alone wrote may be remembered by a network: no rule of two members holds for its weights"
        ),
        leaving=(
            "The network that learnt from them is trained again from the checkpoint before them, as if they had never "
            "been there"
        ),
        base=recipe.base,
        recipe_sha256=recipe.digest,
        properties={
            "licet:base_sha256": recipe.base,
            "licet:steps": str(steps),
            **{f"licet:environment:{name}": str(value) for name, value in model.chain_environment if value},
        },
    )
