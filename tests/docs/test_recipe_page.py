"""docs/recipe.md: its example loads and fits the schema, and it speaks of everything a recipe can say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from licet.uses.corpus.recipe import Recipe, parse_recipe, recipe_schema, shipped_recipe
from unit.packs.schema_check import violations

PAGE = (Path(__file__).parents[2] / "docs" / "recipe.md").read_text()
(EXAMPLE,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_the_recipe_of_the_docs_loads_and_its_defaults_are_those_it_names() -> None:
    recipe = parse_recipe(EXAMPLE, "docs/recipe.md")
    plain = Recipe.model_validate({"licet_recipe": 1, "documents": [recipe.documents[0].model_dump()]})
    for name in ("redact", "language", "near_duplicates", "buckets"):
        assert getattr(recipe, name) == getattr(plain, name)
    assert (plain.languages, plain.shortest_characters, plain.declared_names) == (None, 1, None)


def test_the_page_speaks_of_everything_a_recipe_can_say() -> None:
    schema = recipe_schema()
    for definition in (schema, *schema["$defs"].values()):
        for key, told in definition["properties"].items():
            assert f"`{key}`" in PAGE, key
            assert told.get("description") or "$ref" in told, key


@pytest.mark.parametrize(
    "text", [EXAMPLE, *map(shipped_recipe, ("demo", "linkedin", "stackexchange"))], ids=range(4)
)
def test_recipes_are_as_the_schema_says(text: str) -> None:
    assert violations(yaml.safe_load(text), recipe_schema()) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"documents": []},
        {"buckets": 0},
        {"redact": "email"},
        {"near_duplicates": {"bands": 0}},
        {"bucket": 3},
    ],
)
def test_what_no_recipe_says_is_complained_of(wrong: dict[str, object]) -> None:
    assert violations(yaml.safe_load(EXAMPLE) | wrong, recipe_schema())
