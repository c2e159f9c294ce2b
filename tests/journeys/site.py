"""A site for tests: the application in this process, and a browser's manners (cookies, forms) in a few lines."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from licet.web.application import make_application
from licet.web.config import OpenIdConnect, ServeConfig

ADDRESS = "http://127.0.0.1:8000"


class Browser(TestClient):
    """One visitor. `sign_in` and `submit` fetch a page first and send the token it holds, as a browser would."""

    def token(self, page: str = "/sign-in") -> str:
        found = re.search(r'name="token" value="([^"]+)"', self.get(page).text)
        assert found is not None, f"no form on {page}"
        return html.unescape(found[1])

    def sign_in(self, subject: str) -> Browser:
        answer = self.post(
            "/sign-in", data={"token": self.token(), "subject": subject}, follow_redirects=False
        )
        assert answer.status_code == 303, answer.text
        return self

    def submit(self, page: str, action: str | None = None, **fields: str) -> Any:
        return self.post(action or page, data={"token": self.token(page), **fields})


@contextmanager
def site(
    workspace: Path, *, demo: bool = True, public_url: str = ADDRESS, oidc: OpenIdConnect | None = None
) -> Iterator[Browser]:
    """The application over a workspace, and a first visitor."""
    application = make_application(ServeConfig(workspace, public_url, demo, oidc))
    with Browser(application, base_url=public_url) as browser:
        yield browser
