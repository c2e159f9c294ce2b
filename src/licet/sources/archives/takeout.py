"""Google Takeout's My Activity, in its JSON form: one list a product, or of all of them, in any language.

What an entry is shows in its product (``header``), not in the file's name, which is translated. The Gemini apps are
what this reader is for; of every other product it says what the entries are and no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from licet.sources.archives.archive_records import Record, Thing, count_values, joined, text_at
from licet.sources.archives.json_reader import Element
from licet.sources.dates import read_date

GEMINI = Thing("google_gemini", "ai_conversation")
_SEARCH = Thing("google_searches", "activity.searches")
_VIEWS = Thing("google_views", "activity.views")
_ADS = Thing("google_ads", "advertising.engagement")
_OTHER = Thing("google_activity", "activity")

#: Products by a word of their names, which is the same in most languages.
_PRODUCTS = (
    (("gemini", "bard"), GEMINI),
    (("ads", "anzeigen", "annonces", "anuncios", "annunci", "広告"), _ADS),
    (("youtube", "video", "news", "discover"), _VIEWS),
    (("search", "suche", "recherche", "búsqueda", "ricerca", "pesquisa", "検索", "maps", "поиск"), _SEARCH),
)
_KEYS = frozenset(
    (
        *("header", "title", "titleUrl", "time", "products", "activityControls", "subtitles", "details"),
        *("description", "locationInfos", "safeHtmlItem", "imageFile"),
    )
)
#: What a person handed over with a prompt.
_UPLOADS = frozenset(("attachedFiles", "audioFiles", "imageFile"))
#: What stands before a person's own words in a title, in the languages that this reader knows.
_BEFORE_WORDS = ("Prompted ", "Said ", "Asked ", "Searched for ", "Gesucht: ", "Eingegebener Prompt: ")


def thing_of(product: str) -> Thing:
    """What the entries of a product are."""
    folded = product.casefold()
    return next((thing for words, thing in _PRODUCTS if any(_begins(word, folded) for word in words)), _OTHER)


def _begins(word: str, text: str) -> bool:
    """Whether a word of the text begins so; Chinese and Japanese put no spaces between theirs."""
    return re.search(rf"\b{word}" if word.isascii() else word, text) is not None


def records(name: str, elements: Iterable[Element]) -> Iterator[Record]:
    """The entries of one file."""
    yield from joined((element.goes_on, _entry(element.value)) for element in elements)


def _entry(value: Any) -> Record:
    products = value.get("products") if isinstance(value, dict) else None
    first = products[0] if isinstance(products, list) and products and isinstance(products[0], str) else ""
    thing = thing_of(text_at(value, "header") or first)
    record = Record(thing, written=read_date(text_at(value, "time")))

    def label(place: str, key: str) -> str | None:
        if thing is GEMINI and key in _UPLOADS:
            return "ai_conversation.uploads"
        return thing.kind if key in _KEYS or key in _UPLOADS else None

    count_values(record, value if isinstance(value, dict) else {"": value}, label)
    if thing is GEMINI:
        record.words, record.words_kind = own_words(text_at(value, "title")), thing.kind
    return record


def own_words(title: str) -> str:
    """What a person wrote, without what Google puts before it."""
    return next((title[len(word) :] for word in _BEFORE_WORDS if title.startswith(word)), title)
