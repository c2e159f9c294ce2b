"""`licet recipient`: those who get lists: asking them to delete, and being one, to try a platform against."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

import licet
from licet.cli import terminal
from licet.cli.command_support import HERE, AsJson, WorkspaceDir, answers, err, out, print_json, say

app = typer.Typer(help="Who gets lists: ask them to delete, or be one, to try a platform against.")

_STYLES = {"received": "green", "refused": "red", "unanswered": "yellow"}


@app.command()
@answers
def ask(
    recipient: Annotated[str, typer.Argument(help="As recipients.yaml names them.")],
    identifiers: Annotated[
        Path | None,
        typer.Argument(
            help="Identifiers as they were delivered, one a line. Default: those on their way out of a list."
        ),
    ] = None,
    trial: Annotated[
        list[str] | None,
        typer.Option(
            "--trial", metavar="HOST:PORT", help="A recipient within, asked without TLS: of a trial."
        ),
    ] = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Ask a recipient to delete what goes by some identifiers, each by a signed request of its own; exit status 1
    unless all were received.

    Example: licet recipient ask partner
    """
    from licet.app.deletion_asking import trial_requests
    from licet.app.list_results import read_sent

    with licet.open(workspace) as opened:
        named = None if identifiers is None else read_sent(identifiers)
        found = opened.deletions.ask(recipient, named, requests=trial_requests(trial or ()))
    if as_json:
        print_json([one.as_json() for one in found])
    elif not found:
        say("Nothing is on its way out of a list of theirs.")
    else:
        counted = {state: sum(one.state == state for one in found) for state in _STYLES}
        for state, count in counted.items():
            if count:
                why = next((one.why for one in found if one.state == state and one.why), "")
                say(f"{terminal.count(count)} {state}{f': {why}' if why else ''}", _STYLES[state])
        say("Received says that they have the request, and not that they deleted anything.", "dim")
    if any(one.state != "received" for one in found):
        raise typer.Exit(1)


@app.command()
@answers
def asked(workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """List the requests to delete that recipients were sent, and what they answered.

    Example: licet recipient asked
    """
    with licet.open(workspace) as opened:
        found = opened.deletions.asked()
    if as_json:
        print_json([one.as_json() for one in found])
        return
    made = terminal.table("Requests to delete", "request", "of", "asked", "state", "why")
    for one in found:
        terminal.row(made, one.id[:12], one.recipient, f"{one.asked_at[:19]}Z", one.state, one.why)
    out.print(made) if found else say(
        "Nobody was asked to delete anything: licet recipient ask RECIPIENT FILE"
    )


@app.command()
@answers
def own(
    endpoint: Annotated[
        str, typer.Option("--endpoint", help="Where others may ask you; the file has to name something.")
    ],
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Print your own dsrdelete.json, to be published at your domain: recipients check by it what you ask.

    Example: licet recipient own --endpoint https://network.example/delete
    """
    with licet.open(workspace) as opened:
        print_json(opened.deletions.own_discovery(endpoint))
    if not as_json:
        say("Publish it at https://YOUR-DOMAIN/dsrdelete.json", "dim")


@app.command()
@answers
def result(
    file: Annotated[Path, typer.Argument(help="The file of results, as Microsoft Advertising gave it.")],
    name: Annotated[str, typer.Argument(help="The request's name: what its file's name begins with.")],
    sent: Annotated[Path, typer.Argument(help="The file that was uploaded, or identifiers, one a line.")],
    as_json: AsJson = False,
) -> None:
    """Read what Microsoft Advertising gave back for a delivery: who was taken, who refused; exit status 1 unless all
    were taken.

    Example: licet recipient result Results.zip nurses-000003-remove nurses-000003-remove-001.csv
    """
    from licet.app.list_results import read_microsoft_result

    found = read_microsoft_result(file, name, sent)
    if as_json:
        print_json(found.as_json())
    else:
        say(f"{terminal.count(found.taken)} taken", "green" if found.is_applied else "")
        for count, what in ((found.refused, "refused"), (found.unnamed, "not named by the file")):
            if count:
                say(f"{terminal.count(count)} {what}", "red")
        for error in found.errors:
            say(f"  {error}", "dim")
    if not found.is_applied:
        raise typer.Exit(1)


@app.command("import-result")
@answers
def import_result_(
    audience: Annotated[str, typer.Argument(help="The list, as segments.yaml names it.")],
    sequence: Annotated[int, typer.Argument(metavar="NUMBER", help="Of the delivery.", min=1)],
    files: Annotated[
        list[Path], typer.Argument(help="The files of results, one for each that was uploaded.")
    ],
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Record what Microsoft Advertising gave back for a delivery: until then it is unconfirmed.

    Example: licet recipient import-result nurses 3 Results.zip
    """
    with licet.open(workspace) as opened:
        found = opened.deletions.import_result(audience, sequence, files)
    if as_json:
        print_json(found.as_json())
    else:
        say(
            f"{found.recipient}, {found.audience}: {found.applied} of {found.sequence} applied, {found.reach}"
        )


@app.command()
@answers
def hand(
    folder: Annotated[Path, typer.Argument(help="That deliveries were written to.")],
    address: Annotated[str, typer.Argument(help="Of the recipient of a trial, e.g. http://127.0.0.1:9000.")],
    as_json: AsJson = False,
) -> None:
    """Hand deliveries to a recipient of a trial, and write its answers beside them; exit status 1 unless all are there.

    Example: licet recipient hand for-adco http://127.0.0.1:9000
    """
    from licet.app.deletion_asking import trial_requests
    from licet.app.list_handover import hand_over

    found = list(hand_over(folder, address, trial_requests([address.partition("//")[2]])))
    if as_json:
        print_json([one.as_json() for one in found])
    else:
        for one in found:
            said = "no answer" if not one.why else one.why
            say(f"{one.delivery}: {said if one.answer is None else one.answer}")
    if any(one.answer is None for one in found):
        raise typer.Exit(1)


@app.command()
@answers
def serve(
    folder: Annotated[Path, typer.Argument(help="Where it keeps its key and what it has; made if need be.")],
    domain: Annotated[str, typer.Option("--domain", help="What it is called.")] = "recipient.example",
    asker: Annotated[
        list[str] | None,
        typer.Option(
            "--asker", metavar="DOMAIN=FILE", help="Whose requests it takes, and their dsrdelete.json."
        ),
    ] = None,
    platform: Annotated[
        str | None,
        typer.Option("--platform", metavar="KEY", help="Whose deliveries it takes: their public key."),
    ] = None,
    manner: Annotated[
        str, typer.Option("--manner", help="honest, slow, wrong, silent or forgetful.")
    ] = "honest",
    host: Annotated[str, typer.Option("--host", help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="The port to listen at.", min=1, max=65535)] = 9000,
    as_json: AsJson = False,
) -> None:
    """Be a recipient of lists, to try a platform against: it does what it is sent, or fails to, as it is told.

    Example: licet recipient serve trial --asker network.example=dsrdelete.json --manner slow
    """
    given = [
        "--folder",
        str(folder),
        "--domain",
        domain,
        "--manner",
        manner,
        "--host",
        host,
        "--port",
        str(port),
    ]
    given += [] if platform is None else ["--platform", platform]
    given += [part for one in asker or () for part in ("--asker", one)]
    if as_json:
        print_json({"folder": str(folder), "address": f"http://{host}:{port}", "manner": manner})
    else:
        say(f"Receiving at http://{host}:{port} (Ctrl-C ends it)")
    sys.stdout.flush()
    err.file.flush()
    os.execv(sys.executable, [sys.executable, "-m", "licet.web.recipient", *given])
