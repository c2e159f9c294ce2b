"""The model that is read for members' features: which one, whether it may be read now, and what it says of texts.

Read is only a model of now that serves what two members wrote. One that has not heard of what was recorded since, one
that serves what a single member wrote, and one that cannot be read whole rank nothing: then a reason is told, and no
error. Kept in memory is the last one read, until another is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from licet.app import artefacts
from licet.app.artefact_status import require_exact
from licet.store import SnapshotRef, Store
from licet.terms import SELF, LicetError
from licet.uses.manifest import read_heading, read_manifest
from licet.uses.model.base_card import has_torch
from licet.uses.model.base_folder import base_of
from licet.uses.model.counts_log import ModelManifest
from licet.uses.model.reader import Reader
from licet.uses.model.text_model import KIND, counting_model

if TYPE_CHECKING:
    from licet.app.core import Core

#: Of the texts of one kind, how many are read with the base.
MOST_READ = 6
#: How many bits each of some texts takes, by a model.
Bits = Callable[[Sequence[str]], list[float]]


class Ranking(NamedTuple):
    """By what texts are put in order.

    by: ``reader`` (base and counts), ``counts`` (without the base), ``order`` (no model is asked).
    why: of that, a sentence for the member. model: its snapshot's name, where there is one. bits: by the counts; read:
    by base and counts, a thousand times as dear, so that it puts in order only those that the counts put first.
    """

    by: Literal["reader", "counts", "order"]
    why: str
    model: str | None = None
    bits: Bits | None = None
    read: Bits | None = None

    def ranked(self, texts: Sequence[str]) -> list[int]:
        """The places of texts, those first of which a byte takes fewest bits; as they came where nothing is asked."""
        if self.bits is None or not texts:
            return [*range(len(texts))]
        order = _by_rate(self.bits, texts, range(len(texts)))
        if self.read is None:
            return order
        return [*_by_rate(self.read, texts, order[:MOST_READ]), *order[MOST_READ:]]


def _by_rate(bits: Bits, texts: Sequence[str], places: Iterable[int]) -> list[int]:
    """Places of some texts, that first of which a byte takes fewest bits."""
    some = sorted(places)
    told = dict(zip(some, bits([texts[place] for place in some]), strict=True))
    return sorted(some, key=lambda place: told[place] / max(1, len(texts[place].encode())))


class ServedModel:
    """The newest model of a workspace, for its own features. Any number of threads may share one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read: tuple[str, Ranking] | None = None

    def ranking(self, core: Core) -> Ranking:
        """How texts are ranked now: the model's standing is asked anew each time."""
        try:
            snapshot = served_snapshot(core)
            if snapshot is None:
                return _in_order(
                    "There is no model yet, so the phrasings stand in the order they were written in."
                )
            with core.absences.once_done() as absences:
                require_exact(core, [snapshot], absences)
            with self._lock:
                if self._read is None or self._read[0] != snapshot.id:
                    self._read = (
                        None  # let go of first: a model that left is in no memory longer than need be
                    )
                    self._read = snapshot.id, _ranking_of(core.store, snapshot, core.layout.root)
                return self._read[1]
        except LicetError as error:
            if error.code == "APP-234":
                return _in_order(
                    "The model has not heard of what members chose since it was made, so it is not read until it is"
                    " brought to now; the phrasings stand in the order they were written in."
                )
            return _in_order(
                f"The model cannot be read ({error.code}), so the phrasings stand in the order they were written in."
            )


def served_snapshot(core: Core) -> SnapshotRef | None:
    """The newest model made for the platform itself, whether it may be read or not."""
    made = [one for one in artefacts.latest(core, KIND) if read_heading(one).purpose.recipient == SELF]
    return max(made, key=lambda one: one.sequence, default=None)


def _in_order(why: str) -> Ranking:
    return Ranking("order", why)


def _ranking_of(store: Store, snapshot: SnapshotRef, root: Path) -> Ranking:
    said = read_manifest(ModelManifest, snapshot)
    if not said.recipe.two_members:
        return _in_order(
            "The model serves what a single member wrote, so it is not read for this; the phrasings stand in the order"
            " they were written in."
        )
    counts, vocabulary = counting_model(store, snapshot)
    base = base_of(root)

    def bits(texts: Sequence[str]) -> list[float]:
        return [float(counts.bits([vocabulary.encode(text)])[:-1].sum()) for text in texts]

    if has_torch() and base.can_read(said.recipe.base, said.recipe.order):
        why = "The phrasings are ranked by a model: first what reads most like what members write."
        return Ranking("reader", why, snapshot.name, bits, Reader(base, counts, vocabulary).bits)

    why = "The phrasings are ranked by how many members write such words; the model's base is not read here."
    return Ranking("counts", why, snapshot.name, bits)
