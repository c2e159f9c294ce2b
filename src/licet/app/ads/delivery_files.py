"""The files of deliveries, made of the rows kept of them, and handed out: the same bytes as often as asked for."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from licet.app.ads.list_statuses import held_of
from licet.app.followed_copies import book, recipients
from licet.deliveries import Delivery
from licet.deliveries.formats import ListFormat
from licet.deliveries.held_identifiers import rows_that
from licet.deliveries.list_delivery import ListDelivery, read_delivery
from licet.deliveries.list_files import ListChange, files_of
from licet.store.private_files import write_private
from licet.terms import DeliveryError
from licet.terms.moments import parse_moment

if TYPE_CHECKING:
    from licet.app.core import Core


def hand_out(core: Core, export: str, folder: Path) -> Iterator[str]:
    """Write the files of every delivery that nobody confirmed, a folder each; their paths.

    Raises: DeliveryError DLVR-038 where they cannot be written.
    """
    delivery = book(core).read(export)
    for sent in delivery.waiting:
        said = read_delivery(sent.note, core.signer.public_key)
        place = folder / f"{said.audience}-{sent.sequence:06d}"
        files = files_signed(core, delivery, said) | {"delivery.jws": sent.note.encode()}
        for name, data in files.items():
            path = place / name
            try:
                write_private(path, data, is_durable=False)
            except OSError as error:
                raise DeliveryError(
                    "DLVR-038",
                    f"the files of the delivery cannot be written: {error.strerror}",
                    str(path),
                    "check that there is room and that the folder is yours to use, and deliver again",
                ) from None
            yield str(path)


def files_signed(core: Core, delivery: Delivery, said: ListDelivery) -> dict[str, bytes]:
    """The files of a delivery, as they were signed."""
    held, _ = held_of(core, delivery)
    known = recipients(core).get(said.recipient)
    files = written(said, held.rows(said.sequence), None if known is None else known.format)
    if {name: sha256(data).hexdigest() for name, data in files.items()} == said.files:
        return files
    raise DeliveryError(
        "DLVR-040",
        f"the files of delivery {said.sequence} of {said.audience} would not be those that were signed",
        fix="put the recipient's format in recipients.yaml back as it was until this one is confirmed",
    )


def written(said: ListDelivery, rows: pa.Table, format_: ListFormat | None) -> dict[str, bytes]:
    """Raises: as `files_of`."""
    added = rows_that(rows, "add", "keep") if said.action == "replace" else rows_that(rows, "add")
    removed = rows_that(rows, "remove")
    days = (parse_moment(said.lease) - parse_moment(said.at)).days
    change = ListChange(
        said.audience, said.scheme, said.sequence, said.action,
        added["identifier"].combine_chunks().sort().to_pylist(),
        removed["identifier"].combine_chunks().sort().to_pylist(), max(1, days),
    )  # fmt: skip
    return files_of(change, format_)
