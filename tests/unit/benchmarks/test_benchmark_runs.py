"""Every benchmark runs at a tiny size, checks that contenders agree, and speaks to the targets it is there for."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from benchmarks import (
    absence,
    ad_estimates,
    adapted,
    ads,
    batches,
    cells,
    consent_strings,
    corpus,
    corpus_large,
    costs,
    decisions,
    first_answer,
    foretelling,
    forget,
    gate,
    gate_in_postgres,
    gdprbench,
    impact,
    ledger,
    list_deliveries,
    recommend,
    scale,
    search,
    serving,
    spark,
    unlearning,
    web,
)
from benchmarks.__main__ import BENCHMARKS, main
from benchmarks.counted_at_scale import Scale
from benchmarks.gdprbench.gated import Gated
from benchmarks.gdprbench.on_postgres import VARIABLE, GatedOnPostgres
from benchmarks.gdprbench.plain import Plain
from benchmarks.outcome import AnswersDiffer, Outcome
from benchmarks.peers.casbin_engine import Casbin
from benchmarks.peers.cedar import Cedar
from benchmarks.peers.plain import plain_question, plain_rules
from benchmarks.peers.rego import Rego
from benchmarks.policies import (
    PER_QUESTION,
    article_policy,
    crowded_pack,
    questions,
    rules_in_question,
    spread_pack,
    varied_pack,
)
from benchmarks.ranking_quality import Trial
from benchmarks.recommend_answers import Asked
from benchmarks.targets import TARGETS

from licet.decide import Policy, decide
from licet.packs import Pack
from licet.packs.pack_library import open_pack
from postgres_server import OWNER, PostgresServer

TINY: dict[str, Any] = {
    "decisions": decisions.Sizes(questions=60, rounds=2, at_least_seconds=0, grown=(30, 60), peers_grown=20),
    "batches": batches.Sizes(records=2_000, singly=200, rounds=1),
    "first_answer": first_answer.Sizes(rounds=1),
    "gate": gate.Sizes(members=300, posts=3_000, texts=500, rounds=1),
    "impact": impact.Sizes(members=300, posts=2_000, texts=200, rounds=1),
    "cells": cells.Sizes(
        members=40,
        rows=250,
        lists=220,
        rounds=1,
        duckdb_jobs=("depth_3", "lists"),
        spark_jobs=("one_of_2",),
        udf_jobs=("one_of_2", "lists"),
        at_least_seconds=0,
    ),
    "spark": spark.Sizes(members=300, posts=3_000, texts=500, rounds=1),
    "ledger": ledger.Sizes(standing=70, large=600, proofs=5, rounds=1, toggles=2, batches=(1, 10), threads=2),
    "corpus": corpus.Sizes(members=120, rounds=1, changed_share=0.05, shares=(0.1,), tiny=30),
    "corpus_large": corpus_large.Sizes(members=300, posts=200, shares=(0.01, 0.1), voices=60),
    "web": web.Sizes(rate=20, seconds=1, members=40, workers=1, connections=4),
    "absence": absence.Sizes(members=200, keys=8, asked=6, changed=(1, 4), rounds=1, are_all_made=False),
    "forget": forget.Sizes(dump=None, members=60, rounds=1),
    "unlearning": unlearning.Sizes(
        documents=60, fine_tuned=60, canaries=1, many=2, steps=1, forgetting=1, ordinary=1
    ),
    "foretelling": foretelling.Sizes(documents=60, divisions=1, shards=2, segments=2),
    "adapted": adapted.Sizes(dump=None, members=40, rounds=1, shards=2, segments=2),
    "costs": costs.Sizes(lines=60, groups=10, rules=5, members=60, rounds=1),
    "gdprbench": gdprbench.Sizes(records=60, operations=12, rounds=1),
    "serving": serving.Sizes(300, 3_000, rounds=1, asked=5, own_records=40, page_members=(300,), requests=40),
    "recommend": recommend.Sizes(
        made_up=200,
        real=False,
        trial=Trial(seeds=(1,), panel=60, tuned_on=60, peers=()),
        scale=Scale(members=200, items=100, rows=2_000, rounds=1, changes=20, asked=10),
        asked=Asked(members=120, items=60, rows=800, requests=8, over_http=4, rounds=1),
    ),
    "ads": ads.Sizes(
        real=False, members=60, hot=10, campaigns=20, pages=10, seconds=0.2, requests=40, rounds=1
    ),
    "list_deliveries": list_deliveries.Sizes(members=400, rounds=1),
    "gate_in_postgres": gate_in_postgres.Sizes(members=200, posts=2_000, rounds=1),
    "consent_strings": consent_strings.Sizes(strings=20, spoiled=40, rounds=1, beside=False),
    "ad_estimates": ad_estimates.Sizes(logs=2, rows=500, real=False),
    "search": search.Sizes(real=False, jobs=200, asked=5, rounds=1),
    "scale": scale.Sizes((scale.Scale(300, 3_000, (0, 1, 10), 1),), followed=0),
}

SPOKEN_TO = {
    "decisions": {
        "decision",
        "decision_p99",
        "decision_cedar",
        "decision_casbin",
        "decision_growth",
        "decision_growth_crowded",
    },
    "batches": {"batch"},
    "first_answer": {"first_answer", "command_help", "command_decide"},
    "serving": {"workspace_decide", "own_rows", "page", "rest_decide", "rest_rate"},
    "gate": {"extract", "extract_clustered", "aggregate", "aggregate_scan", "break_even"},
    "cells": {"cells", "cells_spark"},
    "spark": {"spark_aggregate", "spark_extract"},
    "ledger": {"append", "prove", "verify", "toggle"},
    "corpus": {"corpus", "corpus_fixed", "update", "update_most"},
    "corpus_large": {"update", "update_most"},
    "impact": {"impact"},
    "gdprbench": set(),
    "web": {"web_proxied"},
    "costs": set(),
    "absence": {"absence_proof", "absence_verify"},
    "unlearning": {"exposure"},
    "foretelling": {"reader_network", "reader_mixed", "two_members"},
    "adapted": {"adapted_mean", "adapted_overhead"},
    "forget": {"forget_median", "forget_large", "withdrawn"},
    "recommend": {
        "recommend_build",
        "recommend_memory",
        "recommend_removal",
        "recommend_removal_p99",
        "recommend_answer",
        "recommend_answer_p99",
        "recommend_http",
    },
    "ads": {"ad_choices", "ad_leases_sqlite", "ad_http"},
    "search": {"search_ms"},
    "list_deliveries": {"list_gate", "list_whole", "list_next"},
    "gate_in_postgres": {"postgres"},
    "consent_strings": set(),
    "ad_estimates": {"ad_coverage"},
    "scale": {"refresh", "refresh_most", "cold_gate"},
}


@functools.cache
def outcome_of(name: str) -> Outcome:
    outcome: Outcome = BENCHMARKS[name].run(TINY[name], 7)
    return outcome


#: Those that take long at any size run in the nightly run alone; one of each kind is left.
LONG = {"decisions", "cells", "spark", "impact", "batches", "serving"}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.nightly] * (name in LONG)) for name in BENCHMARKS]
)
def test_a_benchmark_checks_answers_and_measures(name: str, request: pytest.FixtureRequest) -> None:
    if name == "spark":
        request.getfixturevalue("spark_session")  # which it then takes, rather than start one of its own
    if name == "gate_in_postgres":
        request.getfixturevalue("monkeypatch").setenv(
            VARIABLE, _address(request.getfixturevalue("postgres_server"))
        )
    outcome = outcome_of(name)
    assert outcome.name == name
    assert outcome.checks and outcome.how and outcome.sizes
    figures = {one.name for one in (*outcome.series, *outcome.ratios)}
    assert len(figures) == len(outcome.series) + len(outcome.ratios)
    spoken = outcome.reached.values()
    assert {each for one in spoken for each in ([one] if isinstance(one, str) else one)} <= figures
    assert set(outcome.reached) == SPOKEN_TO[name]
    json.dumps(outcome.as_json(), allow_nan=False)


def test_what_is_spoken_to_is_a_target() -> None:
    assert set().union(*SPOKEN_TO.values()) <= {target.id for target in TARGETS}


def test_benchmarks_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in told] == list(BENCHMARKS)
    assert all(len(line.split()) > 3 for line in told)


@pytest.mark.parametrize(
    "policy",
    [article_policy(), Policy(spread_pack(60)), Policy(crowded_pack(12))],
    ids=["article", "spread", "crowded"],
)
def test_every_engine_answers_as_licet_does(policy: Policy) -> None:
    asked = questions(policy, 250, 3)
    rules, told = plain_rules(policy.pack), [plain_question(one) for one in asked]
    mine = [decide(one.request, one.facts, policy).permitted for one in asked]
    assert 0.1 < sum(mine) / len(mine) < 0.9
    cedar = Cedar(rules, told)
    assert [cedar.ask(number)[0] for number in range(len(asked))] == mine
    for engine in (Casbin(rules, told, fast=False), Casbin(rules, told, fast=True), Rego(rules, told)):
        assert [engine.ask(number) for number in range(len(asked))] == mine


def test_an_engine_that_answers_otherwise_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Casbin, "ask", lambda self, number: True)
    with pytest.raises(AnswersDiffer, match="casbin"):
        decisions.run(TINY["decisions"], 7)


def test_both_answer_gdprbench_right() -> None:
    shares = [one for one in outcome_of("gdprbench").series if one.unit == "%"]
    assert len(shares) == 8 and {one.median for one in shares} == {100.0}


def test_a_wrong_answer_to_gdprbench_is_a_lower_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Plain, "log", lambda self, length: [])
    monkeypatch.setattr(Gated, "for_a_use", lambda self, where, value, use, now: self.data(where, value))
    outcome = gdprbench.run(gdprbench.Sizes(records=60, operations=12, rounds=1), 7)
    shares = {one.name: one.median for one in outcome.series if one.unit == "%"}
    assert shares["regulator_plain_right"] < 100 and shares["processor_licet_sqlite_right"] < 100
    assert shares["regulator_licet_sqlite_right"] == shares["processor_plain_right"] == 100


def _address(server: PostgresServer) -> str:
    return f"postgresql://{OWNER}@/licet?host={quote(str(server.folder))}"


def test_the_gate_in_postgres_leaves_nothing_behind(
    postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, _address(postgres_server))
    gate_in_postgres.run(TINY["gate_in_postgres"], 7)
    with postgres_server.connect() as connection:
        assert connection.execute("SELECT 1 FROM pg_namespace WHERE nspname LIKE 'licet%'").fetchall() == []


def test_licet_on_postgresql_answers_gdprbench_right_and_leaves_nothing_behind(
    postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = _address(postgres_server)
    monkeypatch.setattr(gdprbench, "_POSTGRES", url)
    contender = ("licet on PostgreSQL", functools.partial(GatedOnPostgres, url))
    monkeypatch.setitem(gdprbench.CONTENDERS, "licet_postgresql", contender)
    outcome = gdprbench.run(gdprbench.Sizes(records=60, operations=12, rounds=1), 7)
    shares = {one.name: one.median for one in outcome.series if one.unit == "%"}
    assert len(shares) == 12 and set(shares.values()) == {100.0}
    assert "server_version=" in outcome.configuration["postgresql"]
    with postgres_server.connect() as connection:
        left = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'licet_bench%'")
        assert left.fetchall() == []


def test_a_policy_that_says_more_is_refused() -> None:
    with pytest.raises(ValueError, match="more than every contender understands"):
        plain_rules(open_pack("linkedin_official"))


@pytest.mark.parametrize("rules", [30, 300, 1_000])
def test_a_spread_policy_has_as_many_rules_to_a_question_at_any_size(rules: int) -> None:
    policy = Policy(spread_pack(rules))
    assert len(policy.pack.rules) == rules
    asked = [one for one in questions(policy, 300, 7) if policy.cell(*one.request[:3]).permits]
    assert PER_QUESTION - 0.5 < rules_in_question(policy, asked) <= PER_QUESTION


@pytest.mark.parametrize("make", [crowded_pack, varied_pack])
def test_a_crowded_policy_has_all_rules_in_one_question(make: Callable[[int], Pack]) -> None:
    policy = Policy(make(50))
    assert rules_in_question(policy, questions(policy, 10, 7)) == 50
    told = {rule.model_dump_json(exclude={"id"}) for rule in policy.pack.rules}
    assert len(told) == (50 if make is varied_pack else 16)


def test_the_same_seed_asks_the_same() -> None:
    policy = article_policy()
    assert questions(policy, 50, 7) == questions(policy, 50, 7) != questions(policy, 50, 8)


def test_the_command_writes_results_and_draws_them_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "SMALL", TINY["ledger"])
    readme = tmp_path / "README.md"
    readme.write_text("<!-- benchmarks:begin --><!-- benchmarks:end -->", encoding="utf-8")
    out = ["--out", str(tmp_path / "out"), "--readme", str(readme)]
    assert main(["--only", "ledger", "--date", "2026-02-03", *out]) == 0
    written = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert list(written["benchmarks"]) == ["ledger"]
    page = (tmp_path / "out" / "results.md").read_text(encoding="utf-8")
    assert written["benchmarks"]["ledger"]["peak_memory_mib"]["own"] > 20
    assert (tmp_path / "out" / "plots" / "ledger_append.svg").exists()
    (tmp_path / "out" / "results.md").unlink()
    assert main(["--draw", *out]) == 0
    assert (tmp_path / "out" / "results.md").read_text(encoding="utf-8") == page
    assert "ledger: verify one proof" in readme.read_text(encoding="utf-8")


def test_drawing_what_was_never_measured_fails(tmp_path: Path) -> None:
    assert main(["--draw", "--out", str(tmp_path)]) == 1


def test_different_answers_leave_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def differ(*_: object) -> Outcome:
        raise AnswersDiffer("one and another")

    monkeypatch.setattr(ledger, "run", differ)
    assert main(["--only", "ledger", "--out", str(tmp_path)]) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_readme_without_a_place_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "SMALL", TINY["ledger"])
    readme = tmp_path / "README.md"
    readme.write_text("nothing here", encoding="utf-8")
    assert main(["--only", "ledger", "--out", str(tmp_path), "--readme", str(readme)]) == 1
    assert readme.read_text(encoding="utf-8") == "nothing here"
