"""What is kept of copies is written by one process at a time; who dies between two writes leaves no document untold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from licet.deliveries import AsOf, DeliveryBook
from licet.deliveries.delivered_root import SCHEMA
from licet.deliveries.delivery_book import Delivery
from licet.store.sealed_files import SealedFiles
from licet.terms import DeliveryError, StoreError

EXPORT, MOMENT = "00112233445566aa", "2026-01-01T00:00:00Z"
DELIVERY = Delivery(
    export=EXPORT, use="corpus", purpose="generative_ai_training", recipient="lab", form="parquet", folder="out",
    made=MOMENT, lease=MOMENT, opening="0" * 64, head="0" * 64, judged_at=MOMENT, judged_position=0,
)  # fmt: skip
HELD = pa.table([pa.array(["a"]), pa.array([b"0" * 32], pa.binary(32))], SCHEMA)

#: Reads a number, adds one and writes it, again and again.
COUNTS = """
import sys
from pathlib import Path
from licet.deliveries import AsOf, DeliveryBook, delivery_book
delivery_book._WAIT_SECONDS = 0.002
book = DeliveryBook(Path(sys.argv[1]), b"salt", tries=4000)
for _ in range(40):
    with book.alone():
        delivery = book.read(sys.argv[2])
        book.write(delivery.judged(AsOf(delivery.judged_at, delivery.judged_position + 1)))
"""


def test_of_two_processes_that_write_at_once_one_waits(tmp_path: Path) -> None:
    folder = tmp_path / "deliveries"
    DeliveryBook(folder, b"salt").write(DELIVERY, HELD)
    both = [subprocess.Popen([sys.executable, "-c", COUNTS, str(folder), EXPORT]) for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    assert DeliveryBook(folder, b"salt").read(EXPORT).judged_position == 80, "no write was lost"


def test_whoever_is_waited_for_in_vain_is_told_of(tmp_path: Path) -> None:
    first, second = (DeliveryBook(tmp_path / "deliveries", b"salt", tries=1) for _ in range(2))
    first.write(DELIVERY, HELD)
    with first.alone(), first.alone():  # who holds it may go on
        first.write(DELIVERY.judged(AsOf(MOMENT, 7)))
        for attempt in (lambda: second.write(DELIVERY), lambda: second.drop(EXPORT)):
            with pytest.raises(DeliveryError) as caught:
                attempt()
            assert caught.value.code == "DLVR-007"
        assert second.read(EXPORT).judged_position == 7, "who only reads waits for nobody"
    second.drop(EXPORT)
    assert second.exports() == []
    (tmp_path / "other.lock").mkdir()
    with pytest.raises(StoreError) as refused:
        DeliveryBook(tmp_path / "other", b"salt").write(DELIVERY)
    assert refused.value.code == "STOR-014"


def test_who_dies_between_message_and_what_it_leaves_has_kept_the_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = DeliveryBook(tmp_path / "deliveries", b"salt")
    book.write(DELIVERY, HELD)
    written = SealedFiles.write

    def dying(self: SealedFiles, name: str, data: bytes) -> None:
        if name.endswith(".held"):
            raise KeyboardInterrupt
        written(self, name, data)

    with monkeypatch.context() as broken:
        broken.setattr(SealedFiles, "write", dying)
        with pytest.raises(KeyboardInterrupt):
            book.write(DELIVERY.judged(AsOf(MOMENT, 7)), SCHEMA.empty_table())
    assert (book.read(EXPORT).judged_position, book.held(EXPORT)) == (7, HELD)
