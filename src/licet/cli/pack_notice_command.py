"""`licet packs notice`: what a privacy notice is to say of training, as far as the policy says it."""

from __future__ import annotations

from typing import Annotated

import typer

from licet.cli.command_support import AsJson, answers, print_json, say


@answers
def notice(
    pack: Annotated[str, typer.Argument(help="A shipped policy's name, or a YAML file.")],
    on: Annotated[
        str | None, typer.Option("--on", "--at", help="The day to speak of. Default: today.")
    ] = None,
    html: Annotated[bool, typer.Option("--html", help="As one self-contained page.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say whether personal data is collected, used or sold to train large language models, for a privacy notice.

    Connecticut's Public Act 25-113 asks for it; it is said for an adult there who never chose anything.

    Example: licet packs notice linkedin_official

    Example: licet packs notice acme.yaml --html > notice.html
    """
    from licet.reports import disclosure_page
    from licet.reports.training_notice import notice_of
    from licet.terms.moments import parse_moment

    made = notice_of(pack, None if on is None else parse_moment(on).date())
    if as_json:
        print_json(made.as_json())
    elif html:
        typer.echo(disclosure_page.page(made), nl=False)
    else:
        for line, kind in disclosure_page.lines(made):
            say(line, disclosure_page.STYLES[kind])
