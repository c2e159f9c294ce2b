"""What a page says where something fails: what the visitor can mend in full, of the rest nothing but its code."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from journeys.networks import make_network, member, post
from journeys.site import site


@pytest.fixture
def root(tmp_path: Path) -> Path:
    rows = {"members": [member("Ann"), member("ben")], "posts": [post("p", "ben", "hello to everybody")]}
    make_network(tmp_path / "w", rows).close()
    return tmp_path / "w"


@pytest.mark.parametrize("content", ["tables: [\n", "", None])
def test_a_broken_catalogue_names_no_file_to_visitors(
    root: Path, content: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    with site(root) as browser:
        browser.sign_in("ben")
        catalogue = root / "catalogue.yaml"
        catalogue.unlink() if content is None else catalogue.write_text(content)
        for path in ("/public/ben", "/data", "/sign-in"):
            with caplog.at_level(logging.ERROR, "licet.web"):
                answer = browser.get(path)
            assert answer.status_code == 503 and "SRC-" in answer.text, path
            assert str(root) not in answer.text and "catalogue.yaml" not in answer.text, path
            assert str(catalogue) in caplog.text, "whoever keeps the server is told"


def test_public_pages_are_asked_by_head_too(root: Path) -> None:
    with site(root) as browser:
        for path in ("/public/ben", "/robots.txt", "/healthz", "/public/nobody", "/.well-known/gpc.json"):
            full, head = browser.get(path), browser.head(path)
            assert head.status_code == full.status_code, path
            assert head.headers.get("content-usage") == full.headers.get("content-usage")
        assert browser.head("/settings").status_code == 405
