"""Checkpoints: the ledger's size and root, signed, as text that can be kept anywhere.

Guarantees the C2SP tlog-checkpoint format. The latest one is also kept in a file outside the database, because
whoever can rewrite the database can drop its last entries together with every checkpoint in it; a file beside
it shows that, and a copy elsewhere shows it even when the file is rewritten too. Every process sees the file as soon
as it is written, whatever becomes of who wrote it; it is on the disk `SYNC_LAG_SECONDS` later.

Source: https://c2sp.org/tlog-checkpoint.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import errno
import fcntl
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from licet.ledger.signed_notes import PublicKey, Signer, open_note, write_note
from licet.terms import LedgerError
from licet.terms.log_tree import HASH_BYTES

#: How long after it was written the file may not be on the disk yet: syncing it takes as long as a commit.
SYNC_LAG_SECONDS = 0.2

#: How often a file that says nothing is read again while it changes.
_READINGS = 8

_MOST_BYTES = 1 << 16

#: How long to wait for another process that writes the file, and between two looks.
_PATIENCE_SECONDS = 0.05
_PAUSE_SECONDS = 0.0005


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """That the ledger `origin` had `size` entries with `root` over them, said under the ledger's key."""

    origin: str
    size: int
    root: bytes
    signature: bytes
    text: str

    @classmethod
    def sign(cls, signer: Signer, size: int, root: bytes) -> Checkpoint:
        signature = signer.sign(_body(signer.name, size, root))
        return cls.restore(signer.public_key, size, root, signature)

    @classmethod
    def restore(cls, key: PublicKey, size: int, root: bytes, signature: bytes) -> Checkpoint:
        """Put a stored checkpoint together again; whether the signature is right is not asked."""
        return cls(key.name, size, root, signature, write_note(_body(key.name, size, root), key, signature))

    @classmethod
    def parse(cls, text: str, public_key_text: str) -> Checkpoint:
        """Read a checkpoint and check its signature.

        Raises: LedgerError LEDG-016 when it is malformed, of another ledger, or not signed by the key.
        """
        return cls.read(text, PublicKey.parse(public_key_text))

    @classmethod
    def read(cls, text: str, key: PublicKey) -> Checkpoint:
        """`parse` with a key already read."""
        body, signature = open_note(text, key)
        try:
            origin, size, encoded, *extensions = body.removesuffix("\n").split("\n")
            root = base64.b64decode(encoded, validate=True)
            if origin != key.name or not size.isascii() or str(int(size)) != size or int(size) < 0:
                raise ValueError
            if len(root) != HASH_BYTES or "" in extensions:
                raise ValueError
        except (ValueError, binascii.Error):
            raise LedgerError(
                "LEDG-016",
                "the note is signed but is no checkpoint of this ledger",
                fix="hand in a checkpoint exactly as this ledger gave it out",
            ) from None
        return cls(origin, int(size), root, signature, text)

    def is_signed_by(self, key: PublicKey) -> bool:
        """Whether `key` made the signature over exactly this origin, size and root."""
        return self.origin == key.name and key.verifies(
            self.signature, _body(self.origin, self.size, self.root)
        )


class CheckpointFile:
    """The latest checkpoint, in a file of its own outside the database; without a path there is none.

    A machine that loses its power may leave the file as it was up to `SYNC_LAG_SECONDS` before: whole, and of an
    earlier commit. Until the next one it cannot show that the entries between were cut off; it loses nothing else.
    """

    def __init__(self, path: Path | None, key: PublicKey) -> None:
        self.path, self._key = path, key
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._unsynced = False
        self._syncing: threading.Thread | None = None

    def read(self) -> Checkpoint | None:
        """What the file says; None when there is none. Raises: LedgerError LEDG-016 when the key did not sign it."""
        before = None
        for _ in range(_READINGS):
            text = self.read_text()
            try:
                return None if text is None else Checkpoint.read(text, self._key)
            except LedgerError as error:
                refused = LedgerError(error.code, error.what, str(self.path), error.fix)
            if text == before:
                break
            before = text  # it may have been read while it was written
        raise refused from None

    def read_beyond(self, size: int) -> Checkpoint | None:
        """What the file says where it speaks of more entries than `size`; None where it does not, or says nothing.

        A few lines are read; the signature is checked only where there is more.
        """
        if not _speaks_beyond(self.read_text() or "", size):
            return None
        try:
            kept = self.read()
        except LedgerError:
            return None
        return kept if kept is not None and kept.size > size else None

    def read_text(self) -> str | None:
        """The file as it is, whoever signed it; None when there is none, empty when it cannot be read."""
        if self.path is None:
            return None
        try:
            return self.path.read_text("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            return ""

    def write(self, checkpoint: Checkpoint) -> None:
        """Let the file say this, whole or not at all, unless it already speaks of a later size.

        Raises: OSError when it cannot be written.
        """
        if self.path is None:
            return
        with self._held() as file:
            if file is not None and self._is_written(file, checkpoint):
                return
            self._replace(self.path, checkpoint)

    def close(self) -> None:
        """Let it be on the disk now."""
        self._closing.set()
        self._sync()

    @contextmanager
    def _held(self) -> Iterator[int | None]:
        """The file, open, while no other process writes it; None where there is none, or no plain one."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                file = os.open(str(self.path), os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            except OSError:
                yield None
                return
            try:
                # Whoever holds it for long, or a file system without locks, holds nobody up: then one of two processes
                # may write an earlier commit over a later one, which the next append mends.
                is_ours = _lock(file)
                if (is_ours and _is_same(file, str(self.path))) or time.monotonic() > deadline:
                    yield file
                    return
            finally:
                os.close(file)
            time.sleep(_PAUSE_SECONDS)

    def _is_written(self, file: int, checkpoint: Checkpoint) -> bool:
        """Write over a checkpoint of the same length, which no crash can leave half done: it lies within one sector.
        Where the disk takes a part of it, what stood there is put back.

        Returns: False where the file has to be replaced. Replacing it takes as long as a commit, even unsynced.
        """
        text, present = checkpoint.text.encode(), os.read(file, _MOST_BYTES)
        told = present.decode("utf-8", "replace")
        if _speaks_beyond(told, checkpoint.size):
            with contextlib.suppress(LedgerError):
                Checkpoint.read(told, self._key)
                return True
        # A copy that shares its bytes with the file would change with it.
        if len(present) != len(text) or len(text) > _SECTOR_BYTES or os.fstat(file).st_nlink != 1:
            return False
        try:
            if os.pwrite(file, text, 0) != len(text):
                raise OSError(errno.EIO, os.strerror(errno.EIO))
        except OSError:
            with contextlib.suppress(OSError):
                os.pwrite(file, present, 0)  # whatever part of it was written
            raise
        self._sync_soon()
        return True

    def _replace(self, path: Path, checkpoint: Checkpoint) -> None:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(checkpoint.text)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise

    def _sync_soon(self) -> None:
        with self._lock:
            self._unsynced = True
            if self._closing.is_set() or (self._syncing is not None and self._syncing.is_alive()):
                return
            self._syncing = threading.Thread(target=self._sync_later, name="licet checkpoint", daemon=True)
            self._syncing.start()

    def _sync_later(self) -> None:
        while not self._closing.wait(SYNC_LAG_SECONDS):
            with self._lock:
                if not self._unsynced:
                    self._syncing = None
                    return
            self._sync()

    def _sync(self) -> None:
        with self._lock:
            is_due, self._unsynced = self._unsynced, False
        if not is_due or self.path is None:
            return
        # Whoever took the file away meanwhile is told by the next append.
        with contextlib.suppress(OSError):
            file = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(file)
            finally:
                os.close(file)


#: What a disk writes whole or not at all.
_SECTOR_BYTES = 512


def _lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_same(file: int, path: str) -> bool:
    """Whether the path still names the file, which another process may have replaced before it was locked."""
    try:
        named = os.lstat(path)
    except OSError:
        return False
    held = os.fstat(file)
    return (named.st_dev, named.st_ino) == (held.st_dev, held.st_ino)


def _speaks_beyond(text: str, size: int) -> bool:
    told = text.split("\n", 2)[1:2]
    return bool(told) and told[0].isdecimal() and len(told[0]) <= 20 and int(told[0]) > size


def _body(origin: str, size: int, root: bytes) -> str:
    return f"{origin}\n{size}\n{base64.b64encode(root).decode('ascii')}\n"
