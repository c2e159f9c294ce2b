"""Run by `test_disk_faults.py` with `faults.c` preloaded: a ledger or a store at work while the disk fails.

under_faults.py FOLDER SUBJECT KIND ERROR LASTING MOST [STRIDE [FIRST]]: from FIRST every STRIDE-th n at which there is
an n-th call of the kind to fail, MOST of them, each on a fresh copy. Prints how many there were; an assertion that
fails is the finding.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import shutil
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import licet
from journeys.lists import AUDIENCE, CROWD, Affiliate, Clock, address_of, hashed, make_club
from journeys.networks import AUTUMN, SAID, SHARED_PACK, THREE_POSTS, make_network
from licet.app import Workspace
from licet.app.feed_application import apply_to_copy
from licet.ledger import CheckpointFileWarning, EntryKind, Ledger, NewEntry, Signer
from licet.receipts import check_forgetting_certificate
from licet.store import Store
from licet.terms import LedgerError, LicetError

DISK = ctypes.CDLL(None)
KINDS = {"write": 1, "sync": 2, "rename": 4, "truncate": 8, "any": 15}

#: Errors that say that nothing of the call was written; LEDG-012 says that this cannot be known.
NOTHING_WRITTEN = {"LEDG-009", "LEDG-010", "LEDG-011"}


def no(subject: str) -> NewEntry:
    return NewEntry(EntryKind.CHOICE, subject, {"setting": "ai", "value": "off"})


class LedgerAtWork:
    """Appends, a request, an erasure; what was acknowledged is told at once, so that a death leaves it known."""

    def __init__(self, place: Path, tell: Callable[[str], object]) -> None:
        self.place, self.tell = place, tell
        self.acknowledged: dict[str, int] = {}
        self.refused: dict[str, str] = {}

    @staticmethod
    def make(place: Path) -> None:
        with Ledger.create(place / "ledger.sqlite", Signer.create(place / "key")) as ledger:
            ledger.append([no("ann"), no("bob")])

    def open(self) -> Ledger:
        return Ledger.open(self.place / "ledger.sqlite", Signer.open(self.place / "key"))

    def work(self) -> None:
        with contextlib.suppress(LedgerError), self.open() as ledger:
            for name in ("one", "two", "three"):
                self._do(name, lambda name=name: ledger.append([no(name), no(f"{name} too")])[0])
            self._do("once", lambda: ledger.append_once("a" * 64, [no("once")])[0][0])
            self._do("erased", lambda: ledger.erase("ann"))
            self._do("after", lambda: ledger.append([no("after")])[0])

    def _do(self, name: str, act: Callable[[], object]) -> None:
        try:
            entry = act()
        except LedgerError as error:
            self.refused[name] = error.code
            return
        self.acknowledged[name] = entry.index  # type: ignore[attr-defined]
        self.tell(f"{name} {entry.index}")  # type: ignore[attr-defined]

    def check(self) -> None:
        with self.open() as ledger:
            report = ledger.verify()
            assert report.ok, report.problems
            assert [choice.value for choice in ledger.choices_of("bob")] == ["off"]
            assert [choice.value for choice in ledger.choices_of("ann")] == ["off"]
            for name, index in self.acknowledged.items():
                entry = ledger.entry(index)
                if name == "erased":
                    assert entry.kind is EntryKind.ERASURE and ledger.entry(0).erased
                else:
                    assert entry.subject == name and ledger.choices_of(name)[0].entry == index
            for name, code in self.refused.items():
                if code in NOTHING_WRITTEN and name not in ("erased",):
                    assert not ledger.choices_of(name), (name, code)
            ledger.append([no("afterwards")])
            assert ledger.verify().ok


class StoreAtWork:
    """Snapshots published and purged; those from before are whole, and the next writer goes on."""

    def __init__(self, place: Path, tell: Callable[[str], object]) -> None:
        self.place, self.tell = place, tell
        self.published: list[str] = []

    @staticmethod
    def make(place: Path) -> None:
        store = Store.open(place / "store", create=True)
        for content in (b"first", b"second"):
            _publish(store, [b"shared", content])

    def work(self) -> None:
        store = Store.open(self.place / "store")
        for act in (
            lambda: self.published.append(_publish(store, [b"shared", b"third"])),
            lambda: store.purge(["corpus-1"]),
            lambda: self.published.append(_publish(store, [b"fourth"])),
        ):
            with contextlib.suppress(LicetError):
                act()
        self.tell(json.dumps(self.published))

    def check(self) -> None:
        store = Store.open(self.place / "store")
        assert store.verify() == []
        names = {snapshot.name: snapshot.id for snapshot in store.snapshots()}
        assert "corpus-2" in names and set(self.published) <= set(names.values())
        _publish(store, [b"afterwards"])
        assert store.verify() == []


def _publish(store: Store, contents: list[bytes]) -> str:
    with store.build("corpus") as build:
        files = [{"sha256": build.put(data), "bytes": len(data)} for data in contents]
        return build.publish({"files": files})


class ForgettingAtWork:
    """A forgetting of somebody who is in a corpus, in a model, and in a copy that left; then it is done again."""

    def __init__(self, place: Path, tell: Callable[[str], object]) -> None:
        self.place, self.tell = place, tell

    @staticmethod
    def make(place: Path) -> None:
        key = Signer.create(place / "lab.key", "lab.example").public_key_text
        with make_network(place / "w", THREE_POSTS, pack=SHARED_PACK) as workspace:
            workspace.layout.recipients.write_text(f"recipients: {{lab: {{key: '{key}'}}}}")
            workspace.corpus_build()
            workspace.uses.model.train()
            workspace.uses.corpus.export(place / "copy", "jsonl", recipient="lab")

    def open(self) -> Workspace:
        return licet.open(self.place / "w", clock=lambda: AUTUMN)

    def work(self) -> None:
        with contextlib.suppress(LicetError), self.open() as workspace:
            told = workspace.uses.forget("anna")
            self.tell(told.standing)
            export = workspace.copies.left()[-1].export
            assert export is not None
            workspace.copies.feed(export, self.place / "feed")

    def check(self) -> None:
        """What is certified has happened, and once the disk is well again all of it does."""
        with self.open() as workspace:
            for one in workspace.uses.forgettings():
                assert one.status == "PENDING", "a copy holds them still"
            assert workspace.ledger.verify().ok and workspace.store.verify() == []
            told = workspace.uses.forget("anna").people[0]
            assert told.standing == "pending" and all(
                "copies" not in why or "lab" in why for why in told.pending
            )
            assert workspace.store.scan([SAID.encode(), b"anna"]) == []
            (copy,) = workspace.copies.left()
            assert copy.export is not None and (copy.reach, copy.sent) == ("sent", 1), (
                "told once, and not twice"
            )
            messages = workspace.copies.feed(copy.export, self.place / "feed")
            answers = apply_to_copy(
                messages, self.place / "copy", self.place / "lab.key", None, self.place / "out"
            )
            assert not any(SAID.encode() in path.read_bytes() for path in (self.place / "copy").iterdir())
            assert workspace.copies.acknowledge(answers.answers[0]).reach == "applied"
            done = workspace.uses.forget("anna").people[0]
            assert done.standing == "exact" and len(workspace.uses.forgettings()) == 1, done.pending
            assert done.certificate is not None
            checked = check_forgetting_certificate(done.certificate, workspace.ledger.public_key_text)
            assert checked.ok and checked.outcome is not None and checked.outcome.closure is not None
            assert checked.outcome.closure.model_dump() == {"artefacts": 2, "snapshots": 2, "documents": 2}
            anew = {"corpus": workspace.corpus_build().root, "model": workspace.uses.model.train().root}
            stand = {one.use: one.after and one.after.root for one in checked.outcome.artefacts}
            assert stand == anew


class ListAtWork:
    """A list from which somebody is taken back; then it is delivered again, and its recipient does it."""

    def __init__(self, place: Path, tell: Callable[[str], object]) -> None:
        self.place, self.tell = place, tell

    @staticmethod
    def make(place: Path) -> None:
        affiliate = Affiliate(place / "adco.key", "", Clock())
        with make_club(place / "w", ("anna",), affiliate.signer.public_key_text, Clock()) as workspace:
            workspace.uses.ads.deliver(AUDIENCE, place / "first")
            affiliate.trusts(workspace.ledger.public_key_text)
            for answer in affiliate.take(place / "first"):
                workspace.uses.ads.hand_in(answer)
            workspace.choices.choose("anna", "share", "off")

    def open(self) -> Workspace:
        return licet.open(self.place / "w", clock=Clock())

    def work(self) -> None:
        with contextlib.suppress(LicetError), self.open() as workspace:
            workspace.uses.ads.deliver(AUDIENCE, self.place / "out")
            self.tell("delivered")

    def check(self) -> None:
        """Who is to go is held until then, is told of once, and is gone from everywhere afterwards."""
        with self.open() as workspace:
            (told,) = workspace.uses.ads.who_has("anna")
            assert told.state in ("there", "removing")
            shutil.rmtree(self.place / "out", ignore_errors=True)
            workspace.uses.ads.deliver(AUDIENCE, self.place / "out")
            assert [one.sequence for one in workspace.uses.ads.deliveries()] == [1, 2]
            assert workspace.ledger.verify().ok and workspace.store.verify() == []
            affiliate = Affiliate(self.place / "adco.key", workspace.ledger.public_key_text, Clock())
            affiliate.take(self.place / "first")
            for answer in affiliate.take(self.place / "out"):
                workspace.uses.ads.hand_in(answer)
            assert affiliate.identifiers == {hashed(address_of(who)) for who in CROWD}
            assert workspace.uses.ads.who_has("anna") == []


AT_WORK = {
    "ledger": LedgerAtWork, "store": StoreAtWork, "forgetting": ForgettingAtWork, "list": ListAtWork,
}  # fmt: skip


def main(
    folder: str,
    subject: str,
    kind: str,
    error: str,
    lasting: str,
    most: str,
    stride: str = "1",
    first: str = "1",
) -> None:
    start = Path(folder) / "start"
    start.mkdir()
    AT_WORK[subject].make(start)
    warnings.simplefilter("error")
    warnings.simplefilter("ignore", CheckpointFileWarning)
    warnings.simplefilter("ignore", DeprecationWarning)  # of Ibis
    fired = 0
    for number in range(int(first), int(first) + int(most) * int(stride), int(stride)):
        place = Path(folder) / f"fault-{number}"
        shutil.copytree(start, place)
        at_work = AT_WORK[subject](place, lambda told: print(told, flush=True))
        DISK.fault_arm(KINDS[kind], number, int(error), int(lasting), str(place).encode())
        at_work.work()
        if not DISK.fault_fired():
            break
        fired += 1
        try:
            at_work.check()
        except BaseException as found:
            found.add_note(
                f"{subject}: {kind} number {number} failed with {error}, lasting {lasting}: {vars(at_work)}"
            )
            raise
        shutil.rmtree(place)
    print(f"fired {fired}")


if __name__ == "__main__":
    main(*sys.argv[1:])
