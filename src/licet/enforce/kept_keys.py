"""What stands for members in the trees of artefacts, kept so that the next build makes it of new members only.

One file for each use, in the workspace's folder `cache/keys`, made as `gate_files` makes its own: readable by the owner
alone, authenticated, passed over where it is not what was written. In it stand a keyed digest of each id beside 32
bytes; under the workspace's salt both can be made of the id, so both are personal data. A purge keeps those who are in
an artefact that stays, and nobody else; a build keeps those of its own artefact. Nothing but speed is lost with it.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from licet.enforce.gate_files import GateFiles
from licet.sources.file_state import Stand

KEY_BYTES, _PERSON_BYTES = 32, 16

_NO_FILES = Stand((), 0)
_Array = npt.NDArray[Any]


class KeptKeys:
    """Those of one workspace. Any number of threads and processes may share them."""

    def __init__(self, folder: Path, salt: bytes) -> None:
        """salt: the workspace's."""
        self._folder, self._files = folder, GateFiles(folder, salt)
        self._secret = hmac.digest(salt, b"licet kept keys", "sha256")

    def complete(
        self, use: str, subjects: Sequence[str], make: Callable[[list[str]], list[bytes]], *, keep: bool
    ) -> list[bytes]:
        """The keys of subjects, in their order: those kept, and the others made.

        use: with the public key that they hang on. keep: whether all of these are kept for the next time.
        """
        people = np.frombuffer(b"".join(map(self._person, subjects)), f"S{_PERSON_BYTES}")
        known, their_keys = self._read(use)
        places, there = _find(known, people)
        keys = np.empty(len(people), f"S{KEY_BYTES}")
        keys[there] = their_keys[places[there]]
        missing = np.flatnonzero(~there)
        keys[missing] = _packed(make([subjects[place] for place in missing.tolist()]))
        if keep and len(missing):
            known, their_keys = self._read(use)  # once more: who went meanwhile must not come back by this
            self._write(use, np.concatenate([people, known]), np.concatenate([keys, their_keys]))
        data = keys.tobytes()
        return [data[start : start + KEY_BYTES] for start in range(0, len(data), KEY_BYTES)]

    def keep_only(self, standing: Mapping[str, _Array]) -> None:
        """Let go of everybody whose key is not among those that stand. standing: by use, as `complete` has it.

        Raises: GateError GATE-230 where what is kept cannot be removed.
        """
        held = {use: self._read(use) for use in standing}
        self.clear()
        for use, (people, keys) in held.items():
            _, stay = _find(standing[use][np.argsort(_numbers(standing[use]))], keys)
            if stay.any():
                self._write(use, people[stay], keys[stay])

    def clear(self) -> None:
        """Remove every file. Raises: GateError GATE-230 where one cannot be."""
        self._files.clear()

    def holding(self, subjects: Iterable[str]) -> list[str]:
        """Names of the files that hold any of some people. Raises: OSError where one cannot be read."""
        return self._files.holding([self._person(subject) for subject in subjects])

    def _person(self, subject: str) -> bytes:
        return hashlib.blake2b(subject.encode(), digest_size=_PERSON_BYTES, key=self._secret).digest()

    def _read(self, use: str) -> tuple[_Array, _Array]:
        kept = self._files.read(use, _NO_FILES)
        if kept is None:
            return np.empty(0, f"S{_PERSON_BYTES}"), np.empty(0, f"S{KEY_BYTES}")
        return kept.arrays["people"], kept.arrays["keys"]

    def _write(self, use: str, people: _Array, keys: _Array) -> None:
        with contextlib.suppress(OSError):
            self._folder.parent.mkdir(mode=0o700, exist_ok=True)
        people, firsts = np.unique(people, return_index=True)
        self._files.write(use, _NO_FILES, {"people": people, "keys": keys[firsts]})


def _find(known: _Array, wanted: _Array) -> tuple[_Array, _Array]:
    """Per wanted one a place among those known, which are in order, and whether it stands there.

    Looked for by their first eight bytes, at a tenth of the time; of two that begin alike one may not be found.
    """
    if not len(known):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.bool_)
    places = np.searchsorted(_numbers(known), _numbers(wanted))
    places[places == len(known)] = 0
    return places, known[places] == wanted


def _numbers(texts: _Array) -> _Array:
    """The first eight bytes of each, which stand in the order of the whole."""
    return np.frombuffer(texts.tobytes(), ">u8")[:: texts.itemsize // 8].astype(np.uint64)


def _packed(keys: list[bytes]) -> _Array:
    return np.frombuffer(b"".join(keys), f"S{KEY_BYTES}")
