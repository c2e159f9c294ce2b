"""The demo: the main job end to end on a made-up network, told as a sequence of facts.

Makes the network, puts a policy in force (the article's, unless another is named), looks at what a corpus held the day
before it took effect, builds one as of now, has one member say no, and brings the corpus up to date. Under a policy
that lets jobs be recommended, search, people and insights are made for the members' pages. The door does the telling.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple, TypeVar

from licet.app.demo_list import DemoList, hand_over
from licet.app.results import Chosen, CorpusDifference, CorpusResult, Imported, PackInForce
from licet.app.workspace import Workspace, create
from licet.app.workspace_layout import is_workspace
from licet.decide import Decision
from licet.packs import MADE_UP, Pack, Use, open_pack
from licet.terms import SELF, AppError
from licet.terms.disk_errors import clear_disk_errors
from licet.terms.vocabulary import ancestors
from licet.uses.corpus.snapshot import Document
from licet.uses.corpus.text import require_packages

POLICY = "linkedin_as_reported"
_PURPOSE, _KIND, _JOBS = "generative_ai_training", "content.posts", "organisation.job_postings"

Progress = Callable[[str, int, int | None], None]
_Result = TypeVar("_Result")


class Someone(NamedTuple):
    """The member whose toggle the demo flips."""

    subject: str
    region: str | None
    documents: list[Document]


class Story(NamedTuple):
    """Everything that happened, in order. elsewhere: a use of another recipient's, where the policy has one.
    handed_over: a list that an affiliate got and is told whom to take off, where the policy has it so."""

    workspace: Path
    network: Imported
    policy: PackInForce
    elsewhere: Use
    day_before: CorpusResult
    first: CorpusResult
    someone: Someone
    before: Decision
    choice: Chosen
    after: Decision
    second: CorpusResult
    difference: CorpusDifference
    rebuilt_root: str
    handed_over: DemoList | None
    ledger_entries: int
    ledger_holds: bool
    seconds: dict[str, float]


def tell(root: Path, members: int, seed: int, replace: bool, policy: str, progress: Progress) -> Story:
    """Play the demo in `root`. policy: a shipped one's name, or a file.

    Raises: PackErrors for a policy that cannot be read, AppError APP-052 for one under which there is nothing to tell;
    UseError CORP-110 where a corpus cannot be made;
    AppError APP-050 when there is something at `root` already and `replace` is not given, or when what is
    there is no workspace: a demo never removes anything else.
    """
    pack = open_pack(policy)
    setting, day_before = _what_to_say_no_to(pack)
    elsewhere = next((use for use in pack.uses() if use.recipient != SELF), pack.uses()[0])
    require_packages()  # before anything is made, so that the next try is the first
    make_room(root, replace)
    seconds: dict[str, float] = {}

    def timed(name: str, job: Callable[[], _Result]) -> _Result:
        start = time.perf_counter()
        result = job()
        seconds[name] = round(time.perf_counter() - start, 2)
        return result

    with create(root) as workspace:
        network = timed("network", lambda: workspace.data.make_demo_world(members, seed, progress=progress))
        in_force = workspace.policies.use(policy)
        earlier = timed(
            "day before", lambda: workspace.uses["corpus"].build(at=day_before, progress=progress)
        )
        first = timed("build", lambda: workspace.uses["corpus"].build(progress=progress))
        someone = pick_someone(workspace, first)

        def ask() -> Decision:
            return workspace.decide(someone.subject, _PURPOSE, _KIND, visibility="public")

        before = ask()
        choice = workspace.choices.choose(someone.subject, setting, "off", via="demo")
        after = ask()
        second = timed("update", lambda: workspace.uses["corpus"].update(progress=progress))
        difference = workspace.uses["corpus"].diff(first.snapshot, second.snapshot)
        rebuilt = timed("rebuild", lambda: workspace.uses["corpus"].build(progress=progress))
        handed_over = timed("list", lambda: hand_over(workspace))
        report = timed("verify", workspace.ledger.verify)
        if _recommends_jobs(pack):
            timed("for you", lambda: _make_for_you(workspace))
        return Story(
            root, network, in_force, elsewhere, earlier, first, someone, before, choice, after, second, difference,
            rebuilt.root, handed_over, report.size, report.ok, seconds,
        )  # fmt: skip


def _recommends_jobs(pack: Pack) -> bool:
    """Whether there is anything to find: advertisements that may be recommended."""
    return any(
        not {*ancestors(_JOBS)}.isdisjoint(rule.categories) for rule in pack.permits("recommendation", SELF)
    )


def _make_for_you(workspace: Workspace) -> None:
    """What the members' pages under "For you" are made of, beside recommendations, which need nothing made."""
    workspace.uses.search.build()
    workspace.uses.people.build()
    workspace.uses.insights.release()


def _what_to_say_no_to(pack: Pack) -> tuple[str, datetime]:
    """The setting that stops training with posts, and the day before anything is permitted.

    Raises: AppError APP-052.
    """
    settings = [
        rule.setting
        for rule in pack.permits(_PURPOSE, SELF)
        if rule.setting is not None and not set(ancestors(_KIND)).isdisjoint(rule.categories)
    ]
    if not settings or pack.in_force_from is None:
        raise AppError(
            "APP-052",
            f"{pack.id} permits no training with posts that a setting stops, and that is what the demo tells of",
            fix=f"name another --policy, e.g. {POLICY} or {MADE_UP}; or `licet init --pack {pack.id}`",
        )
    return settings[0], pack.in_force_from - timedelta(days=1)


def make_room(root: Path, replace: bool) -> None:
    """Leave nothing at `root`. Raises: AppError APP-050 as `tell`."""
    if not root.exists() or not any(root.iterdir()):
        return
    if not is_workspace(root):
        raise AppError(
            "APP-050",
            "this folder holds something that is no workspace",
            str(root),
            "choose another --workspace",
        )
    if not replace:
        raise AppError(
            "APP-050",
            "there is a workspace here already",
            str(root),
            "use --replace to make the demo anew, or choose another --workspace",
        )
    with clear_disk_errors("making room for the demo"):
        shutil.rmtree(root)


def pick_someone(workspace: Workspace, corpus: CorpusResult) -> Someone:
    """A member with several documents, the first by id among those with most; the same on every run."""
    counted: dict[str, list[Document]] = {}
    for document in workspace.uses["corpus"].documents(corpus.snapshot):
        if len(document["subjects"]) == 1:
            counted.setdefault(document["subjects"][0], []).append(document)
    if not counted:
        raise AppError(
            "APP-051",
            "nobody in so small a network is covered by the policy",
            fix="use more --members, e.g. 200",
        )
    subject = min(counted, key=lambda one: (-len(counted[one]), one))
    facts = workspace.facts_now(subject)
    return Someone(subject, facts.region if facts else None, counted[subject])
