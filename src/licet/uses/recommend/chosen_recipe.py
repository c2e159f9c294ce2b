"""The recipe that a workspace's recommendations go by, and whom it was chosen with.

`recommend-recipe.yaml` beside the catalogue; without it the recipe is the default, chosen with nobody of the workspace.
A recipe that was tuned carries up to five bits of what the members of then did: given the recipe a removal is exact,
and it was chosen with or without whoever is removed, until the next tuning. So it says of itself whom it saw.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from licet.terms import UseError
from licet.uses.recommend.walk_recipe import BITS, WalkRecipe

FILE = "recommend-recipe.yaml"


class TunedWith(BaseModel):
    """Whom a recipe was chosen with: those in an artefact of recommendations, at a ledger position.

    snapshot, root: of that artefact. members: how many were in it; panel: on how many of them recipes were tried.
    bits: as much as the choice can tell of all of them together.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: str = Field(min_length=1)
    position: int = Field(ge=0)
    snapshot: str = Field(pattern=r"^[0-9a-f]{64}$")
    root: str = Field(pattern=r"^[0-9a-f]{64}$")
    members: int = Field(ge=0)
    panel: int = Field(ge=0)
    bits: int = Field(BITS, ge=0)


class ChosenRecipe(BaseModel):
    """tuned: None where it was chosen with nobody of the workspace."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    licet_walk: Literal[1] = Field(1, description="the format")
    recipe: WalkRecipe = WalkRecipe()
    tuned: TunedWith | None = None

    def text(self) -> str:
        """As the file has it."""
        heading = "# How counts are made and walked; `licet recommend tune` writes this file.\n"
        return heading + yaml.safe_dump(self.model_dump(mode="json", exclude_none=True), sort_keys=False)


def load_chosen_recipe(path: Path) -> ChosenRecipe:
    """The default where there is no file. Raises: UseError RCMD-006 for one that makes no sense."""
    try:
        said: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return ChosenRecipe.model_validate(said)
    except FileNotFoundError:
        return ChosenRecipe()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        why = f"at {'.'.join(map(str, first['loc'])) or 'the file'}: {first['msg']}"
    except OSError as error:
        why = f"it cannot be read: {error.strerror}"
    except (yaml.YAMLError, ValueError, RecursionError):
        why = "it is no YAML in UTF-8"
    raise UseError(
        "RCMD-006",
        f"the recipe of recommendations makes no sense: {why}",
        str(path),
        "tune again: licet recommend tune; without the file the default holds",
    )
