"""The residue scan: is anything of these people still in any file of the store? Law 9 rests on it.

Every file under the root is read, ours or not, published or left over. A scan that finds nothing is worth
only as much as its power to find, so each scan first proves that: decoys with random markers are hidden in every
way the store's formats can hide them, and some lie in the store itself for the walk to meet, beside files of what is
looked for. If one is missed, the scan is refused. Deleted files, the disk below the file system and backups are out of
its reach.
"""

from __future__ import annotations

from dataclasses import dataclass

from licet.store import store_layout
from licet.store.decoys import Decoy, make_decoys, make_marker_decoys, new_marker
from licet.store.marker_search import Wanted, look
from licet.store.store_location import Files
from licet.terms import StoreError

SHORTEST_MARKER = 4


@dataclass(frozen=True, slots=True, order=True)
class Residue:
    """One marker found in one file.

    file:   path in the store.
    offset: byte offset where `place` ends in bytes or something unpacked, row number where it ends in a column.
    place:  the way into the file, e.g. ``bytes`` or ``bytes › row group 0, column text``.
    """

    file: str
    marker: bytes
    offset: int
    place: str


def is_of_the_store(residue: Residue) -> bool:
    """Whether a hit lies where no builder puts data: in the name of a file of the store's own, its lock, its marker, a
    number that was used. Digits there are no trace of somebody whose id they are."""
    is_name = residue.place == "name"
    return store_layout.is_own(residue.file) if is_name else store_layout.is_bookkeeping(residue.file)


def scan(files: Files, markers: list[bytes], *, plant: bool) -> list[Residue]:
    """Where any of `markers` is, in any file; sorted, empty when nowhere.

    `plant` puts decoys into the store for the time of the scan; it needs the writer lock.
    Raises: StoreError STOR-012, STOR-013, STOR-018.
    """
    for marker in markers:
        if len(marker) < SHORTEST_MARKER:
            raise StoreError(
                "STOR-018",
                f"the marker {marker!r} is under {SHORTEST_MARKER} bytes, so finding it would mean nothing",
                fix="give a longer text that only this person's data holds",
            )
    for decoy in make_decoys():
        wanted = Wanted.of(decoy.markers)
        if {hit.marker for hit in look(decoy.content, wanted, decoy.name)} != {*decoy.markers}:
            raise _blind(decoy.name, files)
    planted = _plant(files, markers) if plant else {}
    try:
        found = _walk(files, [*markers, *(each for decoy in planted.values() for each in decoy.markers)])
    finally:
        for path in planted:
            files.delete(path)
        files.settle()
    for path, decoy in planted.items():
        seen = {residue.marker for residue in found if residue.file == path}
        if not seen.issuperset(decoy.markers):
            raise _blind(decoy.name, files)
    return sorted(residue for residue in found if residue.file not in planted)


def _walk(files: Files, markers: list[bytes]) -> set[Residue]:
    wanted = Wanted.of(markers)
    found: set[Residue] = set()
    for path in files.walk():
        try:
            content = files.read(path)
        except FileNotFoundError:
            continue  # removed while we walked: then it is gone
        found |= {Residue(path, *hit) for hit in look(content, wanted, files.locate(path))}
        found |= {Residue(path, *hit) for hit in look(path.encode(), wanted, path, "name")}
    return found


def _plant(files: Files, markers: list[bytes]) -> dict[str, Decoy]:
    planted: dict[str, Decoy] = {}
    for decoy in (*make_decoys(), *make_marker_decoys(markers)):
        if decoy.planted:
            path = f"{store_layout.STAGING}/{new_marker().decode()}.decoy"
            planted[path] = decoy
            files.write(path, decoy.content)
    return planted


def _blind(decoy: str, files: Files) -> StoreError:
    return StoreError(
        "STOR-012",
        f"the scan did not find the decoy it hid as {decoy}, so finding nothing would prove nothing",
        files.where,
        "report it with the versions of licet and pyarrow; do not rely on a scan until it is mended",
    )
