"""The files of deliveries, made of the rows kept of them, and handed out: the same bytes as often as asked for."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from licet.app.ads.list_statuses import held_of
from licet.app.ads.settled_lists import of_list
from licet.app.followed_copies import book
from licet.deliveries import Delivery
from licet.deliveries.delivery_book import Sent
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
        place = folder / f"{delivery.folder}-{sent.sequence:06d}"
        files = files_signed(core, delivery, sent, said) | {"delivery.jws": sent.note.encode()}
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


def files_signed(core: Core, delivery: Delivery, sent: Sent, said: ListDelivery) -> dict[str, bytes]:
    """The files of a delivery, as they were signed, however this recipient takes lists by now.

    Raises: DeliveryError DLVR-040 where they would be others: another version of this program made them. The next
    delivery is whole then, in their place.
    """
    held, _ = held_of(core, delivery)
    files = written(said, held.rows(said.sequence), sent.format)
    if {name: sha256(data).hexdigest() for name, data in files.items()} == said.files:
        return files
    kept = book(core)
    with kept.alone():
        now = kept.read(delivery.export)
        kept.write(now.model_copy(update={"of_list": of_list(now).model_copy(update={"replaces": True})}))
    raise DeliveryError(
        "DLVR-040",
        f"the files of delivery {said.sequence} of {said.audience} would not be those that were signed",
        fix="deliver it once more: the next delivery is of the whole list, and this one is not needed",
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
