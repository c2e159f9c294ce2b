"""Bringing data into a workspace: an importer writes Parquet, the catalogue learns of it, a recipe is laid out.

The data folder is written first and the catalogue last, so an import that dies half-way leaves a catalogue
that still speaks the truth; the next import of that name clears what was left.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Collection, Iterator
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from licet.app.results import Imported
from licet.app.workspace_layout import Layout
from licet.sources.catalogue import Table
from licet.sources.catalogue_file import load_catalogue, merge_tables, save_catalogue
from licet.sources.file_replacement import replace_file
from licet.terms import AppError
from licet.terms.disk_errors import clear_disk_errors
from licet.uses.ads.segment import FILE_NAME as SEGMENTS
from licet.uses.corpus.recipe import shipped_recipe

if TYPE_CHECKING:
    from licet.sources.import_report import ImportReport


def import_stackexchange(layout: Layout, folder: Path, replace: bool, progress: Any) -> Imported:
    from licet.sources.stackexchange import import_stackexchange as read_stackexchange  # loads place names

    return _bring_in(
        layout, "stackexchange", replace, lambda out: read_stackexchange(folder, out, progress=progress)
    )


def import_linkedin(
    layout: Layout, archive: Path, subject: str, region: str | None, replace: bool, progress: Any
) -> Imported:
    from licet.sources.linkedin import import_linkedin as read_linkedin  # loads place names

    return _bring_in(
        layout,
        "linkedin",
        replace,
        lambda out: read_linkedin(archive, out, subject=subject, region=region, progress=progress),
    )


def make_demo_world(layout: Layout, members: int, seed: int, replace: bool, progress: Any) -> Imported:
    from licet.sources.demo import make_demo_world as write_demo_world  # loads its grammar

    return _bring_in(
        layout,
        "demo",
        replace,
        lambda out: write_demo_world(out, members=members, seed=seed, progress=progress),
    )


@contextlib.contextmanager
def swapped_in(fresh: Path, target: Path) -> Iterator[None]:
    """A fresh folder to write to, which takes the place of another when the block ends without an error."""
    with clear_disk_errors("importing"):
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700, parents=True)
        try:
            yield
            shutil.rmtree(target, ignore_errors=True)
            fresh.rename(target)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise


def _bring_in(layout: Layout, source: str, replace: bool, read: Callable[[Path], Any]) -> Imported:
    """Run an importer into a fresh folder, swap it in, and only then change the catalogue."""
    target = layout.data / source
    fresh = layout.data / f".{source}.new"
    catalogue = load_catalogue(layout.catalogue)
    if catalogue.tables and not replace:
        raise AppError(
            "APP-031",
            "the workspace has data already",
            str(layout.catalogue),
            "use --replace to put the new data in its place, or another --workspace",
        )
    with swapped_in(fresh, target):
        report = read(fresh)
    with clear_disk_errors("importing"):
        tables = moved_tables(report, fresh, target, layout.root)
        empty = catalogue.model_copy(update={"tables": {}, "facts": None})
        save_catalogue(merge_tables(empty, tables, report.facts, replace=True), layout.catalogue)
        with replace_file(layout.recipe) as file:
            file.write(_recipe_for(source, tables).encode())
        for use, path in (("recommend", layout.recommend), ("ads", layout.root / SEGMENTS)):
            shipped = _layout_for(use, source)
            if shipped is None:
                path.unlink(missing_ok=True)  # it spoke of the tables that are gone
            else:
                with replace_file(path) as file:
                    file.write(shipped.encode())
    notes, files = tuple(getattr(report, "notes", ())), tuple(getattr(report, "files", ()))
    return Imported(
        source, dict(report.counts), notes, files, str(layout.recipe), tuple(getattr(report, "unread", ()))
    )


def _recipe_for(source: str, tables: Collection[str]) -> str:
    """The shipped recipe; where the source lacked a file, without the documents of the table it would have made."""
    text = shipped_recipe(source)
    recipe = yaml.safe_load(text)
    kinds = [kind for kind in recipe["documents"] if kind["table"] in tables]
    if not kinds or len(kinds) == len(recipe["documents"]):
        return text
    recipe["documents"] = kinds
    if recipe.get("declared_names", {}).get("table") not in tables:
        recipe.pop("declared_names", None)
    heading = "# How the imported tables become documents; files that were missing make none.\n"
    return heading + yaml.safe_dump(recipe, sort_keys=False, allow_unicode=True)


def _layout_for(use: str, source: str) -> str | None:
    """What of a source's tables a use goes by, where licet ships that; None elsewhere."""
    shipped = resources.files("licet.uses") / use / "layouts" / f"{source}.yaml"
    return shipped.read_text(encoding="utf-8") if shipped.is_file() else None


def moved_tables(report: ImportReport, fresh: Path, target: Path, root: Path) -> dict[str, Table]:
    """What a report says of its tables, as it is once they were swapped in."""
    return {
        name: table.model_copy(update={"location": _moved(table.location, fresh, target, root)})
        for name, table in report.tables.items()
    }


def _moved(location: Any, fresh: Path, target: Path, root: Path) -> Any:
    """The location after the swap, relative to the workspace so that it can be moved as a whole."""
    written = Path(location.parquet)
    inside = written.relative_to(fresh) if written.is_absolute() else written
    return location.model_copy(update={"parquet": str((target / inside).relative_to(root))})
