"""Forgetting a secret: licet's counts beside approximate unlearning of a fine-tuned network.

Made-up members say a sentence with a code in it, 64 times each, among what members of a network wrote. The shipped base
is fine-tuned on all of it, and made to forget the codes by gradient ascent, NPO and RMU; beside it the same base
fine-tuned without them, and licet's counts. How exposed a code is (of 10 bits) is told right after, after the weights
were rounded to 4 bits, and after a few ordinary steps on others' text.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import licet
from benchmarks import forget
from benchmarks.approximate_unlearning import METHODS, Answers, Forgotten, Unlearning
from benchmarks.fine_tuning import RATE, rounded, trained, windows_of
from benchmarks.measure import Tell, silent
from benchmarks.outcome import Outcome, require_same
from licet.app import artefacts
from licet.store import Records
from licet.terms import SELF
from licet.uses.model.base_card import Shape
from licet.uses.model.base_folder import Base, shipped_base
from licet.uses.model.base_network import BaseReader, Weights, unpacked
from licet.uses.model.base_training import deterministic
from licet.uses.model.byte_pairs import Tokens
from licet.uses.model.canaries import Bits, Canary, chance_of, exposure_of, make_canaries, ranks_by
from licet.uses.model.counting_model import CountingModel
from licet.uses.model.member_counts import changed, changes_of, summed, table_of
from licet.uses.model.model_recipe import ModelRecipe
from licet.uses.model.reader import Reader
from licet.uses.model.serving_rule import ServingRule
from licet.uses.model.text_model import open_model, taught
from licet.uses.model.token_runs import LONGEST_RUN, runs_written
from licet.uses.use import silent as unseen

#: The discount of the recipe's default, and how often a code is said.
_DISCOUNT, _REPEATS = 0.9, 64
#: Rates of unlearning that are tried, that of the ordinary steps after it, and how many candidates it is held to.
_RATES, _ORDINARY, _BESIDE = (1e-4, 3e-4), 2e-4, 32
#: Of fine-tuning: twice that at which members are foretold best, so that the codes are learnt.
_LEARNING = 2 * RATE
_STAGES = {"after": "right after", "rounded": "at 4 bits", "relearned": "after a few ordinary steps"}


@dataclass(frozen=True)
class Sizes:
    """documents: of members, the most; fine_tuned: those of them that the network is given, so few that it learns the
    codes. canaries: in the network; many: in the counts, which take no training. steps: of fine-tuning; forgetting: the
    most of unlearning; ordinary: after it."""

    documents: int
    fine_tuned: int
    canaries: int
    many: int
    steps: int
    forgetting: int
    ordinary: int


SMALL = Sizes(documents=5_500, fine_tuned=400, canaries=3, many=32, steps=70, forgetting=30, ordinary=8)
FULL = Sizes(documents=20_000, fine_tuned=2_000, canaries=8, many=128, steps=350, forgetting=60, ordinary=16)

_HOW = (
    "A code is exposed by as many bits as its rank among 1,024 candidates has less than all (Carlini et al.): 10 where "
    "it comes first, about 1.4 where nothing is known. A figure is the median over codes, beside it least and most.",
    "Each method of unlearning is given the codes, others' text to keep, and two rates; it stops once the codes are no "
    "likelier than the middle one of others like them, or after so many steps. Taken is, of the rates that came so "
    "far, the one that foretells held-out members best.",
    "licet's figures are of counts under the two-member rule, each code by itself among the members, and without it.",
)


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("unlearning", "Forgetting a secret", _HOW)
    tell("making the corpus", 0, None)
    base, texts = shipped_base(), members_texts(sizes.documents, seed)
    canaries = [one for one in make_canaries(sizes.many, seed) if one.repeats == _REPEATS]
    members = {who: [base.byte_pairs.encode(text) for text in own] for who, own in texts.items()}
    outcome.sizes = {
        "members": len(members), "documents": sum(map(len, members.values())), "codes": sizes.canaries,
        "codes_in_counts": len(canaries), "documents_fine_tuned": sizes.fine_tuned, "fine_tuning_steps": sizes.steps,
    }  # fmt: skip
    _by_counts(outcome, base, members, canaries, sizes, tell)
    with deterministic(1):
        _by_network(
            outcome, base, _some(members, sizes.fine_tuned), canaries[: sizes.canaries], sizes, seed, tell
        )
    return outcome


def members_texts(most_documents: int, seed: int) -> dict[str, list[str]]:
    """What members wrote, by member, as a corpus under a policy that permits all has it; people drawn by the seed."""
    with (
        tempfile.TemporaryDirectory(prefix="licet-bench-") as folder,
        licet.open(Path(folder), make=True, clock=lambda: forget.AT) as workspace,
    ):
        forget._fill(workspace, forget.Sizes(forget.DUMP, max(200, most_documents // 10), 1), seed)
        workspace.corpus_build()
        use, position = open_model(workspace.layout.root), workspace.ledger.position
        access = artefacts.open_access(
            workspace, use, "generative_ai_training", SELF, None, position, workspace.absences
        )
        texts = taught(artefacts.present_parents(workspace, use, access)["corpus"], unseen)
    sample: dict[str, list[str]] = {}
    for who in np.random.default_rng(seed).permutation(sorted(texts)).tolist():
        if sum(map(len, sample.values())) >= most_documents:
            break
        sample[who] = texts[who]
    return sample


def _some(members: Mapping[str, list[Tokens]], most_documents: int) -> dict[str, list[Tokens]]:
    some: dict[str, list[Tokens]] = {}
    for who, own in members.items():
        if sum(map(len, some.values())) < most_documents:
            some[who] = own
    return some


def _by_counts(
    outcome: Outcome, base: Base, members: Mapping[str, Sequence[Tokens]], canaries: Sequence[Canary],
    sizes: Sizes, tell: Tell,
) -> None:  # fmt: skip
    vocabulary = base.byte_pairs
    without = table_of([runs_written(own, LONGEST_RUN) for own in members.values()])
    runs = [runs_written([vocabulary.encode(one.text)] * one.repeats, LONGEST_RUN) for one in canaries]
    before: dict[str, list[float]] = {"served": [], "every_run": [], "reader": []}
    for place, (one, own) in enumerate(zip(canaries, runs, strict=True)):
        tell("counts", place, len(canaries))
        table = summed([without, table_of([own])])
        after = changed(table, changes_of([(0, own, own[:0])]))
        require_same("the counts after they left", after.tobytes(), without.tobytes())
        served = _model(table, 2)
        before["served"] += _exposures(served.bits, base, [one])
        before["every_run"] += _exposures(_model(table, 1).bits, base, [one])
        if place < sizes.canaries:
            before["reader"] += _exposures(Reader(base, served, vocabulary).places, base, [one])
    outcome.checks.append("after each forgetting the counts are those that never had the code, byte for byte")
    for name, what in (
        ("served", "licet, two-member rule, before"), ("reader", "licet, two-member rule, read with the base, before"),
        ("every_run", "licet without the rule, before"),
    ):  # fmt: skip
        outcome.add(f"counts_{name}", what, "bits", before[name])
    for least, name in ((2, "served"), (1, "every_run")):
        ranks = ranks_by(_model(without, least).bits, vocabulary, canaries, 0)
        what = "licet, two-member rule, after" if least == 2 else "licet without the rule, after"
        outcome.add(f"counts_{name}_after", what, "bits", [exposure_of(rank) for rank in ranks])
        outcome.notes.append(
            f"{what}, {len(ranks)} codes: ranks so uneven have a chance of {chance_of(ranks):.2g} where every rank is "
            "equally likely (exact)."
        )
    outcome.reached["exposure"] = ["counts_served", "counts_reader"]


def _model(table: Records, least: int) -> CountingModel:
    recipe = ModelRecipe(two_members=least == 2).of(shipped_base().byte_pairs)
    served = ServingRule.of(recipe, shipped_base().byte_pairs).served(table)
    return CountingModel(served, shipped_base().byte_pairs.size, LONGEST_RUN, _DISCOUNT)


def _exposures(bits: Bits, base: Base, canaries: Sequence[Canary]) -> list[float]:
    return [exposure_of(rank) for rank in ranks_by(bits, base.byte_pairs, canaries, 0)]


class _Network:
    """Weights of the base's shape, looked at."""

    def __init__(self, base: Base, canaries: Sequence[Canary], held_out: Sequence[Tokens]) -> None:
        self._base, self._shape, self._canaries = base, base.card.recipe.shape, canaries
        self._held_out = held_out
        self._bytes = sum(len(base.byte_pairs.bytes_of[token]) for one in held_out for token in one.tolist())

    def exposures(self, weights: Weights) -> list[float]:
        return _exposures(bits_by(self._shape, weights), self._base, self._canaries)

    def per_byte(self, weights: Weights) -> float:
        return float(bits_by(self._shape, weights)(self._held_out).sum() / self._bytes)

    def is_forgotten(self, weights: Weights) -> bool:
        """Whether the codes take as many bits as the middle one of a few others, on the whole."""
        bits, more = bits_by(self._shape, weights), 0.0
        for one in self._canaries:
            documents = [self._base.byte_pairs.encode(text) for text in one.candidates[:_BESIDE]]
            ends = np.cumsum([len(document) + 1 for document in documents])
            taken = np.add.reduceat(bits(documents), np.concatenate([[0], ends[:-1]]))
            more += float(taken[0] - np.median(taken[1:]))
        return more >= 0


def bits_by(shape: Shape, weights: Weights) -> Bits:
    reader = BaseReader(shape, weights)
    return lambda documents: -reader.read(documents).logs / np.log(2)


def _by_network(
    outcome: Outcome, base: Base, members: Mapping[str, Sequence[Tokens]], canaries: Sequence[Canary],
    sizes: Sizes, seed: int, tell: Tell,
) -> None:  # fmt: skip
    shape, people = base.card.recipe.shape, [*members]
    held_out = [one for who in people[::20] for one in members[who]][:80]
    others = [one for place, who in enumerate(people) for one in members[who] if place % 20]
    planted = [base.byte_pairs.encode(one.text) for one in canaries for _ in range(one.repeats)]
    order = np.random.default_rng(seed).permutation(len(others) + len(planted))
    mixed = [(others + planted)[place] for place in order]
    start, kept = unpacked(base.network, shape), windows_of(others, shape.context)
    look = _Network(base, canaries, held_out)
    knowing = trained(
        start, shape, windows_of(mixed, shape.context), sizes.steps, _LEARNING, seed, tell, "fine-tuning"
    )
    never = trained(start, shape, kept, sizes.steps, _LEARNING, seed, tell, "fine-tuning without the codes")
    outcome.add("network_before", "fine-tuned network, before", "bits", look.exposures(knowing))
    made = {"never": (never, "fine-tuned without them")}
    unlearning = Unlearning(knowing, shape, _answers(base, canaries), kept, seed)
    for method, name in METHODS.items():
        tell(f"unlearning by {name}", 0, None)
        best, rate = _tuned(unlearning, method, look, sizes.forgetting)
        made[method] = (best.weights, name)
        how = "that was enough" if best.enough else "and the codes were likelier still"
        outcome.notes.append(f"{name}: taken was a rate of {rate:g}, {best.steps} steps; {how}.")
    for method, (weights, name) in made.items():
        again = trained(
            weights, shape, kept, sizes.ordinary, _ORDINARY, seed + 1, tell, f"ordinary steps after {name}"
        )
        for (stage, words), then in zip(_STAGES.items(), (weights, rounded(weights), again), strict=True):
            tell(f"looking at {name}", 0, None)
            outcome.add(f"{method}_{stage}", f"{name}: {words}", "bits", look.exposures(then))
    for method, (weights, name) in {"network": (knowing, "before"), **made}.items():
        what = f"held-out members by the network, {name}"
        outcome.add(f"{method}_held_out", what, "bits/byte", [look.per_byte(weights)])
    outcome.others |= {one.name for one in outcome.series if not one.name.startswith("counts_")}


def _answers(base: Base, canaries: Sequence[Canary]) -> Answers:
    """The sentences, of which the code is the answer."""
    encode = base.byte_pairs.encode
    return Answers.of(
        [(encode(one.text), len(encode(f"{one.text.rpartition(' is ')[0]} is"))) for one in canaries]
    )


def _tuned(unlearning: Unlearning, method: str, look: _Network, most_steps: int) -> tuple[Forgotten, float]:
    """The best of all rates: of those that forgot, the one that foretells others best; else the last."""
    tried = [(unlearning.run(method, rate, most_steps, look.is_forgotten), rate) for rate in _RATES]
    ended = [each for each in tried if each[0].enough] or tried[-1:]
    return min(ended, key=lambda each: look.per_byte(each[0].weights))
