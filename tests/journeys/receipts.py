"""Receipts whose every byte is known: a fixed key, clock and salt, a small ledger in memory, a policy of three bases.

Shared by the golden test and the property tests, which make thousands of them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from licet.ledger import Checkpoint, Entry, EntryKind, MemoryTree, Signer
from licet.ledger.entries import commit
from licet.packs.loading import parse_pack
from licet.receipts.forgetting_certificate import make_forgetting_certificate
from licet.receipts.membership_certificate import make_certificate
from licet.receipts.receipt_issue import make_receipt
from licet.terms.canonical import canonical_json
from licet.terms.ecvrf import EcvrfKey
from licet.terms.prefix_tree import PrefixTree
from licet.terms.subject_proof import SubjectProof, index_under, key_under

PACK_TEXT = """
licet_pack: 1
id: harbour
title: The harbour's policy
version: "3"
observed: 2025-01-01
controller: {name: Harbour, url: https://harbour.example, contact: privacy@harbour.example}
sources: {page: {title: A page, kind: official}}
notices:
  winter: {title: What changes in January, published: 2024-12-01, effective: 2025-01-01}
region_groups:
  around: {label: the lands around the sea, include: [EEA, CH]}
categories: {profile: {}, content.posts: {}, content.comments: {}, activity: {}}
purposes:
  generative_ai_training: {}
  recommendation: {}
  ad_sharing: {}
  berth_assignment: {label: finding a berth, kind_of: product_improvement}
recipients:
  fleet: {name: The fleet, kind: affiliate}
settings:
  ai: &setting
    label: Use my data for AI
    path: [Settings, Data, AI]
    observed: 2025-01-01
    default: {state: on}
    side_effects: [suggestions may be less apt]
    unchanged: [messages stay private either way]
    deep_link: https://harbour.example/settings/ai
  surveys: {label: Ask me, path: [Settings, Surveys], observed: 2025-01-01, default: {state: off}}
  sharing:
    {label: Share with the fleet, path: [Settings, Sharing], observed: 2025-01-01, default: {state: on}, honours: [gpc]}
  all: {label: Everything, path: [Settings, Everything], observed: 2025-01-01, default: {state: off}}
rules:
  - {id: train, effect: permit, purposes: [generative_ai_training], categories: [profile, content.posts],
     regions: [around], visibility: [public], notice: winter, legal_basis: "eu-gdpr:A6-1-f", setting: ai}
  - {id: berths, effect: permit, purposes: [berth_assignment], categories: [content.comments],
     regions: [EEA], notice: winter, legal_basis: "eu-gdpr:A6-1-a", setting: surveys}
  - {id: share, effect: permit, purposes: [ad_sharing], categories: [activity], recipients: [fleet],
     notice: winter, until: 2027-01-01, setting: sharing}
  - {id: both_consent, effect: permit, purposes: [recommendation], categories: [activity], regions: [EEA],
     notice: winter, legal_basis: "dpv:Consent", setting: all}
  - {id: both_interest, effect: permit, purposes: [berth_assignment], categories: [activity], regions: [EEA],
     notice: winter, legal_basis: "eu-gdpr:A6-1-f", setting: all}
  - {id: alone, effect: permit, purposes: [recommendation], categories: [profile], regions: [WORLD], notice: winter}
"""

PACK = parse_pack(PACK_TEXT, "harbour.yaml")
SIGNER = Signer("harbour.example/ledger", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER_SIGNER = Signer("harbour.example/ledger", Ed25519PrivateKey.from_private_bytes(bytes(32)))
INDEX_KEY, OTHER_INDEX_KEY = EcvrfKey(bytes(range(32))), EcvrfKey(bytes(32))
MOMENT = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC)


def entry_of(index: int, kind: EntryKind, subject: str | None, payload: dict[str, Any]) -> Entry:
    """An entry as a ledger would hold it, under a salt that its place gives."""
    salt = bytes([index]) * 16
    return Entry(index, MOMENT, kind, commit(salt, canonical_json(payload), subject), subject, payload, salt)


def choice(index: int, subject: str, setting: str, value: str, category: str | None = None) -> Entry:
    payload = {"setting": setting, "category": category, "value": value, "via": "web", "pack": PACK.digest}
    return entry_of(index, EntryKind.CHOICE, subject, payload)


def receipt_of(
    entry: Entry, state: str | None = None, *, others: int = 6, signer: Signer = SIGNER
) -> dict[str, Any]:
    """The receipt of an entry among `others` more."""
    entries = [entry if n == entry.index else choice(n, f"other-{n}", "ai", "on") for n in range(others + 1)]
    tree = MemoryTree(one.leaf for one in entries)
    checkpoint = Checkpoint.sign(signer, len(entries), tree.root())
    return make_receipt(entry, state, [PACK], checkpoint, tree.inclusion_proof(entry.index), signer)


def certificate_of(
    subject: str,
    members: tuple[str, ...],
    *,
    others: int = 6,
    signer: Signer = SIGNER,
    key_of: str | None = None,
    named: EcvrfKey = INDEX_KEY,
    proven: EcvrfKey = INDEX_KEY,
) -> dict[str, Any]:
    """The certificate that somebody is among `members`, or is not.

    key_of: by whose key, if not their own. named: whose public key the ledger names. proven: what keys are made with.
    """
    tree = PrefixTree.build(index_under(proven), [key_under(proven, who) for who in members])
    payload = {
        "use": "corpus", "how": "build", "purpose": "generative_ai_training", "recipient": "self",
        "at": "2026-03-01T00:00:00Z", "position": 3, "policy": PACK.digest, "snapshot": "5a" * 32, "root": "5b" * 32,
        "members_root": tree.root.hex(), "members_key": named.public.hex(), "documents": 9, "subjects": len(members),
    }  # fmt: skip
    entry = entry_of(3, EntryKind.USE_RUN, None, payload)
    entries = [entry if n == 3 else choice(n, f"other-{n}", "ai", "on") for n in range(others + 1)]
    log = MemoryTree(one.leaf for one in entries)
    checkpoint = Checkpoint.sign(signer, len(entries), log.root())
    shown = key_of or subject
    proof = SubjectProof(proven.prove(shown.encode()), tree.prove(key_under(proven, shown)))
    return make_certificate(subject, proof, entry, log.inclusion_proof(3), checkpoint, signer)


def outcome_said(**more: Any) -> dict[str, Any]:
    """What came of a forgetting, as an entry says it: of one artefact with benn and cy left in it, and all done."""
    tree = PrefixTree.build(index_under(INDEX_KEY), [key_under(INDEX_KEY, who) for who in ("benn", "cy")])
    place = {"purged": 0, "marks": 3, "found_before": 0, "found_after": 0, "shared": 0, "failed": None}
    copies = dict.fromkeys(("applied", "sent", "received", "overdue", "unconfirmed", "not_followed"), 0)
    return {
        "step": "outcome", "request": {"entry": 1, "at": "2026-03-01T12:00:00Z", "objection": 0},
        "at": "2026-03-01T12:30:00Z", "position": 3,
        "policy": {"id": "harbour", "version": "3", "digest": PACK.digest},
        "closure": {"artefacts": 1, "snapshots": 1, "documents": 2},
        "artefacts": [{
            "use": "corpus", "purpose": "generative_ai_training", "recipient": "self",
            "before": {"name": "corpus-1", "snapshot": "1a" * 32, "root": "1b" * 32},
            "after": {
                "name": "corpus-2", "snapshot": "5a" * 32, "root": "5b" * 32, "entry": 2,
                "members_root": tree.root.hex(), "members_key": INDEX_KEY.public.hex(),
            },
        }],
        "purge": [
            {"store": "snapshots", **place, "purged": 1, "found_before": 4},
            {"store": "gates", **place}, {"store": "member_keys", **place},
        ],
        "copies": copies, "pending": [], "status": "EXACT", "unreached": 0, **more,
    }  # fmt: skip


def forgetting_of(
    subject: str, said: dict[str, Any] | None = None, *, shown: str | None = None, signer: Signer = SIGNER
) -> dict[str, Any]:
    """The certificate of a forgetting. shown: whose key the proof of absence is of, if not theirs."""
    tree = PrefixTree.build(index_under(INDEX_KEY), [key_under(INDEX_KEY, who) for who in ("benn", "cy")])
    entry = entry_of(3, EntryKind.FORGETTING, subject, outcome_said() if said is None else said)
    entries = [entry if n == 3 else choice(n, f"other-{n}", "ai", "on") for n in range(7)]
    log = MemoryTree(one.leaf for one in entries)
    checkpoint = Checkpoint.sign(signer, len(entries), log.root())
    whose = shown or subject
    proof = SubjectProof(INDEX_KEY.prove(whose.encode()), tree.prove(key_under(INDEX_KEY, whose)))
    inclusion = log.inclusion_proof(3)
    return make_forgetting_certificate(subject, {"5a" * 32: proof}, entry, inclusion, checkpoint, signer)
