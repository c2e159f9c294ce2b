"""Law 5 for batches: a batch says of every record what `decide` says of it alone."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.decide import Facts, Policy, Request, decide
from licet.enforce import batch_decisions
from licet.enforce.batch_decisions import decide_batch
from licet.enforce.verdict_table import dimensions
from licet.terms import ChoiceState, GateError
from licet.terms.signals import SIGNALS
from licet.testing.drawn_policies import make_pack
from licet.testing.drawn_questions import STATES, make_plan, make_region, make_visibility
from licet.testing.drawn_words import AGES, CATEGORIES, DAYS, PURPOSES, chance, moment_near, pick
from licet.testing.effort import examples
from licet.testing.worlds import make_policy


def make_records(rng: random.Random, policy: Policy, rows: int) -> tuple[pa.Table, list[dict[str, Any]]]:
    """Records as a table, in types as they come, and the same as plain values."""
    settings = {
        setting
        for purpose in PURPOSES
        for setting in dimensions(policy, purpose, "self", [*CATEGORIES]).settings
    }
    plain = [
        {
            "region": make_region(rng),
            "age": None if chance(rng, 10) else pick(rng, [-1, 0, *AGES, *(age - 1 for age in AGES), 99]),
            "plan": make_plan(rng),
            "visibility": make_visibility(rng),
            "created": None if chance(rng, 10) else moment_near(rng, DAYS).astimezone(UTC),
            "choices": {one: None if chance(rng, 50) else str(pick(rng, STATES)) for one in settings},
            "bound": {one: pick(rng, [*policy.numbers, "elsewhere", None]) for one in settings},
            "signals": {one: pick(rng, [True, False, None]) for one in SIGNALS} | {"other": chance(rng, 50)},
        }
        for _ in range(rows)
    ]
    columns: dict[str, pa.Array] = {
        name: pa.array([row[name] for row in plain], kind)
        for name, kind in (
            ("region", pa.string()), ("age", pick(rng, [pa.int64(), pa.int16()])), ("plan", pa.large_string()),
            ("visibility", pa.string()),
            ("created", pa.timestamp(pick(rng, ["us", "ns"]), pick(rng, [None, "UTC", "Asia/Tokyo"]))),
        )
    }  # fmt: skip
    for setting in settings:
        columns[f"choice.{setting}"] = pa.array([row["choices"][setting] for row in plain], pa.string())
        columns[f"pack.{setting}"] = pa.array([row["bound"][setting] for row in plain], pa.string())
    for signal in (*SIGNALS, "other"):
        columns[f"signal.{signal}"] = pa.array([row["signals"][signal] for row in plain], pa.bool_())
    if chance(rng, 40):
        columns = {
            name: column.dictionary_encode() if pa.types.is_string(column.type) else column
            for name, column in columns.items()
        }
    table = pa.table(columns)
    cut = rng.randrange(rows + 1)
    return pa.concat_tables([table.slice(0, cut), table.slice(cut)]), plain


def facts_of(row: dict[str, Any]) -> Facts:
    choices = {name: ChoiceState(state) for name, state in row["choices"].items() if state is not None}
    signals = frozenset(name for name, sent in row["signals"].items() if sent is not False)
    bound = {name: pack for name, pack in row["bound"].items() if pack}
    return Facts(row["region"], row["age"], row["plan"], choices, {}, signals, bound)


@examples(12)
@given(st.randoms(use_true_random=False))
def test_a_batch_says_of_every_record_what_decide_says(rng: random.Random) -> None:
    policy = make_policy(rng)
    records, plain = make_records(rng, policy, 1 + rng.randrange(40))
    at, start = moment_near(rng, DAYS), pick(rng, [0, 0, len(plain) // 2, len(plain)])
    records, plain = pick(rng, [records, records.combine_chunks()]).slice(start), plain[start:]
    for purpose in PURPOSES:
        category = pick(rng, CATEGORIES)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(batch_decisions, "_STEP", pick(rng, [7, 1 << 15]))  # records at a time
            patch.setattr(batch_decisions, "_FEW", pick(rng, [0, 8]))
            told = decide_batch(policy, purpose, category, at, records).to_pylist()
        for row, one in zip(plain, told, strict=True):
            asked = Request(purpose, category, "self", at, row["visibility"], row["created"])
            by_decide = decide(asked, facts_of(row), policy)
            assert one == {
                "permitted": by_decide.permitted, "code": by_decide.code.value,
                "rule": by_decide.rule, "setting": by_decide.setting,
            }  # fmt: skip


def test_more_classes_than_can_be_counted() -> None:
    """Thousands of different regions and plans: found by sorting, with the same answers."""
    policy = Policy(make_pack(random.Random(3)))
    rng = random.Random(4)
    records, plain = make_records(rng, policy, 300)
    odd = pa.array([f"region {n}" if n % 3 else row["region"] for n, row in enumerate(plain)])
    plans = pa.array([f"plan {n}" if n % 2 else row["plan"] for n, row in enumerate(plain)])
    crowd = records.set_column(0, "region", odd).set_column(2, "plan", plans)
    at = datetime(2026, 6, 1, tzinfo=UTC)
    told = decide_batch(policy, PURPOSES[0], CATEGORIES[0], at, crowd).to_pylist()
    for number, (row, one) in enumerate(zip(plain, told, strict=True)):
        facts = facts_of(row)._replace(region=odd[number].as_py(), plan=plans[number].as_py())
        asked = Request(PURPOSES[0], CATEGORIES[0], "self", at, row["visibility"], row["created"])
        assert one["code"] == decide(asked, facts, policy).code.value


def test_facts_without_a_column_are_not_known_but_choices_must_be_told() -> None:
    policy = Policy(make_pack(random.Random(3)))
    at = datetime(2026, 6, 1, tzinfo=UTC)
    question = next(
        (purpose, category)
        for purpose in PURPOSES
        for category in CATEGORIES
        if dimensions(policy, purpose, "self", [category]).settings
    )
    looks = dimensions(policy, *question[:1], "self", [question[1]])
    bare = pa.table({"region": pa.array(["DE", None])})
    with pytest.raises(GateError) as refused:
        decide_batch(policy, *question, at, bare)
    assert refused.value.code == "GATE-009"
    for setting in looks.settings:
        bare = bare.append_column(f"choice.{setting}", pa.array([None, "no such word"]))
    for signal in looks.signals:
        bare = bare.append_column(f"signal.{signal}", pa.array([False, True]))
    told = decide_batch(policy, *question, at, bare).to_pylist()
    choices = dict.fromkeys(looks.settings, ChoiceState.REFUSED)
    for one, facts in zip(
        told,
        (Facts("DE"), Facts(None, None, None, choices, {}, frozenset(looks.signals))),
        strict=True,
    ):
        assert one["code"] == decide(Request(*question, "self", at), facts, policy).code.value
    assert decide_batch(policy, *question, at, bare.slice(0, 0)).num_rows == 0


@pytest.mark.parametrize(
    ("column", "value"),
    [("region", 7), ("age", "30"), ("age", 30.5), ("created", "2026-01-01"), ("signal.gpc", "yes")],
)
def test_columns_of_a_type_that_cannot_say_it_are_refused(column: str, value: Any) -> None:
    rng = random.Random(0)
    while True:
        policy = make_policy(rng)
        looks = dimensions(policy, PURPOSES[0], "self", [CATEGORIES[0]])
        if looks.cuts and "gpc" in looks.signals and len(looks.ages) > 1:
            break
    records, _ = make_records(rng, policy, 3)
    at = datetime(2026, 6, 1, tzinfo=UTC)
    decide_batch(policy, PURPOSES[0], CATEGORIES[0], at, records)
    odd = records.set_column(records.column_names.index(column), column, pa.array([value] * 3))
    with pytest.raises(GateError) as refused:
        decide_batch(policy, PURPOSES[0], CATEGORIES[0], at, odd)
    assert refused.value.code == "GATE-010"
    with pytest.raises(GateError) as refused:
        decide_batch(policy, PURPOSES[0], CATEGORIES[0], at.replace(tzinfo=None), records)
    assert refused.value.code == "GATE-001"
