"""Somebody's own log of events, brought into a workspace beside the tables that are there.

The table is written first, the catalogue next and `recommend.yaml` last: whatever dies between leaves a catalogue that
speaks the truth. `recommend.yaml` is written where there is none; one that is there is its owner's and stays as it is.
"""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow  # noqa: F401 - whole before its parts: another thread would find them half made
import pyarrow.compute as pc
import pyarrow.parquet as pq

from licet.app.core import Core
from licet.app.data_import import moved_tables, swapped_in
from licet.app.results import Imported
from licet.app.workspace_layout import Layout
from licet.sources.catalogue import Catalogue, Table
from licet.sources.catalogue_file import load_catalogue, merge_tables, save_catalogue
from licet.sources.event_import import MEMBERS, SUBJECT, EventLog, import_event_log
from licet.sources.file_replacement import replace_file
from licet.sources.import_report import Progress
from licet.terms import AppError

#: The folder under the workspace's data in which each log has one of its own.
FOLDER = "events"


def import_events(
    core: Core, file: Path, log: EventLog, replace: bool, progress: Progress | None
) -> Imported:
    """One table of events; where nothing says who the members are, one of them too; and one of items, where those are
    said to be about nobody.

    Raises: AppError APP-031 where there is such a table, or one for members or items of that name that is somebody's
    own; SourceError SRC-193 for `items` that are no table with a key; as `import_event_log`.
    """
    layout = core.layout
    catalogue, folder = load_catalogue(layout.catalogue), layout.data / FOLDER
    if log.name in catalogue.tables and not replace:
        raise AppError(
            "APP-031",
            f"the workspace has a table {log.name} already",
            str(layout.catalogue),
            "use --replace to put these events in its place, or another name with --table",
        )
    target, fresh = folder / log.name, folder / f".{log.name}.new"
    listed, is_listed = f"{log.name}_items", log.items_are is not None
    earlier = catalogue.tables.get(listed)
    if is_listed and earlier is not None and not _lies_in(earlier, target, layout.root):
        raise AppError(
            "APP-031",
            f"the workspace has a table {listed} already",
            str(layout.catalogue),
            "name it with --items where it is of these items, or give these events another name with --table",
        )
    with_members = not _has_members(catalogue, target, layout.root)
    standing = catalogue.tables.get(MEMBERS)
    if with_members and standing is not None and not _lies_in(standing, target, layout.root):
        raise AppError(
            "APP-031",
            f"the workspace has a table {MEMBERS}, and does not say that it holds who the members are",
            str(layout.catalogue),
            f"name it under facts: in the catalogue, or give that table another name than {MEMBERS}",
        )
    with swapped_in(fresh, target):
        report = import_event_log(
            file, fresh, log, with_members=with_members, now=core.now(), progress=progress
        )
        tables = moved_tables(report, fresh, target, layout.root)
        if earlier is not None and _lies_in(earlier, target, layout.root):  # its file goes with the folder
            others = {name: table for name, table in catalogue.tables.items() if name != listed}
            catalogue = catalogue.model_copy(update={"tables": others})
        made = merge_tables(catalogue, tables, report.facts if with_members else None, replace=True)
    save_catalogue(made, layout.catalogue)
    notes = [*report.notes, *_recommended(layout, log)]
    if not with_members:
        people = pc.unique(pq.read_table(target / f"{log.name}.parquet", columns=[SUBJECT])[SUBJECT])
        missing = core.missing_subjects(people.to_pylist())
        if missing:
            notes.append(
                f"of {len(people):,} members {missing:,} are not in the table of members: nothing of theirs is used"
            )
    return Imported(log.name, dict(report.counts), tuple(notes), report.files, None, report.unread)


def _has_members(catalogue: Catalogue, target: Path, root: Path) -> bool:
    """Whether something says who the members are that this import does not replace."""
    return catalogue.facts is not None and not _lies_in(catalogue.tables[catalogue.facts.table], target, root)


def _lies_in(table: Table, folder: Path, root: Path) -> bool:
    place = table.location.parquet
    return place is not None and (root / place).parent == folder


def _recommended(layout: Layout, log: EventLog) -> list[str]:
    """Say that these events are interactions, where nobody has said anything of the kind; else that somebody may."""
    entry = f"{{table: {log.name}, weight: 1}}"
    if layout.recommend.exists():
        said = layout.recommend.read_text(encoding="utf-8", errors="replace")
        is_named = re.search(rf"\btable:\s*{re.escape(log.name)}\s*[,}}\n]", said)
        advice = f"to recommend by them, add {entry} to interactions in recommend.yaml"
        return [] if is_named else [advice]
    items = "" if log.item_table is None else f"items:\n  {log.item_table}: {{}}\n"
    with replace_file(layout.recommend) as file:
        file.write(
            (
                "# Which tables recommendations go by; what may be used of them says the policy.\n"
                f"licet_recommend: 1\ninteractions:\n  - {entry}\n{items}"
            ).encode()
        )
    return []
