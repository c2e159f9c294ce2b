"""What is still to be looked for of somebody who is being forgotten.

Kept from before anything of theirs is removed until a search of everything found it nowhere.

Without it, who dies between the removal and the search could not tell any more what to look for. It is what it looks
for, so it lies encrypted (AES-256-GCM, key made of the workspace's salt), readable by its owner only, a file for each
forgetting, and goes with the search that finds nothing, or with the erasure of whom it is about.
"""

from __future__ import annotations

import hmac
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from licet.terms import AppError
from licet.terms.disk_errors import clear_disk_errors

_NONCE_BYTES, _ENDING = 12, ".marks"


class PersonMarks(NamedTuple):
    """By each id that they go by, what is looked for; how many places it was in, and which snapshots."""

    of: Mapping[str, frozenset[bytes]]
    found_before: int
    snapshots: frozenset[str]


class KeptMarks:
    """Those of one workspace, by the number of the forgetting."""

    def __init__(self, folder: Path, salt: bytes) -> None:
        self._folder = folder
        self._key = AESGCM(hmac.digest(salt, b"licet forgettings", "sha256"))

    def read(self, number: int) -> PersonMarks | None:
        """What was kept; None where nothing was. Raises: AppError APP-273 for what was damaged."""
        path = self._path(number)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            said = json.loads(self._key.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], path.name.encode()))
            of = {name: frozenset(map(b64decode, own)) for name, own in said["of"].items()}
            return PersonMarks(of, said["found_before"], frozenset(said["snapshots"]))
        except (InvalidTag, ValueError, LookupError, TypeError, AttributeError):
            raise AppError(
                "APP-273",
                "what is to be looked for of somebody who is being forgotten was damaged, or kept under another salt",
                str(path),
                "restore it or keys/salt from a backup; without it, remove it: then their ids alone are looked for",
            ) from None

    def write(self, number: int, marks: PersonMarks) -> None:
        """Keep it, on the disk when this returns. Raises: AppError APP-020 and its like."""
        of = {name: [b64encode(one).decode() for one in sorted(own)] for name, own in marks.of.items()}
        said = {"of": of, "found_before": marks.found_before, "snapshots": sorted(marks.snapshots)}
        data = json.dumps(said).encode()
        path, nonce = self._path(number), os.urandom(_NONCE_BYTES)
        part = path.with_suffix(".part")
        with clear_disk_errors("keeping what is to be looked for"):
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
        with clear_disk_errors("removing what was looked for"):
            for path in (self._path(number), self._path(number).with_suffix(".part")):
                path.unlink(missing_ok=True)

    def numbers(self) -> list[int]:
        """Of which forgettings something is kept."""
        paths = self._folder.glob("*.*") if self._folder.is_dir() else ()
        return sorted({int(path.stem) for path in paths if path.stem.isdecimal()})

    def _path(self, number: int) -> Path:
        return self._folder / f"{number}{_ENDING}"
