"""What can be searched: `search.yaml` at a workspace's root, which names tables and says what their columns are.

A column that is not named is not read. `licet search build` drafts one of the catalogue where there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from licet.terms import UseError
from licet.terms.canonical import canonical_json, digest
from licet.uses.layout_file import read_layout

FILE_NAME = "search.yaml"
Column = Annotated[str, Field(min_length=1)]


class SearchedKind(BaseModel):
    """Rows of one table that are found by their words.

    place, seniority, skills and remote are what filters look at; after expires a row is
    found no more.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: Column
    title: Column
    text: tuple[Column, ...] = ()
    place: Column | None = None
    seniority: Column | None = None
    skills: Column | None = None
    remote: Column | None = None
    created: Column | None = None
    expires: Column | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        one_each = (
            self.title, self.place, self.seniority, self.skills, self.remote, self.created, self.expires,
        )  # fmt: skip
        return tuple(dict.fromkeys(column for column in (*one_each, *self.text) if column is not None))


class SearchLayout(BaseModel):
    """By its name each kind of thing that is searched for, such as jobs and people."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    licet_search: Literal[1] = 1
    kinds: Mapping[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")], SearchedKind] = Field(
        min_length=1
    )
    buckets: int = Field(64, ge=1, le=4096)

    @property
    def digest(self) -> str:
        return digest(canonical_json(self.model_dump(mode="json")))


def load_search_layout(path: Path) -> SearchLayout:
    """Raises: UseError RCMD-100 where there is none, RCMD-101 for one that makes no sense."""
    found = read_layout(SearchLayout, path)
    if found is None:
        raise UseError(
            "RCMD-100",
            "nothing says what can be searched",
            str(path),
            "run `licet search build`, which drafts it of the catalogue, or write it as docs/search.md shows",
        )
    if not isinstance(found, str):
        return found
    raise UseError(
        "RCMD-101",
        f"what can be searched makes no sense, {found}",
        str(path),
        "compare it with docs/search.md; without the file, `licet search build` drafts one",
    )
