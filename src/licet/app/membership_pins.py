"""What the ledger pins of who is in artefacts: the public key of each use, and one root for each snapshot.

A certificate is held to one entry. That no other entry contradicts it only who reads all of them can see: here that is
done.
"""

from __future__ import annotations

from typing import NamedTuple

from licet.ledger import EntryKind, Ledger
from licet.terms.canonical import JsonObject


class PinnedKey(NamedTuple):
    """Under which public key members of a use stand, from an entry on."""

    use: str
    key: str
    entry: int


class MembershipPins(NamedTuple):
    """keys: each time a use named another than before, in order: more than one of a use is a change of its key.
    contradictions: per entry that names another root or key for a snapshot than an earlier one, what is wrong."""

    keys: tuple[PinnedKey, ...]
    contradictions: tuple[tuple[int, str], ...]

    def as_json(self) -> list[JsonObject]:
        return [one._asdict() for one in self.keys]


def read_pins(ledger: Ledger) -> MembershipPins:
    """What all entries of uses say together."""
    keys: list[PinnedKey] = []
    latest: dict[str, str] = {}
    named: dict[str, tuple[int, tuple[object, ...]]] = {}
    contradictions = []
    for entry in ledger.entries(0, ledger.position, EntryKind.USE_RUN):
        said = entry.payload or {}
        use, key, snapshot = said.get("use"), said.get("members_key"), said.get("snapshot")
        if key is not None and latest.get(str(use)) != key:
            latest[str(use)] = key
            keys.append(PinnedKey(str(use), key, entry.index))
        if snapshot is None:
            continue
        now = use, said.get("root"), said.get("members_root"), key
        first, before = named.setdefault(snapshot, (entry.index, now))
        if before != now:
            what = (
                f"it names another root, or another key, of snapshot {snapshot[:12]} than entry {first} does"
            )
            contradictions.append((entry.index, what))
    return MembershipPins(tuple(keys), tuple(contradictions))
