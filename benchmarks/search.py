"""Search and people: how well a sentence finds, beside BM25 in a library, what it costs, and whom a graph suggests.

Titles that people reported for their work are to find the occupation (O*NET, where it lies beside the sources), and
held out edges of a network of developers are to be suggested, where that lies there. What a search costs is of made-up
jobs.
"""

from __future__ import annotations

import csv
import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from benchmarks.measure import Tell, median, silent
from benchmarks.outcome import Outcome, require_same
from benchmarks.peers import peer_pythons
from licet.app.effect.effect_sentences import PEOPLE_WORDS
from licet.app.effect.people_effect import SHARES, effect_on
from licet.uses.people.connection_graph import ConnectionGraph
from licet.uses.people.permitted_edges import EDGES
from licet.uses.search.search_sentence import read_sentence
from licet.uses.search.searchable_rows import SEARCHABLE
from licet.uses.search.text_index import TextIndex

DATA = Path(__file__).parents[2] / "shared" / "data"
_AT = datetime(2026, 1, 1)  # noqa: DTZ001 - rows have plain timestamps
_SHOWN = 10
_LIBRARIES = ("bm25s", "tantivy")


@dataclass(frozen=True)
class Sizes:
    """real: whether the real sets take part, where they are there. jobs: made-up ones. asked: sentences and members."""

    real: bool
    jobs: int
    asked: int
    rounds: int


SMALL = Sizes(real=True, jobs=50_000, asked=500, rounds=3)
FULL = Sizes(real=True, jobs=50_000, asked=2_000, rounds=5)

_HOW = (
    "Each occupation is one row: its title and other titles, and its description; titles that were reported are taken "
    "out of it. A round asks other reported titles. bm25s and tantivy, where their Python is there "
    "(benchmarks.peers.peer_pythons), with English stop words and a stemmer of English.",
    "A search is reading a sentence, with a place, remote and a skill to leave out, and the best ten of made-up jobs "
    "with titles of O*NET, where that is, in memory; processor time, the median of a round. Opening an index and "
    "deciding are not in it.",
    "A tenth of the edges is held out, drawn anew in each round; recall at 20 is of members who lost one. Where some "
    "hide their lists, nobody is walked through them. By how much lists change when members leave what is learned "
    "from, or hide, is as `licet recommend effect` has it: the middle, and the ends of what 95 % reach.",
)


class _Titles(NamedTuple):
    """docs: by occupation its titles and description. reported: titles, with all occupations each was reported for."""

    docs: dict[str, tuple[str, str]]
    reported: dict[str, set[str]]


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("search", "Search, and people one may know", _HOW)
    outcome.sizes = {"jobs": sizes.jobs, "asked": sizes.asked}
    if sizes.real and (DATA / "onet").is_dir():
        _find_titles(outcome, sizes, seed, tell)
    _time_searches(outcome, sizes, seed, tell)
    if sizes.real and (DATA / "github_social").is_dir():
        _suggest_people(outcome, sizes, seed, tell)
    return outcome


def _find_titles(outcome: Outcome, sizes: Sizes, seed: int, tell: Tell) -> None:
    titles = _read_titles()
    index = TextIndex.of(
        _rows(
            {"document_id": id_, "title": title, "text": text} for id_, (title, text) in titles.docs.items()
        )
    )
    rounds = [
        random.Random(seed + turn).sample(sorted(titles.reported), min(2_000, len(titles.reported)))
        for turn in range(sizes.rounds)
    ]
    found: dict[str, list[list[str]]] = {"search": []}
    for turn, asked in enumerate(rounds):
        tell("finding titles", turn, sizes.rounds)
        found["search"] += [_found(index, title) for title in asked]
    docs = [(id_, title, text) for id_, (title, text) in titles.docs.items()]
    for library in _LIBRARIES if peer_pythons.is_there("search") else ():
        tell(f"finding titles with {library}", 0, None)
        found[library], taken = peer_pythons.searches(
            "search", library, docs, [one for each in rounds for one in each]
        )
        outcome.others |= {f"{library}_recall", f"{library}_mrr", f"{library}_ms"}
        outcome.add(
            f"{library}_ms", f"{library}: one search of {len(docs):,} occupations", "ms", [median(taken)]
        )
    scores: dict[str, list[float]] = {}
    for name, lists in found.items():
        answers = iter(lists)
        for asked in rounds:
            ranks = [_rank(next(answers), titles.reported[title]) for title in asked]
            scores.setdefault(f"{name}_recall", []).append(sum(rank > 0 for rank in ranks) / len(ranks))
            scores.setdefault(f"{name}_mrr", []).append(sum(1 / rank for rank in ranks if rank) / len(ranks))
    for name, samples in scores.items():
        who, _, what = name.partition("_")
        label = "R@10" if what == "recall" else "MRR"
        outcome.add(
            name, f"{'licet' if who == 'search' else who}, titles to occupations: {label}", "of 1", samples
        )
    if "bm25s_recall" in scores:
        behind = [
            one - other for one, other in zip(scores["search_recall"], scores["bm25s_recall"], strict=True)
        ]
        outcome.add("search_over_bm25s", "titles to occupations: R@10, licet's less bm25s'", "R@10", behind)
        outcome.reached["search_recall"] = "search_over_bm25s"


def _time_searches(outcome: Outcome, sizes: Sizes, seed: int, tell: Tell) -> None:
    rng = random.Random(seed)
    titles = _job_titles(sizes.real)
    words = [f"word{n}" for n in range(3_000)]
    cities = ["Berlin, Germany", "Paris, France", "Austin, United States", "Pune, India"]
    tell("indexing jobs", 0, None)
    start = time.process_time()
    index = TextIndex.of(
        _rows(
            {
                "document_id": f"{n:032x}", "title": rng.choice(titles),
                "text": " ".join(rng.choices(words, k=60)), "place": rng.choice(cities),
                "remote": rng.random() < 0.3, "skills": rng.sample(["java", "sql", "python", "tig"], 2),
            }
            for n in range(sizes.jobs)
        )
    )  # fmt: skip
    outcome.add("index_build", f"an index of {sizes.jobs:,} jobs", "s", [time.process_time() - start])
    index.known()
    kept = TextIndex(index.to_bytes())
    for title in rng.sample(titles, 20):
        require_same(title, _found(kept, title), _found(index, title))
    outcome.checks.append("an index that was kept and read again finds the same")
    samples = []
    for turn in range(sizes.rounds):
        tell("searching", turn, sizes.rounds)
        taken = []
        for _ in range(sizes.asked):
            where = rng.choice(["Berlin", "Pune"])
            sentence = f"a remote job as {rng.choice(titles)} in {where}, no Java"
            start = time.process_time()
            _found(index, sentence)
            taken.append((time.process_time() - start) * 1e3)
        samples.append(median(taken))
    outcome.add("search_ms", f"one search of {sizes.jobs:,} jobs (processor time)", "ms", samples)
    outcome.reached["search_ms"] = "search_ms"


def _suggest_people(outcome: Outcome, sizes: Sizes, seed: int, tell: Tell) -> None:
    with (DATA / "github_social" / "edges.csv").open(encoding="utf-8") as file:
        edges = [(who, whom) for who, whom in list(csv.reader(file))[1:]]
    found: dict[float, list[float]] = {0.0: [], 0.1: [], 0.3: []}
    for turn in range(sizes.rounds):
        tell("suggesting people", turn, sizes.rounds)
        rng = random.Random(seed + turn)
        shuffled = rng.sample(edges, len(edges))
        held, kept = shuffled[: len(edges) // 10], shuffled[len(edges) // 10 :]
        lost: dict[str, set[str]] = {}
        for who, whom in held:
            lost.setdefault(who, set()).add(whom)
            lost.setdefault(whom, set()).add(who)
        asked = rng.sample(sorted(lost), min(sizes.asked, len(lost)))
        people = sorted({end for pair in edges for end in pair})
        for share, samples in found.items():
            hidden = {who for who in people if rng.random() < share}
            graph = ConnectionGraph(_both_ways(kept, hidden))
            recalls = []
            for who in asked:
                shown = {one.subject for one in graph.suggest(who, graph.of(who), 20)}
                recalls.append(len(shown & lost[who]) / min(20, len(lost[who])))
            samples.append(sum(recalls) / len(recalls))
    for share, samples in found.items():
        what = "" if not share else f", {share:.0%} hide their lists"
        outcome.add(f"people_{share:.0%}".replace("%", ""), f"people, R@20{what}", "R@20", samples)
    outcome.reached["people_recall"] = "people_0"
    tried = effect_on(_both_ways(edges, set()), SHARES, sizes.rounds, sizes.asked, tell)
    for curve in () if tried is None else tried[1]:
        words = PEOPLE_WORDS[curve.act][curve.did]
        for share, change in curve.points:
            if change is not None:
                name = f"people_{curve.act}_{'did' if curve.did else 'not'}_{share:.0%}".rstrip("%")
                what = f"people, R@20 at {share:.0%} who {PEOPLE_WORDS[curve.act][True]}: those who {words}"
                outcome.add(name, what, "of their own", [change.lowest, change.middle, change.highest])


def _job_titles(real: bool) -> list[str]:
    """Titles that occupations go by, or, where there are none, made-up ones."""
    if real and (DATA / "onet").is_dir():
        return sorted({title for titles, _ in _read_titles().docs.values() for title in titles.split(" . ")})
    works = [
        "engineer",
        "nurse",
        "operator",
        "clerk",
        "pilot",
        "welder",
        "teacher",
        "driver",
        "cook",
        "analyst",
    ]
    return [f"trade{n} {work}" for n in range(200) for work in works]


def _found(index: TextIndex, sentence: str) -> list[str]:
    wanted = read_sentence(sentence, index.known())
    finds = index.find(wanted.words, wanted.filters, _AT, _SHOWN, fill=wanted.is_filters_alone)
    return [one.document_id for one in finds]


def _rank(found: Iterable[str], right: set[str]) -> int:
    """From 1; 0 where nothing right was found."""
    return next((place for place, one in enumerate(found, 1) if one in right), 0)


def _read_titles() -> _Titles:
    def read(name: str) -> list[dict[str, str]]:
        with (DATA / "onet" / f"{name}.csv").open(encoding="utf-8-sig") as file:
            return list(csv.DictReader(file))

    code, reported = "O*NET-SOC Code", dict[str, set[str]]()
    for row in read("sample_of_reported_titles"):
        reported.setdefault(row["Reported Job Title"].lower().strip(), set()).add(row[code])
    occupations = read("occupation_data")
    titles = {row[code]: [row["Title"]] for row in occupations}
    for row in read("alternate_titles"):
        if row["Alternate Title"].lower().strip() not in reported:
            titles[row[code]].append(row["Alternate Title"])
    docs = {row[code]: (" . ".join(titles[row[code]]), row["Description"]) for row in occupations}
    return _Titles(docs, {title: codes for title, codes in reported.items() if codes & docs.keys()})


def _rows(told: Iterable[dict[str, Any]]) -> pa.Table:
    empty = {"kind": "jobs", "text": "", "skills": []}
    return pa.Table.from_pylist([{**empty, "owner": row["document_id"], **row} for row in told], SEARCHABLE)


def _both_ways(edges: Sequence[tuple[str, str]], hidden: set[str]) -> pa.Table:
    owners = [who for who, _ in edges] + [whom for _, whom in edges]
    others = [whom for _, whom in edges] + [who for who, _ in edges]
    readable = [who not in hidden for who in owners]
    return pa.table([owners, others, readable], schema=EDGES)
