"""What a log of choices tells of another way to choose: how often each interval covers the truth of simulated logs, and
what a real log of few clicks lets anybody conclude."""

from __future__ import annotations

import csv
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.measure import Tell, silent
from benchmarks.outcome import AnswersDiffer, Outcome
from licet.uses.ad_reports.logged_choices import Floats, LoggedChoices, Target
from licet.uses.ad_reports.policy_value import Estimate, policy_value

#: Samples of the Open Bandit Dataset (ZOZO, CC BY 4.0), beside the sources and never in them.
_BANDIT = Path(__file__).parents[2] / "shared" / "data" / "open_bandit"


@dataclass(frozen=True)
class Sizes:
    """logs: simulated, of each kind. rows: of each. real: whether the real log is read where it is there."""

    logs: int
    rows: int
    real: bool


SMALL = Sizes(logs=300, rows=10_000, real=True)
FULL = Sizes(logs=1_000, rows=10_000, real=True)

_HOW = (
    "Simulated: 34 ads, contexts of 5 numbers, a softmax that logs with a floor of 0.1 / 34 each, another that "
    "is to be told; the truth is the mean of 200,000 contexts. Nominal 95 %. The bound of a weight is 34 / 0.1.",
    "Rare: about 4 clicks in 1,000 showings; common: about 5 in 100.",
    "Open bandit: 10,000 showings at random and 10,000 by Bernoulli Thompson sampling; each is asked what the "
    "other would bring.",
)


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("ad_estimates", "What choosing ads otherwise would bring", _HOW)
    outcome.sizes = {"logs": sizes.logs, "rows": sizes.rows}
    for name, base in (("rare", -5.5), ("common", -3.0)):
        _cover(outcome, name, base, sizes, seed, tell)
    outcome.reached["ad_coverage"] = ["guaranteed_rare", "guaranteed_common"]
    if sizes.real and _BANDIT.is_dir():
        _bandit(outcome)
    elif sizes.real:
        outcome.notes.append("the samples of the Open Bandit Dataset are not there")
    return outcome


def _cover(outcome: Outcome, name: str, base: float, sizes: Sizes, seed: int, tell: Tell) -> None:
    chance, ads, floor = np.random.default_rng(seed), 34, 0.1
    worth = chance.normal(size=(ads, 5)) * 0.7
    wanted = worth + chance.normal(size=worth.shape) * 0.3
    many = chance.normal(size=(200_000, 5))
    truth = float((_softmax(many @ wanted.T, 0.7) * _clicks(base, many, worth)).sum(1).mean())
    covered = dict.fromkeys(("ips", "snips", "dr", "guaranteed"), 0)
    concluded, seconds = 0, list[float]()
    for number in range(sizes.logs):
        tell(f"simulating, {name}", number, sizes.logs)
        contexts = chance.normal(size=(sizes.rows, 5))
        chances = (1 - floor) * _softmax(
            contexts @ (chance.normal(size=worth.shape) * 0.4).T, 1.0
        ) + floor / ads
        action = (chances.cumsum(1) > chance.random((sizes.rows, 1))).argmax(1)
        rows = np.arange(sizes.rows)
        click = (chance.random(sizes.rows) < _clicks(base, contexts, worth)[rows, action]).astype(float)
        zeros = np.zeros(sizes.rows, np.int64)
        log = LoggedChoices(action, zeros, zeros + ads, chances[rows, action], click, zeros, zeros == 0)
        target = Target("wanted", _softmax(contexts @ wanted.T, 0.7)[rows, action], ads / floor)
        start = time.process_time()
        found = policy_value(log, target)
        seconds.append(time.process_time() - start)
        if found.largest_weight > found.weight_bound:
            raise AnswersDiffer(f"a weight of {found.largest_weight} above {found.weight_bound}")
        concluded += found.verdict != "cannot tell"
        for estimate in covered:
            told: Estimate = getattr(found, estimate)
            covered[estimate] += told.lowest <= truth <= told.highest
    outcome.checks.append(f"{name} clicks: no weight is above the bound that its log gives")
    for estimate, count in covered.items():
        outcome.add(
            f"{estimate}_{name}", f"{estimate}, {name} clicks: covers the truth", "of 1", [count / sizes.logs]
        )
    outcome.add(
        f"estimate_{name}_ms",
        f"all estimates of one log, {name} clicks",
        "ms",
        [one * 1e3 for one in seconds],
    )
    outcome.notes.append(f"{name} clicks: something was concluded of {concluded} of {sizes.logs} logs")


def _clicks(base: float, contexts: Floats, worth: Floats) -> Floats:
    rates: Floats = 1 / (1 + np.exp(-(base + contexts @ worth.T)))
    return rates


def _softmax(scores: Floats, temperature: float) -> Floats:
    scores = scores / temperature
    raised = np.exp(scores - scores.max(1, keepdims=True))
    shares: Floats = raised / raised.sum(1, keepdims=True)
    return shares


def _bandit(outcome: Outcome) -> None:
    """Raises: AnswersDiffer where anything is concluded of so few clicks."""
    logs = {name: _log(_BANDIT / f"{name}_men_men.csv") for name in ("random", "bts")}
    ads = int(logs["bts"].candidates[0])
    uniform = np.full(ads, 1 / ads)
    at = [logs["bts"].action[logs["bts"].position == place] for place in range(3)]
    sampled = np.stack([np.bincount(actions, minlength=ads) / len(actions) for actions in at])
    for logged, other, by_position in (
        ("bts", "random", np.tile(uniform, (3, 1))),
        ("random", "bts", sampled),
    ):
        log = logs[logged]
        target = Target(other, by_position[log.position, log.action], None, by_position)
        found = policy_value(log, target)
        if found.verdict != "cannot tell":
            raise AnswersDiffer(
                f"open bandit: {found.clicks} clicks let nobody tell, and it says {found.verdict}"
            )
        outcome.checks.append(
            f"open bandit, {logged}, asked what {other} would bring: cannot tell ({found.clicks} clicks, in effect "
            f"{found.effective_clicks:.0f}; largest weight {found.largest_weight:.0f}; IPS {found.ips.value:.4f}, "
            f"{found.ips.lowest:.4f} to {found.ips.highest:.4f}; it brought {logs[other].click.mean():.4f})"
        )


def _log(path: Path) -> LoggedChoices:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    action, position = (np.array([int(row[name]) for row in rows]) for name in ("item_id", "position"))
    click, chance = (np.array([float(row[name]) for row in rows]) for name in ("click", "propensity_score"))
    zeros = np.zeros(len(rows), np.int64)
    return LoggedChoices(
        action, position - 1, zeros + int(action.max()) + 1, chance, click, zeros, zeros == 1
    )
