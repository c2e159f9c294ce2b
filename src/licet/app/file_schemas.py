"""The JSON Schemas of the files that people write for a workspace, for their editors."""

from __future__ import annotations

from typing import Any


def catalogue_schema() -> dict[str, Any]:
    """The JSON Schema of `catalogue.yaml`."""
    from licet.sources import catalogue

    return catalogue.catalogue_schema()


def recipe_schema() -> dict[str, Any]:
    """The JSON Schema of `recipe.yaml`."""
    from licet.uses.corpus import recipe

    return recipe.recipe_schema()
