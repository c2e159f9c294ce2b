"""What becomes of choices when a policy follows others: how far noes travel, and which yeses fall silent.

Asked of `decide.Policy`, which decides by the same; what is added here are sentences and, over a ledger, counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from licet.decide import Policy
from licet.decide.explain import category_term, recipient_name
from licet.packs import Pack
from licet.packs.pack_references import SUCCEEDING
from licet.policies.difference.audience import Voice, listed
from licet.terms import SELF
from licet.terms.canonical import JsonObject
from licet.terms.vocabulary import PURPOSES

_WHY = {
    "succeeds": "in succession to {of}",
    "new": "new and of the same sort as {of}",
    "dropped": "since the policy no longer speaks of {of}",
}


class Silenced(NamedTuple):
    """Yeses to one setting. wholly: how many speak for nothing that it governs now; partly: for a part of it."""

    setting: str
    wholly: int
    partly: int

    def as_json(self) -> JsonObject:
        return self._asdict()


def noes_that_travel(policy: Policy, voice: Voice) -> Iterator[str]:
    """What refusals have come to reach with the policy's pack, in sentences."""
    alike: dict[tuple[str, ...], dict[str, None]] = {}
    for carried in policy.succession.carried_by_the_last():
        named = listed(_label(setting, policy) for setting in carried.settings)
        of = listed(_word(carried.part, old, policy, voice) for old in carried.of)
        word = _word(carried.part, carried.word, policy, voice)
        alike.setdefault((named, carried.why, of), {})[word] = None
    for (named, why, of), words in alike.items():
        yield f"A no to {named} holds for {listed(words)} too, {_WHY[why].format(of=of)}."
    for step in policy.succession.steps[-1:]:
        for part in SUCCEEDING:
            for word, old in getattr(step, part).unheard:
                named = _word(part, word, policy, voice)
                yield f"The policy says that {named} succeeds “{old}”, of which no policy before it spoke."


def yeses_that_fall_silent(before: Pack, policy: Policy, voice: Voice) -> Iterator[str]:
    """A sentence for each setting of which a yes under the pack before does not speak for all that it governs now."""
    for setting in policy.pack.settings:
        questions, speaks = policy.unspoken(setting, before.digest)
        if not questions or setting not in before.settings:
            continue
        kinds: dict[tuple[str, str], dict[str, None]] = {}
        for purpose, category, recipient in questions:
            kinds.setdefault((purpose, recipient), {})[category] = None
        what = "; ".join(
            f"{voice.purpose(policy.pack, purpose)} with {voice.data(policy.pack, categories)}"
            + ("" if recipient == SELF else f", by {recipient_name(policy.pack, recipient)}")
            for (purpose, recipient), categories in kinds.items()
        )
        counts = "counts as never asked about that" if speaks else "counts as never asked at all"
        yield f"A yes to {_label(setting, policy)} given before does not speak for {what}: who gave it {counts}."


def count_silenced(policy: Policy, choices: pa.Table) -> tuple[Silenced, ...]:
    """Yeses that do not speak for all that their setting governs. choices: as `Choices.choices_table` gives them."""
    is_yes = pc.and_(pc.equal(choices["value"], "on"), pc.is_null(choices["category"]))
    yeses = choices.filter(is_yes).select(["setting", "pack"])
    counted = yeses.append_column("pack_text", yeses["pack"].cast(pa.string())).drop_columns(["pack"])
    found: dict[str, list[int]] = {}
    for row in counted.group_by(["setting", "pack_text"]).aggregate([([], "count_all")]).to_pylist():
        questions, speaks = policy.unspoken(row["setting"], row["pack_text"])
        if questions:
            found.setdefault(row["setting"], [0, 0])[1 if speaks else 0] += row["count_all"]
    return tuple(Silenced(setting, *numbers) for setting, numbers in sorted(found.items()))


def counted_in_words(silenced: tuple[Silenced, ...], policy: Policy) -> Iterator[str]:
    """A sentence for each setting some yeses to which fall silent."""
    for one in silenced:
        parts = [f"{one.wholly:,} speak for nothing it governs now"] * bool(one.wholly)
        parts += [f"{one.partly:,} for a part of it"] * bool(one.partly)
        yield f"Of the yeses to {_label(one.setting, policy)}, {' and '.join(parts)}; the rest is asked again."


def _label(setting: str, policy: Policy) -> str:
    packs = [pack for pack in (*policy.earlier, policy.pack) if setting in pack.settings]
    return f"“{packs[-1].settings[setting].label}”" if packs else setting


def _word(part: str, word: str, policy: Policy, voice: Voice) -> str:
    """What people call a word, in the latest pack that knows it."""
    packs = [pack for pack in (*policy.earlier, policy.pack) if word in getattr(pack, part)] or [policy.pack]
    if part == "categories":
        return f"{voice.whose}{category_term(packs[-1], word).label}"
    if part == "recipients":
        return (
            recipient_name(packs[-1], word)
            if word in packs[-1].recipients
            else "everybody else who receives data"
        )
    known = word in packs[-1].purposes or word in PURPOSES
    return voice.purpose(packs[-1], word) if known else "everything"
