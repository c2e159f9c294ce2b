"""Templates: what a page is made of, how moments are written, and what every page knows.

Everything is escaped; a template that needs markup says so itself, and only for markup made here.
"""

from __future__ import annotations

import functools
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jinja2
from fastapi import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from licet.app import Workspace
from licet.app.member.member_sentences import say
from licet.app.member.member_view import Member
from licet.policies.scope_sentences import scope_sentence
from licet.terms import AppError, GateError, SourceError
from licet.terms.decisions import to_you
from licet.terms.moments import parse_moment
from licet.web.authentication import visitor
from licet.web.signal_reading import told_of_signals

_TEMPLATES = Path(__file__).parent / "templates"


def day(moment: datetime | str | None) -> str:
    """3 November 2025."""
    if moment is None:
        return ""
    at = parse_moment(moment) if isinstance(moment, str) else moment
    return f"{at.day} {at:%B %Y}"


def moment(at: datetime | str | None) -> str:
    """3 November 2025, 14:05 UTC."""
    if at is None:
        return ""
    at = parse_moment(at) if isinstance(at, str) else at
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def iso(at: datetime | None) -> str:
    return "" if at is None else at.isoformat().replace("+00:00", "Z")


def upfirst(text: str) -> str:
    """The first letter large, the others as they are: “AI” stays AI."""
    return text[:1].upper() + text[1:]


def told(value: Any) -> str:
    """A value out of a member's table, as a person writes it."""
    if isinstance(value, datetime):
        # A plain timestamp is UTC here, as it is at the gate.
        return moment(value if value.tzinfo is None else value.astimezone(UTC))
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(told(one) for one in value)
    return str(value)


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """1 record, 2,000 records."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def lasting(seconds: int) -> str:
    """50 seconds, 3 minutes, 5 hours, 12 days: in the largest unit of which there are two."""
    for length, noun in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= 2 * length:
            return counted(seconds // length, noun)
    return counted(seconds, "second")


@functools.cache
def make_templates() -> Jinja2Templates:
    """The pages' templates, compiled once a process; they know nothing of the application that shows them."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    for made in (day, moment, iso, counted, upfirst, to_you, told, scope_sentence, lasting):
        environment.filters[made.__name__] = made
    environment.filters["said"] = say
    for name in environment.list_templates():
        environment.get_template(name)  # compiled here, so that no visitor waits for it
    return Jinja2Templates(env=environment)


def member_if_known(request: Request, subject: str) -> Member | None:
    """The member; None where the members' table has not got them yet, cannot be read, or may mean another by their
    id: they may choose even so."""
    try:
        return workspace_of(request).members.member(subject)
    except SourceError:
        return None
    except (AppError, GateError) as error:
        if error.code not in ("APP-013", "GATE-171"):
            raise
        return None


def workspace_of(request: Request) -> Workspace:
    workspace: Workspace = request.app.state.workspace
    return workspace


def for_you(workspace: Workspace) -> dict[str, str]:
    """By address the pages under "For you" that there is something behind."""
    uses = workspace.uses
    return {
        address: label
        for is_set_up, pages in (
            (uses.recommend.is_set_up, {"/recommendations": "Jobs", "/recommendations/posts": "Posts"}),
            (uses.search.is_set_up, {"/search": "Search"}),
            (uses.people.is_set_up, {"/people": "People"}),
            (uses.insights.is_set_up, {"/insights": "Insights"}),
        )
        if is_set_up()
        for address, label in pages.items()
    }


def page(request: Request, name: str, *, status: int = 200, **context: Any) -> Response:
    """One page. Every template knows the visitor, the policy in force and the site's own name."""
    templates: Jinja2Templates = request.app.state.templates
    config = request.app.state.config
    who = visitor(request)
    shared = {
        "who": who, "signal": told_of_signals(request, who.subject, who.gpc),
        "unsaved": request.query_params.get("unsaved", "") if who.subject else "",
        "pack": workspace_of(request).policy().pack, "here": request.url.path,
        "demo": config.demo_sign_in, "has_oidc": config.oidc is not None,
        "has_audit": bool(config.upload_bytes), "for_you": for_you(workspace_of(request)),
        "advertises": workspace_of(request).uses.ad_choices.is_set_up(),
    }  # fmt: skip
    return templates.TemplateResponse(request, name, shared | context, status_code=status)
