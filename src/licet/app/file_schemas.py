"""The JSON Schemas of the files that people write for a workspace, for their editors."""

from __future__ import annotations

from licet.terms.canonical import JsonObject


def catalogue_schema() -> JsonObject:
    """The JSON Schema of `catalogue.yaml`."""
    from licet.sources import catalogue

    return catalogue.catalogue_schema()


def recipe_schema() -> JsonObject:
    """The JSON Schema of `recipe.yaml`."""
    from licet.uses.corpus import recipe

    return recipe.recipe_schema()
