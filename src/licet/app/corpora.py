"""The corpus operations of a workspace: opening gates for them, noting each use in the ledger, reading back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from licet.app.results import CorpusDifference, CorpusResult
from licet.enforce import Gate
from licet.ledger import EntryKind, NewEntry
from licet.store import SnapshotRef, Store
from licet.terms import AppError
from licet.terms.moments import parse_moment
from licet.uses.corpus import corpus
from licet.uses.corpus.exports import (
    Export,
    export_croissant,
    export_huggingface,
    export_jsonl,
    export_parquet,
)
from licet.uses.corpus.exports.documents import SCHEMA
from licet.uses.corpus.recipe import Recipe, load_recipe
from licet.uses.corpus.snapshot import read_documents

if TYPE_CHECKING:
    from licet.app.workspace import Workspace

PURPOSE = "generative_ai_training"

#: What leaves the store with an export: no subject ids, no keys of the platform's own tables.
EXPORTED = list(SCHEMA.names)

_EXPORTS: dict[str, Callable[..., Export]] = {
    "parquet": export_parquet,
    "jsonl": export_jsonl,
    "huggingface": export_huggingface,
    "croissant": export_croissant,
}


def build(
    workspace: Workspace,
    purpose: str,
    recipient: str,
    at: datetime | None,
    position: int | None,
    recipe: str | Path | None,
    progress: corpus.Progress,
) -> CorpusResult:
    made_by = _recipe(workspace, recipe)
    gate = workspace.gate(
        purpose,
        recipient=recipient,
        at=at,
        position=position,
        columns=made_by.asks_for(),
        for_training=True,
    )
    built = corpus.build(
        gate,
        workspace.store,
        made_by,
        workspace.salt,
        record=_recorder(workspace, "build"),
        progress=progress,
    )
    return _result(built)


def update(
    workspace: Workspace,
    snapshot: str,
    at: datetime | None,
    position: int | None,
    recipe: str | Path | None,
    progress: corpus.Progress,
) -> CorpusResult:
    earlier = workspace.store.snapshot("corpus", snapshot)
    made_by = _recipe(workspace, recipe)
    asked = earlier.manifest["purpose"]
    moment = parse_moment(earlier.manifest["at"]) if at is None else at

    def open_gate(then: datetime, where: int | None) -> Gate:
        return workspace.gate(
            asked["purpose"],
            recipient=asked["recipient"],
            at=then,
            position=where,
            columns=made_by.asks_for(),
            for_training=True,
        )

    updated = corpus.update(
        open_gate(moment, position),
        lambda then, where: open_gate(parse_moment(then), where),
        earlier,
        workspace.store,
        made_by,
        workspace.salt,
        record=_recorder(workspace, "update"),
        progress=progress,
    )
    return _result(updated)


def documents(store: Store, snapshot: SnapshotRef, limit: int | None) -> Iterator[dict[str, Any]]:
    shown = 0
    for table in read_documents(store, snapshot.manifest):
        for row in table.to_pylist():
            if limit is not None and shown >= limit:
                return
            shown += 1
            yield row


def diff(store: Store, before: SnapshotRef, after: SnapshotRef) -> CorpusDifference:
    """By document id; buckets that both share as one file are not opened."""
    old, new = (
        {entry["bucket"]: entry for entry in snapshot.manifest["buckets"]} for snapshot in (before, after)
    )
    same = [n for n in old if n in new and old[n]["files"]["documents"] == new[n]["files"]["documents"]]
    unchanged = sum(old[n]["documents"] for n in same)

    def rows(snapshot: SnapshotRef) -> dict[str, dict[str, Any]]:
        entries = [entry for entry in snapshot.manifest["buckets"] if entry["bucket"] not in same]
        tables = read_documents(store, {"buckets": entries})
        return {row["document_id"]: row for table in tables for row in table.to_pylist()}

    then, now = rows(before), rows(after)
    both = then.keys() & now.keys()
    changed = sorted(id_ for id_ in both if then[id_] != now[id_])
    return CorpusDifference(
        before.name,
        after.name,
        [_shown(now[id_]) for id_ in sorted(now.keys() - then.keys())],
        [_shown(then[id_]) for id_ in sorted(then.keys() - now.keys())],
        [_shown(now[id_]) for id_ in changed],
        unchanged + len(both) - len(changed),
    )


def export(workspace: Workspace, snapshot: SnapshotRef, target: Path, form: str, overwrite: bool) -> Export:
    """Write a snapshot's documents outside the store, and note in the ledger that they left it.

    Noted when all of them were read and before the export is there: what cannot be read is no export, and if the
    process dies in between, the ledger tells of one that never came to an end.
    Raises: AppError APP-030 for an unknown form; UseError CORP-203 and others from the exports.
    """
    if form not in _EXPORTS:
        raise AppError("APP-030", f"there is no export as {form!r}", fix=f"one of: {', '.join(_EXPORTS)}")

    def tables() -> Iterator[pa.Table]:
        for table in read_documents(workspace.store, snapshot.manifest):
            yield table.select(EXPORTED)
        _recorder(workspace, "export", form=form)(snapshot.manifest, snapshot.id)

    return _EXPORTS[form](
        tables(), {**snapshot.manifest, "snapshot": snapshot.id}, target, overwrite=overwrite
    )


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("document_id", "kind", "key", "language")}


def _recipe(workspace: Workspace, recipe: str | Path | None) -> Recipe:
    return load_recipe(workspace.layout.recipe if recipe is None else Path(recipe))


def _recorder(workspace: Workspace, how: str, **more: str) -> Callable[[dict[str, Any], str], None]:
    """Notes a use in the ledger: what for, under which policy, as of where, and what came of it."""

    def record(manifest: dict[str, Any], snapshot: str) -> None:
        payload = {
            "use": "corpus",
            "how": how,
            "purpose": manifest["purpose"]["purpose"],
            "recipient": manifest["purpose"]["recipient"],
            "at": manifest["at"],
            "position": manifest["ledger"]["position"],
            "policy": manifest["policy"]["digest"],
            "snapshot": snapshot,
            "root": manifest["root"],
            "members_root": manifest["members"]["root"],
            "documents": manifest["counts"]["documents"],
            "subjects": manifest["counts"]["subjects"],
            **more,
        }
        workspace.ledger.append([NewEntry(EntryKind.USE_RUN, None, payload)])

    return record


def _result(built: corpus.Built) -> CorpusResult:
    manifest = built.snapshot.manifest
    counts = manifest["counts"]
    return CorpusResult(
        built.snapshot.id, built.snapshot.name, manifest["root"], built.how, built.why,
        counts["documents"], counts["set_aside"], counts["subjects"], manifest["at"],
        manifest["ledger"]["position"], manifest["policy"]["id"], manifest["passed"], manifest["held_back"],
        built.rewritten, len(manifest["buckets"]),
    )  # fmt: skip
