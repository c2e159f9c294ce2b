"""The folder of an export: written beside its place, and put there by one rename once it is whole.

If the process dies before the rename, the place is as it was and a folder ``.<name>.partial`` lies beside it, which
the next export to the same place removes. Replacing an earlier export takes two renames; dying between them
leaves the earlier one as ``.<name>.replaced``. Only exports of licet are ever replaced. Folders are 0750 and files
0640, less the umask, as in the store: these are members' words.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from licet.store.store_layout import MARKER
from licet.terms import UseError
from licet.terms.canonical import JsonObject
from licet.uses.corpus.exports.export_account import Account

#: Readers of whole folders pass by what begins so, and Hugging Face's datasets what has no ending that it knows.
MANIFEST = "_manifest"
SUMS = "_SHA256SUMS"
#: Where documents wait while they are put in order; gone before the folder is done.
SPILL = ".spill"
FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Export:
    """What was written. `files` are paths inside `folder`, in order; `bytes` is the size of all of them."""

    folder: Path
    files: tuple[str, ...]
    documents: int
    bytes: int


class FileEntry(NamedTuple):
    """A file of an export."""

    path: str
    sha256: str
    bytes: int


class Folder:
    """A folder being filled."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def file(self, path: str) -> Iterator[BinaryIO]:
        """A new file to write to; on the disk when the block ends."""
        target = self.root / path
        target.parent.mkdir(mode=0o750, exist_ok=True)
        with os.fdopen(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o640), "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())

    def write(self, path: str, text: str) -> None:
        """A text file, UTF-8."""
        with self.file(path) as stream:
            stream.write(text.encode())

    def write_json(self, path: str, value: JsonObject) -> None:
        """A JSON file for people: indented, UTF-8, keys in the order given."""
        self.write(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")

    def rename(self, old: str, new: str) -> None:
        (self.root / old).rename(self.root / new)

    def entries(self) -> list[FileEntry]:
        """Every file so far, sorted by path."""
        found = []
        for file in sorted(path for path in self.root.rglob("*") if path.is_file()):
            with file.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            path = file.relative_to(self.root).as_posix()
            found.append(FileEntry(path, digest, file.stat().st_size))
        return found

    def finish(self, form: str, account: Account) -> None:
        """Write the manifest of the export, then the sums of every file, for ``sha256sum -c``."""
        manifest = {
            "licet_export": FORMAT_VERSION,
            "form": form,
            **account.as_json(),
            "files": [entry._asdict() for entry in self.entries()],
        }
        self.write_json(MANIFEST, manifest)
        self.write(SUMS, "".join(f"{entry.sha256}  {entry.path}\n" for entry in self.entries()))


@contextmanager
def new_folder(out: str | Path, *, overwrite: bool) -> Iterator[Folder]:
    """A folder that appears at `out` when the block ends well, and not at all otherwise.

    Raises: UseError CORP-203 when something is at `out` already and may not be replaced, CORP-204 when `out` lies
    in a store, CORP-205 when the file system refuses.
    """
    place = Path(out).absolute()
    part, aside = (place.with_name(f".{place.name}.{state}") for state in ("partial", "replaced"))
    _check_place(place, overwrite)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o750)
        try:
            yield Folder(part)
            if place.exists() and any(place.iterdir()):
                shutil.rmtree(aside, ignore_errors=True)
                place.rename(aside)
            part.rename(place)
            _settle(place)
            shutil.rmtree(aside, ignore_errors=True)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            if aside.exists() and not place.exists():
                aside.rename(place)  # interrupted between the two renames: the earlier export goes back
            raise
    except OSError as error:
        raise UseError(
            "CORP-205",
            f"the export could not be written ({error.strerror or error})",
            str(place),
            "check that there is room and that the folder is yours to use; nothing was left there",
        ) from error


def summarise(folder: Folder, out: str | Path, documents: int) -> Export:
    """What is in a finished folder, under the place it will have."""
    entries = folder.entries()
    size = sum(entry.bytes for entry in entries)
    return Export(Path(out).absolute(), tuple(entry.path for entry in entries), documents, size)


def _check_place(place: Path, overwrite: bool) -> None:
    store = next((folder for folder in (place, *place.parents) if (folder / MARKER).exists()), None)
    if store is not None:
        raise UseError(
            "CORP-204", "an export may not lie in a store", str(store), "give a folder outside the store"
        )
    if not os.path.lexists(place) or (place.is_dir() and not any(place.iterdir())):
        return
    if not overwrite:
        raise UseError(
            "CORP-203",
            "there is something already",
            str(place),
            "give another folder, or allow it to be replaced",
        )
    if place.is_symlink() or not _is_export(place):
        raise UseError(
            "CORP-203",
            "what is there is no export of licet, so it is not replaced",
            str(place),
            "give another folder",
        )


def _is_export(place: Path) -> bool:
    for manifest in (MANIFEST, "manifest.json"):  # where it lay before
        try:
            return "licet_export" in json.loads((place / manifest).read_bytes())
        except (OSError, ValueError, TypeError):
            continue
    return False


def _settle(place: Path) -> None:
    """Make the names survive a power cut: every folder of the export, and the one it lies in."""
    for folder in (*(path for path in place.rglob("*") if path.is_dir()), place, place.parent):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
