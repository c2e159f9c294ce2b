"""The model of what members wrote: `workspace.uses["model"]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licet.app.argument_types import names_wrong_types
from licet.app.core import Core
from licet.app.results import ModelResult, silent
from licet.terms import SELF
from licet.terms.disk_errors import clear_disk_errors

if TYPE_CHECKING:
    from licet.app.adaptations import AdaptedResult, ShardStatus
    from licet.app.model_audit import ModelAudit
    from licet.store import SnapshotRef
    from licet.uses.model.held_out_members import Evaluation
    from licet.uses.use import Progress


@names_wrong_types
class ModelOperations:
    """The model of what members wrote: `workspace.uses["model"]`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def train(
        self,
        *,
        purpose: str = "generative_ai_training",
        recipient: str = SELF,
        progress: Progress = silent,
    ) -> ModelResult:
        """Make a model of the corpus of a purpose and recipient, as it stands now.

        Raises: AppError APP-223 where there is no such corpus, APP-234 where it is not of now; UseError MODL-001.
        """
        from licet.app import models

        with clear_disk_errors("training the model"), self._core.absences.once_done() as absences:
            return models.train(self._core, purpose, recipient, absences, progress)

    def update(self, *, snapshot: str = "latest", progress: Progress = silent) -> ModelResult:
        """Bring the corpus that a model is made from to what is permitted now, and the model with it.

        Who left is subtracted: the counts are those of a model that never had them. Raises: as `train`.
        """
        from licet.app import models

        with clear_disk_errors("updating the model"), self._core.absences.once_done() as absences:
            return models.update(self._core, snapshot, absences, progress)

    def adapt(
        self,
        *,
        purpose: str = "generative_ai_training",
        recipient: str = SELF,
        anew: bool = False,
        progress: Progress = silent,
    ) -> AdaptedResult:
        """Train the base further on the corpus of now, in shards, or bring what was adapted to now: a shard is trained
        again from the first checkpoint that a change reaches.

        anew: all of it, as it must be where PyTorch, the processor or the threads are others than they were.
        Raises: as `train`; UseError MODL-060 without PyTorch, MODL-080 where it cannot be gone on with here.
        """
        from licet.app import adaptations

        with clear_disk_errors("adapting the base"), self._core.absences.once_done() as absences:
            return adaptations.adapt(self._core, purpose, recipient, anew, absences, progress)

    def shards(self, snapshot: str = "latest") -> list[ShardStatus]:
        """The shards of an adapted model, and which of them are in service: those that hold nobody who chose since."""
        from licet.app import adaptations

        with self._core.absences.once_done() as absences:
            return adaptations.shard_statuses(self._core, snapshot, absences)

    def snapshots(self) -> list[SnapshotRef]:
        """The models there are, newest last."""
        return self._core.store.snapshots("model")

    def show(self, snapshot: str = "latest") -> SnapshotRef:
        """One model with its manifest."""
        return self._core.store.snapshot("model", snapshot)

    def evaluate(
        self,
        snapshot: str = "latest",
        *,
        held_out_percent: int = 10,
        adapted: bool = False,
        progress: Progress = silent,
    ) -> Evaluation:
        """Try a model's recipe on members who are held out of the counting: bits for each byte that they wrote.

        adapted: also with the base adapted to the others, which takes as long as `adapt` does.

        It reads the corpus of now, keeps nothing, and is noted in the ledger.
        Raises: AppError APP-234 where the corpus is not of now, APP-235; UseError MODL-004 for too few members.
        """
        from licet.app import models

        with clear_disk_errors("trying the model"), self._core.absences.once_done() as absences:
            return models.evaluate(self._core, snapshot, held_out_percent, adapted, absences, progress)

    def audit(
        self,
        snapshot: str = "latest",
        *,
        canaries_each: int = 16,
        most_documents: int = 20_000,
        with_reader: bool = False,
        adapted: bool = False,
        seed: int = 0,
        progress: Progress = silent,
    ) -> ModelAudit:
        """Plant made-up secrets and try to get them, and who was in it, out of a model before and after forgetting.

        Everything is tried in a workspace of its own, which is removed: nothing that is published changes. It reads the
        corpus of now, of people at random until they wrote so many documents, and is noted in the ledger with its
        figures. canaries_each: for each of 1, 4, 16 and 64 repeats. with_reader: together with the base, too, which
        takes longer. adapted: the adapted model, too, which takes as long as adapting twice. Raises: AppError APP-234
        where the corpus is not of now; UseError MODL-060, MODL-120, MODL-121; MODL-083 where the base was not adapted.
        """
        from licet.app import model_audit

        with clear_disk_errors("auditing the model"), self._core.absences.once_done() as absences:
            return model_audit.audit(
                self._core,
                snapshot,
                canaries_each,
                most_documents,
                with_reader,
                adapted,
                seed,
                absences,
                progress,
            )

    def generate(
        self,
        prompt: str = "",
        *,
        snapshot: str = "latest",
        seed: int = 0,
        temperature: float = 1.0,
        most_tokens: int = 200,
        by_counts: bool = False,
        adapted: bool = False,
    ) -> str:
        """What a model writes on after a beginning: the base that ships, or the workspace's own, and served counts;
        by_counts: by these alone, for which no PyTorch is needed. adapted: with what the base became on members' texts
        in its place, without the shards that hold somebody who chose since; it may tell what one member wrote.

        The same model, prompt and seed give the same text on the same machine. Raises: AppError APP-234 where the
        model is not of now, so that who said no since is not read; UseError MODL-060 without PyTorch, MODL-063,
        MODL-064, MODL-066, MODL-083.
        """
        from licet.app import models

        with clear_disk_errors("reading the model"), self._core.absences.once_done() as absences:
            return models.generate(
                self._core, snapshot, prompt, seed, temperature, most_tokens, by_counts, adapted, absences
            )

    def is_behind(self, snapshot: str = "latest") -> bool:
        """Whether something was recorded since a model was made that an update would look at."""
        from licet.app.tenses import stands_for_now
        from licet.uses.manifest import read_heading

        return not stands_for_now(self._core, read_heading(self.show(snapshot)).ledger.position)
