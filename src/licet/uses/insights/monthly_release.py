"""A release: the figures of a month, drawn once and never again.

Of members each figure is their number and noise, and is told where that comes to at least K; of advertisements, which
are about nobody, it is the number. The noise of a figure follows from the release and the cell alone, so that a release
without somebody is the one that never had them, and asking twice tells nothing more. A member counts in one cell of
each level, and the levels share the budget: a whole release tells of anybody at most what EPSILON lets it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

import pyarrow as pa

from licet.terms.canonical import JsonObject, canonical_json
from licet.uses.discrete_laplace import KeyedBits, discrete_laplace
from licet.uses.insights.insights_layout import EVERYWHERE, InsightsLayout

#: What all figures of one release together may tell of whether somebody is in them.
EPSILON = Fraction(1, 2)
#: Fewer members than these are told of nowhere.
LEAST_MEMBERS = 10


class Held(NamedTuple):
    """So many members have a skill in a region, give or take the noise."""

    region: str
    skill: str
    members: int


class Asked(NamedTuple):
    """So many advertisements of a month ask for a skill in a region."""

    region: str
    skill: str
    month: str
    postings: int


class ToLearn(NamedTuple):
    """A skill that is asked for. members: who have it; None where that is not told, being too few."""

    region: str
    skill: str
    postings: int
    members: int | None


class Figures(NamedTuple):
    """All that a release tells, each in one order."""

    held: tuple[Held, ...]
    asked: tuple[Asked, ...]

    def as_json(self) -> JsonObject:
        return {
            "held": [one._asdict() for one in self.held],
            "asked": [one._asdict() for one in self.asked],
        }

    @classmethod
    def of_json(cls, told: Mapping[str, list[JsonObject]]) -> Figures:
        """Raises: TypeError, KeyError for what `as_json` did not make."""
        return cls(tuple(Held(**one) for one in told["held"]), tuple(Asked(**one) for one in told["asked"]))


def draw(layout: InsightsLayout, rows: pa.Table, key: bytes, release: str) -> Figures:
    """The figures of contributions. key: that noise follows from. release: its name, 2026-03."""
    postings, members = Counter[tuple[str, str, str]](), Counter[tuple[int, str, str]]()
    asked = Counter[tuple[int, str, str]]()
    for row in rows.to_pylist():
        line = layout.line(row["region"])
        for level in layout.levels:
            if level < len(line):
                cell = level, line[level], row["skill"]
                if row["subject"] is None:
                    asked[cell] += 1
                    if row["month"] is not None:
                        postings[line[level], row["skill"], row["month"]] += 1
                else:
                    members[cell] += 1
    share = EPSILON / len(layout.levels)
    # Which cells there are follows from advertisements alone: that a figure is there tells of no member.
    named = {
        (0, EVERYWHERE, " ".join(skill.split()).casefold()) for skill in layout.also if 0 in layout.levels
    }
    cells = sorted({cell for cell, count in asked.items() if count >= layout.least_postings} | named)
    told = {(region, skill) for _, region, skill in cells}
    return Figures(
        tuple(
            Held(region, skill, noisy)
            for level, region, skill in cells
            if (noisy := members[level, region, skill] + noise(key, share, release, level, region, skill))
            >= LEAST_MEMBERS
        ),
        tuple(
            Asked(region, skill, month, count)
            for (region, skill, month), count in sorted(postings.items())
            if (region, skill) in told
        ),
    )


def noise(key: bytes, epsilon: Fraction, *cell: str | int) -> int:
    return discrete_laplace(KeyedBits(key, canonical_json(["noise of insights", *cell])), epsilon)


def to_learn(figures: Figures, region: str) -> list[ToLearn]:
    """The skills asked for in a region, those first that most advertisements ask for by member who has one.

    Made of what was released alone. Where too few have a skill for that to be told, they count as LEAST_MEMBERS.
    """
    held = {one.skill: one.members for one in figures.held if one.region == region}
    postings = Counter[str]()
    for one in figures.asked:
        if one.region == region:
            postings[one.skill] += one.postings
    rows = [ToLearn(region, skill, count, held.get(skill)) for skill, count in postings.items()]
    return sorted(
        rows,
        key=lambda one: (-Fraction(one.postings, one.members or LEAST_MEMBERS), -one.postings, one.skill),
    )
