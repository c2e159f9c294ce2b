"""AI features for the member: words to start from, of their own permitted data, and the card of the model behind."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from licet.reports.disclosure_page import page as report_page
from licet.reports.disclosure_page import policy_of_the_page
from licet.reports.report_forms import FORMS
from licet.web.authentication import Subject
from licet.web.templates_environment import page, workspace_of

router = APIRouter()

#: Shown of each kind; the others stand behind a click.
SHOWN, MOST = 3, 12


@router.get("/features")
def features(request: Request, subject: Subject) -> Response:
    made = workspace_of(request).members.suggest_each(subject, most=MOST)
    used = {(one.table, one.kind): one for each in made for one in each.used}
    first = made[0]
    return page(
        request, "features.html", made=made, shown=SHOWN, used=[*used.values()], left_out=first.left_out,
        ranking=first.ranking, settings=first.settings,
    )  # fmt: skip


@router.get("/features/model")
def model(request: Request, subject: Subject) -> Response:
    return page(
        request, "model_card.html", card=workspace_of(request).members.model_card(),
        reports={name: form for name, form in FORMS.items() if form.report is not None},
    )  # fmt: skip


@router.get("/features/model/{form}")
def report(request: Request, subject: Subject, form: str) -> Response:
    """What a law or a form asks to be told of that model, as a page that stands alone."""
    workspace = workspace_of(request)
    card = workspace.members.model_card()
    if card is None or form not in FORMS or FORMS[form].report is None:
        raise HTTPException(404, "There is no such report.")
    return HTMLResponse(
        report_page(workspace.reports.report(form, card.name)),
        headers={"Content-Security-Policy": f"{policy_of_the_page()}; frame-ancestors 'none'"},
    )
