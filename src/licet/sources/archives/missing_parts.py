"""The parts of a divided download that are not there, as the names of its parts and the numbers in them say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from licet.sources.archives.archive_kinds import Kind, base_name
from licet.sources.import_report import Unread
from licet.sources.zip_archive import Entry

_TAKEOUT_PART = re.compile(r"(takeout-\d{8}T\d{6}Z)(?:-\d{1,2})?-(\d{3})\b", re.IGNORECASE)
#: Claude's are numbered from nought.
_BATCH = re.compile(r"\bbatch-(\d{4})\b", re.IGNORECASE)
_PART = re.compile(r"\bpart[-_ ]?(\d{1,3})(?:[-_ ]?of[-_ ]?(\d{1,3}))?\b", re.IGNORECASE)
#: A first part smaller than the smallest that Google divides by has no second.
_SMALLEST_PART_BYTES = 900 * 1024**2
#: The last part is smaller than the others by so much at least; of parts as large there may be one more.
_SMALLER = 0.9
_AGAIN = "give all parts: put them into one folder, and give that"
_MOST_TOLD = 100


def missing_parts(entries: Iterable[Entry], kind: Kind, file_name: str, path: Path) -> Iterator[Unread]:
    """What is not there of a download that is called `file_name`, or of those in the folder at `path`."""
    names = [entry.name for entry in entries]
    tops = {file_name, *(re.split(r"[/\\]", name)[0] for name in names)}
    if kind is Kind.TAKEOUT and any(_TAKEOUT_PART.match(name) for name in tops):
        yield from _of_takeout(tops, path)
    elif kind is Kind.CLAUDE and (match := _BATCH.search(file_name)) is not None:
        for number in range(min(int(match[1]), _MOST_TOLD)):
            yield Unread(f"batch {number:04} of this download", "the whole part", _AGAIN)
    elif (match := _PART.search(file_name)) is not None:
        yield from _of_numbered(int(match[1]), int(match[2] or 0))
    if kind is Kind.CHATGPT:
        yield from _between(names)


def _of_takeout(names: Iterable[str], path: Path) -> Iterator[Unread]:
    made: dict[str, dict[int, str]] = {}
    for name in names:
        if (match := _TAKEOUT_PART.match(name)) is not None:
            made.setdefault(match[1], {})[int(match[2])] = name
    for stamp, parts in sorted(made.items()):
        last, of = max(parts), "this Takeout" if len(made) == 1 else stamp
        for number in sorted(set(range(1, min(last, _MOST_TOLD))) - parts.keys()):
            yield Unread(f"part {number} of {of}", "the whole part", _AGAIN)
        if not _is_last(last, parts, path):
            yield Unread(f"parts after part {last} of {of}, if there are any", "the whole part", _AGAIN)


def _is_last(last: int, parts: dict[int, str], path: Path) -> bool:
    """Whether no part follows: a first one that is smaller than any limit, or one that is smaller than the others."""
    files = {number: path / name if path.is_dir() else path for number, name in parts.items()}
    sizes = {number: file.stat().st_size for number, file in files.items() if file.is_file()}
    if last not in sizes or (last > 1 and len(parts) == 1):
        return last == 1 and last not in sizes
    others = max((size for number, size in sizes.items() if number != last), default=0)
    return sizes[last] < max(_SMALLEST_PART_BYTES, _SMALLER * others)


def _of_numbered(number: int, last: int) -> Iterator[Unread]:
    for part in range(1, min(max(number, last + 1), _MOST_TOLD)):
        if part != number:
            of = f" of {last}" if last else ""
            yield Unread(f"part {part}{of} of this download", "the whole part", _AGAIN)
    if not last:
        yield Unread(
            f"parts after part {number} of this download, if there are any", "the whole part", _AGAIN
        )


def _between(names: Iterable[str]) -> Iterator[Unread]:
    """Numbered files of conversations that are not there, though later ones are."""
    numbers: dict[str, set[int]] = {}
    for name in names:
        match = re.fullmatch(
            r"((?:shared_)?conversations[-_])(\d{1,4})\.json", base_name(name), re.IGNORECASE
        )
        if match is not None:
            numbers.setdefault(match[1], set()).add(int(match[2]))
    for stem, present in numbers.items():
        for number in sorted(set(range(min(1, min(present)), max(present))) - present)[:_MOST_TOLD]:
            yield Unread(f"{stem}{number:03}.json", "the whole file", f"it is not in this download; {_AGAIN}")
