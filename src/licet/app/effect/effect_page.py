"""The effect of opting out as a page for those who ask, and as a picture: the answer first, then the figures.

One file that needs no other and asks nothing of any network. It counts members and names nobody.
`templates/effect.html` lays it out, for this page and for the web's; the sentences are `effect_sentences`'.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from licet.app.effect import effect_sentences
from licet.app.effect.effect_picture import draw, draw_people, draw_together
from licet.app.effect.recommendation_effect import RecommendationEffect
from licet.sources.file_replacement import replace_file
from licet.standalone.standalone_page import SHARED, document, fragment, style_of
from licet.terms.disk_errors import clear_disk_errors
from licet.terms.moments import format_moment

if TYPE_CHECKING:
    from markupsafe import Markup

_STYLES = (*SHARED, "licet.standalone/styles/effect.css")


def write_page(found: RecommendationEffect, path: Path) -> None:
    """Write the page. If the process dies meanwhile, a page that was there before is untouched.

    Raises: AppError APP-020 to APP-022 when it cannot be written.
    """
    _write(page(found), path)


def write_picture(found: RecommendationEffect, path: Path) -> None:
    """Write the picture alone, as SVG. Raises: as `write_page`."""
    _write(picture_file(found), path)


def page(found: RecommendationEffect) -> str:
    """The whole page."""
    return document("licet.app.effect/templates/effect_page.html", _STYLES, **_context(found))


def content(found: RecommendationEffect) -> Markup:
    """The same without what surrounds it, for a page of the web."""
    return fragment("licet.app.effect/templates/effect.html", **_context(found))


def picture_file(found: RecommendationEffect) -> str:
    """The picture as an SVG file, with its style inside."""
    drawn = draw_together(found)
    return str(
        fragment("licet.app.effect/templates/effect_picture.svg", drawn=drawn, style=style_of(_STYLES))
    )


def _context(found: RecommendationEffect) -> Mapping[str, object]:
    return {
        "found": found, "drawn": draw(found), "drawn_people": draw_people(found), "says": effect_sentences,
        "written": format_moment,
    }  # fmt: skip


def _write(text: str, path: Path) -> None:
    with clear_disk_errors("writing the page"), replace_file(path) as file:
        file.write(text.encode())
