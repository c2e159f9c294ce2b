"""Search, people and insights over the API: each for its scope, and as the choices of now have it."""

from __future__ import annotations

from pathlib import Path

from journeys.api import platform
from journeys.harbours import make_harbour

PEOPLE = [{"id": who, "headline": f"Welder {who}", "skills": ["tig"]} for who in ("ann", "ben", "cy", "dot")]
EDGES = [("ann", "ben"), ("ben", "cy"), ("ben", "dot")]
JOBS = [{"job": f"j{n}", "title": "Welder", "skills": ["tig"], "location": "Kiel, Germany"} for n in range(3)]


def test_each_answers_for_its_scope_and_after_a_choice(tmp_path: Path) -> None:
    root = tmp_path / "w"
    with make_harbour(root, PEOPLE, EDGES, JOBS) as workspace:
        workspace.uses.search.build()
        workspace.uses.people.build()
        release = workspace.uses.insights.release()
    with platform(root, ["search:read", "people:read", "insights:read", "choices:write"]) as api:
        found = api.get("/search/jobs?q=welder%20in%20Kiel&most=2").json()
        assert len({one["key"] for one in found["found"]}) == 2 and found["chips"][0]["id"] == "place:kiel"
        off = api.get("/search/jobs?q=welder%20in%20Kiel&without=place:kiel").json()
        assert off["chips"] == [] and off["off"][0]["label"] == "Kiel"
        people = api.get("/subjects/ann/people").json()
        assert [(one["subject"], one["through"]) for one in people["suggested"]] == [
            ("cy", ["ben"]),
            ("dot", ["ben"]),
        ]
        assert api.get("/insights").json()["releases"] == [api.get("/insights/latest").json()]
        assert api.get(f"/insights/{release.month}").json()["digest"] == release.digest
        chosen = api.post("/subjects/cy/choices", json={"setting": "learning", "value": "off"}).json()
        told = api.get(f"/subjects/ann/people?min_position={chosen['position']}").json()
        assert [one["subject"] for one in told["suggested"]] == ["dot"]
        assert api.get("/insights/latest").json()["standing"] == "pending"
        for path, code in (
            ("/search/boats", "RCMD-107"), ("/subjects/nobody/people", "APP-013"), ("/insights/2020-01", "RCMD-125"),
            ("/search/jobs?min_position=99", "APP-085"),
        ):  # fmt: skip
            assert api.get(path).json()["code"] == code
        for path in (f"/search/jobs?q={'x' * 1001}", "/search/jobs?most=101", "/insights/march"):
            assert api.get(path).status_code == 422
    with platform(root, ["choices:read"]) as api:
        for path in ("/search/jobs", "/subjects/ann/people", "/insights", "/insights/latest"):
            assert api.get(path).status_code == 403
