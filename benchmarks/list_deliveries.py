"""Delivering a list of hashed addresses: over writing the same rows filtered before, whole, and after few changed."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import licet
from benchmarks.measure import Tell, silent
from benchmarks.outcome import Outcome, require_same
from licet.app import Workspace
from licet.ledger import EntryKind, NewEntry


@dataclass(frozen=True)
class Sizes:
    members: int
    rounds: int


SMALL = Sizes(members=20_000, rounds=3)
FULL = Sizes(members=1_000_000, rounds=3)

_HOW = (
    "A made-up club: every twelfth member said no; the others are on one list by their industry. Seconds of the clock, "
    "contenders in turn within each round.",
    "Filtered before: the permitted addresses lie in a Parquet file; they are hashed, sorted and written as lines. "
    "Open gate: the same of the table that a gate hands out, opened before the clock starts.",
    "Whole: the first delivery: the gate is opened, the audience made as an artefact with its members under "
    "a root, identifiers held encrypted, the delivery signed, and its files written. Beside it the next delivery after "
    "one member in a hundred of those on the list said no.",
)
_POLICY = """
licet_pack: 1
id: club
title: The club's policy
version: "1"
observed: 2026-01-01
controller: {name: Club}
sources: {page: {title: A page, kind: official}}
purposes: {ad_sharing: {}}
categories: {profile: {}, contact.email.hashed: {}}
recipients: {adco: {name: Adco, kind: affiliate}}
notices: {n: {title: A notice, published: 2025-01-01, effective: 2025-02-01}}
settings:
  share: {label: Share with Adco, path: [Settings, Ads], observed: 2026-01-01, default: {state: on}}
rules:
  - {id: lists, effect: permit, purposes: [ad_sharing], categories: [profile, contact.email.hashed],
     recipients: [adco], notice: n, setting: share}
"""
_CATALOGUE = """
licet_catalogue: 2
facts: {table: members, subject: id, region: region, age_is: 30}
tables:
  members: {location: {parquet: data/members.parquet}, key: id, subjects: [id], columns: {id: profile}}
  profiles:
    {location: {parquet: data/profiles.parquet}, key: id, subjects: [id], visibility_is: public,
     columns: {id: profile, industry: profile.industry}}
  contacts:
    {location: {parquet: data/contacts.parquet}, subjects: [id], visibility_is: public,
     hashed: {mail: {from: email, scheme: google}}, columns: {email: contact.email, mail: contact.email.hashed}}
"""
_SEGMENTS = """
identifiers: {table: contacts, columns: {google: mail}}
values: {industry: {table: profiles, column: industry, words: [Welding], reviewed: 2026-01-01}}
segments: {welders: {label: Welders, where: {industry: [Welding]}}}
audiences: {welders: {segment: welders, recipient: adco, scheme: google}}
"""
_OFF = {"setting": "share", "value": "off"}


def run(sizes: Sizes, seed: int, tell: Tell = silent) -> Outcome:
    outcome = Outcome("list_deliveries", "Delivering a list of hashed addresses", _HOW)
    outcome.sizes = {"members": sizes.members, "rounds": sizes.rounds}
    taken: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="licet-bench-") as folder:
        base = Path(folder, "base")
        tell("making the club", 0, None)
        listed = _make(base, sizes.members)
        for turn in range(sizes.rounds):
            tell("delivering", turn, sizes.rounds)
            for name, seconds in _round(base, Path(folder, f"round-{turn}"), listed).items():
                taken.setdefault(name, []).append(seconds)
    outcome.checks.append(
        "what is listed is what was written of the rows filtered before, and of those a gate hands out"
    )
    for name, what in (
        ("plain", "writing rows filtered before"), ("gated", "the same through an open gate"),
        ("whole", "the first delivery, whole"), ("next", "the next, one in a hundred gone"),
    ):  # fmt: skip
        outcome.add(f"{name}_s", what, "s", taken[name])
    outcome.compare("list_gate", "open gate over rows filtered before", taken["gated"], taken["plain"])
    outcome.compare("list_whole", "a whole delivery over the same", taken["whole"], taken["plain"])
    outcome.compare("list_next", "the next delivery over the first", taken["next"], taken["whole"])
    outcome.reached |= {one: one for one in ("list_gate", "list_whole", "list_next")}
    return outcome


def _make(root: Path, members: int) -> int:
    """The club in a folder; how many are on its list."""
    clock: Callable[[], datetime] = lambda: datetime(2026, 3, 1, tzinfo=UTC)  # noqa: E731 - no def where one is handed on
    licet.create(root, clock=clock).close()
    ids = [f"m{number:08}" for number in range(members)]
    tables: dict[str, dict[str, Any]] = {
        "members": {"id": ids, "region": ["DE"] * members},
        "profiles": {"id": ids, "industry": ["Welding"] * members},
        "contacts": {"id": ids, "email": [f"{one}@club.example" for one in ids]},
    }
    (root / "data").mkdir(exist_ok=True)
    for name, columns in tables.items():
        pq.write_table(pa.table(columns), root / "data" / f"{name}.parquet")
    for name, text in (
        ("catalogue.yaml", _CATALOGUE), ("policy.yaml", _POLICY), ("segments.yaml", _SEGMENTS),
        ("recipients.yaml", "recipients: {adco: {removal_days: 7}}"),
    ):  # fmt: skip
        (root / name).write_text(text)
    refused = ids[::12]
    with licet.open(root, clock=clock) as workspace:
        workspace.policies.use(str(root / "policy.yaml"))
        workspace.ledger.append([NewEntry(EntryKind.CHOICE, one, _OFF) for one in refused])
    permitted = pa.table(tables["contacts"])
    kept = pc.invert(pc.is_in(permitted["id"], value_set=pa.array(refused)))
    pq.write_table(permitted.filter(kept), root / "permitted.parquet")
    return members - len(refused)


def _round(base: Path, root: Path, listed: int) -> dict[str, float]:
    """Seconds of each contender, in a copy that nothing was delivered from."""
    import ibis

    shutil.copytree(base, root)
    taken = {}
    connection = ibis.duckdb.connect()
    with licet.open(root) as workspace:
        rows = connection.read_parquet(root / "permitted.parquet")
        taken["plain"] = _timed(
            lambda: _written(rows.select(mail=rows.email.strip().lower().hexdigest("sha256")), root)
        )
        plain = (root / "list.txt").read_bytes()
        gate = workspace.gate("ad_sharing", recipient="adco", columns={"contacts": ["mail"]})
        handed = gate.table("contacts").select("mail")
        taken["gated"] = _timed(lambda: _written(handed, root))
        require_same("the list", (root / "list.txt").read_bytes() == plain, True)
        taken["whole"] = _timed(lambda: require_same("whole", _delivered(workspace, root), listed))
        gone = [f"m{number:08}" for number in range(1, listed, 100) if number % 12]
        workspace.ledger.append([NewEntry(EntryKind.CHOICE, one, _OFF) for one in gone])
        taken["next"] = _timed(lambda: require_same("next", _delivered(workspace, root), listed - len(gone)))
    shutil.rmtree(root)
    return taken


def _written(rows: Any, root: Path) -> None:
    lines = rows.to_pyarrow()["mail"].sort()
    (root / "list.txt").write_text("\n".join(lines.to_pylist()))


def _delivered(workspace: Workspace, root: Path) -> int:
    return workspace.uses.ads.deliver("welders", root / "out").listed


def _timed(job: Callable[[], object]) -> float:
    start = time.perf_counter()
    job()
    return time.perf_counter() - start
