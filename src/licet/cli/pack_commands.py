"""`licet packs`: list, show, lint, schema, use."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

import licet
from licet.cli import (
    pack_check_command,
    pack_diff_command,
    pack_exchange_commands,
    pack_notice_command,
    pack_watch_command,
    terminal,
)
from licet.cli.command_support import HERE, AsJson, WorkspaceDir, answers, out, print_json, say

app = typer.Typer(help="Policies: what a platform says it does with its members' data.", no_args_is_help=True)

PackName = Annotated[str, typer.Argument(help="A shipped policy's name, or a YAML file.")]


@app.command("list")
@answers
def list_(workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """List the policies that licet ships, and those put in force in the workspace.

    Example: licet packs list
    """
    from licet.app.workspace_layout import is_workspace
    from licet.policies import pack_descriptions

    shipped = pack_descriptions.list_packs()
    used = []
    if is_workspace(workspace):
        with licet.open(workspace) as opened:
            used = opened.policies.history()
    if as_json:
        print_json({"shipped": shipped, "in_force": used[-1] if used else None, "used": used})
        return
    made = terminal.table("Policies", "name", "what", "permits from", "checked on")
    for pack in shipped:
        terminal.row(
            made, pack["pack"], pack["title"], (pack["permits_from"] or "never")[:10], pack["observed"]
        )
    out.print(made)
    if used:
        say(f"In force here: {used[-1]['pack']} {used[-1]['version']}, since {used[-1]['since']}")


@app.command("show")
@answers
def show_(pack: PackName, workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """Show a policy: what it speaks for, what its versions changed, its rules with their quotations, its settings.

    Example: licet packs show linkedin_as_reported

    Example: licet packs show linkedin_official@2025-11-03
    """
    from licet.policies import pack_descriptions
    from licet.policies.scope_sentences import scope_sentence

    told = pack_descriptions.show_pack(pack)
    if as_json:
        print_json(told)
        return
    say(f"{told['title']} ({told['pack']} {told['version']})", "bold")
    if told["description"]:
        say(told["description"])
    say(scope_sentence(tuple(told["speaks_of"])))
    for version in told["versions"]:
        out.print()
        say(
            f"version {version['id']}, effective {version['effective']}: {', '.join(version['sources'])}",
            "bold",
        )
        for change in version["changes"]:
            say(f"  {change['about']}: {change['says']}")
            if change["quote"]:
                say(f"    “{change['quote']}” ({change['source']}, {change['status']})", "dim")
    for rule in told["rules"]:
        mark, style = ("permits", "bold green") if rule["effect"] == "permit" else ("forbids", "bold red")
        out.print()
        say(f"{mark} ({rule['id']})", style)
        say(f"  {rule['sentence']}")
        if rule["quote"]:
            say(f"  “{rule['quote']}” ({rule['source']}, {rule['status']})", "dim")
    for setting in told["settings"]:
        out.print()
        say(f"setting ({setting['id']})", "bold")
        starts = (
            f"starts {setting['default']}" if setting["default_stated"] else "no source says where it starts"
        )
        say(f"  {' → '.join(setting['path'])}; {starts}")
        for effect in setting["side_effects"]:
            say(f"  switched off, besides: {effect}", "dim")


@app.command()
@answers
def announce(pack: PackName, workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """Tell members of a policy that is to come; it permits nothing until it is put in force and its day comes.

    Example: licet packs announce linkedin_official
    """
    with licet.open(workspace) as opened:
        told = opened.policies.announce(pack)
    if as_json:
        print_json(told.as_json())
    elif told.changed:
        say(f"{told.title} is announced; every member finds it under Notices.")
        for sentence in (*told.carries, *told.asks_again):
            say(f"  {sentence}")
    else:
        say(f"{told.title} was announced or in force already.")


@app.command()
@answers
def lint(pack: PackName, workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """Find what is doubtful in a policy; exit status 1 when there are errors or warnings.

    Example: licet packs lint acme.yaml
    """
    from licet.policies import pack_descriptions
    from licet.policies.lint.findings import Severity

    found = pack_descriptions.lint_pack(pack)
    if as_json:
        print_json([finding.as_dict() for finding in found])
    else:
        for finding in found:
            say(f"{finding.code} {finding.severity}: {finding.what}", "bold")
            say(f"  {finding.where}  {finding.fix}", "dim")
        if not found:
            say("Nothing doubtful.")
    if any(finding.severity is Severity.WARNING for finding in found):
        raise typer.Exit(1)


@app.command()
@answers
def schema(workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """Print the JSON Schema of the pack format, for editors.

    Example: licet packs schema > licet-pack.schema.json
    """
    from licet.policies import pack_descriptions

    sys.stdout.write(
        json.dumps(pack_descriptions.pack_schema(), ensure_ascii=False, indent=None if as_json else 2) + "\n"
    )


@app.command()
@answers
def impact(
    before: Annotated[str, typer.Argument(help="A policy: a shipped one's name, or a file.")],
    after: Annotated[str, typer.Argument(help="Another, or the same for two days.")],
    from_date: Annotated[
        str | None, typer.Option("--from-date", help="The day of the first. Default: now.")
    ] = None,
    to_date: Annotated[
        str | None, typer.Option("--to-date", help="The day of the second. Default: the first's.")
    ] = None,
    members: Annotated[
        bool, typer.Option("--members", help="Name the members, by id; with --json or --html.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write one self-contained page to this file.")
    ] = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Count what would change on the workspace's own data: members, records and uses, by region and kind of data.

    Example: licet packs impact linkedin_as_reported linkedin_official

    Example: licet packs impact linkedin_official linkedin_official --from-date 2025-11-02 --to-date 2025-11-05

    Example: licet packs impact linkedin_as_reported linkedin_official --html impact.html
    """
    from licet.app.impact import write_page
    from licet.terms.moments import parse_moment

    moments = [None if day is None else parse_moment(day) for day in (from_date, to_date)]
    with licet.open(workspace) as opened:
        found = opened.policies.impact(before, after, *moments)
    if html is not None:
        write_page(found, html, members=members)
    told = found.as_json(members=members)
    if as_json:
        print_json(told)
        return
    if html is not None:
        say(f"Written to {html}.")
        return
    terminal.impact(told)


@app.command()
@answers
def use(pack: PackName, workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """Put a policy in force in the workspace. Refusals under earlier ones stay refusals.

    Example: licet packs use linkedin_as_reported
    """
    with licet.open(workspace, make=True) as opened:
        used = opened.policies.use(pack)
    if as_json:
        print_json(used.as_json())
        return
    starts = f"; it permits nothing before {used.permits_from[:10]}" if used.permits_from else ""
    say(f"{used.title} is in force{'' if used.changed else ' already'}{starts}.")
    for sentence in (*used.carries, *used.asks_again):
        say(f"  {sentence}")


app.command("check")(pack_check_command.check)
app.command("watch")(pack_watch_command.watch)
app.command("diff")(pack_diff_command.diff)
app.command("export")(pack_exchange_commands.export)
app.command("import")(pack_exchange_commands.import_)
app.command("notice")(pack_notice_command.notice)
