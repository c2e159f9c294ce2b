"""`licet notices`: the policies a member is to be told of, as text, as JSON, or as an e-mail to send."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

import licet
from licet.cli.command_support import HERE, AsJson, WorkspaceDir, answers, print_json, say


@answers
def notices(
    subject: Annotated[str, typer.Option("--subject", "-s", help="The member's id.")],
    mail: Annotated[
        bool, typer.Option("--mail", help="Write the newest as an e-mail (RFC 5322) to standard output.")
    ] = False,
    to: Annotated[str | None, typer.Option("--to", help="The address the e-mail is for.")] = None,
    workspace: WorkspaceDir = HERE,
    as_json: AsJson = False,
) -> None:
    """What a member is to be told: policies to come, how each differs, and what it changes for them.

    Example: licet notices --subject 42

    Example: licet notices --subject 42 --mail --to someone@example.org > notice.eml
    """
    from licet.app.member.member_notices import as_email, as_text

    with licet.open(workspace) as opened:
        told = opened.members.member(subject).notices()
    if mail:
        sys.stdout.flush()
        sys.stdout.buffer.write(as_email(told[0], subject, to).as_bytes())
    elif as_json:
        print_json([one.as_json() for one in told])
    else:
        for one in told:
            say(as_text(one, subject))
