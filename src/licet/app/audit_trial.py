"""One trial of an audit: a workspace of its own, in which made-up members with a secret each and real ones go the whole
way to a model and leave it again; and what can be got out of it before and after. Removed when it is over.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from licet.app import adaptations, choice_recording, corpora, models
from licet.app.catch_up import catch_up
from licet.app.purge import purge_superseded
from licet.app.trial_workspace import SETTING, TRAINING, trial_workspace
from licet.enforce.origin import PurposeRef
from licet.store.packed_numbers import number_marker
from licet.terms import SELF, UseError
from licet.terms.canonical import JsonObject
from licet.uses.manifest import read_manifest
from licet.uses.model.adaptation_recipe import AdaptedSettings
from licet.uses.model.base_folder import base_of
from licet.uses.model.byte_pairs import Tokens
from licet.uses.model.canaries import REPEATS, Bits, Canary, chance_of, exposure_of, ranks_by
from licet.uses.model.counting_model import CountingModel
from licet.uses.model.counts_log import ModelManifest, served_table, whole_table
from licet.uses.model.member_counts import numbers_at
from licet.uses.model.membership_inference import (
    Attack,
    Floats,
    Shadows,
    attack,
    bits_a_token,
    make_shadows,
    min_k_scores,
)
from licet.uses.model.reader import Reader
from licet.uses.model.serving_rule import ServingRule
from licet.uses.model.text_model import KIND
from licet.uses.model.token_runs import runs_written
from licet.uses.use import Progress

if TYPE_CHECKING:
    from licet.app.core import Core

#: Of those who are in it from the start one in so many leaves; how many shadows; fewer people on a side tell nothing.
_LEAVING, _SHADOWS, _FEWEST = 4, 16, 10


class Exposure(NamedTuple):
    """How exposed canaries are, by one way of reading a model. by_repeats: the mean, in bits; chance: of ranks so
    uneven were every rank equally likely, next to nothing where something is known of them."""

    by_repeats: Mapping[int, float]
    chance: float

    def as_json(self) -> JsonObject:
        return {
            "by_repeats": {str(times): bits for times, bits in self.by_repeats.items()},
            "chance": self.chance,
        }


class Looked(NamedTuple):
    """A model, before or after they left. exposure: by how it is read: `served`, as its recipe serves it; `every_run`,
    were every run served; `reader`, as served, together with the base; `adapted`, by the adapted networks alone;
    `adapted_reader`, as served, together with those. inference: whether those who leave were in it, as it is served,
    by shadows; min_k: by each way of reading, by the tokens it expects least. None, and none, where they are too few to
    tell. planted_runs: in how many places of the store a run stands that only canaries wrote."""

    exposure: Mapping[str, Exposure]
    inference: Attack | None
    min_k: Mapping[str, Attack]
    planted_runs: int

    def as_json(self) -> JsonObject:
        return {
            "exposure": {name: one.as_json() for name, one in self.exposure.items()},
            "inference": None if self.inference is None else self.inference._asdict(),
            "min_k": {name: one._asdict() for name, one in self.min_k.items()},
            "planted_runs": self.planted_runs,
        }


class Trial:
    """One that is under way. texts: of everybody; members: who is in it from the start; never: who is not.

    adapted: how the base is adapted, too; None where it is not.
    """

    def __init__(
        self,
        texts: Mapping[str, Sequence[str]],
        canaries: Sequence[Canary],
        said: ModelManifest,
        core: Core,
        with_reader: bool,
        adapted: AdaptedSettings | None,
        seed: int,
        progress: Progress,
    ) -> None:
        self.texts, self.canaries, self._said, self._core = texts, canaries, said, core
        self._with_reader, self._adapted = with_reader, adapted
        self._seed, self._progress = seed, progress
        self._base = base_of(core.layout.root)
        people = np.random.default_rng(seed).permutation([*texts]).tolist() if texts else []
        self.members, self.never = people[: len(people) // 2], people[len(people) // 2 :]
        self.leaving = self.members[: len(self.members) // _LEAVING]

    def run(self) -> tuple[Looked, Looked]:
        recipe = self._said.recipe
        settings = {
            name: getattr(recipe, name)
            for name in ("order", "discount_percent", "two_members", "number_members", "buckets")
        }
        if self._adapted is not None:
            settings["adapted"] = self._adapted.model_dump()
        texts: dict[str, Sequence[str]] = {who: self.texts[who] for who in self.members}
        texts |= {one.member: [one.text] * one.repeats for one in self.canaries}
        place = self._core.layout.trials
        with trial_workspace(place, texts, settings, self._core.now) as trial:
            if (own := self._core.layout.root / "base").is_dir():
                shutil.copytree(own, trial.layout.root / "base")
            self._vocabulary = self._base.byte_pairs
            shadows = self._shadows()
            with trial.absences.once_done() as absences:
                corpora.build(trial, TRAINING, SELF, None, None, None, 0, absences, self._progress)
                models.train(trial, TRAINING, SELF, absences, self._progress)
                if self._adapted is not None:
                    adaptations.adapt(trial, TRAINING, SELF, False, absences, self._progress)
            before = self._looked(trial, shadows)
            if not before.planted_runs:
                raise UseError(
                    "MODL-121",
                    "the secrets that were planted are nowhere in the model, so finding none would prove nothing",
                    fix="report it; do not rely on an audit until it is mended",
                )
            for who in (*self.leaving, *(one.member for one in self.canaries)):
                choice_recording.choose(trial, who, SETTING, "off", None, "audit", None)
            list(catch_up(trial, self._progress))
            purge_superseded(trial)
            return before, self._looked(trial, shadows)

    def _shadows(self) -> Shadows | None:
        if min(len(self.leaving), len(self.never)) < _FEWEST:
            return None
        self._progress("making shadows", 0, None)
        return make_shadows(
            self._tokens([*self.texts]), self._said.recipe, self._vocabulary, _SHADOWS, self._seed
        )

    def _tokens(self, people: Sequence[str]) -> dict[str, list[Tokens]]:
        return {who: [self._vocabulary.encode(text) for text in self.texts[who]] for who in people}

    def _looked(self, trial: Core, shadows: Shadows | None) -> Looked:
        self._progress("trying to get something out", 0, None)
        store, recipe = trial.store, self._said.recipe
        said = read_manifest(ModelManifest, store.snapshot(KIND))
        whole = whole_table(store, said)
        discount, size = recipe.discount_percent / 100, self._vocabulary.size
        rule = ServingRule.of(recipe, self._vocabulary)
        served = CountingModel(served_table(store, said, rule), size, recipe.order, discount)
        ways: dict[str, Bits] = {
            "served": served.bits, "every_run": CountingModel(whole, size, recipe.order, discount).bits
        }  # fmt: skip
        if self._with_reader:
            ways["reader"] = Reader(self._base, served, self._vocabulary, recipe.two_members).places
        if self._adapted is not None:
            with trial.absences.once_done() as absences:
                made = adaptations.serving_networks(trial, PurposeRef(TRAINING, SELF), absences)
            adapted = Reader(self._base, served, self._vocabulary, recipe.two_members, made)
            ways |= {"adapted": adapted.base_places, "adapted_reader": adapted.places}
        exposure = {name: self._exposure(bits) for name, bits in ways.items()}
        inference, min_k = None, dict[str, Attack]()
        if shadows is not None:
            people = self._tokens([*self.texts])
            each = [*people.values()]
            inference = self._inference(people, shadows.scores(bits_a_token(served.bits, each)))
            min_k = {name: self._inference(people, min_k_scores(bits, each)) for name, bits in ways.items()}
        found = store.scan(self._planted())
        return Looked(exposure, inference, min_k, len(found))

    def _exposure(self, bits: Bits) -> Exposure:
        ranks = ranks_by(bits, self._vocabulary, self.canaries, self._seed)
        of = {
            times: [
                exposure_of(rank)
                for rank, one in zip(ranks, self.canaries, strict=True)
                if one.repeats == times
            ]
            for times in REPEATS
        }
        return Exposure(
            {times: round(sum(each) / len(each), 3) for times, each in of.items()}, chance_of(ranks)
        )

    def _inference(self, people: Iterable[str], scores: Floats) -> Attack:
        by_person = dict(zip(people, scores, strict=True))
        inside, outside = (np.array([by_person[who] for who in each]) for each in (self.leaving, self.never))
        return attack(inside, outside, self._seed)

    def _planted(self) -> list[bytes]:
        """The longest runs of secrets that nobody else wrote."""
        order = self._said.recipe.order
        others = [runs_written(own, order) for own in self._tokens(self.members).values()]
        known = np.unique(np.concatenate([*others, np.empty(0, np.uint64)]))
        planted = np.unique(
            np.concatenate(
                [runs_written([self._vocabulary.encode(one.text)], order) for one in self.canaries]
            )
        )
        planted = planted[planted >> np.uint64(60) == order]
        alone = planted[numbers_at(known, planted, np.ones(len(known), np.int64)) == 0]
        return [number_marker(number) for number in alone.tolist()]
