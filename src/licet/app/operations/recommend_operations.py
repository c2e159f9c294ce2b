"""Recommendations, of jobs and posts: `workspace.recommend`."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from licet.app.argument_types import names_wrong_types, require_subject_id
from licet.app.core import Core
from licet.app.results import RecommenderResult, silent
from licet.terms.disk_errors import clear_disk_errors

if TYPE_CHECKING:
    from licet.app.effect import RecommendationEffect
    from licet.app.recipe_choice import RecipeChoice
    from licet.app.recommending.recommendation_answers import (
        BothWays,
        Control,
        Explanation,
        Kind,
        Recommendations,
        SimilarJobs,
    )
    from licet.app.recommending.recommender import Recommender
    from licet.store import SnapshotRef
    from licet.uses.use import Progress


@names_wrong_types
class RecommendOperations:
    """Recommendations, of jobs and posts: `workspace.recommend`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    @functools.cached_property
    def _recommender(self) -> Recommender:
        from licet.app.recommending.recommender import Recommender

        return Recommender(self._core)

    def is_set_up(self) -> bool:
        """Whether recommend.yaml says what recommendations go by."""
        return self._core.layout.recommend.is_file()

    def build(self, *, people_left: int = 0, progress: Progress = silent) -> RecommenderResult:
        """Put together what members permit to be learned from. Raises: UseError RCMD-002 to RCMD-006."""
        from licet.app.recommending import recommender_artefact

        with clear_disk_errors("building the recommender"), self._core.absences.once_done() as absences:
            return recommender_artefact.build(self._core, people_left, absences, progress)

    def update(
        self, *, snapshot: str = "latest", people_left: int = 0, progress: Progress = silent
    ) -> RecommenderResult:
        """Bring it to what is permitted now; only what changed is written. Lists are of now without it."""
        from licet.app.recommending import recommender_artefact

        with clear_disk_errors("updating the recommender"), self._core.absences.once_done() as absences:
            return recommender_artefact.update(self._core, snapshot, people_left, absences, progress)

    def tune(
        self,
        *,
        snapshot: str = "latest",
        by_time: bool = False,
        min_support: int | None = None,
        seed: int = 0,
        most: int = 800,
        progress: Progress = silent,
    ) -> RecipeChoice:
        """Choose the recipe from a fixed grid by what members did besides, and write it where the next update reads it.

        A use of its own, noted in the ledger. by_time: by what was done last, not by a share of each member's rows.
        min_support: lists go by no pair of items that fewer members share; None: as before. What others cost is told.
        most: on how many members; 50 at least. Raises: AppError APP-234 where the artefact is not of now; UseError
        RCMD-040 for too few members; StoreError STOR-008 where none was built.
        """
        from licet.app.recipe_choice import choose_recipe

        with clear_disk_errors("choosing a recipe"), self._core.absences.once_done() as absences:
            return choose_recipe(self._core, snapshot, by_time, seed, most, absences, progress, min_support)

    def effect(
        self, *, snapshot: str = "latest", seeds: int = 4, most: int = 500, progress: Progress = silent
    ) -> RecommendationEffect:
        """What it does to lists when 1, 5, 10, 30 and 50 % of members opt out, for those in, those out, and served
        without their history; in all, by region and by attribute. See docs/effect.md.

        A use of its own, noted in the ledger. seeds: how often who opts out is drawn. most: members looked at in each
        draw, of those in and of those out. Raises: as `tune`, RCMD-041 in the place of RCMD-040.
        """
        from licet.app.effect import keep_effect, recommendation_effect

        with clear_disk_errors("measuring the effect"), self._core.absences.once_done() as absences:
            found = recommendation_effect(self._core, snapshot, seeds, most, absences, progress)
        keep_effect(self._core.layout.measured_effect, found)
        return found

    def measured_effect(self) -> RecommendationEffect | None:
        """What `effect` found the last time; None where it was never asked. Raises: AppError APP-310."""
        from licet.app.effect import kept_effect

        return kept_effect(self._core.layout.measured_effect)

    def snapshots(self) -> list[SnapshotRef]:
        """Those there are, newest last."""
        return self._core.store.snapshots("recommend")

    def show(self, snapshot: str = "latest") -> SnapshotRef:
        """One with its manifest."""
        return self._core.store.snapshot("recommend", snapshot)

    def jobs(self, subject: str, *, most: int = 20, at_least: int | None = None) -> Recommendations:
        """Jobs for a member, by what they permit of their own rows and others permit to be learned; see
        docs/recommend.md.

        at_least: demand a ledger with so many entries, such as the `position` of a choice that must be known.
        Raises: AppError APP-281 for another number than 1 to 100, APP-013 for an unknown subject, APP-085; GateError
        GATE-171, GATE-172 where somebody's refusal would be lost with their id, GATE-211 where rows stay with Spark.
        """
        require_subject_id(subject)
        return self._recommender.recommend(subject, "jobs", most, at_least)

    def posts(
        self, subject: str, *, most: int = 20, newest_first: bool = False, at_least: int | None = None
    ) -> Recommendations:
        """Posts for a member. newest_first: by their time alone. Raises: as `jobs`."""
        require_subject_id(subject)
        return self._recommender.recommend(
            subject, "newest_posts" if newest_first else "posts", most, at_least
        )

    def controls(self) -> list[Control]:
        """Those of the policy in force that decide about recommendations."""
        from licet.app.recommending.recommender import controls_of

        return controls_of(self._core.policy().pack)

    def both_ways(
        self,
        subject: str,
        setting: str | None = None,
        *,
        kind: Kind = "jobs",
        most: int = 10,
        at_least: int | None = None,
    ) -> BothWays:
        """What would be recommended with a control on and with it off; nothing is recorded.

        setting: by default the first of the policy that decides about recommendations. Raises: AppError APP-283 for one
        that decides nothing about them; as `jobs`.
        """
        require_subject_id(subject)
        return self._recommender.both_ways(subject, kind, setting, most, at_least)

    def explain(
        self,
        subject: str,
        key: str,
        *,
        kind: Kind = "jobs",
        table: str | None = None,
        at_least: int | None = None,
    ) -> Explanation:
        """Why one item is recommended to a member, or is not.

        table: of the item, where several have the key; None for the first that offers it.
        Raises: AppError APP-282 for an item that is not offered; as `jobs`.
        """
        require_subject_id(subject)
        return self._recommender.explain(subject, kind, key, table, at_least)

    def similar(
        self, key: str, *, table: str | None = None, most: int = 10, at_least: int | None = None
    ) -> SimilarJobs:
        """Jobs that everybody may be shown beside one: of what at least two members did with both. table: as `explain`.

        Raises: AppError APP-282 for a job that is not offered, APP-281 for another number than 1 to 100, APP-085.
        """
        return self._recommender.similar(key, table, most, at_least)
