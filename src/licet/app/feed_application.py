"""A recipient's side: taking the messages of a feed into a copy, and answering each. Needs no workspace.

A message is applied whole or not at all: what is left is held to the root that it names first, then written beside the
copy as an export of the same form, whose manifest says how far the copy came, and takes the copy's place.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from licet.app.clock import checked, system_clock
from licet.app.corpora import EXPORTS
from licet.deliveries import (
    Acknowledgement,
    FeedMessage,
    opening_digest,
    read_message,
    write_acknowledgement,
)
from licet.deliveries.delivered_root import in_order, leaves_of, root_of
from licet.deliveries.feed import require_next
from licet.deliveries.signed_texts import MOST_BYTES, name_of
from licet.ledger import PublicKey, Signer
from licet.terms import DeliveryError
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment
from licet.uses.corpus.exports.copy_reader import WrittenCopy, read_copy


class Applied(NamedTuple):
    """What a message came to. gone: documents that went by it; 0 where it was applied before.

    documents, root: of what is left. answer: the signed acknowledgement, to be sent back.
    """

    sequence: int
    gone: int
    documents: int
    root: str
    answer: str

    def as_json(self) -> JsonObject:
        return self._asdict()


def apply_feed(
    messages: Iterable[Path],
    target: Path,
    signer: Signer,
    now: Callable[[], datetime],
    key: str | None = None,
) -> Iterator[Applied]:
    """Take messages into the copy in `target`, in the order of their numbers, and answer each as it is done.

    signer: the recipient's own key. key: the platform's, where it is not taken from the copy.
    Raises: DeliveryError DLVR-010 to DLVR-013 for a message that is not the next of this copy's feed; DLVR-014 where
    what would be left is not what it names; DLVR-030 and DLVR-031 for what is no copy, or none that is whole.
    """
    platform = PublicKey.parse(key or read_copy(target).feed.key)
    notes = [read_note(path) for path in messages]
    said = sorted(((read_message(note, platform), note) for note in notes), key=lambda one: one[0].sequence)
    for message, note in said:
        yield _apply(read_copy(target), message, note, signer, now)


def _apply(
    copy: WrittenCopy, message: FeedMessage, note: str, signer: Signer, now: Callable[[], datetime]
) -> Applied:
    held, feed = in_order(leaves_of(table) for table in copy.documents()), copy.feed
    head = feed.head or opening_digest(feed.export, len(held), root_of(held))
    is_new = require_next(message, note, feed.export, feed.sequence, head)
    left = message.left_of(held)
    root = root_of(left)
    if (root, len(left)) != (message.root, message.documents):
        raise DeliveryError(
            "DLVR-014",
            f"message {message.sequence} leaves {message.documents} documents, and the {len(left)} that are left here "
            "have another root",
            str(copy.folder),
            "the copy was altered: have it deleted, and take a new one",
        )
    if is_new:
        _rewrite(copy, message, left["document_id"].combine_chunks(), len(held) - len(left), name_of(note))
    answer = Acknowledgement(
        export=feed.export, recipient=message.recipient, sequence=message.sequence, message=name_of(note),
        state="applied", documents=len(left), root=root, at=format_moment(now()),
    )  # fmt: skip
    return Applied(
        message.sequence, len(held) - len(left), len(left), root, write_acknowledgement(answer, signer)
    )


def _rewrite(copy: WrittenCopy, message: FeedMessage, left: pa.Array, gone: int, head: str) -> None:
    """The copy with nothing but what a message leaves, in its place."""
    was = copy.account.copy
    feed = copy.feed._replace(sequence=message.sequence, head=head)
    account = dataclasses.replace(
        copy.account,
        documents=message.documents,
        subjects=message.subjects,
        copy=was._replace(left_out=was.left_out + gone, feed=feed),
    )
    tables = (table.filter(pc.is_in(table["document_id"], value_set=left)) for table in copy.documents())
    EXPORTS[copy.form](tables, account, copy.folder, overwrite=True)


def read_note(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES).decode()
    except (OSError, UnicodeDecodeError):
        raise DeliveryError(
            "DLVR-010", "the message is refused: it cannot be read as text", str(path), "check the path"
        ) from None


class Application(NamedTuple):
    """What some messages came to, where the answers are, and the key that signed them."""

    applied: tuple[Applied, ...]
    answers: tuple[str, ...]
    public_key: str

    def as_json(self) -> JsonObject:
        return {**self._asdict(), "applied": [one.as_json() for one in self.applied]}


def apply_to_copy(
    messages: list[Path], target: Path, key_file: Path, key: str | None, folder: Path
) -> Application:
    """As `apply_feed`, with the recipient's key from a file, made where there is none, and the answers in a folder."""
    signer = Signer.open(key_file) if key_file.exists() else Signer.create(key_file)
    applied, written = list[Applied](), list[str]()
    for one in apply_feed(messages, target, signer, lambda: checked(system_clock()), key):
        path = folder / f"{read_copy(target).feed.export}-{one.sequence:06d}.answer"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(one.answer, encoding="utf-8")
        except OSError as error:
            raise DeliveryError(
                "DLVR-015",
                f"the answer cannot be written: {error.strerror}; the message was applied",
                str(path),
                "run it again with --out naming a folder that is yours to use: it answers once more",
            ) from None
        applied.append(one)
        written.append(str(path))
    return Application(tuple(applied), tuple(written), signer.public_key_text)
