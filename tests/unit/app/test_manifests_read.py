"""What is asked again and again costs what is live: artefacts that were superseded are not read for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from journeys.networks import AUTUMN, SHARED_PACK, THREE_POSTS, Clock, make_network
from licet.app import Workspace
from licet.ledger import EntryKind, Signer, entry_reader
from licet.store.local_files import LocalFiles

MANY = 6


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    key = Signer.create(tmp_path / "lab.key", "lab.example").public_key_text
    with make_network(tmp_path / "w", THREE_POSTS, pack=SHARED_PACK, clock=Clock(AUTUMN)) as made:
        made.layout.recipients.write_text(f"recipients: {{lab: {{key: '{key}', removal_days: 7}}}}")
        made.corpus_build()
        made.corpus_export(tmp_path / "copy", "jsonl", recipient="lab")
        made.uses.ask_to_be_forgotten("cleo", via="test")
        yield made


def manifests_read(run: Callable[[], object]) -> int:
    read, inner = list[str](), LocalFiles.read

    def counted(files: LocalFiles, path: str) -> bytes:
        if path.startswith("snapshots/"):
            read.append(path)
        return inner(files, path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LocalFiles, "read", counted)
        run()
    return len(read)


ASKED: dict[str, Callable[[Workspace], object]] = {
    "how artefacts and copies stand": lambda workspace: workspace.uses.status(),
    "copies that left": lambda workspace: workspace.copies.left(),
    "the last use": lambda workspace: workspace.member("anna").past_uses(most=1),
    "one use": lambda workspace: workspace.member("anna").past_use(workspace.ledger.position - 1),
    "what an officer sees": lambda workspace: workspace.uses.forgetting_queue(),
    "a member's timeline": lambda workspace: workspace.uses.timelines("cleo"),
    "what holds a member": lambda workspace: workspace.member("anna").holdings(),
}


@pytest.mark.parametrize("asked", ASKED)
def test_what_was_superseded_is_not_read(workspace: Workspace, asked: str) -> None:
    workspace.uses["corpus"].build()
    before = manifests_read(lambda: ASKED[asked](workspace))
    for _ in range(MANY):
        workspace.uses["corpus"].build()
    assert manifests_read(lambda: ASKED[asked](workspace)) == before
    assert manifests_read(workspace.store.snapshots) == 1 + 1 + MANY, "so many there are, each another"


def test_of_copies_the_ledger_is_read_once(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    told = workspace.copies.left()
    read, inner = list[EntryKind](), entry_reader.as_entry

    def counted(row: object) -> object:
        made = inner(row)  # type: ignore[arg-type]
        read.append(made.kind)
        return made

    monkeypatch.setattr(entry_reader, "as_entry", counted)
    assert [one.export for one in workspace.copies.left()] == [one.export for one in told]
    assert EntryKind.USE_RUN not in read
    workspace.uses["corpus"].build()
    read.clear()
    workspace.copies.left()
    assert read.count(EntryKind.USE_RUN) == 1, "what was recorded since"
