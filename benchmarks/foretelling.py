"""What forgetting costs in quality: bits a byte of held-out members' words, beside a network that cannot forget.

The shipped base, the counts and the reader that mixes both; the base adapted in shards, which can forget, alone and
with the counts; the same base fine-tuned on the same members as one network, and that network mixed with them. Over
three divisions of the members, and after 1, 10 and 30 % of those who were counted have left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.fine_tuning import BATCH, RATE, trained, windows_of
from benchmarks.measure import Tell, silent
from benchmarks.outcome import Curve, Outcome, require_same
from benchmarks.unlearning import bits_by, members_texts
from licet.store import Records
from licet.uses.model.adaptation_recipe import AdaptedSettings
from licet.uses.model.base_folder import Base, shipped_base
from licet.uses.model.base_network import unpacked
from licet.uses.model.base_training import deterministic
from licet.uses.model.byte_pairs import Tokens
from licet.uses.model.counting_model import CountingModel
from licet.uses.model.member_counts import changed, changes_of, table_of
from licet.uses.model.model_recipe import ModelRecipe
from licet.uses.model.reader import Reader
from licet.uses.model.serving_rule import ServingRule
from licet.uses.model.shard_training import train_segment
from licet.uses.model.taught_documents import bucket_of
from licet.uses.model.token_runs import LONGEST_RUN, runs_written

Floats = npt.NDArray[np.float64]
_DISCOUNT, _HELD_OUT = 0.9, 10
_PASSES, _SHARES, _LEAVING = 2, (0.2, 0.3, 0.5, 0.7), (1, 10, 30)


@dataclass(frozen=True)
class Sizes:
    """documents: of members, the most. divisions: of members into counted and held out. shards, segments: of the
    adapted model."""

    documents: int
    divisions: int
    shards: int = 16
    segments: int = 4


SMALL = Sizes(documents=900, divisions=3)
FULL = Sizes(documents=20_000, divisions=3)

_HOW = (
    "A tenth of the members, drawn anew in each round, is held out of everything, and scored is each document of "
    "theirs, its end included. The network is the shipped base fine-tuned for two passes over the others; mixed with "
    "the counts by the share, of four, that suits the held-out members best, which flatters it.",
    "Who leaves is drawn from the others; the counts without them are those of a model that never had them.",
    "The adapted model is trained on the others for one pass, in its default shards and segments, by licet's code.",
)


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("foretelling", "What is foretold, and after members leave", _HOW)
    tell("making the corpus", 0, None)
    base, texts = shipped_base(), members_texts(sizes.documents, seed)
    members = {who: [base.byte_pairs.encode(text) for text in own] for who, own in texts.items()}
    outcome.sizes = {
        "members": len(members), "documents": sum(map(len, members.values())),
        "tokens": sum(len(one) for own in members.values() for one in own), "divisions": sizes.divisions,
    }  # fmt: skip
    found: dict[str, list[float]] = {}
    with deterministic(1):
        for turn in range(sizes.divisions):
            division = _Division(base, members, texts, seed + turn, tell)
            for name, bits in (division.scores() | division.adapted(sizes)).items():
                found.setdefault(name, []).append(bits)
    outcome.checks.append(
        "after 1, 10 and 30 % left the counts are those of members who stayed, byte for byte"
    )
    for name, what in _NAMES.items():
        outcome.add(name, what, "bits/byte", found[name])
    outcome.others |= {"base", "network", "mixed_rule", "mixed_every"}
    for name, what, of, to in _RATIOS:
        outcome.compare(name, what, found[of], found[to])
    outcome.reached |= {
        "reader_network": ["reader_network_rule", "reader_network_every"],
        "reader_mixed": ["reader_mixed_rule", "reader_mixed_every"],
        "two_members": "two_members",
    }
    lines = {
        name: {0.0: of, **{float(share): f"{of}_left_{share}" for share in _LEAVING}}
        for name, of in (("counts", "counts_rule"), ("reader", "reader_rule"))
    }
    outcome.curves.append(
        Curve(
            "left", "Held-out members' words after others left", "members who left (%)", "bits a byte", lines
        )
    )
    return outcome


_NAMES = {
    "base": "the base alone, no members", "counts_rule": "counts, two-member rule", "counts_every": "counts, every run",
    "reader_rule": "reader, two-member rule", "reader_every": "reader, every run",
    "adapted": "the base adapted in shards, one pass", "adapted_reader": "reader of that and counts, two-member rule",
    "network": "the base fine-tuned on all, two passes", "mixed_rule": "that, mixed with the counts of the rule",
    "mixed_every": "that, mixed with the counts of every run",
    **{
        f"{name}_rule_left_{share}": f"{name}, two-member rule, {share} % of members left"
        for share in _LEAVING for name in ("counts", "reader")
    },
}  # fmt: skip
_RATIOS = (
    ("reader_network_rule", "reader, two-member rule, over the network", "reader_rule", "network"),
    ("reader_network_every", "reader, every run, over the network", "reader_every", "network"),
    (
        "reader_mixed_rule",
        "reader over the network mixed with the same counts, rule",
        "reader_rule",
        "mixed_rule",
    ),
    ("reader_mixed_every", "the same, every run", "reader_every", "mixed_every"),
    ("adapted_network", "the adapted base over the network", "adapted", "network"),
    ("adapted_reader_reader", "reader: adapted base over the base", "adapted_reader", "reader_rule"),
    ("two_members", "reader: two-member rule over without it", "reader_rule", "reader_every"),
    ("two_members_counts", "counts alone: two-member rule over without it", "counts_rule", "counts_every"),
)


class _Division:
    """Members counted and members held out."""

    def __init__(
        self,
        base: Base,
        members: Mapping[str, Sequence[Tokens]],
        texts: Mapping[str, Sequence[str]],
        seed: int,
        tell: Tell,
    ) -> None:
        chance = np.random.default_rng(seed)
        people = chance.permutation(sorted(members)).tolist()
        held, self._counted = people[: len(people) // _HELD_OUT], people[len(people) // _HELD_OUT :]
        self._base, self._members, self._texts = base, members, texts
        self._seed, self._tell = seed, tell
        self._held = [one for who in held for one in members[who]]
        bytes_of = base.byte_pairs.bytes_of
        self._bytes = sum(len(bytes_of[token]) for one in self._held for token in one.tolist())

    def scores(self) -> dict[str, float]:
        """Bits a byte, by name of `_NAMES`."""
        shape, start = (
            self._base.card.recipe.shape,
            unpacked(self._base.network, self._base.card.recipe.shape),
        )
        windows = windows_of([one for who in self._counted for one in self._members[who]], shape.context)
        steps = max(1, _PASSES * len(windows) // BATCH)
        weights = trained(start, shape, windows, steps, RATE, self._seed, self._tell, "fine-tuning on all")
        by_network = bits_by(shape, weights)(self._held)
        found = {"base": self._mean(bits_by(shape, start)(self._held)), "network": self._mean(by_network)}
        self._tell("counting", 0, None)
        for rule in (True, False):
            counts, reader = self._read(self._counted, rule)
            kind = "rule" if rule else "every"
            mixed = [
                self._mean(-np.log2((1 - share) * 2**-counts + share * 2**-by_network)) for share in _SHARES
            ]
            found |= {
                f"counts_{kind}": self._mean(counts), f"reader_{kind}": self._mean(reader), f"mixed_{kind}": min(mixed)
            }  # fmt: skip
        for share in _LEAVING:
            leaving = self._counted[: len(self._counted) * share // 100]
            staying = self._counted[len(leaving) :]
            self._require_subtracted(leaving, staying)
            counts, reader = self._read(staying, True)
            found |= {
                f"counts_rule_left_{share}": self._mean(counts), f"reader_rule_left_{share}": self._mean(reader)
            }  # fmt: skip
        return found

    def adapted(self, sizes: Sizes) -> dict[str, float]:
        """The same of the adapted model, made of those who are counted."""
        recipe = AdaptedSettings(shards=sizes.shards, segments=sizes.segments).over(self._base)
        held: list[list[str]] = [[] for _ in range(recipe.buckets)]
        for who in sorted(self._counted):
            held[bucket_of(str(self._seed).encode(), who, recipe.buckets)] += self._texts[who]
        shape, made = self._base.card.recipe.shape, list[bytes]()
        for first in range(0, recipe.buckets, recipe.segments):
            network, own = self._base.network, held[first : first + recipe.segments]
            for place, texts in enumerate(own):
                self._tell("adapting", first + place, recipe.buckets)
                network = train_segment(network, texts, "", shape, self._base.byte_pairs, recipe, 1)
            made += [network] if any(own) else []
        reader = Reader(self._base, self._counts(self._counted, True), self._base.byte_pairs, True, made)
        return {
            "adapted": self._mean(reader.base_places(self._held)),
            "adapted_reader": self._mean(reader.places(self._held)),
        }

    def _require_subtracted(self, leaving: Sequence[str], staying: Sequence[str]) -> None:
        """Raises: AnswersDiffer unless taking those who leave out comes to the counts of those who stay."""
        before = self._table(self._counted)
        runs = [runs_written(self._members[who], LONGEST_RUN) for who in leaving]
        after = changed(before, changes_of([(0, own, own[:0]) for own in runs]))
        require_same("the counts after members left", after.tobytes(), self._table(staying).tobytes())

    def _table(self, people: Sequence[str]) -> Records:
        return table_of([runs_written(self._members[who], LONGEST_RUN) for who in people])

    def _read(self, people: Sequence[str], rule: bool) -> tuple[Floats, Floats]:
        """Of each held-out token, and the end of each document, the bits by counts and by the reader."""
        model = self._counts(people, rule)
        reader = Reader(self._base, model, self._base.byte_pairs, rule)
        return model.bits(self._held), reader.places(self._held)

    def _counts(self, people: Sequence[str], rule: bool) -> CountingModel:
        recipe = ModelRecipe(two_members=rule).of(self._base.byte_pairs)
        served = ServingRule.of(recipe, self._base.byte_pairs).served(self._table(people))
        return CountingModel(served, self._base.byte_pairs.size, LONGEST_RUN, _DISCOUNT)

    def _mean(self, bits: Floats) -> float:
        return float(bits.sum() / self._bytes)
