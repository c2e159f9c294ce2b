"""No part of a receipt can be changed, removed, added or swapped unseen: not by who has the file, and where the ledger
committed to it, not by the platform that holds the key.
"""

from __future__ import annotations

import base64
import copy
import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.receipts import (
    INDEX_KEY,
    OTHER_INDEX_KEY,
    OTHER_SIGNER,
    SIGNER,
    certificate_of,
    choice,
    entry_of,
    receipt_of,
)
from licet.ledger import Checkpoint, EntryKind
from licet.ledger.signed_notes import open_note
from licet.receipts import (
    CertificateCheck,
    ReceiptCheck,
    ReceiptProblemCode,
    check,
    check_certificate,
    read_receipt,
    to_bytes,
)
from licet.receipts.receipt_proof import PROOF, SIGNATURE, sign
from licet.terms import AppError, LedgerError
from licet.terms.canonical import canonical_json
from licet.testing.effort import examples

KEY = SIGNER.public_key_text
RECEIPTS = {
    "objection": receipt_of(choice(3, "ann", "ai", "off", "content.posts"), "withdrawn"),
    "both": receipt_of(choice(3, "ann", "all", "off"), "refused"),
    "signal": receipt_of(
        entry_of(3, EntryKind.SIGNAL, "ann", {"signal": "gpc", "value": True, "via": "header"})
    ),
    "present": certificate_of("ann", ("ann", "ben", "cy")),
    "absent": certificate_of("ann", ("ben", "cy", "dot")),
    "absent from nothing": certificate_of("ann", ()),
}
OTHERS = [
    receipt_of(choice(3, "ben", "ai", "off", "content.posts"), "withdrawn"),
    receipt_of(choice(4, "ann", "ai", "on"), "given"),
    receipt_of(choice(3, "ann", "ai", "off", "content.posts"), "withdrawn", others=11),
    receipt_of(choice(3, "ann", "ai", "off", "content.posts"), "withdrawn", signer=OTHER_SIGNER),
]
Path = tuple[str | int, ...]


def paths(value: Any, here: Path = ()) -> Iterator[Path]:
    """Every place in a JSON value, the root not counted."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*here, key)
        yield from paths(one, (*here, key))


def at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


def put(receipt: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(receipt)
    at(changed, path[:-1])[path[-1]] = value
    return changed


def checked(receipt: dict[str, Any]) -> ReceiptCheck | CertificateCheck:
    return check_certificate(receipt, KEY) if "licet:certificate" in receipt else check(receipt, KEY)


def is_refused(receipt: dict[str, Any]) -> bool:
    try:
        return not checked(receipt).ok
    except AppError as error:
        return error.code == "APP-081"


def changes_of(value: Any) -> Iterator[Any]:
    """Values near enough to `value` to be taken for it."""
    if isinstance(value, bool):
        yield from (not value, int(value))
    elif isinstance(value, int):
        yield from (value + 1, -value - 1, str(value), bool(value))
    elif isinstance(value, str):
        yield from (value + " ", value[:-1] if value else "x", value.swapcase() + "x", value + "\n", None)
        yield value[:-2] + ("A" if value[-2:-1] != "A" else "B") + value[-1:] if len(value) > 1 else "yy"
    elif value is None:
        yield from ("", False, 0)
    elif isinstance(value, list):
        yield from ([*value, "more"], value[:-1] if value else [[]], [*reversed(value), 0])
    else:
        yield from ({**value, "more": 1}, list(value), None)


@pytest.mark.parametrize("name", RECEIPTS)
def test_every_leaf_and_branch_changed_alone_is_seen(name: str) -> None:
    receipt = RECEIPTS[name]
    assert checked(receipt).ok
    for path in paths(receipt):
        for value in changes_of(at(receipt, path)):
            assert is_refused(put(receipt, path, value)), (path, value)


@pytest.mark.parametrize("name", RECEIPTS)
def test_every_part_removed_alone_is_seen(name: str) -> None:
    receipt = RECEIPTS[name]
    for path in paths(receipt):
        changed = copy.deepcopy(receipt)
        del at(changed, path[:-1])[path[-1]]
        assert is_refused(changed), path


@pytest.mark.parametrize("other", range(len(OTHERS)))
def test_no_part_of_anothers_receipt_fits(other: int) -> None:
    receipt, theirs = RECEIPTS["objection"], OTHERS[other]
    swapped = 0
    for path in paths(receipt):
        try:
            value = at(theirs, path)
        except (LookupError, TypeError):
            continue
        if value != at(receipt, path):
            swapped += 1
            assert is_refused(put(receipt, path, value)), path
    assert swapped >= 3


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@examples(100)
@given(st.sampled_from(sorted(RECEIPTS)), st.data(), JSON)
def test_any_value_in_any_place_is_seen(name: str, data: st.DataObject, value: Any) -> None:
    receipt = RECEIPTS[name]
    path = data.draw(st.sampled_from(list(paths(receipt))))
    if canonical(value) != canonical(at(receipt, path)):
        assert is_refused(put(receipt, path, value))


def canonical(value: Any) -> bytes | None:
    try:
        return canonical_json(value)
    except ValueError:  # half a surrogate pair: no receipt says that
        return None


@examples(100)
@given(st.sampled_from(sorted(RECEIPTS)), st.data())
def test_any_byte_changed_is_seen_or_changes_nothing(name: str, data: st.DataObject) -> None:
    receipt = RECEIPTS[name]
    whole = bytearray(to_bytes(receipt))
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = checked(read_receipt(bytes(whole)))
    except AppError:
        return
    assert not found.ok or read_receipt(bytes(whole)) == receipt  # white space between parts says nothing


#: What the leaf commits to: the platform itself, key in hand, cannot say otherwise of it.
COMMITTED: list[tuple[Path, Any]] = [
    ((PROOF, "entry", "index"), 2),
    ((PROOF, "entry", "recorded_at_us"), 1),
    ((PROOF, "entry", "kind"), "signal"),
    ((PROOF, "entry", "subject"), "ben"),
    ((PROOF, "entry", "payload", "value"), "on"),
    ((PROOF, "entry", "payload", "setting"), "sharing"),
    ((PROOF, "entry", "payload", "category"), None),
    ((PROOF, "entry", "payload", "via"), "phone"),
    ((PROOF, "entry", "payload", "pack"), "0" * 64),
    ((PROOF, "entry", "payload", "more"), 1),
    ((PROOF, "entry", "salt"), "00" * 16),
    ((PROOF, "inclusion", "index"), 2),
    ((PROOF, "inclusion", "size"), 6),
    ((PROOF, "inclusion", "path"), []),
    ((PROOF, "checkpoint"), Checkpoint.sign(SIGNER, 7, bytes(32)).text),
    (("licet:choice", "entry"), 2),
    (("licet:choice", "subject"), "ben"),
    (("licet:choice", "name"), "sharing"),
    (("licet:choice", "value"), "on"),
    (("licet:choice", "state"), "given"),
    (("licet:choice", "via"), "phone"),
    (("licet:choice", "at"), "2020-01-01T00:00:00Z"),
    (("licet:choice", "category"), "profile"),
    (("licet:setting", "dct:identifier"), "sharing"),
    (("licet:policy", "licet:digest"), "sha256:" + "0" * 64),
    (("dpv:hasDataSubject", "dpv:hasIdentifier"), "ben"),
    (("dct:created",), "2020-01-01T00:00:00Z"),
    (("dpv:hasIdentifier",), "harbour.example/ledger/entries/2"),
    (("dct:identifier",), "harbour.example/ledger/entries/3/under/8"),
]


@pytest.mark.parametrize(
    ("path", "value"), COMMITTED, ids=lambda one: "/".join(map(str, one)) if isinstance(one, tuple) else ""
)
def test_what_the_ledger_committed_to_cannot_be_changed_even_by_who_holds_the_key(
    path: Path, value: Any
) -> None:
    changed = put(RECEIPTS["objection"], path, value)
    del changed[SIGNATURE]
    found = check({**changed, SIGNATURE: sign(changed, SIGNER)}, KEY)
    assert not found.ok and ReceiptProblemCode.NOT_SIGNED not in {one.code for one in found.problems}


#: What tree and ledger committed to: the platform itself, key in hand, cannot say otherwise of this id.
COMMITTED_OF_A_CERTIFICATE: list[tuple[Path, Any]] = [
    (("licet:membership",), "absent"),
    (("licet:membership",), "unproven"),
    (("licet:says", 0), "ann is not among them."),
    (("licet:says",), []),
    (("licet:subject", "more"), 1),
    (("licet:tree", "count"), 4),
    (("licet:tree", "leaf"), None),
    (("licet:tree", "leaf"), "00" * 32),
    (("licet:tree", "path"), ""),
    (("licet:tree", "index"), "licet-subject-index/1"),
    (("licet:tree", "key"), "00" * 32),
    (("licet:tree", "key"), OTHER_INDEX_KEY.public.hex()),
    (("licet:subject", "proof"), ""),
    (("licet:subject", "proof"), b64encode(INDEX_KEY.prove(b"ben")).decode()),
    (("licet:subject", "proof"), b64encode(OTHER_INDEX_KEY.prove(b"ann")).decode()),
    ((PROOF, "entry", "payload", "members_key"), OTHER_INDEX_KEY.public.hex()),
    ((PROOF, "entry", "kind"), "choice"),
    ((PROOF, "entry", "subject"), "ann"),
    ((PROOF, "entry", "payload", "members_root"), "00" * 32),
    ((PROOF, "entry", "payload", "snapshot"), "00" * 32),
    ((PROOF, "inclusion", "index"), 2),
    ((PROOF, "checkpoint"), Checkpoint.sign(SIGNER, 7, bytes(32)).text),
    (("more",), 1),
]


@pytest.mark.parametrize(
    ("path", "value"),
    COMMITTED_OF_A_CERTIFICATE,
    ids=lambda one: "/".join(map(str, one)) if isinstance(one, tuple) else "",
)
def test_what_the_tree_committed_to_cannot_be_changed_even_by_who_holds_the_key(
    path: Path, value: Any
) -> None:
    changed = put(RECEIPTS["present"], path, value)
    del changed[SIGNATURE]
    found = check_certificate({**changed, SIGNATURE: sign(changed, SIGNER, "licet certificate v1")}, KEY)
    assert not found.ok and found.membership is None
    assert ReceiptProblemCode.NOT_SIGNED not in {one.code for one in found.problems}


def test_no_walk_of_another_proves_that_somebody_is_out() -> None:
    """Hiding: the walk, the leaf or the whole tree of another certificate under one's own name, signed anew."""
    present, names = RECEIPTS["present"], ("ann", "ben", "cy")
    for other in (
        certificate_of("zoe", names),
        certificate_of("ben", names),
        RECEIPTS["absent"],
        certificate_of("ann", ()),
    ):
        forged = {
            **present,
            "licet:tree": other["licet:tree"],
            "licet:membership": "absent",
            "licet:says": other["licet:says"],
        }
        del forged[SIGNATURE]
        found = check_certificate({**forged, SIGNATURE: sign(forged, SIGNER, "licet certificate v1")}, KEY)
        assert not found.ok


@pytest.mark.parametrize("other", ["ben", "cy", "dot"])
def test_a_key_that_is_somebody_elses_proves_nothing_of_this_id(other: str) -> None:
    """Who issues a certificate cannot choose by which key somebody is looked up."""
    lie = certificate_of("ann", ("ann", "ben", "cy"), key_of=other)
    found = check_certificate(lie, KEY)
    assert [one.code for one in found.problems] == [
        ReceiptProblemCode.NOT_PROVEN
    ] and found.membership is None


def test_a_certificate_of_the_first_version_is_told_as_such() -> None:
    """In it the platform chose the key: {"id", "nonce"} stood where the proof of the key stands now."""
    old = {**RECEIPTS["absent"], "licet:certificate": 1, "licet:subject": {"id": "ann", "nonce": "00" * 32}}
    del old[SIGNATURE]
    found = check_certificate({**old, SIGNATURE: sign(old, SIGNER, "licet certificate v1")}, KEY)
    assert not found.ok and "of version 1, in which the platform could choose" in found.problems[0].what


def test_a_certificate_is_no_receipt_and_a_receipt_no_certificate() -> None:
    for record in RECEIPTS.values():
        wrong = check if "licet:certificate" in record else check_certificate
        codes = {one.code for one in wrong(record, KEY).problems}
        assert {ReceiptProblemCode.VERSION_UNKNOWN, ReceiptProblemCode.NOT_SIGNED} <= codes


def test_a_receipt_under_another_key_of_the_same_name_is_refused() -> None:
    forged = receipt_of(choice(3, "ann", "ai", "off"), "refused", signer=OTHER_SIGNER)
    codes = {one.code for one in check(forged, KEY).problems}
    assert codes == {
        ReceiptProblemCode.NOT_SIGNED,
        ReceiptProblemCode.OTHER_KEY,
        ReceiptProblemCode.CHECKPOINT_NOT_SIGNED,
    }


def test_no_receipt_is_taken_for_a_checkpoint_nor_a_checkpoint_for_a_receipt() -> None:
    receipt = RECEIPTS["objection"]
    with pytest.raises(LedgerError, match="LEDG-016"):
        Checkpoint.parse(receipt[SIGNATURE], KEY)
    as_signature = {**receipt, SIGNATURE: receipt[PROOF]["checkpoint"]}
    assert ReceiptProblemCode.NOT_SIGNED in {one.code for one in check(as_signature, KEY).problems}
    # Both are good notes of the one key: what tells them apart is their first line, not the signature.
    for note in (receipt[SIGNATURE], receipt[PROOF]["checkpoint"]):
        open_note(note, SIGNER.public_key)


def test_a_receipt_bears_one_signature_and_no_other_line() -> None:
    """The format lets witnesses add theirs; on a receipt that would be a place to write what nobody checks."""
    receipt = RECEIPTS["objection"]
    note = receipt[SIGNATURE]
    added = f"{note}— somebody.else {base64.b64encode(bytes(68)).decode()}\n"
    assert open_note(added, SIGNER.public_key)[0] == open_note(note, SIGNER.public_key)[0]
    assert is_refused(receipt | {SIGNATURE: added})


@examples(100)
@given(JSON)
def test_any_json_is_checked_without_a_fault(value: Any) -> None:
    for given_ in (
        {"licet:proof": value},
        {"licet:receipt": 1, "licet:proof": {"entry": value}, SIGNATURE: value},
        {"licet:certificate": 1, "licet:proof": value, "licet:tree": value, "licet:subject": value},
        {**RECEIPTS["absent"], "licet:tree": value},
        {**RECEIPTS["absent"], "licet:subject": value},
    ):
        assert is_refused(given_)


def test_order_and_white_space_say_nothing() -> None:
    receipt = RECEIPTS["both"]
    assert check(json.dumps(receipt, sort_keys=True, ensure_ascii=True, indent=7).encode(), KEY).ok
