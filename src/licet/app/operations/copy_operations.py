"""Copies that left, and who has them: `workspace.copies`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from licet.app.argument_types import names_wrong_types
from licet.app.core import Core

if TYPE_CHECKING:
    from licet.app.followed_copies import CopyStatus
    from licet.deliveries import Recipient
    from licet.deliveries.delivery_book import Sent


@names_wrong_types
class CopyOperations:
    """Copies that left, and who has them."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def left(self, *, overdue: bool = False) -> list[CopyStatus]:
        """Every copy that the ledger tells of, the latest last. overdue: those that nobody took back in time alone."""
        from licet.app.followed_copies import statuses
        from licet.deliveries import Reach

        late = (Reach.OVERDUE, Reach.UNCONFIRMED)
        return [one for one in statuses(self._core) if not overdue or one.reach in late]

    def recipients(self) -> dict[str, Recipient]:
        """Whom `recipients.yaml` names, and may be told what is to go. Raises: DeliveryError DLVR-001."""
        from licet.app.followed_copies import recipients

        return recipients(self._core)

    def feed(self, export: str, folder: str | Path) -> list[Path]:
        """Write the messages of a copy that its recipient did not confirm into a folder, to be handed to them.

        Raises: DeliveryError DLVR-002 for a copy that is not followed, DLVR-006 where they cannot be written.
        """
        from licet.app.copy_removals import write_feed

        return write_feed(self._core, export, Path(folder))

    def messages(self, export: str, *, after: int = 0) -> tuple[int, tuple[Sent, ...]]:
        """The number of a copy's last message, and those beyond `after` that nobody confirmed. Raises: as `feed`."""
        from licet.app.copy_feed import messages

        return messages(self._core, export, after)

    def hand_in(self, export: str, answer: str) -> CopyStatus:
        """Record what the holder of just this copy answered. Raises: as `copy_feed.hand_in`."""
        from licet.app.copy_feed import hand_in

        return hand_in(self._core, export, answer)

    def acknowledge(self, answer: str | Path) -> CopyStatus:
        """Record what a recipient answered, from its file. Raises: as `followed_copies.acknowledge`."""
        from licet.app.feed_application import read_note
        from licet.app.followed_copies import acknowledge

        return acknowledge(self._core, read_note(Path(answer)))
