"""Advertisements on pages: a slot that loads nothing from elsewhere, why one is shown, less like it, and clicks.

How often a browser was shown a campaign today, and which it wants no more of, only the browser knows: two cookies of
campaign numbers. A visitor who is not signed in gets no session by being shown an advertisement.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, RedirectResponse, Response

from licet.app import ad_effect_sentences
from licet.terms import LicetError
from licet.web.authentication import Operator, OurForm, Subject, subject_if_known
from licet.web.signal_reading import consent_strings, sends_gpc
from licet.web.templates_environment import page, workspace_of

router, operators = APIRouter(prefix="/ads"), APIRouter()

_log = logging.getLogger("licet.web")

SEEN_COOKIE, UNWANTED_COOKIE = "ads_seen", "ads_unwanted"
#: Numbers in one cookie, the latest; and for how many days less is wanted.
_MOST_NUMBERS, _UNWANTED_DAYS = 200, 30
_NUMBERS = re.compile(r"\d{1,10}(?:-\d{1,10}){0,199}")
_IMAGE = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}\.(png|jpg|jpeg|gif|webp)")
_STARTS = {
    "png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff", "jpeg": b"\xff\xd8\xff", "gif": b"GIF8", "webp": b"RIFF",
}  # fmt: skip
#: A page of ours, and nobody else's, may hold a slot; it runs and loads nothing but its style and its image.
_SLOT = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
}
#: Pages as a network has them, where nobody's own page is at hand.
SAMPLES = (
    (
        "Learning a trade",
        "How to become a welder: courses in metal work, certificates, and a first job in a shipyard.",
    ),
    (
        "Working in data",
        "What a data engineer does all day: Python, databases, pipelines, and how to change into it.",
    ),
    (
        "Caring for people",
        "Nursing on a ward at night: shifts, pay, training on the job, and what helps to rest.",
    ),
)


class AdOnPage:
    """One advertisement as a template shows it."""

    def __init__(self, request: Request, words: str, seen: list[int], country: str | None = None) -> None:
        """seen: numbers of campaigns, one a showing of today. country: where the page is read, as its maker says."""
        self.seen, self.made = seen, None
        try:
            self.made = workspace_of(request).uses.ad_choices.choose(
                words, country=country, subject=subject_if_known(request), gpc=sends_gpc(request),
                strings=consent_strings(request), seen=Counter(seen), unwanted=_numbers(request, UNWANTED_COOKIE),
            )  # fmt: skip
        except LicetError as error:
            _log.error("%s", error.line())  # and the page is whole without an advertisement
        if (
            self.made is not None
            and self.made.campaign is not None
            and self.made.campaign.cap_a_day is not None
        ):
            self.seen = [*seen, self.made.campaign.number][-_MOST_NUMBERS:]


@router.get("/slot")
def slot(
    request: Request,
    words: Annotated[str, Query(max_length=4_000)] = "",
    country: Annotated[str | None, Query(pattern="^[A-Z]{2}$")] = None,
) -> Response:
    """A document for a frame: the advertisement, who paid for it, and a link to why."""
    shown = AdOnPage(request, words, _numbers(request, SEEN_COOKIE), country)
    templates = request.app.state.templates
    answer: Response = templates.TemplateResponse(
        request, "ad_slot.html", {"made": shown.made}, headers=_SLOT
    )
    _remember(request, answer, shown.seen)
    return answer


@router.get("")
def samples(request: Request, subject: Subject) -> Response:
    """Pages with advertisements, as the member sees them now."""
    shown, seen = [], _numbers(request, SEEN_COOKIE)
    for title, words in SAMPLES:
        one = AdOnPage(request, words, seen)
        shown.append((title, words, one.made))
        seen = one.seen
    answer = page(request, "ad_samples.html", shown=shown)
    _remember(request, answer, seen)
    return answer


@router.get("/why/{choice}")
def why(request: Request, choice: str) -> Response:
    """For whoever was shown it, signed in or not."""
    told = workspace_of(request).uses.ad_choices.why(choice)
    return page(
        request, "ad_why.html", told=told, is_unwanted=told.number in _numbers(request, UNWANTED_COOKIE)
    )


@router.post("/less/{choice}")
def less(request: Request, form: OurForm, choice: str) -> Response:
    """This browser is to be shown that campaign no more; no server keeps that."""
    told = workspace_of(request).uses.ad_choices.why(choice)
    answer = RedirectResponse(f"/ads/why/{choice}", 303)
    numbers = [*dict.fromkeys([*_numbers(request, UNWANTED_COOKIE), told.number])][-_MOST_NUMBERS:]
    _set(request, answer, UNWANTED_COOKIE, numbers, datetime.now(UTC) + timedelta(days=_UNWANTED_DAYS))
    return answer


@router.get("/click/{choice}")
def click(request: Request, choice: str) -> Response:
    """On to the advertiser, who is told neither the page nor anything of whoever clicked."""
    link = workspace_of(request).uses.ad_choices.click(choice)
    return RedirectResponse(link, 303, headers={"Referrer-Policy": "no-referrer"})


@router.get("/images/{name}")
def image(request: Request, name: str) -> Response:
    """An image of the operator's own, of a kind that can run nothing, whatever its name says."""
    kind = _IMAGE.fullmatch(name)
    path = workspace_of(request).layout.ad_images / name
    if kind is None or not path.is_file():
        raise HTTPException(404)
    with path.open("rb") as file:
        if not file.read(12).startswith(_STARTS[kind[1]]):
            raise HTTPException(404)
    return FileResponse(path, headers={"Content-Security-Policy": "default-src 'none'"})


@operators.get("/operator/campaigns")
def campaigns(request: Request, operator: Operator) -> Response:
    uses, effect = workspace_of(request).uses, None
    try:
        effect = uses.advertisers.effect()
        why_not = ""
    except LicetError as error:
        why_not = error.what
    return page(
        request, "ad_campaigns.html", made=uses.ad_choices.campaigns(), currency=uses.ad_choices.currency(),
        effect=effect, sentences=ad_effect_sentences, why_not=why_not,
    )  # fmt: skip


def _numbers(request: Request, name: str) -> list[int]:
    said = request.cookies.get(name, "")
    return [int(number) for number in said.split("-")] if _NUMBERS.fullmatch(said) else []


def _remember(request: Request, answer: Response, seen: list[int]) -> None:
    """Until the day is over in UTC, so that nothing else than numbers need be kept."""
    if seen:
        now = datetime.now(UTC)
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        _set(request, answer, SEEN_COOKIE, seen, midnight)


def _set(request: Request, answer: Response, name: str, numbers: list[int], until: datetime) -> None:
    answer.set_cookie(
        name, "-".join(map(str, numbers)), expires=until, path="/ads", httponly=True, samesite="lax",
        secure=request.app.state.config.is_https,
    )  # fmt: skip
