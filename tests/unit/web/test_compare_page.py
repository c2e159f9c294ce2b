"""The page that lays policies side by side: for anybody, filtered by its address alone, every cell with its source."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import date

import pytest

from journeys.networks import make_network, member
from journeys.site import Browser, site
from licet.policies.comparison import COLUMNS, compare
from licet.policies.comparison.comparison_cells import SILENCE

DAY = "2026-12-01"
#: What follows a fact: how sure it is, where it is not simply stated, and the number of its source.
POINTER = r'(?: <span class="doubt">[^<]*</span>)?<sup class="note"><a href="#source-(\d+)"'


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    root = tmp_path_factory.mktemp("compare") / "w"
    make_network(root, {"members": [member("ann")], "profiles": [], "posts": [], "messages": []}).close()
    with site(root) as made:
        yield made


def shown(browser: Browser, query: str) -> str:
    answer = browser.get(f"/compare?{query}")
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def test_it_is_for_anybody_and_is_filtered_by_its_address(browser: Browser) -> None:
    everything = shown(browser, "")
    assert (
        SILENCE in everything
        and "GitHub Copilot" in everything
        and '<span class="doubt">disputed' in everything
    )
    one = shown(browser, "platform=meta_ai&region=CA")
    assert "for someone in Canada" in one and "no opt-out" in one and 'id="github_copilot' not in one
    then = shown(browser, "platform=linkedin_official@2025-11-03&region=CA")
    assert "version of 2025-11-03" in then and "Of anything else nobody here has read what applies" in then
    two = shown(browser, "platform=meta_ai&platform=reddit")
    assert 'id="meta_ai' in two and 'id="reddit' in two and 'id="x_grok' not in two
    few = shown(browser, "column=since&column=default&region=DE")
    assert '<th scope="col">Since</th>' in few and '<th scope="col">Data used</th>' not in few
    assert browser.get("/compare?platform=&region=&column=").status_code == 200


@pytest.mark.parametrize("region", ["", "CA", "DE", "US"])
@pytest.mark.parametrize("columns", [[*COLUMNS], ["since", "control"]])
def test_every_cell_has_its_source_or_says_that_the_pack_says_nothing(
    browser: Browser, region: str, columns: list[str]
) -> None:
    asked = "".join(f"&column={one}" for one in columns)
    text = shown(browser, f"region={region}&on={DAY}{asked}")
    comparison = compare(region=region or None, day=date.fromisoformat(DAY))
    cells = re.findall(r"<(?:td|dd)>(.*?)</(?:td|dd)>", text, re.DOTALL)
    is_beside = len(columns) < len(COLUMNS)
    assert len(cells) == len(comparison.rows) * (len(columns) + (is_beside and bool(region)))
    assert all('class="note"' in cell or SILENCE in cell or "Nobody has read it" in cell for cell in cells)
    assert {"Nobody has read it" in cell for cell in cells} >= {is_beside and region in ("CA", "US")}
    sources = dict(re.findall(r'<li id="source-(\d+)"[^>]*>(.*?)</li>', text, re.DOTALL))
    assert set(re.findall(r'href="#source-(\d+)"', text)) == set(sources)
    for row in comparison.rows:
        for line in (line for column in columns for line in row.cells[column].lines):
            if line.source is None:
                assert line.text == SILENCE, (row.pack, line)
                continue
            pointed = re.findall(re.escape(line.text[1:]) + POINTER, text)
            named = [sources[one] for one in pointed if line.source.quote in sources[one]]
            assert named, (row.pack, line)
            assert line.status == "stated" or any(line.status.replace("_", " ") in one for one in named), line


def test_disputed_and_stale_are_said_to_be_so(browser: Browser) -> None:
    text = shown(browser, f"platform=gmail_smart_features&on={DAY}")
    assert '<span class="doubt">disputed</span>' in text and "stale" not in text
    later = shown(browser, "platform=gmail_smart_features&on=2029-01-01")
    assert '<span class="doubt">stale: to be checked again by' in later
    assert "stale: to be checked" in shown(
        browser, "platform=gmail_smart_features&on=2029-01-01&column=since"
    )


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("platform=../../etc/passwd", 404), ("platform=/etc/passwd", 404), ("platform=w/packs/x.yaml", 404),
        ("platform=%3Cscript%3E", 404), ("column=%3Cscript%3E", 404), ("column=__class__", 404),
        ("region=Narnia", 422), ("region=%3Cscript%3E", 422), ("on=yesterday", 422),
    ],
)  # fmt: skip
def test_hostile_addresses_get_a_plain_answer(browser: Browser, query: str, status: int) -> None:
    answer = browser.get(f"/compare?{query}")
    assert answer.status_code == status and "<script>" not in answer.text
