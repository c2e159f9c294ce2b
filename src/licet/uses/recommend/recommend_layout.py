"""What recommendations go by, as `recommend.yaml` says it: which tables, and what of their columns means what.

Which rows may be used says the policy; this file only says which are of use. Who did what to which item when, a table
of events says in the catalogue: here it is named.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from licet.terms import UseError


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


class EventColumns(NamedTuple):
    """The columns of a table of events; of the actor a use is told without asking for it."""

    actor: str
    item: str
    time: str


def load_layout(path: Path) -> RecommendLayout:
    """Raises: UseError RCMD-002 where there is no such file, RCMD-003 for no YAML, RCMD-004 where it makes no sense."""
    try:
        return RecommendLayout.model_validate(_read(path))
    except FileNotFoundError:
        raise UseError(
            "RCMD-002",
            "nothing says what recommendations go by",
            str(path),
            "write recommend.yaml there, as docs/recommend.md shows; licet import events writes one",
        ) from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise _senseless(place, first["msg"].removeprefix("Value error, "), path) from None


def require_tables(layout: RecommendLayout, known: Collection[str], path: Path) -> None:
    """Raises: UseError RCMD-004 for a table that the catalogue does not have."""
    others = (layout.not_interested, None if layout.posts is None else layout.posts.table)
    for name in (*layout.tables, *layout.items, *layout.attributes, *others):
        if name is not None and name not in known:
            raise _senseless(name, "the catalogue has no such table", path)


def _senseless(place: str, why: str, path: Path) -> UseError:
    return UseError(
        "RCMD-004",
        f"what recommendations go by makes no sense at {place}: {why}",
        str(path),
        "compare it with docs/recommend.md",
    )


def event_columns(catalogue: Path, tables: Collection[str]) -> Mapping[str, EventColumns]:
    """What the catalogue calls the parts of events. Raises: UseError RCMD-005 for a table that holds none."""
    try:
        said = _read(catalogue)
    except FileNotFoundError:
        said = {}
    found, held = {}, said.get("tables") if isinstance(said, dict) else None
    for name in tables:
        table = held.get(name) if isinstance(held, dict) else None
        try:
            found[name] = EventColumns(**table["event"])  # type: ignore[index]
        except (KeyError, TypeError):
            raise UseError(
                "RCMD-005",
                f"recommendations are to go by {name!r}, and the catalogue does not say that it holds events",
                str(catalogue),
                "give it event: {actor: …, item: …, time: …} there, or take it out of recommend.yaml",
            ) from None
    return found


def _read(path: Path) -> Any:
    """Raises: FileNotFoundError; UseError RCMD-003."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise
    except OSError as error:
        why = error.strerror or "it cannot be opened"
    except (yaml.YAMLError, ValueError, RecursionError):  # a number of thousands of digits, lists in lists
        why = "it is no YAML in UTF-8"
    raise UseError("RCMD-003", f"the file cannot be read: {why}", str(path), "mend it, or write it anew")
