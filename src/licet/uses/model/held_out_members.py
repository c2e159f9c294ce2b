"""How well counts foretell what members write whom they were not taken from: bits a byte of held-out members' texts.

A share of the members, told by a keyed hash of who they are, is left out; the rest is counted as for a model of the
recipe, once as it would be served and once with every run, and scored is each document of those left out, its end
included. Nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from licet.terms import UseError
from licet.terms.canonical import JsonObject
from licet.uses.model.base_folder import Base
from licet.uses.model.byte_pairs import BytePairs, Tokens
from licet.uses.model.counting_model import CountingModel, Floats
from licet.uses.model.member_counts import summed, table_of
from licet.uses.model.model_recipe import PinnedRecipe
from licet.uses.model.reader import Reader
from licet.uses.model.serving_rule import ServingRule
from licet.uses.model.token_runs import runs_written
from licet.uses.use import Progress

_AT_ONCE = 256


class Evaluation(NamedTuple):
    """members: counted; of those held out, their number, documents and bytes of UTF-8. bits_per_byte: as it is served;
    of_every_run: were every run served, whoever wrote it. by_base: the base alone, without any member. by_reader: as it
    is served, read together with the base. by_adapted: the base adapted to those that were counted, alone, and
    by_adapted_reader: in the place of the base. None where neither was given."""

    members: int
    held_out: int
    documents: int
    bytes: int
    bits_per_byte: float
    of_every_run: float
    by_base: float | None = None
    by_reader: float | None = None
    by_adapted: float | None = None
    by_adapted_reader: float | None = None

    def as_json(self) -> JsonObject:
        return self._asdict()


def evaluate(
    by_member: Mapping[str, Sequence[Tokens]],
    is_held_out: Callable[[str], bool],
    recipe: PinnedRecipe,
    vocabulary: BytePairs,
    base: Base | None,
    adapted: Sequence[bytes],
    progress: Progress,
) -> Evaluation:
    """adapted: what the base became on those that are counted; none where it is not tried.

    Raises: UseError MODL-004 where nobody, or nothing they wrote, is left out, or nobody is left; as `Reader`."""
    held = [who for who in sorted(by_member) if is_held_out(who)]
    others = [who for who in sorted(by_member) if not is_held_out(who)]
    texts = [tokens for who in held for tokens in by_member[who]]
    size = sum(len(vocabulary.bytes_of[token]) for tokens in texts for token in tokens.tolist())
    if not size or not others:
        raise UseError(
            "MODL-004",
            f"of {len(by_member)} members {len(held)} are held out, which is nothing to be tried on",
            fix="hold out another share; or make a corpus of more members",
        )
    parts = []
    for done in range(0, len(others), _AT_ONCE):
        progress("counting", done, len(others))
        parts.append(
            table_of([runs_written(by_member[who], recipe.order) for who in others[done : done + _AT_ONCE]])
        )
    table = summed(parts)
    served, every = (
        CountingModel(each, vocabulary.size, recipe.order, recipe.discount_percent / 100)
        for each in (ServingRule.of(recipe, vocabulary).served(table), table)
    )
    ways: dict[str, Callable[[Sequence[Tokens]], Floats]] = {
        "bits_per_byte": served.bits,
        "of_every_run": every.bits,
    }
    if base is not None:
        reader = Reader(base, served, vocabulary, recipe.two_members)
        ways |= {"by_base": reader.base_places, "by_reader": reader.places}
    if base is not None and adapted:
        reader = Reader(base, served, vocabulary, recipe.two_members, adapted)
        ways |= {"by_adapted": reader.base_places, "by_adapted_reader": reader.places}
    bits = dict.fromkeys(ways, 0.0)
    for done in range(0, len(texts), _AT_ONCE):
        progress("scoring", done, len(texts))
        for way, score in ways.items():
            bits[way] += float(score(texts[done : done + _AT_ONCE]).sum())
    per_byte = {way: each / size for way, each in bits.items()}
    return Evaluation(len(others), len(held), len(texts), size, **per_byte)
