"""AI features at the doors: a page that shows as text what a member wrote, the API, the card."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from journeys.api import platform
from journeys.site import Browser, site
from journeys.writers import SECRET, make_writers
from licet.app import Workspace
from licet.uses.model.base_folder import shipped_base


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_writers(tmp_path / "w") as made:
        yield made


@pytest.fixture
def browser(workspace: Workspace) -> Iterator[Browser]:
    with site(workspace.layout.root) as made:
        made.sign_in("ann")
        yield made


def test_what_a_member_wrote_is_text_and_never_markup_or_a_template(browser: Browser) -> None:
    shown = browser.get("/features").text
    assert "{{7*7}}" in shown and "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<script>alert" not in shown and "49" not in shown
    for other in ("Zookeeper", "zebras", "Shared oven", SECRET):
        assert other not in shown
    hidden = re.findall(r"<button type=\"button\"[^>]*data-copy=[^>]*>", shown)
    assert hidden and all(" hidden" in button for button in hidden), (
        "without JavaScript there is none to press"
    )


def test_the_page_says_what_was_used_what_ranks_it_and_where_it_is_switched_off(
    workspace: Workspace, browser: Browser
) -> None:
    shown = browser.get("/features").text
    assert 'href="/settings/writing"' in shown and 'href="/features/model"' in shown
    assert "There is no model yet" in shown and "What was used for this" in shown
    assert "rule suggest_from_own_data" in shown and 'href="/data/records/profiles"' in shown
    browser.post("/settings/writing", data={"token": browser.token(), "value": "off"})
    shown = browser.get("/features").text
    assert "Nothing of yours may be used for this" in shown and "Baker" not in shown
    assert "What was left out" in shown and "You switched" in shown


def test_the_card_says_of_what_the_model_was_made_and_whether_it_is_read(
    workspace: Workspace, browser: Browser
) -> None:
    assert "There is no model" in browser.get("/features/model").text
    (workspace.layout.root / "recipe.yaml").write_text(
        'licet_recipe: 1\ndocuments: [{kind: post, table: posts, text: "{title}"}]\nnear_duplicates: null\n'
    )
    workspace.corpus_build()
    model = workspace.model_train()
    shown = browser.get("/features/model").text
    assert model.name in shown and model.root in shown and "heard of everything" in shown
    assert "that at least two members wrote" in shown and shipped_base().card.sources[0].name in shown
    assert 'href="/features/model/ab2013"' in shown and "/features/model/cyclonedx" not in shown
    report = browser.get("/features/model/ab2013")
    assert "3111(a)(12)" in report.text and model.name in report.text
    assert report.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    for form in ("cyclonedx", "haiku", "ab2013/x"):
        assert browser.get(f"/features/model/{form}").status_code == 404, form
    workspace.choose("ben", "learning", "off")
    assert "has not heard of what was recorded" in browser.get("/features/model").text
    assert "has not heard of what members chose" in browser.get("/features").text


def test_the_api_answers_of_one_member_for_its_scope_and_after_a_choice(workspace: Workspace) -> None:
    with platform(workspace.layout.root, ["suggestions:read", "choices:write"]) as api:
        made = api.get("/subjects/ann/suggestions/headline?most=2").json()
        assert len(made["suggestions"]) == 2 and made["suggestions"][0]["text"].startswith("Baker at Acme")
        assert made["ranked_by"] == "order" and made["settings"] == ["writing"]
        chosen = api.post("/subjects/ann/choices", json={"setting": "writing", "value": "off"}).json()
        told = api.get(f"/subjects/ann/suggestions/headline?min_position={chosen['position']}").json()
        assert told["suggestions"] == [] and {one["code"] for one in told["left_out"]} == {"refused"}
        assert api.get("/subjects/nobody/suggestions/headline").json()["code"] == "APP-013"
        assert api.get("/subjects/ann/suggestions/poem").status_code == 422
        assert api.get("/subjects/ann/suggestions/post?most=13").status_code == 422
        assert api.get("/subjects/ann/suggestions/post?min_position=99").json()["code"] == "APP-085"
    with platform(workspace.layout.root, ["choices:read"]) as api:
        assert api.get("/subjects/ann/suggestions/headline").status_code == 403
