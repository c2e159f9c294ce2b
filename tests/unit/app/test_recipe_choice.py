"""A recipe is chosen on what the artefact of now holds, told to the ledger first, and says with whom it was chosen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from journeys.listeners import build_recommender, make_listeners
from licet.app import Workspace
from licet.app.recipe_choice import RecipeChoice, choose_recipe
from licet.terms import LicetError
from licet.uses.manifest import read_manifest
from licet.uses.recommend.chosen_recipe import FILE, load_chosen_recipe
from licet.uses.recommend.recommend_manifest import RecommendManifest
from licet.uses.recommend.walk_recipe import BITS, GRID, WalkRecipe
from licet.uses.use import silent


@pytest.fixture
def radio(tmp_path: Path) -> Iterator[Workspace]:
    with make_listeners(tmp_path, 150) as workspace:
        build_recommender(workspace)
        yield workspace


def chosen(workspace: Workspace) -> RecipeChoice:
    return choose_recipe(workspace, "latest", False, 0, 50, workspace.absences, silent)


def test_what_was_chosen_is_what_the_next_artefact_goes_by_and_it_says_with_whom(
    radio: Workspace,
) -> None:
    first = radio.store.snapshot("recommend")
    choice = chosen(radio)
    assert choice.chosen == load_chosen_recipe(radio.layout.root / FILE)
    assert choice.chosen.recipe == GRID[choice.place] and choice.before == WalkRecipe()
    tuned = choice.chosen.tuned
    assert tuned is not None and (tuned.snapshot, tuned.panel, tuned.bits) == (first.id, 50, BITS)
    assert "5 bits" in choice.said and choice.as_json()["recipe"] == choice.chosen.recipe.model_dump(
        mode="json"
    )
    entry = radio.ledger.entry(choice.entry).payload
    assert entry is not None and (entry["use"], entry["how"]) == ("recommend", "tune")
    assert entry["snapshot"] == first.id and entry["bits"] == BITS and entry["panel"] == 50
    build_recommender(radio)
    said = read_manifest(RecommendManifest, radio.store.snapshot("recommend"))
    assert said.recipe == choice.chosen.recipe and said.tuned == tuned


def test_how_many_must_share_a_pair_outlives_a_tuning_and_its_price_is_told(radio: Workspace) -> None:
    two = choose_recipe(radio, "latest", False, 0, 50, radio.absences, silent, 2)
    assert two.chosen.recipe == GRID[two.place].model_copy(update={"min_support": 2})
    assert [price.min_support for price in two.prices] == [1, 2, 3, 5]
    build_recommender(radio)
    again = chosen(radio)
    assert again.before == two.chosen.recipe == again.chosen.recipe
    told = again.as_json()["min_support_prices"]
    assert [price["min_support"] for price in told] == [1, 2, 3, 5]
    assert told[0]["ndcg_thousandths"]["middle"] == told[0]["pairs_thousandths"] == 1000


def test_nothing_is_chosen_on_an_artefact_that_holds_who_said_no(radio: Workspace) -> None:
    radio.choices.choose("m0000001", "learn", "off")
    position = radio.ledger.position
    with pytest.raises(LicetError) as refused:
        chosen(radio)
    assert refused.value.code == "APP-234" and radio.ledger.position == position
    assert not (radio.layout.root / FILE).exists()


def test_too_few_choose_nothing_and_leave_what_stands(tmp_path: Path) -> None:
    with make_listeners(tmp_path, 30) as few:
        build_recommender(few)
        position = few.ledger.position
        with pytest.raises(LicetError) as refused:
            chosen(few)
        assert refused.value.code == "RCMD-040" and few.ledger.position == position
        assert not (few.layout.root / FILE).exists()
