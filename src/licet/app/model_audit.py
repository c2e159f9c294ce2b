"""What can be got out of a model: secrets planted, somebody told to be in it, before and after they are forgotten.

Tried in a workspace of its own, removed after, by the recipe and base of the model that is asked about: half the people
of its corpus, and made-up members with a secret each, go the whole way from tables to the model; then every made-up
member and some of the others say no, and everything is brought and purged. The other half was never in it: whoever left
must look like them. Nothing that is published is read or changed but the corpus of now; that it was read, and the
figures, are noted in the ledger, from where a certificate of a forgetting has them.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from licet.app import artefacts, choice_recording, corpora, models
from licet.app.artefact_status import require_exact
from licet.app.artefacts import note_use, open_access
from licet.app.catch_up import catch_up
from licet.app.purge import purge_superseded
from licet.app.trial_workspace import SETTING, TRAINING, trial_workspace
from licet.enforce.absences import Absences
from licet.store.packed_numbers import number_marker
from licet.terms import SELF, UseError
from licet.terms.canonical import JsonObject
from licet.uses.manifest import read_manifest
from licet.uses.model.base_card import has_torch
from licet.uses.model.base_folder import base_of
from licet.uses.model.byte_pairs import Tokens
from licet.uses.model.canaries import REPEATS, Bits, Canary, chance_of, exposure_of, make_canaries, ranks_by
from licet.uses.model.counting_model import CountingModel
from licet.uses.model.counts_log import ModelManifest, served_table, whole_table
from licet.uses.model.member_counts import numbers_at
from licet.uses.model.membership_inference import Attack, Shadows, attack, bits_a_token, make_shadows
from licet.uses.model.reader import Reader
from licet.uses.model.text_model import KIND, taught
from licet.uses.model.token_runs import runs_written
from licet.uses.registry import open_use
from licet.uses.use import Progress

if TYPE_CHECKING:
    from licet.app.core import Core

#: Of those who are in it from the start one in so many leaves; how many shadows; fewer people on a side tell nothing.
_LEAVING, _SHADOWS, _FEWEST = 4, 16, 10
_THOUSAND = 1000


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
    were every run served; `reader`, as served, together with the base. inference: whether those who leave were in it;
    None where they are too few to tell. planted_runs: in how many places of the store a run stands that only canaries
    wrote."""

    exposure: Mapping[str, Exposure]
    inference: Attack | None
    planted_runs: int

    def as_json(self) -> JsonObject:
        return {
            "exposure": {name: one.as_json() for name, one in self.exposure.items()},
            "inference": None if self.inference is None else self.inference._asdict(),
            "planted_runs": self.planted_runs,
        }


class ModelAudit(NamedTuple):
    """snapshot, name: of the model whose recipe was tried. members: real ones that were in it; left: those of them who
    left, canaries apart. never: who was never in it. at: as of when, entry: where the ledger has it."""

    snapshot: str
    name: str
    two_members: bool
    canaries: int
    members: int
    left: int
    never: int
    before: Looked
    after: Looked
    entry: int

    def as_json(self) -> JsonObject:
        return {**self._asdict(), "before": self.before.as_json(), "after": self.after.as_json()}


def audit(
    core: Core,
    which: str,
    canaries_each: int,
    most_documents: int,
    with_reader: bool,
    seed: int,
    absences: Absences,
    progress: Progress,
) -> ModelAudit:
    """As `ModelOperations.audit`."""
    if not 1 <= canaries_each <= 1000 or most_documents < 1 or seed < 0:
        raise UseError(
            "MODL-120",
            f"nothing can be audited with {canaries_each} canaries, {most_documents} documents and seed {seed}",
            fix="give 1 to 1,000 canaries, a document or more, and a seed from 0 up",
        )
    snapshot = core.store.snapshot(KIND, which)
    said, use = read_manifest(ModelManifest, snapshot), open_use(KIND, core.layout.root)
    asked, position = said.purpose, core.ledger.position
    access = open_access(core, use, asked.purpose, asked.recipient, None, position, absences)
    parents = artefacts.present_parents(core, use, access)
    require_exact(core, [parent.snapshot for parent in parents.values()], absences)
    trial = _Trial(
        _sampled(taught(parents["corpus"], progress), most_documents, seed),
        make_canaries(canaries_each, seed), said, core, with_reader and has_torch(), seed, progress,
    )  # fmt: skip
    before, after = trial.run()
    figures = {
        "canaries": len(trial.canaries), "left": len(trial.leaving), "never": len(trial.never),
        **_figures("before", before), **_figures("after", after),
    }  # fmt: skip
    documents = sum(map(len, trial.texts.values()))
    note_use(
        core, KIND, "audit", said, access.provenance().origin({}),
        {"documents": documents, "subjects": len(trial.texts)}, snapshot.id, **figures,
    )  # fmt: skip
    return ModelAudit(
        snapshot.id, snapshot.name, said.recipe.two_members, len(trial.canaries), len(trial.members),
        len(trial.leaving), len(trial.never), before, after, core.ledger.position - 1,
    )  # fmt: skip


class _Trial:
    """One that is under way. texts: of everybody; members: who is in it from the start; never: who is not."""

    def __init__(
        self,
        texts: Mapping[str, Sequence[str]],
        canaries: Sequence[Canary],
        said: ModelManifest,
        core: Core,
        with_reader: bool,
        seed: int,
        progress: Progress,
    ) -> None:
        self.texts, self.canaries, self._said, self._core = texts, canaries, said, core
        self._with_reader, self._seed, self._progress = with_reader, seed, progress
        self._base = base_of(core.layout.root)
        people = np.random.default_rng(seed).permutation([*texts]).tolist() if texts else []
        self.members, self.never = people[: len(people) // 2], people[len(people) // 2 :]
        self.leaving = self.members[: len(self.members) // _LEAVING]

    def run(self) -> tuple[Looked, Looked]:
        recipe = self._said.recipe
        settings = {
            name: getattr(recipe, name) for name in ("order", "discount_percent", "two_members", "buckets")
        }
        texts: dict[str, Sequence[str]] = {who: self.texts[who] for who in self.members}
        texts |= {one.member: [one.text] * one.repeats for one in self.canaries}
        with trial_workspace(texts, settings, self._core.now) as trial:
            if (own := self._core.layout.root / "base").is_dir():
                shutil.copytree(own, trial.layout.root / "base")
            self._vocabulary = self._base.byte_pairs
            shadows = self._shadows()
            with trial.absences.once_done() as absences:
                corpora.build(trial, TRAINING, SELF, None, None, None, 0, absences, self._progress)
                models.train(trial, TRAINING, SELF, absences, self._progress)
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
            self._tokens([*self.texts]), self._said.recipe, self._vocabulary.size, _SHADOWS, self._seed
        )

    def _tokens(self, people: Sequence[str]) -> dict[str, list[Tokens]]:
        return {who: [self._vocabulary.encode(text) for text in self.texts[who]] for who in people}

    def _looked(self, trial: Core, shadows: Shadows | None) -> Looked:
        self._progress("trying to get something out", 0, None)
        store, recipe = trial.store, self._said.recipe
        said = read_manifest(ModelManifest, store.snapshot(KIND))
        whole = whole_table(store, said)
        discount, size = recipe.discount_percent / 100, self._vocabulary.size
        served = CountingModel(served_table(store, said), size, recipe.order, discount)
        ways: dict[str, Bits] = {
            "served": served.bits, "every_run": CountingModel(whole, size, recipe.order, discount).bits
        }  # fmt: skip
        if self._with_reader:
            ways["reader"] = Reader(self._base, served, self._vocabulary, recipe.two_members).places
        exposure = {name: self._exposure(bits) for name, bits in ways.items()}
        inference = None if shadows is None else self._inference(served.bits, shadows)
        found = store.scan(self._planted())
        return Looked(exposure, inference, len(found))

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

    def _inference(self, bits: Bits, shadows: Shadows) -> Attack:
        people = self._tokens([*self.texts])
        scores = shadows.scores(bits_a_token(bits, [*people.values()]))
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


def _sampled(texts: Mapping[str, Sequence[str]], most_documents: int, seed: int) -> dict[str, Sequence[str]]:
    """Of people drawn at random all that they wrote, until that is so many documents."""
    sample: dict[str, Sequence[str]] = {}
    documents = 0
    for who in np.random.default_rng(seed).permutation(sorted(texts)).tolist() if texts else ():
        if documents >= most_documents:
            break
        sample[who] = texts[who]
        documents += len(texts[who])
    return sample


def _figures(when: str, looked: Looked) -> dict[str, int]:
    """What the ledger is told, in thousandths: it holds whole numbers."""
    told = {
        f"{when}_{name}_exposure_{times}": round(bits * _THOUSAND)
        for name, one in looked.exposure.items()
        for times, bits in one.by_repeats.items()
    }
    told |= {f"{when}_{name}_chance": round(one.chance * _THOUSAND) for name, one in looked.exposure.items()}
    if looked.inference is not None:
        for part in ("area", "lowest", "highest"):
            told[f"{when}_inference_{part}"] = round(getattr(looked.inference, part) * _THOUSAND)
    return told | {f"{when}_planted_runs": looked.planted_runs}
