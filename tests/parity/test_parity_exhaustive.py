"""Every ordered set of up to four rules, each permit or forbid, each true, false or not evaluable.

A truth table written here, apart from licet, is held against `decide` and against the gate. The four rules of a
set look at four different things (region, age, plan, date), in every rotation, so that 27 people and three dates
make all 81 truths of every set at once.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from licet.decide import Policy, decide
from licet.decide.question import Facts, Request
from licet.enforce.pseudonyms import pseudonym_of_key
from licet.packs import Pack
from licet.sources.catalogue import Catalogue
from licet.terms import SELF, Code
from licet.testing.agreement import assert_table_agrees
from licet.testing.memory_ledger import open_gate
from licet.testing.worlds import World

AT = datetime(2026, 1, 1, tzinfo=UTC)
LOOKS = ("region", "age", "plan", "created")
CONDITION: dict[str, dict[str, Any]] = {
    "region": {"regions": ["CA-QC"]},
    "age": {"minimum_age": 18},
    "plan": {"plans": ["premium"]},
    "created": {"created_from": "2025-11-03"},
}
#: What makes each condition true, false, and not evaluable; a member known to be in CA may be in CA-QC.
VALUES: dict[str, dict[bool | None, Any]] = {
    "region": {True: "CA-QC", False: "DE", None: "CA"},
    "age": {True: 18, False: 17, None: None},
    "plan": {True: "premium", False: "free", None: None},
    "created": {
        True: datetime(2025, 11, 3, tzinfo=UTC),
        False: datetime(2025, 11, 2, 23, 59, 59, 999999, tzinfo=UTC),
        None: None,
    },
}
UNKNOWN = dict(zip(LOOKS, ("region_unknown", "age_unknown", "plan_unknown", "created_unknown"), strict=True))
FALSE = dict(
    zip(LOOKS, ("region_not_covered", "under_age", "plan_not_covered", "created_not_covered"), strict=True)
)
Truth = dict[str, bool | None]
TRUTHS: list[Truth] = [
    dict(zip(LOOKS, values, strict=True)) for values in itertools.product((True, False, None), repeat=4)
]
#: Ordered sets of rules: each is (effect, what it looks at).
SETS: list[tuple[tuple[str, str], ...]] = sorted(
    {
        tuple(zip(effects, (LOOKS[(place + turn) % 4] for place in range(len(effects))), strict=True))
        for size in range(5)
        for effects in itertools.product(("permit", "forbid"), repeat=size)
        for turn in range(4)
    }
)


def kind_of_data(number: int) -> str:
    return f"content.posts.s{number}"


def truth_table(rules: tuple[tuple[str, str], ...], truth: Truth) -> tuple[str, str | None]:
    """The code, and what the rule it names looks at. The laws, and nothing else."""
    forbids = [look for effect, look in rules if effect == "forbid"]
    permits = [look for effect, look in rules if effect == "permit"]
    for look in forbids:
        if truth[look] is True:
            return "forbidden", None  # whichever comes first by id
    for group in (forbids, permits):
        open_questions = [look for look in LOOKS if look in group and truth[look] is None]
        if open_questions:
            return UNKNOWN[open_questions[0]], open_questions[0]
    if any(truth[look] for look in permits):
        return "permitted", None
    failing = [look for look in LOOKS if look in permits]
    return (FALSE[failing[-1]], failing[-1]) if failing else ("no_rule", None)


def make_policy(backwards: bool) -> Policy:
    rules = [
        {
            "id": f"s{number}.{place}.{look}",
            "effect": effect,
            "purposes": ["recommendation"],
            "categories": [kind_of_data(number)],
            **({"notice": "n"} if effect == "permit" else {}),
            **CONDITION[look],
        }
        for number, chosen in enumerate(SETS)
        for place, (effect, look) in enumerate(chosen)
    ]
    return Policy(
        Pack.model_validate(
            {
                "licet_pack": 1,
                "id": "exhaustive",
                "title": "Every set of rules",
                "version": "1",
                "observed": "2026-01-01",
                "controller": {"name": "Acme"},
                "sources": {"page": {"title": "A page", "kind": "official"}},
                "notices": {"n": {"title": "n", "published": "2020-01-01", "effective": "2020-01-01"}},
                "categories": {kind_of_data(number): {} for number in range(len(SETS))},
                "purposes": {"recommendation": {}},
                "rules": rules[::-1] if backwards else rules,
            }
        )
    )


def test_there_are_all_sets_and_all_truths() -> None:
    kinds = {tuple((effect, truth[look]) for effect, look in chosen) for chosen in SETS for truth in TRUTHS}
    assert len(kinds) == 1 + 6 + 6**2 + 6**3 + 6**4


@pytest.mark.parametrize("backwards", [False, True])
def test_decide_agrees_with_the_truth_table(backwards: bool) -> None:
    policy = make_policy(backwards)
    for number, chosen in enumerate(SETS):
        for truth in TRUTHS:
            who = {look: VALUES[look][truth[look]] for look in LOOKS}
            told = decide(
                Request("recommendation", kind_of_data(number), SELF, AT, None, who["created"]),
                Facts(who["region"], who["age"], who["plan"]),
                policy,
            )
            code, look = truth_table(chosen, truth)
            assert (told.permitted, told.code) == (code == "permitted", Code(code)), (chosen, truth)
            assert look is None or (told.rule or "").endswith(look), (chosen, truth)


def test_gate_agrees_with_the_truth_table(engine: Any) -> None:
    numbers = list(range(len(SETS)))
    parts = {f"part{start // 60}": numbers[start : start + 60] for start in range(0, len(numbers), 60)}
    world = _world(parts)
    gate = open_gate(world, engine)
    for name, part in parts.items():
        assert_table_agrees(gate, world, name)
        rows = {row["row"]: row for row in gate.read(name).to_pylist()}
        for place, truth in enumerate(TRUTHS):
            for number in part:
                code, _ = truth_table(SETS[number], truth)
                # keys have no label here, so pseudonyms say which row is which
                shown = rows.get(pseudonym_of_key(world.salt, name, str(place)), {}).get(f"c{number}")
                assert (shown == number) is (code == "permitted"), (SETS[number], truth)
                assert shown in (None, number)


def _world(parts: dict[str, list[int]]) -> World:
    people = list(itertools.product((True, False, None), repeat=3))
    who = {truths: f"m{number}" for number, truths in enumerate(people)}
    members = pa.table(
        {
            "who": pa.array(who.values(), pa.string()),
            "region": pa.array([VALUES["region"][region] for region, _, _ in people], pa.string()),
            "age": pa.array([VALUES["age"][age] for _, age, _ in people], pa.int64()),
            "plan": pa.array([VALUES["plan"][plan] for _, _, plan in people], pa.string()),
        }
    )
    records = {
        "row": pa.array(range(len(TRUTHS)), pa.int64()),
        "author": pa.array([who[(t["region"], t["age"], t["plan"])] for t in TRUTHS], pa.string()),
        "made": pa.array([VALUES["created"][t["created"]] for t in TRUTHS], pa.timestamp("us", "UTC")),
    }
    nobody = pa.table(
        {name: pa.array([], pa.string()) for name in ("subject", "setting", "category", "state", "pack")}
    )
    return World(
        make_policy(backwards=False),
        Catalogue.model_validate(
            {
                "licet_catalogue": 1,
                "facts": {
                    "table": "members", "subject": "who", "region": "region", "age": "age", "plan": "plan",
                },
                "tables": {
                    "members": {"location": {"arrow": "members"}, "columns": {}},
                    **{
                        name: {
                            "location": {"arrow": name},
                            "key": "row",
                            "subjects": ["author"],
                            "created": "made",
                            "columns": {f"c{number}": kind_of_data(number) for number in part},
                        }
                        for name, part in parts.items()
                    },
                },
            }
        ),
        {
            "members": members,
            **{
                name: pa.table(records | {f"c{n}": pa.array([n] * len(TRUTHS), pa.int64()) for n in part})
                for name, part in parts.items()
            },
        },
        nobody,
        pa.table({name: pa.array([], pa.string()) for name in ("subject", "signal")}),
        "recommendation",
        SELF,
        AT,
    )  # fmt: skip
