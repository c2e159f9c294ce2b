"""The ledger: what members chose and what was done, append-only, signed and provable.

Knows subjects, moments and payloads; knows no policy and no table of members. Everything it says about the past
takes a position, and everything it gives out can be checked elsewhere.
"""

from licet.ledger.appender import CheckpointFileWarning
from licet.ledger.checkpoints import Checkpoint
from licet.ledger.choices import Choice, Choices, Keys, Known, RecordedChoices, Stances
from licet.ledger.entries import SAID_BY_MEMBERS, Entry, EntryKind, NewEntry
from licet.ledger.ledger import Ledger
from licet.ledger.pack_entries import PackEntry
from licet.ledger.proofs import ConsistencyProof, InclusionProof, MemoryTree
from licet.ledger.signed_notes import PublicKey, Signer
from licet.ledger.verify_report import Problem, ProblemCode, VerifyReport
from licet.terms.log_tree import verify_consistency, verify_inclusion

__all__ = [
    "SAID_BY_MEMBERS",
    "Checkpoint",
    "CheckpointFileWarning",
    "Choice",
    "Choices",
    "ConsistencyProof",
    "Entry",
    "EntryKind",
    "InclusionProof",
    "Keys",
    "Known",
    "Ledger",
    "MemoryTree",
    "NewEntry",
    "PackEntry",
    "Problem",
    "ProblemCode",
    "PublicKey",
    "RecordedChoices",
    "Signer",
    "Stances",
    "VerifyReport",
    "verify_consistency",
    "verify_inclusion",
]
