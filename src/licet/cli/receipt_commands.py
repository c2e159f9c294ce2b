"""`licet receipt` and `licet verify`: a choice as a file one can hold, and checking files with a public key alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import licet
from licet.cli.command_support import HERE, AsJson, WorkspaceDir, answers, out, print_json, say
from licet.terms import AppError

if TYPE_CHECKING:
    from licet.app import Workspace
    from licet.receipts import CertificateCheck, ForgettingCheck, ProofFileCheck, ReceiptCheck


@answers
def receipt(
    entry: Annotated[
        int, typer.Argument(help="The choice's entry in the ledger, as `licet choose` tells it.")
    ],
    subject: Annotated[
        str | None, typer.Option("--subject", "-s", help="Give it only if it is this member's.")
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(
            "--size", min=1, help="Prove it under the checkpoint of so many entries, not the latest."
        ),
    ] = None,
    to: Annotated[Path | None, typer.Option("--out", "-o", help="Write it to this file.")] = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Print the signed receipt of one choice.

    Example: licet receipt 12 --subject 42 --out receipt.json
    """
    from licet.receipts import to_bytes

    with licet.open(workspace) as opened:
        made = opened.choices.receipt(entry, subject=subject, size=size)
    if to is not None:
        write(made, to)
        say(f"The receipt of entry {entry} is in {to}.") if not as_json else print_json(made)
    elif as_json:
        print_json(made)
    else:
        say(to_bytes(made).decode().rstrip("\n"))


@answers
def verify(
    file: Annotated[
        Path, typer.Argument(help="The receipt, or the certificate or proof of who is in an artefact.")
    ],
    key: Annotated[
        str, typer.Option("--key", help="The ledger's public key (name+id+key), or a file that holds it.")
    ],
    checkpoint: Annotated[
        Path | None,
        typer.Option("--checkpoint", help="A checkpoint kept elsewhere; finds a ledger that was rewritten."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a receipt, certificate or proof offline, with the ledger's public key alone; exit status 1 if it is not
    valid.

    Example: licet verify receipt.json --key ledger.pub
    """
    from licet import receipts

    found = receipts.check_file(file, key, checkpoint)
    if as_json:
        print_json(found.as_json())
    else:
        _tell(found)
    if not found.ok:
        raise typer.Exit(1)


@answers
def archive(
    subject: Annotated[str, typer.Option("--subject", "-s", help="The member's id.")],
    to: Annotated[Path, typer.Option("--out", "-o", help="The zip file to write.")] = Path("archive.zip"),
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Write everything about one member to a zip: choices, receipts, uses, records, proofs.

    Example: licet archive --subject 42 --out member-42.zip
    """
    from licet.app.archive import write_member_archive

    with licet.open(workspace) as opened:
        size = write_member_archive(opened, subject, to)
    if as_json:
        print_json({"file": str(to), "bytes": size})
    else:
        say(f"Everything about {subject} is in {to}; begin with its README.txt.")


def write_for_choice(opened: Workspace, entry: int, to: Path) -> None:
    """The receipt of a choice just made. Its file failing does not unmake the choice, and the error says so."""
    try:
        write(opened.choices.receipt(entry), to)
    except AppError as error:
        what = f"{error.what}; the choice itself is recorded, as entry {entry}"
        fix = f"run: licet receipt {entry} --out FILE"
        raise AppError(error.code, what, error.where, fix) from None


def write(made: dict[str, object], to: Path) -> None:
    """Write a receipt's file. Raises: AppError APP-021 and its like when it cannot be written."""
    from licet.receipts import to_bytes
    from licet.terms.disk_errors import clear_disk_errors

    with clear_disk_errors("writing the receipt"):
        to.write_bytes(to_bytes(made))


def _tell(found: ReceiptCheck | CertificateCheck | ProofFileCheck | ForgettingCheck) -> None:
    from licet import receipts

    kinds = {receipts.ReceiptCheck: "receipt", receipts.ProofFileCheck: "proof"}
    what = kinds.get(type(found), "certificate")
    if not found.ok:
        say(f"This {what} is NOT valid.", "bold red")
        for problem in found.problems:
            say(f"  {problem.code}: {problem.what}")
        return
    say(f"This {what} is valid.", "bold")
    for line in found.checked:
        say(f"  {line}")
    out.print()
    if isinstance(found, receipts.ReceiptCheck):
        assert found.act is not None
        say(f"In the ledger: {found.act.sentence}")
    say("The platform signed, beside it:" if what == "receipt" else "The platform signed:")
    for line in found.says:
        say(f"  {line}")
    out.print()
    say(found.proves)
    say(found.does_not_prove)
