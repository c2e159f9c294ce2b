"""The privacy signals that come with a request: a header, and the cookies that consent dialogues keep their strings in.

Cookies of these names are the platform's own: a dialogue on its pages writes them, and no other site can. What they say
is read by `licet.terms.signals`, with every request: what was taken back elsewhere is said anew by whoever sends it.

Source: Global Privacy Control (https://www.w3.org/TR/gpc/). The names of the cookies are those in common use; neither
IAB Europe nor IAB Tech Lab fixes them.
"""

from __future__ import annotations

from fastapi import Request
from starlette.requests import cookie_parser

from licet.app import Workspace
from licet.app.member.member_sentences import say
from licet.terms.signals import GPC, ConsentStrings

TCF_COOKIE, GPP_COOKIE, SECTIONS_COOKIE = "euconsent-v2", "__gpp", "__gpp_sid"


def sends_gpc(request: Request) -> bool:
    return request.headers.get("sec-gpc") == "1"


def consent_strings(request: Request) -> ConsentStrings:
    """What the dialogues' cookies hold. Sections that cannot be read are one that is in no string, and so a no."""
    sections = _cookie(request, SECTIONS_COOKIE)
    numbers = [] if sections is None else [part.strip() for part in sections.replace("_", ",").split(",")]
    is_read = len(numbers) < 64 and all(
        part.isascii() and part.isdecimal() and len(part) < 4 for part in numbers
    )
    applying = tuple(map(int, numbers)) if is_read else (-1,)
    return ConsentStrings(_cookie(request, GPP_COOKIE), applying, _cookie(request, TCF_COOKIE))


def _cookie(request: Request, name: str) -> str | None:
    """A cookie, None where there is none; no text where two of the name differ, so that neither hides the other's no.

    A browser sends one of each path and domain that it has, and in no order that a page could go by.
    """
    said = {
        values[name]
        for header in request.headers.getlist("cookie")
        for piece in header.split(";")
        if name in (values := cookie_parser(piece))
    }
    return None if not said else said.pop() if len(said) == 1 else ""


def signals_sent(request: Request) -> frozenset[str]:
    """The signals that this browser sends now: while it does there is nothing to take back."""
    sent = {GPC} if sends_gpc(request) else set[str]()
    workspace: Workspace = request.app.state.workspace
    return workspace.choices.refused_by(consent_strings(request)) | sent


def told_of_signals(request: Request, subject: str | None, gpc: bool) -> str:
    """Whether a privacy signal was processed, and what it switches off: a sentence for every page, whoever looks.

    Source: California Code of Regulations, title 11, § 7025(c)(6).
    """
    workspace: Workspace = request.app.state.workspace
    pack = workspace.policy().pack
    sent = signals_sent(request) | ({GPC} if gpc else set())
    standing = frozenset[str]() if subject is None else workspace.ledger.signals_of(subject)
    controls = [one.label for one in pack.settings.values() if (sent or standing).intersection(one.honours)]
    if sent and not controls:
        return say("signal.nothing", controller=pack.controller.name)
    if sent:
        return say("signal.visit" if subject is None else "signal.account", controls=controls)
    return say("signal.stands", controls=controls) if controls else say("signal.none")


def note_signals(request: Request, subject: str, gpc: bool) -> None:
    """What a browser sends is the member's from the first request on that carries it, where the policy honours it."""
    workspace: Workspace = request.app.state.workspace
    if gpc and any(GPC in setting.honours for setting in workspace.policy().pack.settings.values()):
        if GPC not in workspace.ledger.signals_of(subject):
            workspace.choices.signal(subject, GPC, True, via="web")
        request.session["gpc_noted"] = True
    strings = consent_strings(request)
    if strings != ConsentStrings():
        workspace.choices.consent_strings(subject, strings, via="web")
