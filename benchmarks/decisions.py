"""One decision with its reasons, in process, beside engines that answer the same questions.

Also how a decision grows with the policy: with rules spread over questions as platforms write them, and, apart,
with every rule about one question, which nobody writes.
"""

from __future__ import annotations

import functools
import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.measure import Tell, in_turn, nanoseconds_each, quantile, seconds_of, silent, tally
from benchmarks.outcome import AnswersDiffer, Curve, Outcome, require_same
from benchmarks.peers.casbin_engine import Casbin
from benchmarks.peers.cedar import Cedar
from benchmarks.peers.plain import plain_question, plain_rules
from benchmarks.peers.rego import Rego
from benchmarks.policies import (
    Question,
    article_policy,
    crowded_pack,
    questions,
    rules_in_question,
    spread_pack,
    varied_pack,
)
from licet.decide import Decision, Policy, decide


@dataclass(frozen=True)
class Sizes:
    """grown: sizes of the generated packs, ascending; the last is compared with the first.
    peers_grown: how many questions engines that walk all rules are asked of the largest pack."""

    questions: int
    rounds: int
    at_least_seconds: float
    grown: tuple[int, ...]
    peers_grown: int


SMALL = Sizes(questions=300, rounds=11, at_least_seconds=0.01, grown=(30, 300, 1_000, 10_000), peers_grown=10)
FULL = Sizes(
    questions=1_000, rounds=41, at_least_seconds=0.03, grown=(30, 300, 1_000, 10_000), peers_grown=20
)

_HOW = (
    "Requests and facts, and for every other engine its own form of them, are made before the clock starts; rules "
    "are parsed, compiled and indexed. Only answering is timed.",
    "Median and p99 are of single calls, each between two readings of the clock; comparisons are of whole passes "
    "over all questions, contenders in turn within each round.",
    "Three questions in four are about what some rule speaks of; one in twelve is asked before the policy is in "
    "force; members' regions, audiences and choices vary.",
    "cedarpy: PolicySet and Entities parsed in advance, context already JSON text; also its batch call. casbin: as its "
    "manual has it, and as FastEnforcer with conditions in one Python function, which is what counts. regopy: "
    "a compiled bundle, prepared inputs.",
    "Grown policies have three rules to a question and as many purposes as kinds of data; a crowded policy has all "
    "of them about one question: a few sorts of rules, each many times, or no two alike.",
    "Comparisons and growth are of processor time; single calls, which last microseconds, of the clock.",
)


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("decisions", "One decision with reasons", _HOW)
    article = article_policy()
    asked = questions(article, sizes.questions, seed)
    outcome.sizes = {
        "questions": len(asked),
        "rounds": sizes.rounds,
        "article": {"rules": len(article.pack.rules), "rules_in_question": rules_in_question(article, asked)},
        "permitted_share": sum(_ask(article, one).permitted for one in asked) / len(asked),
    }
    _single_calls(outcome, article, asked, sizes, tell)
    _beside_peers(outcome, article, asked, sizes, tell)
    _growth(outcome, sizes, seed, tell)
    _crowded(outcome, sizes, seed, tell)
    outcome.curves.append(
        Curve(
            "growth", "How a decision grows with the policy", "rules in the policy", "µs a decision",
            {
                what: {rules: f"{name}_{rules}" for rules in sizes.grown}
                for name, what in (
                    ("licet", "rules spread over questions"),
                    ("crowded", "all about one question"),
                    ("varied", "all about one question, no two alike"),
                )
            },
            log_x=True, log_y=True,
        )
    )  # fmt: skip
    outcome.configuration |= _CONFIGURATION
    return outcome


_CONFIGURATION = {
    "cedarpy": "PolicySet and Entities parsed in advance, kinds of data and countries as entities so that both tests "
    "are look-ups, context JSON text already",
    "casbin": "FastEnforcer with cache_key_order purpose and kind of data, conditions in one Python function; and the "
    "Enforcer as its manual has it",
    "regopy": "one bundle built from module and data, one Interpreter, Input objects made in advance",
}


def _ask(policy: Policy, question: Question) -> Decision:
    return decide(question.request, question.facts, policy)


def _asker(policy: Policy, asked: list[Question]) -> Callable[[], None]:
    told = [(one.request, one.facts) for one in asked]

    def ask() -> None:
        for request, facts in told:
            decide(request, facts, policy)

    return ask


def _single_calls(outcome: Outcome, policy: Policy, asked: list[Question], sizes: Sizes, tell: Tell) -> None:
    """Every call timed by itself. A round is one pass over all questions."""
    middles, ends, calls = [], [], []
    pass_over = _asker(policy, asked)
    for turn in range(sizes.rounds):
        tell("one decision at a time", turn, sizes.rounds)
        gc.collect()
        pass_over()  # what collecting pushed out of the processor's caches is not a decision's to pay for
        taken = [nanoseconds_each(_bound(policy, one), 1)[0] for one in asked]
        middles.append(quantile(taken, 0.5) / 1000)
        ends.append(quantile(taken, 0.99) / 1000)
        calls += taken
    outcome.add("licet", "one decision, single calls, the article's policy", "µs", middles, tally(calls))
    outcome.add("licet_p99", "99th percentile of each round's single calls", "µs", ends)
    outcome.compare("p99_over_median", "99th percentile over median", ends, middles)
    outcome.reached |= {"decision": "licet", "decision_p99": "p99_over_median"}


def _bound(policy: Policy, question: Question) -> Callable[[], object]:
    request, facts = question

    def ask() -> object:
        return decide(request, facts, policy)

    return ask


def _beside_peers(outcome: Outcome, policy: Policy, asked: list[Question], sizes: Sizes, tell: Tell) -> None:
    engines = _engines(policy, asked)
    _require_same_answers(outcome, policy, asked, engines, len(asked), "the article's policy")
    all_of_them = list(range(len(asked)))
    contenders = {"licet_pass": _asker(policy, asked)}
    contenders |= {name: engine.asker(all_of_them) for name, engine in engines.items()}
    contenders["cedarpy_batch"] = engines["cedarpy"].batch_asker(all_of_them)
    taken = in_turn(
        contenders,
        sizes.rounds,
        tell=tell,
        stage="side by side",
        at_least_seconds=sizes.at_least_seconds,
        clock=time.process_time,
    )
    for name, seconds in taken.items():
        outcome.add(name, f"{_TITLES[name]}, a question", "µs", [s / len(asked) * 1e6 for s in seconds])
    for name in contenders:
        if name != "licet_pass":
            outcome.others.add(name)
            outcome.compare(
                f"{name}_over_licet", f"{_TITLES[name]} over licet", taken[name], taken["licet_pass"]
            )
    outcome.reached |= {"decision_cedar": "cedarpy_over_licet", "decision_casbin": "casbin_fast_over_licet"}


_TITLES = {
    "licet_pass": "licet, passes over all questions",
    "cedarpy": "cedarpy, parsed in advance",
    "cedarpy_batch": "cedarpy, parsed in advance, one call for all",
    "casbin_plain": "casbin Enforcer",
    "casbin_fast": "casbin FastEnforcer",
    "regopy": "regopy, compiled bundle",
}


def _engines(policy: Policy, asked: list[Question]) -> dict[str, Any]:
    rules, told = plain_rules(policy.pack), [plain_question(one) for one in asked]
    return {
        "cedarpy": Cedar(rules, told),
        "casbin_plain": Casbin(rules, told, fast=False),
        "casbin_fast": Casbin(rules, told, fast=True),
        "regopy": Rego(rules, told),
    }


def _require_same_answers(
    outcome: Outcome, policy: Policy, asked: list[Question], engines: dict[str, Any], count: int, where: str
) -> None:
    """Raises: AnswersDiffer when an engine answers otherwise, or cedarpy permits by other rules."""
    for number, question in enumerate(asked[:count]):
        mine = _ask(policy, question)
        for name, engine in engines.items():
            told = engine.ask(number)
            permitted, rules = told if isinstance(told, tuple) else (told, None)
            require_same(f"{name} on {question}", mine.permitted, permitted)
            if rules is not None and mine.permitted and mine.rule not in rules:
                raise AnswersDiffer(f"{name} permits {question} by {rules}, licet by {mine.rule}")
    outcome.checks.append(
        f"{where}: {', '.join(engines)} and licet give the same answer to all {count:,} questions asked of each; "
        "where permitted, licet's rule is among those cedarpy names"
    )


def _growth(outcome: Outcome, sizes: Sizes, seed: int, tell: Tell) -> None:
    contenders: dict[str, Callable[[], None]] = {}
    sized: dict[str, Any] = {}
    for rules in sizes.grown:
        tell(f"making a policy of {rules:,} rules", 0, None)
        pack = spread_pack(rules)
        policy = Policy(pack)
        asked = questions(policy, sizes.questions, seed)
        contenders[f"licet_{rules}"] = _asker(policy, asked)
        sized[f"{rules}"] = {
            "purposes": len(pack.purposes),
            "categories": len(pack.categories),
            "rules_in_question": round(rules_in_question(policy, asked), 2),
            "made_ready_seconds": round(seconds_of(functools.partial(Policy, pack)), 4),
        }
        if rules == sizes.grown[-1]:
            _largest_beside_peers(outcome, policy, asked, sizes, tell)
    outcome.sizes["grown"] = sized
    taken = in_turn(
        contenders,
        sizes.rounds,
        tell=tell,
        stage="growing",
        at_least_seconds=sizes.at_least_seconds,
        clock=time.process_time,
    )
    for rules in sizes.grown:
        each = [seconds / sizes.questions * 1e6 for seconds in taken[f"licet_{rules}"]]
        outcome.add(f"licet_{rules}", f"licet, {rules:,} rules spread over questions", "µs", each)
    first, last = sizes.grown[0], sizes.grown[-1]
    outcome.compare(
        "growth", f"{last:,} rules over {first:,}", taken[f"licet_{last}"], taken[f"licet_{first}"]
    )
    outcome.reached["decision_growth"] = "growth"


def _largest_beside_peers(
    outcome: Outcome, policy: Policy, asked: list[Question], sizes: Sizes, tell: Tell
) -> None:
    """The largest policy for the others too; those that walk every rule are asked few questions."""
    count, rules = min(sizes.peers_grown, len(asked)), len(policy.pack.rules)
    few = asked[:count]
    tell(f"giving {rules:,} rules to the others", 0, None)
    engines = _engines(policy, few)
    _require_same_answers(outcome, policy, few, engines, count, f"{rules:,} rules")
    numbers = list(range(count))
    contenders = {"licet": _asker(policy, few)} | {n: e.asker(numbers) for n, e in engines.items()}
    taken = in_turn(contenders, 3, tell=tell, stage=f"{rules:,} rules", clock=time.process_time)
    for name in engines:
        outcome.others.add(f"{name}_{rules}")
        outcome.add(
            f"{name}_{rules}",
            f"{_TITLES[name]}, {rules:,} rules, {count} questions",
            "µs",
            [seconds / count * 1e6 for seconds in taken[name]],
        )


def _crowded(outcome: Outcome, sizes: Sizes, seed: int, tell: Tell) -> None:
    """Every rule about one question: the same few again and again, and no two alike."""
    makers = {"crowded": crowded_pack, "varied": varied_pack}
    contenders: dict[str, Callable[[], None]] = {}
    for name, make in makers.items():
        for rules in sizes.grown:
            policy = Policy(make(rules))
            contenders[f"{name}_{rules}"] = _asker(policy, questions(policy, sizes.questions, seed))
    taken = in_turn(
        contenders,
        sizes.rounds,
        tell=tell,
        stage="all rules about one question",
        at_least_seconds=sizes.at_least_seconds,
        clock=time.process_time,
    )
    first, last = sizes.grown[0], sizes.grown[-1]
    for name, sort in (("crowded", "about one question"), ("varied", "about one question, no two alike")):
        for rules in sizes.grown:
            each = [seconds / sizes.questions * 1e6 for seconds in taken[f"{name}_{rules}"]]
            outcome.add(f"{name}_{rules}", f"licet, {rules:,} rules {sort}", "µs", each)
        outcome.compare(
            f"{name}_growth",
            f"{last:,} rules over {first:,}, {sort}",
            taken[f"{name}_{last}"],
            taken[f"{name}_{first}"],
        )
    outcome.reached["decision_growth_crowded"] = ["crowded_growth", "varied_growth"]
    outcome.notes.append(
        "Rules about one question are not walked: those that say the same count once, and of the others each thing "
        "asked about is looked up for all of them. Among more rules more of them apply, and more settings must be "
        "looked at; that is in these figures, too."
    )
