"""The policy in force: which pack the ledger names, after those that were before it.

A pack is put in force by an entry in the ledger; its text is kept beside it under its digest, so what was in
force at any position can be read again and checked.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, TypedDict

from licet.decide import Policy
from licet.ledger import EntryKind, Ledger, NewEntry, PackEntry
from licet.packs import Pack
from licet.packs.loading import parse_pack
from licet.packs.pack_library import open_pack, read_policy, shipped
from licet.sources.file_replacement import replace_file
from licet.terms import AppError
from licet.terms.moments import format_moment


def put_in_force(name_or_path: str, ledger: Ledger, folder: Path) -> tuple[Pack, bool]:
    """Load a pack, keep its text, and say so in the ledger; False when it was in force already."""
    pack, payload = _keep(name_or_path, folder)
    entries = ledger.packs_in_force()
    if entries and entries[-1].digest == pack.digest:
        return pack, False
    ledger.append([NewEntry(EntryKind.PACK_IN_FORCE, None, payload)])
    return pack, True


def announce(name_or_path: str, ledger: Ledger, folder: Path) -> tuple[Pack, bool]:
    """Load a pack that is to come, keep its text, and say so in the ledger; False when it was announced already."""
    pack, payload = _keep(name_or_path, folder)
    told = (*ledger.packs_announced(), *ledger.packs_in_force())
    if any(entry.digest == pack.digest for entry in told):
        return pack, False
    ledger.append([NewEntry(EntryKind.PACK_ANNOUNCED, None, payload)])
    return pack, True


def _keep(name_or_path: str, folder: Path) -> tuple[Pack, dict[str, str]]:
    """The pack, its text kept under its digest, and what an entry says of it."""
    text, where = read_policy(name_or_path)
    pack = parse_pack(text, where)
    kept = folder / f"{pack.digest}.yaml"
    if not kept.exists():
        with replace_file(kept) as file:
            file.write(text.encode())
    return pack, {"pack": pack.id, "version": pack.version, "digest": pack.digest, "file": kept.name}


class NamedPolicy(TypedDict):
    """An entry that names a policy, in plain values. status: in_force, replaced or announced."""

    entry: int
    since: str
    pack: str
    version: str
    digest: str
    status: str


def named(ledger: Ledger) -> list[NamedPolicy]:
    """Every entry that names a policy, in order, and what became of that policy."""
    in_force = ledger.packs_in_force()
    entries = sorted((*in_force, *ledger.packs_announced()), key=lambda entry: entry.index)
    last = in_force[-1].index if in_force else None
    return [
        {
            "entry": entry.index, "since": format_moment(entry.recorded_at), "pack": entry.pack,
            "version": entry.version, "digest": entry.digest,
            "status": "announced" if entry.is_announced
            else "in_force" if entry.index == last else "replaced",
        }
        for entry in entries
    ]  # fmt: skip


def digest_of(name: str | Path, ledger: Ledger) -> str:
    """The digest of a policy: of a file, which the ledger need not name; of one that the ledger names, by its digest
    or, where there is one of it alone, by its name; or of a shipped one.

    Raises: AppError APP-173; PackErrors for a file that is no policy.
    """
    if isinstance(name, Path):
        return open_pack(str(name)).digest
    digests = {str(one["digest"]) for one in named(ledger) if name in (one["digest"], one["pack"])}
    if not digests and name.partition("@")[0] in shipped():
        return open_pack(name).digest
    if len(digests) != 1:
        raise AppError(
            "APP-173", f"the ledger names no policy {name!r}" if not digests
            else f"the ledger names {len(digests)} versions of the policy {name!r}",
            fix=f"give the digest of one: {', '.join(sorted(digests))}" if digests
            else "give the digest or name of one that was in force here or announced, or the file of another",
        )  # fmt: skip
    return digests.pop()


class Announced(NamedTuple):
    """A policy that was announced and is not yet in force."""

    digest: str
    pack: str
    at: datetime


def announced(ledger: Ledger, position: int) -> list[Announced]:
    """The policies announced up to a position that were not put in force by then, the latest announced first."""
    in_force = {entry.digest for entry in ledger.packs_in_force(position)}
    return [
        Announced(entry.digest, entry.pack, entry.recorded_at)
        for entry in reversed(ledger.packs_announced(position))
        if entry.digest not in in_force
    ]


class PoliciesInForce:
    """The policy in force as of any position of one ledger. Which packs are named is read once, and then the rest.

    Any number of threads may share it.
    """

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        self._ledger, self._folder, self._lock = ledger, folder, threading.Lock()
        self._read_to = 0
        self._named: list[tuple[int, str]] = []
        self._packs: dict[str, Pack] = {}
        self._policies: dict[tuple[str, ...], Policy] = {}
        #: A position and the policy as of it, which never changes: entries before a position only ever stay.
        self._last: tuple[int, Policy] | None = None

    def packs_before(self, position: int) -> list[Pack]:
        """Every pack put in force before a position, in order. Raises: AppError APP-006 when a text is missing."""
        with self._lock:
            return [self._pack(digest) for digest in self._digests(position)]

    def at(self, position: int) -> Policy:
        """The policy as of a position. Raises: AppError APP-005 when none is in force."""
        last = self._last  # one pair, put in place whole, so that no thread sees half of another's
        if last is not None and last[0] == position:
            return last[1]
        with self._lock:
            policy = self._made(self._digests(position))
            self._last = position, policy
            return policy

    def latest(self) -> Policy:
        """The policy in force now, by one question to the ledger. Raises: AppError APP-005 when none is."""
        with self._lock:
            self._take(self._ledger.packs_in_force(since=self._read_to))
            return self._made(tuple(digest for _, digest in self._named))

    def after(self, position: int, digest: str) -> Policy:
        """The policy as it would be were a kept pack put in force at a position."""
        with self._lock:
            return self._made((*self._digests(position), digest))

    def pack(self, digest: str) -> Pack:
        """One that the ledger names. Raises: AppError APP-006 when its text is missing."""
        with self._lock:
            return self._pack(digest)

    def _made(self, digests: tuple[str, ...]) -> Policy:
        if not digests:
            raise AppError(
                "APP-005", "no policy is in force, so nothing is permitted",
                fix="put one in force, e.g. `licet packs use linkedin_as_reported`",
            )  # fmt: skip
        if digests not in self._policies:
            packs = [self._pack(digest) for digest in digests]
            self._policies[digests] = Policy(packs[-1], packs[:-1])
        return self._policies[digests]

    def _digests(self, position: int) -> tuple[str, ...]:
        if position > self._read_to:
            self._take(self._ledger.packs_in_force(position, since=self._read_to))
            self._read_to = position
        return tuple(digest for index, digest in self._named if index < position)

    def _take(self, named: Sequence[PackEntry]) -> None:
        self._named += [(entry.index, entry.digest) for entry in named]
        if named:
            self._read_to = named[-1].index + 1

    def _pack(self, digest: str) -> Pack:
        if digest not in self._packs:
            self._packs[digest] = _kept_pack(digest, self._folder)
        return self._packs[digest]


def _kept_pack(digest: str, folder: Path) -> Pack:
    path = folder / f"{digest}.yaml"
    try:
        pack = parse_pack(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        state = "missing" if isinstance(error, FileNotFoundError) else "not readable"
        raise AppError(
            "APP-006",
            f"the text of a policy that was in force is {state}",
            str(path),
            "restore it from a backup",
        ) from None
    if pack.digest != digest:
        raise AppError(
            "APP-006",
            "the text of a policy is not the one that was put in force",
            str(path),
            "restore it from a backup",
        )
    return pack
