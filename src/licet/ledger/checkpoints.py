"""Checkpoints: the ledger's size and root, signed, as text that can be kept anywhere.

Guarantees the C2SP tlog-checkpoint format. The latest one is also kept in a file outside the database, because
whoever can rewrite the database can drop its last entries together with every checkpoint in it; a file beside
it shows that, and a copy elsewhere shows it even when the file is rewritten too.

Source: https://c2sp.org/tlog-checkpoint.
"""

from __future__ import annotations

import base64
import binascii
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from licet.ledger.signed_notes import PublicKey, Signer, open_note, write_note
from licet.terms import LedgerError
from licet.terms.log_tree import HASH_BYTES


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
    """The latest checkpoint, in a file of its own outside the database; without a path there is none."""

    def __init__(self, path: Path | None, key: PublicKey) -> None:
        self.path, self._key = path, key

    def read(self) -> Checkpoint | None:
        """What the file says; None when there is none. Raises: LedgerError LEDG-016 when the key did not sign it."""
        text = self.read_text()
        try:
            return None if text is None else Checkpoint.read(text, self._key)
        except LedgerError as error:
            raise LedgerError(error.code, error.what, str(self.path), error.fix) from None

    def read_beyond(self, size: int) -> Checkpoint | None:
        """What the file says where it speaks of more entries than `size`; None where it does not, or says nothing.

        A few lines are read; the signature is checked only where there is more.
        """
        text = self.read_text() or ""
        told = text.split("\n", 2)[1:2]
        if not told or not told[0].isdecimal() or len(told[0]) > 20 or int(told[0]) <= size:
            return None
        try:
            return Checkpoint.read(text, self._key)
        except LedgerError:
            return None

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
        """Replace the file, whole or not at all, unless it already speaks of a later size.

        Between reading and replacing, another process may write a later one; ours then takes its place until
        the next append. That weakens what the file can show by one commit and loses nothing else.
        Raises: OSError when it cannot be written.
        """
        if self.path is None:
            return
        try:
            present = self.read()
        except LedgerError:
            present = None
        if present is not None and present.size > checkpoint.size:
            return
        handle, temporary = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(checkpoint.text)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self.path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise


def _body(origin: str, size: int, root: bytes) -> str:
    return f"{origin}\n{size}\n{base64.b64encode(root).decode('ascii')}\n"
