"""What is kept of every copy that left, to take it back: which documents it has, and the feed that it is sent.

Per copy two sealed files: what the copy holds, and its messages that nobody confirmed yet. They name documents of
people who may have been forgotten since; so a confirmed message is dropped, as is every other once all is to go, and
both files once a copy is known to be gone. One process writes at a time, and whoever reads to write holds the lock from
before it reads.
"""

from __future__ import annotations

import io
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from licet.deliveries.delivery_state import AsOf
from licet.deliveries.feed import Count, DeliveryId, Hex
from licet.deliveries.formats import ListFormat
from licet.store.locks import hold_local
from licet.store.sealed_files import BrokenSealError, SealedFiles
from licet.terms import DeliveryError, StoreError
from licet.terms.canonical import canonical_json

_FEED, _HELD = ".feed", ".held"
#: Whoever writes is waited for so many times, so many seconds each.
_TRIES, _WAIT_SECONDS = 20, 0.25


class Sent(BaseModel):
    """A message that was made: its number, its signed note, its name, until when it is to be applied, and how many
    documents go by it. format: of a list's, what its files were written by, whatever recipients.yaml says since."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sequence: Annotated[int, Field(ge=1)]
    note: str
    name: Hex
    due: str
    gone: Count
    format: ListFormat | None = None


class ListPlace(BaseModel):
    """What a list is, beside a copy: an audience by a scheme; and how far what is held of it is.

    parts, taken: as `held_identifiers.HeldState`. confirmed: the last delivery that was. replaces: whether the next one
    is to be whole, because nobody knows any more what the recipient has. lease_before: what was there was under until
    the last delivery. unrecorded: what the ledger is to be told of that, until it is. format: how, and so where, the
    last delivery was taken. lost_at: the last delivery when what was held was lost, until a whole one after it is
    confirmed; 0 where nothing is missing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    audience: str
    scheme: str
    parts: Annotated[int, Field(ge=1)] = 1
    taken: Count = 0
    confirmed: Count = 0
    replaces: bool = False
    lease_before: str = ""
    unrecorded: str = ""
    format: ListFormat | None = None
    lost_at: Count = 0


class Delivery(BaseModel):
    """A copy, or a list, and where its feed stands.

    made:      when it left. lease: until when it may be kept.
    opening:   what its first message follows. head: the name of the last message made, or `opening`.
    sequence:  how many messages were made. waiting: those that nobody confirmed, in order.
    judged_at, judged_position: as of which moment and ledger position it was last looked what may be in it.
    form, folder: how it was written, and where to.
    of_list:   what a list has beside; its messages are deliveries, and its lease that of the last.
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
    judged_at: str
    judged_position: Count
    of_list: ListPlace | None = None

    def as_bytes(self) -> bytes:
        """As it is kept; of a copy as before there were lists."""
        return canonical_json(self.model_dump(mode="json", exclude_none=True))

    def sent(self, message: Sent, everything: bool = False) -> Delivery:
        """After one more message. everything: by which all goes, so that no earlier one is waited for any more."""
        waiting = (message,) if everything else (*self.waiting, message)
        return self.model_copy(
            update={"sequence": message.sequence, "head": message.name, "waiting": waiting}
        )

    def judged(self, as_of: AsOf) -> Delivery:
        """After it was looked what may be in it."""
        return self.model_copy(update={"judged_at": as_of.at, "judged_position": as_of.position})

    def confirmed(self, sequence: int) -> Delivery:
        """After a recipient did all up to a message."""
        return self.model_copy(
            update={"waiting": tuple(one for one in self.waiting if one.sequence > sequence)}
        )


class DeliveryBook:
    """The copies of one workspace. An object is one thread's; any number of processes may have one of their own."""

    def __init__(self, folder: Path, salt: bytes, tries: int = _TRIES) -> None:
        """tries: how often whoever writes is waited for, a quarter of a second each."""
        self._folder, self._files = folder, SealedFiles(folder, salt, b"licet deliveries")
        self._tries, self._is_alone = tries, False

    @staticmethod
    def new_id() -> str:
        return secrets.token_hex(8)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other process from writing. The lock goes with its process; held already, it stays held.

        Raises: DeliveryError DLVR-007 while another writes; StoreError STOR-014 where no lock can be made.
        """
        if self._is_alone:
            yield
            return
        path = self._folder.with_name(f"{self._folder.name}.lock")
        with ExitStack() as held:
            for left in reversed(range(self._tries)):
                try:
                    held.enter_context(hold_local(path, 0o600))
                    break
                except StoreError as error:
                    if error.code != "STOR-005":
                        raise
                    if not left:
                        raise DeliveryError(
                            "DLVR-007",
                            "another process writes what is kept of the copies that left",
                            str(path),
                            "run it again when that is done",
                        ) from None
                time.sleep(_WAIT_SECONDS)
            self._is_alone = True
            try:
                yield
            finally:
                self._is_alone = False

    def exports(self) -> list[str]:
        """The ids of every copy that is not known to be gone. Raises: DeliveryError DLVR-004."""
        try:
            return [name.removesuffix(_FEED) for name in self._files.names() if name.endswith(_FEED)]
        except OSError as error:
            raise self._refused("", error) from None

    def __iter__(self) -> Iterator[Delivery]:
        """Every copy that is not known to be gone, by when it left. Raises: as `read`, for any of them."""
        return iter(sorted(map(self.read, self.exports()), key=lambda one: (one.made, one.export)))

    def read(self, export: str) -> Delivery:
        """Raises: DeliveryError DLVR-002 for none of ours, DLVR-003 for one that was damaged or is of another salt."""
        try:
            return Delivery.model_validate(json.loads(self._read(export, _FEED)))
        except (ValidationError, ValueError):
            raise self._damaged(export, _FEED) from None

    def held(self, export: str) -> pa.Table:
        """What the copy has, once it has done all that it was sent: of `delivered_root.SCHEMA`. Raises: as `read`."""
        try:
            return pq.read_table(io.BytesIO(self._read(export, _HELD)))
        except pa.ArrowException:
            raise self._damaged(export, _HELD) from None

    def write(self, delivery: Delivery, held: pa.Table | None = None) -> None:
        """Keep a copy's state; its messages first: who dies before what it holds is written names the same documents
        once more, and never lets any of them go untold.

        held: None where it did not change.
        Raises: DeliveryError DLVR-004 where the file system refuses; what was kept before stands. As `alone`.
        """
        with self.alone():
            self._write(delivery.export, _FEED, delivery.as_bytes())
            if held is not None:
                self.write_held(delivery.export, held)

    def write_held(self, export: str, held: pa.Table) -> None:
        """Keep what a copy holds, and let its state be as it is. Raises: as `write`."""
        with self.alone():
            data = io.BytesIO()
            pq.write_table(held, data, compression="zstd")
            self._write(export, _HELD, data.getvalue())

    def drop(self, export: str) -> None:
        """Forget a copy that is gone. Raises: DeliveryError DLVR-004. As `alone`."""
        with self.alone():
            for suffix in (_HELD, _FEED):  # the feed last: while it is there, the copy is listed
                name = self._name(export, suffix)
                try:
                    self._files.remove(name)
                except OSError as error:
                    raise self._refused(name, error) from None

    @staticmethod
    def _name(export: str, suffix: str) -> str:
        if len(export) != 16 or not set(export) <= set("0123456789abcdef"):
            raise _unknown(export)
        return export + suffix

    def _read(self, export: str, suffix: str) -> bytes:
        name = self._name(export, suffix)
        try:
            return self._files.read(name)
        except FileNotFoundError:
            raise _unknown(export) from None
        except OSError as error:
            raise self._refused(name, error) from None
        except BrokenSealError:
            raise self._damaged(export, suffix) from None

    def _write(self, export: str, suffix: str, data: bytes) -> None:
        name = self._name(export, suffix)
        try:
            self._files.write(name, data)
        except OSError as error:
            raise self._refused(name, error) from None

    def _damaged(self, export: str, suffix: str) -> DeliveryError:
        return DeliveryError(
            "DLVR-003",
            "what is kept of this copy was damaged, or kept under another salt",
            str(self._folder / (export + suffix)),
            "restore it from a backup; without it the recipient has to be asked to delete the copy",
        )

    def _refused(self, name: str, error: OSError) -> DeliveryError:
        return DeliveryError(
            "DLVR-004",
            f"what is kept of this copy cannot be written or read: {error.strerror}",
            str(self._folder / name),
            "check that there is room and that the folder is yours to use, and try again",
        )


def _unknown(export: str) -> DeliveryError:
    return DeliveryError(
        "DLVR-002", f"there is no copy {export[:40]!r} that is followed", fix="licet exports lists them"
    )
