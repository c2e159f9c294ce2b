"""An impact as a page for those who decide: the answer first, then by use, region and kind of data, then the question.

One file that needs no other and asks nothing of any network. Nobody is named in it unless that was asked for.
`templates/impact.html` lays it out, for this page and for the web's; the sentences are `impact_sentences`'.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from licet.app.impact import impact_sentences
from licet.app.impact.impact_picture import draw
from licet.app.impact.impact_sentences import Sums
from licet.app.impact.policy_impact import PolicyImpact
from licet.sources.file_replacement import replace_file
from licet.standalone.standalone_page import SHARED, document, fragment
from licet.terms.disk_errors import clear_disk_errors
from licet.terms.moments import format_moment

if TYPE_CHECKING:
    from markupsafe import Markup

#: Lines of a table by region; the rest are added up in a last one.
MOST_REGIONS = 30
_STYLES = (*SHARED, "licet.standalone/styles/impact.css")


def write_page(found: PolicyImpact, path: Path, *, members: bool = False) -> None:
    """Write the page. If the process dies meanwhile, a page that was there before is untouched.

    members: with the ids of everybody concerned; by default only how many they are.
    Raises: AppError APP-020 to APP-022 when it cannot be written.
    """
    with clear_disk_errors("writing the page"), replace_file(path) as file:
        file.write(page(found, members=members).encode())


def page(found: PolicyImpact, *, members: bool = False) -> str:
    """The whole page."""
    return document("licet.app.impact/templates/impact_page.html", _STYLES, **_context(found, members))


def content(found: PolicyImpact) -> Markup:
    """The same without what surrounds it, for a page of the web."""
    return fragment("licet.app.impact/templates/impact.html", **_context(found, members=False))


def _context(found: PolicyImpact, members: bool) -> Mapping[str, object]:
    return {
        "found": found, "members": members, "drawn": draw(impact_sentences.by_use(found), found.members),
        "says": impact_sentences, "shortened": _shortened, "written": format_moment,
    }  # fmt: skip


def _shortened(lines: list[Sums]) -> list[Sums]:
    if len(lines) <= MOST_REGIONS:
        return lines
    rest = lines[MOST_REGIONS:]
    counts = [one[1:] for one in rest]
    sums = (sum(column) for column in zip(*counts, strict=True))
    return [*lines[:MOST_REGIONS], Sums(f"{len(rest)} more regions", *sums)]
