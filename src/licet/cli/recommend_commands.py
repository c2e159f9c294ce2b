"""`licet recommend`: build, update, tune, jobs, posts, both-ways, explain, similar and effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

import licet
from licet.cli import terminal
from licet.cli.command_support import (
    HERE,
    AsJson,
    AtLeast,
    PeopleLeft,
    WorkspaceDir,
    answers,
    out,
    print_json,
    progress_bar,
    say,
)
from licet.cli.people_commands import build_people, people
from licet.cli.recipe_choice_command import tune
from licet.cli.recommendation_effect_command import effect

if TYPE_CHECKING:
    from licet.app.recommending.recommendation_answers import Recommendations
    from licet.app.results import RecommenderResult

app = typer.Typer(
    help="Jobs and posts for members, by what they permit; a no is heard by the very next request.",
    no_args_is_help=True,
)

SubjectId = Annotated[str, typer.Option("--subject", "-s", help="The member's id.")]
ItemTable = Annotated[
    str | None, typer.Option("--table", help="The job's table, where several have the key.")
]
Most = Annotated[int, typer.Option("--most", help="How many at most, 1 to 100.")]


@app.command()
@answers
def build(people_left: PeopleLeft = 0, workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """Put together what members permit recommendations to be learned from. Which tables, says recommend.yaml.

    Example: licet recommend build
    """
    with licet.open(workspace) as opened, progress_bar(as_json) as progress:
        result = opened.recommend.build(people_left=people_left, progress=progress)
    _answer(result, as_json, "What recommendations are learned from")


@app.command()
@answers
def update(
    snapshot: Annotated[
        str, typer.Option("--snapshot", help="latest, a name such as recommend-7, or the start of an id.")
    ] = "latest",
    people_left: PeopleLeft = 0,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Bring it to what is permitted now; only what changed is written. Lists are of now in any case.

    Example: licet recommend update
    """
    with licet.open(workspace) as opened, progress_bar(as_json) as progress:
        result = opened.recommend.update(snapshot=snapshot, people_left=people_left, progress=progress)
    _answer(result, as_json, "What recommendations are learned from, brought up to date")


def _answer(result: RecommenderResult, as_json: bool, heading: str) -> None:
    if as_json:
        print_json(result.as_json())
        return
    say(f"{heading}: {result.name}, {result.how}", "bold")
    if result.why:
        say(f"because {result.why}")
    say(
        ", ".join(
            f"{terminal.count(number)} {what.replace('_', ' ')}" for what, number in result.counts.items()
        )
    )
    say(
        f"as of {result.at[:19]}Z, ledger position {result.position}, {terminal.count(result.written)} parts written"
    )
    say(f"root {result.root}", "dim")


@app.command()
@answers
def jobs(
    subject: SubjectId,
    most: Most = 10,
    at_least: AtLeast = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Recommend jobs to a member, and say of what of theirs, by which controls, and why each.

    Example: licet recommend jobs --subject 42
    """
    with licet.open(workspace) as opened:
        found = opened.recommend.jobs(subject, most=most, at_least=at_least)
    _tell(found, as_json)


@app.command()
@answers
def posts(
    subject: SubjectId,
    most: Most = 10,
    newest: Annotated[bool, typer.Option("--newest", help="By their time alone, the newest first.")] = False,
    at_least: AtLeast = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Recommend posts to a member. What anybody clicked or liked is not gone by.

    Example: licet recommend posts --subject 42 --newest
    """
    with licet.open(workspace) as opened:
        found = opened.recommend.posts(subject, most=most, newest_first=newest, at_least=at_least)
    _tell(found, as_json)


@app.command("both-ways")
@answers
def both_ways(
    subject: SubjectId,
    setting: Annotated[
        str | None, typer.Option("--setting", help="The control. Default: the first that decides about it.")
    ] = None,
    most: Most = 10,
    at_least: AtLeast = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Show which jobs a member would be recommended with a control on and with it off. Nothing is recorded.

    Example: licet recommend both-ways --subject 42
    """
    with licet.open(workspace) as opened:
        both = opened.recommend.both_ways(subject, setting, most=most, at_least=at_least)
    if as_json:
        print_json(both.as_json())
        return
    made = terminal.table(
        f"“{both.label}”, now {_state(both.is_on)}", "", "with it on", "with it off", numbers=(0,)
    )
    for place in range(max(len(both.on.items), len(both.off.items))):
        titles = [one.items[place].title if place < len(one.items) else "" for one in (both.on, both.off)]
        terminal.row(made, str(place + 1), *titles)
    out.print(made)
    say(f"{both.differing} of {len(both.on.items)} would not be there with it off")
    say(f"on: {both.on.because}", "dim")
    say(f"off: {both.off.because}", "dim")


@app.command()
@answers
def explain(
    subject: SubjectId,
    key: Annotated[str, typer.Argument(help="The job's key, as its table has it.")],
    table: ItemTable = None,
    at_least: AtLeast = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Say why a job is recommended to a member, of their own data alone, or that it is not.

    Example: licet recommend explain --subject 42 j17
    """
    with licet.open(workspace) as opened:
        told = opened.recommend.explain(subject, key, table=table, at_least=at_least)
    if as_json:
        print_json(told.as_json())
        return
    place = "It is not in their list." if told.rank is None else f"It is number {told.rank} in their list."
    say(told.item.title, "bold")
    say(f"{place} {told.because}")
    for sentence in told.sentences:
        say(f"· {sentence}")


@app.command()
@answers
def similar(
    key: Annotated[str, typer.Argument(help="The job's key, as its table has it.")],
    table: ItemTable = None,
    most: Most = 10,
    at_least: AtLeast = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Show the jobs that everybody may see beside one: of what two members or more did with both.

    Example: licet recommend similar j17
    """
    with licet.open(workspace) as opened:
        told = opened.recommend.similar(key, table=table, most=most, at_least=at_least)
    if as_json:
        print_json(told.as_json())
        return
    say(f"Jobs like {told.title}", "bold")
    for place, one in enumerate(told.items, 1):
        say(f"{place}. {one.title} ({one.key})")
    if not told.items:
        say("There is no open one that two members or more did something with beside it.")


app.command()(tune)
app.command()(effect)
app.command()(people)
app.command()(build_people)


def _state(on: bool | None) -> str:
    return "not known" if on is None else "on" if on else "off"


def _plain(column: str, value: str) -> str:
    return {"yes": "remote", "no": "on site"}.get(value, value) if column == "remote" else value


def _tell(found: Recommendations, as_json: bool) -> None:
    if as_json:
        print_json(found.as_json())
        return
    for place, one in enumerate(found.items, 1):
        say(f"{place}. {one.title}", "bold")
        told = [_plain(column, value) for column, value in one.details.items()]
        told += [f"until {one.expires[:10]}"] if one.expires else []
        say(f"   {one.key}: {', '.join(filter(None, told))}")
        if one.reason is not None:
            say(f"   {one.reason}", "dim")
    if not found.items:
        say(
            f"Nothing is recommended to {found.subject}: nothing that is offered may be, or all of it was looked at."
        )
    say(found.because, "dim")
    learned = "is" if found.trains else "is not"
    say(
        f"What they did {learned} among what others' lists are learned from. Position {found.position}", "dim"
    )
    for row in found.rows:
        if row.left_out:
            say(f"without {terminal.count(row.left_out)} of {row.table}, because {row.reason}", "yellow")
