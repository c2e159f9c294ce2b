"""The operator's page on what a policy would change: what it says, what it may name, and that it holds nobody up."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import licet
from journeys.networks import PACK, make_network, member, message, post
from journeys.site import Browser, site
from licet.app import Workspace
from licet.app.impact import impact_of
from licet.web.pages import impact_pages

COMPARED = {"before": "linkedin_as_reported", "after": "linkedin_official", "from_date": "2026-01-01"}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    rows = {
        "members": [member("annegret", "CH"), member("benedikt", "GB")],
        "profiles": [],
        "posts": [post(f"p-{who}", who, "words") for who in ("annegret", "benedikt")],
        "messages": [message("m", "annegret", ["benedikt"], "psst")],
    }
    root = tmp_path_factory.mktemp("impact")
    made = make_network(root / "w", rows)
    later = root / "later.yaml"
    later.write_text(PACK.replace('version: "1"', 'version: "2"'))
    made.announce_pack(str(later))
    yield made
    made.close()


@pytest.fixture
def officer(workspace: Workspace) -> Iterator[Browser]:
    with site(workspace.layout.root) as browser:
        browser.post("/sign-in/operator", data={"token": browser.token()})
        yield browser


def test_the_answer_comes_first_and_nobody_is_named(officer: Browser) -> None:
    shown = html.unescape(officer.get("/impact", params=COMPARED).text)
    assert "More would be done with the data of 2 of 2 members, and less with that of 1 of them." in shown
    assert re.search(r"(begins|ends) for \d+ records? of \d members? \([A-Z]", shown)
    assert "<svg" in shown and "ledger’s first 2 entries" in shown
    assert "annegret" not in shown and "benedikt" not in shown


def test_the_file_is_the_same_and_needs_nothing_else(officer: Browser) -> None:
    answer = officer.get("/impact/file", params=COMPARED)
    assert 'filename="impact.html"' in answer.headers["content-disposition"]
    assert answer.text.startswith("<!doctype html>") and "2 of 2 members" in answer.text
    for asking in ("src=", "<link", "<script", "url(", "http://", "@import"):
        assert asking not in answer.text
    assert officer.get("/impact/file").status_code == 404


def test_the_form_offers_what_the_ledger_names_and_what_is_shipped(
    workspace: Workspace, officer: Browser
) -> None:
    shown = officer.get("/impact").text
    assert "(in force)" in shown and "(announced)" in shown and "linkedin_official" in shown
    mine, to_come = workspace.policy().pack.digest, workspace.announced()[0].digest
    assert "Nothing changes for any of the 2 members." in officer.get(
        "/impact", params={"before": mine, "after": to_come}
    ).text  # fmt: skip
    two_days = {"before": "linkedin_official", "after": "linkedin_official"}
    shown = officer.get(
        "/impact", params={**two_days, "from_date": "2025-11-02", "to_date": "2025-11-05"}
    ).text
    assert "from 2025-11-02 to 2025-11-05" in shown


def test_a_shipped_policy_keeps_its_name_when_it_is_in_force(workspace: Workspace) -> None:
    with licet.create(workspace.layout.root.parent / "other") as other:
        other.use_pack("linkedin_official")
        offered = impact_pages.impact.offered(other)
    assert next(iter(offered)) == "linkedin_official" and "(in force)" in offered["linkedin_official"].label
    assert len({one.label for one in offered.values()}) == len(offered)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"before": "../../etc/passwd", "after": "linkedin_official"}, 404),
        ({"before": "/etc/passwd", "after": "/etc/passwd"}, 404),
        ({"before": "w/packs/x.yaml"}, 404),
        ({"before": "<script>alert(1)</script>"}, 404),
        ({**COMPARED, "from_date": "yesterday"}, 422),
        ({**COMPARED, "to_date": "<script>"}, 422),
        ({"before": "linkedin_official"}, 200),
    ],
)
def test_hostile_addresses_get_a_plain_answer(officer: Browser, asked: dict[str, str], status: int) -> None:
    answer = officer.get("/impact", params=asked)
    assert answer.status_code == status and "<script>" not in answer.text and "root:" not in answer.text


def test_one_is_counted_at_a_time_and_every_other_page_answers_meanwhile(
    officer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(*asked: Any, **more: Any) -> Any:
        begun.set()
        assert go_on.wait(60)
        return impact_of(*asked, **more)

    monkeypatch.setattr(impact_pages.impact, "impact_of", slow)
    answers: list[Any] = []
    first = threading.Thread(target=lambda: answers.append(officer.get("/impact", params=COMPARED)))
    first.start()
    try:
        assert begun.wait(60)
        assert officer.get("/healthz").status_code == 200
        refused = officer.get("/impact", params=COMPARED)
        assert refused.status_code == 503 and refused.headers["retry-after"] == "30"
    finally:
        go_on.set()
        first.join(60)
    assert answers[0].status_code == 200
    assert officer.get("/impact", params=COMPARED).status_code == 200, "and then it is the next one's turn"


def test_a_count_that_fails_gives_its_turn_back(officer: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(impact_pages.impact, "impact_of", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):  # for the server's log
            officer.get("/impact", params=COMPARED)
    assert officer.get("/impact", params=COMPARED).status_code == 200
