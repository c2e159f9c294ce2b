"""The texts of a file or a folder, read within bounds: never outside the folder, never through a link, never too much.

What is not read is told with its reason; a folder that holds more than the bounds is refused rather than half read.
"""

from __future__ import annotations

import itertools
import os
import stat
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from licet.terms import AppError

#: What a folder's policy texts are called. A file named by itself may have any name.
SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml"})


class Limits(NamedTuple):
    """How much is read: texts, bytes of each, bytes of all, entries of folders, folders within folders."""

    files: int = 2000
    file_bytes: int = 4_000_000
    all_bytes: int = 64_000_000
    entries: int = 50_000
    depth: int = 24


class Text(NamedTuple):
    """name: the path below the folder that was named."""

    name: str
    text: str


class NotRead(NamedTuple):
    """A file or folder that was passed over, and why."""

    name: str
    why: str


def read_texts(
    root: Path, limits: Limits, not_read: list[NotRead], but: Collection[Path] = ()
) -> Iterator[Text]:
    """Every text below `root`, in the order of names; what is passed over is added to `not_read`.

    but:    folders of `root` that are not looked into.
    Raises: AppError APP-130 when `root` cannot be read, APP-131 when it holds more than the limits.
    """
    try:
        if not root.is_dir():
            told = _read(root, limits)
            if isinstance(told, str):
                raise AppError("APP-130", f"there is no text to be read: {told}", str(root), _NAME_ANOTHER)
            yield Text(_named(Path(root.name)), _decoded(told))
            return
    except OSError as error:
        said = (error.strerror or "it cannot be opened").lower()
        raise AppError("APP-130", f"there is no text to be read: {said}", str(root), _NAME_ANOTHER) from None
    files = read = 0
    for path in _below(root, root, limits, not_read, itertools.count(1), but):
        name = _named(path.relative_to(root))
        if path.suffix.lower() not in SUFFIXES:
            continue
        files += 1
        try:
            told = _read(path, limits)
        except OSError as error:
            told = (error.strerror or "it cannot be opened").lower()
        if isinstance(told, str):
            not_read.append(NotRead(name, told))
            continue
        read += len(told)
        if files > limits.files or read > limits.all_bytes:
            raise _too_much(root, limits)
        yield Text(name, _decoded(told))


def _too_much(root: Path, limits: Limits) -> AppError:
    return AppError(
        "APP-131",
        f"the folder holds more than {limits.files} texts, {limits.all_bytes // 1_000_000} MB of them, or "
        f"{limits.entries} entries",
        str(root),
        "name the folder of one platform, or one file",
    )


def _named(path: Path) -> str:
    """A path as text that can be shown; bytes that are no text are spelt out."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


_NAME_ANOTHER = "name a text, markdown or HTML file, or a folder of them"


def _below(
    folder: Path,
    root: Path,
    limits: Limits,
    not_read: list[NotRead],
    seen: Iterator[int],
    but: Collection[Path],
) -> Iterator[Path]:
    depth = len(folder.relative_to(root).parts)
    entries = []
    try:
        with os.scandir(folder) as found:
            for entry in found:
                if next(seen) > limits.entries:
                    raise _too_much(root, limits)
                entries.append(entry)
    except OSError as error:
        not_read.append(NotRead(_named(folder.relative_to(root)), (error.strerror or "closed").lower()))
        return
    entries.sort(key=lambda entry: entry.name)
    for entry in entries:
        path = folder / entry.name
        if entry.name.startswith(".") or path in but:
            continue  # a repository's own files
        if entry.is_symlink():
            not_read.append(NotRead(_named(path.relative_to(root)), "it is a link"))
        elif entry.is_dir(follow_symlinks=False):
            if depth + 1 > limits.depth:
                not_read.append(NotRead(_named(path.relative_to(root)), "it lies too deep"))
            else:
                yield from _below(path, root, limits, not_read, seen, but)
        elif entry.is_file(follow_symlinks=False):
            yield path


def _read(path: Path, limits: Limits) -> bytes | str:
    """The bytes, or why not. Raises: OSError."""
    # Without waiting: a pipe, or a device put in a file's place, would never answer.
    number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(number, "rb") as file:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            return "it is no file"
        data = file.read(limits.file_bytes + 1)
    if len(data) > limits.file_bytes:
        return f"it is larger than {limits.file_bytes // 1_000_000} MB"
    if b"\0" in data:
        return "it is not text"
    return data


def _decoded(data: bytes) -> str:
    return data.decode("utf-8-sig", errors="replace")
