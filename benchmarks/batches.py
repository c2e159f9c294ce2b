"""Decisions over Arrow batches: a million records with the facts about their subjects beside them, decided at once."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from benchmarks.measure import Tell, in_turn, silent
from benchmarks.network import REGIONS, SETTINGS
from benchmarks.outcome import Outcome, require_same
from benchmarks.policies import article_policy
from licet.decide import Facts, Request, decide
from licet.enforce import decide_batch
from licet.terms import SELF, ChoiceState
from licet.terms.moments import parse_moment

PURPOSE, CATEGORY, AT = "generative_ai_training", "content.posts", parse_moment("2026-01-01")


@dataclass(frozen=True)
class Sizes:
    records: int
    singly: int
    rounds: int


SMALL = Sizes(records=2_000_000, singly=20_000, rounds=5)
FULL = Sizes(records=8_000_000, singly=100_000, rounds=9)

_HOW = (
    "Records with region, visibility, time of making and the subject's choice, in one Arrow table; regions as the "
    "network of the gate has them, one subject in seven has chosen, 92 of 100 records are public. The answer is "
    "permitted, code, rule and setting for every record.",
    "Words as dictionaries is how Arrow keeps columns of few distinct words, and how a Parquet reader hands them over "
    "when asked; words as plain text must be told apart first.",
    "Processor time; the asking of `decide` about each class of records that occurs, some two milliseconds, is in it.",
    "One by one: `decide` in a loop over requests and facts that are made before the clock starts.",
)


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("batches", "Decisions over Arrow batches", _HOW)
    policy = article_policy()
    words = _records(sizes.records, seed)
    plain = pa.table(
        {
            name: column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
            for name, column in zip(words.column_names, words.columns, strict=True)
        }
    )
    asked = _singly(plain.slice(0, sizes.singly))
    told = decide_batch(policy, PURPOSE, CATEGORY, AT, words)
    in_text = decide_batch(policy, PURPOSE, CATEGORY, AT, plain)
    require_same("both forms of words", told["code"].to_pylist(), in_text["code"].to_pylist())
    one_by_one = [decide(request, facts, policy).code.value for request, facts in asked]
    require_same("the batch and decide", told["code"].to_pylist()[: sizes.singly], one_by_one)
    outcome.checks.append(f"the batch says of {sizes.singly:,} records what decide says of each alone")
    outcome.sizes = {
        "records": sizes.records,
        "records_one_by_one": sizes.singly,
        "rounds": sizes.rounds,
        "permitted_share": round(sum(told["permitted"].to_pylist()) / sizes.records, 3),
    }
    taken = in_turn(
        {
            "words": lambda: decide_batch(policy, PURPOSE, CATEGORY, AT, words),
            "plain": lambda: decide_batch(policy, PURPOSE, CATEGORY, AT, plain),
            "singly": lambda: [decide(request, facts, policy) for request, facts in asked],
        },
        sizes.rounds,
        tell=tell,
        stage="deciding",
        clock=time.process_time,
    )
    for name, what, records in (
        ("words", "words as dictionaries, a record", sizes.records),
        ("plain", "words as plain text, a record", sizes.records),
        ("singly", "one by one, a record", sizes.singly),
    ):
        outcome.add(f"batch_{name}", what, "ns", [seconds / records * 1e9 for seconds in taken[name]])
    outcome.reached["batch"] = ["batch_words", "batch_plain"]
    return outcome


def _records(size: int, seed: int) -> pa.Table:
    chance = np.random.default_rng(seed)
    regions = [region for region, _ in REGIONS]
    shares = np.array([share for _, share in REGIONS], float)
    states = [state.value for state in (ChoiceState.GIVEN, ChoiceState.REFUSED)]
    chosen = chance.integers(0, 14, size)
    packs = [article_policy().pack.digest]
    return pa.table(
        {
            "region": _dictionary(chance.choice(len(regions), size, p=shares / shares.sum()), regions),
            "visibility": _dictionary((chance.integers(0, 100, size) >= 92), ["public", "connections"]),
            "created": pa.array(chance.integers(1_577_836_800, 1_767_225_600, size) * 10**6).cast(
                pa.timestamp("us", "UTC")
            ),
            f"choice.{SETTINGS[0]}": _dictionary(chosen, states, chosen >= 2),
            f"pack.{SETTINGS[0]}": _dictionary(chosen * 0, packs, chosen >= 2),
        }
    )


def _dictionary(codes: np.ndarray, words: list[str], nulls: np.ndarray | None = None) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int8), mask=nulls), pa.array(words))


def _singly(records: pa.Table) -> list[tuple[Request, Facts]]:
    asked = []
    for row in records.to_pylist():
        state = row[f"choice.{SETTINGS[0]}"]
        choices = {} if state is None else {SETTINGS[0]: ChoiceState(state)}
        bound = {SETTINGS[0]: row[f"pack.{SETTINGS[0]}"]}
        request = Request(PURPOSE, CATEGORY, SELF, AT, row["visibility"], row["created"])
        asked.append((request, Facts(row["region"], None, None, choices, bound=bound)))
    return asked
