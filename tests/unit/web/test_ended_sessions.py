"""Signing out takes effect on every copy of the cookie, in every process, and costs a file for eight hours."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from journeys.networks import make_network, member
from journeys.site import Browser, site
from licet.web.revoked_sessions import EndedSessions

HOUR = 3600


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    make_network(tmp_path / "w", {"members": [member("ann"), member("ben")]}).close()
    return tmp_path / "w"


def copy_of(browser: Browser, cookies: list[tuple[str, str]]) -> Browser:
    other = Browser(browser.app, base_url=str(browser.base_url))
    for name, value in cookies:
        other.cookies.set(name, value)
    return other


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/settings", follow_redirects=False).status_code == 200


def test_a_copy_of_the_cookie_is_worth_nothing_after_signing_out(workspace: Path) -> None:
    with site(workspace) as browser, site(workspace) as other_process:
        browser.sign_in("ann")
        cookies = [*browser.cookies.items()]
        thief, elsewhere = copy_of(browser, cookies), copy_of(other_process, cookies)
        assert is_signed_in(thief) and is_signed_in(elsewhere)
        browser.submit("/settings", "/sign-out")
        assert not is_signed_in(browser)
        assert not is_signed_in(thief) and not is_signed_in(elsewhere)
        # In a browser of their own, and here again, they may sign in.
        assert is_signed_in(copy_of(browser, []).sign_in("ann"))
        assert is_signed_in(browser.sign_in("ann"))
        assert not is_signed_in(thief)


def test_others_stay_signed_in(workspace: Path) -> None:
    with site(workspace) as browser:
        ben = copy_of(browser, []).sign_in("ben")
        browser.sign_in("ann").submit("/settings", "/sign-out")
        assert is_signed_in(ben)


def test_where_ended_sessions_cannot_be_looked_up_nobody_is_signed_in_or_out(workspace: Path) -> None:
    (workspace / "keys" / "ended_sessions").write_text("in the way")
    with site(workspace) as browser:
        strict = Browser(browser.app, base_url=str(browser.base_url), raise_server_exceptions=False)
        token = strict.token()
        answer = strict.post("/sign-in", data={"token": token, "subject": "ann"}, follow_redirects=False)
        assert answer.status_code == 303
        assert strict.get("/settings", follow_redirects=False).status_code == 500
        assert strict.post("/sign-out", data={"token": token}, follow_redirects=False).status_code == 500


def test_an_end_that_cannot_be_written_down_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "ended").write_text("in the way")
    with pytest.raises(OSError):
        EndedSessions(tmp_path / "ended").end("a", int(time.time()) + HOUR)


def test_what_another_process_wrote_is_read_on_and_half_a_line_is_not(tmp_path: Path) -> None:
    until = int(time.time()) + HOUR
    mine, theirs = EndedSessions(tmp_path / "ended"), EndedSessions(tmp_path / "ended")
    assert not mine.has("a", until)
    theirs.end("a", until)
    assert mine.has("a", until) and not mine.has("b", until)
    (file,) = (tmp_path / "ended").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    with file.open("ab") as half:
        half.write(b"b")
    assert not mine.has("b", until)
    with file.open("ab") as rest:
        rest.write(b"\n")
    assert mine.has("b", until) and mine.has("a", until)
    assert not mine.has("a", until + HOUR), "a name stands for one hour only"


def test_files_of_hours_that_are_over_go(tmp_path: Path) -> None:
    ended = EndedSessions(tmp_path / "ended")
    now = int(time.time())
    ended.end("old", now - 3 * HOUR)
    ended.end("new", now + HOUR)
    assert [int(file.name) for file in (tmp_path / "ended").iterdir()] == [(now + HOUR) // HOUR]
    assert ended.has("new", now + HOUR) and not ended.has("old", now - 3 * HOUR)
