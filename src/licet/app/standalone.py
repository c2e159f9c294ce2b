"""One HTML file that stands alone: its style inside, no script, and a policy that lets the browser load nothing."""

from __future__ import annotations

import base64
import hashlib
import importlib.resources

from licet.app.audit.markup import Markup, element, raw

#: The stylesheets of `licet/app/styles`, in order.
STYLES = ("palette.css", "standalone.css", "impact.css")


def document(title: str, content: Markup, foot: str) -> str:
    """A page. `content` is escaped already; title and foot are text."""
    folder = importlib.resources.files("licet.app").joinpath("styles")
    style = "".join(folder.joinpath(name).read_text("utf-8") for name in STYLES)
    seal = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    allowed = f"default-src 'none'; style-src 'sha256-{seal}'; base-uri 'none'; form-action 'none'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=allowed),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", raw(style)),
    )
    body = element(
        "body",
        element("a", "Skip to the content", class_="skip", href="#content"),
        element("main", content, id="content", tabindex="-1"),
        element("footer", element("p", foot)),
    )
    return "<!doctype html>\n" + element("html", head, body, lang="en") + "\n"
