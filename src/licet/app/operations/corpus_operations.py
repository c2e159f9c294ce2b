"""The training corpus: `workspace.uses["corpus"]`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from licet.app.argument_types import names_wrong_types
from licet.app.core import Core
from licet.app.results import CorpusDifference, CorpusExport, CorpusResult, silent
from licet.terms import SELF
from licet.terms.disk_errors import clear_disk_errors

if TYPE_CHECKING:
    from licet.store import SnapshotRef
    from licet.uses.corpus.exports import Export
    from licet.uses.corpus.snapshot import Document
    from licet.uses.use import Progress


@names_wrong_types
class CorpusOperations:
    """The training corpus: `workspace.uses["corpus"]`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def build(
        self,
        *,
        at: datetime | None = None,
        position: int | None = None,
        purpose: str = "generative_ai_training",
        recipient: str = SELF,
        recipe: str | Path | None = None,
        people_left: int = 0,
        progress: Progress = silent,
    ) -> CorpusResult:
        """Build a training corpus of everything that is permitted now.

        at: of a moment past, it is of what was permitted then and nobody refuses today, and for inspection: counted and
            shown, never exported, updated or derived from.
        position: one that stands for the present, since nothing that matters was recorded after it.
        Raises: UseError CORP-208 for a moment to come or choices of the past.
        """
        from licet.app import corpora

        with clear_disk_errors("building the corpus"), self._core.absences.once_done() as absences:
            return corpora.build(
                self._core, purpose, recipient, at, position, recipe, people_left, absences, progress
            )

    def update(
        self,
        *,
        at: datetime | None = None,
        position: int | None = None,
        snapshot: str = "latest",
        recipe: str | Path | None = None,
        people_left: int = 0,
        progress: Progress = silent,
    ) -> CorpusResult:
        """Bring a snapshot to what is permitted now, rewriting only what changed.

        snapshot: the latest that may be updated, by default. Raises: UseError CORP-200 for one made for inspection,
        CORP-208 for another moment than now or choices of the past.
        """
        from licet.app import corpora

        with clear_disk_errors("updating the corpus"), self._core.absences.once_done() as absences:
            return corpora.update(self._core, snapshot, at, position, recipe, people_left, absences, progress)

    def snapshots(self) -> list[SnapshotRef]:
        """The snapshots there are, newest last."""
        return self._core.store.snapshots("corpus")

    def show(self, snapshot: str = "latest") -> SnapshotRef:
        """One snapshot with its manifest."""
        return self._core.store.snapshot("corpus", snapshot)

    def documents(
        self, snapshot: str = "latest", limit: int | None = None, *, recipe: str | Path | None = None
    ) -> Iterator[Document]:
        """The documents of a snapshot that may be used now, as dictionaries; of one for inspection, that could be then
        and that nobody refuses today.

        recipe: the one it was made by, where that is not the workspace's.
        Raises: UseError CORP-209 where nobody can tell which may be used.
        """
        from licet.app import corpora

        with self._core.absences.once_done() as absences:
            return corpora.documents(self._core, self.show(snapshot), limit, recipe, absences)

    def diff(self, before: str, after: str = "latest") -> CorpusDifference:
        """What changed between two snapshots, document by document."""
        from licet.app import corpora

        return corpora.diff(self._core.store, self.show(before), self.show(after))

    def export(
        self,
        target: str | Path,
        form: str = "parquet",
        *,
        snapshot: str = "latest",
        overwrite: bool = False,
        recipient: str | None = None,
        leave_out: bool = False,
        recipe: str | Path | None = None,
        lease_days: int | None = None,
    ) -> Export:
        """Write a snapshot outside the store: parquet, jsonl, huggingface or croissant. No subject ids leave.

        recipient: who gets the copy, a word of the policy; by default whom the snapshot was made for.
        leave_out: leave out the documents that may not be used any more, which otherwise stop the export.
        recipe:    the one it was made by, where that is not the workspace's.
        lease_days: after so many the copy is to be gone; None for as long as `recipients.yaml` says of the recipient.
        Raises: UseError CORP-209 when a document of it may not be used now, CORP-200 for one made for inspection;
                DeliveryError DLVR-005 for a lease that nobody could end.
        """
        from licet.app import corpora

        with clear_disk_errors("exporting the corpus"), self._core.absences.once_done() as absences:
            made = corpora.usable(self._core, snapshot, "exported")
            return corpora.export(
                self._core,
                made,
                Path(target),
                form,
                overwrite,
                recipient,
                leave_out,
                recipe,
                lease_days,
                absences,
            )

    def exports(self) -> list[CorpusExport]:
        """Every copy that left the store, as the ledger tells of them, the latest last."""
        from licet.app import corpora

        return corpora.exports(self._core)

    def is_behind(self, snapshot: str = "latest") -> bool:
        """Whether something was recorded since a snapshot was made that an update would look at."""
        from licet.app.tenses import stands_for_now
        from licet.uses.manifest import read_heading

        return not stands_for_now(self._core, read_heading(self.show(snapshot)).ledger.position)
