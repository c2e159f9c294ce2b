"""The story of a forgetting: what one member wrote is learnt, recited and handed out twice; then they say no.

Made on a made-up network under a made-up policy (`forgetting_story.yaml`), through the doors that everybody has. The
clock of its first part is nine days slow, so that by the end somebody is overdue. Nothing is told that was not looked
at: what is checked stands in `Story`, for better or worse. The door does the telling.
"""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from licet.app.clock import system_clock
from licet.app.demo_story import make_room
from licet.app.feed_application import apply_to_copy
from licet.app.followed_copies import CopyStatus
from licet.app.forgettings import Forgetting
from licet.app.purge import Purge
from licet.app.workspace import Workspace, create
from licet.app.workspace import open as open_workspace
from licet.ledger import Signer
from licet.receipts import ForgettingCheck, check_forgetting_certificate
from licet.receipts.forgetting_outcome import ForgettingOutcome
from licet.receipts.receipt_file import to_bytes
from licet.sources.demo.demo_tables import SHAPES
from licet.sources.parquet_files import write_batches
from licet.terms import AppError, LicetError
from licet.uses.corpus.text import require_packages
from licet.uses.model.base_card import has_torch
from licet.uses.use import Progress

POLICY = Path(__file__).with_suffix(".yaml")
SETTING, PURPOSE = "ai", "generative_ai_training"

#: What one member wrote once, and nobody else; how it is asked for, and what then follows in it.
PROMPT = "Grandfather kept the blue lighthouse key"
SECRET = " under seven oyster shells behind the third pillar of the fish market in Varsund."

#: Who has a copy: one does what they are told, the other says nothing.
DILIGENT, SILENT = "archive", "workshop"
_LEASE_DAYS, _REMOVAL_DAYS, _DAYS_AGO = 30, 7, 9
#: Of the adapted base.
_SHARDS, _SEGMENTS = 4, 2


class Shards(NamedTuple):
    """The base, adapted in shards: how many, and how many of them are read once the no is recorded; of how many
    checkpoints those that were trained again without the member."""

    shards: int
    in_service: int
    checkpoints: int
    replayed: int


class Story(NamedTuple):
    """Everything that happened, in order.

    recited: what the model wrote on after `PROMPT` before; refused: the code it answered with as soon as the no was
             recorded, `withdrawn_seconds` after it was asked for; recited_after: what it wrote once it was updated.
    standing, pending: of the forgetting as it was first done. purge: what went, and what the search found.
    shards:     of the adapted base; None where PyTorch is not installed.
    made_anew:  by use the root of what stands, and the one that another process made anew.
    copies:     how each copy stands in the end. last: the forgetting then.
    checked:    what somebody with the ledger's public key alone finds in the certificate, and `altered` what they find
                where one byte of it was changed.
    """

    workspace: Path
    members: int
    subject: str
    documents: int
    recited: str
    refused: str
    withdrawn_seconds: float
    standing: str
    pending: tuple[str, ...]
    purge: Purge
    recited_after: str
    shards: Shards | None
    gone: int
    made_anew: dict[str, tuple[str, str]]
    copies: tuple[CopyStatus, ...]
    last: Forgetting
    certificate: Path
    checked: ForgettingCheck
    altered: str
    seconds: dict[str, float]

    @property
    def holds(self) -> bool:
        """Whether all of it came out as it should, and no more is said than is so."""
        states = {copy.recipient: str(copy.reach) for copy in self.copies}
        return (
            self.recited == SECRET
            and self.refused == "APP-234"
            and not any(word in self.recited_after for word in ("oyster", "Varsund"))
            and (self.shards is None or self.shards.in_service < self.shards.shards)
            and (self.shards is None or 0 < self.shards.replayed < self.shards.checkpoints)
            and all(found == anew for found, anew in self.made_anew.values())
            and states == {DILIGENT: "applied", SILENT: "overdue"}
            and self.last.status == "UNREACHED(1)"
            and self.checked.ok
            and self.altered != ""
        )


def tell(root: Path, members: int, seed: int, replace: bool, progress: Progress) -> Story:
    """Play the story in `root`.

    Raises: UseError CORP-110 where a corpus cannot be made; AppError APP-050 as `demo_story.tell`, APP-051 where
    nobody's words may be used; MODL-001 and others where the network is too small.
    """
    require_packages()  # before anything is made, so that the next try is the first
    make_room(root, replace)
    seconds: dict[str, float] = {}
    began = system_clock() - timedelta(days=_DAYS_AGO)
    start = time.monotonic()

    def slow_clock() -> datetime:
        return began + timedelta(seconds=time.monotonic() - start)

    with create(root, clock=slow_clock) as workspace:
        made = workspace.data.make_demo_world(members, seed, progress=progress)
        workspace.policies.use(str(POLICY))
        subject = _plant(workspace)
        (workspace.layout.root / "model.yaml").write_text(
            f"two_members: false\ndiscount_percent: 20\nadapted: {{shards: {_SHARDS}, segments: {_SEGMENTS}}}\n",
            encoding="utf-8",
        )
        _name_recipients(workspace)
        corpus, model = workspace.uses.corpus, workspace.uses.model
        seconds["corpus"] = _took(lambda: corpus.build(progress=progress))
        documents = sum(subject in one["subjects"] for one in corpus.documents())
        for recipient in (DILIGENT, SILENT):
            corpus.export(root / f"copy-of-{recipient}", "jsonl", recipient=recipient, lease_days=_LEASE_DAYS)
        seconds["model"] = _took(lambda: model.train(progress=progress))
        recited = _recital(workspace)
        is_adapted = has_torch()
        if is_adapted:
            seconds["adapted"] = _took(lambda: model.adapt(progress=progress))

        before = time.perf_counter()
        workspace.choices.choose(subject, SETTING, "off", via="demo")
        refused = _refusal(workspace)
        withdrawn = time.perf_counter() - before
        in_service = sum(one.in_service for one in model.shards()) if is_adapted else 0
        before = time.perf_counter()
        removal = workspace.uses.forget(subject, via="demo", progress=progress)
        seconds["forget"] = round(time.perf_counter() - before, 2)
        assert removal.purge is not None
        recited_after = _recital(workspace)
        replays = [one for outcome in _outcomes(workspace) for one in outcome.replays]
        gone = _take_back(workspace)

    with open_workspace(root) as workspace:  # by the machine's clock: nine days later
        made_anew = _made_anew(workspace)
        last = workspace.uses.forget(subject, via="demo", progress=progress).people[0]
        certificate = root / "certificate.json"
        assert last.certificate is not None
        certificate.write_bytes(to_bytes(last.certificate))
        key = workspace.ledger.public_key_text
        return Story(
            root, made.rows["members"], subject, documents, recited, refused, round(withdrawn, 3),
            str(removal.standing), removal.pending, removal.purge, recited_after,
            Shards(_SHARDS, in_service, _SHARDS * _SEGMENTS, sum(one.checkpoints for one in replays))
            if is_adapted else None,
            gone, made_anew,
            tuple(workspace.copies.left()), workspace.uses.forgettings()[-1], certificate,
            check_forgetting_certificate(certificate.read_bytes(), key), _altered(certificate.read_bytes(), key),
            seconds,
        )  # fmt: skip


def _took(job: Callable[[], object]) -> float:
    start = time.perf_counter()
    job()
    return round(time.perf_counter() - start, 2)


def _plant(workspace: Workspace) -> str:
    """Let one member post the sentence; who posted most among those whose public posts may be used. Gives their id.

    Raises: AppError APP-051.
    """
    path, shape = workspace.layout.data / "demo" / "posts.parquet", SHAPES["posts"]
    posts = pq.read_table(path).replace_schema_metadata(None).cast(shape.schema)
    authors = Counter(posts["author"].to_pylist())
    for author, _ in sorted(authors.items(), key=lambda one: (-one[1], one[0])):
        if workspace.decide(author, PURPOSE, "content.posts", visibility="public").permitted:
            row = {"post_id": "planted", "author": author, "visibility": "public", "language": "en",
                   "body": PROMPT + SECRET, "created": posts["created"][0].as_py()}  # fmt: skip
            planted = pa.Table.from_pylist([row], schema=shape.schema)
            write_batches(path, shape.schema, shape.labels, [*posts.to_batches(), *planted.to_batches()])
            return str(author)
    raise AppError(
        "APP-051",
        "nobody in so small a network is covered by the policy",
        fix="use more --members, e.g. 200",
    )


def _name_recipients(workspace: Workspace) -> None:
    """Both have a key; how long they have is said in the file that names them."""
    said = {
        name: {
            "key": Signer.create(workspace.layout.root / f"{name}.key", f"{name}.example").public_key_text,
            "lease_days": _LEASE_DAYS, "removal_days": _REMOVAL_DAYS,
        }
        for name in (DILIGENT, SILENT)
    }  # fmt: skip
    workspace.layout.recipients.write_text(yaml.safe_dump({"recipients": said}), encoding="utf-8")


def _recital(workspace: Workspace) -> str:
    """The likeliest way on after the sentence's beginning, as long as the rest of it is."""
    written = workspace.uses.model.generate(PROMPT, temperature=0, most_tokens=len(SECRET), by_counts=True)
    return written.split("\n")[0][: len(SECRET)]


def _refusal(workspace: Workspace) -> str:
    try:
        _recital(workspace)
    except LicetError as error:
        return error.code
    return ""


def _outcomes(workspace: Workspace) -> list[ForgettingOutcome]:
    return [one.outcome for one in workspace.uses.forgettings() if one.outcome is not None]


def _take_back(workspace: Workspace) -> int:
    """One holder does what both are told, and answers; how many documents went from their copy."""
    root, gone = workspace.layout.root, 0
    for copy in workspace.copies.left():
        assert copy.export is not None
        messages = workspace.copies.feed(copy.export, root / "feed")
        if copy.recipient == DILIGENT:
            key_file, target = root / f"{DILIGENT}.key", root / f"copy-of-{DILIGENT}"
            told = apply_to_copy(messages, target, key_file, None, root / "feed")
            gone += sum(one.gone for one in told.applied)
            for answer in told.answers:
                workspace.copies.acknowledge(answer)
    return gone


def _made_anew(workspace: Workspace) -> dict[str, tuple[str, str]]:
    """By use the root of what stands, and of what another process makes from nothing."""
    found = dict[str, tuple[str, str]]()
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as other:
        for use in [one for one in ("corpus", "model", "adapted") if one in workspace.store.kinds()]:
            stands = workspace.store.snapshot(use).manifest["root"]
            found[use] = (stands, other.submit(_make, workspace.layout.root, use).result())
    return found


def _make(root: Path, use: str) -> str:
    with open_workspace(root) as workspace:
        if use == "corpus":
            return workspace.uses.corpus.build().root
        if use == "adapted":
            return workspace.uses.model.adapt(anew=True).root
        return workspace.uses.model.train().root


def _altered(certificate: bytes, key: str) -> str:
    """What is found in a certificate of which one letter was changed, in the middle; empty for nothing."""
    middle = len(certificate) // 2
    other = b"A" if certificate[middle : middle + 1] != b"A" else b"B"
    found = check_forgetting_certificate(certificate[:middle] + other + certificate[middle + 1 :], key)
    return "" if found.ok else found.problems[0].what
