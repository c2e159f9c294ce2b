"""A receipt out of a workspace: what its ledger, its key and its policies say of one choice or signal."""

from __future__ import annotations

from typing import Any

from licet.app.argument_types import require_subject_id
from licet.app.core import Core
from licet.receipts.receipt_issue import issue


def issue_receipt(core: Core, entry: int, subject: str | None, size: int | None) -> dict[str, Any]:
    """As `Workspace.choices.receipt`."""
    if subject is not None:
        require_subject_id(subject)
    return issue(core.ledger, core.signer, core.policies_in_force.packs_before, entry, subject, size)
