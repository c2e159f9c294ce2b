"""A receipt out of a workspace: what its ledger, its key and its policies say of one choice or signal."""

from __future__ import annotations

from licet.app.argument_types import require_subject_id
from licet.app.core import Core
from licet.receipts.receipt_issue import issue
from licet.terms.canonical import JsonObject


def issue_receipt(core: Core, entry: int, subject: str | None, size: int | None) -> JsonObject:
    """As `Workspace.choices.receipt`."""
    if subject is not None:
        require_subject_id(subject)
    return issue(core.ledger, core.signer, core.policies_in_force.packs_before, entry, subject, size)
