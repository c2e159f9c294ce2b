"""One HTML file that stands alone: its style inside, no script, and a policy that lets the browser load nothing.

Its template lies beside the module that speaks and extends `templates/frame.html` of this room. Whatever a template is
given is escaped, in text and in attributes, and characters that reorder text, or are none, become spaces: what an
archive or a policy holds can become no markup. A template that names what it was not given is an error, never a gap.
Files of a package are named as ``licet.audit/templates/report.html``.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

#: What most pages that stand alone look like; their own style follows.
SHARED = ("licet.standalone/styles/palette.css", "licet.standalone/styles/standalone.css")


def document(template: str, styles: tuple[str, ...], **context: Any) -> str:
    """A page, from a template that extends the frame. styles: the files of its stylesheet, in order."""
    return fragment(template, style=style_of(styles), policy=policy_of(styles), **context)


def fragment(template: str, **context: Any) -> Markup:
    """What a template says, to stand in another page."""
    from markupsafe import Markup

    return Markup(environment().get_template(template).render(context))


def policy_of(styles: tuple[str, ...]) -> str:
    """The Content-Security-Policy of every page with these styles: the styles, and nothing else of anything."""
    seal = base64.b64encode(hashlib.sha256(style_of(styles).encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{seal}'; base-uri 'none'; form-action 'none'"


@cache
def environment() -> Environment:
    """Where all these templates are made. Jinja is imported here, so that a command that makes no page is spared it."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    def printed(value: Any) -> Any:
        """What an expression gives, before it is escaped."""
        if isinstance(value, Markup) or (text := str(value)).isprintable():
            return value
        return "".join(c if c.isprintable() or c in "\n\t" else " " for c in text)

    made = Environment(
        loader=FunctionLoader(_read), autoescape=True, undefined=StrictUndefined, finalize=printed,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    made.filters["upfirst"] = lambda text: text[:1].upper() + text[1:]
    made.filters["number"] = "{:,}".format
    made.filters["units"] = "{:.1f}".format
    return made


def style_of(styles: tuple[str, ...]) -> Markup:
    """What is in some files of style; this program's own text, so it is markup as it stands."""
    from markupsafe import Markup

    return Markup("".join(map(_read, styles)))


def _read(name: str) -> str:
    package, _, path = name.partition("/")
    return files(package).joinpath(path).read_text("utf-8")
