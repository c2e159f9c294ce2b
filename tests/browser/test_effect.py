"""A toggle does what its page says: at the next update of the training set, and in a receipt that anyone can check."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

import licet
from browser.serving import Site
from journeys.command_line import run_licet
from licet import receipts
from licet.app.follow_lock import reached_by

AI = "data_for_generative_ai_improvement"


def test_what_the_preview_says_is_what_the_next_update_does(
    reported: Site, visit: Callable[..., Page], somebody: str
) -> None:
    with licet.open(reported.workspace) as workspace:
        before = workspace.corpus_update()  # whatever others switched until now
        own = [one for one in workspace.corpus_documents() if somebody in one["subjects"]]
    page = visit(reported, somebody, f"/settings/{AI}")
    page.get_by_role("link", name="What would switching off change?").click()
    said = page.locator("section.card", has_text="Training set")
    expect(said).to_contain_text("would leave")
    told = {word: _number(said.inner_text(), word) for word in ("leave", "lose", "come")}
    use = page.get_by_role("row", name="Training AI that generates content by LinkedIn")
    expect(use.get_by_role("cell").last).to_have_text("0")
    page.get_by_role("button", name="Switch it off").click()
    expect(page.get_by_role("status")).to_contain_text("in effect from now on: it is off")

    with licet.open(reported.workspace) as workspace:
        after = workspace.corpus_update()
        difference = workspace.corpus_diff(before.snapshot, after.snapshot)
        assert not [one for one in workspace.corpus_documents() if somebody in one["subjects"]]
    assert len(own) == told["leave"] > 0
    done = {"leave": len(difference.removed), "lose": len(difference.changed), "come": len(difference.added)}
    assert done == told

    page.goto("/data/past")
    newest = page.get_by_role("listitem").filter(has_text="ledger entry").first
    expect(newest).to_contain_text("Nothing of it is yours.")
    expect(page.get_by_text(f"{told['leave']} documents of it are yours.").first).to_be_visible()


def test_a_follower_brings_a_toggle_to_what_was_made_and_the_page_says_so(
    reported: Site, visit: Callable[..., Page], somebody: str
) -> None:
    here = str(reported.workspace)
    with licet.open(reported.workspace) as workspace:
        workspace.corpus_update()
        own = sum(somebody in one["subjects"] for one in workspace.corpus_documents())
        follower = subprocess.Popen(
            [sys.executable, "-m", "licet", "follow", "--every", "1s", "-w", here], stdout=subprocess.DEVNULL
        )
        try:
            _until(lambda: reached_by(workspace, workspace.now()) is not None)
            follower.send_signal(signal.SIGSTOP)
            page = visit(reported, somebody, f"/settings/{AI}")
            page.get_by_role("switch").click()
            made = page.get_by_role("list", name="What was made")
            expect(made).to_contain_text(f"still holds {own} of yours; {own} of yours leave by")
            expect(page.locator("p.applies")).to_contain_text("holds some of your data still")
            assert "not used" not in page.locator("main").inner_text()
            follower.send_signal(signal.SIGCONT)
            _until(lambda: page.reload() and "holds nothing of yours" in made.inner_text())
            told = run_licet("status", "-w", here, "--json").json
            assert [one["standing"] for one in told if one["name"] == workspace.corpus_show().name] == [
                "exact"
            ]
            assert not [one for one in workspace.corpus_documents() if somebody in one["subjects"]]
        finally:
            follower.kill()
            follower.wait()


def _until(holds: Callable[[], object]) -> None:
    ends = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < ends, "it never came to that"
        time.sleep(0.2)


def test_the_receipt_a_browser_downloads_is_checked_without_the_platform(
    reported: Site, visit: Callable[..., Page], somebody: str, tmp_path: Path
) -> None:
    page = visit(reported, somebody, f"/settings/{AI}")
    page.get_by_role("switch").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download your receipt").click()
    receipt = tmp_path / download.value.suggested_filename
    assert re.fullmatch(r"receipt-\d+\.json", receipt.name)
    download.value.save_as(receipt)
    key = page.request.get("/receipts/key").text()
    (tmp_path / "ledger.pub").write_text(key)

    found = receipts.check(receipt.read_bytes(), key.strip())
    assert found.ok, found.problems
    verified = run_licet("verify", receipt.name, "--key", "ledger.pub", cwd=tmp_path)
    assert verified.status == 0, verified
    bent = tmp_path / "bent.json"
    bent.write_bytes(receipt.read_bytes().replace(b"off", b"on"))
    assert run_licet("verify", bent.name, "--key", "ledger.pub", cwd=tmp_path).status == 1

    page.goto("/receipts")
    expect(page.get_by_role("row", name="Data for Generative AI Improvement: off")).to_be_visible()
    with page.expect_download() as archive:
        page.get_by_role("link", name="Download everything as one archive").click()
    assert Path(archive.value.path()).read_bytes().startswith(b"PK")


def _number(text: str, word: str) -> int:
    """How many documents a page says would leave, lose something, or come."""
    found = re.search(rf"([\d,]+) documents? would {word}\b", text)
    return 0 if found is None else int(found[1].replace(",", ""))
