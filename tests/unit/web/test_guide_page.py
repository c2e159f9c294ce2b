"""The pages on how to opt out: for anybody, from the policy alone, and nothing in an address opens anything."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import date

import pytest

from journeys.networks import make_network, member
from journeys.site import Browser, site
from licet.policies import pack_descriptions, policy_guide

DAY = "2026-12-01"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    root = tmp_path_factory.mktemp("guide") / "w"
    make_network(root, {"members": [member("ann")], "profiles": [], "posts": [], "messages": []}).close()
    with site(root) as made:
        yield made


def told(browser: Browser, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def test_every_platform_has_a_guide_and_the_list_leads_to_it(browser: Browser) -> None:
    listed = re.findall(r'href="(/guide/\w+\?region=CH)"', told(browser, "/guide?region=CH"))
    assert len(listed) == len(pack_descriptions.shipped_packs()) > 8
    for address in listed:
        assert "for someone in Switzerland" in told(browser, address)


@pytest.mark.parametrize("region", ["CA", "CH", "DE", "GB", "US"])
@pytest.mark.parametrize("pack", sorted(pack_descriptions.shipped_packs()))
def test_the_page_says_all_that_the_guide_says_and_each_fact_points_at_its_source(
    browser: Browser, pack: str, region: str
) -> None:
    shown = told(browser, f"/guide/{pack}?region={region}&on={DAY}")
    guide = policy_guide.guide(pack, region, day=date.fromisoformat(DAY))
    assert guide.answer in shown
    lines = list(guide.without)
    for control in guide.controls:
        assert control.label in shown
        if control.state not in ("no", "not_read"):
            assert control.when in shown and all(step in shown for step in control.steps)
            assert (control.letter or "") in shown and (control.deep_link or "") in shown
            lines += (*control.starts, *control.way, *control.will_change, *control.will_not_change)
    for line in lines:
        assert line.text[1:] in shown
        assert line.source is not None and line.source.quote in shown
    numbers = set(re.findall(r'href="#source-(\d+)"', shown))
    assert numbers == set(re.findall(r'<li id="source-(\d+)"', shown)) and bool(numbers) is bool(lines)
    assert shown.count('class="note"') == len(lines)


def test_the_letter_stands_where_there_is_only_a_form(browser: Browser) -> None:
    assert "Objection under Article 21 GDPR" in told(browser, "/guide/meta_ai?region=DE")
    assert "Article 21" not in told(browser, "/guide/meta_ai?region=US")


def test_a_policy_that_was_not_checked_again_is_said_to_be_stale(browser: Browser) -> None:
    assert "Stale" not in told(browser, f"/guide/openai_jobs?region=CH&on={DAY}")
    assert "to be checked again by" in told(browser, "/guide/openai_jobs?region=CH&on=2027-03-01")


def test_where_nobody_has_read_the_policy_the_page_says_so_and_nothing_of_switching_off(
    browser: Browser,
) -> None:
    shown = told(browser, f"/guide/openai_chatgpt?region=BR&on={DAY}")
    assert "Nobody here has read what applies where you are." in shown and 'class="notice good"' not in shown
    assert "nothing can be switched off" not in shown and "does not use your data" not in shown
    partly = told(browser, f"/guide/meta_ai?region=US&on={DAY}")
    assert "Nobody here has read what applies where you are for training AI" in partly
    assert 'class="notice good"' not in partly and "people in the European Union" in partly


def test_a_version_can_be_named(browser: Browser) -> None:
    shown = told(browser, f"/guide/linkedin_official@2025-11-03?region=CH&on={DAY}")
    assert "version of 2025-11-03" in shown and 'action="/guide/linkedin_official@2025-11-03"' in shown
    assert browser.get("/guide/linkedin_official@1999-01-01?region=CH").status_code == 404


def test_without_a_place_it_asks_for_one(browser: Browser) -> None:
    shown = told(browser, "/guide/meta_ai")
    assert "Choose where you are" in shown and "Objection form" not in shown


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/guide/nowhere?region=CH", 404), ("/guide/..%2f..%2fkeys", 404), ("/guide/%2Fetc%2Fpasswd", 404),
        ("/guide/meta_ai.yaml?region=CH", 404), ("/guide/meta_ai?region=Narnia", 422),
        ("/guide?region=%3Cscript%3E", 422), ("/guide/meta_ai?region=CH&on=yesterday", 422),
        ("/guide/meta_ai?region=CH&on=9999-12-31T23:59:59-23:59", 422),
        ("/guide/meta_ai?region=CH&on=0001-01-01", 200), ("/guide/meta_ai?region=CH&on=9999-12-31", 200),
    ],
)  # fmt: skip
def test_hostile_addresses_get_a_plain_answer(browser: Browser, address: str, status: int) -> None:
    answer = browser.get(address)
    assert answer.status_code == status and "<script>" not in answer.text and "Traceback" not in answer.text
