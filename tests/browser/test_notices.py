"""A policy to come is announced on the first page, read in plain words, and the ledger says that it was shown."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

import licet
from browser.serving import Site


def test_an_announced_policy_is_shown_before_its_day_and_the_ledger_has_it(
    reported: Site, visit: Callable[..., Page], somebody: str
) -> None:
    page = visit(reported, somebody, "/")
    banner = page.locator(".notice", has_text="takes effect on 1 March 2030")
    banner.get_by_role("link", name="AI training on comments too").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("AI training on comments too")
    expect(
        page.get_by_text("It is announced and not in force: nothing is done under it yet.")
    ).to_be_visible()
    expect(page.get_by_role("heading", name="How it differs from the policy in force")).to_be_visible()
    expect(page.get_by_role("heading", name="What it changes for you")).to_be_visible()
    expect(
        page.get_by_text(
            re.compile(r"^Training AI that generates content, by LinkedIn\..*: now with your comments\.")
        )
    ).to_be_visible()
    digest = page.url.rpartition("/")[2]
    with licet.open(reported.workspace) as workspace:
        shown = [
            (entry.subject, entry.payload["notice"])
            for entry in workspace.ledger_entries()
            if entry.kind == "notice_shown" and entry.subject == somebody and entry.payload
        ]
    assert shown == [(somebody, digest)]

    page.goto("/notices")
    expect(page.get_by_role("link", name="AI training on comments too")).to_contain_text("You saw it on")
    page.goto(f"/notices/{digest}")
    with page.expect_download() as mail:
        page.get_by_role("link", name="As an e-mail").click()
    text = mail.value.path().read_text(encoding="utf-8")
    assert text.startswith("Subject: ") and "AI training on comments too" in text
