"""Settings & Privacy: the menu as the policy has it, one page for each control, and what a switch would change."""

from __future__ import annotations

import contextlib
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from licet.policies.control_pages import MenuItem, menu
from licet.terms import LicetError
from licet.web.api.request_parts import PlaceText
from licet.web.authentication import OurForm, Subject
from licet.web.signal_reading import signals_sent
from licet.web.templates_environment import member_if_known, page, workspace_of

router = APIRouter()


@router.get("/settings")
def settings(request: Request, subject: Subject) -> Response:
    return _menu_page(request, subject, [])


@router.get("/settings/menu/{steps:path}")
def submenu(request: Request, subject: Subject, steps: str) -> Response:
    return _menu_page(request, subject, steps.split("/"))


@router.get("/settings/{setting}")
def setting_page(request: Request, subject: Subject, setting: str, done: PlaceText | None = None) -> Response:
    member = member_if_known(request, subject)
    if member is None:
        return _choices_page(request, subject)
    if setting not in member.policy.controls:
        raise HTTPException(404, "The policy in force has no such control.")
    shown = member.setting(setting)
    # Only what stands in the ledger is confirmed, whatever the address says.
    confirmed = done if done is not None and done == shown.standing.entry else None
    sent = signals_sent(request)
    trail = _trail(menu(member.policy.pack), setting)
    made, before = None, False
    if confirmed is not None:
        # What was chosen is saved, whatever becomes of telling what it has not reached yet.
        with contextlib.suppress(LicetError):
            made, before = member.holdings(), member.is_held_before()
    return page(
        request, "setting.html", setting=shown, trail=trail, confirmed=confirmed, made=made,
        held_before=before, standing_signals=member.facts.signals, sent_signals=sent,
    )  # fmt: skip


@router.post("/settings/{setting}")
def switch(
    request: Request, subject: Subject, form: OurForm, setting: str, value: Annotated[str, Form()]
) -> Response:
    chosen = workspace_of(request).choices.choose(subject, setting, value, via="web")
    return RedirectResponse(f"/settings/{setting}?done={chosen.entry}", 303)


@router.get("/settings/{setting}/preview")
def preview(request: Request, subject: Subject, setting: str) -> Response:
    member = workspace_of(request).members.member(subject)
    if setting not in member.policy.controls:
        raise HTTPException(404, "The policy in force has no such control.")
    shown = member.setting(setting)
    value = "off" if shown.standing.on else "on"
    trail = _trail(menu(member.policy.pack), setting)
    return page(
        request,
        "preview.html",
        setting=shown,
        preview=member.preview(setting, value),
        value=value,
        trail=trail,
    )


def _menu_page(request: Request, subject: str, steps: list[str]) -> Response:
    member = member_if_known(request, subject)
    if member is None:
        return _choices_page(request, subject)
    items = menu(member.policy.pack)
    # Where every control lies under one heading, that heading is the page and not a step of its own.
    top = items[0] if len(items) == 1 and items[0].items else None
    here: tuple[MenuItem, ...] = items if top is None else top.items
    trail: list[tuple[str, str]] = [(_top_label(items), "/settings")]
    for number, step in enumerate(steps):
        found = next((item for item in here if item.slug == step and item.items), None)
        if found is None:
            raise HTTPException(404, "The settings have no such place.")
        here = found.items
        trail.append((found.label, "/settings/menu/" + "/".join(steps[: number + 1])))
    standings = {item.setting: member.standing(item.setting) for item in here if item.setting is not None}
    return page(request, "menu.html", items=here, trail=trail, standings=standings, below="/".join(steps))


def _choices_page(request: Request, subject: str) -> Response:
    """Every control and what was chosen, for a member of whom nothing else can be told at present."""
    workspace = workspace_of(request)
    chosen = {one.setting: one for one in workspace.ledger.choices_of(subject) if one.category is None}
    controls = [
        (id_, setting.label, chosen.get(id_)) for id_, setting in workspace.policy().pack.settings.items()
    ]
    return page(request, "choices.html", controls=controls)


def _trail(items: tuple[MenuItem, ...], setting: str) -> list[tuple[str, str]]:
    """The way to a control, each step with its address; the control itself comes last."""
    steps = _way(items, setting) or []
    top = items[0] if len(items) == 1 and items[0].items else None
    trail = [(_top_label(items), "/settings")]
    walked: list[str] = []
    for item in steps if top is None else steps[1:]:
        walked.append(item.slug)
        address = f"/settings/{setting}" if item.setting == setting else "/settings/menu/" + "/".join(walked)
        trail.append((item.label, address))
    return trail


def _way(items: tuple[MenuItem, ...], setting: str) -> list[MenuItem] | None:
    for item in items:
        if item.setting == setting:
            return [item]
        below = _way(item.items, setting)
        if below is not None:
            return [item, *below]
    return None


def _top_label(items: tuple[MenuItem, ...]) -> str:
    return items[0].label if len(items) == 1 and items[0].items else "Settings & Privacy"
