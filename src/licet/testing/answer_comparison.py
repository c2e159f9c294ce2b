"""One numbered world of a long run, compared: what it counted, what it met, and the difference if there is one."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from licet.terms import LicetError
from licet.testing.agreement import Disagreement, assert_agree, assert_meant
from licet.testing.drawn_shapes import make_worlds
from licet.testing.features import features
from licet.testing.memory_ledger import open_gate
from licet.testing.shrinker import shrink
from licet.testing.worlds import World


class Outcome(NamedTuple):
    """cases:    single decisions compared: one kind of data of one record for one of its people at one moment.
    meant:    of these, decisions that the specification was asked, too.
    codes:    rows of tables per code; `permitted` is what passed.
    features: worlds per feature.
    failure:  what differed, with a small world that shows it; None when nothing did."""

    number: int
    shape: str
    moments: int
    cases: int
    meant: int
    codes: Counter[str]
    features: Counter[str]
    failure: str | None


def compare(seed: int, number: int, shape: str | None = None) -> Outcome:
    """Hold the gate on DuckDB to `decide` over one numbered world at all its moments."""
    shape, worlds = make_worlds(seed, number, shape)
    codes: Counter[str] = Counter()
    met: Counter[str] = Counter()
    cases = meant = 0
    for world in worlds:
        met.update(features(world).keys())
        problem = difference(world, columns_too=shape == "small")
        if isinstance(problem, str):
            return Outcome(number, shape, len(worlds), cases, meant, codes, met, _told(world, problem))
        cases += problem[0]
        meant += problem[1]
        codes += problem[2]
    return Outcome(number, shape, len(worlds), cases, meant, codes, met, None)


def difference(world: World, columns_too: bool, engine: Any = None) -> str | tuple[int, int, Counter[str]]:
    """How specification, evaluator and gate differ over a world; or how many decisions were compared, how many of them
    with the specification, and the codes of rows."""
    try:
        meant = assert_meant(world)
        agreed = assert_agree(open_gate(world, engine), world, columns_too)
    except (Disagreement, LicetError, ArithmeticError, ValueError, TypeError, LookupError) as problem:
        return f"{type(problem).__name__}: {problem}"
    return agreed.cases, meant, agreed.codes


def _told(world: World, problem: str) -> str:
    small = shrink(world, lambda one: isinstance(difference(one, columns_too=False), str))
    shown = difference(small, columns_too=False)
    return f"{shown if isinstance(shown, str) else problem}\n{small!r}"
