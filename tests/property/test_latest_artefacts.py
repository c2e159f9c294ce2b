"""The newest artefact of every line is what looking at all of them would say, at the cost of those alone."""

from __future__ import annotations

import uuid
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.app.artefacts import latest
from licet.app.core import Core
from licet.enforce.origin import PurposeRef
from licet.store import SnapshotRef, Store
from licet.store.local_files import LocalFiles
from licet.testing.effort import examples
from licet.uses.manifest import Heading, line_of, line_of_snapshot, newest_for, read_heading


class Made(NamedTuple):
    kind: str
    purpose: str
    position: int
    inspection: bool
    is_lined: bool


MADE = st.builds(
    Made, st.sampled_from(["corpus", "model"]), st.sampled_from(["a", "b"]), st.integers(0, 5),
    st.booleans(), st.booleans(),
)  # fmt: skip


def publish(store: Store, made: Made, number: int) -> None:
    manifest = {
        "root": f"{number:064x}", "purpose": {"purpose": made.purpose, "recipient": "self"},
        "at": "2026-01-01T00:00:00Z", "ledger": {"position": made.position, "root": "0" * 64},
        "inspection": made.inspection,
    }  # fmt: skip
    with store.build(made.kind) as build:
        build.publish(manifest, line_of(Heading.model_validate(manifest)) if made.is_lined else None)


def plainly(store: Store, kind: str | None, position: int | None) -> list[SnapshotRef]:
    """What the newest are, by looking at everything, oldest first."""
    found: dict[tuple[str, str], SnapshotRef] = {}
    for snapshot in store.snapshots(kind):
        said = read_heading(snapshot)
        key = snapshot.kind, said.purpose.purpose
        is_later = position is not None and said.ledger.position > position
        if not said.inspection and not (is_later and key in found):
            found[key] = snapshot
    return sorted(found.values(), key=lambda one: one.sequence)


@examples(60)
@given(st.lists(MADE, max_size=9), st.none() | st.integers(0, 5), st.sampled_from([None, "corpus"]))
def test_the_newest_of_each_line_is_what_looking_at_all_would_say(
    history: list[Made], position: int | None, kind: str | None
) -> None:
    store = Store.open(f"memory://{uuid.uuid4().hex}", create=True)
    for number, made in enumerate(history):
        publish(store, made, number)
    assert latest(core_of(store), kind, position) == plainly(store, kind, position)
    for asked in (PurposeRef(purpose, "self") for purpose in "ab"):
        found = [(read_heading(one), one) for one in reversed(store.snapshots("corpus"))]
        wanted = [one for said, one in found if said.purpose == asked and not said.inspection]
        assert [*newest_for(store, "corpus", asked)] == wanted
    assert store.verify(line_of_snapshot) == []


def test_a_false_line_hides_nothing_newer_of_its_own_and_is_found(tmp_path: Path) -> None:
    """One of purpose a is said to be of b: what is newest of b is found all the same, and verifying tells."""
    store = Store.open(tmp_path / "s", create=True)
    for number, purpose in enumerate("abab"):
        publish(store, Made("corpus", purpose, number, False, True), number)
    folder = tmp_path / "s" / "lines" / "corpus"
    said = sorted(path.name for path in folder.iterdir())
    folder.joinpath(said[2]).rename(folder / (said[2][:-16] + said[1][-16:]))
    publish(store, Made("corpus", "c", 4, False, False), 4)
    (folder / f"{5:012d}-{store.snapshot('corpus').id}-{said[1][-16:]}").touch()
    newest = {read_heading(one).purpose.purpose: one.name for one in latest(core_of(store))}
    assert newest["b"] == "corpus-4" and newest["c"] == "corpus-5"
    assert [(one.code, one.snapshot) for one in store.verify(line_of_snapshot)] == [
        ("STOR-021", store.snapshot("corpus", name).id) for name in ("corpus-3", "corpus-5")
    ]
    assert store.verify() == []
    for one in store.verify(line_of_snapshot):  # what is to be done about it
        for path in folder.glob(f"*-{one.snapshot}-*"):
            path.unlink()
    assert store.verify(line_of_snapshot) == []
    newest = {read_heading(one).purpose.purpose: one.name for one in latest(core_of(store))}
    assert newest == {"a": "corpus-3", "b": "corpus-4", "c": "corpus-5"}


def test_who_asks_for_the_newest_reads_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.open(tmp_path / "s", create=True)
    for number in range(30):
        publish(store, Made("corpus", "ab"[number % 2], number, number % 7 == 0, True), number)
    read, inner = list[str](), LocalFiles.read

    def counted(files: LocalFiles, path: str) -> bytes:
        read.append(path)
        return inner(files, path)

    monkeypatch.setattr(LocalFiles, "read", counted)
    assert len(latest(core_of(store))) == 2
    assert len(read) == 4, "one of each line, inspection apart"
    read.clear()
    assert [read_heading(one).ledger.position for one in latest(core_of(store), position=27)] == [26, 27]
    assert len(read) <= 7


def core_of(store: Store) -> Core:
    return cast(Core, SimpleNamespace(store=store))
