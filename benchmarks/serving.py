"""A server asked about one member: a decision, and their own permitted rows, each at the latest choice.

Processor time, since it lasts micro- and milliseconds; opening the tables and copying them once is told beside it.
"""

from __future__ import annotations

import functools
import re
import tempfile
import time
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
from starlette.testclient import TestClient

import licet
from benchmarks.measure import Tell, in_turn, silent
from benchmarks.network import SETTINGS, Network, make_tables, recorded_choices
from benchmarks.outcome import Outcome, require_same
from licet.app import Workspace
from licet.enforce import Gate
from licet.enforce.serving import Serving
from licet.sources.catalogue_file import save_catalogue
from licet.terms.moments import parse_moment
from licet.web.application import make_application
from licet.web.config import ServeConfig

PURPOSE, KIND, AT = "generative_ai_training", "content.posts", parse_moment("2026-01-01")


@dataclass(frozen=True)
class Sizes:
    members: int
    posts: int
    rounds: int
    asked: int = 500
    own_records: int = 20_000


SMALL = Sizes(members=20_000, posts=500_000, rounds=5)
FULL = Sizes(members=200_000, posts=5_000_000, rounds=7)

_HOW = (
    "A workspace whose members and posts are two Parquet files; authors are spread evenly over members. Everybody who "
    "is asked about is drawn by chance, so nothing of theirs is warm. Each question reads the ledger's position and "
    "what the member said from the disk, and looks at the files that the answer rests on.",
    "A decision has its reason, rule and setting. Own rows are all of the member's, of both tables; the second figure "
    "is of one who has just switched a setting. A gate that is kept open reads the same rows through the engine.",
    "Pages are asked of the server within its process, of one member of the demo network who has 20,000 records.",
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
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as folder:
        _pages(outcome, Path(folder), sizes, seed, tell)
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


#: Where a member goes; the slowest of them is what the target speaks of.
_PAGES = ("/", "/data", "/data/records/posts", "/notices", f"/settings/{SETTINGS[0]}/preview?value=off")
_ADDRESS = "http://127.0.0.1:8000"
_TOKEN = re.compile(r'name="token" value="([^"]+)"')


def _pages(outcome: Outcome, root: Path, sizes: Sizes, seed: int, tell: Tell) -> None:
    """The pages of one member of the demo network to whom so many posts are given."""
    with licet.open(root, make=True) as workspace:
        tell("making the network", 0, None)
        workspace.make_demo_world(2000, seed)
        workspace.use_pack("linkedin_as_reported")
        (member,) = workspace.people().first(1)
        _give_posts(next(workspace.layout.data.rglob("posts.parquet")), member, sizes.own_records)
        records = len(workspace.member(member).records)
    served = make_application(ServeConfig(root, demo_sign_in=True))
    with TestClient(served, base_url=_ADDRESS, client=("127.0.0.1", 1)) as browser:
        found = _TOKEN.search(browser.get("/sign-in").text)
        data = {"token": found[1] if found else "", "subject": member}
        browser.post("/sign-in", data=data, headers={"Origin": _ADDRESS})
        require_same("the pages' status", {browser.get(page).status_code for page in _PAGES}, {200})
        jobs = {page: functools.partial(browser.get, page) for page in _PAGES}
        taken = in_turn(jobs, sizes.rounds, tell=tell, stage="pages", clock=time.process_time)
    outcome.sizes["records_of_the_member"] = records
    for page in _PAGES:
        name = f"page_{page.partition('?')[0].strip('/').replace('/', '_') or 'start'}"
        outcome.add(name, f"{page}, {records:,} own records", "ms", [1e3 * one for one in taken[page]])
    slowest = [1e3 * max(each) for each in zip(*taken.values(), strict=True)]
    outcome.add("page", "the slowest of these pages, round by round", "ms", slowest)
    outcome.reached["page"] = "page"


def _give_posts(file: Path, member: str, many: int) -> None:
    """Put posts beside those that are there, like them in all but author and key."""
    posts = pq.read_table(file)
    more = posts.take(pa.array([number % len(posts) for number in range(many)]))
    new = {"author": [member] * many, "post_id": [f"more-{number}" for number in range(many)]}
    for name, values in new.items():
        place = posts.schema.get_field_index(name)
        field = posts.schema.field(place)
        more = more.set_column(place, field, pa.array(values, field.type))
    pq.write_table(pa.concat_tables([posts, more]), file)
