"""Everything that was made of members' data, whatever use made it."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, overload

from licet.app.argument_types import names_wrong_types
from licet.app.core import Core
from licet.app.operations.ad_choice_operations import AdChoiceOperations
from licet.app.operations.ad_operations import AdOperations
from licet.app.operations.advertiser_operations import AdvertiserOperations
from licet.app.operations.corpus_operations import CorpusOperations
from licet.app.operations.insight_operations import InsightOperations
from licet.app.operations.model_operations import ModelOperations
from licet.app.operations.people_operations import PeopleOperations
from licet.app.operations.recommend_operations import RecommendOperations
from licet.app.operations.search_operations import SearchOperations
from licet.app.results import silent
from licet.terms import AppError
from licet.terms.canonical import JsonObject
from licet.terms.disk_errors import clear_disk_errors

if TYPE_CHECKING:
    from licet.app.artefact_status import ArtefactStatus, Brought
    from licet.app.forgetting_feed import FeedPage
    from licet.app.forgetting_forecast import Forecast
    from licet.app.forgetting_queue import ForgettingQueue
    from licet.app.forgetting_timeline import Timeline
    from licet.app.forgettings import Forgetting
    from licet.app.membership_pins import MembershipPins
    from licet.app.purge import Purge
    from licet.app.removal import Removal
    from licet.store.store_verification import Problem
    from licet.uses.use import Progress


@names_wrong_types
class UseOperations:
    """Everything that was made of members' data, whatever use made it."""

    def __init__(self, core: Core) -> None:
        self._core = core

    @functools.cached_property
    def corpus(self) -> CorpusOperations:
        return CorpusOperations(self._core)

    @functools.cached_property
    def model(self) -> ModelOperations:
        return ModelOperations(self._core)

    @functools.cached_property
    def recommend(self) -> RecommendOperations:
        return RecommendOperations(self._core)

    @functools.cached_property
    def insights(self) -> InsightOperations:
        return InsightOperations(self._core)

    @functools.cached_property
    def advertisers(self) -> AdvertiserOperations:
        return AdvertiserOperations(self._core)

    @functools.cached_property
    def people(self) -> PeopleOperations:
        return PeopleOperations(self._core)

    @functools.cached_property
    def ad_choices(self) -> AdChoiceOperations:
        """Advertisements for pages, chosen without anybody where nobody permits."""
        return AdChoiceOperations(self._core)

    @functools.cached_property
    def search(self) -> SearchOperations:
        return SearchOperations(self._core)

    @functools.cached_property
    def ads(self) -> AdOperations:
        return AdOperations(self._core)

    @overload
    def __getitem__(self, name: Literal["corpus"]) -> CorpusOperations: ...
    @overload
    def __getitem__(self, name: Literal["model"]) -> ModelOperations: ...
    @overload
    def __getitem__(self, name: Literal["recommend"]) -> RecommendOperations: ...
    def __getitem__(self, name: str) -> CorpusOperations | ModelOperations | RecommendOperations:
        """What one use offers beyond what all share. Raises: AppError APP-225 for another name."""
        if name == "corpus":
            return self.corpus
        if name == "model":
            return self.model
        if name == "recommend":
            return self.recommend
        raise AppError("APP-225", f"there is no use called {name!r}", fix="one of: corpus, model, recommend")

    def update(self, *, people_left: int = 0, progress: Progress = silent) -> Iterator[Brought]:
        """Bring everything that was made to the choices of now, each as it is done; see `licet.app.artefacts`.

        First what was kept as long as the policy in force lets it be is purged.
        """
        from licet.app.catch_up import catch_up

        return catch_up(self._core, progress, people_left)

    def status(self) -> list[ArtefactStatus]:
        """How everything that was made stands to the choices of now, and the release of insights that is out."""
        from licet.app.artefact_status import status
        from licet.app.insight_releases import release_statuses

        return [*status(self._core, self._core.absences), *release_statuses(self._core)]

    def verify_store(self) -> list[Problem]:
        """Read everything published and say what of it is not as it was written; empty when all is well."""
        from licet.uses.manifest import line_of_snapshot

        return self._core.store.verify(line_of_snapshot)

    def names(self) -> list[str]:
        """Everything that was made, as it stands now, by its name."""
        from licet.app import artefacts

        return [one.name for one in artefacts.latest(self._core)]

    def contains(self, subject: str, of: str = "corpus") -> JsonObject:
        """The signed certificate that somebody is in an artefact, or is not; `receipts.check_certificate` checks it.

        of: a snapshot by its name, such as ``corpus-3``, or a use, for its latest.
        Raises: UseError CORP-210 for a snapshot of an earlier licet; AppError APP-170, APP-218; as `Store.snapshot`.
        """
        from licet.app.membership import certify_membership, named_snapshot

        return certify_membership(self._core, named_snapshot(self._core, of), subject)

    def membership_pins(self) -> MembershipPins:
        """The keys and roots of members that the ledger's entries name, and where these contradict one another."""
        from licet.app.membership_pins import read_pins

        return read_pins(self._core.ledger)

    def membership_proof(self, subject: str, of: str = "corpus") -> JsonObject:
        """The same in at most 2 KB, without the ledger's own proofs; `receipts.check_proof_file` checks it."""
        from licet.app.membership import named_snapshot, prove_membership

        return prove_membership(self._core, named_snapshot(self._core, of), subject)

    def forget(self, *subjects: str, via: str = "python", progress: Progress = silent) -> Removal:
        """Record that some people object to every use, take them out of all that was made, and certify what came of it;
        see `app.removal`. All of them share one update and one purge.

        A step that fails leaves the objections recorded, and the outcome PENDING; the same call goes on from there.
        Raises: AppError APP-271 for nobody; as `object_to_every_use`, when that could not be recorded.
        """
        from licet.app import removal

        return removal.forget(self._core, subjects, via, progress)

    def foresee_forgetting(self, *subjects: str) -> list[Forecast]:
        """What forgetting each of some people would change; writes nothing. Raises: as `artefact_changes`."""
        from licet.app.forgetting_forecast import forecast

        return forecast(self._core, subjects)

    def forgettings(self) -> list[Forgetting]:
        """Every forgetting that was asked for, by its number, as its last outcome has it; the erased have none."""
        from licet.app import forgettings

        return forgettings.forgettings(self._core)

    def forgetting_steps(self, after: int = 0, most: int = 500, subject: str | None = None) -> FeedPage:
        """What happened to forgettings from a ledger position on, in its order: one page, and where the next begins.

        Raises: AppError APP-276, APP-277; see `app.forgetting_feed`.
        """
        from licet.app.forgetting_feed import steps_since

        return steps_since(self._core, after, most, subject)

    def ask_to_be_forgotten(
        self, subject: str, *, via: str = "python", idempotency_key: str | None = None
    ) -> Timeline:
        """Record that somebody objects to every use and asks to be forgotten, and leave the rest to who follows.

        When this returns it is durable. While it is not done, who asks again goes on with what stands.
        idempotency_key: asked again with the same key, the answer is of the same forgetting and nothing is recorded.
        Raises: as `object_to_every_use`; AppError APP-086, APP-087 as `choose`.
        """
        from licet.app.forgetting_timeline import ask_to_be_forgotten

        return ask_to_be_forgotten(self._core, subject, via, idempotency_key)

    def timelines(
        self, subject: str | None = None, before: int | None = None, most: int | None = None
    ) -> list[Timeline]:
        """Forgettings step by step, the latest first: somebody's, or everybody's; see `app.forgetting_timeline`."""
        from licet.app.forgetting_timeline import timelines

        return timelines(self._core, subject, before, most)

    def timeline(self, number: int, *, subject: str | None = None) -> Timeline:
        """One forgetting. subject: whose it must be. Raises: AppError APP-242 alike for none and another's."""
        from licet.app import forgetting_timeline as told
        from licet.app.forgettings import forgetting_numbered

        return told.timeline(self._core, forgetting_numbered(self._core, number, subject))

    def forgetting_certificate(self, number: int, *, subject: str | None = None) -> JsonObject:
        """The certificate of a forgetting's last outcome, as `receipts.check_forgetting_certificate` checks it.

        Raises: AppError APP-242 as `timeline`, APP-243 where there is none yet, APP-241 for one that was damaged.
        """
        from licet.app.forgetting_timeline import certificate

        return certificate(self._core, number, subject)

    def forgetting_queue(self) -> ForgettingQueue:
        """Every forgetting and what it waits for, for an officer: nobody is named in it."""
        from licet.app.forgetting_queue import queue

        return queue(self._core)

    def purge(self) -> Purge:
        """Remove for good the snapshots that were superseded, and look for what is left of whoever left.

        Raises: StoreError STOR-012 where the search does not find its controls.
        """
        from licet.app.purge import purge_superseded

        with clear_disk_errors("purging"):
            return purge_superseded(self._core)
