"""Paths: how a catalogue names a part of a cell, such as `jobs[].company.name`.

A path is a column, then any number of steps: `.field` into a struct, `[]` to every element of a list, `{}` to every
value of a map, `{key}` to the value under one key. A name that holds one of `. [ ] { } "` is written in double
quotes, a quote inside it twice. Whether a part is there is for those to say who hold the data.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection
from typing import Literal, NamedTuple


class Step(NamedTuple):
    """One step into a value. name: of a field, or the key of a map's entry; else empty."""

    kind: Literal["field", "each", "entries", "key"]
    name: str = ""


EACH, ENTRIES = Step("each"), Step("entries")


class Path(NamedTuple):
    """A column and the way into it; without steps it is the whole column."""

    column: str
    steps: tuple[Step, ...] = ()

    def __str__(self) -> str:
        return _name(self.column) + "".join(map(_step, self.steps))


_BARE = r'[^.\[\]{}"]+'
_NAME = rf'(?:{_BARE}|"(?:[^"]|"")+")'
_TOKEN = re.compile(rf"\.(?P<field>{_NAME})|(?P<each>\[\])|(?P<entries>\{{\}})|\{{(?P<key>{_NAME})\}}")


def parse_path(text: str) -> Path | None:
    """The path that `text` writes down; None when it is none."""
    start = re.match(_NAME, text)
    if start is None:
        return None
    steps, at = [], start.end()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            return None
        kind = found.lastgroup
        name = found[kind] if kind in ("field", "key") else ""
        steps.append(Step(kind, _plain(name)))  # type: ignore[arg-type]
        at = found.end()
    return Path(_plain(start[0]), tuple(steps))


def path_in(text: str, columns: Collection[str]) -> Path | None:
    """The same for a table with these columns: the exact name of a column is that whole column, whatever it holds."""
    return Path(text) if text in columns else parse_path(text)


def names_an_element(path: Path) -> bool:
    """Whether it leads into the elements of a list and from there through fields only: to an id of an element."""
    after = list(itertools.takewhile(lambda step: step != EACH, reversed(path.steps)))
    return len(after) < len(path.steps) and all(step.kind == "field" for step in after)


def _plain(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _name(name: str) -> str:
    return name if re.fullmatch(_BARE, name) else '"' + name.replace('"', '""') + '"'


def _step(step: Step) -> str:
    return {
        "field": f".{_name(step.name)}", "each": "[]", "entries": "{}", "key": "{" + _name(step.name) + "}",
    }[step.kind]  # fmt: skip
