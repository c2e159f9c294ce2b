"""`licet audit`: a person's own archive, at home."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from licet.cli import audit_terminal
from licet.cli.command_support import AsJson, Texts, answers, print_json, progress_bar, say
from licet.terms.moments import parse_moment

#: The exit status of a report that is not the whole answer.
NOT_ALL = 3


@answers
def audit(
    archive: Annotated[
        Path,
        typer.Argument(
            help="The ZIP from LinkedIn, ChatGPT, Meta, Google, X, Reddit or Claude, or the folder it was unpacked to.",
            metavar="ARCHIVE.zip",
        ),
    ],
    pack: Annotated[
        str | None,
        typer.Option(
            "--pack", help="The policy to ask: a shipped one's name or a file. Default: the platform's."
        ),
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", help="Where you live, e.g. CH. Default: what your profile says.")
    ] = None,
    age: Annotated[
        int | None,
        typer.Option(
            "--age", min=0, max=150, help="Your age. Default: by your date of birth, if it is there."
        ),
    ] = None,
    platform: Annotated[
        str | None,
        typer.Option("--platform", help="Whose download it is, e.g. linkedin, where that cannot be told."),
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="The moment to ask about, e.g. 2026-01-01. Default: now.")
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write the report as one page that works offline, too."),
    ] = None,
    texts: Texts = None,
    as_json: AsJson = False,
) -> None:
    """What of your own download is used for what, and what to do about it.

    Nothing leaves this machine, and nothing is kept but the page you ask for.

    Ends with 3 where something of the download was not read, or the answer turns on where you live or how old you are
    and nothing says that: it is then not the whole answer, and says so.

    Example: licet audit Complete_LinkedInDataExport.zip --region CH --html report.html
    """
    from licet.audit import audit_archive, write_page

    moment = datetime.now(UTC).replace(microsecond=0) if at is None else parse_moment(at)
    with progress_bar(as_json) as progress:
        report = audit_archive(
            archive,
            moment,
            pack=pack,
            region=region,
            age=age,
            progress=progress,
            platform=platform,
            texts=texts,
        )
    if html is not None:
        write_page(report, html)
    if as_json:
        print_json(report.as_json())
    else:
        audit_terminal.report(report)
        if html is not None:
            say(f"The same as a page: {html}. It holds your own words; keep it to yourself.")
    if not report.is_whole:
        raise typer.Exit(NOT_ALL)
