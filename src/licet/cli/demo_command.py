"""`licet demo`: the main job on a made-up network, told so that a person enjoys reading it."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.rule import Rule
from rich.text import Text

from licet.cli import serve_command, terminal
from licet.cli.command_support import AsJson, answers, out, print_json, printable, progress_bar, say
from licet.terms.canonical import JsonObject

if TYPE_CHECKING:
    from licet.app import demo_story
    from licet.app.demo_list import DemoList

_WIDTH = 88


@answers
def demo(
    workspace: Annotated[
        Path, typer.Option("--workspace", "-w", help="Where to make the demo network.")
    ] = Path("demo-network"),
    members: Annotated[
        int, typer.Option("--members", min=20, max=5_000_000, help="How many members it has.")
    ] = 2000,
    seed: Annotated[int, typer.Option("--seed", help="Another seed makes another network.")] = 7,
    replace: Annotated[bool, typer.Option("--replace", help="Make an earlier demo anew.")] = False,
    policy: Annotated[
        str, typer.Option("--policy", help="Whose policy: a name or a file; exemplum is the network's own.")
    ] = "linkedin_as_reported",
    as_json: AsJson = False,
) -> None:
    """Make a network, put a policy in force, build a corpus, let a member say no, and update.

    Example: licet demo --members 5000
    Example: licet demo --policy exemplum --replace
    """
    from licet.app import demo_story

    with progress_bar(as_json) as progress:
        told = demo_story.tell(workspace, members, seed, replace, policy, progress)
    if as_json:
        print_json(_as_json(told))
    else:
        _tell(told)


def _tell(told: demo_story.Story) -> None:
    chapter("1. A network")
    rows = told.network.rows
    paragraph(
        f"{terminal.count(rows.get('members', 0))} made-up members, with "
        + ", ".join(
            f"{terminal.count(n)} {name.replace('_', ' ')}" for name, n in rows.items() if name != "members"
        )
        + "."
    )
    chapter("2. A policy")
    paragraph(f"{told.policy.title}. It permits nothing before {(told.policy.permits_from or '')[:10]}.")
    chapter("3. The day before")
    held = sum(told.day_before.held_back.values())
    paragraph(
        f"A corpus as of {told.day_before.at[:10]}, to look at and for nothing else: "
        f"{terminal.count(told.day_before.documents)} documents, {terminal.count(held)} records held back. "
        f"{_reasons(told.day_before)}"
    )
    chapter("4. Today")
    terminal.corpus(told.first, f"Built at {told.first.at[:10]}, of what may be used now")
    chapter("5. A member says no")
    _member(told)
    chapter("6. The corpus follows")
    _update(told)
    if told.handed_over is not None:
        chapter("7. A list that left")
        _list(told.handed_over)
    chapter("Where it is")
    _where(told)


def _member(told: demo_story.Story) -> None:
    one = told.someone
    example = min(one.documents, key=lambda document: (document["kind"] != "post", document["key"]))
    paragraph(
        f"{one.subject}, in {one.region}, has {len(one.documents)} documents in the corpus. One of them, "
        f"a {example['kind']} in “{example['language']}”:"
    )
    for line in textwrap.shorten(
        (example["text"] or "").replace("\n", " "), 320, placeholder=" …"
    ).splitlines():
        say(textwrap.indent(textwrap.fill(printable(line), _WIDTH - 4), "    "), "italic")
    paragraph(f"Before: {told.before.reason}.")
    say(f"  $ licet choose --subject {one.subject} --setting {told.choice.setting} off", "cyan")
    change = told.after.would_change
    paragraph(f"After: {told.after.reason}" + ("." if change is None else f"; {change.sentence}."))


def _update(told: demo_story.Story) -> None:
    gone, difference = len(told.difference.removed), told.difference
    paragraph(
        f"licet corpus update took {told.seconds['update']} s and wrote what changed beside the corpus's "
        f"{told.second.buckets} buckets. {gone} documents left, {len(difference.changed)} changed, "
        f"{len(difference.added)} came, {terminal.count(difference.unchanged)} are untouched."
    )
    if difference.added:
        paragraph("What came had been set aside as a near-duplicate of something that left.")
    same = told.rebuilt_root == told.second.root
    paragraph(
        "Built from scratch without them, the corpus has "
        + ("the very same root: " if same else "ANOTHER ROOT, which must not happen: ")
        + told.second.root[:32]
        + "…"
    )
    holds = "every hash and signature holds" if told.ledger_holds else "AND IT DOES NOT HOLD"
    paragraph(f"The ledger has {told.ledger_entries} entries, recomputed just now: {holds}.")


def _list(told: DemoList) -> None:
    first, second = told.first, told.second
    whom, when = first.recipient.replace("_", " "), (second.due or "")[:10]
    paragraph(
        f"{whom} got hashed addresses of {terminal.count(first.listed)} members who let it have them, and says that "
        f"it has done so. Then {told.off[0]} switched sharing off, and a browser of {told.off[1]} sent Global Privacy "
        f"Control once. Delivery {second.sequence} takes {second.removed} off, by {when}; until the affiliate says so, "
        "their pages name it."
    )


def _where(told: demo_story.Story) -> None:
    root = told.workspace
    made = terminal.table("", "what", "where")
    for what, where in (
        ("the tables, as Parquet", root / "data" / "demo"),
        ("what each column is", root / "catalogue.yaml"),
        ("how rows become documents", root / "recipe.yaml"),
        ("what recommendations go by", root / "recommend.yaml"),
        ("the corpora", root / "store"),
        ("choices and uses, provable", root / "ledger.sqlite"),
    ):
        terminal.row(made, what, where)
    out.print(made)
    here = Path("Makefile").exists() and root == Path("demo-network")
    say("Its members' own pages, to click through as one of them:", "bold")
    say(f"  {'make serve' if here else serve_command.offer(root)}", "cyan")
    out.print()
    licet = ".venv/bin/licet" if Path(".venv/bin/licet").exists() else "licet"
    say("Try next:", "bold")
    for command in (
        f"{licet} corpus show --documents 3 -w {root}",
        f"{licet} corpus diff corpus-2 corpus-3 -w {root}",
        f"{licet} decide -s {told.someone.subject} --purpose {told.elsewhere.purpose} "
        f"--recipient {told.elsewhere.recipient} --category profile.skills -w {root}",
        f"{licet} gate show --purpose recommender_training -w {root}",
        f"{licet} corpus export out --format huggingface -w {root}",
        f"{licet} ledger show -w {root}",
        *([] if told.handed_over is None else [f"{licet} ads deliveries -w {root}"]),
    ):
        say(f"  {command}", "cyan")


def _reasons(result: Any) -> str:
    return " ".join(
        f"{terminal.count(records)}: {terminal.plain_reason(code)}."
        for code, records in result.held_back.items()
    )


def chapter(title: str) -> None:
    """A heading with a line."""
    out.print()
    out.print(Rule(Text(title, style="bold"), align="left", style="dim"))


def paragraph(text: str) -> None:
    """Text of any words, in lines that a person can read."""
    say(textwrap.fill(printable(text), _WIDTH))


def _as_json(told: demo_story.Story) -> JsonObject:
    return {
        "workspace": str(told.workspace),
        "network": told.network.as_json(),
        "policy": told.policy.as_json(),
        "day_before": told.day_before.as_json(),
        "first": told.first.as_json(),
        "subject": told.someone.subject,
        "before": told.before.as_json(),
        "choice": told.choice.as_json(),
        "after": told.after.as_json(),
        "second": told.second.as_json(),
        "difference": told.difference.as_json(),
        "rebuilt_root": told.rebuilt_root,
        "list": None if told.handed_over is None else told.handed_over.as_json(),
        "ledger": {"entries": told.ledger_entries, "holds": told.ledger_holds},
        "seconds": told.seconds,
    }
