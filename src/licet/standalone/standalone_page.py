"""One HTML file that stands alone: its style inside, no script, and a policy that lets the browser load nothing."""

from __future__ import annotations

import base64
import hashlib
import importlib.resources

from licet.standalone.markup import Markup, element, raw

#: What every page that stands alone looks like.
_SHARED = ("palette.css", "standalone.css")


def document(title: str, content: Markup, foot: str, own_style: str) -> str:
    """A page. `content` is escaped already; title and foot are text. own_style: its own stylesheet, as text."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy_of(own_style)),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", raw(_style(own_style))),
    )
    body = element(
        "body",
        element("a", "Skip to the content", class_="skip", href="#content"),
        element("main", content, id="content", tabindex="-1"),
        element("footer", element("p", foot)),
    )
    return "<!doctype html>\n" + element("html", head, body, lang="en") + "\n"


def policy_of(own_style: str) -> str:
    """The Content-Security-Policy of every page with this style: the style, and nothing else of anything."""
    seal = base64.b64encode(hashlib.sha256(_style(own_style).encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{seal}'; base-uri 'none'; form-action 'none'"


def style(name: str) -> str:
    """One of the stylesheets that the web's pages have too, as text."""
    return importlib.resources.files("licet.standalone").joinpath("styles", name).read_text("utf-8")


def _style(own: str) -> str:
    return "".join(map(style, _SHARED)) + own
