"""One Chromium and one server per policy for the whole folder, and visitors that are watched while they look around."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

import licet
from browser.serving import Site, serve
from browser.visits import Visits
from journeys.harbours import make_quay
from journeys.job_board import make_board
from journeys.measured_effects import made_effect
from journeys.networks import AUTUMN, PACK, Clock, comment, make_network, member, post
from licet.app.effect import keep_effect
from licet.ledger import Signer
from licet.terms.moments import parse_moment

_HERE = Path(__file__).parent
#: The day the article's policy takes effect.
_DAY = "2025-11-03"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    taken = sorted(SCREENSHOTS.glob("*.png"))
    if taken:
        terminalreporter.write_line(f"{len(taken)} screenshots of the pages are in {SCREENSHOTS}")


#: Pictures of the pages, for a person to look at. Kept between runs, ignored by git.
SCREENSHOTS = _HERE.parents[1] / "test-output" / "screenshots"


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.fail("the browser tests need Chromium: apt-get install chromium", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up network without a policy; each policy gets a copy."""
    root = tmp_path_factory.mktemp("network") / "world"
    with licet.create(root) as workspace:
        workspace.make_demo_world(150)
    return root


@pytest.fixture(scope="package")
def reported(network: Path) -> Iterator[Site]:
    """The network under the article's policy, a training set as of its day, and another policy announced."""
    root = network.parent / "reported"
    shutil.copytree(network, root)
    with licet.open(root, clock=lambda: parse_moment(_DAY)) as workspace:
        policy = workspace.use_pack("linkedin_as_reported")
        workspace.corpus_build()
        to_come = root / "to_come.yaml"
        to_come.write_text(_policy_to_come((root / "packs" / f"{policy.digest}.yaml").read_text()))
        workspace.announce_pack(str(to_come))
    with serve(root) as site:
        yield site


def _policy_to_come(text: str) -> str:
    """The policy in force, from 2030 on, with comments among what is trained on."""
    for old, new in (
        (
            "title: LinkedIn, AI training and ad sharing, as an article reported it",
            "title: AI training on comments too",
        ),
        ('version: "1"', 'version: "2"'),
        ("effective: 2025-11-03", "effective: 2030-03-01"),
        ("  content.posts: {", "  content.comments: {}\n  content.posts: {"),
        ("categories: [content.posts]", "categories: [content.posts, content.comments]"),
    ):
        assert old in text, old
        text = text.replace(old, new)
    return text


@pytest.fixture(scope="package")
def official(network: Path) -> Iterator[Site]:
    """The network under the platform's own notice, which honours a browser's privacy signal."""
    root = network.parent / "official"
    shutil.copytree(network, root)
    with licet.open(root) as workspace:
        workspace.use_pack("linkedin_official")
    with serve(root) as site:
        yield site


@pytest.fixture(scope="package")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Another platform, small, with a policy and a menu of its own."""
    root = tmp_path_factory.mktemp("harbour") / "harbour"
    rows = {
        "members": [member("ann"), member("ben", "US")],
        "profiles": [
            {"id": "ann", "name": "Ann Lee", "headline": "A baker", "summary": None, "internal": "7"}
        ],
        "posts": [post("p1", "ann", "Bread <script>document.title = 'broken into'</script> wants time")],
        "comments": [comment("c1", "p1", "ann", "It does")],
    }
    make_network(root, rows, pack=PACK.replace("honours: [gpc]", "honours: [gpc, gpp, tcf]")).close()
    with serve(root) as site:
        yield site


@pytest.fixture(scope="package")
def jetty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A small job board that recommends."""
    root = tmp_path_factory.mktemp("jetty") / "jetty"
    with make_board(root) as board:
        keep_effect(board.layout.measured_effect, made_effect())
    with serve(root) as site:
        yield site


@pytest.fixture(scope="package")
def quay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A harbour with people to know, jobs to find and a release of insights; nothing is recommended there."""
    root = tmp_path_factory.mktemp("quay") / "quay"
    make_quay(root).close()
    with licet.open(root) as workspace:
        workspace.uses.search.build()
        workspace.uses.people.build()
        workspace.uses.insights.release()
    with serve(root) as site:
        yield site


@pytest.fixture(scope="package")
def forgetful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A small platform that forgot anna as far as it reaches, and that benn asked to forget him; a lab has a copy."""
    folder = tmp_path_factory.mktemp("forgetful")
    words = {
        "anna": "The old lighthouse",
        "benn": "Quite another thing",
        "cleo": "A third about boats",
        "dora": "And a fourth",
    }
    rows = {
        "members": [member(name) for name in words],
        "posts": [post(f"{name}-1", name, said) for name, said in words.items()],
    }
    policy = PACK.replace(
        "categories: {profile", "recipients: {lab: {name: A lab, kind: partner}}\ncategories: {profile"
    ).replace("effect: permit,", "effect: permit, recipients: [self, lab],")
    key, clock = Signer.create(folder / "lab.key", "lab.example").public_key_text, Clock(AUTUMN)
    with make_network(folder / "forgetful", rows, pack=policy, clock=clock) as workspace:
        workspace.layout.recipients.write_text(f"recipients: {{lab: {{key: '{key}', removal_days: 7}}}}")
        workspace.corpus_build()
        workspace.corpus_export(folder / "copy", "jsonl", recipient="lab")
        workspace.forget("anna")
        clock.at += timedelta(days=8)
        workspace.forget("anna")
        workspace.uses.ask_to_be_forgotten("benn")
        asked = workspace.requests.ask("cleo", "correction", "region", "I moved to Bern in May.")
        workspace.requests.answer(asked.number, "You are right, and we have mended it.")
        workspace.requests.ask("cleo", "complaint", "", "Nobody answers the telephone.")
    with serve(folder / "forgetful") as site:
        yield site


@pytest.fixture(scope="package")
def covered(reported: Site) -> Iterator[str]:
    """Members with documents of their own in the training set, those with most first; each is given out once."""
    counted: dict[str, int] = {}
    with licet.open(reported.workspace) as workspace:
        for document in workspace.corpus_documents():
            if len(document["subjects"]) == 1:
                counted[document["subjects"][0]] = counted.get(document["subjects"][0], 0) + 1
    return iter(sorted(counted, key=lambda one: (-counted[one], one)))


@pytest.fixture
def somebody(covered: Iterator[str]) -> str:
    """A member whom the article's policy reaches and who chose nothing yet."""
    return next(covered)


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens windows, as `Visits.open` has it; at the end nothing may have gone wrong in any of them."""
    visits = Visits(chromium)
    yield visits.open
    visits.close()
