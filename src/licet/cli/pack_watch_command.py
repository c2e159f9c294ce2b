"""`licet packs watch`: when the passages that packs quote changed, through an archive's history."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from licet.cli.command_support import AsJson, answers, out, print_json, say
from licet.cli.pack_check_command import Packs, show_quotation, show_the_rest, title_of

_OTHERS_SHOWN = 8


@answers
def watch(
    texts: Annotated[
        Path,
        typer.Argument(
            help="A git checkout of a terms archive, a folder of such, or a folder of texts by days."
        ),
    ],
    pack: Packs = None,
    document: Annotated[
        list[str] | None,
        typer.Option("--document", help="Only this document, by its path in the archive; again for more."),
    ] = None,
    from_day: Annotated[
        str | None, typer.Option("--from", help="Only versions recorded from this day on.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write one self-contained page to this file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Go through the history of the texts that packs quote, and tell when which passage changed; exit status 1 where
    one changed after the pack was last read.

    Of git, what was committed is read: no worktree, and nothing is fetched or run.

    Example: licet packs watch ../pga-versions --pack linkedin_official --from 2025-11-01

    Example: licet packs watch ../pga-versions --document "LinkedIn/Privacy Policy.md" --html changes.html
    """
    from licet.policies.quotations import Watched, check_quotes, watch_page, watch_sentences
    from licet.terms.moments import parse_moment

    since = date.min if from_day is None else parse_moment(from_day).date()
    found: Watched = check_quotes(texts, pack or (), documents=document or (), since=since)
    if html is not None:
        html.write_text(watch_page.as_html(found), encoding="utf-8")
    if as_json:
        print_json(found.as_json())
    elif html is not None:
        say(watch_sentences.drift_sentence(found.documents), "bold")
        say(f"Written to {html}.")
    if as_json or html is not None:
        raise typer.Exit(found.drifted)
    for seen in found.documents:
        told = seen.as_json()
        out.print()
        say(title_of(told), "bold")
        for version in seen.versions:
            say(
                f"{version.version.recorded or version.version.file}  {watch_sentences.version_sentence(version)}"
            )
            for sentence in filter(None, (watch_sentences.quotations_sentence(version), _read(version.read))):
                say(f"    {sentence}", "dim")
            for cited in version.cited:
                say(f"    “{cited.quotation.quote}”: {watch_sentences.status_words(cited)}")
            others = version.others
            for change in others[:_OTHERS_SHOWN]:
                say(f"    :{change.line} {watch_sentences.changed_words(change.differences)}")
            if len(others) > _OTHERS_SHOWN:
                say(f"    and {len(others) - _OTHERS_SHOWN} other passages", "dim")
        for quote in told["quotations"]:
            if quote["status"] in ("misquoted", "altered", "gone"):
                show_quotation(quote)
    out.print()
    say(watch_sentences.drift_sentence(found.documents), "bold")
    show_the_rest(found.as_json())
    raise typer.Exit(found.drifted)


def _read(read: bool) -> str:
    return "Read: the packs know this version." if read else ""
