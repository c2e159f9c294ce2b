"""What others ask of us, and we of them, by standards for requests to delete: `workspace.deletions`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from licet.app.argument_types import names_wrong_types
from licet.app.core import Core
from licet.terms.canonical import JsonObject

if TYPE_CHECKING:
    from licet.app.ads.list_statuses import ListStatus
    from licet.app.deletion_asking import DeletionAnswer
    from licet.app.drop_screening import Screening
    from licet.deliveries.guarded_requests import GuardedRequests


@names_wrong_types
class DeletionOperations:
    """Requests to delete, of the IAB's framework and of California's platform."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def ask(
        self,
        recipient: str,
        identifiers: Sequence[str] | None = None,
        *,
        requests: GuardedRequests | None = None,
    ) -> list[DeletionAnswer]:
        """Ask a recipient to delete what goes by some hashed addresses; see `app.deletion_asking`.

        identifiers: by default those that are on their way out of a list of theirs.
        Raises: DeliveryError DLVR-034, DLVR-035, DLVR-073 to DLVR-076, DLVR-080 to DLVR-082.
        """
        from licet.app.deletion_asking import ask_deletions, on_their_way_out

        if identifiers is None:
            identifiers = on_their_way_out(self._core, recipient)
        return list(ask_deletions(self._core, recipient, identifiers, requests))

    def asked(self) -> list[DeletionAnswer]:
        """Every request that is kept. Raises: DeliveryError DLVR-081."""
        from licet.app.deletion_asking import asked_deletions

        return asked_deletions(self._core)

    def import_result(self, audience: str, sequence: int, files: Sequence[str | Path]) -> ListStatus:
        """Record a recipient's own files of results of a delivery. Raises: as `list_results.import_result`."""
        from licet.app.list_results import import_result

        return import_result(self._core, audience, sequence, [Path(file) for file in files])

    def own_discovery(self, endpoint: str) -> JsonObject:
        """What is to stand in our own `dsrdelete.json`, for recipients to check what we ask."""
        from licet.app.deletion_asking import own_discovery

        return own_discovery(self._core, endpoint)

    def take_drop(self, path: str | Path) -> Screening:
        """Take a download of California's platform in; see `app.drop_screening`. Raises: as `take_download`."""
        from licet.app.drop_screening import take_download

        return take_download(self._core, Path(path))

    def screen_drop(self) -> Screening:
        """Look again for whom its downloads name, among the members of now. Raises: as `take_download`."""
        from licet.app.drop_screening import screen

        return screen(self._core)

    def answer_drop(self, folder: str | Path, *, exempt: Collection[str] = ()) -> list[Path]:
        """Write what can be answered and was not yet. Raises: as `drop_screening.write_answers`."""
        from licet.app.drop_screening import write_answers

        return write_answers(self._core, Path(folder), exempt)
