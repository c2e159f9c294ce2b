"""The corpus of a large network: two million members, some of whom write, and updates after few or many said no.

Members and posts are made by SQL; the words are the demo's own sentences, so that redaction, language and
near-duplicates have real work. One rebuild is enough to compare with: it must have the root of the update before it.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import duckdb
import pyarrow.parquet as pq

import licet
from benchmarks.corpus import (
    AT,
    PACK,
    PURPOSE,
    allowed,
    curve_of,
    figure_of,
    note_stages,
    rebuild,
    say,
    spent,
)
from benchmarks.measure import Tell, silent
from benchmarks.network import members_sql, posts_sql
from benchmarks.outcome import Outcome, require_same
from licet.app.workspace import Workspace
from licet.sources.catalogue import Catalogue, FactsTable, Location, Table
from licet.sources.catalogue_file import save_catalogue


@dataclass(frozen=True)
class Sizes:
    """shares: of all members, how many say no before each update. voices: members of the demo whose words are used."""

    members: int
    posts: int
    shares: tuple[float, ...]
    voices: int = 600


SMALL = Sizes(members=20_000, posts=8_000, shares=(0.001, 0.01, 0.1), voices=200)
#: Few of two million members write, so that the whole curve fits into half an hour on two cores.
FULL = Sizes(members=2_000_000, posts=60_000, shares=(0.0001, 0.001, 0.01, 0.1, 0.5))

_COMPARED_SHARE = 0.01
_APPEND_AT_ONCE = 50_000
_RECIPE = "licet_recipe: 1\ndocuments:\n  - {kind: post, table: posts, text: '{text}'}\n"
_HOW = (
    "Members and posts made by SQL, authors spread evenly over the members; a post is four sentences of the demo's "
    "members in one language. Redaction, language and near-duplicates on. All is processor time, of all processes.",
    "Before each update a share of all members, drawn at random, switches the setting off; each update starts from the "
    "snapshot of the one before. After 1 % it is also built anew, and all updates are compared with that.",
    "What each member permits is found out anew on a gate of its own before the update, which then has it for "
    "nothing: that time is counted into the update's. The build anew begins with what is kept of members, too.",
    "An update may take 50 ms and 150 µs a document that left; the members who changed are not counted in that.",
)


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("corpus_large", "The corpus of a large network", _HOW)
    with (
        tempfile.TemporaryDirectory(prefix="licet-bench-") as folder,
        licet.open(Path(folder) / "network", make=True, clock=lambda: AT) as workspace,
    ):
        tell("making the network", 0, None)
        _make(workspace, Path(folder), sizes, seed)
        workspace.use_pack(PACK)
        tell("building", 0, None)
        first, seconds = spent(functools.partial(workspace.corpus_build, at=AT))
        outcome.sizes = {
            "members": sizes.members,
            "posts": sizes.posts,
            "documents": first.documents,
            "set_aside": first.set_aside,
            "subjects": first.subjects,
        }
        each = 1e6 * seconds / (first.documents + first.set_aside)
        outcome.add("documents", "building, a document, what is paid once included", "µs", [each])
        _updates(outcome, workspace, first.snapshot, sizes, seed, tell)
    return outcome


def _updates(
    outcome: Outcome, workspace: Workspace, latest: str, sizes: Sizes, seed: int, tell: Tell
) -> None:
    chance = Random(f"corpus_large/{seed}")
    members = [str(100_000_000 + number) for number in range(sizes.members)]
    taken: dict[float, float] = {}
    refresh: dict[float, float] = {}
    limits: dict[float, float] = {}
    stages: dict[str, list[float]] = {}
    built = 0.0
    for nth, share in enumerate(sizes.shares):
        tell("updating", nth, len(sizes.shares))
        _say_no(workspace, chance.sample(members, max(1, round(share * len(members)))))
        refresh[share] = _refresh(workspace)
        updated, seconds = spent(functools.partial(workspace.corpus_update, snapshot=latest))
        require_same("how the update was made", updated.how, "updated")
        taken[share] = refresh[share] + seconds
        limits[share] = allowed(workspace, latest, updated.snapshot)
        latest = updated.snapshot
        if share == _COMPARED_SHARE:
            tell("building anew", nth, len(sizes.shares))
            _, built, watch = rebuild(workspace, latest)
            note_stages(stages, "building", watch)
    outcome.checks.append("after 1 % of the members said no the update ends with the root of the rebuild")
    outcome.add("build", "building anew", "s", [built])
    for share in sizes.shares:
        figure = figure_of("no", share)
        outcome.add(f"{figure}_s", f"updating after {share:.2%} said no", "s", [taken[share]])
        what = f"of that, who may be used after {share:.2%} said no, on a gate of its own"
        outcome.add(figure_of("refresh", share), what, "s", [refresh[share]])
        what = f"update after {share:.2%} said no, over rebuild"
        outcome.compare(figure, what, [taken[share]], [built])
        what = f"update after {share:.2%} said no, over 50 ms and 150 µs a document"
        outcome.compare(f"{figure}_over", what, [taken[share]], [limits[share]])
    for stage, samples in stages.items():
        outcome.add(f"stage: {stage}", f"of {stage}", "s", samples)
    lines = {"said no": {100 * share: figure_of("no", share) for share in sizes.shares}}
    outcome.curves.append(curve_of(lines, "Updating the corpus of a large network"))
    outcome.reached["update"] = f"{figure_of('no', _COMPARED_SHARE)}_over"
    outcome.reached["update_most"] = [figure_of("no", share) for share in sizes.shares]


def _say_no(workspace: Workspace, subjects: list[str]) -> None:
    """Recorded sorted by member: appends in any other order slow down as the ledger grows (docs/LOG.md)."""
    subjects = sorted(subjects)
    for start in range(0, len(subjects), _APPEND_AT_ONCE):
        say(workspace, subjects[start : start + _APPEND_AT_ONCE], "off")


def _refresh(workspace: Workspace) -> float:
    gate = functools.partial(workspace.gate, PURPOSE, at=AT, columns={"posts": {"text"}})
    return spent(lambda: gate().table("posts"))[1]


def _make(workspace: Workspace, folder: Path, sizes: Sizes, seed: int) -> None:
    places = {name: workspace.layout.data / f"{name}.parquet" for name in ("members", "posts")}
    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar=false")
        con.execute("SET VARIABLE voices = ?", [list(_sentences(folder, sizes.voices, seed))])
        for name, sql in (
            ("members", members_sql(sizes.members, seed)),
            ("posts", _posts_sql(sizes, seed)),
        ):
            con.execute(f"COPY ({sql}) TO '{places[name]}' (FORMAT PARQUET)")
    posts = Table(
        location=Location(parquet=str(places["posts"])),
        key="post_id",
        subjects=("author",),
        created="created",
        visibility="visibility",
        columns=dict.fromkeys(
            ("post_id", "author", "created", "visibility", "reactions", "text"), "content.posts"
        ),
    )
    members = Table(
        location=Location(parquet=str(places["members"])),
        key="member_id",
        subjects=("member_id",),
        created=None,
        columns={"region": "profile.location"},
    )
    facts = FactsTable(table="members", subject="member_id", region="region")
    catalogue = Catalogue(licet_catalogue=1, facts=facts, tables={"members": members, "posts": posts})
    save_catalogue(catalogue, workspace.layout.catalogue)
    workspace.layout.recipe.write_text(_RECIPE, encoding="utf-8")


def _posts_sql(sizes: Sizes, seed: int) -> str:
    """Four sentences of one language a post."""
    language = f"getvariable('voices')[1 + (hash(post_id, {seed}) % len(getvariable('voices')))::INTEGER]"
    sentence = f"l.voice[1 + (hash(post_id, n, {seed}) % len(l.voice))::INTEGER]"
    return (
        f"SELECT l.* EXCLUDE (voice), array_to_string(list_transform(range(4), lambda n: {sentence}), ' ') AS text "
        f"FROM (SELECT *, {language} AS voice FROM ({posts_sql(sizes.posts, sizes.members, seed)})) l"
    )


def _sentences(folder: Path, voices: int, seed: int) -> Iterator[list[str]]:
    """What the members of a demo network say in their posts, language by language."""
    with licet.open(folder / "voices", make=True) as demo:
        demo.make_demo_world(voices, seed)
        posts = pq.read_table(demo.layout.data / "demo" / "posts.parquet", columns=["language", "body"])
    said: dict[str, set[str]] = {}
    for post in posts.to_pylist():
        parts = (post["body"] or "").split("\n")
        said.setdefault(post["language"] or "", set()).update(part for part in parts if len(part) > 20)
    for language in sorted(said):
        if len(said[language]) > 20:
            yield sorted(said[language])
