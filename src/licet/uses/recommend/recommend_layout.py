"""What recommendations go by, as `recommend.yaml` says it: which tables, and what of their columns means what.

Which rows may be used says the policy; this file only says which are of use. Who did what to which item when, a table
of events says in the catalogue: here it is named.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from licet.terms import UseError
from licet.uses.layout_file import read_layout

#: Between the table of an item and its key, where there are several tables: no table's name has one.
BETWEEN = "\0"
#: What is done with jobs, where a layout does not say.
_DOES = "looked at or applied for"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InteractionTable(_Part):
    """A table of events that count. Each pair of a member and an item counts once, however often and in however many
    tables it stands."""

    table: str = Field(min_length=1, description="a table with `event` in the catalogue")
    weight: int = Field(
        1,
        ge=1,
        le=100,
        description="how much such an event says, for whoever ranks; the counts do not go by it",
    )
    does: str | None = Field(
        None, min_length=1, max_length=60, description="what was done, after “you”, such as: applied for"
    )


class ItemColumns(_Part):
    """What a table of items says of each, by its columns; the key and the day it was created says the catalogue."""

    title: str | None = None
    text: str | None = None
    skills: str | None = None
    place: str | None = None
    seniority: str | None = None
    remote: str | None = None
    language: str | None = None
    expires: str | None = Field(None, description="from then on it is recommended to nobody")
    readers: str | None = Field(None, description="who may see it, where not everybody may")

    def named(self) -> dict[str, str]:
        """The columns that are named, by what they mean."""
        return {part: column for part, column in self.model_dump().items() if column is not None}


class PostColumns(_Part):
    """The table of what members post, and its columns."""

    table: str = Field(min_length=1)
    author: str
    created: str
    title: str | None = None
    text: str | None = None
    language: str | None = None


class RecommendLayout(_Part):
    """interactions: the tables that are counted. items: by table, what may be recommended.

    not_interested: a table of events: of items that a member wants no more of. attributes: by table, the columns of a
    member's profile that go by. buckets: files the members' rows are spread over.
    """

    licet_recommend: Literal[1] = Field(description="the format")
    interactions: tuple[InteractionTable, ...] = Field(min_length=1)
    items: dict[str, ItemColumns] = Field(default_factory=dict)
    not_interested: str | None = None
    attributes: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    posts: PostColumns | None = None
    buckets: Literal[1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096] = 64

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        if len(set(self.tables)) < len(self.tables):
            raise ValueError("a table of interactions stands twice")
        if self.not_interested in self.tables:
            raise ValueError("a table cannot say both what somebody did and what they want no more of")
        return self

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of interactions."""
        return tuple(each.table for each in self.interactions)

    @property
    def item_tables(self) -> tuple[str, ...]:
        """The tables of items, where there are several: then an item goes by its table and its key."""
        return tuple(sorted(self.items)) if len(self.items) > 1 else ()

    def name_of(self, table: str | None, key: str) -> str:
        """What an item is called among all that is counted. table: of items; None where nobody says of which."""
        return f"{table or ''}{BETWEEN}{key}" if self.item_tables else key

    @property
    def does(self) -> str:
        """What members do with items, of all tables together, the least first, for a sentence about others."""
        said = [each.does for each in sorted(self.interactions, key=lambda each: each.weight)]
        told = list(dict.fromkeys(filter(None, said)))
        if not all(said):
            return _DOES
        return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} or {told[-1]}"


def load_layout(path: Path) -> RecommendLayout:
    """Raises: UseError RCMD-002 where there is no such file, RCMD-004 where it makes no sense."""
    found = read_layout(RecommendLayout, path)
    if found is None:
        raise UseError(
            "RCMD-002",
            "nothing says what recommendations go by",
            str(path),
            "write recommend.yaml there, as docs/recommend.md shows; licet import events writes one",
        )
    if isinstance(found, str):
        raise _senseless(found, path)
    return found


def require_tables(layout: RecommendLayout, known: Collection[str], path: Path) -> None:
    """Raises: UseError RCMD-004 for a table that the catalogue does not have."""
    others = (layout.not_interested, None if layout.posts is None else layout.posts.table)
    for name in (*layout.tables, *layout.items, *layout.attributes, *others):
        if name is not None and name not in known:
            raise _senseless(f"at {name}: the catalogue has no such table", path)


def _senseless(why: str, path: Path) -> UseError:
    return UseError(
        "RCMD-004",
        f"what recommendations go by makes no sense, {why}",
        str(path),
        "compare it with docs/recommend.md",
    )
