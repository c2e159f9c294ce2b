"""Forgetting somebody in the model: an update after an opt-out, beside making the model anew without them.

On the Stack Exchange dump where it lies beside the sources, under a policy that permits all of it, and on a made-up
network else. Whatever an update came to is put together and held to the model that is made anew, file by file.
"""

from __future__ import annotations

import functools
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

import licet
from benchmarks.corpus import spent
from benchmarks.measure import Tell, silent
from benchmarks.outcome import Curve, Outcome, require_same
from benchmarks.peers.consent_reports import ConsentReports
from benchmarks.peers.sharded_counts import ShardedCounts
from licet.app import artefacts
from licet.app.workspace import Workspace
from licet.enforce import Access
from licet.store import SnapshotRef
from licet.terms import SELF, AppError
from licet.terms.moments import parse_moment
from licet.uses import run as uses
from licet.uses.manifest import read_manifest
from licet.uses.model import counts_log
from licet.uses.model.byte_pairs import Tokens
from licet.uses.model.counts_log import ModelManifest
from licet.uses.model.serving_rule import ServingRule
from licet.uses.model.text_model import Model, open_model
from licet.uses.use import silent as unseen

AT = parse_moment("2026-06-30")
DUMP = Path(__file__).parents[2] / "shared" / "data" / "stackexchange_cardano"


@dataclass(frozen=True)
class Sizes:
    """dump: a Stack Exchange dump; None, or where there is none, a made-up network of so many members."""

    dump: Path | None
    members: int
    rounds: int


SMALL = Sizes(dump=DUMP, members=2_000, rounds=5)
FULL = Sizes(dump=DUMP, members=20_000, rounds=9)

_HOW = (
    "Everybody's profiles, posts and comments, one document each, under a policy that permits them. Processor time, "
    "of all processes, from opened access to the published model, the note in the ledger included; what words are "
    "tokens of is worked out in each run anew. The corpus is brought to the choice first, and told by itself.",
    "In each round one of the members in the middle, by the tokens that they wrote, says no; the model is updated, and "
    "put together as `licet purge` does it. Then it is made anew, and both are the same, file by file. Last of all the "
    "member leaves who wrote the most, and then more and more at once, who share one update.",
    "Out of service means: from the choice that is asked for to the first question that is refused, by the clock, the "
    "choice being on the disk.",
    "SISA: eight shards of members in memory, of which one is counted anew without them; it writes, proves and notes "
    "nothing, and is held to the same counts. ConsentML: a training function over the same documents under its "
    "lineage, and its report of who is in which model; it takes nobody out and proves to nobody else.",
)
_SHARDS, _BATCHES = 8, (1, 4, 16)
_POLICY = """
licet_pack: 1
id: open
title: All is permitted
version: "1"
observed: 2025-01-01
controller: {{name: Open}}
sources: {{page: {{title: A page, kind: official}}}}
notices: {{n: {{title: A notice, published: 2024-01-01, effective: 2024-02-01}}}}
categories: {{{categories}}}
purposes: {{generative_ai_training: {{}}}}
settings: {{use: {{label: Use it, path: [Settings, Use], observed: 2025-01-01, default: {{state: on}}}}}}
rules:
  - {{id: all, effect: permit, purposes: [generative_ai_training], categories: [{kinds}], notice: n, setting: use}}
"""


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("forget", "Forgetting somebody", _HOW)
    with (
        tempfile.TemporaryDirectory(prefix="licet-bench-") as folder,
        licet.open(Path(folder), make=True, clock=lambda: AT) as workspace,
    ):
        tell("making the corpus", 0, None)
        _fill(workspace, sizes, seed)
        corpus = workspace.corpus_build()
        _, latest = _made_anew(workspace)
        by_tokens = _members_by_tokens(workspace, latest)
        tokens = latest.manifest["counts"]["tokens"]
        middle, (largest, most) = len(by_tokens) // 2, by_tokens[-1]
        outcome.sizes = {
            "documents": corpus.documents, "members": len(by_tokens), "tokens": tokens,
            "tokens_of_the_median_member": by_tokens[middle][1],
            "largest_share_percent": round(100 * most / tokens, 1), "rounds": sizes.rounds,
        }  # fmt: skip
        series: dict[str, list[float]] = {
            name: [] for name in ("withdrawn", "corpus", "update", "together", "anew", "both", "sharded")
        }
        others = _Others(workspace, latest, Path(folder))
        for turn in range(sizes.rounds):
            tell("forgetting the median member", turn, sizes.rounds)
            who = by_tokens[middle - sizes.rounds // 2 + turn][0]
            latest = _forgotten(workspace, [who], latest, series)
            series["sharded"].append(others.forget(who, latest))
        for name, what in (
            ("withdrawn", "toggle to out of service (by the clock)"),
            ("corpus", "corpus: brought to the choice"), ("update", "model: the median member forgotten"),
            ("together", "model: put together after that"), ("anew", "model: made anew"),
            ("sharded", f"SISA: one of {_SHARDS} shards counted anew"),
        ):  # fmt: skip
            outcome.add(name, what, "ms", [seconds * 1e3 for seconds in series[name]])
        outcome.compare(
            "median", "forgetting the median member, over making it anew", series["update"], series["anew"]
        )
        outcome.compare(
            "sharded_share", "the same by SISA, over making it anew", series["sharded"], series["anew"]
        )
        outcome.others.add("sharded")
        outcome.compare("median_together", "the same, put together as well", series["both"], series["anew"])
        tell("forgetting the largest member", 0, None)
        large: dict[str, list[float]] = {name: [] for name in series}
        latest = _forgotten(workspace, [largest], latest, large)
        outcome.compare(
            "large", "forgetting who wrote the most, over making it anew", large["update"], large["anew"]
        )
        _leave_together(workspace, by_tokens[: middle // 2], latest, outcome, tell)
        outcome.checks += others.checks()
    outcome.checks.append(
        f"after each of {sizes.rounds + 1 + len(_BATCHES)} removals the model put together was the one made anew, "
        "file by file"
    )
    outcome.reached |= {"forget_median": "median", "forget_large": "large", "withdrawn": "withdrawn"}
    outcome.notes.append(
        "OriginBlame 0.2.2 needs Python 3.12 and was tried by hand there, on 1,000 lines of 200 authors: it registers "
        "and tracks them; `ob clean`, which is to gather what was tracked, ends with a module that its wheel lacks, so "
        "that `ob revoke` found none of an author's five lines and `ob purge` took none out."
    )
    outcome.configuration["ConsentML"] = "a local SQLite store, subject ids hashed, one source in memory"
    return outcome


class _Others:
    """What others make of the same documents, each told of the same people."""

    def __init__(self, workspace: Workspace, snapshot: SnapshotRef, folder: Path) -> None:
        use = open_model(workspace.layout.root)
        (documents,) = artefacts.parents_of(workspace, use, snapshot).values()
        texts: list[tuple[str, str]] = []
        for bucket in documents.buckets():
            rows = documents.read(bucket)
            people = rows["subjects"].to_pylist()
            texts += [
                (of[0], text)
                for of, text in zip(people, rows["text"].to_pylist(), strict=True)
                if len(of) == 1
            ]
        learnt: dict[str, list[Tokens]] = {}
        for who, text in texts:
            learnt.setdefault(who, []).append(use.vocabulary.encode(text))
        self._store, self._rule = workspace.store, ServingRule.of(use.recipe, use.vocabulary)
        self._sharded = ShardedCounts(learnt, use.recipe.order, _SHARDS)
        self._reports = ConsentReports(folder, texts, lambda frame: len(frame))
        self._same, self._named, self._asked = 0, 0, 0

    def forget(self, who: str, latest: SnapshotRef) -> float:
        """Processor seconds of the shards; whoever else is asked is asked beside it. latest: without them."""
        table, seconds = spent(functools.partial(self._sharded.forget, who))
        served = counts_log.served_table(self._store, read_manifest(ModelManifest, latest), self._rule)
        self._same += bool(np.array_equal(self._rule.served(table), served))
        self._named += self._reports.revoke(who) == ["counts"]
        self._asked += 1
        return seconds

    def checks(self) -> list[str]:
        kept = "holds" if self._reports.holds() else "does not hold"
        return [
            f"SISA's counts of what two members wrote were the model's after {self._same} of {self._asked} removals "
            "(a near-duplicate that comes back is another member's document, which it is not told of)",
            f"ConsentML named the model of {self._named} of {self._asked} people, advised to train it anew, and took "
            f"nobody out; its own log {kept}",
        ]


def _leave_together(
    workspace: Workspace, members: list[tuple[str, int]], latest: SnapshotRef, outcome: Outcome, tell: Tell
) -> None:
    """More and more members at once, in one update."""
    points, left = dict[float, str](), iter(members)
    for count in _BATCHES:
        tell("forgetting several at once", count, _BATCHES[-1])
        people = [who for (who, _), _ in zip(left, range(count), strict=False)]
        series = {
            name: list[float]() for name in ("withdrawn", "corpus", "update", "together", "anew", "both")
        }
        latest = _forgotten(workspace, people, latest, series)
        name = f"batch_{len(people)}"
        outcome.add(name, f"model: {len(people)} forgotten in one update", "ms", [series["update"][0] * 1e3])
        points[float(len(people))] = name
    outcome.curves.append(
        Curve("batch", "Forgetting several at once", "members", "ms", {"one update": points}, log_x=True)
    )


def _forgotten(
    workspace: Workspace, people: list[str], earlier: SnapshotRef, series: dict[str, list[float]]
) -> SnapshotRef:
    """The model after some left it, made anew; what that took goes to the series."""
    start = time.perf_counter()
    for who in people:
        workspace.choose(who, "use", "off")
    try:
        workspace.uses["model"].generate("I", most_tokens=1, by_counts=True)
    except AppError as error:
        require_same("what a model says that has not heard of a choice", error.code, "APP-234")
        withdrawn = time.perf_counter() - start
    else:
        raise RuntimeError("it answers still")
    _, corpus = spent(workspace.corpus_update)
    use, access = _opened(workspace)
    updated, update = spent(functools.partial(artefacts.update, workspace, use, access, earlier, unseen))
    if updated.how != "updated":
        raise RuntimeError(f"it was made anew: {updated.why}")
    record = artefacts.recorder(workspace, use.name, "compact")
    kept, together = spent(
        functools.partial(uses.compact, use, workspace.store, updated.snapshot, record=record)
    )
    seconds, latest = _made_anew(workspace)
    for part in ("root", "tables", "served", "members", "counts"):
        require_same(f"the model's {part}", kept.manifest[part], latest.manifest[part])
    taken = {
        "withdrawn": withdrawn,
        "corpus": corpus,
        "update": update,
        "together": together,
        "both": update + together,
        "anew": seconds,
    }
    for name, each in taken.items():
        series[name].append(each)
    return latest


def _made_anew(workspace: Workspace) -> tuple[float, SnapshotRef]:
    use, access = _opened(workspace)
    made, seconds = spent(functools.partial(artefacts.build, workspace, use, access, unseen))
    return seconds, made.snapshot


def _opened(workspace: Workspace) -> tuple[Model, Access]:
    use = open_model(workspace.layout.root)
    use.vocabulary._words.clear()
    position = workspace.ledger.position
    access = artefacts.open_access(
        workspace, use, "generative_ai_training", SELF, None, position, workspace.absences
    )
    return use, access


def _members_by_tokens(workspace: Workspace, snapshot: SnapshotRef) -> list[tuple[str, int]]:
    use = open_model(workspace.layout.root)
    (documents,) = artefacts.parents_of(workspace, use, snapshot).values()
    tokens: dict[str, int] = {}
    for bucket in documents.buckets():
        rows = documents.read(bucket)
        for people, text in zip(rows["subjects"].to_pylist(), rows["text"].to_pylist(), strict=True):
            if len(people) == 1:
                tokens[people[0]] = tokens.get(people[0], 0) + len(use.vocabulary.encode(text))
    return sorted(tokens.items(), key=lambda one: (one[1], one[0]))


def _fill(workspace: Workspace, sizes: Sizes, seed: int) -> None:
    root = workspace.layout.root
    if sizes.dump is not None and sizes.dump.is_dir():
        workspace.import_stackexchange(sizes.dump)
        path = next(workspace.layout.data.rglob("members.parquet"))
        members = pq.read_table(path)
        place = members.column_names.index("region")
        known = pc.fill_null(members["region"], "DE")  # whoever says no place would be held back
        pq.write_table(members.set_column(place, members.schema.field(place), known), path)
        recipe = workspace.layout.recipe.read_text()
        threads = recipe.index("  - kind: thread")
        workspace.layout.recipe.write_text(
            recipe[:threads] + '  - {kind: comment, table: comments, text: "{text}"}\n'
        )
    else:
        workspace.make_demo_world(sizes.members, seed)
    kinds = {kind for table in workspace.catalogue.tables.values() for kind in table.columns.values() if kind}
    named = sorted(kind for kind in kinds if not kind.startswith("private_communication"))
    policy = _POLICY.format(
        categories=", ".join(f"{kind}: {{}}" for kind in named),
        kinds=", ".join(sorted({kind.partition(".")[0] for kind in named})),
    )
    (root / "open.yaml").write_text(policy)
    workspace.use_pack(str(root / "open.yaml"))
