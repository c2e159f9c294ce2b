"""A recipe: how permitted rows become documents. A YAML file, and nothing in it can widen what the gate gives.

One entry a kind of document: which table, which words, and whether rows that share a column (a comment thread)
become one document. Then what is redacted, and what counts as a near-duplicate.
"""

from __future__ import annotations

import functools
import re
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from licet.terms import UseError
from licet.terms.canonical import JsonObject, canonical_json, digest


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DocumentKind(Part):
    """One kind of document and the table its rows come from.

    text:     lines with ``{column}``; a line whose columns are all empty is dropped.
    needs:    columns of which at least one must say something; a place alone, say, is no profile.
    group_by: a column; rows that share its value become one document, in the order of `order_by`.
    """

    kind: str = Field(
        pattern=r"^[a-z][a-z0-9_]*$", description="its name, one of its own: lower-case letters, digits, _"
    )
    table: str = Field(description="the table of the catalogue that its rows come from")
    text: str = Field(
        min_length=1,
        description="lines with {column}; a line whose columns are all empty is dropped; {{ and }} are braces",
        examples=["{title}\n{body}"],
    )
    needs: tuple[str, ...] = Field(
        (), description="columns of which at least one must say something, or there is no document"
    )
    group_by: str | None = Field(
        None, description="a labelled column; rows that share its value become one document, as a thread"
    )
    order_by: str | None = Field(
        None, description="a labelled column by which the rows of a group are put in order"
    )

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns its text names."""
        found = re.findall(r"(?<!\{)\{([^{}]+)\}", self.text.replace("{{", "").replace("}}", ""))
        return tuple(dict.fromkeys((*found, *self.needs)))


class DeclaredNames(Part):
    """Where members declare the name they go by; an author's own name is not redacted from their words."""

    table: str = Field(description="the table in which members say their name")
    subject: str = Field(description="its column of whose the name is")
    column: str = Field(description="its column of the name")


class NearDuplicates(Part):
    """What counts as the same text again. The earliest stays; the others wait in case it leaves."""

    threshold_percent: int = Field(80, ge=1, le=100, description="share of equal MinHash places")
    permutations: int = Field(128, ge=16, le=512, description="MinHash places a document is compared by")
    bands: int = Field(16, ge=1, description="groups of places; documents that share one are compared")
    shingle_words: int = Field(3, ge=1, le=20, description="words that are taken together")


class Recipe(Part):
    """How a corpus is made."""

    licet_recipe: Literal[1] = Field(description="the format")
    documents: tuple[DocumentKind, ...] = Field(min_length=1, description="one entry a kind of document")
    declared_names: DeclaredNames | None = Field(
        None, description="where members declare the name they go by; it is not redacted from their own words"
    )
    redact: tuple[str, ...] = Field(
        (
            "profile_url",
            "email",
            "phone",
            "iban",
            "payment_card",
            "ip_address",
            "handle",
            "national_id",
        ),
        description="kinds of personal data that are taken out of the words; url is one more",
    )
    language: bool = Field(True, description="whether the language of each document is detected")
    languages: tuple[str, ...] | None = Field(
        None, description="keep only documents in these; needs language"
    )
    near_duplicates: NearDuplicates | None = Field(
        NearDuplicates(),
        description="what is the same text again, of which the earliest stays; null to keep all",
    )
    shortest_characters: int = Field(1, ge=1, description="shorter documents are left out")
    buckets: int = Field(64, ge=1, le=4096, description="files the documents are spread over")

    @field_validator("documents")
    @classmethod
    def _kinds_are_unique(cls, kinds: tuple[DocumentKind, ...]) -> tuple[DocumentKind, ...]:
        names = [kind.kind for kind in kinds]
        if len(set(names)) < len(names):
            raise ValueError("every kind of document needs a name of its own")
        return kinds

    @model_validator(mode="after")
    def _languages_are_detected(self) -> Recipe:
        if self.languages is not None and not self.language:
            raise ValueError("documents cannot be kept by language when language is not detected")
        return self

    def asks_for(self) -> dict[str, set[str]]:
        """Per table the columns the corpus needs; the gate is opened for these and no others."""
        asked: dict[str, set[str]] = {}
        for kind in self.documents:
            asked.setdefault(kind.table, set()).update(
                column for column in (*kind.columns, kind.group_by, kind.order_by) if column is not None
            )
        if self.declared_names is not None:
            asked.setdefault(self.declared_names.table, set()).add(self.declared_names.column)
        return asked

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that documents are made of."""
        return tuple(dict.fromkeys(kind.table for kind in self.documents))

    @property
    def digest(self) -> str:
        return digest(canonical_json(self.model_dump(mode="json")))


def recipe_schema() -> JsonObject:
    """The JSON Schema of a recipe (draft 2020-12), with titles and descriptions, for editors."""
    schema = Recipe.model_json_schema(mode="validation")
    for definition in (schema, *schema["$defs"].values()):
        for key, value in definition.get("properties", {}).items():
            value.setdefault("title", key.replace("_", " ").capitalize())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "licet recipe, format 1",
    }


@functools.lru_cache(8)
def parse_recipe(text: str, where: str) -> Recipe:
    """A recipe from YAML. Raises: UseError CORP-001 when it cannot be read, CORP-002 when it makes no sense."""
    try:
        data: Any = yaml.safe_load(text)
    except (
        yaml.YAMLError,
        ValueError,
        RecursionError,
    ) as error:  # a number of thousands of digits, lists in lists
        mark = getattr(error, "problem_mark", None)
        place = f"{where}:{mark.line + 1}:{mark.column + 1}" if mark else where
        raise UseError("CORP-001", "the recipe is not valid YAML", place, "mend the line") from None
    try:
        return Recipe.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise UseError(
            "CORP-002",
            f"the recipe makes no sense at {place}: {first['msg'].removeprefix('Value error, ')}",
            where,
            "compare it with docs/recipe.md, or with what `licet corpus schema` prints",
        ) from None


def load_recipe(path: Path) -> Recipe:
    """A recipe from a file. Raises: UseError CORP-003 when there is none, else as `parse_recipe`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UseError(
            "CORP-003",
            f"cannot read the recipe: {getattr(error, 'strerror', None) or 'it is not UTF-8'}",
            str(path),
            "importers write one; see `licet corpus build --help`",
        ) from None
    return parse_recipe(text, str(path))


def shipped_recipe(name: str) -> str:
    """The text of a recipe that licet ships: ``demo``, ``linkedin`` or ``stackexchange``."""
    return (resources.files("licet.uses.corpus") / "recipes" / f"{name}.yaml").read_text(encoding="utf-8")
