"""A platform's own program, for tests: the API in this process, called with a token that is made for the test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

import licet
from journeys.site import ADDRESS
from licet.app.access_tokens import SCOPES
from licet.web.application import make_application
from licet.web.config import ServeConfig

ROOT = "/api/v1"


class Platform(TestClient):
    """Sends its token with every request; paths are given from the API's root."""

    def request(self, method: str, url: Any, **more: Any) -> Any:
        return super().request(method, f"{ROOT}{url}" if str(url).startswith("/") else url, **more)


def make_token(workspace: Path, *scopes: str) -> str:
    with licet.open(workspace) as opened:
        return opened.tokens.create("a test", scopes or tuple(SCOPES))[1]


@contextmanager
def platform(workspace: Path, scopes: Sequence[str] = ()) -> Iterator[Platform]:
    """The application over a workspace, called with a token for all scopes, or for some."""
    application = make_application(ServeConfig(workspace, ADDRESS))
    sent = {"Authorization": f"Bearer {make_token(workspace, *scopes)}"}
    with Platform(application, base_url=ADDRESS, headers=sent) as client:
        yield client
