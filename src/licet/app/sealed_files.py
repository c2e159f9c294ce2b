"""Files of a workspace that only it can read: one for each forgetting, by its number, encrypted (AES-256-GCM) under a
key made of the workspace's salt and readable by their owner only.

A file is replaced by one rename once it is on the disk, so that it is there whole or not at all; under another number
than it was written for it does not open.
"""

from __future__ import annotations

import hmac
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from licet.terms.disk_errors import clear_disk_errors

_NONCE_BYTES = 12


class SealedFiles:
    """Those in one folder. purpose: what the key is made for; what: what is kept, for errors."""

    def __init__(self, folder: Path, salt: bytes, purpose: str, ending: str, what: str) -> None:
        self._folder, self._ending, self._what = folder, ending, what
        self._key = AESGCM(hmac.digest(salt, purpose.encode(), "sha256"))

    def read(self, number: int) -> bytes | None:
        """What was kept; None where nothing was. Raises: ValueError for what was damaged, or is of another salt."""
        path = self.path(number)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            return self._key.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], path.name.encode())
        except InvalidTag:
            raise ValueError(f"{path.name} does not open") from None

    def write(self, number: int, data: bytes) -> None:
        """Keep it, on the disk when this returns. Raises: AppError APP-020 and its like."""
        path, nonce = self.path(number), os.urandom(_NONCE_BYTES)
        part = path.with_suffix(".part")
        with clear_disk_errors(f"keeping {self._what}"):
            self._folder.mkdir(mode=0o700, exist_ok=True)
            part.unlink(missing_ok=True)  # of a process that died
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(nonce + self._key.encrypt(nonce, data, path.name.encode()))
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
            descriptor = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def drop(self, number: int) -> None:
        """Let go of it. Raises: AppError APP-020 and its like."""
        with clear_disk_errors(f"removing {self._what}"):
            for path in (self.path(number), self.path(number).with_suffix(".part")):
                path.unlink(missing_ok=True)

    def numbers(self) -> list[int]:
        """Of which forgettings something is kept, or was begun to be."""
        paths = self._folder.glob("*.*") if self._folder.is_dir() else ()
        return sorted({int(path.stem) for path in paths if path.stem.isdecimal()})

    def path(self, number: int) -> Path:
        return self._folder / f"{number}{self._ending}"
