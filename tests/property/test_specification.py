"""Law 5: the evaluator says what the specification says, in answer, code, rule, setting and choice, whatever is asked.

Packs one after another, renamed, split, moved, merged, dropped and put in force again; choices under each, whole and
narrow, a yes after a no, some bound to nothing; signals; facts that are missing or wrong.
"""

from __future__ import annotations

import ast
import io
import random
import re
import tokenize
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from licet.decide import Facts, Policy, Request, decide, specification
from licet.decide.evaluator import evaluate
from licet.packs import Pack
from licet.terms import ChoiceState, Code
from licet.testing.drawn_policies import make_crowded_pack, make_pack
from licet.testing.drawn_questions import make_facts, make_request
from licet.testing.drawn_words import CATEGORIES, OWN_CATEGORIES, OWN_PURPOSES, PURPOSES, RECIPIENTS, pick
from licet.testing.effort import EFFORT
from licet.testing.remembered_meaning import Meaning
from licet.testing.stories import Story, make_turned
from licet.testing.successors import make_successor

AT = datetime(2026, 6, 1, tzinfo=UTC)
#: A share is one test, so that a parallel run spreads them.
SHARES = range(4)


def assert_same(request: Request, who: Facts, meaning: Meaning, policy: Policy) -> Code:
    meant = meaning.decide(request, who)
    assert evaluate(request, who, policy) == meant, (request, who)
    return meant.code


def words_asked(rng: random.Random, packs: Sequence[Pack]) -> Request:
    """A question in the words of any of the packs, in force or gone, that mostly only choices could deny."""
    pack = pick(rng, [*packs, packs[-1]])
    request = make_request(rng)
    if rng.random() < 0.8:
        request = request._replace(at=AT, created=AT, visibility="public")
    return request._replace(
        purpose=pick(rng, [*PURPOSES, *OWN_PURPOSES, *pack.purposes]),
        category=pick(rng, [*CATEGORIES, *OWN_CATEGORIES, *pack.categories]),
        recipient=pick(rng, ["self", "self", *RECIPIENTS, *pack.recipients]),
    )


@pytest.mark.parametrize("share", SHARES)
def test_of_one_policy_the_evaluator_says_what_the_specification_says(share: int) -> None:
    codes = Counter[Code]()
    for seed in range(share, 150 * EFFORT, len(SHARES)):
        rng = random.Random(seed)
        pack = make_pack(rng, most_rules=60 if seed % 10 == 0 else 6)
        policy, meaning = Policy(pack), Meaning([pack])
        for _ in range(20):
            codes[assert_same(make_request(rng), make_facts(rng, pack), meaning, policy)] += 1
    assert len(codes) > 15


def test_of_many_rules_about_one_question_the_evaluator_says_what_the_specification_says() -> None:
    codes = Counter[Code]()
    for seed in range(6 * EFFORT):
        rng = random.Random(f"crowded/{seed}")
        pack = make_crowded_pack(rng, pick(rng, [12, 30, 60]))
        policy, meaning = Policy(pack), Meaning([pack])
        for _ in range(60):
            request = make_request(rng)._replace(
                purpose=PURPOSES[0], category=CATEGORIES[0], recipient="self"
            )
            who = make_facts(rng, pack)
            if rng.random() < 0.7:  # what nobody knows would hide all else
                who = who._replace(
                    region=pick(rng, ["DE", "CH", "US-CA", "FR"]), age=pick(rng, [15, 30]), plan="free"
                )
                request = request._replace(visibility="public", at=pick(rng, [AT, request.at]), created=AT)
            codes[assert_same(request, who, meaning, policy)] += 1
    assert len(codes) > 12 and codes[Code.PERMITTED] > 2 and codes[Code.FORBIDDEN] > 10


@pytest.mark.parametrize("share", SHARES)
def test_over_packs_and_choices_the_evaluator_says_what_the_specification_says(share: int) -> None:
    codes = Counter[Code]()
    for seed in range(share, 160 * EFFORT, len(SHARES)):
        rng = random.Random(seed)
        story = Story(rng)
        for _ in range(rng.randint(1, 4)):
            story.say_something()
            story.next_pack()
        policy, meaning = story.policy, Meaning(story.packs)
        for request in story.asked[-1]:
            codes[assert_same(request, story.who, meaning, policy)] += 1
            codes[assert_same(request, make_facts(rng, *story.packs), meaning, policy)] += 1
    assert codes[Code.REFUSED] > 30 and codes[Code.PERMITTED] > 30


@pytest.mark.parametrize("share", SHARES)
def test_over_packs_turned_about_the_evaluator_says_what_the_specification_says(share: int) -> None:
    codes, again = Counter[Code](), 0
    for seed in range(share, 160 * EFFORT, len(SHARES)):
        rng = random.Random(f"turned/{seed}")
        packs = [make_pack(rng)]
        for _ in range(rng.randint(1, 4)):
            fate = rng.random()
            packs.append(
                pick(rng, packs)
                if fate < 0.15
                else make_successor(rng, packs[-1]).pack
                if fate < 0.3
                else make_turned(rng, packs[-1])
            )
        policy, meaning = Policy(packs[-1], packs[:-1]), Meaning(packs)
        for _ in range(24):
            who = make_facts(rng, *packs)
            if rng.random() < 0.8:
                who = who._replace(region="DE", age=30, plan="free")
            codes[assert_same(words_asked(rng, packs), who, meaning, policy)] += 1
            again += ChoiceState.GIVEN_AGAIN in who.choices.values()
    assert codes[Code.REFUSED] > 30 and codes[Code.PERMITTED] > 30 and again > 30


def test_of_what_is_of_no_sort_the_evaluator_says_what_the_specification_says() -> None:
    rng = random.Random(5)
    pack = make_pack(rng)
    policy, no = Policy(pack), ChoiceState.REFUSED
    odd: list[dict[str, Any]] = [
        {"choices": None}, {"choices": {"ai": "given", "ads": 3}}, {"narrow": {"ai": None}}, {"narrow": 3},
        {"narrow": {"ai": {3: no}, "ads": {None: no}}}, {"signals": ["gpc"]}, {"bound": 3}, {"bound": {"ai": 3}},
        {"narrow_bound": 3}, {"narrow_bound": {"ai": 3}}, {"age": "30"}, {"age": True}, {"plan": 3}, {"region": 3},
    ]  # fmt: skip
    asked: list[dict[str, Any]] = [
        {}, {"purpose": None}, {"category": 3}, {"recipient": ()}, {"at": datetime(2026, 1, 1)}, {"at": "2026"},  # noqa: DTZ001
        {"visibility": 3}, {"created": datetime(2026, 1, 1)}, {"created": "2026"},  # noqa: DTZ001
    ]  # fmt: skip
    codes = Counter[Code]()
    for what in [{}, *odd]:
        for how in asked:
            for _ in range(4):
                request, who = make_request(rng)._replace(**how), make_facts(rng, pack)._replace(**what)
                told = decide(request, who, policy)
                assert told[:5] == specification.decide(request, who, [pack]), (request, who)
                codes[told.code] += 1
    for nobody in (None, 3, {"age": 3}):
        told = decide(make_request(rng), nobody, policy)  # type: ignore[arg-type]
        assert not told.permitted
    assert codes[Code.SUBJECT_UNKNOWN] > 10 and len(codes) > 10


def test_the_specification_is_short_and_names_its_laws() -> None:
    source = Path(specification.__file__).read_text(encoding="utf-8")
    assert len(lines_of_code(source)) <= 300
    assert {*map(int, re.findall(r"[Ll]aw (\d+)", source))} >= {1, 2, 3, 4, 6, 7}
    imported = {node.module for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)}
    assert {module for module in imported if module and module.startswith("licet.decide")} == {
        "licet.decide.question"
    }


def lines_of_code(source: str) -> set[int]:
    """The lines that are neither blank nor comment nor docstring."""
    skipped = {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    code = {line for one in tokens if one.type not in skipped for line in range(one.start[0], one.end[0] + 1)}
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and ast.get_docstring(node) is not None
        ):
            code -= {*range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)}
    return code
