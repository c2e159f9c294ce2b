"""Small files of a folder that nobody else can read or bend: encrypted, replaced whole, readable by their owner only.

AES-256-GCM under a key made of a workspace's salt and of what the files are for. A file's name is sealed with it, so
none stands for another. On return of `write` it is on the disk; who dies before leaves what was there, and a part that
the next write, or `remove`, takes along.
"""

from __future__ import annotations

import hmac
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from licet.store.private_files import PART, write_private

_NONCE_BYTES = 12


class BrokenSealError(ValueError):
    """A file that was damaged, put in another's place, or sealed under another salt."""


class SealedFiles:
    """Those of one folder, which is made when the first is written. One process writes a file at a time."""

    def __init__(self, folder: Path, salt: bytes, purpose: bytes) -> None:
        self._folder = folder
        self._key = AESGCM(hmac.digest(salt, purpose, "sha256"))

    def names(self, unfinished: bool = False) -> list[str]:
        """In order. unfinished: also of what whoever wrote it died over. Raises: OSError."""
        names = {path.name for path in self._folder.iterdir()} if self._folder.is_dir() else set[str]()
        return sorted({name.removesuffix(PART) for name in names if unfinished or not name.endswith(PART)})

    def read(self, name: str) -> bytes:
        """Raises: OSError, FileNotFoundError among them; BrokenSealError."""
        data = (self._folder / name).read_bytes()
        try:
            return self._key.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], name.encode())
        except (InvalidTag, ValueError):
            raise BrokenSealError(name) from None

    def write(self, name: str, data: bytes) -> None:
        """Raises: OSError; what was there stands."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._key.encrypt(nonce, data, name.encode())
        write_private(self._folder / name, nonce, sealed, part=name + PART)

    def remove(self, name: str) -> None:
        """Raises: OSError."""
        for path in (self._folder / name, self._folder / (name + PART)):
            path.unlink(missing_ok=True)
