"""API tokens: who may call the API for a platform, and for what. One file of the workspace, its owner's alone.

A token is 256 random bits, shown once when it is made; the file keeps its SHA-256, from which nobody gets it back.
Guarantees that the file is replaced whole or not at all, that writers of several processes take turns, and that a
reader sees a change at its next question, without a restart.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import stat
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from licet.app.argument_types import require_organisation, require_subject_id
from licet.sources.file_replacement import replace_file
from licet.terms import AppError
from licet.terms.canonical import JsonObject
from licet.terms.disk_errors import clear_disk_errors
from licet.terms.moments import format_moment, parse_moment

FORMAT_VERSION = 1

#: What a token may be for, and what each lets its holder do.
SCOPES: dict[str, str] = {
    "choices:read": "read where members stand, and what a switch would change",
    "choices:write": "record choices and privacy signals of any member",
    "organisations:write": "record noes of any organisation for its members' work data",
    "choices:import": "record choices that members made elsewhere, in bulk and dated as they were",
    "forgettings:write": "ask that any member be forgotten",
    "forgettings:read": "read what came of forgettings, and fetch their certificates",
    "proofs:read": "fetch proofs of who is in what was made, and who is not",
    "exports:answer": "fetch what holders of copies are told, and hand in their answers",
    "lists:read": "read which lists of members left, to whom, and how each stands",
    "lists:deliver": "make the next delivery of a list",
    "lists:answer": "hand in what recipients of lists answer",
    "subjects:write": "say that a member goes by another id, or that two ids are two people",
    "decisions:read": "ask for decisions",
    "uses:read": "read what was done with a member's data",
    "suggestions:read": "have words suggested to any member, of what they permit of their own data",
    "recommendations:read": "read what any member is recommended, and why",
    "search:read": "search jobs, and members who may be found",
    "people:read": "have people suggested to any member",
    "insights:read": "read the releases of insights",
    "ads:choose": "have advertisements chosen for pages, and note clicks on them",
    "ads:read": "read why an advertisement was chosen, and how campaigns stand",
    "advertisers:write": "ask about audiences as any advertiser, and end them",
    "receipts:read": "fetch receipts",
    "ledger:read": "fetch checkpoints, proofs and the public key",
    "packs:read": "read the policies",
}

#: Bound to one organisation, member or copy, one of these with its id behind it: no route asks for that but those of
#: its own, and a program that knows of no bound tokens takes it for a scope that there is not.
_ORGANISATION, _MEMBER, _EXPORT = "organisations:write:", "member:", "exports:answer:"

_EXPORT_ID = re.compile(r"[0-9a-f]{16}")

_PREFIX = "licet_"
_SECRET_BYTES = 32
_MOST_NAME_LETTERS = 100


class Token(NamedTuple):
    """What is kept of a token: everything but the token. Moments are UTC; `expires` and `revoked` may never be."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created: datetime
    expires: datetime | None
    revoked: datetime | None
    digest: str

    def is_valid(self, at: datetime) -> bool:
        return self.revoked is None and (self.expires is None or at < self.expires)

    def is_for_organisation(self, organisation: str) -> bool:
        """Whether its holder may record noes of an organisation: of any, or of just this one."""
        return "organisations:write" in self.scopes or _ORGANISATION + organisation in self.scopes

    def is_for_export(self, export: str) -> bool:
        """Whether its holder may answer for a copy: for any, or for just this one."""
        return "exports:answer" in self.scopes or _EXPORT + export in self.scopes

    @property
    def member(self) -> str | None:
        """The one member whom it is bound to; None where it is bound to none."""
        return next((one.removeprefix(_MEMBER) for one in self.scopes if one.startswith(_MEMBER)), None)

    def as_json(self) -> JsonObject:
        """Everything but the digest."""
        return {
            "id": self.id, "name": self.name, "scopes": list(self.scopes), "created": format_moment(self.created),
            "expires": None if self.expires is None else format_moment(self.expires),
            "revoked": None if self.revoked is None else format_moment(self.revoked),
        }  # fmt: skip


class Tokens:
    """The tokens in one file. Any number of threads may share it."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self._read_as: tuple[int, ...] | None = None
        self._by_digest: dict[str, Token] = {}

    def create(
        self,
        name: str,
        scopes: Sequence[str],
        expires: datetime | None = None,
        *,
        organisation: str | None = None,
        member: str | None = None,
        export: str | None = None,
    ) -> tuple[Token, str]:
        """Make a token; the text is what its holder sends, and is nowhere kept.

        organisation: bound to it, a token records its noes, takes them back, and is for nothing else.
        member: bound to them, it asks that they be forgotten, and reads of that and whether they are in what was made.
        export: bound to a copy that left, it fetches what its holder is told, and hands in their answers.
        Raises: AppError APP-070 for no or an unknown scope, APP-071 for an unfit name, APP-072 when it would have
        ended already, APP-170, APP-231 or APP-244 for what is no id, APP-233 for a bound token with scopes beside, or
        bound twice, APP-074 or APP-075 for a file that is not as it was written.
        """
        bound = _bound_to(organisation, member, export)
        if bound:
            own = () if organisation is None else ("organisations:write",)
            beside = [scope for scope in scopes if scope not in own]
            if beside or len(bound) > 1:
                raise AppError(
                    "APP-233",
                    f"a bound token is for that alone, and not for {(beside or bound[1:])[0]!r}",
                    fix="leave --scope out, or make a second token for that",
                )
            return self._create(name, bound, expires)
        unknown = [scope for scope in scopes if scope not in SCOPES]
        if unknown or not scopes:
            raise AppError(
                "APP-070", f"a token is for scopes that there are, not for {unknown[0] if unknown else 'nothing'!r}",
                fix=f"give --scope with one or more of: {', '.join(SCOPES)}",
            )  # fmt: skip
        return self._create(name, scopes, expires)

    def _create(self, name: str, scopes: Sequence[str], expires: datetime | None) -> tuple[Token, str]:
        if not name.strip() or not name.isprintable() or len(name) > _MOST_NAME_LETTERS:
            raise AppError(
                "APP-071", "a token's name is one line that says who holds it", repr(name)[:120],
                f"give a name of 1 to {_MOST_NAME_LETTERS} letters",
            )  # fmt: skip
        now = datetime.now(UTC)
        if expires is not None and expires <= now:
            raise AppError(
                "APP-072", "the token would have ended before it was made", format_moment(expires),
                "give a moment to come, or leave --expires out",
            )  # fmt: skip
        text = _PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
        with self._writing() as tokens:
            taken = {token.id for token in tokens}
            id_ = next(one for one in iter(lambda: secrets.token_hex(4), "") if one not in taken)
            token = Token(id_, name, tuple(dict.fromkeys(scopes)), now, expires, None, _digest(text))
            tokens.append(token)
        return token, text

    def all(self) -> list[Token]:
        """Every token that was made, revoked ones too, oldest first. Raises: AppError APP-074, APP-075."""
        with self._lock:
            self._refresh()
            return [*self._by_digest.values()]

    def revoke(self, id_: str) -> Token:
        """End a token now; one that ended stays as it is. Raises: AppError APP-073 when there is none of that id."""
        with self._writing() as tokens:
            place = next((n for n, token in enumerate(tokens) if token.id == id_), None)
            if place is None:
                raise AppError(
                    "APP-073", f"there is no token {id_!r}", fix="see `licet tokens list` for their ids"
                )
            token: Token = tokens[place]
            if token.revoked is None:
                tokens[place] = token = token._replace(revoked=datetime.now(UTC))
            return token

    def find(self, text: str) -> Token | None:
        """The token somebody sent, where there is such a one and it is valid now. Raises: AppError APP-074, APP-075."""
        with self._lock:
            self._refresh()
            token = self._by_digest.get(_digest(text))
        return token if token is not None and token.is_valid(datetime.now(UTC)) else None

    def _refresh(self) -> None:
        """Read the file anew where it is another than the one last read."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self._read_as, self._by_digest = None, {}
            return
        # A file that is replaced is another file, whatever the clock's steps; one that others may now read, too.
        seen = (found.st_ino, found.st_mtime_ns, found.st_size, found.st_mode)
        if seen != self._read_as:
            self._by_digest = {token.digest: token for token in _read(self._path)}
            self._read_as = seen

    @contextmanager
    def _writing(self) -> Iterator[list[Token]]:
        """The tokens, to be changed; written when the block ends without error. One writer at a time."""
        with clear_disk_errors("writing the tokens"):
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            beside = self._path.with_suffix(".lock")
            lock = os.open(beside, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
                tokens = _read(self._path) if self._path.exists() else []
                yield tokens
                kept = {"licet_tokens": FORMAT_VERSION, "tokens": [_to_file(token) for token in tokens]}
                with replace_file(self._path) as file:
                    os.fchmod(file.fileno(), 0o600)
                    file.write(json.dumps(kept, indent=1).encode() + b"\n")
            finally:
                os.close(lock)


def _bound_to(organisation: str | None, member: str | None, export: str | None) -> list[str]:
    """The scopes of a bound token. Raises: AppError APP-170, APP-231, APP-244."""
    bound = []
    if organisation is not None:
        require_organisation(organisation)
        bound.append(_ORGANISATION + organisation)
    if member is not None:
        require_subject_id(member)
        bound.append(_MEMBER + member)
    if export is not None:
        if not _EXPORT_ID.fullmatch(export):
            raise AppError(
                "APP-244", f"{export[:40]!r} is the id of no copy", fix="give it as `licet exports` shows it"
            )
        bound.append(_EXPORT + export)
    return bound


def _digest(text: str) -> str:
    # Plain SHA-256 is enough: what it hides is 256 random bits, and no list of guesses gets anywhere.
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _to_file(token: Token) -> JsonObject:
    return {**token.as_json(), "sha256": token.digest}


def _read(path: Path) -> list[Token]:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise AppError(
            "APP-074", "others may read the file of tokens", str(path), "run: chmod 600 on that file"
        )
    try:
        kept = json.loads(path.read_text("utf-8"))
        if kept["licet_tokens"] != FORMAT_VERSION:
            raise ValueError
        return [
            Token(
                str(one["id"]), str(one["name"]), tuple(map(str, one["scopes"])), parse_moment(one["created"]),
                None if one["expires"] is None else parse_moment(one["expires"]),
                None if one["revoked"] is None else parse_moment(one["revoked"]), str(one["sha256"]),
            )
            for one in kept["tokens"]
        ]  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, AppError):
        raise AppError(
            "APP-075", "the file of tokens is damaged, so no token is accepted", str(path),
            "restore it from a backup, or remove it and make new tokens",
        ) from None  # fmt: skip
