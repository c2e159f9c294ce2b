"""`licet ledger`: verify it, look at it, hand out what others check it with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import licet
from licet.cli import terminal
from licet.cli.command_support import HERE, AsJson, WorkspaceDir, answers, out, print_json, progress_bar, say
from licet.terms import AppError
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment

app = typer.Typer(
    help="What members chose and what was done, append-only and provable.", no_args_is_help=True
)


@app.command()
@answers
def verify(
    against: Annotated[
        list[Path] | None,
        typer.Option("--against", help="A checkpoint kept elsewhere; finds a ledger rewritten as a whole."),
    ] = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Recompute every hash and checkpoint; exit status 1 when something does not hold.

    Example: licet ledger verify --against yesterday.checkpoint
    """
    with licet.open(workspace) as opened, progress_bar(as_json):
        report = opened.ledger.verify(tuple(_read(path) for path in against or ()))
        pins = opened.uses.membership_pins() if report.ok else None
    problems = [{"index": one.index, "code": str(one.code), "what": str(one.what)} for one in report.problems]
    problems += [
        {"index": entry, "code": "two_stories", "what": what}
        for entry, what in (pins.contradictions if pins else ())
    ]
    keys, is_ok = pins.as_json() if pins else [], not problems
    if as_json:
        print_json({"ok": is_ok, "size": report.size, "problems": problems, "members_keys": keys})
    elif is_ok:
        say(f"The ledger holds: {terminal.count(report.size)} entries, every hash and checkpoint recomputed.")
        for one in keys:
            say(f"Who is in the {one['use']} stands under key {one['key']} since entry {one['entry']}.")
    else:
        made = terminal.table("The ledger does not hold", "entry", "code", "what", numbers=(0,))
        for problem in problems:
            index = "-" if problem["index"] is None else problem["index"]
            terminal.row(made, index, problem["code"], problem["what"])
        out.print(made)
    if not is_ok:
        raise typer.Exit(1)


@app.command("show")
@answers
def show_(
    last: Annotated[int, typer.Option("--last", min=1, help="How many entries, from the end.")] = 20,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Show the latest entries.

    Example: licet ledger show --last 5
    """
    with licet.open(workspace) as opened:
        entries = list(opened.choices.entries(-last))
        checkpoint = opened.ledger.checkpoint()
    told: list[JsonObject] = [
        {
            "entry": entry.index,
            "at": format_moment(entry.recorded_at),
            "kind": str(entry.kind),
            "subject": entry.subject,
            "payload": entry.payload,
        }
        for entry in entries
    ]
    if as_json:
        print_json({"size": checkpoint.size, "root": checkpoint.root.hex(), "entries": told})
        return
    made = terminal.table("Ledger", "entry", "at", "kind", "who", "what", numbers=(0,))
    for one in told:
        what = one["payload"]
        text = "erased" if what is None else _sentence(str(one["kind"]), what)
        terminal.row(made, one["entry"], one["at"], one["kind"], one["subject"] or "", text)
    out.print(made)
    say(f"{checkpoint.size} entries, root {checkpoint.root.hex()}", "dim")


@app.command()
@answers
def key(workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """Print the public key that checkpoints and receipts are signed with. Publish it where others can find it.

    Example: licet ledger key > ledger.pub
    """
    with licet.open(workspace) as opened:
        text = opened.ledger.public_key_text
    if as_json:
        print_json({"public_key": text})
    else:
        say(text)


@app.command()
@answers
def checkpoint(workspace: WorkspaceDir = HERE, as_json: AsJson = False) -> None:
    """Print the latest signed checkpoint: the ledger's size and root. Kept elsewhere, it shows a rewriting.

    Example: licet ledger checkpoint > today.checkpoint
    """
    with licet.open(workspace) as opened:
        found = opened.ledger.checkpoint()
    if as_json:
        print_json({"size": found.size, "root": found.root.hex(), "checkpoint": found.text})
    else:
        out.file.write(found.text)


@app.command()
@answers
def publish(
    out_: Annotated[Path, typer.Option("--out", help="The folder to write to, to be served as it is.")],
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Write the ledger's tree as files: signed checkpoint and tiles of hashes, nothing about anybody.

    Whoever holds a receipt can check it against them without telling you which. Run again, it adds what is new.

    Example: licet ledger publish --out /var/www/ledger
    """
    with licet.open(workspace) as opened:
        published = opened.ledger.publish(out_)
    if as_json:
        print_json({"size": published.size, "written": published.written, "out": str(out_)})
    else:
        say(
            f"{out_} holds the tree of {terminal.count(published.size)} entries; "
            f"{terminal.count(published.written)} files written."
        )


@app.command()
@answers
def erase(
    subject: Annotated[str, typer.Option("--subject", "-s", help="The member's id.")],
    ledger: Annotated[
        str | None,
        typer.Option(
            "--ledger", metavar="URL", help="The PostgreSQL address of the ledger's owner, who may erase."
        ),
    ] = None,
    compact: Annotated[
        bool,
        typer.Option("--compact/--no-compact", help="Rewrite the database so that no old page holds it."),
    ] = True,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; it cannot be undone.")] = False,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Remove what the ledger holds about a member, for good; every proof stays valid.

    What stays: that somebody said no to which settings, under a mark that only the ledger's key makes of the id.
    Without it, data of theirs that is still here, or comes back with an import, would be used again.

    Example: licet ledger erase --subject 42 --ledger postgresql://owner@db.example/licet
    """
    with licet.open(workspace) as opened:
        if not yes:
            typer.confirm(f"Erase {subject} from the ledger for good?", abort=True, err=True)
        entry = opened.choices.erase(subject, ledger=ledger, compact=compact)
    payload = {} if entry is None or entry.payload is None else entry.payload
    erased, kept = len(payload.get("erased", ())), payload.get("tombstone", {})
    noes, signals = len(kept.get("refused", ())), len(kept.get("signals", ()))
    if as_json:
        index = None if entry is None else entry.index
        print_json({"erased": erased, "entry": index, "noes_kept": noes, "signals_kept": signals})
    elif entry is None:
        say(f"The ledger holds nothing about {subject}.")
    else:
        say(f"Erased {terminal.count(erased)} entries of {subject}; entry {entry.index} says which.")
        if noes or signals:
            say(
                f"Kept under a mark, without the id: {terminal.count(noes)} noes and {terminal.count(signals)} signals."
                " They hold until this member chooses anew."
            )


def _sentence(kind: str, payload: dict[str, object]) -> str:
    if kind == "choice":
        return f"{payload['setting']} {payload['value']}"
    if kind == "pack_in_force":
        return f"{payload['pack']} {payload['version']} in force"
    if kind == "use_run":
        return f"{payload.get('use')} for {payload.get('purpose')}: {payload.get('documents')} documents"
    if kind == "erasure":
        return f"erased {len(payload['erased'])} entries"  # type: ignore[arg-type]
    if kind == "forgetting":
        of = payload.get("forgetting") or payload.get("request") or ""
        return f"{payload['step']} {of['entry'] if isinstance(of, dict) else of} {payload.get('status', '')}".strip()
    return ", ".join(f"{key} {value}" for key, value in payload.items())


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AppError("APP-040", f"cannot read a checkpoint: {error}", str(path), "check the path") from None
