"""What gates keep on disk, so that the next process opens one without reading members, rows and choices anew.

A file is named by what it is of. It begins with what authenticates all that follows: Poly1305, seven times as fast as
a keyed hash, under a key of the file's own made of the workspace's salt. One that was edited, torn, or brought from
elsewhere is found out and passed over, and so is one of other files, of another ledger, or of a ledger that has not the
entries it was made of. Files count as the same when they stand as they stood and end in the same bytes (a Parquet file
describes its content there). Nothing here can fail anybody: what cannot be read is not there, what cannot be written is
not kept.

Members' ids and what they chose lie in these files, readable by their owner only; `clear` removes them.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import importlib.metadata
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.poly1305 import Poly1305

from licet.ledger import RecordedChoices
from licet.sources.file_state import Stand
from licet.store.private_files import PART, write_private
from licet.terms import GateError, LicetError

#: Raised whenever what is kept, or what it is kept by, changes its meaning.
_FORMAT = 2
_SUFFIX = ".gate"
_NONCE_BYTES, _TAG_BYTES, _LENGTH_BYTES, _ALIGNED_BYTES = 16, 16, 8, 64
#: Bytes at the end of a file that are compared, beside how it stands.
_END_BYTES = 1 << 16
#: The oldest go once there are more files, or more bytes.
_MOST_FILES, _MOST_BYTES = 64, 8 << 30

Arrays = Mapping[str, npt.NDArray[Any]]


class KeptFile(NamedTuple):
    """arrays: not to be changed. told: as it was handed in. stand: how the files stood. position: of the ledger."""

    arrays: Arrays
    told: Any
    stand: Stand
    position: int


class GateFiles:
    """Those of one workspace. Any number of threads and processes may share them."""

    def __init__(self, folder: Path, salt: bytes) -> None:
        """salt: the workspace's."""
        self._folder, self._key = folder, hmac.digest(salt, b"licet gate files", "sha256")

    def read(self, key: str, stand: Stand, ledger: RecordedChoices | None = None) -> KeptFile | None:
        """What was kept under a key, where files and ledger are those it was made of.

        stand: how the files stand now. ledger: None for what hangs on no choice.
        """
        path = self._path(key)
        try:
            data = path.read_bytes()
            head, arrays = self._opened(data)
            kept = Stand(tuple(tuple(file) for file in head["files"]), head["looked_ns"])
            position = head["position"]
            is_same = (
                head["of"] == [_FORMAT, _version(), key]
                and kept.holds(stand)
                and head["ends"] == _ends(stand)
                and (ledger is None or _is_of(ledger, position, head["root"]))
            )
            if not is_same:
                return None
            os.utime(path)  # the oldest go first
        except (OSError, ValueError, KeyError, TypeError, LicetError):
            return None
        return KeptFile(arrays, head["told"], kept, position)

    def write(
        self,
        key: str,
        stand: Stand,
        arrays: Arrays,
        told: Any = None,
        ledger: RecordedChoices | None = None,
        position: int = 0,
    ) -> None:
        """Keep arrays, and what JSON can tell, under a key. A process that dies here leaves what was kept before."""
        try:
            head = {
                "of": [_FORMAT, _version(), key], "files": stand.files, "looked_ns": stand.looked_ns,
                "ends": _ends(stand), "position": position,
                "root": None if ledger is None else ledger.root(position).hex(), "told": told,
                "arrays": [[name, array.dtype.str, len(array)] for name, array in arrays.items()],
            }  # fmt: skip
            told_bytes = json.dumps(head).encode()
            pieces: list[bytes | memoryview] = [len(told_bytes).to_bytes(_LENGTH_BYTES, "little"), told_bytes]
            for array in arrays.values():
                pieces += [
                    b"\x00" * (-sum(map(_size, pieces)) % _ALIGNED_BYTES),
                    np.ascontiguousarray(array).view(np.uint8).data,
                ]
            nonce = secrets.token_bytes(_NONCE_BYTES)
            # Not forced to the disk: what a power cut tears is found out.
            tag = self._tag(nonce, *pieces)
            write_private(self._path(key), nonce, tag, *pieces, is_durable=False)
            self._drop_oldest()
        except (OSError, LicetError):
            return

    def clear(self) -> None:
        """Remove every file. Raises: GateError GATE-230 where one cannot be."""
        try:
            for path in self._all():
                path.unlink(missing_ok=True)
        except OSError as error:
            raise GateError(
                "GATE-230",
                f"what gates keep for the next process cannot be removed: {error.strerror}",
                str(self._folder),
                "remove the folder by hand, or make it writable, and try again; nothing but speed is lost with it",
            ) from None

    def holding(self, marks: list[bytes]) -> list[str]:
        """Names of the files that hold any of some texts. Raises: OSError where one cannot be read."""
        return [path.name for path in self._all() if any(mark in path.read_bytes() for mark in marks)]

    def _path(self, key: str) -> Path:
        # A keyed digest: the name tells nobody which settings and kinds of data are asked about.
        return self._folder / f"{hmac.digest(self._key, key.encode(), 'sha256')[:16].hex()}{_SUFFIX}"

    def _all(self) -> Iterator[Path]:
        for path in sorted(self._folder.glob("*")) if self._folder.is_dir() else ():
            if path.suffix in (_SUFFIX, PART):
                yield path

    def _opened(self, data: bytes) -> tuple[dict[str, Any], Arrays]:
        """Raises: ValueError, KeyError for what was not written here just so."""
        nonce, rest = data[:_NONCE_BYTES], memoryview(data)[_NONCE_BYTES + _TAG_BYTES :]
        if not hmac.compare_digest(data[_NONCE_BYTES:][:_TAG_BYTES], self._tag(nonce, rest)):
            raise ValueError("not what was kept")
        start = _LENGTH_BYTES + int.from_bytes(rest[:_LENGTH_BYTES], "little")
        head = json.loads(bytes(rest[_LENGTH_BYTES:start]))
        arrays: dict[str, npt.NDArray[Any]] = {}
        for name, kind, count in head["arrays"]:
            start += -start % _ALIGNED_BYTES
            arrays[name] = np.frombuffer(rest, np.dtype(kind), count, start)
            start += arrays[name].nbytes
        return head, arrays

    def _tag(self, nonce: bytes, *pieces: bytes | memoryview) -> bytes:
        """nonce: random, for one file: no two are authenticated under one key."""
        tag = Poly1305(hmac.digest(self._key, b"one file" + nonce, "sha256"))
        for piece in pieces:
            tag.update(piece)
        return tag.finalize()

    def _drop_oldest(self) -> None:
        found = sorted(((path.stat(), path) for path in self._all()), key=lambda one: -one[0].st_mtime_ns)
        size = 0
        for number, (stat, path) in enumerate(found):
            size += stat.st_size
            if number and (number >= _MOST_FILES or size > _MOST_BYTES):
                path.unlink(missing_ok=True)


@functools.cache
def _version() -> str:
    """That of licet: what another one wrote is passed over."""
    try:
        return importlib.metadata.version("licet")
    except importlib.metadata.PackageNotFoundError:
        return ""


def _size(piece: bytes | memoryview) -> int:
    return piece.nbytes if isinstance(piece, memoryview) else len(piece)


def _ends(stand: Stand) -> str:
    """What commits to the last bytes of files. Raises: OSError."""
    found = hashlib.sha256()
    for path, *_ in stand.files:
        with Path(path).open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _END_BYTES))
            found.update(hashlib.sha256(file.read()).digest())
    return found.hexdigest()


def _is_of(ledger: RecordedChoices, position: int, root: str) -> bool:
    return position <= ledger.position and ledger.root(position).hex() == root
