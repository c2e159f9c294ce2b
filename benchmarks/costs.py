"""What a stranger can make licet do: processor time for a byte of an archive and of a policy, and for a page.

Archives and policies of one size and of twice it, so that what grows faster than its input shows as a ratio above two.
"""

from __future__ import annotations

import io
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml
from starlette.testclient import TestClient

import licet
from benchmarks.measure import Tell, in_turn, silent
from benchmarks.outcome import Outcome, require_same
from licet.audit import audit_archive
from licet.packs import locate_pack
from licet.policies.lint import lint
from licet.web.application import make_application
from licet.web.config import ServeConfig

_ADDRESS = "http://127.0.0.1:8000"
_PAGES = ("/healthz", "/sign-in", "/guide/linkedin_official?region=CH", "/compare", "/public/MEMBER")


@dataclass(frozen=True)
class Sizes:
    """lines: of a file in the archive; groups, rules: of the policies. Each is measured at twice that, too."""

    lines: int
    groups: int
    rules: int
    members: int
    rounds: int


SMALL = Sizes(lines=20_000, groups=1_000, rules=500, members=2_000, rounds=3)
FULL = Sizes(lines=100_000, groups=4_000, rules=1_500, members=200_000, rounds=5)

_HOW = (
    "Processor time of this process. An archive holds one file of a LinkedIn export with so many lines; a policy has "
    "so many region groups, each within the next, or so many permits and as many forbids about one question.",
    "A page is asked for in this process, without a session; what the asking itself costs is in it.",
)


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("costs", "What a stranger can make licet do", _HOW)
    outcome.sizes = {
        "lines": sizes.lines,
        "groups": sizes.groups,
        "rules": sizes.rules,
        "members": sizes.members,
    }
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as name:
        folder = Path(name)
        for kind, make, count, job in (
            ("archive", _archive, sizes.lines, lambda path: _audit(path)),
            ("groups", _with_groups, sizes.groups, lambda path: _lint(path)),
            ("rules", _with_rules, sizes.rules, lambda path: _lint(path)),
        ):
            _measure_growth(outcome, folder, kind, make, count, job, sizes.rounds, tell)
        _measure_pages(outcome, folder / "workspace", sizes, seed, tell)
    return outcome


def _measure_growth(
    outcome: Outcome,
    folder: Path,
    kind: str,
    make: Callable[[int], bytes],
    count: int,
    job: Callable[[Path], object],
    rounds: int,
    tell: Tell,
) -> None:
    files = {}
    for name, size in ((kind, count), (f"{kind}_twice", 2 * count)):
        files[name] = folder / name
        files[name].write_bytes(make(size))
    jobs: Mapping[str, Callable[[], object]] = {name: lambda at=path: job(at) for name, path in files.items()}  # type: ignore[misc]
    taken = in_turn(jobs, rounds, tell=tell, stage=kind, clock=time.process_time)
    unpacked = {name: _bytes_of(path) for name, path in files.items()}
    for name, seconds in taken.items():
        what = f"{kind}{', twice as many' if name != kind else ''}: a byte of what it holds"
        outcome.add(f"costs_{name}", what, "ns", [1e9 * one / unpacked[name] for one in seconds])
    outcome.compare(
        f"costs_{kind}_growth", f"{kind}: twice as many over as many", taken[f"{kind}_twice"], taken[kind]
    )


def _measure_pages(outcome: Outcome, root: Path, sizes: Sizes, seed: int, tell: Tell) -> None:
    with licet.create(root) as workspace:
        tell("making the network", 0, None)
        workspace.make_demo_world(sizes.members, seed)
        workspace.use_pack("linkedin_as_reported")
        (member,) = workspace.people().first(1)
    pages = [page.replace("MEMBER", member) for page in _PAGES]
    with TestClient(
        make_application(ServeConfig(root)), base_url=_ADDRESS, client=("127.0.0.1", 1)
    ) as browser:
        require_same("the pages' status", {browser.get(page).status_code for page in pages}, {200})
        jobs: Mapping[str, Callable[[], object]] = {page: lambda at=page: browser.get(at) for page in pages}  # type: ignore[misc]
        taken = in_turn(jobs, sizes.rounds, tell=tell, stage="pages", clock=time.process_time)
    outcome.checks.append(f"{len(pages)} pages, each answered with 200")
    for page, known in zip(pages, _PAGES, strict=True):
        name = known.strip("/").partition("/")[0].partition("?")[0].replace("-", "_")
        outcome.add(f"costs_page_{name}", f"{known}: one request", "ms", [1e3 * one for one in taken[page]])


def _audit(path: Path) -> object:
    return audit_archive(str(path), datetime(2026, 1, 1, tzinfo=UTC), region="CH")


def _lint(path: Path) -> object:
    pack, positions = locate_pack(path.read_text("utf-8"), path.name)
    return lint(pack, today=date(2026, 1, 1), positions=positions)


def _bytes_of(path: Path) -> int:
    if not zipfile.is_zipfile(path):
        return path.stat().st_size
    with zipfile.ZipFile(path) as archive:
        return sum(info.file_size for info in archive.infolist())


def _archive(lines: int) -> bytes:
    head = "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility\n"
    body = "".join(
        f"2024-01-{number % 28 + 1:02} 00:00:00,https://x.example/{number},words {number * 7919 % 104729},,,PUBLIC\n"
        for number in range(lines)
    )
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Shares.csv", head + body)
    return held.getvalue()


def _policy(**more: Any) -> dict[str, Any]:
    return {
        "licet_pack": 1, "id": "costs", "title": "Costs", "version": "1", "observed": date(2025, 12, 1),
        "controller": {"name": "Costs"}, "sources": {"text": {"title": "A text", "kind": "official"}},
        "notices": {"notice": {"title": "A notice", "published": date(2025, 1, 1), "effective": date(2025, 2, 1)}},
        "categories": {"content.posts": {}}, "purposes": {"generative_ai_training": {}}, **more,
    }  # fmt: skip


def _rule(effect: str, number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"{effect}{number}", "effect": effect, "purposes": ["generative_ai_training"],
        "categories": ["content.posts"], "created_from": date(1900 + number % 120, 1, 1), **more,
    }  # fmt: skip


def _with_groups(count: int) -> bytes:
    groups = {
        f"g{number}": {"label": "Group", "include": [f"g{number - 1}"] if number else ["CH"]}
        for number in range(count)
    }
    rule = _rule("permit", 0, notice="notice", regions=[f"g{count - 1}"])
    return yaml.safe_dump(_policy(region_groups=groups, rules=[rule]), sort_keys=False).encode()


def _with_rules(count: int) -> bytes:
    rules = [
        rule
        for number in range(count)
        for rule in (_rule("permit", number, notice="notice"), _rule("forbid", number))
    ]
    return yaml.safe_dump(_policy(rules=rules), sort_keys=False).encode()
