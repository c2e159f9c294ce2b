"""Choosing the recipe of recommendations on what their artefact holds, and writing it where the use reads it.

That is a use of members' data of its own, and the ledger is told of it before the file is written. From the next update
on the artefact goes by the recipe, and says with whom it was chosen.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from licet.app.artefact_status import require_exact
from licet.app.artefacts import note_use
from licet.enforce.absences import Absences
from licet.sources.file_replacement import replace_file
from licet.terms.canonical import JsonObject
from licet.uses.manifest import read_manifest
from licet.uses.recommend.chosen_recipe import FILE, ChosenRecipe, TunedWith, load_chosen_recipe
from licet.uses.recommend.kept_interactions import read_interactions
from licet.uses.recommend.recipe_tuning import tune
from licet.uses.recommend.recommend_manifest import KIND, RecommendManifest
from licet.uses.recommend.support_price import SUPPORTS, SupportPrice, support_prices
from licet.uses.recommend.walk_recipe import BITS, GRID, WalkRecipe
from licet.uses.use import Progress

if TYPE_CHECKING:
    from licet.app.core import Core


class RecipeChoice(NamedTuple):
    """before: the recipe that stood. place: of the chosen one in the grid. ndcg_thousandths: of each of the grid, over
    the panel. prices: what other `min_support` would cost. entry: of the ledger. file: where the recipe was written."""

    snapshot: str
    before: WalkRecipe
    chosen: ChosenRecipe
    place: int
    ndcg_thousandths: tuple[int, ...]
    prices: tuple[SupportPrice, ...]
    by_time: bool
    entry: int
    file: str

    @property
    def said(self) -> str:
        """With whom, in a sentence."""
        tuned = self.chosen.tuned
        assert tuned is not None
        return (
            f"{tuned.bits} bits chosen with {tuned.members:,} members, whoever leaves later among them, until the next "
            f"tuning: the best of {len(GRID)} on {tuned.panel:,} of them."
        )

    def as_json(self) -> JsonObject:
        return {
            "snapshot": self.snapshot, "before": self.before.model_dump(mode="json"),
            "recipe": self.chosen.recipe.model_dump(mode="json"), "changed": self.before != self.chosen.recipe,
            "place": self.place, "ndcg_thousandths": list(self.ndcg_thousandths), "by_time": self.by_time,
            "min_support_prices": [price.as_json() for price in self.prices],
            "tuned": None if self.chosen.tuned is None else self.chosen.tuned.model_dump(mode="json"),
            "said": self.said, "entry": self.entry, "file": self.file,
        }  # fmt: skip


def choose_recipe(
    core: Core,
    which: str,
    by_time: bool,
    seed: int,
    most: int,
    absences: Absences,
    progress: Progress,
    min_support: int | None = None,
) -> RecipeChoice:
    """As `RecommendOperations.tune`."""
    file = Path(core.layout.root) / FILE
    before = load_chosen_recipe(file).recipe
    snapshot = core.store.snapshot(KIND, which)
    require_exact(core, [snapshot], absences)
    said = read_manifest(RecommendManifest, snapshot)
    held, least = (
        read_interactions(core.store, said),
        before.min_support if min_support is None else min_support,
    )
    tuning = tune(held, by_time=by_time, min_support=least, seed=seed, most=most, progress=progress)
    supports = sorted({*SUPPORTS, least})
    prices = support_prices(held, tuning.recipe, supports=supports, most=most, seed=seed, progress=progress)
    with_whom = TunedWith(
        at=said.at, position=said.ledger.position, snapshot=snapshot.id, root=said.root,
        members=said.counts["subjects"], panel=tuning.members, bits=BITS,
    )  # fmt: skip
    chosen = ChosenRecipe(recipe=tuning.recipe, tuned=with_whom)
    # The ledger first: who dies here leaves a use that came to nothing, and never a recipe that nobody was told of.
    counts = {
        "subjects": said.counts["subjects"],
        "panel": tuning.members,
        "place": tuning.place,
        "bits": BITS,
    }
    note_use(core, KIND, "tune", said, said.origin, counts, snapshot.id)
    entry = core.ledger.position - 1
    with replace_file(file) as writing:
        writing.write(chosen.text().encode())
    thousandths = tuple(round(1000 * score) for score in tuning.ndcg)
    return RecipeChoice(
        snapshot.name, before, chosen, tuning.place, thousandths, tuple(prices), by_time, entry, str(file)
    )
