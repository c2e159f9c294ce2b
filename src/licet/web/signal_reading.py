"""The privacy signals that come with a request: a header, and the cookies that consent dialogues keep their strings in.

Cookies of these names are the platform's own: a dialogue on its pages writes them, and no other site can. What they say
is read by `licet.terms.signals`; a session notes what it has recorded already, so that a page costs nothing more.

Source: Global Privacy Control (https://www.w3.org/TR/gpc/). The names of the cookies are those in common use; neither
IAB Europe nor IAB Tech Lab fixes them.
"""

from __future__ import annotations

import hashlib

from fastapi import Request

from licet.app import Workspace
from licet.terms.signals import GPC, ConsentStrings

TCF_COOKIE, GPP_COOKIE, SECTIONS_COOKIE = "euconsent-v2", "__gpp", "__gpp_sid"


def sends_gpc(request: Request) -> bool:
    return request.headers.get("sec-gpc") == "1"


def consent_strings(request: Request) -> ConsentStrings:
    """What the dialogues' cookies hold. Sections that cannot be read are one that is in no string, and so a no."""
    cookies = request.cookies
    sections = cookies.get(SECTIONS_COOKIE, "")
    numbers = [part.strip() for part in sections.replace("_", ",").split(",")] if sections else []
    is_read = len(numbers) < 64 and all(
        part.isascii() and part.isdecimal() and len(part) < 4 for part in numbers
    )
    return ConsentStrings(
        cookies.get(GPP_COOKIE), tuple(map(int, numbers)) if is_read else (-1,), cookies.get(TCF_COOKIE)
    )


def signals_sent(request: Request) -> frozenset[str]:
    """The signals that this browser sends now: while it does there is nothing to take back."""
    sent = {GPC} if sends_gpc(request) else set[str]()
    workspace: Workspace = request.app.state.workspace
    return workspace.choices.refused_by(consent_strings(request)) | sent


def note_signals(request: Request, subject: str, gpc: bool) -> None:
    """What a browser sends is the member's from the first request on that carries it, where the policy honours it."""
    workspace: Workspace = request.app.state.workspace
    session = request.session
    if gpc and not session.get("gpc_noted"):
        pack = workspace.policy().pack
        if any(GPC in setting.honours for setting in pack.settings.values()):
            if GPC not in workspace.ledger.signals_of(subject):
                workspace.choices.signal(subject, GPC, True, via="web")
            session["gpc_noted"] = True
    strings = consent_strings(request)
    if strings.gpp is None and strings.tcf is None:
        return
    pack = workspace.policy().pack
    mark = hashlib.sha256(f"{strings}\n{pack.digest}".encode()).hexdigest()[:32]
    if session.get("strings_noted") != mark:
        workspace.choices.consent_strings(subject, strings, via="web")
        session["strings_noted"] = mark
