"""Advertisements over REST: chosen, explained, clicked; strict about what is sent, and silent about members."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from journeys.ad_worlds import CAMPAIGNS, DIVER, MARKER, make_trade
from journeys.api import Platform, platform
from licet.app.clock import system_clock
from licet.web.api.ad_choices_api import ChosenAd

LASTING = CAMPAIGNS.replace("starts: 2026-03-01", "starts: 2020-01-01").replace(
    "ends: 2026-04-01", "ends: 2100-01-01"
)
ASKED = {"page": "welding in the shipyard", "country": "DE"}
SUBJECT = f"ann-{MARKER}"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with make_trade(
        tmp_path_factory.mktemp("ads") / "w", [DIVER | {"id": SUBJECT}], campaigns=LASTING, clock=system_clock
    ) as made:
        return made.layout.root


@pytest.fixture
def api(root: Path) -> Iterator[Platform]:
    with platform(root) as client:
        yield client


def chosen(api: Platform, **more: Any) -> list[dict[str, Any]]:
    answers = [api.post("/ads/choices", json=ASKED | more) for _ in range(30)]
    assert {one.status_code for one in answers} == {200}
    assert all(ChosenAd.model_validate_json(one.content) for one in answers)
    return [one.json() for one in answers]


def test_it_is_chosen_explained_and_clicked_on(api: Platform) -> None:
    made = chosen(api, subject=SUBJECT)
    assert {one["by"] for one in made} == {"personalised"}
    matched = next(one for one in made if one["matched"])
    why = api.get(f"/ads/choices/{matched['id']}").json()
    assert why["payer"] == "Deep Works" and why["matched"] == {"skill": ["Diving", "Underwater welding"]}
    assert MARKER not in json.dumps([made, why])
    assert api.post(f"/ads/choices/{matched['id']}/click").json() == {"link": "https://deep.example/"}
    (divers,) = (one for one in api.get("/ads/campaigns").json() if one["number"] == 3)
    assert divers["clicks"] == 1 and divers["shown_personalised"] >= 1 and divers["shown_by_page"] == 0


def test_a_signal_that_comes_along_refuses(api: Platform) -> None:
    for sent in ({"gpc": True}, {"tcf": "CPSG_8A"}, {"gpp": "~"}, {"gpp_sid": [7]}):
        made = chosen(api, subject=SUBJECT, **sent)
        assert {(one["by"], one["code"]) for one in made} == {("contextual", "refused")}, sent
        assert not any(one["matched"] for one in made)
    assert {one["by"] for one in chosen(api, subject=SUBJECT)} == {"personalised"}, "nothing was recorded"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 422),
        (ASKED | {"pages": "x"}, 422),
        (ASKED | {"country": "Germany"}, 422),
        (ASKED | {"gpc": "yes"}, 422),
        (ASKED | {"least_price_micros": -1}, 422),
        (ASKED | {"least_price_micros": 2**63}, 422),
        (ASKED | {"seen": {"x": 1}}, 422),
        (ASKED | {"seen": {"1": -1}}, 422),
        (ASKED | {"unwanted": [0.5]}, 422),
        ({"page": "x" * 1_000_001}, 422),
        ({"page": "x" * 10_000_000}, 413),
        ({"page": ""}, 200),
        ({"page": "… !"}, 200),
        ({"page": "造船所で溶接をする"}, 200),
    ],
)
def test_what_is_sent_is_read_strictly(api: Platform, sent: dict[str, Any], status: int) -> None:
    assert api.post("/ads/choices", json=sent).status_code == status


def test_what_there_is_not_is_not_found(api: Platform, tmp_path: Path) -> None:
    for path in ("/ads/choices/x", f"/ads/choices/{'0' * 40}"):
        assert api.get(path).status_code == 404
    assert api.post(f"/ads/choices/{'0' * 40}/click").json()["code"] == "ADS-050"
    with make_trade(tmp_path / "w", clock=system_clock) as made:
        (made.layout.campaigns).unlink()
    with platform(tmp_path / "w") as empty:
        answer = empty.post("/ads/choices", json=ASKED)
        assert (answer.status_code, answer.json()["code"]) == (404, "ADS-040")
        assert empty.get("/ads/campaigns").status_code == 404


def test_scopes_part_choosing_from_reading(root: Path) -> None:
    with platform(root, ["ads:choose"]) as choosing:
        id_ = choosing.post("/ads/choices", json=ASKED).json()["id"]
        assert choosing.get(f"/ads/choices/{id_}").status_code == 403
        assert choosing.get("/ads/campaigns").status_code == 403
    with platform(root, ["ads:read"]) as reading:
        assert reading.post("/ads/choices", json=ASKED).status_code == 403
        assert reading.post(f"/ads/choices/{id_}/click").status_code == 403
        assert reading.get(f"/ads/choices/{id_}").status_code == 200
