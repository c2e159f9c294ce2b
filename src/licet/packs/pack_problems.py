"""What is wrong with a policy file: every problem with its place, thrown as one error.

A file is read to the end before anything is thrown, so that a person mends it once. `PackErrors` looks like
its first problem and carries them all; the order is the order of the file.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from licet.terms import PackError

#: Problems that are looked for in one policy beyond its shape: whoever has so many begins with these.
MOST_PROBLEMS = 100

#: The way to a value inside a pack: keys and list indexes from the top.
Path = tuple[str | int, ...]


class Position(NamedTuple):
    """A place in a text, counted from 1 as editors do."""

    line: int
    column: int


class Problem(NamedTuple):
    """One thing wrong, before it is known where in the file it stands.

    at_key: whether the key itself is meant rather than its value.
    """

    code: str
    path: Path
    what: str
    fix: str
    at_key: bool = False


class Positions:
    """Where each key and value of a file stands. Empty for a pack that was not read from text."""

    def __init__(
        self,
        where: str = "",
        values: Mapping[Path, Position] | None = None,
        keys: Mapping[Path, Position] | None = None,
    ) -> None:
        self.where = where
        self.values: Mapping[Path, Position] = values or {}
        self.keys: Mapping[Path, Position] = keys or {}

    def at(self, path: Path, at_key: bool = False) -> str:
        """``file:line:column`` of the nearest thing that has a place; the path in words without a text."""
        for end in range(len(path), -1, -1):
            places = self.keys if at_key and end == len(path) else self.values
            position = places.get(path[:end])
            if position is not None:
                return spot(self.where, position)
        dotted = name_path(path)
        return f"{self.where}: {dotted}" if self.where and dotted else self.where or dotted

    def error(self, problem: Problem) -> PackError:
        place = self.at(problem.path, problem.at_key)
        return PackError(problem.code, problem.what, place, problem.fix)

    def order(self, problem: Problem) -> Position:
        """Sort key: the file's own order."""
        for end in range(len(problem.path), -1, -1):
            places = self.keys if problem.at_key and end == len(problem.path) else self.values
            position = places.get(problem.path[:end])
            if position is not None:
                return position
        return Position(0, 0)


class PackErrors(PackError):
    """A policy with one problem or more. Reads as the first; `problems` holds all of them in file order."""

    def __init__(self, problems: Iterable[PackError]) -> None:
        self.problems: tuple[PackError, ...] = tuple(problems)
        first = self.problems[0]
        super().__init__(first.code, first.what, first.where, first.fix)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems,)


def spot(where: str, position: Position) -> str:
    """``acme.yaml:41:9``."""
    return f"{where}:{position.line}:{position.column}"


def name_path(path: Path) -> str:
    """``rules[2].purposes[0]``: a path in words, list indexes from 0."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was probably meant to be."""
    candidates = sorted(set(known))
    if word.lower() in candidates:
        return word.lower()
    if word.upper() in candidates:
        return word.upper()
    close = difflib.get_close_matches(word, candidates, n=1, cutoff=0.6)
    if close:
        return close[0]
    shared = {candidate: _shared_words(word, candidate) for candidate in candidates}
    best = max(candidates, key=lambda candidate: shared[candidate], default=None)
    return best if best is not None and shared[best] >= 2 else None


def _shared_words(one: str, other: str) -> int:
    """How many words of two ids agree, where one may be the start of the other: ``train`` and ``training``."""
    words, others = (re.split(r"[_.\- ]+", text.lower()) for text in (one, other))
    return sum(
        any(min(len(a), len(b)) > 1 and (a.startswith(b) or b.startswith(a)) for b in others) for a in words
    )


def raise_all(problems: Iterable[Problem], positions: Positions) -> None:
    """Throw every problem as one `PackErrors`; do nothing when there is none."""
    ordered = sorted(problems, key=positions.order)
    if ordered:
        raise PackErrors(positions.error(problem) for problem in ordered)
