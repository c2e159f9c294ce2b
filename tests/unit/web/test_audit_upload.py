"""The page that reads a visitor's own download: bounded, one at a time, nothing kept, and nothing of it can run."""

from __future__ import annotations

import asyncio
import io
import re
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from journeys.archives import COMPLETE, SECRET, zipped
from journeys.downloads import CHATGPT
from journeys.networks import make_network, member
from journeys.site import ADDRESS, Browser, serving
from licet.web.application import make_application
from licet.web.config import ServeConfig
from licet.web.pages import audit_pages

EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("audit") / "w"
    make_network(root, {"members": [member("ann")], "profiles": [], "posts": [], "messages": []}).close()
    return root


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where anything temporary would lie."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def browser(root: Path, scratch: Path) -> Iterator[Browser]:
    with Browser(make_application(ServeConfig(root, ADDRESS, True)), base_url=ADDRESS) as made:
        yield made
    assert list(scratch.iterdir()) == []


def inner(browser: Browser) -> FastAPI:
    app: Any = browser.app
    while not isinstance(app, FastAPI):
        app = getattr(app, "_app", None) or app.app
    return app


def send(browser: Browser, content: bytes, name: str = "a.zip", **fields: str) -> Any:
    told = {"token": browser.token("/audit"), "region": "", "age": "", **fields}
    return browser.post("/audit", data=told, files={"file": (name, io.BytesIO(content))})


def archive(tmp_path: Path, files: dict[str, str | bytes]) -> bytes:
    return zipped(tmp_path / "a.zip", files).read_bytes()


def test_anybody_gets_the_report_and_nothing_is_kept(browser: Browser, tmp_path: Path, scratch: Path) -> None:
    hostile = {**COMPLETE, f"{EVIL.replace('/', '')}.csv": "x", "Skills.csv": f"Name\n{EVIL}\n"}
    answer = send(browser, archive(tmp_path, hostile), region="CH")
    assert answer.status_code == 200 and "Used to train AI" in answer.text
    assert (
        "someone in Switzerland (as you said)" in answer.text and "of which nothing was kept" in answer.text
    )
    assert "<script" not in answer.text and "&lt;script&gt;" in answer.text and SECRET not in answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'; style-src 'sha256-") and "allow" not in policy
    assert answer.headers["cache-control"] == "no-store" and list(scratch.iterdir()) == []
    assert 'href="/guide/linkedin_official?region=CH"' in answer.text
    uploads = inner(browser).state.uploads
    assert not uploads.senders and uploads.held_bytes == 0


def test_one_file_of_another_platform_and_an_age(browser: Browser) -> None:
    content = str(CHATGPT["conversations.json"]).encode()
    answer = send(browser, content, "C:\\x\\my talks (1).json", age="17", region="CH")
    assert answer.status_code == 200 and "aged 17 (as you said)" in answer.text
    assert "messages in your conversations with ChatGPT" in answer.text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"not a zip at all", "This is not a ZIP archive"),
        (b"", "Choose the file"),
        (b"[1, 2]", "Nothing in this is of a download"),
        (b"[" * 10_000, "Nothing in this is of a download"),
    ],
)
def test_what_cannot_be_read_is_told_on_the_form(browser: Browser, content: bytes, told: str) -> None:
    answer = send(browser, content)
    assert answer.status_code == 422 and told in answer.text and "/dev/fd" not in answer.text
    assert 'type="file"' in answer.text


def test_an_archive_that_means_harm_is_refused(browser: Browser, tmp_path: Path) -> None:
    answer = send(browser, archive(tmp_path, {"../../Profile.csv": "x"}))
    assert answer.status_code == 422 and "Nothing in this is of a download" in answer.text
    bomb = COMPLETE | {"Skills.csv": "Name\n" + ("A" * 1000 + "\n") * 9_000}
    answer = send(browser, archive(tmp_path, bomb), region="CH")
    assert answer.status_code == 422 and "unpacks to far more" in answer.text
    # where somebody lives is asked for where an answer turns on it and the file does not say
    answer = send(
        browser,
        archive(
            tmp_path, {"Positions.csv": COMPLETE["Positions.csv"], "messages.csv": COMPLETE["messages.csv"]}
        ),
    )
    assert answer.status_code == 200 and "does not say clearly where you live" in answer.text


def test_a_form_from_elsewhere_and_a_body_that_is_none_are_refused(browser: Browser) -> None:
    files = {"file": ("a.zip", io.BytesIO(b"x"))}
    assert browser.post("/audit", data={"token": "guessed"}, files=files).status_code == 403
    headers = {"Origin": "https://evil.example"}
    told = {"token": browser.token("/audit")}
    assert browser.post("/audit", data=told, files=files, headers=headers).status_code == 403
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    assert browser.post("/audit", content=b"--y\r\n", headers=broken).status_code in (400, 403)


def test_size_turns_and_rate_are_bounded(root: Path, scratch: Path) -> None:
    config = ServeConfig(root, ADDRESS, True, upload_bytes=1024**2)
    with Browser(make_application(config), base_url=ADDRESS) as browser:
        assert "up to 1 MiB" in browser.get("/audit").text
        assert send(browser, b"x" * 2 * 1024**2).status_code == 413
        uploads = inner(browser).state.uploads
        uploads.senders.add("127.0.0.1")
        answer = send(browser, b"x")
        assert answer.status_code == 429 and "Another file of yours" in answer.text
        uploads.senders.clear()
        uploads.held_bytes = audit_pages.MOST_HELD_BYTES - 10
        assert send(browser, b"x").status_code == 503
        uploads.held_bytes = 0
        statuses = [send(browser, b"").status_code for _ in range(6)]
        assert statuses[0] == 422 and statuses[-1] == 429
    with Browser(make_application(config._replace(upload_bytes=0)), base_url=ADDRESS) as browser:
        assert browser.get("/audit").status_code == browser.post("/audit").status_code == 404
    assert list(scratch.iterdir()) == []


def test_whoever_sends_slowly_holds_no_turn(root: Path, scratch: Path) -> None:
    """More uploads than there are turns stand still halfway, and another visitor's file is read."""
    with serving(root) as port:
        slow = []
        for number in range(audit_pages.MOST_AT_ONCE + 1):
            connection = socket.create_connection(
                ("127.0.0.1", port), source_address=(f"127.0.0.{number + 2}", 0)
            )
            connection.sendall(
                b"POST /audit HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 6000000\r\n"
                b"Content-Type: multipart/form-data; boundary=b\r\n\r\n"
                b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx'
            )
            slow.append(connection)
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as visitor:
                found = re.search(r'name="token" value="([^"]+)"', visitor.get("/audit").text)
                assert found is not None
                answer = visitor.post("/audit", data={"token": found[1]}, files={"file": ("a.json", b"{}")})
            assert answer.status_code == 422 and "Nothing in this is of a download" in answer.text
        finally:
            for connection in slow:
                connection.close()


def test_a_file_waits_for_its_turn_and_not_for_ever(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_pages, "TURN_SECONDS", 0.1)
    uploads = inner(browser).state.uploads
    uploads.turns = asyncio.Semaphore(0)
    assert send(browser, b"{}").status_code == 503
    assert not uploads.senders and uploads.held_bytes == 0


def test_what_costs_too_much_to_read_is_ended(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system bounds the reader's time on a processor: the lines of this file would take it many times as long."""
    monkeypatch.setattr(audit_pages, "MOST_CPU_SECONDS", 2)
    line = "2024-01-01 00:00:00,http://x,{},,,MEMBER_NETWORK\n"
    lines = "".join(line.format(number * 7919 % 1_000_003) for number in range(50_000))
    head = "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility\n"
    sheets = {f"Shares_{number}.csv": head + lines for number in range(12)}
    answer = send(browser, archive(tmp_path, sheets), region="CH")
    assert answer.status_code == 422 and "costs more to read" in answer.text


def test_a_file_that_takes_too_long_is_given_up(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_pages, "MOST_SECONDS", 0.02)
    answer = send(browser, b"{}")
    assert answer.status_code == 422 and "took too long" in answer.text


@pytest.mark.parametrize("after_the_body", [False, True])
def test_when_the_visitor_goes_away_the_reading_ends_and_nothing_stays(
    browser: Browser, scratch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after_the_body: bool
) -> None:
    """In the middle of the upload, and while the file is being read."""
    started: list[Any] = []
    start = asyncio.create_subprocess_exec

    async def noted(*command: Any, **options: Any) -> Any:
        started.append(await start(*command, **options))
        assert list(scratch.iterdir()) == []  # also while it is read, it has no name
        return started[-1]

    monkeypatch.setattr(audit_pages.asyncio, "create_subprocess_exec", noted)
    token = browser.token("/audit")
    body = (
        f'--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n{token}\r\n--b\r\nContent-Disposition: form-data;'
        ' name="file"; filename="a.zip"\r\n\r\n'
    ).encode() + archive(tmp_path, COMPLETE) * 40  # fmt: skip
    body += b"\r\n--b--\r\n" if after_the_body else b""
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = {"host": "127.0.0.1:8000", "content-type": "multipart/form-data; boundary=b", "cookie": cookie}
    scope = {
        "type": "http", "method": "POST", "path": "/audit", "raw_path": b"/audit", "query_string": b"", "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()], "scheme": "http",
        "http_version": "1.1", "server": ("127.0.0.1", 8000), "client": ("127.0.0.1", 1), "state": {},
    }  # fmt: skip
    messages = [
        {"type": "http.request", "body": body, "more_body": not after_the_body},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Any:
        return messages.pop(0) if len(messages) > 1 else messages[0]

    async def send_(message: Any) -> None:
        assert "Used to train AI" not in str(message)

    async def go() -> None:
        await browser.app(scope, receive, send_)  # type: ignore[arg-type]
        for process in started:
            assert await process.wait() == -9

    asyncio.run(go())
    assert len(started) == after_the_body
    assert not inner(browser).state.uploads.senders and list(scratch.iterdir()) == []
