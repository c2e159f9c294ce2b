"""What was done with a member's data: each use the ledger tells of, and which of its documents are about them.

A use that ran is in the ledger whether or not what it made is still there. Where the snapshot was removed since, only
the use is known, and that is said; nothing is guessed.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from licet.app.artefacts import parents_of
from licet.app.copy_entries import DELIVER
from licet.decide.explain import purpose_to_you, recipient_name
from licet.enforce.access import secret_of
from licet.ledger import Entry, EntryKind
from licet.terms import UseError
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment, parse_moment
from licet.uses.registry import open_use
from licet.uses.use import Shown, shown_parts

if TYPE_CHECKING:
    from licet.app.core import Core


class PastUse(NamedTuple):
    """One use that ran.

    at:        the moment it was decided for; `recorded_at` is when it ran, `position` the choices it knew.
    documents: those about the member, without text where they are about others too; None when what was made is no
               longer there to look into.
    """

    entry: int
    recorded_at: datetime
    use: str
    how: str
    purpose: str
    purpose_label: str
    recipient: str
    recipient_label: str
    at: datetime
    position: int
    policy: str
    policy_title: str
    snapshot: str
    snapshot_name: str | None
    documents: Sequence[Shown] | None

    def as_json(self) -> JsonObject:
        documents = None
        if self.documents is not None:
            documents = [shown_parts(row) for row in self.documents]
        return {
            **self._asdict(),
            "recorded_at": format_moment(self.recorded_at),
            "at": format_moment(self.at),
            "documents": documents,
        }


def past_uses(core: Core, subject: str, position: int, most: int | None = None) -> list[PastUse]:
    """The uses before a ledger position, newest first; `most` of them, where it is given."""
    if most is None:
        entries = [*core.ledger.entries(0, position, EntryKind.USE_RUN)][::-1]
    else:
        entries = core.ledger.last_entries(EntryKind.USE_RUN, position, most)
    shown = ShownDocuments(core, subject)
    return [past_use(core, entry, shown) for entry in entries if entry.payload]


def past_use_of(core: Core, subject: str, index: int, position: int) -> PastUse | None:
    """The use that one entry before a ledger position tells of; None where it tells of none."""
    for entry in core.ledger.entries_at([index]) if index < position else ():
        if entry.kind is EntryKind.USE_RUN and entry.payload:
            return past_use(core, entry, ShownDocuments(core, subject))
    return None


class ShownDocuments:
    """What snapshots hold about one member, as they may see it. Only what is asked for is read, and what was asked for
    last not again: uses of one snapshot mostly follow one another."""

    def __init__(self, core: Core, subject: str) -> None:
        self._core, self._subject, self._there = core, subject, core.store.by_id()
        self._of = functools.lru_cache(maxsize=1)(self._read)

    def of(self, snapshot: str) -> tuple[str | None, Sequence[Shown] | None]:
        """By its id: its name, None for one that is there no more, and the documents, None where nobody can tell."""
        return self._of(snapshot)

    def _read(self, id_: str) -> tuple[str | None, Sequence[Shown] | None]:
        core, snapshot = self._core, self._there.get(id_)
        if snapshot is None:
            return None, None
        use = open_use(snapshot.kind, core.layout.root)
        with contextlib.suppress(UseError):  # of what it was made from
            secret, derived = secret_of(core.salt, use.name), parents_of(core, use, snapshot)
            return snapshot.name, use.about(core.store, snapshot, secret, self._subject, derived)
        return snapshot.name, None


def past_use(core: Core, entry: Entry, shown: ShownDocuments) -> PastUse:
    """One use, from its entry."""
    said = entry.payload
    assert said is not None
    pack = core.policy(said["position"]).pack
    name, documents = shown.of(said["snapshot"])
    if said["how"] == DELIVER:
        documents = _of_delivery(said, documents)
    return PastUse(
        entry.index, entry.recorded_at, said["use"], said["how"],
        said["purpose"], purpose_to_you(pack, said["purpose"]),
        said["recipient"], recipient_name(pack, said["recipient"]),
        parse_moment(said["at"]), said["position"], pack.digest, pack.title, said["snapshot"],
        name, documents,
    )  # fmt: skip


def _of_delivery(said: JsonObject, found: Sequence[Shown] | None) -> Sequence[Shown] | None:
    """Of an artefact, which is of every audience of a recipient, what one delivery was of; nothing of one that emptied
    the list."""
    if not said["listed"]:
        return ()
    return None if found is None else tuple(row for row in found if row["key"] == said["audience"])
