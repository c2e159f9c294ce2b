"""The people of an impact: everyone in classes of those who are alike on both sides, and what is asked for each class.

A class holds two subjects, who is who on the first day and on the second, since ages differ between days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from licet.decide import Facts
from licet.enforce.decision_table import MARK, Dimensions, Subject, facts_of
from licet.enforce.member_classes import Members
from licet.enforce.row_verdicts import require_all


class Everyone(NamedTuple):
    """class_of and region_of: per subject on the roll, the place in `classes` and in `regions`."""

    roll: Any
    class_of: npt.NDArray[np.int64]
    classes: list[tuple[Subject, Subject]]
    region_of: npt.NDArray[np.int64]
    regions: list[str | None]

    @classmethod
    def of(cls, sides: Sequence[Members], wide: Dimensions) -> Everyone:
        """Everyone on the roll, in classes of those alike on both sides in all that `wide` looks at."""
        one, other = (members.population(wide)[1] for members in sides)
        assert one is not None and other is not None  # the engine's people are here
        require_all(len(other.subjects), len(one.subjects))
        pairs = one.class_of.astype(np.int64) * len(other.classes) + other.class_of
        present, class_of = np.unique(pairs, return_inverse=True)
        classes = [
            (one.classes[pair // len(other.classes)], other.classes[pair % len(other.classes)])
            for pair in present.tolist()
        ]
        names = sorted({subject.region for subject, _ in classes if subject.region is not None})
        place = {region: number for number, region in enumerate([*names, None])}
        regions = np.array([place[subject.region] for subject, _ in classes], np.int64)
        return cls(one, class_of.astype(np.int64), classes, regions[class_of], [*names, None])


class Asked:
    """`answers` for people, asked once for all who are alike in what one use looks at."""

    def __init__(self, ask: Callable[[Facts], list[Any]], looks: Dimensions) -> None:
        self._ask, self._looks = ask, looks
        self._known: dict[Subject, tuple[int, ...]] = {}

    def of(self, subject: Subject) -> tuple[int, ...]:
        """The mask of each class of rows."""
        looks = self._looks
        age = None if subject.age is None else max(one for one in looks.ages if one <= subject.age)
        alike = Subject(
            subject.region, age, subject.plan if looks.plans else None, _only(subject.state, looks.settings, "="),
            _only(subject.signals, looks.signals, MARK),
        )  # fmt: skip
        if alike not in self._known:
            self._known[alike] = tuple(answer.mask for answer in self._ask(facts_of(alike)))
        return self._known[alike]


def joined(looks: Iterable[Dimensions]) -> Dimensions:
    """Everything that any of these look at."""
    found = list(looks)

    def every(name: str) -> tuple[Any, ...]:
        return tuple(sorted({value for one in found for value in getattr(one, name)}))

    # a word that one of them knows and another does not is a class of its own
    known = [{*looks.visibilities, *looks.audiences} for looks in found if looks.visibilities]
    others = set.intersection(*known).difference(every("visibilities")) if known else set()
    named = {word for words in known for word in words} - others
    return Dimensions(
        every("ages"), any(looks.plans for looks in found), every("settings"), every("signals"),
        tuple(sorted(named)), tuple(sorted(others)), every("cuts"),
        _joined([one.yeses for one in found]), _joined([one.noes for one in found]),
    )  # fmt: skip


def _joined(bindings: list[tuple[tuple[str, str, str], ...]]) -> tuple[tuple[str, str, str], ...]:
    """A pack stands for another where it does so in all of these."""
    told = [{(setting, pack): other for setting, pack, other in one} for one in bindings]
    alike: dict[tuple[str, ...], str] = {}
    return tuple(
        (setting, pack, alike.setdefault((setting, *(one.get((setting, pack), "") for one in told)), pack))
        for setting, pack in sorted({pair for one in told for pair in one})
    )


def _only(parts: str, wanted: tuple[str, ...], mark: str) -> str:
    """Of what a person chose or signalled, what is looked at here."""
    return MARK.join(part for part in parts.split(MARK) if part.partition(mark)[0] in wanted)
