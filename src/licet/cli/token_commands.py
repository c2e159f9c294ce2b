"""`licet tokens`: who may call the API for the platform, and for what."""

from __future__ import annotations

from typing import Annotated

import typer

import licet
from licet.app.access_tokens import SCOPES
from licet.cli import terminal
from licet.cli.command_support import HERE, AsJson, WorkspaceDir, answers, err, out, print_json, say
from licet.terms.moments import parse_moment

app = typer.Typer(help="Tokens of the API: make, list and revoke them.", no_args_is_help=True)


@app.command()
@answers
def create(
    name: Annotated[str, typer.Option("--name", help="Who holds it, for the list.")],
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", help=f"What it is for; again for more: {', '.join(SCOPES)}."),
    ] = None,
    organisation: Annotated[
        str | None,
        typer.Option(
            "--organisation", help="Bind it to this one: it records its noes and is for nothing else."
        ),
    ] = None,
    member: Annotated[
        str | None,
        typer.Option(
            "--member", help="Bind it to this one: it asks that they be forgotten, and reads what came of it."
        ),
    ] = None,
    export: Annotated[
        str | None,
        typer.Option("--export", help="Bind it to this copy: it fetches its feed and hands in the answers."),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option("--expires", help="When it ends, e.g. 2027-01-01. Default: when it is revoked."),
    ] = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Make a token and print it, this once; only its digest is kept.

    Example: licet tokens create --name "settings page" --scope choices:write --scope choices:read
    """
    with licet.open(workspace) as opened:
        until = None if expires is None else parse_moment(expires)
        token, text = opened.tokens.create(
            name, scope or [], until, organisation=organisation, member=member, export=export
        )
    if as_json:
        print_json({**token.as_json(), "token": text})
        return
    out.file.write(text + "\n")
    err.print(f"[dim]token {token.id}; it is shown this once, keep it where only its holder can read it[/]")


@app.command("list")
@answers
def list_(workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """List the tokens that were made, and whether each is still accepted.

    Example: licet tokens list
    """
    with licet.open(workspace) as opened:
        tokens = [token.as_json() for token in opened.tokens.all()]
    if as_json:
        print_json({"tokens": tokens})
        return
    if not tokens:
        say("There are no tokens: licet tokens create --name NAME --scope choices:write")
        return
    made = terminal.table("Tokens", "id", "name", "scopes", "made", "ends", "revoked")
    for one in tokens:
        terminal.row(
            made, one["id"], one["name"], ", ".join(one["scopes"]), one["created"], one["expires"] or "never",
            one["revoked"] or "",
        )  # fmt: skip
    out.print(made)


@app.command()
@answers
def revoke(
    token: Annotated[str, typer.Argument(help="The token's id; see `licet tokens list`.", metavar="ID")],
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """End a token at once, in every process of the server.

    Example: licet tokens revoke 1f2e3d4c
    """
    with licet.open(workspace) as opened:
        ended = opened.tokens.revoke(token)
    if as_json:
        print_json(ended.as_json())
    else:
        say(f"The token {ended.id} ({ended.name}) is no longer accepted.")
