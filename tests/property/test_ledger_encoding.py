"""What is committed to has the bytes of canonical JSON, however they are written."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from licet.ledger import EntryKind, NewEntry
from licet.ledger.entries import commit, leaf_bytes, leaf_hashes, prepare
from licet.terms import LedgerError
from licet.terms.canonical import canonical_json
from licet.terms.ids import is_text
from licet.terms.log_tree import leaf_hash

TEXT = st.text(max_size=12) | st.sampled_from(
    ['"', "\\", "\n", "\x7f", "\u2028", "ü", "𝄞", "</script>", "\ud800"]
)
FIT = TEXT.filter(is_text)
VALUES = st.one_of(TEXT, st.none(), st.booleans(), st.integers(), st.lists(TEXT, max_size=2))
PAYLOADS = st.fixed_dictionaries(
    {"setting": FIT, "value": st.sampled_from(["on", "off"])},
    optional={"category": st.none() | FIT, "via": st.none() | FIT, "pack": VALUES, "more": VALUES},
)


@given(st.lists(st.tuples(FIT, PAYLOADS), min_size=1, max_size=6))
def test_choices_are_committed_to_in_canonical_json(said: list[tuple[str, dict[str, Any]]]) -> None:
    new = [NewEntry(EntryKind.CHOICE, subject, payload) for subject, payload in said]
    for _ in range(2):  # the second time from what is remembered
        try:
            prepared = prepare(new)
        except LedgerError as error:
            assert error.code == "LEDG-013"
            assert "surrogate" in error.what
            return
        for entry, (subject, payload) in zip(prepared, said, strict=True):
            assert entry.payload_json == canonical_json(payload)
            expected = sha256(entry.salt + canonical_json({"payload": payload, "subject": subject})).digest()
            assert entry.commitment == expected
        assert len({entry.salt for entry in prepared}) == len(prepared)


@given(st.permutations(["setting", "value", "category", "pack"]), st.sampled_from([True, 1, "1", 1.0, None]))
def test_values_that_are_equal_and_written_differently_are_told_apart(keys: list[str], pack: object) -> None:
    payload = {"setting": "s", "value": "on", "category": None, "pack": pack}
    for earlier in (True, 1, "1", None):
        prepare([NewEntry(EntryKind.CHOICE, "ann", payload | {"pack": earlier})])
    new = NewEntry(EntryKind.CHOICE, "ann", {key: payload[key] for key in keys})
    if isinstance(pack, float):
        try:
            prepare([new])
        except LedgerError as error:
            assert error.code == "LEDG-013"
        else:
            raise AssertionError("canonical JSON holds no floats")
        return
    assert prepare([new])[0].payload_json == canonical_json(payload)


@given(st.one_of(st.none(), FIT), st.binary(max_size=8), st.dictionaries(FIT, FIT, max_size=3))
def test_a_commitment_is_over_payload_and_subject(
    subject: str | None, salt: bytes, payload: dict[str, str]
) -> None:
    expected = sha256(salt + canonical_json({"payload": payload, "subject": subject})).digest()
    assert commit(salt, canonical_json(payload), subject) == expected


@given(
    st.integers(0, 2**62),
    st.integers(0, 2**50),
    st.sampled_from(EntryKind),
    st.binary(min_size=32, max_size=32),
)
def test_a_leaf_is_canonical_json_of_five_facts(
    index: int, at_us: int, kind: EntryKind, commitment: bytes
) -> None:
    facts = {
        "commitment": commitment.hex(),
        "index": index,
        "kind": kind.value,
        "licet_entry": 1,
        "recorded_at_us": at_us,
    }
    assert leaf_bytes(index, at_us, kind, commitment) == canonical_json(facts)
    (prepared,) = prepare([NewEntry(EntryKind.CHOICE, "ann", {"setting": "s", "value": "on"})])
    prepared = prepared._replace(kind=kind, commitment=commitment)
    assert leaf_hashes(index, at_us, [prepared, prepared])[0] == leaf_hash(canonical_json(facts))
    facts["index"] = index + 1
    assert leaf_hashes(index, at_us, [prepared, prepared])[1] == leaf_hash(canonical_json(facts))
