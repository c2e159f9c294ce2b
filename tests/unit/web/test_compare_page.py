"""The page that lays policies side by side: for anybody, filtered by its address alone."""

from __future__ import annotations

from pathlib import Path

from journeys.networks import make_network, member
from journeys.site import site


def test_the_comparison_is_for_anybody_and_is_filtered_by_its_address(tmp_path: Path) -> None:
    make_network(
        tmp_path / "w", {"members": [member("ann")], "profiles": [], "posts": [], "messages": []}
    ).close()
    with site(tmp_path / "w") as browser:
        everything = browser.get("/compare")
        assert everything.status_code == 200 and "The pack says nothing." in everything.text
        assert "GitHub Copilot" in everything.text and "(disputed)" in everything.text
        one = browser.get("/compare?platform=meta_ai&region=CA").text
        assert "for someone in Canada" in one and "no opt-out" in one and 'id="github_copilot' not in one
        assert browser.get("/compare?platform=&region=").status_code == 200
        assert browser.get("/compare?region=Narnia").status_code == 422
        for hostile in ("../../etc/passwd", "/etc/passwd", "w/packs/x.yaml", "<script>"):
            assert browser.get("/compare", params={"platform": hostile}).status_code == 404
