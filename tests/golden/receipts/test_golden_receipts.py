"""Whole receipts, byte for byte: the format does not drift unseen. LICET_GOLDEN=write writes them anew."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from journeys.receipts import PACK, SIGNER, certificate_of, choice, entry_of, receipt_of
from licet.ledger import Entry, EntryKind
from licet.receipts import check, check_certificate, to_bytes
from licet.terms.vocabulary import CATEGORIES, PURPOSES

HERE = Path(__file__).parent

CASES: dict[str, tuple[Entry, str | None]] = {
    "objection": (choice(3, "ann", "ai", "off"), "withdrawn"),
    "objection_to_one_kind": (choice(3, "ann", "ai", "off", "content.posts"), "refused"),
    "consent_given": (choice(3, "ann", "surveys", "on"), "given"),
    "consent_refused": (choice(3, "ann", "surveys", "off"), "refused"),
    "consent_withdrawn": (choice(3, "ann", "surveys", "off"), "withdrawn"),
    "opt_out_without_a_basis": (choice(3, "ann", "sharing", "off"), "refused"),
    "opt_in_without_a_basis": (choice(3, "ann", "sharing", "on"), "given"),
    "consent_and_objection": (choice(3, "ann", "all", "off"), "withdrawn"),
    "signal": (
        entry_of(3, EntryKind.SIGNAL, "ann", {"signal": "gpc", "value": True, "via": "header"}),
        None,
    ),
    "signal_gone": (
        entry_of(3, EntryKind.SIGNAL, "ann", {"signal": "gpc", "value": False, "via": "header"}),
        None,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_receipt_is_the_same_byte_for_byte(name: str) -> None:
    made = to_bytes(receipt_of(*CASES[name]))
    path = HERE / f"{name}.json"
    if os.environ.get("LICET_GOLDEN") == "write":
        path.write_bytes(made)
    assert made == path.read_bytes(), (
        "run LICET_GOLDEN=write pytest tests/golden/receipts and read the difference"
    )


@pytest.mark.parametrize("name", CASES)
def test_a_receipt_kept_since_then_still_verifies(name: str) -> None:
    found = check((HERE / f"{name}.json").read_bytes(), SIGNER.public_key_text)
    assert found.ok and len(found.checked) == 4


@pytest.mark.parametrize("name", ["present", "absent"])
def test_a_certificate_is_the_same_byte_for_byte_and_still_verifies(name: str) -> None:
    made = to_bytes(certificate_of("ann", ("ann", "ben", "cy") if name == "present" else ("ben", "cy")))
    path = HERE / f"certificate_{name}.json"
    if os.environ.get("LICET_GOLDEN") == "write":
        path.write_bytes(made)
    assert made == path.read_bytes()
    assert check_certificate(path.read_bytes(), SIGNER.public_key_text).membership == name


def test_receipts_use_no_term_that_the_data_privacy_vocabulary_lacks() -> None:
    looked_up = {line for line in (HERE / "dpv_terms.txt").read_text().splitlines() if line[:1] != "#"}
    shared = {term.dpv for term in (*PURPOSES.values(), *CATEGORIES.values())}
    of_policy = {rule.legal_basis for rule in PACK.rules}
    for name in CASES:
        words = set(
            re.findall(r'"((?:dpv|pd|ai|eu-gdpr|dpv-27560):[\w-]+)"', (HERE / f"{name}.json").read_text())
        )
        assert words and not words - looked_up - shared - of_policy


#: What ISO/IEC TS 27560 demands of a record of consent, by the names its DPV profile gives it.
MANDATORY = (
    "dct:conformsTo", "dpv:hasIdentifier", "dct:identifier", "dpv:hasDataSubject", "dct:language",
    "dpv:hasDataController", "dpv:hasProcess",
)  # fmt: skip
MANDATORY_OF_A_PROCESS = (
    "dpv:hasPurpose", "dpv:hasPersonalData", "dpv:hasRecipient", "dpv:hasJurisdiction", "dpv:hasStorageCondition",
    "dpv:hasNotice", "dpv:hasLegalBasis", "dpv:hasConsentStatus", "dpv:hasConsentControl",
)  # fmt: skip
MANDATORY_OF_A_PARTY = ("dct:identifier", "dpv:hasName", "dpv:hasContact", "dpv:hasAddress", "@type")
MANDATORY_OF_AN_EVENT = ("@type", "dpv:isIndicatedAtTime", "dpv:isIndicatedBy", "dpv:hasDuration")


@pytest.mark.parametrize(
    "name", [name for name in CASES if name.startswith("consent_") and "and" not in name]
)
def test_a_consent_receipt_has_every_mandatory_field(name: str) -> None:
    record = json.loads((HERE / f"{name}.json").read_text())
    assert set(MANDATORY) <= record.keys()
    assert set(MANDATORY_OF_A_PARTY) <= record["dpv:hasDataController"][0].keys()
    for process in record["dpv:hasProcess"]:
        assert set(MANDATORY_OF_A_PROCESS) <= process.keys()
        assert set(MANDATORY_OF_AN_EVENT) <= process["dpv:hasConsentStatus"][0].keys()
