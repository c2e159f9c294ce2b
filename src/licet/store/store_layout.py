"""Where things lie in a store, and nothing else: names in, names out, no reading or writing.

    licet-store.json                        the marker: this folder is a store, and of which format
    objects/ab/abcd….parquet                content: the name is the SHA-256 of the bytes, so `sha256sum` can check it
    snapshots/corpus/000000000007-<id>.json a published snapshot: the file is its canonical manifest, <id> its SHA-256
    lines/corpus/000000000007-<id>-<line>   empty: what the snapshot is one of, for whoever wants the newest of each
    purged/corpus/000000000005-<id>.json    the manifest of a purged snapshot: what it was, and none of its files
    retired/000000000009                    empty: the highest number that was removed; no number is used twice
    staging/                                one marker per unfinished build or purge, and files not yet whole
    lock                                    held by the one writer

What is in `staging/` when nobody holds the lock was left by a writer that died.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from licet.terms import StoreError
from licet.terms.ids import is_id

FORMAT_VERSION = 1
MARKER = "licet-store.json"
LINES = "lines"
LOCK = "lock"
OBJECTS = "objects"
PURGED = "purged"
RETIRED = "retired"
SNAPSHOTS = "snapshots"
STAGING = "staging"

_DIGEST = re.compile(r"[0-9a-f]{64}")
_SUFFIX = re.compile(r"(?:\.[a-z0-9]{1,16}){0,3}")
_OBJECT = re.compile(rf"{OBJECTS}/[0-9a-f]{{2}}/[0-9a-f]{{64}}(?:\.[a-z0-9]{{1,16}}){{0,3}}")
_NUMBER = re.compile(rf"{RETIRED}/\d{{12}}")
_SNAPSHOT = re.compile(r"(\d{12})-([0-9a-f]{64})\.json")
_LINE = re.compile(r"(\d{12})-([0-9a-f]{64})-([0-9a-f]{16})")


class SnapshotName(NamedTuple):
    """What the name of a published snapshot says. Sorts by sequence number, oldest first."""

    sequence: int
    kind: str
    id: str

    @property
    def path(self) -> str:
        return f"{SNAPSHOTS}/{self.kind}/{self.file_name}"

    @property
    def purged_path(self) -> str:
        return f"{PURGED}/{self.kind}/{self.file_name}"

    @property
    def file_name(self) -> str:
        return f"{self.sequence:012d}-{self.id}.json"


def parse_snapshot(kind: str, file_name: str) -> SnapshotName | None:
    """Read a file name under ``snapshots/<kind>/``; None when it is not one of ours."""
    match = _SNAPSHOT.fullmatch(file_name)
    return SnapshotName(int(match[1]), kind, match[2]) if match else None


def line_path(name: SnapshotName, line: str) -> str:
    """The empty file that says what line a snapshot is of.

    Raises: StoreError STOR-016 when `line` is not 16 hex digits.
    """
    path = f"{LINES}/{name.kind}/{name.sequence:012d}-{name.id}-{line}"
    if parse_line(name.kind, path.rpartition("/")[2]) is None:
        raise StoreError("STOR-016", f"{line!r} is no line", fix="give 16 lower-case hex digits")
    return path


def parse_line(kind: str, file_name: str) -> tuple[SnapshotName, str] | None:
    """Read a file name under ``lines/<kind>/``: of which snapshot, and the line; None when it is not one of ours."""
    match = _LINE.fullmatch(file_name)
    return (SnapshotName(int(match[1]), kind, match[2]), match[3]) if match else None


def is_manifest(path: str) -> bool:
    """Whether a file is the manifest of a snapshot, published or purged."""
    folder, _, rest = path.partition("/")
    kind, _, file_name = rest.partition("/")
    return folder in (SNAPSHOTS, PURGED) and parse_snapshot(kind, file_name) is not None


def is_bookkeeping(path: str) -> bool:
    """Whether a file is the lock, the marker, a number that was used or a line: no builder writes anything in it."""
    folder, _, rest = path.partition("/")
    is_line = folder == LINES and parse_line(*rest.partition("/")[::2]) is not None
    return path in (LOCK, MARKER) or _NUMBER.fullmatch(path) is not None or is_line


def is_own(path: str) -> bool:
    """Whether a file bears a name that the store gave it."""
    return is_manifest(path) or is_bookkeeping(path) or _OBJECT.fullmatch(path) is not None


def retired_path(sequence: int) -> str:
    """The empty file that keeps `sequence` from being used again. Empty, so that a full disk can be freed."""
    return f"{RETIRED}/{sequence:012d}"


def is_digest(text: object) -> bool:
    """Whether `text` is a SHA-256 in lower-case hex."""
    return isinstance(text, str) and _DIGEST.fullmatch(text) is not None


def object_folder(digest: str) -> str:
    """The folder an object lies in.

    Raises: StoreError STOR-016 when `digest` is not a SHA-256 in lower-case hex.
    """
    if not is_digest(digest):
        raise StoreError(
            "STOR-016",
            f"{digest!r} is not the digest of an object",
            fix="give the 64 hex digits of a SHA-256",
        )
    return f"{OBJECTS}/{digest[:2]}"


def object_path(digest: str, suffix: str) -> str:
    """The path of a new object. `suffix` is for people and readers; it is not part of the address.

    Raises: StoreError STOR-016 when the suffix is not like ``.parquet`` or ``.jsonl.gz``.
    """
    if _SUFFIX.fullmatch(suffix) is None:
        raise StoreError(
            "STOR-016",
            f"{suffix!r} is not a file suffix",
            fix="use lower-case letters and digits, like .parquet",
        )
    return f"{object_folder(digest)}/{digest}{suffix}"


def check_kind(kind: str) -> str:
    """`kind` itself, when it can name a kind of snapshot.

    Raises: StoreError STOR-016 otherwise.
    """
    if not is_id(kind):
        raise StoreError(
            "STOR-016",
            f"{kind!r} is not a kind of snapshot",
            fix="use lower-case letters and digits, like corpus",
        )
    return kind
