"""Whose download it is, by all that stands in it, and what of it is to be read: on the way from a file to a report.

Signatures are weighed by how many of a platform's different files there are, never by how many files of a common name.
What was handed over in a chat, or lies in somebody's cloud storage, is data there and no evidence. Where two answers
are left, nobody is reported on under a policy that may be the wrong one: the candidates are named.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from licet.sources.archives.archive_kinds import (
    KIND_NAMES,
    LOOKED_INTO,
    Kind,
    Other,
    Signature,
    base_name,
    is_handed_over,
    saved_again,
    signature_of,
)
from licet.sources.archives.export_copies import each_once
from licet.sources.archives.missing_parts import missing_parts
from licet.sources.byte_reader import ByteReader
from licet.sources.download import Download
from licet.sources.file_names import is_shadow
from licet.sources.import_report import FileOutcome, Unread
from licet.sources.linkedin.linkedin_layout import layout_of
from licet.sources.zip_archive import Entry
from licet.terms import SourceError

#: Files looked at in all, and of those whose names differ by numbers alone.
_MOST_LOOKED_AT, _MOST_ALIKE = 2_000, 12
#: How many times the marks of another a platform must have, of so many at least, to count where both stand together.
_CLEARLY, _CLEARLY_FROM = 4, 4
_DIGITS = re.compile(r"\d+")
_SPREADSHEET = re.compile(r"\.(xlsx?|xlsm|ods|numbers)$", re.IGNORECASE)
#: Where others' exports are no evidence: the folders of what was stored or handed over.
_STORED = {
    Kind.TAKEOUT: re.compile(r"(^|/)takeout/", re.IGNORECASE),
    Kind.META: re.compile(r"(^|/)messages/", re.IGNORECASE),
}
#: Platforms to which people hand files over.
_CHATS = (Kind.CHATGPT, Kind.CLAUDE)


@dataclass(slots=True)
class Found:
    """Whose download it is.

    download: its files, without those that are listed in `others` and `unread`.
    """

    kind: Kind
    download: Download
    others: list[FileOutcome] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


class _Part:
    """Some of the files of a download."""

    def __init__(self, download: Download, entries: tuple[Entry, ...]) -> None:
        self._download, self._entries = download, entries

    @property
    def unread(self) -> tuple[Unread, ...]:
        return self._download.unread

    def entries(self) -> tuple[Entry, ...]:
        return self._entries

    def open(self, name: str) -> AbstractContextManager[ByteReader]:
        return self._download.open(name)

    def peek(self, name: str, size: int) -> bytes:
        return self._download.peek(name, size)


def whose(
    download: Download, path: Path | str, platform: Kind | None = None, name: str | None = None
) -> Found:
    """Say whose download it is, and leave out what is not of it or stands there twice.

    platform: the one that a person says it is; it must be among the candidates.
    name:     what the file was called, where its path does not say.
    Raises: SourceError SRC-048 when nothing in it is known, SRC-172 when it may be one of several's, or holds those of
    two people, SRC-173 when it is of a platform whose download is not read.
    """
    entries, others = _without_shadows(download.entries())
    signatures = _signatures(download, entries)
    if not signatures and any(entry.is_nested for entry in entries):
        raise SourceError(
            "SRC-048",
            "nothing in this is of a download that licet reads, but for archives that are not opened",
            str(path),
            "unpack the archives in it, and give that folder",
        )
    if not signatures and download.unread:
        raise SourceError(
            "SRC-048",
            "nothing in this is of a download that licet reads, as far as it can be read",
            str(path),
            f"see why it cannot be: {download.unread[0].name}: {download.unread[0].why}",
        )
    kind, kept = _kind(signatures, path, platform)
    found = Found(kind, download, others, list(download.unread))
    entries = tuple(_of_this(entries, kind, kept, signatures, found))
    entries = tuple(each_once(download, entries, kind, signatures, path, found.others, found.unread))
    entries = tuple(_readable(download, entries, kind, found))
    found.unread += missing_parts(entries, kind, base_name(name or str(path)), Path(path))
    found.download = _Part(download, entries)
    return found


def part_of(kind: Kind, download: Download, path: Path | str) -> Found:
    """The files of one platform's download, each once, whatever in it is known; for an importer of that platform.

    Raises: SourceError SRC-048 when it is another platform's, SRC-172 when it may be, or holds those of two people.
    """
    entries, others = _without_shadows(download.entries())
    signatures = _signatures(download, entries)
    is_sure = any(found.is_sure for found in signatures.values())
    chosen, rivals = _kind(signatures, path, None) if is_sure else (kind, set[Kind | Other]())
    if chosen is not kind:
        raise SourceError(
            "SRC-048", f"this is a download of {KIND_NAMES[chosen]}, and none of {KIND_NAMES[kind]}", str(path),
            f"give the ZIP that {KIND_NAMES[kind]} sent, as it was downloaded",
        )  # fmt: skip
    found = Found(kind, download, others, list(download.unread))
    entries = tuple(_of_this(entries, kind, rivals, signatures, found))
    found.download = _Part(
        download, tuple(each_once(download, entries, kind, signatures, path, found.others, found.unread))
    )
    return found


def _without_shadows(entries: tuple[Entry, ...]) -> tuple[tuple[Entry, ...], list[FileOutcome]]:
    shadows = [entry for entry in entries if is_shadow(entry.name)]
    if not shadows:
        return entries, []
    left = {entry.name for entry in shadows}
    more = f" and {len(shadows) - 1} more" if len(shadows) > 1 else ""
    outcome = FileOutcome(
        f"{shadows[0].name}{more}", "not imported",
        reason="left there by a computer's own system when it was packed; nothing of the platform's",
    )  # fmt: skip
    return tuple(entry for entry in entries if entry.name not in left), [outcome]


def _signatures(download: Download, entries: tuple[Entry, ...]) -> dict[str, Signature]:
    """What the files say, by name: of files that are called alike, a few."""
    alike: Counter[tuple[str, str]] = Counter()
    found: dict[str, Signature] = {}
    looked = 0
    for entry in sorted(
        entries, key=lambda entry: (is_handed_over(entry.name), entry.name.count("/"), entry.name)
    ):
        *folders, base = entry.name.replace("\\", "/").split("/")
        folder = "/".join(folders[:2] if len(folders) > 2 else folders)
        group = (folder, _DIGITS.sub("0", base.casefold()))
        alike[group] += 1
        if entry.is_nested or alike[group] > _MOST_ALIKE or looked >= _MOST_LOOKED_AT:
            continue
        looked += entry.name.casefold().endswith(LOOKED_INTO)
        try:
            signature = signature_of(download, entry.name)
        except SourceError:
            continue  # what is wrong with it is said when it is read
        if signature is not None:
            found[entry.name] = signature
    return found


def _kind(
    signatures: dict[str, Signature], path: Path | str, platform: Kind | None
) -> tuple[Kind, set[Kind | Other]]:
    """The platform, and the others that have files in it that are not only data there."""
    sure = {name: found for name, found in signatures.items() if found.is_sure}
    candidates: set[Kind | Other] = {found.kind for found in sure.values()}
    if platform is not None:
        if platform not in {found.kind for found in signatures.values()}:
            raise _doubt(path, {found.kind for found in signatures.values()})
        rivals = candidates - {platform}
        return platform, {rival for rival in rivals if not _is_data_in(rival, platform, sure)}
    if not candidates:
        return _hinted(signatures, path), set()
    left = {
        one
        for one in candidates
        if not any(_is_data_in(one, other, sure) for other in candidates - {one} if isinstance(other, Kind))
    } or candidates
    marks = {one: len({found.mark for found in sure.values() if found.kind == one}) for one in left}
    best = max(left, key=lambda one: (marks[one], isinstance(one, Kind)))
    rivals = left - {best}
    together = all(_meet(best, rival, sure) for rival in rivals)
    is_clear = marks[best] >= _CLEARLY_FROM and all(marks[best] >= _CLEARLY * marks[one] for one in rivals)
    if rivals and not (together and is_clear):
        raise _doubt(path, left)
    if isinstance(best, Other):
        raise _not_read(path, best)
    return best, rivals


def _hinted(signatures: dict[str, Signature], path: Path | str) -> Kind:
    """The platform where no file is surely of one: by a shape that no other has, or by two different files."""
    hints = {found.kind for found in signatures.values()}
    kinds = {kind for kind in hints if isinstance(kind, Kind)}
    other = next((kind for kind in hints if isinstance(kind, Other)), None)
    if not kinds:
        raise nothing_known(path) if other is None else _not_read(path, other)
    kind = min(kinds)
    marks = {found.mark for found in signatures.values() if found.kind == kind}
    if len(kinds) > 1 or (len(marks) < 2 and kind not in _CHATS):
        raise _doubt(path, set(kinds))
    return kind


def _folders(kind: Kind | Other, sure: dict[str, Signature]) -> list[PurePosixPath]:
    return [
        PurePosixPath(name.replace("\\", "/")).parent for name, found in sure.items() if found.kind == kind
    ]


def _root(kind: Kind | Other, sure: dict[str, Signature]) -> PurePosixPath:
    """The folder in which everything lies that is surely a platform's."""
    first, *rest = _folders(kind, sure)
    while not all(folder.is_relative_to(first) for folder in rest):
        first = first.parent
    return first


def _is_data_in(inner: Kind | Other, outer: Kind, sure: dict[str, Signature]) -> bool:
    """Whether all that is of one platform lies where the other keeps what people handed over or stored."""
    names = [name.replace("\\", "/") for name, found in sure.items() if found.kind == inner]
    stored = _STORED.get(outer)
    if stored is not None:
        return all(stored.search(name) for name in names)
    if outer not in _CHATS or not _folders(outer, sure):
        return False
    root = _root(outer, sure)
    marks = {found.mark for found in sure.values() if found.kind == inner}
    return len(marks) < 3 and all(
        folder != root and folder.is_relative_to(root) for folder in _folders(inner, sure)
    )


def _meet(one: Kind | Other, other: Kind | Other, sure: dict[str, Signature]) -> bool:
    """Whether two platforms' files lie in one folder, as no two downloads do side by side."""
    return not set(_folders(one, sure)).isdisjoint(_folders(other, sure))


def _of_this(
    entries: Iterable[Entry],
    kind: Kind,
    rivals: set[Kind | Other],
    signatures: dict[str, Signature],
    found: Found,
) -> Iterator[Entry]:
    """The entries without those that are surely another platform's."""
    if not rivals:
        yield from entries
        return
    sure = {name: one for name, one in signatures.items() if one.is_sure}
    own = set(_folders(kind, sure))
    roots = {rival: _root(rival, sure) for rival in rivals}
    for entry in entries:
        folder = PurePosixPath(entry.name.replace("\\", "/")).parent
        signature = signatures.get(entry.name)
        rival = next(
            (
                rival
                for rival, root in roots.items()
                if (signature is not None and signature.kind == rival)
                or (folder.is_relative_to(root) and not any(mine.is_relative_to(root) for mine in own))
            ),
            None,
        )
        if rival is None:
            yield entry
        else:
            reason = f"it is of another download, {_name(rival)}: give that by itself"
            found.others.append(FileOutcome(entry.name, "not imported", reason=reason))


def _readable(download: Download, entries: Iterable[Entry], kind: Kind, found: Found) -> Iterator[Entry]:
    """The entries without archives and sheets that were saved again, which are unread."""
    for entry in entries:
        stem = _SPREADSHEET.sub("", entry.name)
        if entry.is_nested and kind is not Kind.CHATGPT:  # where it was handed over, like any file beside it
            why = "an archive within the download is not opened: unpack it, and give that folder or file by itself"
            found.unread.append(
                Unread(
                    entry.name,
                    "the whole archive",
                    why,
                    entry.claimed_bytes,
                    _kind_of_archive(entry.name, kind),
                )
            )
        elif kind is Kind.LINKEDIN and (
            (stem != entry.name and layout_of(stem) is not None) or saved_again(download, entry.name)
        ):
            why = "a sheet that a spreadsheet saved again: give the CSV as LinkedIn sent it"
            found.unread.append(Unread(entry.name, "the whole file", why, entry.claimed_bytes))
        else:
            yield entry


def _kind_of_archive(name: str, kind: Kind) -> str | None:
    """What an archive holds that lies among what people handed over or sent; None where it may be anything."""
    path = name.replace("\\", "/").casefold()
    if kind is Kind.META and re.search(r"(^|/)messages/", path):
        return "private_communication"
    return "content.media" if kind is Kind.TAKEOUT and re.search(r"takeout/[^/]+/.*/", path) else None


def _name(kind: Kind | Other) -> str:
    return kind.name if isinstance(kind, Other) else KIND_NAMES[kind]


def kind_called(platform: str) -> Kind:
    """The kind that a person means. Raises: SourceError SRC-175 for one that is none."""
    try:
        return Kind(platform.strip().casefold())
    except ValueError:
        raise SourceError(
            "SRC-175", f"{platform!r} is no platform whose downloads are read", "platform",
            f"write one of {', '.join(Kind)}",
        ) from None  # fmt: skip


def nothing_known(path: Path | str) -> SourceError:
    """What to say of a file in which nothing is known."""
    return SourceError(
        "SRC-048",
        "nothing in this is of a download that licet reads",
        str(path),
        "give the ZIP as LinkedIn, OpenAI, Meta, Google, X, Reddit or Anthropic sent it",
    )


def _doubt(path: Path | str, candidates: set[Kind | Other]) -> SourceError:
    names = sorted(_name(one) for one in candidates)
    chosen = " or ".join(sorted(f"--platform {one.value}" for one in candidates if isinstance(one, Kind)))
    return SourceError(
        "SRC-172",
        f"this may be the download of any of these: {', '.join(names) or 'none that is known'}",
        str(path),
        f"unpack it and give one folder, or say to licet audit whose it is ({chosen})"
        if chosen
        else "give the ZIP as it was sent",
    )


def _not_read(path: Path | str, other: Other) -> SourceError:
    what = f"this is a download of {other.name}, which licet does not read"
    if other.name == "Stack Overflow":
        fix = "read a dump with licet import stackexchange; how to opt out says licet guide stack_overflow"
    elif other.name == "a spreadsheet":
        what = "this is a spreadsheet that was saved again, and no download"
        fix = "give the ZIP or the CSV as the platform sent it"
    elif other.pack is not None:
        fix = f"what its policy says, and how to opt out, says licet guide {other.pack}"
    else:
        fix = "give one of LinkedIn, OpenAI, Meta, Google, X, Reddit or Anthropic"
    return SourceError("SRC-173", what, str(path), fix)
