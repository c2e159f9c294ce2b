"""What every use must do, as one class of tests: subclass it, and name the use that is run on a made-up network.

The network has people, their posts, who liked which, who follows whom, and jobs about nobody. Everything is permitted
for training and recommendation to who has not said no, and to nobody outside the EEA. Each test runs the use as the
workspace does: through `Access`, over real files, with a real ledger and store.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import licet
from licet.app import Workspace, artefacts
from licet.enforce import Access
from licet.enforce.access import secret_of
from licet.receipts import check_forgetting_certificate
from licet.store import SnapshotRef, Store
from licet.terms import SELF
from licet.terms.canonical import JsonObject
from licet.terms.membership_proof import Membership
from licet.terms.moments import parse_moment
from licet.uses import run
from licet.uses.manifest import Manifest, line_of_snapshot, read_manifest
from licet.uses.members import read_members
from licet.uses.registry import USES, open_use
from licet.uses.use import Files, Log, Parents, Progress, Use, shown_parts, silent

NOW = parse_moment("2026-03-01")
PEOPLE = ("ann", "ben", "cy", "dot")
#: Nothing of hers may ever be used, whatever she says.
ABROAD = "eve"
_TEXT, _MOMENT = pa.string(), pa.timestamp("us")

_POLICY = """
licet_pack: 1
id: quay
title: The quay's policy
version: "1"
observed: 2026-01-01
controller: {name: Quay}
sources: {page: {title: A page, kind: official}}
purposes: {generative_ai_training: {}, recommender_training: {}, recommendation: {}}
categories: {profile: {}, content.posts: {}, activity: {}, connections: {}, organisation: {}}
notices: {n: {title: A notice, published: 2025-01-01, effective: 2025-02-01}}
settings:
  use: {label: Use what I do, path: [Settings, Use], observed: 2026-01-01, default: {state: on}}
rules:
  - {id: people, effect: permit, purposes: [generative_ai_training, recommender_training, recommendation],
     categories: [profile, content, activity, connections], regions: [EEA], notice: n, setting: use}
  - {id: jobs, effect: permit, purposes: [generative_ai_training, recommender_training, recommendation],
     categories: [organisation], notice: n}
"""
_CATALOGUE = """
licet_catalogue: 2
facts: {table: members, subject: id, region: region}
tables:
  members: {location: {parquet: data/members.parquet}, key: id, subjects: [id], columns: {id: profile}}
  profiles:
    {location: {parquet: data/profiles.parquet}, key: id, subjects: [id], visibility_is: public,
     columns: {id: profile, headline: profile.headline}}
  posts:
    {location: {parquet: data/posts.parquet}, key: post, subjects: {author: author}, created: at,
     visibility_is: public, columns: {post: content.posts, at: content.posts, text: content.posts}}
  likes:
    {location: {parquet: data/likes.parquet}, event: {actor: who, item: post, time: at}, references: {post: posts},
     columns: {post: activity, at: activity}}
  follows:
    {location: {parquet: data/follows.parquet}, edge: {from: who, to: whom},
     columns: {who: connections, whom: connections}}
  jobs:
    {location: {parquet: data/jobs.parquet}, about: nobody, key: job,
     columns: {job: organisation.job_postings, title: organisation.job_postings}}
"""


def rows_of(people: tuple[str, ...], marker: str = "marker") -> dict[str, list[dict[str, Any]]]:
    """The network of these people. marker: stands in what each says, beside their name."""
    at = datetime(2025, 6, 1, 12)  # noqa: DTZ001 - a plain timestamp, as tables have them
    said = {
        who: f"{who} said {marker}{who} about the quay, the boats and the long way home" for who in people
    }
    return {
        "members": [{"id": who, "region": "US" if who == ABROAD else "DE"} for who in people],
        "profiles": [{"id": who, "headline": f"Works at {marker}{who} on the waterfront"} for who in people],
        "posts": [
            {
                "post": f"{who}-{n}",
                "author": who,
                "at": at.replace(day=n + 1),
                "text": f"{said[who]}, part {n}",
            }
            for who in people
            for n in range(2)
        ],
        "likes": [
            {"who": who, "post": f"{whose}-{len(who + whose) % 2}", "at": at.replace(hour=len(who))}
            for who in people
            for whose in people
            if whose != who
        ],
        "follows": [{"who": who, "whom": whom} for who in people for whom in people if who < whom],
        "contacts": [{"id": who, "email": f"{who}.{marker}{who}@example.org"} for who in people],
        "jobs": [{"job": f"job-{n}", "title": f"Harbour pilot {n}"} for n in range(3)],
    }


def compacted(use: Use, store: Store, snapshot: SnapshotRef) -> JsonObject:
    """The manifest that a snapshot has once it is put together; nothing is published."""
    said = read_manifest(use.manifest, snapshot)
    if isinstance(use, Log):
        with store.build(use.name) as writing:
            said = said.model_copy(update=dict(use.compact(store, Files(writing), said)))
    return said.as_json()


class UseContract:
    """What `licet.uses.use.Use` promises.

    use:     its name. opener: where it is not registered yet, what would stand there.
    purpose, recipient: what it is run for. files: beside the catalogue, by their names, such as a recipe; or in its
    place and the policy's.
    """

    use: ClassVar[str]
    opener: ClassVar[str | None] = None
    purpose: ClassVar[str] = "generative_ai_training"
    recipient: ClassVar[str] = SELF
    files: ClassVar[dict[str, str]] = {}

    @pytest.fixture(autouse=True)
    def _registered(self, monkeypatch: pytest.MonkeyPatch) -> None:
        if self.opener is not None:
            monkeypatch.setitem(USES, self.use, self.opener)

    @pytest.fixture
    def make(self, tmp_path: Path) -> Iterator[Callable[..., Workspace]]:
        """Makes a workspace of these people; all have one salt."""
        with ExitStack() as opened:

            def make(
                name: str, people: tuple[str, ...] = (*PEOPLE, ABROAD), marker: str = "marker"
            ) -> Workspace:
                root = tmp_path / name
                licet.create(root, clock=lambda: NOW).close()
                salt = tmp_path / "salt"
                if not salt.exists():
                    shutil.copy(root / "keys" / "salt", salt)
                shutil.copy(salt, root / "keys" / "salt")
                (root / "data").mkdir(exist_ok=True)
                for table, rows in rows_of(people, marker).items():
                    columns = rows_of(("any", "other"))[table][0]
                    schema = pa.schema([(c, _MOMENT if c == "at" else _TEXT) for c in columns])
                    pq.write_table(pa.Table.from_pylist(rows, schema), root / "data" / f"{table}.parquet")
                for file, text in {
                    "catalogue.yaml": _CATALOGUE,
                    "policy.yaml": _POLICY,
                    **self.files,
                }.items():
                    (root / file).write_text(text)
                workspace = opened.enter_context(licet.open(root, clock=lambda: NOW))
                workspace.policies.use(str(root / "policy.yaml"))
                return workspace

            yield make

    @pytest.fixture
    def workspace(self, make: Callable[..., Workspace]) -> Workspace:
        return make("w")

    def test_an_update_is_a_rebuild_whoever_leaves_and_comes_back(self, workspace: Workspace) -> None:
        latest = self.build(workspace)
        for who, value in (*((who, "off") for who in PEOPLE), ("ben", "on"), ("dot", "on")):
            workspace.choices.choose(who, "use", value)
            updated = self.update(workspace, latest)
            assert updated.how == "updated", updated.why
            latest = updated.snapshot
            rebuilt = self.build(workspace, updated.snapshot)
            assert updated.snapshot.manifest["root"] == rebuilt.manifest["root"]
            for part in ("members", "counts", "passed", "held_back"):
                assert updated.snapshot.manifest[part] == rebuilt.manifest[part]
            assert compacted(self.opened(workspace), workspace.store, updated.snapshot) == rebuilt.manifest

    def test_an_update_of_nothing_changes_nothing_that_it_holds(self, workspace: Workspace) -> None:
        first, updated = self.build(workspace), self.update(workspace)
        assert updated.snapshot.manifest["root"] == first.manifest["root"] and updated.written == 0

    def test_who_is_forgotten_was_never_there(self, make: Callable[..., Workspace]) -> None:
        for who in PEOPLE:
            others = tuple(one for one in (*PEOPLE, ABROAD) if one != who)
            among, without = make(f"with-{who}"), make(f"without-{who}", others)
            self.build(among)
            among.choices.choose(who, "use", "off")
            forgotten = compacted(self.opened(among), among.store, self.update(among).snapshot)
            never = self.build(without).manifest
            for said in (
                never,
                forgotten,
            ):  # what it is derived from was made at another position of a ledger
                said["derived_from"] = [(one["use"], one["root"]) for one in said.get("derived_from", ())]
            differing = {part for part in never if never[part] != forgotten[part]}
            assert differing <= {"ledger", "inputs", "held_back"}, f"{who} is still told in {differing}"

    def test_a_marker_of_somebody_excluded_changes_no_byte(self, make: Callable[..., Workspace]) -> None:
        """Of who refused before anything was made, and of who may not be used at all."""
        found = []
        for marker in ("hush", "other words altogether, and more of them "):
            workspace = make(f"with-{marker[:4]}")
            for table, rows in rows_of((*PEOPLE, ABROAD)).items():
                told = rows_of((*PEOPLE, ABROAD), marker)[table]
                mixed = [new if {"cy", ABROAD} & set(map(str, new.values())) else old
                         for old, new in zip(rows, told, strict=True)]  # fmt: skip
                path = workspace.layout.root / "data" / f"{table}.parquet"
                pq.write_table(pa.Table.from_pylist(mixed, pq.read_schema(path)), path)
            workspace.choices.choose("cy", "use", "off")
            manifest = self.build(workspace).manifest
            apart = ("ledger", "inputs", "derived_from")
            found.append({part: manifest[part] for part in manifest if part not in apart})
        assert found[0] == found[1] and found[0]["counts"]["subjects"] > 0

    def test_presence_and_absence_are_proven_both(self, workspace: Workspace) -> None:
        workspace.choices.choose("cy", "use", "off")
        snapshot, use = self.build(workspace), self.opened(workspace)
        secret = secret_of(workspace.salt, use.name)
        members = read_members(snapshot.manifest["members"])
        for who in (*PEOPLE, ABROAD, "nobody", ""):
            told = run.contains(use, workspace.store, snapshot, secret, who)
            assert told.proof.verify(bytes.fromhex(members.root), members.key, who) is told.membership
            assert (told.membership is Membership.PRESENT) == (who in ("ann", "ben", "dot"))

    def test_the_ledger_hears_of_it_before_the_store_has_it(self, workspace: Workspace) -> None:
        parents = self.parents(workspace)
        use, access, held = self.opened(workspace), self.access(workspace), self.objects(workspace)

        def refuse(manifest: Manifest, id_: str) -> None:
            assert not workspace.store.snapshots(self.use)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run.build(use, access, workspace.store, record=refuse, parents=parents)
        assert not workspace.store.snapshots(self.use) and self.objects(workspace) == held
        self.build(workspace)
        entry = [one for one in workspace.choices.entries() if str(one.kind) == "use_run"][-1]
        (snapshot,) = workspace.store.snapshots(self.use)
        assert entry.payload is not None
        assert (entry.payload["use"], entry.payload["snapshot"]) == (self.use, snapshot.id)
        assert entry.payload["root"] == snapshot.manifest["root"]

    def test_a_failure_at_any_step_publishes_nothing(self, workspace: Workspace) -> None:
        use, first = self.opened(workspace), self.build(workspace)
        workspace.choices.choose("ann", "use", "off")
        parents = self.parents(workspace)
        held = self.objects(workspace)

        def ignore(manifest: Manifest, id_: str) -> None:
            """As far as the ledger is concerned."""

        def make_anew(tell: Progress) -> None:
            access, store = self.access(workspace), workspace.store
            run.build(use, access, store, record=ignore, parents=parents, progress=tell)

        def follow(tell: Progress) -> None:
            access, store = self.access(workspace), workspace.store
            run.update(use, access, store, first, record=ignore, parents=parents, progress=tell)

        for job in (make_anew, follow):
            for stop in range(100):
                steps = iter(range(stop))

                def tell(stage: str, done: int, total: int | None, steps: Iterator[int] = steps) -> None:
                    if next(steps, None) is None:
                        raise KeyboardInterrupt

                try:
                    job(tell)
                except KeyboardInterrupt:
                    assert [one.id for one in workspace.store.snapshots(self.use)] == [first.id]
                    assert self.objects(workspace) == held
                else:
                    assert stop, "it tells of no step"
                    workspace.store.remove(workspace.store.snapshots(self.use)[-1].id)
                    workspace.store.sweep()
                    break
        assert workspace.store.verify(line_of_snapshot) == []

    def test_what_is_foreseen_is_what_happens(self, workspace: Workspace) -> None:
        self.build(workspace)
        for value in ("off", "on"):
            for who in PEOPLE:
                before = self.held(workspace)
                made = workspace.members.member(who).preview("use", value).artefacts
                (foreseen,) = (one for one in made if one.name.startswith(f"{self.use}-"))
                workspace.choices.choose(who, "use", value)
                self.update(workspace)
                after = self.held(workspace)
                told = ({row["document_id"] for row in way} for way in (foreseen.leaving, foreseen.coming))
                assert tuple(told) == (before.keys() - after.keys(), after.keys() - before.keys())
                changing = {row["document_id"] for row in foreseen.changing}
                assert changing == {id_ for id_ in before.keys() & after.keys() if before[id_] != after[id_]}

    def test_what_is_purged_is_gone_and_the_control_is_found(self, workspace: Workspace) -> None:
        first = self.build(workspace)
        with workspace.store.build("control") as planting:
            data = json.dumps({"said": "markerann"}).encode()
            digest = planting.put(data)
            control = planting.publish({"licet": "control", "file": {"sha256": digest}})
        assert workspace.store.scan([b"markerann"]), "what is there is found"
        workspace.store.purge([control])
        workspace.choices.choose("ann", "use", "off")
        updated = self.update(workspace).snapshot
        list(artefacts.compact_latest(workspace))
        kept = {one.id for one in artefacts.latest(workspace)}
        made = {one.id for one in workspace.store.snapshots()}
        assert {first.id, updated.id} & made - kept
        workspace.store.purge(made - kept)
        assert workspace.store.scan([b"markerann", b"ann-0", b"ann-1"]) == []

    def test_who_is_forgotten_is_proven_gone_and_nothing_of_theirs_is_found(
        self, workspace: Workspace
    ) -> None:
        self.build(workspace)
        told = workspace.uses.forget("ann")
        assert (told.standing.value, told.pending) == ("exact", ()) and told.purge is not None
        assert told.purge.purged and told.purge.search.found_after == ()
        (certificate,) = (one.certificate for one in told.people)
        check = check_forgetting_certificate(certificate or {}, workspace.ledger.public_key_text)
        assert check.ok and check.outcome is not None and check.outcome.status == "EXACT"
        assert self.use in {one.use for one in check.outcome.artefacts if one.before and one.after}
        assert workspace.store.scan([b"markerann", b"ann-0", b"ann-1"]) == []

    # -- what the tests do ---------------------------------------------------------------------------------------

    def opened(self, workspace: Workspace) -> Use:
        return open_use(self.use, workspace.layout.root)

    def access(self, workspace: Workspace, position: int | None = None) -> Access:
        where = workspace.ledger.position if position is None else position
        return artefacts.open_access(
            workspace, self.opened(workspace), self.purpose, self.recipient, None, where, workspace.absences
        )

    def parents(self, workspace: Workspace) -> Parents:
        """What it is derived from, brought to the present."""
        for name in self.opened(workspace).parents:
            use, where = open_use(name, workspace.layout.root), workspace.ledger.position
            access = artefacts.open_access(
                workspace, use, self.purpose, self.recipient, None, where, workspace.absences
            )
            made = artefacts.latest(workspace, name)
            if not made:
                artefacts.build(workspace, use, access, silent)
            elif run.touched_since(use, access, made[0]).subjects:
                artefacts.update(workspace, use, access, made[0], silent)
        return artefacts.present_parents(workspace, self.opened(workspace), self.access(workspace))

    def build(self, workspace: Workspace, like: SnapshotRef | None = None) -> SnapshotRef:
        """A build from scratch. like: at the ledger position of another."""
        self.parents(workspace)
        position = None if like is None else like.manifest["ledger"]["position"]
        access = self.access(workspace, position)
        return artefacts.build(workspace, self.opened(workspace), access, silent).snapshot

    def update(self, workspace: Workspace, earlier: SnapshotRef | None = None) -> run.Made:
        """earlier: by default the latest."""
        self.parents(workspace)
        earlier = earlier or artefacts.latest(workspace, self.use)[0]
        return artefacts.update(workspace, self.opened(workspace), self.access(workspace), earlier, silent)

    def held(self, workspace: Workspace) -> dict[str, tuple[Any, ...]]:
        """All that it holds, as those are told whom it is about; by id, what is shown but for whose it is."""
        use, (snapshot,) = self.opened(workspace), artefacts.latest(workspace, self.use)
        secret = secret_of(workspace.salt, use.name)
        parents = artefacts.parents_of(workspace, use, snapshot)
        rows = (row for who in PEOPLE for row in use.about(workspace.store, snapshot, secret, who, parents))
        return {
            row["document_id"]: tuple(value for part, value in shown_parts(row).items() if part != "text")
            for row in rows
        }

    def objects(self, workspace: Workspace) -> list[str]:
        folder = workspace.layout.store / "objects"
        return sorted(str(path) for path in folder.rglob("*.*"))
