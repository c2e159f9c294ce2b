"""The pages, without a browser: what they say, and that what is switched on them is switched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from journeys.networks import PACK, make_network, member, message, post
from journeys.site import Browser, site
from licet.app import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    rows = {
        "members": [member("ann"), member("ben", "US")],
        "profiles": [{"id": "ann", "name": "Ann", "headline": "A baker", "summary": None, "internal": "7"}],
        "posts": [
            post("p1", "ann", "Bread <script>alert(1)</script> wants time"),
            post("p2", "ben", "Mine alone"),
        ],
        "messages": [message("m", "ann", ["ben"], "psst")],
    }
    made = make_network(tmp_path / "w", rows)
    yield made
    made.close()


@pytest.fixture
def ann(workspace: Workspace) -> Iterator[Browser]:
    with site(workspace.layout.root) as browser:
        yield browser.sign_in("ann")


def test_every_page_answers(workspace: Workspace, ann: Browser) -> None:
    workspace.corpus_build()
    digest = workspace.policy().pack.digest
    for path in (
        "/", "/settings", "/settings/ai", "/settings/ai/preview", "/data", "/data?on=2030-01-01", "/data/past",
        "/data/past/1", "/data/records/posts", "/notices", f"/notices/{digest}", f"/notices/{digest}/mail",
        "/receipts", "/receipts/key", "/public/ann", "/public/ann/posts/p1", "/robots.txt", "/.well-known/gpc.json",
        "/healthz",
    ):  # fmt: skip
        answer = ann.get(path)
        assert answer.status_code == 200, (path, answer.text)
        assert "<script>alert" not in answer.text, path


def test_a_control_can_be_switched_while_the_tables_cannot_be_read(
    workspace: Workspace, ann: Browser
) -> None:
    (workspace.layout.root / "data" / "members.parquet").write_bytes(b"PAR1")
    (workspace.layout.root / "catalogue.yaml").write_text("licet_catalogue: [1")
    shown = ann.get("/settings")
    assert shown.status_code == 200 and "the list cannot be read at the moment" in shown.text
    after = ann.submit("/settings/ai", value="off")
    assert after.status_code == 200 and "You switched it off" in after.text
    (choice,) = workspace.ledger.choices_of("ann")
    assert (choice.setting, choice.value) == ("ai", "off")
    assert ann.get(f"/receipts/{choice.entry}.json").status_code == 200


def test_a_switch_is_in_the_ledger_when_the_page_comes_back(workspace: Workspace, ann: Browser) -> None:
    before = ann.get("/settings/ai")
    assert 'aria-checked="true"' in before.text and "by default" in before.text
    after = ann.submit("/settings/ai", value="off")
    assert 'aria-checked="false"' in after.text and "Saved" in after.text and "these pages" in after.text
    (choice,) = workspace.ledger.choices_of("ann")
    assert (choice.setting, choice.value) == ("ai", "off")
    receipt = ann.get(f"/receipts/{choice.entry}.json")
    assert receipt.status_code == 200 and receipt.headers["content-type"] == "application/ld+json"
    assert "Saved" not in ann.get("/settings/ai?done=999").text, "nothing is confirmed that is not so"


def test_signals_are_recorded_once_and_can_be_taken_back(workspace: Workspace, ann: Browser) -> None:
    signal = {"Sec-GPC": "1"}
    for _ in range(2):
        assert "privacy signal" in ann.get("/settings/ai", headers=signal).text
    assert workspace.ledger.signals_of("ann") == {"gpc"}
    assert workspace.ledger.position == 2, "the policy and the signal"
    assert 'aria-checked="false"' in ann.get("/settings/ai").text, (
        "it holds without the browser saying it again"
    )
    ann.post("/signals/gpc/forget", data={"token": ann.token("/settings/ai")})
    assert workspace.ledger.signals_of("ann") == frozenset()


def test_a_signal_seen_before_signing_in_is_the_members(workspace: Workspace) -> None:
    with site(workspace.layout.root) as browser:
        browser.get("/", headers={"Sec-GPC": "1"})
        browser.sign_in("ann").get("/settings")
    assert workspace.ledger.signals_of("ann") == {"gpc"}


def test_public_pages_say_what_their_author_said(workspace: Workspace, ann: Browser) -> None:
    def said(path: str) -> str:
        return ann.get(path).headers["content-usage"]

    assert said("/public/ann/posts/p1") == "train-ai=n", "nobody asked her"
    workspace.choose("ann", "ai", "on")
    assert said("/public/ann/posts/p1") == "train-ai=y"
    assert said("/public/ann") == "train-ai=n", "names may not be trained on any more, and one stands there"
    workspace.choose("ann", "ai", "off", category="content.posts")
    assert said("/public/ann/posts/p1") == "train-ai=n"
    assert "psst" not in ann.get("/public/ann").text


def test_robots_txt_names_nobody_and_leaves_every_page_its_own_word(
    workspace: Workspace, ann: Browser
) -> None:
    """Under AIPREF any "n" that covers a page wins, so a line for the root would take back a page's "y"."""
    for setting in ("ai", "talk"):
        workspace.choose("ann", setting, "on")
    lines = ann.get("/robots.txt").text.splitlines()
    assert lines[0] == "User-agent: *" and not [line for line in lines if "ann" in line]
    assert not [line for line in lines if line.casefold().startswith("content-usage")]
    forbidden = [line.removeprefix("Disallow: ") for line in lines[1:]]
    assert forbidden and not [path for path in forbidden if "/public/ann".startswith(path)]
    assert ann.get("/public/ann/posts/p1").headers["content-usage"] == "train-ai=y"


def test_a_notice_is_shown_once_and_the_ledger_says_so(
    workspace: Workspace, ann: Browser, tmp_path: Path
) -> None:
    later = tmp_path / "later.yaml"
    later.write_text(PACK.replace('version: "1"', 'version: "2"').replace("[content.comments]", "[content]"))
    digest = workspace.announce_pack(str(later)).digest
    assert "takes effect" in ann.get("/").text
    page = ann.get(f"/notices/{digest}").text
    assert "differs from the policy in force" in page
    ann.get(f"/notices/{digest}")
    shown = [entry for entry in workspace.ledger_entries() if entry.kind == "notice_shown"]
    assert [entry.subject for entry in shown] == ["ann"]


def test_who_is_taken_for_somebody_else_says_so_and_is_answered(workspace: Workspace, ann: Browser) -> None:
    home = ann.get("/").text
    assert "We have you in Germany, and go by that." in home and "/requests?about=region" in home
    assert ">Ann<" in home and ">ann<" not in home, "her name, and not her id"
    answer = ann.submit("/requests?about=region", "/requests", about="region", words="I live in Bern <b>")
    assert answer.status_code == 200 and "Recorded as request" in answer.text
    assert "I live in Bern &lt;b&gt;" in answer.text
    assert "that this is wrong. Nobody has answered yet" in ann.get("/").text
    assert ann.submit("/requests", words=" ").status_code == 422
    complained = ann.submit("/requests", words="Nobody listens")
    assert "hear by" in complained.text and "that it was received" in complained.text
    first, second = workspace.requests.every()
    with site(workspace.layout.root) as officer:
        officer.post("/sign-in/operator", data={"token": officer.token()})
        queue = officer.get("/operator/requests").text
        assert "Nobody listens" in queue and "ann" not in queue.replace("answer", "").split("<main")[1]
        officer.submit("/operator/requests", f"/operator/requests/{second.number}")
        officer.submit("/operator/requests", f"/operator/requests/{first.number}", words="Mended.")
    told = ann.get("/requests").text
    assert "Mended." in told and "Received on" in told and "Recorded" not in told


def test_everything_as_one_archive(ann: Browser) -> None:
    answer = ann.get("/receipts/archive")
    assert answer.status_code == 200 and answer.content.startswith(b"PK")


def test_how_far_off_is_and_how_far_on_is_said_in_words(tmp_path: Path) -> None:
    rows = {"members": [member("ann")], "profiles": [], "posts": [], "messages": []}
    for more, told in (
        ("", "takes 2 steps on Harbour, and switching it on as many."),
        ("steps_in: 1\n    steps_out: 3\n    ", "takes 3 steps on Harbour, and switching it on 1 step."),
    ):
        name = "uneven" if more else "even"
        text = PACK.replace("path: [Settings, AI]", f"{more}path: [Settings, AI]")
        with make_network(tmp_path / name, rows) as made:
            file = tmp_path / f"{name}.yaml"
            file.write_text(text)
            made.use_pack(str(file))
        with site(tmp_path / name) as browser:
            assert told in browser.sign_in("ann").get("/settings/ai").text
