"""Law 11 for the corpus: a build killed at any moment leaves what was published whole, and the next build works."""

from __future__ import annotations

import contextlib
import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import licet
from journeys.networks import comment, make_network, member, post
from licet.app import Workspace
from licet.receipts import check_forgetting_certificate
from licet.terms import EVERY_USE
from licet.terms.moments import parse_moment

DAY = parse_moment("2025-10-15")
BUILDING = """
import sys, licet
from licet.app import artefacts
from licet.terms.moments import parse_moment
now = parse_moment("2025-10-15")
with licet.open(sys.argv[1], clock=lambda: now) as workspace:
    workspace.corpus_build(at=parse_moment("2024-01-01"))  # once, so that the second is all work and no imports
    print("ready", flush=True)
    while True:
        workspace.choose("ann", "ai", "off")
        workspace.corpus_update(snapshot=sys.argv[2])
        list(artefacts.compact_latest(workspace))
        workspace.choose("ann", "ai", "on")
        workspace.corpus_build()
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    names = [f"m{n}" for n in range(30)]
    rows = {
        "members": [member("ann"), *map(member, names)],
        "posts": [post(f"p{n}", name, f"{name} has something to say") for n, name in enumerate(names)]
        + [post("p", "ann", "ann has too")],
        "comments": [
            comment(f"c{n}", f"p{n % 3}", name, f"{name} agrees", n) for n, name in enumerate(names)
        ],
    }
    return make_network(tmp_path / "w", rows)


def test_a_build_that_is_killed_leaves_what_was_published_whole(workspace: Workspace) -> None:
    home, rng = workspace.layout.root, random.Random(7)
    first = workspace.corpus_build(at=DAY)
    manifest = workspace.corpus_show(first.snapshot).manifest
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", BUILDING, str(home), first.snapshot], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        time.sleep(rng.uniform(0, 2.5))
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        process.stdout.close()
        assert workspace.store.verify() == [], "whatever is listed is whole"
        assert workspace.ledger_verify().ok
        assert workspace.corpus_show(first.snapshot).manifest == manifest
        noted = {
            entry.payload["snapshot"] for entry in workspace.ledger_entries()
            if str(entry.kind) == "use_run" and entry.payload is not None
        }  # fmt: skip
        assert {ref.id for ref in workspace.corpus_list()} <= noted, (
            "no snapshot that the ledger does not know"
        )
    workspace.choose("ann", "ai", "on")
    assert workspace.corpus_build().root == first.root
    assert list((home / "store" / "staging").iterdir()) == [], "the next writer tidies up"
    assert {path.name[:64] for path in (home / "store" / "objects").rglob("*") if path.is_file()} == {
        sha256 for ref in workspace.corpus_list() for sha256 in digests(json.dumps(ref.manifest))
    }, "and no object is left that nothing names"


def test_ctrl_c_leaves_no_trace(workspace: Workspace) -> None:
    """Stopped where it hurts most: objects written, the use not yet noted, the snapshot not yet published."""
    home = workspace.layout.root
    workspace.close()
    before = {path for path in (home / "store").rglob("*") if path.is_file()}
    with contextlib.closing(sqlite3.connect(home / "ledger.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # the build cannot note its use, and waits
        process = subprocess.Popen(
            [sys.executable, "-m", "licet", "corpus", "build", "--at", "2025-10-15", "-w", str(home)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        wait_for(lambda: any((home / "store" / "objects").rglob("*.parquet")), process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
        other.execute("ROLLBACK")
    assert process.returncode not in (0, 2), (process.returncode, out, err)
    assert "Traceback" not in err and "documents" not in out, err
    after = {path for path in (home / "store").rglob("*") if path.is_file()}
    assert {path for path in after - before if path.name != "lock"} == set()
    with licet.open(home, clock=lambda: DAY) as opened:
        assert opened.corpus_list() == [] and opened.ledger_verify().ok
        assert opened.corpus_build().documents > 30


def wait_for(happened: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    while not happened():
        assert process.poll() is None, process.communicate()
        time.sleep(0.001)


def digests(manifest: str) -> set[str]:
    return {part[:64] for part in manifest.split('"sha256": "')[1:]}


FORGETTING = """
import sys, licet
from licet.terms.moments import parse_moment
now = parse_moment("2025-10-15")
with licet.open(sys.argv[1], clock=lambda: now) as workspace:
    print("ready", flush=True)
    for who in sys.argv[2:]:
        workspace.uses.forget(who)
"""


def test_a_forgetting_that_is_killed_again_and_again_goes_on_and_certifies_what_happened(
    workspace: Workspace,
) -> None:
    """kill -9 at any moment: request and objection are one, who is EXACT is nowhere, and the next try gets there."""
    home, rng = workspace.layout.root, random.Random(11)
    workspace.corpus_build(at=DAY)
    people = [f"m{n}" for n in range(6)]
    words = {who: f"{who} has something to say" for who in people}

    def left() -> list[str]:
        last = {one.subject: one.status for one in workspace.uses.forgettings()}
        for who in people:
            objects = any(
                one.setting == EVERY_USE and one.value == "off" for one in workspace.ledger.choices_of(who)
            )
            assert objects == (who in last)
            if last.get(who) == "EXACT":
                assert workspace.store.scan([words[who].encode()]) == []
        assert workspace.ledger.verify().ok and workspace.store.verify() == []
        return [who for who in people if last.get(who) != "EXACT"]

    for _ in range(12):
        if not (waiting := left()):
            break
        process = subprocess.Popen(
            [sys.executable, "-c", FORGETTING, str(home), *waiting], stdout=subprocess.PIPE, text=True
        )
        with process:
            assert process.stdout is not None and process.stdout.readline() == "ready\n"
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(rng.uniform(0.05, 2.5))
            process.send_signal(signal.SIGKILL)
    told = workspace.uses.forget(*people)
    assert told.standing == "exact" and left() == []
    key = workspace.ledger.public_key_text
    for one in told.people:
        assert one.certificate is not None and check_forgetting_certificate(one.certificate, key).ok
    texts = {row["text"] for row in workspace.corpus_documents()}
    assert not any(said in text for said in words.values() for text in texts)
    assert not list(workspace.layout.forgettings.iterdir())
