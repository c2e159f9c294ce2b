"""Who is asking: nobody, a member, or an operator; and that a form came from a page of ours.

The session is a signed cookie that holds its name, the subject and a token for forms, nothing else; it is made anew
at every sign-in, so a cookie planted before it is worth nothing, and so is a copy of one that was signed out of
(`revoked_sessions.py`). An operator sees no member's content and a member sees nobody else's: each route says which
of the two it is for, and there is no third.
"""

from __future__ import annotations

import hmac
import secrets
import time
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit

from fastapi import Depends, Form, Request
from starlette.exceptions import HTTPException

from licet.web.revoked_sessions import EndedSessions
from licet.web.signal_reading import note_signals, sends_gpc

#: Seconds a session lasts, however busy.
SESSION_SECONDS = 8 * 60 * 60
#: The session's own name: the prefix makes browsers refuse one that another host or a plain connection planted.
SECURE_COOKIE, PLAIN_COOKIE = "__Host-licet", "licet"
#: Letters of a name that a header has room for.
_MOST_NAME = 60


class Visitor(NamedTuple):
    """subject: the member, None for nobody and for operators. name: what they are called, empty where nobody says.
    gpc: whether this browser sends the signal now.
    """

    subject: str | None
    operator: bool
    form_token: str
    gpc: bool
    name: str = ""


class FormOutdated(HTTPException):
    """Of another session than the visitor has now; nothing was changed."""


class SignInNeeded(Exception):
    """Sent to the sign-in page and back here afterwards."""


def visitor(request: Request) -> Visitor:
    """Whoever it is; nobody is somebody too."""
    session = request.session
    if "token" not in session:
        session["token"] = secrets.token_urlsafe(32)
    valid = _stands(request)
    gpc = sends_gpc(request)
    if gpc:
        session["gpc"] = True  # seen before somebody signed in, it is theirs when they do
    return Visitor(
        session.get("subject") if valid else None, bool(valid and session.get("operator")), session["token"],
        gpc or (bool(session.get("gpc")) and not session.get("gpc_noted")),
        str(session.get("called") or "") if valid else "",
    )  # fmt: skip


def _stands(request: Request) -> bool:
    """Whether the session has not run out and was not ended."""
    name, until = request.session.get("name"), request.session.get("until")
    if not isinstance(name, str) or not isinstance(until, int) or time.time() >= until:
        return False
    if request.session.get("demo") and not request.app.state.config.demo_sign_in:
        return False  # anybody could have been anybody when it was begun
    ended: EndedSessions = request.app.state.ended
    return not ended.has(name, until)


def subject_if_known(request: Request) -> str | None:
    """The member who is signed in, where somebody is; nobody gets a session by being asked."""
    subject = request.session.get("subject")
    return subject if isinstance(subject, str) and _stands(request) else None


def end_session(request: Request) -> None:
    """Sign out, and let no copy of the cookie sign in again. Raises: OSError when that cannot be written down."""
    name, until = request.session.get("name"), request.session.get("until")
    if isinstance(name, str) and isinstance(until, int):
        request.app.state.ended.end(name, until)
    request.session.clear()


def begin_session(request: Request, subject: str | None, called: str = "", *, operator: bool = False) -> None:
    """Sign somebody in: everything the session held before is gone, but that the browser sends a privacy signal.

    called: their name, for the header of their pages; it is in their own browser and nowhere else.
    """
    gpc = bool(request.session.get("gpc")) or sends_gpc(request)
    request.session.clear()
    if gpc:
        request.session["gpc"] = True
    request.session.update(
        name=secrets.token_urlsafe(16), subject=subject, operator=operator,
        until=int(time.time()) + SESSION_SECONDS, token=secrets.token_urlsafe(32),
        demo=request.app.state.config.demo_sign_in, called=called[:_MOST_NAME],
    )  # fmt: skip


def signed_in(request: Request, who: Annotated[Visitor, Depends(visitor)]) -> str:
    """The member who is asking."""
    if who.subject is None:
        if who.operator:
            raise HTTPException(403, "Operators see no member's data.")
        raise SignInNeeded
    note_signals(request, who.subject, who.gpc)
    return who.subject


def operator(who: Annotated[Visitor, Depends(visitor)]) -> None:
    if not who.operator:
        raise HTTPException(404)  # to anybody else there is no such page


def from_our_page(
    request: Request,
    who: Annotated[Visitor, Depends(visitor)],
    token: Annotated[str, Form()] = "",
) -> None:
    """A form must carry the session's token and come from this very origin.

    Raises: HTTPException 403.
    """
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, "The form came from another site.")
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403, "The form came from another site.")
    if not hmac.compare_digest(token.encode(), who.form_token.encode()):
        raise FormOutdated(403)


def safe_return(path: str | None) -> str:
    """Where to go after signing in: a path of ours, or the start. Never another site, whatever was asked."""
    if path is None or not path.startswith("/") or path.startswith(("//", "/\\")):
        return "/"
    if any(ord(char) <= 32 or char == "\\" or ord(char) == 127 for char in path):
        return "/"
    return path


Who = Annotated[Visitor, Depends(visitor)]
Subject = Annotated[str, Depends(signed_in)]
Operator = Annotated[None, Depends(operator)]
OurForm = Annotated[None, Depends(from_our_page)]
