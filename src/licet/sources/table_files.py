"""Which files a location names: the one list that engines read, stamps are checked in, and changes are told by.

A path is a file, a folder or a pattern; no pattern means a hidden file. A folder means every file of its kind below
it, at any depth, whatever the case of its suffix; names that begin with `_` or `.` and plain documents are no data. Any
other file in it is refused by name rather than left out without a word. The list is in a fixed order, and no engine
looks for files of its own.
"""

from __future__ import annotations

import functools
import glob
import os
from pathlib import Path

from licet.terms import SourceError

_SUFFIXES = {
    "parquet": (".parquet",),
    "csv": (".csv", ".csv.gz"),
    "jsonl": (".jsonl", ".jsonl.gz"),
}

#: What may lie beside data without being any.
_DOCUMENTS = (
    ".txt",
    ".md",
    ".rst",
    ".html",
    ".pdf",
    ".log",
    ".yaml",
    ".yml",
    ".sql",
    ".crc",
    ".md5",
    ".sha256",
)

#: Between the name and the value in a folder's name, where the catalogue says `hive: true`.
_IS = "="


def table_files(pattern: str, kind: str, base: Path | str) -> tuple[Path, ...]:
    """The files of a location of kind parquet, csv or jsonl, sorted; none where nothing is there.

    Raises: SourceError SRC-162 where a folder holds a file that is not of the kind.
    """
    text = os.path.join(base, pattern)  # noqa: PTH118 - as text: each answer looks
    place = Path(text)
    if not _has_magic(text) and os.path.isfile(text):  # noqa: PTH113
        return (place,)
    found = {place} if place.is_file() else set()
    # Path.glob takes no absolute pattern
    for match in (place, *map(Path, glob.glob(str(place), recursive=True))):  # noqa: PTH207
        if match.is_dir():
            found |= _below(match, kind, place)
        elif match.is_file() and not _is_hidden(match.name):
            found.add(match)
    return tuple(sorted(found))


_has_magic = functools.lru_cache(glob.has_magic)


def folder_names(path: Path, base: Path | str) -> tuple[str, ...]:
    """The names of the folders called ``name=value`` between `base` and a file, from the outermost."""
    inside = Path(path_from(path, base)).parts[:-1]
    return tuple(folder.split(_IS, 1)[0] for folder in inside if _IS in folder)


def _is_hidden(name: str) -> bool:
    return name.startswith(("_", "."))


def path_from(path: Path, base: Path | str) -> str:
    """The way to a file from the catalogue's folder: what it is called, wherever the workspace lies."""
    return os.path.relpath(path, base)


def _below(folder: Path, kind: str, place: Path) -> set[Path]:
    found: set[Path] = set()
    seen: set[str] = set()
    for root, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(root)
        # a link that leads back up would never end
        folders[:] = [] if real in seen else [name for name in folders if not _is_hidden(name)]
        if real in seen:
            continue
        seen.add(real)
        for name in names:
            if _is_hidden(name) or name.lower().endswith(_DOCUMENTS):
                continue
            if not name.lower().endswith(_SUFFIXES[kind]):
                raise SourceError(
                    "SRC-162",
                    f"{Path(root, name).relative_to(folder)} in this folder is not read as {kind}",
                    str(place),
                    f"move it away, begin its name with _, or name the files, as in *.{kind}",
                )
            found.add(Path(root, name))
    return found
