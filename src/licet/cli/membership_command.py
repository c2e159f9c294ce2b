"""`licet contains`: whether somebody is in an artefact, and a file that proves it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import licet
from licet.cli.command_support import HERE, AsJson, WorkspaceDir, answers, print_json, say
from licet.cli.receipt_commands import write
from licet.terms.disk_errors import clear_disk_errors


@answers
def contains(
    subject: Annotated[str, typer.Argument(help="Whose id.")],
    of: Annotated[
        str, typer.Option("--of", help="A snapshot, such as corpus-3, or a use, for its latest one.")
    ] = "corpus",
    proof: Annotated[
        Path | None, typer.Option("--proof", "-p", help="Write the proof to this file: 2 KB at most.")
    ] = None,
    certificate: Annotated[
        Path | None,
        typer.Option("--certificate", "-c", help="Write the certificate, with the ledger's proofs in it."),
    ] = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Say whether somebody is in an artefact, with a proof that `licet verify` checks offline.

    Example: licet contains 42 --of corpus-3 --proof proof.json
    """
    from licet.receipts import proof_file_bytes

    with licet.open(workspace) as opened:
        made = opened.uses.contains(subject, of)
        short = None if proof is None else proof_file_bytes(opened.uses.membership_proof(subject, of))
    if certificate is not None:
        write(made, certificate)
    if proof is not None and short is not None:
        with clear_disk_errors("writing the proof"):
            proof.write_bytes(short)
    if as_json:
        print_json(made)
        return
    for line in made["licet:says"]:
        say(line)
    for what, file in (("proof", proof), ("certificate", certificate)):
        if file is not None:
            say(f"The {what} is in {file}.")
