"""What a member asked for is done or said not to be, and every page says what became of a browser's signal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from journeys.networks import make_network, member, post
from journeys.site import Browser, site
from licet.app import Workspace

SIGNAL = {"Sec-GPC": "1"}
#: Pages for anybody, and those of a member.
PUBLIC = ("/", "/sign-in", "/compare", "/guide", "/public/ann", "/audit", "/no/such/page")
OWN = (
    "/", "/settings", "/settings/ai", "/settings/talk", "/settings/ai/preview", "/data", "/data/past", "/data/lists",
    "/data/records/posts", "/features", "/notices", "/receipts", "/requests", "/forgetting",
)  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    rows = {"members": [member("ann")], "posts": [post("1", "ann", "words of hers")]}
    with make_network(tmp_path / "w", rows) as made:
        yield made


@pytest.fixture
def ann(workspace: Workspace) -> Iterator[Browser]:
    with site(workspace.layout.root) as browser:
        yield browser.sign_in("ann")


def test_a_switch_after_the_session_ended_is_not_lost(workspace: Workspace, ann: Browser) -> None:
    token = ann.token("/settings/ai")
    ann.cookies.clear()
    before = workspace.ledger.position
    answer = ann.post("/settings/ai", data={"token": token, "value": "off"})
    assert "nothing was changed" in answer.text and answer.url.path == "/sign-in"
    assert workspace.ledger.position == before
    back = ann.post(
        "/sign-in", data={"token": ann.token(), "subject": "ann", "next": answer.url.params["next"]}
    )
    assert back.url.path == "/settings/ai" and "You wanted to switch this off." in back.text
    assert workspace.ledger.position == before, "to be asked to come back changes nothing"
    after = ann.submit("/settings/ai?unsaved=off", "/settings/ai", value="off")
    assert "Saved" in after.text and "You wanted" not in after.text
    assert "You wanted" not in ann.get("/settings/ai?unsaved=off").text, "what is so already is not asked for"


@pytest.mark.parametrize(
    "path", ["/settings/ai", "/data/records/posts", "/requests", "/forgetting", "/sign-out"]
)
def test_a_form_of_another_session_says_that_nothing_was_changed(
    workspace: Workspace, ann: Browser, path: str
) -> None:
    before = workspace.ledger.position
    fields = {"token": "another", "value": "off", "key": "1", "words": "x", "sure": "yes"}
    answer = ann.post(path, data=fields)
    assert answer.status_code == 403 and "nothing was changed" in answer.text
    assert workspace.ledger.position == before
    unsaved = "/settings/ai?unsaved=off" if path == "/settings/ai" else "?unsaved="
    assert unsaved in answer.text


def test_where_a_session_ended_one_comes_back_to_the_very_page(ann: Browser) -> None:
    ann.cookies.clear()
    answer = ann.get("/data?on=2030-01-01")
    assert answer.url.params["next"] == "/data?on=2030-01-01" and "nothing was changed" not in answer.text


def test_a_control_needs_no_table_of_records_and_other_pages_say_so(
    workspace: Workspace, ann: Browser
) -> None:
    ann.get("/settings/ai")
    (workspace.layout.root / "data" / "posts.parquet").write_bytes(b"PAR1")
    shown = ann.get("/settings/ai")
    assert (
        shown.status_code == 200 and "You have not chosen" not in shown.text and "aria-checked" in shown.text
    )
    after = ann.submit("/settings/ai", value="off")
    assert after.status_code == 200 and "Saved" in after.text and 'aria-checked="false"' in after.text
    for path in ("/", "/data", "/settings/ai/preview", "/data/records/posts"):
        answer = ann.get(path)
        assert answer.status_code == 503 and "Your choices hold" in answer.text, path
    missing = ann.get("/readyz").json()["missing"]
    assert [one["code"] for one in missing if one["code"].startswith("SRC-")]


def test_what_was_saved_is_said_on_the_page_that_cannot_be_shown(workspace: Workspace, ann: Browser) -> None:
    (workspace.layout.root / "data" / "posts.parquet").write_bytes(b"PAR1")
    entry = workspace.choose("ann", record=("posts", "1")).entry
    shown = ann.get(f"/data/records/posts?done={entry}")
    assert shown.status_code == 503 and f"was saved, as entry {entry}" in shown.text
    for other in ("0", "999", "-1", "x", "9" * 40):
        assert "was saved" not in ann.get(f"/data/records/posts?done={other}").text
    ann.cookies.clear()
    assert "was saved" not in ann.get(f"/no/such/page?done={entry}").text, "it is hers alone"


def test_what_cannot_be_told_of_what_was_made_hides_no_success(workspace: Workspace, ann: Browser) -> None:
    workspace.corpus_build()
    manifests = [*workspace.layout.store.rglob("*.json")]
    assert manifests
    for manifest in manifests:
        manifest.chmod(0o600)
        manifest.write_text("{")
    after = ann.submit("/settings/ai", value="off")
    assert (
        after.status_code == 200 and "Saved" in after.text and "nobody can tell what it holds" in after.text
    )
    assert "your data may not be used for this, because it is off" not in after.text


@pytest.mark.parametrize("path", PUBLIC)
def test_anybody_is_told_what_became_of_their_signal(ann: Browser, path: str) -> None:
    ann.cookies.clear()
    assert "No privacy signal came with this page." in ann.get(path).text
    told = ann.get(path, headers=SIGNAL).text
    assert "privacy signal is honoured: Use my data for AI counts as off" in told


@pytest.mark.parametrize("path", OWN)
def test_a_member_is_told_what_a_signal_switches_off_on_every_page(ann: Browser, path: str) -> None:
    said = "for your account it switches off Use my data for AI."
    assert said not in ann.get(path).text
    assert said in ann.get(path, headers=SIGNAL).text
    ann.cookies.clear()
    ann.sign_in("ann")
    assert "still holds: it switches off Use my data for AI." in ann.get(path).text


def test_an_opt_out_is_one_form_and_asks_nobody_for_proof(workspace: Workspace, ann: Browser) -> None:
    answer = ann.submit("/settings/ai", value="off")
    assert [one.status_code for one in answer.history] == [303]
    (choice,) = workspace.ledger.choices_of("ann")
    assert (choice.setting, choice.value) == ("ai", "off")


def test_a_signal_that_no_control_goes_by_switches_off_nothing(tmp_path: Path) -> None:
    from journeys.networks import PACK

    rows = {"members": [member("ann")], "posts": [post("1", "ann", "words")]}
    make_network(tmp_path / "w", rows, pack=PACK.replace("    honours: [gpc]\n", "")).close()
    with site(tmp_path / "w") as browser:
        assert "switches off nothing" in browser.get("/", headers=SIGNAL).text
