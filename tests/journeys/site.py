"""A site for tests: the application in this process, and a browser's manners (cookies, forms) in a few lines."""

from __future__ import annotations

import html
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from starlette.testclient import TestClient

from licet.web.application import make_application
from licet.web.config import OpenIdConnect, ServeConfig
from licet.web.connections import OPTIONS

ADDRESS = "http://127.0.0.1:8000"


class Browser(TestClient):
    """One visitor, at this machine. `sign_in` and `submit` fetch a page first and send the token it holds, as a
    browser would."""

    def __init__(self, app: Any, *, client: tuple[str, int] = ("127.0.0.1", 50000), **options: Any) -> None:
        super().__init__(app, client=client, **options)

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


@contextmanager
def serving(root: Path) -> Iterator[int]:
    """The server as it is run, in a thread, without the demo's sign-in; its port on 127.0.0.1."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        server = uvicorn.Server(uvicorn.Config(make_application(ServeConfig(root, ADDRESS)), **OPTIONS))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(30)
