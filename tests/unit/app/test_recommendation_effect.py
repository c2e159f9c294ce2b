"""What opting out does is told of what may be learned from and of no small group, and the ledger hears of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from journeys.listeners import build_recommender, make_listeners
from journeys.site import site
from licet.app import Workspace
from licet.app.effect import (
    RecommendationEffect,
    keep_effect,
    kept_effect,
    page,
    picture_file,
    recommendation_effect,
    write_page,
    write_picture,
)
from licet.app.effect import effect_sentences as says
from licet.terms import LicetError
from licet.uses.use import silent


@pytest.fixture(scope="module")
def radio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with make_listeners(tmp_path_factory.mktemp("radio")) as workspace:
        build_recommender(workspace)
        yield workspace


@pytest.fixture(scope="module")
def found(radio: Workspace) -> RecommendationEffect:
    return recommendation_effect(radio, "latest", 2, 100, radio.absences, silent, (0.3, 0.5))


def test_it_is_told_by_region_and_attribute_and_noted(radio: Workspace, found: RecommendationEffect) -> None:
    assert says.groupings(found) == ["region", "trade", "tongues"]
    groups = {(one.grouping, one.group) for one in found.effect.curves}
    assert {("region", "DE"), ("region", "FR"), ("trade", "cook")} <= groups
    assert ("trade", "smith") not in groups  # ten of them
    assert {group for grouping, group in groups if grouping == "tongues"} == {
        "de"
    }  # of who has two, none is theirs
    entry = radio.ledger.entry(found.entry).payload
    assert entry is not None and (entry["use"], entry["how"], entry["seeds"]) == ("recommend", "effect", 2)
    assert [one.min_support for one in found.exposed] == [1, 2, 3]


def test_as_json_it_names_nobody(found: RecommendationEffect) -> None:
    told = json.dumps(found.as_json(), allow_nan=False)
    assert not re.search(r"\bm\d{7}\b|\bi\d{7}\b", told)
    shares = [point["share"] for point in found.as_json()["curves"][0]["points"]]
    assert shares == [0.3, 0.5]


def test_the_page_says_it_in_a_sentence_and_stands_alone(found: RecommendationEffect, tmp_path: Path) -> None:
    write_page(found, tmp_path / "effect.html")
    text = (tmp_path / "effect.html").read_text()
    assert text == page(found)
    assert says.answer(found) in text and "When 30 % of members opt out" in says.answer(found)
    assert "no live traffic" in text and "default-src &#39;none&#39;" in text and "<script" not in text
    assert text.count("<svg") == 2 and not re.search(r"\bm\d{7}\b|\bi\d{7}\b", text)
    assert not re.search(r"https?://(?!www\.w3\.org)", text)


def test_what_was_measured_is_kept_for_the_page_as_it_was_found(
    radio: Workspace, found: RecommendationEffect, tmp_path: Path
) -> None:
    assert kept_effect(tmp_path / "none.json") is None and radio.recommend.measured_effect() is None
    place = tmp_path / "kept.json"
    keep_effect(place, found)
    assert kept_effect(place) == found and place.stat().st_mode & 0o077 == 0
    assert not re.search(r"\bm\d{7}\b|\bi\d{7}\b", place.read_text())
    place.write_text("{}")
    with pytest.raises(LicetError) as refused:
        kept_effect(place)
    assert refused.value.code == "APP-310"


def test_a_member_reads_what_was_measured_and_that_nothing_was(
    radio: Workspace, found: RecommendationEffect
) -> None:
    place = radio.layout.measured_effect
    with site(radio.layout.root) as browser:
        browser.sign_in("m0000001")
        assert "Nobody measured it here yet" in browser.get("/recommendations/effect").text
        try:
            keep_effect(place, found)
            shown = browser.get("/recommendations/effect").text
        finally:
            place.unlink()
    assert says.answer(found) in shown and "<svg" in shown and "what was chosen since is not in it" in shown
    assert "too few" in shown or all(
        point.change is not None for curve in found.effect.curves for point in curve.points
    )


def test_the_picture_is_a_file_of_its_own(found: RecommendationEffect, tmp_path: Path) -> None:
    write_picture(found, tmp_path / "effect.svg")
    drawn = ElementTree.parse(tmp_path / "effect.svg").getroot()
    assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
    assert (tmp_path / "effect.svg").read_text() == picture_file(found)
    lines = [one for one in drawn.iter() if one.get("class") == "line learnt_from"]
    assert len(lines) == 2  # the curve, and what stands for it among the words


def test_no_change_is_told_where_the_interval_shows_none(found: RecommendationEffect) -> None:
    change = next(point.change for point in found.effect.curves[0].points if point.change)
    assert says._said(change._replace(middle=0.01, half_width=0.02)).startswith("not measurably")
    assert says._said(change._replace(middle=-0.05, half_width=0.02)) == "5.0 % worse (± 2.0)"
    assert says.in_words(None) == "too few" and says.in_words(change._replace(middle=-0.0004)).startswith(
        "0.0"
    )


def test_nothing_is_tried_on_what_is_not_of_now(tmp_path: Path) -> None:
    with make_listeners(tmp_path, 120) as workspace:
        build_recommender(workspace)
        workspace.choices.choose("m0000001", "learn", "off")
        with pytest.raises(LicetError) as refused:
            recommendation_effect(workspace, "latest", 1, 50, workspace.absences, silent)
        assert refused.value.code == "APP-234"
