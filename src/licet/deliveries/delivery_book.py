"""What is kept of every copy that left, to take it back: which documents it has, and the feed that it is sent.

Per copy two files, encrypted (AES-256-GCM, key made of the workspace's salt) and readable by their owner only: what the
copy holds, and its messages that nobody confirmed yet. They name documents of people who may have been forgotten
since; so a confirmed message is dropped, and both files once a copy is known or bound to be gone. A file is replaced by
one rename after it is on the disk.
"""

from __future__ import annotations

import contextlib
import hmac
import io
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import pyarrow.parquet as pq
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from licet.deliveries.feed import Count, DeliveryId, Hex
from licet.terms import DeliveryError
from licet.terms.canonical import canonical_json

_FEED, _HELD = ".feed", ".held"
_NONCE_BYTES = 12


class Sent(BaseModel):
    """A message that was made: its number, its signed note, its name, and until when it is to be applied."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sequence: Annotated[int, Field(ge=1)]
    note: str
    name: Hex
    due: str


class Delivery(BaseModel):
    """A copy, and where its feed stands.

    made:      when it left. lease: until when it may be kept.
    opening:   what its first message follows. head: the name of the last message made, or `opening`.
    sequence:  how many messages were made. waiting: those that nobody confirmed, in order.
    form, folder: how it was written, and where to.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    licet_delivery: Annotated[int, Field(ge=1, le=1)] = 1
    export: DeliveryId
    use: str
    purpose: str
    recipient: str
    form: str
    folder: str
    made: str
    lease: str
    opening: Hex
    head: Hex
    sequence: Count = 0
    waiting: tuple[Sent, ...] = ()

    def sent(self, message: Sent) -> Delivery:
        """After one more message."""
        return self.model_copy(
            update={
                "sequence": message.sequence, "head": message.name, "waiting": (*self.waiting, message)
            }
        )  # fmt: skip

    def confirmed(self, sequence: int) -> Delivery:
        """After a recipient did all up to a message."""
        return self.model_copy(
            update={"waiting": tuple(one for one in self.waiting if one.sequence > sequence)}
        )


class DeliveryBook:
    """The copies of one workspace."""

    def __init__(self, folder: Path, salt: bytes) -> None:
        self._folder = folder
        self._key = AESGCM(hmac.digest(salt, b"licet deliveries", "sha256"))

    @staticmethod
    def new_id() -> str:
        return secrets.token_hex(8)

    def __iter__(self) -> Iterator[Delivery]:
        """Every copy that is not known to be gone, by when it left."""
        paths = self._folder.glob(f"*{_FEED}") if self._folder.is_dir() else ()
        return iter(sorted((self.read(path.stem) for path in paths), key=lambda one: (one.made, one.export)))

    def read(self, export: str) -> Delivery:
        """Raises: DeliveryError DLVR-002 for none of ours, DLVR-003 for one that was damaged or is of another salt."""
        try:
            return Delivery.model_validate(json.loads(self._read(export, _FEED)))
        except (ValidationError, ValueError):
            raise _damaged(self._path(export, _FEED)) from None

    def held(self, export: str) -> pa.Table:
        """What the copy has, once it has done all that it was sent: of `delivered_root.SCHEMA`. Raises: as `read`."""
        try:
            return pq.read_table(io.BytesIO(self._read(export, _HELD)))
        except pa.ArrowException:
            raise _damaged(self._path(export, _HELD)) from None

    def write(self, delivery: Delivery, held: pa.Table | None = None) -> None:
        """Keep a copy's state; what it holds first, so that no message names what is not held.

        held: None where it did not change.
        Raises: DeliveryError DLVR-004 where the file system refuses; what was kept before stands.
        """
        if held is not None:
            data = io.BytesIO()
            pq.write_table(held, data, compression="zstd")
            self._write(delivery.export, _HELD, data.getvalue())
        self._write(delivery.export, _FEED, canonical_json(delivery.model_dump(mode="json")))

    def drop(self, export: str) -> None:
        """Forget a copy that is gone. Raises: DeliveryError DLVR-004."""
        for suffix in (_HELD, _FEED):  # the feed last: while it is there, the copy is listed
            path = self._path(export, suffix)
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise _refused(path, error) from None

    def _path(self, export: str, suffix: str) -> Path:
        if len(export) != 16 or not set(export) <= set("0123456789abcdef"):
            raise _unknown(export)
        return self._folder / (export + suffix)

    def _read(self, export: str, suffix: str) -> bytes:
        path = self._path(export, suffix)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise _unknown(export) from None
        except OSError as error:
            raise _refused(path, error) from None
        try:
            return self._key.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], (export + suffix).encode())
        except (InvalidTag, ValueError):
            raise _damaged(path) from None

    def _write(self, export: str, suffix: str, data: bytes) -> None:
        path, nonce = self._path(export, suffix), os.urandom(_NONCE_BYTES)
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(nonce + self._key.encrypt(nonce, data, (export + suffix).encode()))
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
            descriptor = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise _refused(path, error) from None


def _unknown(export: str) -> DeliveryError:
    return DeliveryError(
        "DLVR-002", f"there is no copy {export[:40]!r} that is followed", fix="licet exports lists them"
    )


def _damaged(path: Path) -> DeliveryError:
    return DeliveryError(
        "DLVR-003",
        "what is kept of this copy was damaged, or kept under another salt",
        str(path),
        "restore it from a backup; without it the recipient has to be asked to delete the copy",
    )


def _refused(path: Path, error: OSError) -> DeliveryError:
    return DeliveryError(
        "DLVR-004",
        f"what is kept of this copy cannot be written or read: {error.strerror}",
        str(path),
        "check that there is room and that the folder is yours to use, and try again",
    )
