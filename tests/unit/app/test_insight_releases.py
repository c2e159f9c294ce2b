"""Releases of a workspace: frozen, noted, and without whoever left by the next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import licet
from journeys.harbours import TODAY, make_harbour
from licet.app import Workspace
from licet.receipts import check_forgetting_certificate
from licet.receipts.forgetting_outcome import StandingRelease
from licet.terms import LicetError
from licet.terms.moments import parse_moment
from licet.uses.registry import open_use

SKILLS = ("tig", "rigging", "diving")
PEOPLE: list[dict[str, Any]] = [
    {"id": f"m{n:03}", "region": ("DE", "FR")[n % 2], "skills": [SKILLS[n % 3]]} for n in range(150)
]
JOBS = [
    {
        "job": f"j{n}",
        "title": "Hand",
        "skills": [SKILLS[n % 3], "juggling" if n == 0 else "TIG"],
        "location": "DE",
    }
    for n in range(12)
]


class Months:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = TODAY

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def opened(tmp_path: Path) -> Callable[..., tuple[Workspace, Months]]:
    def open_(name: str, people: list[dict[str, Any]]) -> tuple[Workspace, Months]:
        make_harbour(tmp_path / name, people, jobs=JOBS).close()
        clock = Months()
        return licet.open(tmp_path / name, clock=clock), clock

    return open_


def test_a_release_is_made_once_and_the_next_is_without_who_left(
    opened: Callable[..., tuple[Workspace, Months]],
) -> None:
    workspace, clock = opened("w", PEOPLE)
    first = workspace.uses.insights.release()
    path = workspace.layout.root / "insights" / "2026-03.json"
    data, entries = path.read_bytes(), workspace.ledger.position
    assert (first.month, first.next, first.standing.value, first.members) == (
        "2026-03",
        "2026-04-01",
        "exact",
        "100 to 999",
    )
    assert first.regions == ("everywhere", "DE") and {one.skill for one in first.figures.held} == {*SKILLS}
    assert workspace.uses.insights.release() == first and workspace.ledger.position == entries

    leavers = [one["id"] for one in PEOPLE[:20]]
    for who in leavers:
        workspace.choices.choose(who, "learning", "off")
    list(workspace.uses.update())
    artefact, published = workspace.uses.status()
    assert (artefact.standing.value, published.standing.value) == ("exact", "pending")
    assert published.why is not None and "2026-04-01" in published.why
    (standing,) = workspace.uses.insights.releases()
    assert standing.standing.value == "pending" and path.read_bytes() == data, "it stands, and says so"
    assert workspace.uses.insights.release().figures == first.figures

    clock.at = parse_moment("2026-04-03")
    second = workspace.uses.insights.release()
    assert (second.month, second.standing.value) == ("2026-04", "exact") and path.read_bytes() == data
    never, clock = opened("never", PEOPLE[20:])
    clock.at = parse_moment("2026-04-03")
    assert never.uses.insights.release().figures == second.figures, "noise and all"
    assert [one.month for one in workspace.uses.insights.releases()] == ["2026-04", "2026-03"]


def test_the_certificate_of_a_forgetting_names_the_release_that_stands(
    opened: Callable[..., tuple[Workspace, Months]],
) -> None:
    workspace, clock = opened("w", PEOPLE)
    assert _released(workspace, "m000") == (), "there was none"
    made = workspace.uses.insights.release()
    (told,) = _released(workspace, "m001")
    steps = workspace.uses.timelines("m001", before=None, most=1)[0].steps
    assert "the next, from 2026-04-01 on, are without you" in " ".join(one.sentence for one in steps)
    assert (told.month, told.next, told.standing, told.held) == (made.month, made.next, "PENDING", True)
    assert _released(workspace, "m000") == (), "they left before it was drawn"
    clock.at = parse_moment("2026-04-03")
    workspace.uses.insights.release()
    assert _released(workspace, "m001") == (), "the next is without them"
    (told,) = _released(workspace, "m002")
    assert (told.month, told.next) == ("2026-04", "2026-05-01")


def _released(workspace: Workspace, subject: str) -> tuple[StandingRelease, ...]:
    """What a certificate of a forgetting says, checked as its holder checks it."""
    certificate = workspace.uses.forget(subject).people[0].certificate
    assert certificate is not None
    checked = check_forgetting_certificate(certificate, workspace.ledger.public_key_text)
    assert checked.ok and checked.outcome is not None and checked.outcome.status == "EXACT"
    return checked.outcome.releases


def test_the_artefact_follows_at_once(opened: Callable[..., tuple[Workspace, Months]]) -> None:
    workspace, _ = opened("w", PEOPLE)
    workspace.uses.insights.release()
    workspace.choices.choose("m000", "learning", "off")
    list(workspace.uses.update())
    assert workspace.store.snapshots("insights")[-1].manifest["counts"]["subjects"] == 149


def test_a_month_with_nobody_tells_of_advertisements_alone(
    opened: Callable[..., tuple[Workspace, Months]],
) -> None:
    workspace, _ = opened("w", [{"id": "ann"}])
    told = workspace.uses.insights.release()
    assert told.members == "fewer than 10" and told.figures.asked
    assert all(one.members is None for one in told.to_learn("everywhere"))


def test_what_was_published_and_is_not_there_is_not_made_again(
    opened: Callable[..., tuple[Workspace, Months]],
) -> None:
    workspace, _ = opened("w", PEOPLE)
    workspace.uses.insights.release()
    path = workspace.layout.root / "insights" / "2026-03.json"
    data = path.read_bytes()
    for other in (None, data.replace(b"tig", b"gig"), b"{", b"[]"):
        path.unlink() if other is None else path.write_bytes(other)
        for ask in (
            workspace.uses.insights.release,
            workspace.uses.insights.show,
            workspace.uses.insights.releases,
        ):
            with pytest.raises(LicetError, match="RCMD-127"):
                ask()
    path.write_bytes(data)
    assert workspace.uses.insights.show().month == "2026-03"


def test_a_release_that_died_after_its_note_is_put_in_its_place(
    opened: Callable[..., tuple[Workspace, Months]],
) -> None:
    workspace, clock = opened("w", PEOPLE)
    made = workspace.uses.insights.release()
    path = workspace.layout.root / "insights" / "2026-03.json"
    path.rename(path.with_name(f".2026-03-{made.digest}.part"))
    assert workspace.uses.insights.show("2026-03") == made and path.exists()
    path.rename(path.with_name(f".2026-03-{made.digest}.part"))
    clock.at = TODAY + timedelta(days=31)
    workspace.uses.insights.release()
    assert workspace.uses.insights.show("2026-03") == made and path.exists(), (
        "and is not taken for what was not"
    )


def test_what_was_drawn_and_never_noted_does_not_lie_beside_the_release(
    opened: Callable[..., tuple[Workspace, Months]],
) -> None:
    workspace, _ = opened("w", PEOPLE)
    folder = workspace.layout.root / "insights"
    folder.mkdir()
    for month in ("2026-02", "2026-03", "2026-04"):
        (folder / f".{month}-{'0' * 64}.part").write_text("{}")
    made = workspace.uses.insights.release()
    assert {path.name for path in folder.iterdir()} == {"2026-03.json", f".2026-04-{'0' * 64}.part"}
    assert workspace.uses.insights.release() == made


def test_what_cannot_be_asked_says_so(opened: Callable[..., tuple[Workspace, Months]]) -> None:
    workspace, _ = opened("w", PEOPLE)
    insights, layout = workspace.uses.insights, workspace.layout.root / "insights.yaml"
    for code, ask in (("RCMD-125", insights.show), ("RCMD-125", lambda: insights.show("2025-01"))):
        with pytest.raises(LicetError, match=code):
            ask()
    demand, held = "demand: {table: jobs, skill: skills}\n", "held: {table: profiles, skill: skills}\n"
    for code, text in (
        ("RCMD-121", demand), ("RCMD-121", "- 1"), ("RCMD-121", demand + held + "levels: [1, 1]"),
        ("RCMD-122", demand.replace("jobs", "profiles") + held),
        ("RCMD-123", demand + "held: {table: knows, skill: edge}"),
    ):  # fmt: skip
        layout.write_text(text)
        with pytest.raises(LicetError, match=code):
            insights.release()
    layout.unlink()
    told = insights.release()
    with pytest.raises(LicetError, match="RCMD-126"):
        told.to_learn("XX")
    layout.unlink()
    with pytest.raises(LicetError, match="RCMD-120"):
        open_use("insights", workspace.layout.root).settings()
    other, _ = opened("other", PEOPLE)
    (other.layout.root / "catalogue.yaml").write_text("licet_catalogue: 2\ntables: {}\n")
    with pytest.raises(LicetError, match="RCMD-124"):
        other.uses.insights.release()
