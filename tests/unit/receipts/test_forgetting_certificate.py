"""The certificate of a forgetting: no byte of it can be changed, and who has the key can certify nothing but what the
ledger recorded."""

from __future__ import annotations

import copy
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator
from securesystemslib.dsse import Envelope
from securesystemslib.signer import Key, SSlibKey

import licet
from journeys.receipts import OTHER_SIGNER, SIGNER, forgetting_of, outcome_said, receipt_of
from journeys.receipts import choice as choice_of
from licet.ledger import Checkpoint
from licet.receipts import ReceiptProblemCode, check_file, check_forgetting_certificate, to_bytes
from licet.receipts.dsse_envelope import IN_TOTO, pre_authentication, seal
from licet.receipts.forgetting_certificate import statement_schema
from licet.terms import AppError
from licet.terms.canonical import canonical_json
from licet.testing.effort import examples

KEY = SIGNER.public_key_text
WHOLE = forgetting_of("anna")
SCHEMA = Path(licet.__file__).parent / "receipts" / "forgetting_statement.schema.json"
Where = tuple[str | int, ...]


def statement_of(certificate: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(b64decode(certificate["payload"]))
    return said


def problems(certificate: dict[str, Any] | bytes, key: str = KEY) -> set[ReceiptProblemCode]:
    found = check_forgetting_certificate(certificate, key)
    assert (found.outcome is None) == (found.subject is None) == bool(found.problems)
    return {one.code for one in found.problems}


def signed_anew(statement: dict[str, Any]) -> dict[str, Any]:
    """As who has the ledger's key could sign it."""
    return seal(canonical_json(statement), SIGNER)


# -- the envelope ----------------------------------------------------------------------------------------------------


def test_what_is_signed_is_what_the_specification_says() -> None:
    # The example of the protocol, https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md#test-vectors
    said = pre_authentication("http://example.com/HelloWorld", b"hello world")
    assert said == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert pre_authentication("", b"") == b"DSSEv1 0  0 "
    assert pre_authentication("ü", "ü".encode()) == "DSSEv1 2 ü 2 ü".encode()


@examples(30)
@given(st.text(max_size=20), st.binary(max_size=60))
def test_others_sign_the_same(kind: str, payload: bytes) -> None:
    assert pre_authentication(kind, payload) == Envelope(payload, kind, {}).pae()


def test_others_who_read_envelopes_find_it_signed_by_the_key_and_no_other() -> None:
    envelope = Envelope.from_dict(copy.deepcopy(WHOLE))
    assert envelope.payload_type == IN_TOTO and json.loads(envelope.payload)["_type"].startswith(
        "https://in-toto"
    )
    keys = [_key_of(signer, WHOLE["signatures"][0]["keyid"]) for signer in (SIGNER, OTHER_SIGNER)]
    assert len(envelope.verify([keys[0]], 1)) == 1
    with pytest.raises(Exception, match=r"(?i)signature"):
        envelope.verify([keys[1]], 1)


def _key_of(signer: Any, key_id: str) -> Key:
    raw = signer.public_key.raw.hex()
    return SSlibKey(key_id, "ed25519", "ed25519", {"public": raw})


# -- what is checked -------------------------------------------------------------------------------------------------


def test_it_is_valid_by_the_public_key_alone_and_says_what_it_does_not_prove(tmp_path: Path) -> None:
    found = check_forgetting_certificate(to_bytes(WHOLE), KEY)
    assert (found.ok, found.subject, found.outcome and found.outcome.said) == (True, "anna", "EXACT")
    assert found.outcome is not None and found.outcome.model_dump(mode="json") == outcome_said()
    assert "anonymous" in found.does_not_prove and "off the books" in found.does_not_prove
    assert "EXACT" in found.says[0] and found.as_json()["status"] == "EXACT"
    (tmp_path / "c.json").write_bytes(to_bytes(WHOLE))
    assert check_file(tmp_path / "c.json", KEY).as_json() == found.as_json()


def test_it_names_nobody_but_whom_it_is_of() -> None:
    said = b64decode(WHOLE["payload"])
    assert b"anna" in said and not any(name in said for name in (b"benn", b"other-"))


def test_the_shipped_schema_is_that_of_what_is_written_and_every_statement_fits_it() -> None:
    if os.environ.get("LICET_GOLDEN") == "write":
        SCHEMA.write_text(json.dumps(statement_schema(), indent=2) + "\n")
    shipped = json.loads(resources.files("licet.receipts").joinpath(SCHEMA.name).read_text())
    assert shipped == statement_schema(), "run LICET_GOLDEN=write and read the difference"
    validator = Draft202012Validator(shipped)
    validator.validate(statement_of(WHOLE))
    for where in places(statement_of(WHOLE)):
        if (
            where[:3] in (("predicate", "ledger", "inclusion"), ("predicate", "absences", 0))
            or len(where) < 2
        ):
            continue
        bent = put(statement_of(WHOLE), where, {"more": 1.5})
        assert not validator.is_valid(bent), where


@pytest.mark.parametrize("at", ["first", "middle", "last", "every 97th"])
def test_one_byte_changed_is_found(at: str) -> None:
    data = to_bytes(WHOLE)
    last = len(data) - 1
    where = {"first": [0], "middle": [last // 2], "last": [last]}.get(at, range(0, last, 97))
    for place in where:
        for bit in (1, 32):
            bent = bytearray(data)
            bent[place] ^= bit
            assert is_refused(bytes(bent)), (place, bit)


def test_what_says_the_same_in_other_bytes_is_not_as_it_was_given() -> None:
    whole = to_bytes(WHOLE)
    for bent in (json.dumps(WHOLE).encode(), whole + b"\n", whole[:-1], whole.replace(b": ", b":", 1)):
        assert json.loads(bent) == WHOLE and problems(bent) == {ReceiptProblemCode.NOT_SIGNED}


@examples(200)
@given(st.data())
def test_no_byte_of_the_file_is_beyond_the_signature(data: st.DataObject) -> None:
    whole = to_bytes(WHOLE)
    place, byte = data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, 255))
    bent = data.draw(
        st.sampled_from(
            [whole[:place] + bytes([byte]) + whole[place:], whole[:place] + bytes([byte]) + whole[place + 1 :],
             whole[:place] + whole[place + 1 :]]
        )
    )  # fmt: skip
    assert bent == whole or is_refused(bent)


def is_refused(data: bytes) -> bool:
    try:
        found = check_file_bytes(data)
    except AppError as error:
        return error.code == "APP-081"
    return not found


def check_file_bytes(data: bytes) -> bool:
    return check_forgetting_certificate(data, KEY).ok


@pytest.mark.parametrize(
    "change",
    [
        {"payloadType": "application/json"}, {"signatures": []}, {"signatures": WHOLE["signatures"] * 2},
        {"signatures": [{**WHOLE["signatures"][0], "keyid": "00000000"}]},
        {"signatures": [{**WHOLE["signatures"][0], "more": 1}]}, {"more": 1}, {"payload": None}, {"payload": "%"},
        {"signatures": [None]}, {"signatures": None}, {"payload": b64encode(b"[]").decode()},
    ],
)  # fmt: skip
def test_every_part_of_the_envelope_counts(change: dict[str, Any]) -> None:
    assert ReceiptProblemCode.NOT_SIGNED in problems({**WHOLE, **change})


def test_another_key_of_the_same_name_signs_for_nobody() -> None:
    forged = forgetting_of("anna", signer=OTHER_SIGNER)
    assert problems(forged) == {
        ReceiptProblemCode.NOT_SIGNED, ReceiptProblemCode.OTHER_KEY, ReceiptProblemCode.CHECKPOINT_NOT_SIGNED
    }  # fmt: skip


def test_it_is_held_to_a_checkpoint_kept_elsewhere() -> None:
    place = statement_of(WHOLE)["predicate"]["ledger"]
    same, other = place["checkpoint"], Checkpoint.sign(SIGNER, 7, bytes(32)).text
    assert check_forgetting_certificate(WHOLE, KEY, checkpoint=same).ok
    found = check_forgetting_certificate(WHOLE, KEY, checkpoint=other)
    assert [one.code for one in found.problems] == [ReceiptProblemCode.FORKED]


def test_a_receipt_is_no_certificate_and_a_certificate_no_receipt() -> None:
    assert not check_forgetting_certificate(receipt_of(choice_of(3, "anna", "ai", "off"), "refused"), KEY).ok


# -- who has the key -------------------------------------------------------------------------------------------------


def places(value: Any, here: Where = ()) -> Iterator[Where]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*here, key)
        yield from places(one, (*here, key))


def put(statement: dict[str, Any], where: Where, value: Any) -> dict[str, Any]:
    made: Any = copy.deepcopy(statement)
    within = made
    for key in where[:-1]:
        within = within[key]
    within[where[-1]] = value
    changed: dict[str, Any] = made
    return changed


def changes_of(value: Any) -> Iterator[Any]:
    if isinstance(value, bool) or value is None:
        yield from ("", 0)
    elif isinstance(value, int):
        yield from (value + 1, str(value), True)
    elif isinstance(value, str):
        yield from (value + " ", value[:-1], value.swapcase() + "x", None)
    elif isinstance(value, list):
        yield from ([*value, "more"], value[:-1] if value else [[]])
    else:
        yield from ({**value, "more": 1}, list(value))


def test_who_has_the_key_can_change_no_place_of_it() -> None:
    """Signed anew by the ledger's own key, every place changed alone is found: the entry commits to the outcome, the
    tree to who is in it, and the words follow from both."""
    statement = statement_of(WHOLE)
    assert check_forgetting_certificate(signed_anew(statement), KEY).ok
    for where in places(statement):
        value: Any = statement
        for key in where:
            value = value[key]
        for changed in changes_of(value):
            found = problems(signed_anew(put(statement, where, changed)))
            assert found and ReceiptProblemCode.NOT_SIGNED not in found, (where, changed)


@pytest.mark.parametrize("other", ["benn", "cy", "dot"])
def test_absence_is_proven_by_ones_own_key_alone(other: str) -> None:
    assert problems(forgetting_of("anna", shown=other)) == {ReceiptProblemCode.NOT_PROVEN}


def test_whoever_is_in_an_artefact_is_certified_forgotten_by_nobody() -> None:
    assert problems(forgetting_of("benn")) == {ReceiptProblemCode.NOT_PROVEN}


@pytest.mark.parametrize(
    "lie",
    [
        {"pending": [{"step": "update", "code": None}]}, {"purge": None}, {"closure": None}, {"unreached": 1},
        {"copies": {**outcome_said()["copies"], "sent": 1}}, {"copies": {**outcome_said()["copies"], "overdue": 1}},
        {"status": "UNREACHED"}, {"purge": [{**outcome_said()["purge"][0], "found_after": 1}]},
        {"purge": [{**outcome_said()["purge"][0], "failed": "STOR-014"}]},
    ],
)  # fmt: skip
def test_a_status_that_the_rest_does_not_bear_out_is_refused_though_the_ledger_committed_to_it(
    lie: dict[str, Any],
) -> None:
    with pytest.raises(ValueError, match=r"it (cannot|does|is)"):
        forgetting_of("anna", outcome_said(**lie))


def test_what_is_pending_is_certified_as_such_without_a_proof() -> None:
    pending = outcome_said(status="PENDING", pending=[{"step": "update", "code": "CORP-208"}], purge=None)
    found = check_forgetting_certificate(forgetting_of("benn", pending), KEY)
    assert found.ok and found.outcome is not None and found.outcome.said == "PENDING"
    assert found.says[-1] == "Not done: update (CORP-208)."
