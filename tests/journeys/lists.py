"""A made-up club whose members may be on a list of its affiliate, and the affiliate, who can be slow, wrong or silent.

Enough members that a list is delivered at all: those of whom nothing is told besides are there to make up the number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

import licet
from licet.app import Workspace
from licet.deliveries.list_delivery import read_delivery
from licet.deliveries.received_list import ReceivedList, answer_to
from licet.ledger import PublicKey, Signer
from licet.sources.address_schemes import identifier
from licet.terms.moments import format_moment, parse_moment

NOW = parse_moment("2026-03-01T12:00:00Z")
AUDIENCE = "welders_adco"
CROWD = tuple(f"member-{number:03d}" for number in range(300))

POLICY = """
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
  share: {label: Share with Adco, path: [Settings, Ads], observed: 2026-01-01, default: {state: on}, honours: [gpc]}
rules:
  - {id: lists, effect: permit, purposes: [ad_sharing], categories: [profile, contact.email.hashed],
     recipients: [adco], notice: n, setting: share}
"""
CATALOGUE = """
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
SEGMENTS = """
identifiers: {table: contacts, columns: {google: mail}}
values: {industry: {table: profiles, column: industry, words: [Welding], reviewed: 2026-01-01}}
segments: {welders: {label: Welders, where: {industry: [Welding]}}}
audiences: {welders_adco: {segment: welders, recipient: adco, scheme: google}}
buckets: 2
"""


class Clock:
    """Says what moment is now; put forward by the tests."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def address_of(who: str) -> str:
    return f"{who}@club.example"


def hashed(address: str) -> str:
    found = identifier(address, "google")
    assert found is not None
    return found


def write_contacts(root: Path, addresses: Mapping[str, str]) -> None:
    rows = {"id": [*addresses], "email": [*addresses.values()]}
    _write(root / "data" / "contacts.parquet", rows)


def _write(path: Path, rows: Mapping[str, list[str]]) -> None:
    fresh = path.with_suffix(".new")
    pq.write_table(pa.table({name: pa.array(values, pa.string()) for name, values in rows.items()}), fresh)
    fresh.replace(path)


def make_club(
    root: Path, people: tuple[str, ...], key: str | None, clock: Callable[[], datetime], **recipient: int
) -> Workspace:
    """The club with its crowd and some people, all welders; an open workspace."""
    licet.create(root, clock=clock).close()
    everybody = (*people, *CROWD)
    (root / "data").mkdir(exist_ok=True)
    _write(root / "data" / "members.parquet", {"id": [*everybody], "region": ["DE"] * len(everybody)})
    _write(root / "data" / "profiles.parquet", {"id": [*everybody], "industry": ["Welding"] * len(everybody)})
    write_contacts(root, {who: address_of(who) for who in everybody})
    (root / "catalogue.yaml").write_text(CATALOGUE)
    (root / "policy.yaml").write_text(POLICY)
    (root / "segments.yaml").write_text(SEGMENTS)
    said = [f"{name}: {value}" for name, value in ({"removal_days": 7} | recipient).items()]
    said += [] if key is None else [f"key: '{key}'"]
    (root / "recipients.yaml").write_text(f"recipients: {{adco: {{{', '.join(said)}}}}}")
    workspace = licet.open(root, clock=clock)
    workspace.policies.use(str(root / "policy.yaml"))
    return workspace


class Affiliate:
    """Who receives the list: takes what is in a folder in its order, and answers. Never does more than it is told."""

    def __init__(self, key_file: Path, platform: str, clock: Callable[[], datetime]) -> None:
        is_there = key_file.exists()
        self.signer = Signer.open(key_file) if is_there else Signer.create(key_file, "adco.example")
        self._platform, self._clock = PublicKey.parse(platform) if platform else None, clock
        self.has: ReceivedList | None = None

    def trusts(self, platform: str) -> None:
        self._platform = PublicKey.parse(platform)

    def take(self, folder: Path, *, done: bool = True) -> list[str]:
        """The answers to what was handed out. done: False to say that it is received, and do nothing."""
        assert self._platform is not None
        answers = []
        for place in sorted(one for one in folder.iterdir() if one.is_dir()):
            jws = (place / "delivery.jws").read_text()
            said = read_delivery(jws, self._platform)
            if self.has is None:
                self.has = ReceivedList(said.export)
            if said.sequence <= self.has.applied:
                continue
            files = {one.name: one.read_bytes() for one in place.iterdir() if one.name != "delivery.jws"}
            if done:
                self.has = self.has.after(jws, files, self._platform)
            answers.append(answer_to(said, jws, format_moment(self._clock()), self.signer, done=done))
        return answers

    @property
    def identifiers(self) -> frozenset[str]:
        return frozenset() if self.has is None else self.has.identifiers
