"""AI features for the member: words to start from, of their own permitted data, and the card of the model behind."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

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
    return page(request, "model_card.html", card=workspace_of(request).members.model_card())
