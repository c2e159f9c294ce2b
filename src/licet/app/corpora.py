"""The corpus operations of a workspace: opening gates for them, noting each use in the ledger, reading back."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from licet.app import artefacts
from licet.app.artefacts import note_use, open_access, present_access
from licet.app.concluded_forgettings import refuse_asked
from licet.app.copy_removals import Stands
from licet.app.followed_copies import keep, new_copy
from licet.app.results import CorpusDifference, CorpusExport, CorpusResult, DocumentName
from licet.app.tenses import stands_for_now, tense_of
from licet.deliveries import AsOf, Delivery
from licet.deliveries.delivered_root import in_order, leaves_of
from licet.enforce import Access
from licet.enforce.absences import Absences
from licet.enforce.gate_counts import Counts
from licet.enforce.origin import PurposeRef
from licet.ledger import EntryKind
from licet.store import SnapshotRef, Store
from licet.terms import AppError, UseError
from licet.terms.moments import Tense, format_moment, parse_moment
from licet.uses.corpus.corpus import Corpus
from licet.uses.corpus.corpus_log import CorpusLog
from licet.uses.corpus.exports import (
    Export,
    export_croissant,
    export_huggingface,
    export_jsonl,
    export_parquet,
)
from licet.uses.corpus.exports.export_account import Copy, Feed, make_account
from licet.uses.corpus.exports.exported_documents import SCHEMA
from licet.uses.corpus.permitted_documents import find_fallen, find_standing
from licet.uses.corpus.recipe import Recipe, load_recipe
from licet.uses.corpus.snapshot import KIND, CorpusManifest, Document, read_corpus
from licet.uses.manifest import read_heading, read_manifest, refuse_inspection
from licet.uses.run import Made
from licet.uses.use import Progress

if TYPE_CHECKING:
    from licet.app.core import Core


#: Whose a document is.
_WHOSE = pa.schema([pa.field("document_id", pa.string()), pa.field("subjects", pa.list_(pa.string()))])

#: What leaves the store with an export: no subject ids, no keys of the platform's own tables.
EXPORTED = list(SCHEMA.names)

EXPORTS: dict[str, Callable[..., Export]] = {
    "parquet": export_parquet,
    "jsonl": export_jsonl,
    "huggingface": export_huggingface,
    "croissant": export_croissant,
}


def build(
    core: Core,
    purpose: str,
    recipient: str,
    at: datetime | None,
    position: int | None,
    recipe: str | Path | None,
    people_left: int,
    absences: Absences,
    progress: Progress,
) -> CorpusResult:
    """Of now; of a past moment, with the refusals of today, for inspection.

    Raises: UseError CORP-208 for a moment to come, and for choices as they stood in the past.
    """
    made_by = _recipe(core, recipe)
    place = _present_position(core, position)
    tense = tense_of(core, at, place)
    if tense is Tense.FUTURE:
        assert at is not None
        raise _not_of_now(
            format_moment(at), "is still to come", "licet gate show --at counts what would pass then"
        )
    use = Corpus(made_by)
    if tense is Tense.PAST:
        access = open_access(core, use, purpose, recipient, at, place, absences, people_left, True)
        return _result(artefacts.build(core, use, access, progress, "inspection"))
    asked = PurposeRef(purpose, recipient)
    with present_access(core, use, asked, at, place, absences, people_left) as access:
        return _result(artefacts.build(core, use, access, progress))


def update(
    core: Core,
    snapshot: str,
    at: datetime | None,
    position: int | None,
    recipe: str | Path | None,
    people_left: int,
    absences: Absences,
    progress: Progress,
) -> CorpusResult:
    """To now. Raises: UseError CORP-200 for a snapshot made for inspection, CORP-208 for another moment or position."""
    earlier = usable(core, snapshot, "updated")
    made_by = _recipe(core, recipe)
    asked = read_heading(earlier).purpose
    place = _present_position(core, position)
    if tense_of(core, at, place) is not Tense.PRESENT:
        assert at is not None
        raise _not_of_now(format_moment(at), "is not now", "a corpus is updated to what may be used now")

    use = Corpus(made_by)
    with present_access(core, use, asked, at, place, absences, people_left) as access:
        return _result(artefacts.update(core, use, access, earlier, progress))


def usable(core: Core, which: str, done: str) -> SnapshotRef:
    """A snapshot that something is to be made of; the latest is the latest that may be.

    done: what it would be, such as "exported". Raises: UseError CORP-200 for one that is for inspection.
    """
    if which == "latest":
        for made in core.store.newest(KIND):
            if not read_heading(made).inspection:
                return made
    snapshot = core.store.snapshot(KIND, which)
    refuse_inspection(snapshot, done)
    return snapshot


def _present_position(core: Core, position: int | None) -> int:
    """The ledger position that is asked for, where it stands for the present one."""
    place = core.position(position)
    if not stands_for_now(core, place):
        raise _not_of_now(f"ledger position {place}", "is of the past", "choices made since then hold")
    return place


def _not_of_now(what: str, why: str, also: str) -> UseError:
    return UseError(
        "CORP-208",
        f"a corpus is made of what may be used now, and {what} {why}",
        fix=f"leave the moment and the position out; {also}",
    )


def documents(
    core: Core,
    snapshot: SnapshotRef,
    limit: int | None,
    recipe: str | Path | None,
    absences: Absences,
) -> Iterator[Document]:
    """Those that may be used now; of a snapshot for inspection, those that could be then and nobody refuses now.

    Raises: as `export` does where nobody can tell.
    """
    said, made_by = read_corpus(snapshot), _recipe(core, recipe)
    at = parse_moment(said.at) if said.inspection else None
    with _of_today(core, said.purpose, at, made_by, absences) as access:
        fallen = find_fallen(access, snapshot, core.store, made_by)
    rows = (
        row
        for table in CorpusLog(core.store, said).documents()
        for row in _without(table, fallen).to_pylist()
    )
    return itertools.islice(rows, limit)


@contextlib.contextmanager
def _of_today(
    core: Core, asked: PurposeRef, at: datetime | None, made_by: Recipe, absences: Absences
) -> Iterator[Access]:
    """What judges a snapshot: access at a moment (None: now), by today's choices."""
    use, position = Corpus(made_by), core.ledger.position
    if at is None:
        with present_access(core, use, asked, at, position, absences) as access:
            yield access
    else:
        yield open_access(
            core, use, asked.purpose, asked.recipient, at, position, absences, for_inspection=True
        )


def _without(table: pa.Table, fallen: pa.Array) -> pa.Table:
    return table.filter(pc.invert(pc.is_in(table["document_id"], value_set=fallen)))


def diff(store: Store, before: SnapshotRef, after: SnapshotRef) -> CorpusDifference:
    """By document id; words are read of those that differ."""
    one, other = (CorpusLog(store, read_corpus(snapshot)) for snapshot in (before, after))
    by_rows = not (one.is_indexed and other.is_indexed)
    then, now = one.held(by_rows), other.held(by_rows)
    both = then.keys() & now.keys()
    changed = {id_ for id_ in both if then[id_] != now[id_]}
    new = {row["document_id"]: row for row in other.read_ids({*now} - both | changed).to_pylist()}
    old = one.read_ids({*then} - both).to_pylist()
    return CorpusDifference(
        before.name,
        after.name,
        [_shown(new[id_]) for id_ in sorted(new.keys() - changed)],
        [_shown(row) for row in sorted(old, key=lambda row: str(row["document_id"]))],
        [_shown(new[id_]) for id_ in sorted(changed)],
        len(both) - len(changed),
    )


def export(
    core: Core,
    snapshot: SnapshotRef,
    target: Path,
    form: str,
    overwrite: bool,
    recipient: str | None,
    leave_out: bool,
    recipe: str | Path | None,
    lease_days: int | None,
    absences: Absences,
) -> Export:
    """Write what of a snapshot is permitted now outside the store, and note in the ledger that it left it.

    Noted when all documents were read and before the export is there: what cannot be read is no export, and if the
    process dies in between, the ledger tells of one that never came to an end.
    Raises: AppError APP-030 for an unknown form; UseError CORP-209 when a document may not be used any more and is
    not left out, or when nobody can tell; CORP-203 and others from the exports; GateError GATE-006; AppError APP-311
    where somebody asked to be forgotten while it was written.
    """
    if form not in EXPORTS:
        raise AppError("APP-030", f"there is no export as {form!r}", fix=f"one of: {', '.join(EXPORTS)}")
    made_by, asked = _recipe(core, recipe), read_heading(snapshot).purpose
    asked = asked if recipient is None else replace(asked, recipient=recipient)
    with _of_today(core, asked, None, made_by, absences) as access:
        provenance = access.provenance()
        standing = find_standing(access, snapshot, core.store, made_by)
    if len(standing.fallen) and not leave_out:
        raise UseError(
            "CORP-209",
            f"{len(standing.fallen)} of its {len(standing.fallen) + standing.documents} documents may not be used now "
            f"by {asked.recipient}",
            snapshot.name,
            "licet corpus update, then export what that makes; or leave them out with --leave-out",
        )
    said, left_out = read_manifest(CorpusManifest, snapshot), len(standing.fallen)
    judged = AsOf(format_moment(provenance.at), provenance.position)
    followed = new_copy(core, KIND, asked, judged, form, target, lease_days)
    feed = None if followed is None else Feed(followed.export, followed.lease, core.signer.public_key_text)
    copy = Copy(provenance.at, provenance.position, asked.recipient, left_out, feed)
    account = make_account(snapshot.id, said, asked, standing.documents, standing.subjects, copy)

    def tables() -> Iterator[pa.Table]:
        leaves, more = [], dict[str, str]()
        for table in CorpusLog(core.store, said).documents():
            leaving = _without(table, standing.fallen).select(EXPORTED)
            leaves += [] if followed is None else [leaves_of(leaving)]
            yield leaving
        refuse_asked(core, provenance.position)
        if followed is not None:
            root = keep(core, followed, in_order(leaves))
            more = {"export": followed.export, "lease": followed.lease, "documents_root": root}
        counts = {"documents": standing.documents, "subjects": standing.subjects}
        note_use(
            core, KIND, "export", said, provenance.origin({}), counts, snapshot.id,
            form=form, folder=str(target.absolute()), left_out=left_out, **more,
        )  # fmt: skip

    return EXPORTS[form](tables(), account, target, overwrite=overwrite)


def standing_of(core: Core, delivery: Delivery, absences: Absences) -> Stands | None:
    """What may be in a copy now: of the latest corpus for its purpose. None where there is none any more."""
    made = [
        one
        for one in artefacts.latest(core, KIND)
        if read_heading(one).purpose.purpose == delivery.purpose
    ]  # fmt: skip
    if not made:
        return None
    made_by, asked = _recipe(core, None), PurposeRef(delivery.purpose, delivery.recipient)
    with _of_today(core, asked, None, made_by, absences) as access:
        as_of = AsOf(format_moment(access.provenance().at), access.provenance().position)
        standing = find_standing(access, made[-1], core.store, made_by)
    log = CorpusLog(core.store, read_corpus(made[-1]))
    rows = [_without(table, standing.fallen) for table in log.documents()]
    return Stands(
        as_of,
        in_order(leaves_of(table.select(EXPORTED)) for table in rows),
        pa.concat_tables([_WHOSE.empty_table(), *(table.select(_WHOSE.names) for table in rows)]),
    )


def exports(core: Core) -> list[CorpusExport]:
    """Every copy that the ledger tells of, the latest last."""
    names = {one.id: one.name for one in core.store.snapshots(KIND)}
    return [
        CorpusExport(
            entry.index,
            format_moment(entry.recorded_at),
            said["snapshot"],
            names.get(said["snapshot"]),
            said["form"],
            said.get("folder"),
            said["recipient"],
            said["documents"],
            said.get("left_out", 0),
            said["position"],
            not stands_for_now(core, said["position"]),
        )
        for entry in core.ledger.entries(0, core.ledger.position, EntryKind.USE_RUN)
        if (said := entry.payload) is not None and (said["use"], said["how"]) == (KIND, "export")
    ]


def _shown(row: Document) -> DocumentName:
    return {
        "document_id": row["document_id"],
        "kind": row["kind"],
        "key": row["key"],
        "language": row["language"],
    }


def _recipe(core: Core, recipe: str | Path | None) -> Recipe:
    return load_recipe(core.layout.recipe if recipe is None else Path(recipe))


def _result(built: Made) -> CorpusResult:
    made = read_manifest(CorpusManifest, built.snapshot)
    return CorpusResult(
        built.snapshot.id, built.snapshot.name, made.root, built.how, built.why,
        made.counts["documents"], made.counts["set_aside"], made.counts["subjects"], made.at,
        made.ledger.position, made.policy.id, Counts(made.passed, made.held_back),
        built.written, len(made.buckets), len(made.deltas), made.inspection,
    )  # fmt: skip
