"""Choosing advertisements: choices a second with the ledger asked for each, leases of budgets, HTTP, what fits a page.

Two processes choose for the same made-up members and campaigns; PostgreSQL takes part where an address is given. Three
tasks of an occupation are a page, an occupation's text is a campaign's (O*NET, where it lies beside the sources).
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
import statistics
import tempfile
import threading
import time
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

import licet
from benchmarks.gdprbench.on_postgres import VARIABLE
from benchmarks.measure import Tell, silent
from benchmarks.outcome import Outcome, require_same
from benchmarks.rest_decisions import _Connection, _processor_seconds
from benchmarks.web_server import Server
from licet.app import Workspace
from licet.app.ads.budget_book import BudgetBook, SqliteBudgets
from licet.app.ads.budget_leases import BudgetLeases
from licet.app.ads.postgres_budgets import PostgresBudgets
from licet.terms import AppError
from licet.uses.ad_choice.campaign import Campaign, Creative
from licet.uses.ad_choice.choice_log import ChoiceRow
from licet.uses.ad_choice.opportunity import AdMode
from licet.uses.ad_choice.page_index import PageIndex
from licet.uses.ad_choice.page_words import page_words

DATA = Path(__file__).parents[2] / "shared" / "data"
_AT = datetime(2026, 6, 1, tzinfo=UTC)
_PROCESSES, _PATH = 2, "/api/v1/ads/choices"


@dataclass(frozen=True)
class Sizes:
    """hot: members who are asked about again and again. seconds: of choosing or spending in a round."""

    real: bool
    members: int
    hot: int
    campaigns: int
    pages: int
    seconds: float
    requests: int
    rounds: int


SMALL = Sizes(
    True, members=20_000, hot=500, campaigns=1_000, pages=2_000, seconds=3, requests=1_500, rounds=3
)
FULL = Sizes(
    True, members=200_000, hot=2_000, campaigns=1_000, pages=5_000, seconds=8, requests=4_000, rounds=5
)

_HOW = (
    "Choosing: two processes, 60 % of members permit it, every choice reads the ledger's position from the disk, draws "
    "among some 40 campaigns with a floor, and writes its row before it counts. Members who are asked about stand in "
    "memory, as do pages; what the first question about a member costs is a figure of its own.",
    "Budgets: two processes spend of the same campaigns; leases of 1,000 showings, each spend written to the log "
    "first, beside a transaction for every choice. SQLite with synchronous=FULL; with NORMAL a kill loses nothing "
    "and a power cut may.",
    "HTTP: processor time of one worker, beside the same route of the same server when it answers with a constant.",
    "Pages: three tasks of an occupation drawn anew in each round; a campaign has its title, text and other titles.",
)
_POLICY = """
licet_pack: 1
id: ads
title: A policy
version: "1"
observed: 2026-01-01
controller: {name: Network}
sources: {page: {title: A page, kind: official}}
purposes: {ad_targeting: {}}
categories: {profile: {}}
notices: {n: {title: A notice, published: 2025-01-01, effective: 2025-02-01}}
settings: {ads: {label: Ads, path: [Settings], observed: 2026-01-01, default: {state: on}, honours: [gpc]}}
rules:
  - {id: target, effect: permit, purposes: [ad_targeting], categories: [profile], notice: n, setting: ads}
"""
_CATALOGUE = """
licet_catalogue: 2
facts: {table: members, subject: id, region: region, age_is: 30}
tables:
  members: {location: {parquet: data/members.parquet}, key: id, subjects: [id], columns: {region: profile.location}}
  profiles: {location: {parquet: data/profiles.parquet}, key: id, subjects: [id], visibility_is: public,
    columns: {id: profile, skills: profile.skills}}
"""


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("ads", "Choosing advertisements", _HOW)
    outcome.sizes = {
        "members": sizes.members, "hot": sizes.hot, "campaigns": sizes.campaigns, "pages": sizes.pages,
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _spend(outcome, sizes, root, tell)
        workspace = _make_network(root / "network", sizes, seed)
        _choose(outcome, sizes, workspace, tell)
        _serve(outcome, sizes, workspace, tell)
        workspace.close()
    if sizes.real and (DATA / "onet").is_dir():
        _find_occupations(outcome, sizes, seed, tell)
    return outcome


def _choose(outcome: Outcome, sizes: Sizes, workspace: Workspace, tell: Tell) -> None:
    rates, costs = list[float](), list[float]()
    firsts: list[float] = []
    for turn in range(sizes.rounds):
        tell("choosing", turn, sizes.rounds)
        told = _together(_choose_for, (str(workspace.layout.root), sizes))
        rates.append(sum(one["made"] for one in told) / max(one["wall"] for one in told))
        costs.append(sum(one["cpu"] for one in told) / sum(one["made"] for one in told) * 1e6)
        firsts.append(statistics.fmean(one["first"] for one in told) * 1e3)
        for one in told:  # else nothing was decided
            require_same("who permits and who does not are both asked about", one["both"], True)
    outcome.checks.append("some of the members are found by what they permit, and some permit nothing")
    outcome.add("ad_choices", "choices a second, two processes, ledger read for each", "1/s", rates)
    outcome.add("ad_choice_cpu", "one choice (processor time)", "µs", costs)
    outcome.add(
        "ad_first",
        "the first choice for a member, their rows read and decided (processor time)",
        "ms",
        firsts,
    )
    outcome.reached["ad_choices"] = "ad_choices"


def _choose_for(root: str, sizes: Sizes, number: int) -> dict[str, Any]:
    chance = random.Random(number)
    with licet.open(root) as workspace:
        ads, modes = workspace.uses.ad_choices, set()
        pages = [_page(n) for n in range(sizes.pages)]
        for page in pages:
            ads.choose(page)
        start = time.process_time()
        for member in range(sizes.hot):
            modes.add(ads.choose(pages[0], subject=f"m{member}").by)
        first = (time.process_time() - start) / sizes.hot
        yielding, made = time.perf_counter() + sizes.seconds, 0
        wall, cpu = time.perf_counter(), time.process_time()
        while time.perf_counter() < yielding:
            ads.choose(chance.choice(pages), subject=f"m{chance.randrange(sizes.hot)}")
            made += 1
        return {
            "made": made, "wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "first": first,
            "both": len(modes) == 2,
        }  # fmt: skip


def _spend(outcome: Outcome, sizes: Sizes, root: Path, tell: Tell) -> None:
    places = {"sqlite": "", "sqlite_normal": ""}
    address = os.environ.get(VARIABLE)
    if address:
        places["postgres"] = address
    rates: dict[tuple[str, str], list[float]] = defaultdict(list)
    for turn in range(sizes.rounds):
        tell("spending", turn, sizes.rounds)
        for store, place in places.items():
            for how in ("leases", "transactions"):
                if (store, how) == ("sqlite_normal", "leases"):
                    continue
                folder = root / f"{store}-{how}-{turn}"
                told = _together(_spend_of, (store, place, how, str(folder), sizes))
                rates[store, how].append(sum(one["made"] for one in told) / max(one["wall"] for one in told))
    for (store, how), samples in rates.items():
        name = {"sqlite": "SQLite", "sqlite_normal": "SQLite, synchronous=NORMAL", "postgres": "PostgreSQL"}[
            store
        ]
        what = "by leases" if how == "leases" else "a transaction a choice"
        outcome.add(f"{store}_{how}", f"{name}, {what}", "1/s", samples)
    for store in ("sqlite", "postgres"):
        if (store, "leases") in rates:
            outcome.compare(
                f"{store}_leases_faster", f"leases over a transaction a choice, {store}",
                rates[store, "leases"], rates[store, "transactions"],
            )  # fmt: skip
            outcome.reached[f"ad_leases_{store}"] = f"{store}_leases_faster"


def _spend_of(store: str, place: str, how: str, folder: str, sizes: Sizes, number: int) -> dict[str, Any]:
    path = Path(folder)
    database: Any = (
        PostgresBudgets(f"{place}{'&' if '?' in place else '?'}schema={path.name.replace('-', '_')}")
        if store == "postgres"
        else SqliteBudgets(path / "budgets.sqlite", is_durable=store == "sqlite")
    )
    chance, campaigns = random.Random(number), _campaigns(sizes.campaigns)
    made, wall, cpu = 0, time.perf_counter(), time.process_time()
    if how == "leases":
        leases = BudgetLeases(BudgetBook(database), path / "choices")
        row = ChoiceRow(0, 0, 0, 0, 0, "0" * 32, 1.0, 1.0, 0, 1, "DE", AdMode.CONTEXTUAL, 0)
        while time.perf_counter() - wall < sizes.seconds:
            campaign = chance.choice(campaigns)
            if not leases.can_pay(campaign):
                leases.take([campaign], campaigns, _AT)
            leases.spend(campaign, row._replace(price_micros=campaign.price_micros, campaign=campaign.number))
            made += 1
    else:
        with database.transaction() as connection:
            for one in campaigns:
                connection.execute(
                    f"INSERT INTO budgets (campaign, reserved) VALUES ({one.number}, 0) ON CONFLICT DO NOTHING"
                )
        if store != "postgres":
            database._connection.execute("PRAGMA busy_timeout = 200")
        statement = (
            f"UPDATE budgets SET reserved = reserved + {database.mark} "
            f"WHERE campaign = {database.mark} AND reserved + {database.mark} <= {campaigns[0].budget_micros}"
        )
        while time.perf_counter() - wall < sizes.seconds:
            campaign = chance.choice(campaigns)
            asked = (campaign.price_micros, campaign.number, campaign.price_micros)
            if store == "postgres":  # alone, a statement is a transaction, and takes no turn with others
                database._connection.execute(statement, asked)
            else:
                try:
                    with database.transaction() as connection:
                        connection.execute(statement, asked)
                except AppError:  # the other process has had every turn for as long as SQLite waits
                    continue
            made += 1
    return {"made": made, "wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def _serve(outcome: Outcome, sizes: Sizes, workspace: Workspace, tell: Tell) -> None:
    _, token = workspace.tokens.create("benchmark", ["ads:choose"])
    spent: dict[str, list[float]] = {"choice": [], "constant": []}
    for turn in range(sizes.rounds):
        for how in spent:
            tell(f"asking over HTTP: {how}", turn, sizes.rounds)
            module = "licet.web" if how == "choice" else "benchmarks.constant_answers"
            with closing(Server(workspace.layout.root, 1, module)) as server:
                _ask(server, token, sizes, sizes.hot * 2)
                before = _processor_seconds(server.process.pid)
                _ask(server, token, sizes, sizes.requests)
                spent[how].append((_processor_seconds(server.process.pid) - before) / sizes.requests * 1e3)
    outcome.add("ad_http", "a choice over HTTP (processor time of the server)", "ms", spent["choice"])
    outcome.add("ad_http_constant", "the same route, a constant answer", "ms", spent["constant"])
    outcome.compare("ad_http_rate", "over HTTP, over a constant answer", spent["constant"], spent["choice"])
    outcome.reached["ad_http"] = "ad_http_rate"


def _ask(server: Server, token: str, sizes: Sizes, requests: int) -> None:
    statuses = set[int]()

    def work(which: int) -> None:
        connection, chance = _Connection(server.port, token), random.Random(which)
        for turn in range(requests // 4):
            member = (which * requests // 4 + turn) % sizes.hot
            body = {"page": _page(chance.randrange(20)), "country": "DE", "subject": f"m{member}"}
            statuses.add(connection.ask(_PATH, json.dumps(body).encode()))
        connection.close()

    threads = [threading.Thread(target=work, args=(which,)) for which in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    require_same("the status of choices over HTTP", statuses, {200})


def _find_occupations(outcome: Outcome, sizes: Sizes, seed: int, tell: Tell) -> None:
    tell("indexing occupations", 0, None)
    rows = {name: _rows(name) for name in ("occupation_data", "alternate_titles", "task_statements")}
    code = next(name for name in rows["occupation_data"][0] if "Code" in name)
    texts = {row[code]: f"{row['Title']} {row['Description']}" for row in rows["occupation_data"]}
    for row in rows["alternate_titles"]:
        texts[row[code]] += f" {row['Alternate Title']}"
    tasks = defaultdict(list)
    for row in rows["task_statements"]:
        tasks[row[code]].append(row["Task"])
    places = {id_: place for place, id_ in enumerate(texts)}
    start = time.process_time()
    index = PageIndex(list(texts.values()))
    outcome.add("ad_index", f"an index of {len(texts):,} campaigns", "s", [time.process_time() - start])
    hits: dict[int, list[float]] = {1: [], 5: []}
    costs = []
    for turn in range(sizes.rounds):
        tell("finding occupations", turn, sizes.rounds)
        chance, ranks = random.Random(seed + turn), []
        start = time.process_time()
        for id_, statements in tasks.items():
            scores = index.scores(page_words(" ".join(chance.sample(statements, min(3, len(statements))))))
            ranks.append(int((scores > scores[places[id_]]).sum()) + 1)
        costs.append((time.process_time() - start) / len(tasks) * 1e3)
        for most, samples in hits.items():
            samples.append(sum(rank <= most for rank in ranks) / len(ranks))
    for most, samples in hits.items():
        outcome.add(f"ad_hit_{most}", f"tasks to occupations: hit@{most}", "of 1", samples)
    outcome.add("ad_page", "a page that was not asked about before (processor time)", "ms", costs)
    outcome.reached["ad_hit"] = "ad_hit_5"


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / "onet" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _together(target: Any, given: tuple[Any, ...]) -> list[dict[str, Any]]:
    """What each of two processes tells that ran at once."""
    context = get_context("spawn")
    with context.Pool(_PROCESSES) as pool:
        told: list[dict[str, Any]] = pool.starmap(
            target, [(*given, n) for n in range(_PROCESSES)], chunksize=1
        )
    return told


def _page(number: int) -> str:
    chance = random.Random(number)
    return " ".join(f"word{chance.randrange(3_000)}" for _ in range(60))


def _campaigns(number: int) -> list[Campaign]:
    creative = Creative(title="A title", link="https://advertiser.example/")
    return [
        Campaign(
            number=n + 1, payer="Payer", political=False, price_micros=1 + n % 20, budget_micros=10**12,
            starts=datetime(2026, 1, 1, tzinfo=UTC), ends=datetime(2027, 1, 1, tzinfo=UTC), creative=creative,
        )
        for n in range(number)
    ]  # fmt: skip


def _make_network(root: Path, sizes: Sizes, seed: int) -> Workspace:
    chance = random.Random(seed)
    licet.create(root).close()
    ids = [f"m{n}" for n in range(sizes.members)]
    skills = [[f"skill{chance.randrange(200)}" for _ in range(4)] for _ in ids]
    pq.write_table(pa.table({"id": ids, "region": ["DE"] * len(ids)}), root / "data" / "members.parquet")
    pq.write_table(pa.table({"id": ids, "skills": skills}), root / "data" / "profiles.parquet")
    (root / "catalogue.yaml").write_text(_CATALOGUE)
    (root / "policy.yaml").write_text(_POLICY)
    campaigns = {
        f"c{n}": {
            "number": n + 1, "payer": "Payer", "political": False, "price_micros": chance.randrange(500, 5000),
            "budget_micros": 10**14, "starts": "2020-01-01", "ends": "2100-01-01", "paced": False,
            "about": " ".join(f"word{chance.randrange(3_000)}" for _ in range(30)),
            "creative": {"title": f"Title {n}", "link": "https://advertiser.example/"},
            **({"audience": {"skill": [f"skill{chance.randrange(200)}"]}} if n % 2 else {}),
        }
        for n in range(sizes.campaigns)
    }  # fmt: skip
    said = {"licet_campaigns": 1, "attributes": {"skill": {"table": "profiles", "column": "skills"}}}
    (root / "campaigns.yaml").write_text(yaml.safe_dump(said | {"campaigns": campaigns}))
    (root / "ads").mkdir(mode=0o700)
    live = [one["audience"] for one in campaigns.values() if "audience" in one]  # as if it had asked for each
    told = {"Payer": {"live": live, "asked": {}}}
    (root / "ads" / "audiences.json").write_text(
        json.dumps({"licet_audiences": 1, "figures": {}, "advertisers": told})
    )
    workspace = licet.open(root)
    workspace.policies.use(str(root / "policy.yaml"))
    lines = ["subject,setting,state,when"]
    lines += [f"{one},ads,off,2026-01-02" for one in ids if chance.random() < 0.4]
    workspace.choices.import_file(io.BytesIO("\n".join(lines).encode()), form="csv")
    return workspace
