"""Certifying who is in an artefact: the walk through its tree, and the ledger's entry that names the tree's root.

Reads the store and the ledger and writes to neither. What is handed out was checked first, as its holder will check it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from licet.app.argument_types import require_subject_id
from licet.enforce.access import secret_of
from licet.ledger import Entry, EntryKind
from licet.receipts.membership_certificate import check_certificate, make_certificate
from licet.receipts.membership_proof_file import check_proof_file, make_proof_file
from licet.store import SnapshotRef
from licet.terms import AppError, LedgerError
from licet.terms.canonical import JsonObject
from licet.uses.manifest import read_heading
from licet.uses.members import Proven, contains, read_members

if TYPE_CHECKING:
    from licet.app.core import Core


def certify_membership(core: Core, snapshot: SnapshotRef, subject: str) -> JsonObject:
    """The certificate that a subject is in a snapshot, or is not, under the latest checkpoint.

    Raises: AppError APP-170 for what is no id, APP-218 where the ledger tells of no such snapshot; UseError CORP-210
    for one of an earlier licet, and as `contains`; LedgerError LEDG-017 where the ledger does not fit itself.
    """
    found, entry = proven_membership(core, snapshot, subject)
    ledger, signer = core.ledger, core.signer
    checkpoint = ledger.checkpoint()
    inclusion = ledger.inclusion_proof(entry.index, checkpoint.size)
    made = make_certificate(subject, found.proof, entry, inclusion, checkpoint, signer)
    if not check_certificate(made, signer.public_key_text).ok:
        raise _unfit(core, snapshot, entry)
    return made


def prove_membership(core: Core, snapshot: SnapshotRef, subject: str) -> JsonObject:
    """The same without the ledger's own proofs, in at most 2 KB; see `receipts.membership_proof_file`.

    Raises: as `certify_membership`.
    """
    found, entry = proven_membership(core, snapshot, subject)
    made = make_proof_file(subject, found.proof, entry, core.signer)
    shown = check_proof_file(made, core.signer.public_key_text).shown
    named = entry.payload or {}
    if shown is None or (shown.root, shown.key) != (named.get("members_root"), named.get("members_key")):
        raise _unfit(core, snapshot, entry)
    return made


def named_snapshot(core: Core, name: str) -> SnapshotRef:
    """A snapshot of any use: by its name, such as ``corpus-3``, or the latest of a use, by the use's.

    Raises: as `Store.snapshot`.
    """
    use, _, number = name.rpartition("-")
    return core.store.snapshot(use, name) if use and number.isdecimal() else core.store.snapshot(name)


def proven_membership(core: Core, snapshot: SnapshotRef, subject: str) -> tuple[Proven, Entry]:
    """What proves whether a subject is in a snapshot, and the ledger's entry of it. Raises: as `certify_membership`."""
    require_subject_id(subject)
    secret = secret_of(core.salt, snapshot.kind)
    found = contains(core.store, read_members(snapshot.manifest["members"]), secret, subject)
    return found, _entry_of(core, snapshot)


def _unfit(core: Core, snapshot: SnapshotRef, entry: Entry) -> LedgerError:
    return LedgerError(
        "LEDG-017",
        f"entry {entry.index} does not fit the ledger's own tree, or names another root than {snapshot.name} has",
        core.ledger.place,
        "verify the ledger, then restore it from a copy that verifies",
    )


def _entry_of(core: Core, snapshot: SnapshotRef) -> Entry:
    """The entry that the snapshot was noted in before it was published."""
    ledger = core.ledger
    start = min(read_heading(snapshot).ledger.position, ledger.position)
    for entry in ledger.entries(start, ledger.position, EntryKind.USE_RUN):
        if entry.payload is not None and entry.payload.get("snapshot") == snapshot.id:
            return entry
    raise AppError(
        "APP-218",
        "the ledger tells of no use that made this snapshot",
        snapshot.name,
        "put the ledger and the store of one workspace together; or licet corpus build",
    )
