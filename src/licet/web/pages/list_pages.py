"""Lists that left: a member sees who has theirs and takes themself off; an officer sees how each stands, and nobody."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from licet.deliveries import Reach
from licet.policies.control_pages import source_of
from licet.terms import LicetError
from licet.web.api.request_parts import PlaceText
from licet.web.authentication import Operator, OurForm, Subject
from licet.web.templates_environment import page, workspace_of

router = APIRouter()

#: Deliveries on one page.
PAGE_ROWS = 50


@router.get("/data/lists")
def who_has(request: Request, subject: Subject, done: PlaceText | None = None) -> Response:
    workspace = workspace_of(request)
    # Only what stands in the ledger is confirmed, whatever the address says.
    choices = workspace.ledger.choices_of(subject)
    confirmed = done if any(one.entry == done and one.value == "off" for one in choices) else None
    held, pack = workspace.uses.ads.who_has(subject), workspace.policy().pack
    rules = {one.rule: pack.rules_by_id[one.rule] for one in held if one.rule is not None}
    return page(
        request, "who_has.html", lists=held,
        is_possible=workspace.uses.ads.can_have_lists(), confirmed=confirmed, now=workspace.now(),
        sources={rule: source_of(said.cite, pack) for rule, said in rules.items()},
    )  # fmt: skip


@router.post("/data/lists")
def take_me_off(
    request: Request, subject: Subject, form: OurForm, setting: Annotated[str, Form()]
) -> Response:
    """The control is switched off: it holds for every list that it governs, those to come as well."""
    chosen = workspace_of(request).choices.choose(subject, setting, "off", via="web")
    return RedirectResponse(f"/data/lists?done={chosen.entry}", 303)


@router.get("/operator/lists")
def lists(request: Request, allowed: Operator) -> Response:
    operations = workspace_of(request).uses.ads
    try:
        audiences, why_none = operations.audiences(), None
    except LicetError as error:
        audiences, why_none = [], f"{error.what[:1].upper()}{error.what[1:]}."
    found = operations.lists()
    overdue = [one for one in found if one.is_late or one.reach in (Reach.UNCONFIRMED, None)]
    return page(
        request, "operator_lists.html", lists=found, overdue=overdue, audiences=audiences, why_none=why_none,
        terms=workspace_of(request).copies.recipients(),
        deliveries=operations.deliveries()[::-1][:PAGE_ROWS],
    )  # fmt: skip
