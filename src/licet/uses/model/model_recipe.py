"""How a model is made: the orders that are counted, the discount, whether one member's runs are served, and the base.

A YAML file, `model.yaml`, or nothing: everything has a default. No member's data decides anything here. The base is
named by the digest of its vocabulary, so that equal recipes make equal models.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from licet.terms import UseError
from licet.terms.canonical import canonical_json, digest
from licet.uses.model.adaptation_recipe import AdaptedSettings
from licet.uses.model.byte_pairs import BytePairs
from licet.uses.model.token_runs import LONGEST_RUN, MOST_TOKENS


class ModelRecipe(BaseModel):
    """What a person may say of how a model is made."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    licet_model: Literal[1] = Field(1, description="the format")
    order: int = Field(LONGEST_RUN, ge=1, le=LONGEST_RUN, description="tokens of the longest run counted")
    discount_percent: int = Field(
        90,
        ge=1,
        le=199,
        description="what is taken off each count, in hundredths, for the unseen; above 99 only with two_members",
    )
    two_members: bool = Field(
        True, description="whether only runs that two members wrote are served; others stay unserved"
    )
    number_members: int = Field(
        10,
        ge=2,
        le=1_000_000,
        description="members who must have written a run of two tokens with digits; only with two_members",
    )
    buckets: int = Field(64, ge=1, le=4096, description="files the members' counts are spread over")
    adapted: AdaptedSettings = Field(AdaptedSettings(), description="of the adapted model, where one is made")

    @model_validator(mode="after")
    def _leaves_something(self) -> Self:
        if self.discount_percent > 99 and not self.two_members:
            raise ValueError("where every run is served no more than 99 can be taken off a count of one")
        return self

    def of(self, vocabulary: BytePairs) -> PinnedRecipe:
        """The recipe over a base. Raises: UseError MODL-002 for a vocabulary whose runs cannot be counted."""
        if vocabulary.size > MOST_TOKENS:
            raise UseError(
                "MODL-002",
                f"the vocabulary has {vocabulary.size} tokens, and runs of at most {MOST_TOKENS} can be counted",
                fix=f"fit one of at most {MOST_TOKENS}",
            )
        return PinnedRecipe(**self.model_dump(exclude={"licet_model", "adapted"}), base=vocabulary.digest)


class PinnedRecipe(BaseModel):
    """The same over one base, as a manifest has it; nothing is left to a default. base: of its vocabulary."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    order: int
    discount_percent: int
    two_members: bool
    number_members: int = 2  # an earlier licet asked for no more
    buckets: int
    base: str

    @property
    def least_members(self) -> int:
        """How many members must have written a run for it to be served."""
        return 2 if self.two_members else 1

    @property
    def least_of_numbers(self) -> int:
        """How many must have written one of two tokens with digits."""
        return max(2, self.number_members) if self.two_members else 1

    @property
    def digest(self) -> str:
        return digest(canonical_json(self.model_dump(mode="json")))


def load_model_recipe(path: Path) -> ModelRecipe:
    """A recipe from a file; the defaults where there is none. Raises: UseError MODL-001 for one that makes no sense."""
    try:
        data: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return ModelRecipe.model_validate(data)
    except FileNotFoundError:
        return ModelRecipe.model_validate({})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        why = f"at {place}: {first['msg']}"
    except OSError as error:
        why = f"it cannot be read: {error.strerror}"
    except (yaml.YAMLError, ValueError, RecursionError):  # a number of thousands of digits, lists in lists
        why = "it is no YAML in UTF-8"
    raise UseError(
        "MODL-001",
        f"the model's recipe makes no sense, {why}",
        str(path),
        "compare it with docs/model.md; without the file every setting has its default",
    )
