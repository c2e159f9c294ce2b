"""A download that lies beside another of the same platform: each file once, and never two people as one.

Whose each is say its own files. Of two of one person the larger of each file counts, which is told; where nobody can
say whether they are of one person, what does not count is unread.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath

from licet.sources.archives.archive_kinds import KIND_NAMES, Kind, Signature, base_name, header_rows
from licet.sources.download import Download
from licet.sources.import_report import FileOutcome, Unread
from licet.sources.linkedin.linkedin_csv import fold_word
from licet.sources.zip_archive import Entry
from licet.terms import SourceError

#: Files that a download has once, by mark: where there are two, there are two downloads.
_ONCE = {
    Kind.LINKEDIN: None,
    Kind.REDDIT: None,
    Kind.CHATGPT: ("user", "conversations"),
    Kind.CLAUDE: ("users", "conversations"),
    Kind.META: ("meta_profile",),
    Kind.X: ("account", "manifest"),
    Kind.TAKEOUT: ("browser",),
}


def each_once(
    download: Download,
    entries: tuple[Entry, ...],
    kind: Kind,
    signatures: dict[str, Signature],
    path: Path | str,
    others: list[FileOutcome],
    unread: list[Unread],
) -> Iterator[Entry]:
    """Each file once where a download lies there twice: the larger of two, which is told.

    Raises: SourceError SRC-172 when the two are of different people.
    """
    roots = _roots(entries, kind, signatures)
    owners = {root: _owner_in(download, kind, entries, root, roots) for root in roots}
    if len({owner for owner in owners.values() if owner}) > 1:
        people = ", ".join(sorted(f"“{root or '.'}/”" for root in roots)[:6])
        raise SourceError(
            "SRC-172",
            f"this holds {KIND_NAMES[kind]} downloads of different people: {people}",
            str(path),
            "unpack it, and give the folder of one of them",
        )
    is_one_person = len(roots) > 1 and all(owners.values())
    counts = Counter(_root_of(entry, roots) for entry in entries)
    best: dict[tuple[str, ...], Entry] = {}
    keys: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        key = keys[entry.name] = _place(entry, roots)
        other = best.get(key)
        if other is None or _rank(entry, roots, counts) > _rank(other, roots, counts):
            best[key] = entry
    for entry in entries:
        counted = best[keys[entry.name]]
        if counted is entry:
            yield entry
        elif is_one_person or (entry.mark is not None and entry.mark == counted.mark):
            reason = f"it is there more than once; “{counted.name}” is the one that counts"
            others.append(FileOutcome(entry.name, "not imported", reason=reason))
        else:
            why = f"“{counted.name}” is larger, and whether both are of one person is unknown"
            unread.append(Unread(entry.name, "the whole file", why, entry.claimed_bytes))


def _roots(entries: tuple[Entry, ...], kind: Kind, signatures: dict[str, Signature]) -> tuple[str, ...]:
    """The folders of several downloads of one platform, the deepest first; one that is not told apart is no folder."""
    marks = _ONCE[kind]
    places: dict[str, list[PurePosixPath]] = {}
    for entry in entries:
        signature = signatures.get(entry.name)
        if signature is not None and signature.kind == kind and (marks is None or signature.mark in marks):
            path = PurePosixPath(entry.name.replace("\\", "/"))
            places.setdefault(path.name.casefold(), []).append(path.parent)
    roots: set[PurePosixPath] = set()
    for folders in places.values():
        if len(set(folders)) > 1:
            roots |= {_above(folder, [other for other in folders if other != folder]) for folder in folders}
    if kind not in (Kind.LINKEDIN, Kind.REDDIT, Kind.X):
        # what lies within one of these was stored or handed over there
        roots = {root for root in roots if not any(above in roots for above in root.parents)}
    found = sorted(("" if root == PurePosixPath(".") else str(root) for root in roots), key=len, reverse=True)
    return tuple(found) if len(found) > 1 else ()


def _above(folder: PurePosixPath, others: list[PurePosixPath]) -> PurePosixPath:
    """A folder without what it ends in as the others do: ``Basic/Jobs`` beside ``Complete/Jobs`` is ``Basic``."""
    while folder.name and any(other.name == folder.name for other in others):
        folder, others = folder.parent, [other.parent for other in others if other.name == folder.name]
    return folder


def _place(entry: Entry, roots: tuple[str, ...]) -> tuple[str, ...]:
    """What two copies of a file have in common: its place in its download, or its name and content."""
    name = entry.name.replace("\\", "/")
    root = _root_of(entry, roots)
    if root is not None:
        return ("in", name[len(root) :].strip("/").casefold())
    plain = re.sub(r" \(no\. \d+\)(?=\.[^.]*$|$)", "", name) if " (no. " in name else name
    return ("at", plain, str(entry.mark or entry.name))


def _root_of(entry: Entry, roots: tuple[str, ...]) -> str | None:
    """The deepest of the folders that a file lies in."""
    name = entry.name.replace("\\", "/")
    return next((root for root in roots if root == "" or name.startswith(f"{root}/")), None)


def _rank(entry: Entry, roots: tuple[str, ...], counts: Counter[str | None]) -> tuple[int, int]:
    """The larger of two copies counts; of two as large, the one of the larger download."""
    return entry.claimed_bytes, counts[_root_of(entry, roots)]


def _owner_in(
    download: Download, kind: Kind, entries: Iterable[Entry], root: str, roots: tuple[str, ...]
) -> str | None:
    """Whose a download in a folder of another is, as its own files say; None where they do not."""
    for entry in entries:
        if _root_of(entry, roots) != root:
            continue
        base, tell = base_name(entry.name).casefold(), _OWNER.get(kind)
        if tell is None or base not in tell[0]:
            continue
        try:
            owner = tell[1](download.peek(entry.name, 64 * 1024))
        except SourceError:
            continue
        if owner:
            return owner
    return None


def _profile_owner(start: bytes) -> str | None:
    rows = header_rows(start, 40)
    for number, row in enumerate(rows[:-1]):
        folded = [fold_word(cell) for cell in row]
        if "firstname" in folded and "lastname" in folded:
            cells = rows[number + 1]
            named = [
                cells[at] for at in (folded.index("firstname"), folded.index("lastname")) if at < len(cells)
            ]
            return " ".join(part.strip().casefold() for part in named) or None
    return None


def _statistics_owner(start: bytes) -> str | None:
    return next(
        (row[1].strip() for row in header_rows(start, 60) if row[0] == "account name" and len(row) > 1), None
    )


def _value_of(*keys: str) -> Callable[[bytes], str | None]:
    patterns = [re.compile(rf'"{key}"\s*:\s*"([^"]+)"'.encode()) for key in keys]

    def tell(start: bytes) -> str | None:
        found = next((match for pattern in patterns if (match := pattern.search(start)) is not None), None)
        return None if found is None else found[1].decode("utf-8", "replace")

    return tell


#: Which file of a download says whose it is, and how.
_OWNER: dict[Kind, tuple[tuple[str, ...], Callable[[bytes], str | None]]] = {
    Kind.LINKEDIN: (("profile.csv",), _profile_owner),
    Kind.REDDIT: (("statistics.csv",), _statistics_owner),
    Kind.CHATGPT: (("user.json",), _value_of("email", "id")),
    Kind.CLAUDE: (("users.json",), _value_of("email_address", "uuid")),
    Kind.META: (
        ("profile_information.json", "personal_information.json"),
        _value_of("full_name", "username", "value"),
    ),
    Kind.X: (("account.js", "manifest.js"), _value_of("accountId")),
}
