"""Feeds of copies: what is refused, and that a generated history of losses, repeats and forgeries cannot mislead."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from licet.deliveries import (
    Acknowledgement,
    DeliveryBook,
    FeedMessage,
    load_recipients,
    opening_digest,
    read_acknowledgement,
    read_message,
    write_acknowledgement,
    write_message,
)
from licet.deliveries.delivered_root import SCHEMA, fallen, in_order, leaves_of, root_of, without
from licet.deliveries.delivery_book import Delivery, Sent
from licet.deliveries.feed import require_next
from licet.deliveries.signed_texts import name_of
from licet.ledger import Signer
from licet.ledger.signed_notes import write_note
from licet.terms import DeliveryError
from licet.testing.effort import examples

EXPORT, OTHER = "00112233445566aa", "00112233445566bb"
MOMENT = "2026-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer.create(tmp_path_factory.mktemp("keys") / "key", "platform.example")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer.create(tmp_path_factory.mktemp("keys") / "key", "platform.example")


def documents(texts: dict[str, str]) -> pa.Table:
    return in_order(
        [
            leaves_of(
                pa.table(
                    {
                        "document_id": pa.array([*texts], pa.string()),
                        "text": pa.array([*texts.values()], pa.string()),
                    }
                )
            )
        ]
    )


def message(
    number: int, previous: str, gone: tuple[str, ...], left: pa.Table, export: str = EXPORT
) -> FeedMessage:
    return FeedMessage(
        export=export, recipient="lab", sequence=number, previous=previous, at=MOMENT, position=number, due=MOMENT,
        gone=gone, documents=len(left), subjects=0, root=root_of(left),
    )  # fmt: skip


def feed(signer: Signer, held: pa.Table, steps: list[tuple[str, ...]], export: str = EXPORT) -> list[str]:
    """The notes of a feed that takes some documents away at each step."""
    head, notes = opening_digest(export, len(held), root_of(held)), []
    for number, gone in enumerate(steps, start=1):
        held = without(held, list(gone))
        notes.append(write_message(message(number, head, gone, held, export), signer))
        head = name_of(notes[-1])
    return notes


IDS = st.text("abcdef", min_size=1, max_size=3)


@examples(50)
@given(texts=st.dictionaries(IDS, st.text(max_size=4), max_size=6), data=st.data())
def test_the_root_is_that_of_the_documents_in_any_order_and_of_no_others(
    texts: dict[str, str], data: st.DataObject
) -> None:
    held = documents(texts)
    shuffled = dict(data.draw(st.permutations([*texts.items()])))
    assert root_of(documents(shuffled)) == root_of(held)
    gone = data.draw(st.sets(st.sampled_from([*texts]))) if texts else set()
    rest = {id_: text for id_, text in texts.items() if id_ not in gone}
    assert root_of(without(held, sorted(gone))) == root_of(documents(rest))
    changed = {id_: text + "!" for id_, text in rest.items()}
    assert fallen(held, documents(rest)) == sorted(gone)
    assert fallen(held, documents(changed)) == sorted(texts)
    if rest:
        assert root_of(documents(changed)) != root_of(documents(rest))


@examples(50)
@given(data=st.data())
def test_only_the_next_message_of_a_copy_is_taken(signer: Signer, data: st.DataObject) -> None:
    """Whatever is handed in, in whatever order: what was applied is a beginning of the true feed, in its order."""
    held = documents({"a": "1", "b": "2", "c": "3", "d": "4"})
    steps: list[tuple[str, ...]] = [("a",), ("b", "c"), ("d",)]
    true = feed(signer, held, steps)
    forked = feed(signer, held, [("b",), ("a",), ("c",)])
    elsewhere = feed(signer, held, steps, OTHER)
    handed_in = data.draw(st.lists(st.sampled_from(true + forked[:1] + elsewhere), max_size=12))
    applied, head, done = 0, opening_digest(EXPORT, len(held), root_of(held)), []
    for note in handed_in:
        said = read_message(note, signer.public_key)
        try:
            is_new = require_next(said, note, EXPORT, applied, head)
        except DeliveryError:
            continue
        if is_new:
            applied, head = said.sequence, name_of(note)
            done.append(note)
        else:
            assert done[-1] == note
    assert done in (true[: len(done)], forked[: len(done)])


def test_each_way_to_mislead_has_its_code(signer: Signer, stranger: Signer) -> None:
    held = documents({"a": "1", "b": "2", "c": "3"})
    first, second, third = feed(signer, held, [("a",), ("b",), ("c",)])
    fork = feed(signer, held, [("b",), ("c",)])
    opening = opening_digest(EXPORT, len(held), root_of(held))

    def code_of(note: str, applied: int, head: str, export: str = EXPORT) -> str:
        with pytest.raises(DeliveryError) as caught:
            require_next(read_message(note, signer.public_key), note, export, applied, head)
        return caught.value.code

    assert code_of(first, 0, opening, OTHER) == "DLVR-011"
    assert code_of(second, 0, opening) == "DLVR-012"
    assert code_of(first, 2, name_of(second)) == "DLVR-013"  # rolled back
    assert code_of(fork[1], 1, name_of(first)) == "DLVR-013"  # another history
    assert code_of(fork[0], 1, name_of(first)) == "DLVR-013"
    assert code_of(first, 0, "0" * 64) == "DLVR-013"  # a copy that was altered
    for forged in (
        feed(stranger, held, [("a",)])[0],
        first.replace('"gone":["a"]', '"gone":["b"]'),
        first.replace("licet removal v1", "licet removal v2"),
        first.replace("\n{", "\n {"),
        "",
        third[:-20],
        "\x00",
    ):
        with pytest.raises(DeliveryError) as caught:
            read_message(forged, signer.public_key)
        assert caught.value.code == "DLVR-010"


def test_when_everything_is_to_go_nothing_is_named_and_nothing_before_it_is_waited_for(
    signer: Signer,
) -> None:
    held = documents({"a": "1", "b": "2"})
    nothing = SCHEMA.empty_table()
    all_of_it = message(3, "0" * 64, (), nothing).model_copy(update={"everything": True})
    note = write_message(all_of_it, signer)
    assert all_of_it.left_of(held) == nothing and read_message(note, signer.public_key) == all_of_it
    opening = opening_digest(EXPORT, len(held), root_of(held))
    assert require_next(all_of_it, note, EXPORT, 0, opening), "two before it were never applied"
    assert not require_next(all_of_it, note, EXPORT, 3, name_of(note)), "it is answered once more"
    for export, applied, code in ((OTHER, 0, "DLVR-011"), (EXPORT, 3, "DLVR-013"), (EXPORT, 4, "DLVR-013")):
        with pytest.raises(DeliveryError) as caught:
            require_next(all_of_it, note, export, applied, opening)
        assert caught.value.code == code
    for more in ({"gone": ("a",)}, {"documents": 1}, {"subjects": 1}):
        with pytest.raises(ValidationError):
            FeedMessage(**{**all_of_it.model_dump(), **more})


@examples(50)
@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_no_message_passes_with_one_bit_changed(signer: Signer, place: int, bit: int) -> None:
    data = bytearray(feed(signer, documents({"a": "1"}), [("a",)])[0].encode())
    data[place % len(data)] ^= 1 << bit
    with pytest.raises((UnicodeDecodeError, DeliveryError)):
        read_message(data.decode(), signer.public_key)


def test_the_bits_that_base64_leaves_open_are_not_open(signer: Signer) -> None:
    note = feed(signer, documents({"a": "1"}), [("a",)])[0]
    assert note.endswith("=\n") and base64.b64decode(note[-5:-1]) == base64.b64decode(
        other := _next(note)[-5:-1]
    )
    assert other != note[-5:-1]
    with pytest.raises(DeliveryError):
        read_message(_next(note), signer.public_key)


def _next(note: str) -> str:
    """The note with the last letter of its signature exchanged for the next, which base64 reads alike."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return note[:-3] + letters[letters.index(note[-3]) + 1] + note[-2:]


@pytest.mark.parametrize("sequence", ["1", True, 1.0])
def test_what_only_reads_as_a_number_is_none(signer: Signer, sequence: object) -> None:
    """The recipient's own key may sign it: there is one way to say a thing, whoever says it."""
    said = {
        "licet_acknowledgement": 1, "export": EXPORT, "recipient": "lab", "sequence": sequence, "message": "a" * 64,
        "state": "applied", "documents": 0, "root": "b" * 64, "at": MOMENT,
    }  # fmt: skip
    text = "licet acknowledgement v1\n" + json.dumps(said, sort_keys=True, separators=(",", ":")) + "\n"
    with pytest.raises(DeliveryError) as caught:
        read_acknowledgement(write_note(text, signer.public_key, signer.sign(text)), signer.public_key)
    assert caught.value.code == "DLVR-010"
    good = text.replace(json.dumps(sequence), "1", 1)
    note = write_note(good, signer.public_key, signer.sign(good))
    assert read_acknowledgement(note, signer.public_key).sequence == 1


def test_a_message_is_no_acknowledgement_and_the_other_way_round(signer: Signer) -> None:
    note = feed(signer, documents({"a": "1"}), [("a",)])[0]
    with pytest.raises(DeliveryError) as caught:
        read_acknowledgement(note, signer.public_key)
    assert caught.value.code == "DLVR-010"
    answer = Acknowledgement(
        export=EXPORT, recipient="lab", sequence=1, message=name_of(note), state="applied", documents=0,
        root=root_of(SCHEMA.empty_table()), at=MOMENT,
    )  # fmt: skip
    sealed = write_acknowledgement(answer, signer)
    assert read_acknowledgement(sealed, signer.public_key) == answer
    with pytest.raises(DeliveryError):
        read_message(sealed, signer.public_key)


def make_delivery(held: pa.Table) -> Delivery:
    opening = opening_digest(EXPORT, len(held), root_of(held))
    return Delivery(
        export=EXPORT, use="corpus", purpose="generative_ai_training", recipient="lab", form="parquet", folder="out",
        made=MOMENT, lease=MOMENT, opening=opening, head=opening, judged_at=MOMENT, judged_position=0,
    )  # fmt: skip


def test_what_is_kept_is_read_back_by_its_salt_alone_and_names_nobody(tmp_path: Path, signer: Signer) -> None:
    held = documents({"document-of-somebody": "words", "b": "2"})
    book = DeliveryBook(tmp_path / "deliveries", b"salt")
    delivery = make_delivery(held)
    book.write(delivery, held)
    note = feed(signer, held, [("document-of-somebody",)])[0]
    sent = delivery.sent(Sent(sequence=1, note=note, name=name_of(note), due=MOMENT, gone=1))
    book.write(sent, without(held, ["document-of-somebody"]))
    assert [*book] == [sent]
    assert book.held(EXPORT) == without(held, ["document-of-somebody"])
    for path in (tmp_path / "deliveries").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        assert b"document-of-somebody" not in path.read_bytes()
    with pytest.raises(DeliveryError) as caught:
        DeliveryBook(tmp_path / "deliveries", b"other").read(EXPORT)
    assert caught.value.code == "DLVR-003"
    assert sent.confirmed(1).waiting == ()
    book.drop(EXPORT)
    assert [*book] == []
    for unknown in (EXPORT, "../../etc", ""):
        with pytest.raises(DeliveryError) as caught:
            book.read(unknown)
        assert caught.value.code == "DLVR-002"


@pytest.mark.parametrize("suffix", [".feed", ".held"])
def test_one_bit_of_what_is_kept_is_found_out(tmp_path: Path, suffix: str) -> None:
    held = documents({"a": "1"})
    book = DeliveryBook(tmp_path, b"salt")
    book.write(make_delivery(held), held)
    path = tmp_path / (EXPORT + suffix)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(DeliveryError) as caught:
        book.read(EXPORT) if suffix == ".feed" else book.held(EXPORT)
    assert caught.value.code == "DLVR-003"


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "deliveries").write_text("a file in its place")
    held = documents({"a": "1"})
    with pytest.raises(DeliveryError) as caught:
        DeliveryBook(tmp_path / "deliveries", b"salt").write(make_delivery(held), held)
    assert caught.value.code == "DLVR-004"


def test_recipients_are_read_and_what_is_no_recipient_refused(tmp_path: Path, signer: Signer) -> None:
    path = tmp_path / "recipients.yaml"
    assert load_recipients(path) == {}
    path.write_text(f"recipients: {{lab: {{key: '{signer.public_key_text}', removal_days: 3}}, press: {{}}}}")
    found = load_recipients(path)
    assert found["lab"].public_key == signer.public_key
    assert (found["lab"].removal_days, found["press"].key) == (3, None)
    key = base64.b64encode(b"x").decode()
    for text in ("[", "recipients: 1", "recipients: {lab: {key: nonsense}}", f"recipients: {{lab: {{secret: {key}}}}}",
                 "recipients: {lab: {removal_days: 0}}", "a: 1", "\x00"):  # fmt: skip
        path.write_text(text)
        with pytest.raises(DeliveryError) as caught:
            load_recipients(path)
        assert caught.value.code == "DLVR-001"
    path.write_bytes(b"\xff")
    with pytest.raises(DeliveryError):
        load_recipients(path)
