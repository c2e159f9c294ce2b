"""A server asked about one member: a decision, and their own permitted rows, each at the latest choice.

Processor time, since it lasts micro- and milliseconds; opening the tables and copying them once is told beside it.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from random import Random

import licet
from benchmarks.measure import Tell, in_turn, silent
from benchmarks.member_pages import measure_pages
from benchmarks.network import SETTINGS, Network, make_tables, recorded_choices
from benchmarks.outcome import Outcome, require_same
from benchmarks.rest_decisions import measure_rest
from licet.app import Workspace
from licet.enforce import Gate
from licet.enforce.serving import Serving
from licet.sources.catalogue_file import save_catalogue
from licet.terms.moments import parse_moment

PURPOSE, KIND, AT = "generative_ai_training", "content.posts", parse_moment("2026-01-01")


@dataclass(frozen=True)
class Sizes:
    members: int
    posts: int
    rounds: int
    asked: int = 500
    own_records: int = 20_000
    page_members: tuple[int, ...] = (2_000, 200_000)
    requests: int = 4_000


SMALL = Sizes(members=20_000, posts=500_000, rounds=5)
FULL = Sizes(members=200_000, posts=5_000_000, rounds=7)

_HOW = (
    "A workspace whose members and posts are two Parquet files; authors are spread evenly over members. Everybody who "
    "is asked about is drawn by chance, so nothing of theirs is warm. Each question reads the ledger's position and "
    "what the member said from the disk, and looks at the files that the answer rests on.",
    "A decision has its reason, rule and setting. Own rows are all of the member's, of both tables; the second figure "
    "is of one who has just switched a setting. A gate that is kept open reads the same rows through the engine.",
    "Over REST the server is a process of its own with one worker; its processor time is what the system counted.",
    "Pages are asked of the server within its process, of one member of the demo network who is given 20,000 posts; "
    "the pages that ask what was built once more when a corpus stands. The first time of all pages is told by itself.",
    "Left out: opening the workspace, reading the policy, and the first two questions, which open and copy the tables; "
    "how long these take is told by itself.",
)


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("serving", "A server asked about one member", _HOW)
    with (
        tempfile.TemporaryDirectory(prefix="licet-bench-") as folder,
        licet.open(Path(folder) / "network", make=True, clock=lambda: AT) as workspace,
    ):
        network = make_tables(
            workspace.layout.root / "data",
            sizes.members,
            sizes.posts,
            0,
            seed,
            tell,
            whole=False,
            chosen_percent=8,
        )
        _fill(workspace, network)
        chance = Random(seed)
        asked = [str(100_000_000 + chance.randrange(sizes.members)) for _ in range(sizes.asked)]
        outcome.sizes = {
            "members": sizes.members, "posts": sizes.posts, "members_asked_about": sizes.asked,
            "ledger_entries": workspace.ledger.position, "rounds": sizes.rounds,
        }  # fmt: skip
        _decisions(outcome, workspace, asked, sizes, tell)
        _own_rows(outcome, workspace, asked, sizes, tell)
        measure_rest(outcome, workspace, asked, sizes.requests, sizes.rounds, tell)
    outcome.reached["page"] = pages = list[str]()
    for members in sizes.page_members:
        with tempfile.TemporaryDirectory(prefix="licet-bench-") as folder:
            pages += measure_pages(
                outcome, Path(folder), members, sizes.own_records, sizes.rounds, seed, tell
            )
    return outcome


def _fill(workspace: Workspace, network: Network) -> None:
    catalogue = network.catalogue()
    tables = {name: table for name, table in catalogue.tables.items() if name != "texts"}
    save_catalogue(catalogue.model_copy(update={"tables": tables}), workspace.layout.catalogue)
    workspace.use_pack("linkedin_as_reported")
    for entries in recorded_choices(network):
        workspace.ledger.append(entries)


def _decisions(outcome: Outcome, workspace: Workspace, asked: list[str], sizes: Sizes, tell: Tell) -> None:
    def ask() -> None:
        for subject in asked:
            workspace.decide(subject, PURPOSE, KIND, visibility="public")

    taken = in_turn({"decide": ask}, sizes.rounds, tell=tell, stage="deciding", clock=time.process_time)
    each = [seconds / len(asked) * 1e6 for seconds in taken["decide"]]
    outcome.add("decide", "workspace.decide, processor time", "µs", each)
    outcome.reached["workspace_decide"] = "decide"


def _own_rows(outcome: Outcome, workspace: Workspace, asked: list[str], sizes: Sizes, tell: Tell) -> None:
    serving, gate = workspace.serving(PURPOSE, for_training=True), workspace.gate(PURPOSE, for_training=True)
    tell("opening and copying the tables", 0, None)
    start = time.process_time()
    for subject in asked[:2]:
        serving.own(subject)
    outcome.add("opened", "the first two questions, which open and copy", "s", [time.process_time() - start])
    rows = [_same_rows(serving, gate, subject) for subject in asked[:5]]
    outcome.checks.append(f"a gate hands out the same rows of five members, {sum(rows)} in all")
    ahead, through = cycle(asked), cycle(asked)

    def own() -> None:
        serving.own(next(ahead))

    def by_the_gate() -> None:
        subject = next(through)
        for name in gate.names:
            gate.table(name, [subject]).to_pyarrow()

    taken = in_turn(
        {"own": own, "gate": by_the_gate},
        sizes.rounds,
        tell=tell,
        stage="reading own rows",
        at_least_seconds=0.5,
        clock=time.process_time,
    )
    outcome.add(
        "own", "own permitted rows of one member, processor time", "ms", [s * 1e3 for s in taken["own"]]
    )
    chosen = []
    for turn in range(sizes.rounds * 5):
        subject = asked[turn % len(asked)]
        workspace.choose(subject, SETTINGS[0], "on" if turn % 2 else "off")
        start = time.process_time()
        serving.own(subject)
        chosen.append((time.process_time() - start) * 1e3)
    outcome.add("own_chosen", "the same, when they have just switched a setting", "ms", chosen)
    outcome.add(
        "own_gate", "the same rows through a gate that is kept open", "ms", [s * 1e3 for s in taken["gate"]]
    )
    outcome.others.add("own_gate")
    outcome.reached["own_rows"] = "own_chosen"


def _same_rows(serving: Serving, gate: Gate, subject: str) -> int:
    own = serving.own(subject).tables
    for name in gate.names:
        wanted = gate.table(name, [subject]).to_pyarrow()
        found = own.get(name, wanted.slice(0, 0))
        require_same(
            f"own rows and the gate's, of {name}",
            sorted(map(repr, found.to_pylist())),
            sorted(map(repr, wanted.select(found.column_names).to_pylist())),
        )
    return sum(map(len, own.values()))
