"""Which edges join people, and whose list of them may be read: `people.yaml` at a workspace's root.

Silence is no: whose list may be read stands there, for all or by a column of each member's own; a member of whom that
column says nothing, or is not permitted, hides theirs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from licet.terms import UseError
from licet.terms.canonical import canonical_json, digest
from licet.uses.layout_file import read_layout

FILE_NAME = "people.yaml"
Column = Annotated[str, Field(min_length=1)]


class EdgeTable(BaseModel):
    """A table of edges, and the columns of both ends."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    table: Column
    from_: Column = Field(alias="from")
    to: Column

    @property
    def columns(self) -> tuple[str, str]:
        return self.from_, self.to


class ListSetting(BaseModel):
    """A column in which each member says who may read their list, and the words by which those they know may."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: Column
    column: Column
    readable: tuple[str, ...] = Field(min_length=1)


class PeopleLayout(BaseModel):
    """lists: `connections` where everybody's may be read by those they know, `nobody` where nobody's may."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    licet_people: Literal[1] = 1
    edges: EdgeTable
    lists: ListSetting | Literal["connections", "nobody"]
    buckets: int = Field(64, ge=1, le=4096)

    @property
    def digest(self) -> str:
        return digest(canonical_json(self.model_dump(mode="json")))


def load_people_layout(path: Path) -> PeopleLayout:
    """Raises: UseError RCMD-110 where there is none, RCMD-111 for one that makes no sense."""
    found = read_layout(PeopleLayout, path)
    if found is None:
        raise UseError(
            "RCMD-110",
            "nothing says which edges join people, and whose list of them may be read",
            str(path),
            "build the graph of people, which drafts it of the catalogue, or write it as docs/people.md shows",
        )
    if not isinstance(found, str):
        return found
    raise UseError(
        "RCMD-111",
        f"what joins people makes no sense, {found}",
        str(path),
        "compare it with docs/people.md; without the file, the next build drafts one",
    )
