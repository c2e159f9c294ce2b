"""What a workspace lacks for answering: its ledger, a policy, its catalogue and members, a checkpoint that keeps up.

Asked by whoever decides whether requests are sent here. Writes nothing, and says everything that is missing at once.
What a server's first questions would wait for can be read beforehand.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from licet.app.point_decisions import Question, answer_one
from licet.ledger.checkpoints import CheckpointFile
from licet.ledger.signed_notes import PublicKey
from licet.terms import AppError, LicetError
from licet.terms.moments import format_moment

if TYPE_CHECKING:
    from licet.app.core import Core

#: How long the file may be behind the ledger: whoever appended writes it before they are answered.
_MOST_BEHIND = timedelta(seconds=10)


def what_is_missing(core: Core) -> list[LicetError]:
    """Everything that keeps a workspace from answering, each with its code; empty when it is ready."""
    asked: tuple[Callable[[], object], ...] = (
        lambda: core.ledger.position, core.policy, lambda: core.catalogue, core.people,
        lambda: _refuse_stale_checkpoint(core),
    )  # fmt: skip
    missing: dict[str, LicetError] = {}
    for ask in asked:
        try:
            ask()
        except LicetError as error:
            missing.setdefault(error.line(), error)
    return list(missing.values())


def read_ahead(core: Core) -> bool:
    """Read what the first questions would wait for: who the members are, who refused, the policies and their words.

    Returns: whether a decision is answered from memory now; not where members are in no one file, or too many to keep.
    What cannot be read is left for `what_is_missing` to tell. Members' rows are not read: they may be gigabytes.
    """
    with contextlib.suppress(LicetError):
        people = core.people()
        if not people.is_in_memory:
            people.knows(" "), people.knows(" ")  # who asks twice is going to ask often: then all are read
        for subject in people.first(1):
            answer_one(core, Question(subject, " ", " "), None, None, None)
        return core.files.are_members_here()
    return False


def _refuse_stale_checkpoint(core: Core) -> None:
    """Raises: AppError APP-212 where the file is older than the ledger's entries, LedgerError LEDG-016."""
    ledger = core.ledger
    if ledger.checkpoint_path is None:
        return
    size = ledger.position
    kept = CheckpointFile(ledger.checkpoint_path, PublicKey.parse(ledger.public_key_text)).read()
    signed = 0 if kept is None else kept.size
    if signed >= size:
        return
    since = ledger.entry(signed).recorded_at
    if datetime.now(UTC) - since > _MOST_BEHIND:
        raise AppError(
            "APP-212",
            f"the checkpoint file signs {signed} of {size} entries and is behind since {format_moment(since)}",
            str(ledger.checkpoint_path),
            "let licet write to its folder; the next choice brings it up to date",
        )
