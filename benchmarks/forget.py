"""Forgetting somebody in the model: an update after an opt-out, beside making the model anew without them.

On the Stack Exchange dump where it lies beside the sources, under a policy that permits all of it, and on a made-up
network else. Whatever an update came to is put together and held to the model that is made anew, file by file.
"""

from __future__ import annotations

import functools
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

import licet
from benchmarks.corpus import spent
from benchmarks.measure import Tell, silent
from benchmarks.outcome import Outcome, require_same
from licet.app import artefacts
from licet.app.workspace import Workspace
from licet.enforce import Access
from licet.store import SnapshotRef
from licet.terms import SELF
from licet.terms.moments import parse_moment
from licet.uses import run as uses
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
    "member leaves who wrote the most.",
)
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
            name: [] for name in ("corpus", "update", "together", "anew", "both")
        }
        for turn in range(sizes.rounds):
            tell("forgetting the median member", turn, sizes.rounds)
            who = by_tokens[middle - sizes.rounds // 2 + turn][0]
            latest = _forgotten(workspace, who, latest, series)
        for name, what in (
            ("corpus", "corpus: brought to the choice"), ("update", "model: the median member forgotten"),
            ("together", "model: put together after that"), ("anew", "model: made anew"),
        ):  # fmt: skip
            outcome.add(name, what, "ms", [seconds * 1e3 for seconds in series[name]])
        outcome.compare(
            "median", "forgetting the median member, over making it anew", series["update"], series["anew"]
        )
        outcome.compare("median_together", "the same, put together as well", series["both"], series["anew"])
        tell("forgetting the largest member", 0, None)
        large: dict[str, list[float]] = {name: [] for name in series}
        _forgotten(workspace, largest, latest, large)
        outcome.compare(
            "large", "forgetting who wrote the most, over making it anew", large["update"], large["anew"]
        )
    outcome.checks.append(
        f"after each of {sizes.rounds + 1} removals the model put together was the one made anew, file by file"
    )
    outcome.reached |= {"forget_median": "median", "forget_large": "large"}
    return outcome


def _forgotten(
    workspace: Workspace, who: str, earlier: SnapshotRef, series: dict[str, list[float]]
) -> SnapshotRef:
    """The model after somebody left it, made anew; what that took goes to the series."""
    workspace.choose(who, "use", "off")
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
