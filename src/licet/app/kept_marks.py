"""What is still to be looked for of somebody who is being forgotten.

Kept from before anything of theirs is removed until a search of everything found it nowhere.

Without it, who dies between the removal and the search could not tell any more what to look for. It is what it looks
for, so it lies sealed, a file for each forgetting, and goes with the search that finds nothing, or with the erasure of
whom it is about.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from licet.store.sealed_files import SealedFiles
from licet.terms import AppError
from licet.terms.disk_errors import clear_disk_errors

_ENDING = ".marks"


class PersonMarks(NamedTuple):
    """By each id that they go by, what is looked for; how many places it was in, and which snapshots."""

    of: Mapping[str, frozenset[bytes]]
    found_before: int
    snapshots: frozenset[str]


class KeptMarks:
    """Those of one workspace, by the number of the forgetting."""

    def __init__(self, folder: Path, salt: bytes) -> None:
        self._folder, self._files = folder, SealedFiles(folder, salt, b"licet forgettings")

    def read(self, number: int) -> PersonMarks | None:
        """What was kept; None where nothing was. Raises: AppError APP-273 for what was damaged."""
        name = f"{number}{_ENDING}"
        try:
            said = json.loads(self._files.read(name))
            of = {name: frozenset(map(b64decode, own)) for name, own in said["of"].items()}
            return PersonMarks(of, said["found_before"], frozenset(said["snapshots"]))
        except FileNotFoundError:
            return None
        except (ValueError, LookupError, TypeError, AttributeError):
            raise AppError(
                "APP-273",
                "what is to be looked for of somebody who is being forgotten was damaged, or kept under another salt",
                str(self._folder / name),
                "restore it or keys/salt from a backup; without it, remove it: then their ids alone are looked for",
            ) from None

    def write(self, number: int, marks: PersonMarks) -> None:
        """Keep it, on the disk when this returns. Raises: AppError APP-020 and its like."""
        of = {name: [b64encode(one).decode() for one in sorted(own)] for name, own in marks.of.items()}
        said = {"of": of, "found_before": marks.found_before, "snapshots": sorted(marks.snapshots)}
        with clear_disk_errors("keeping what is to be looked for"):
            self._files.write(f"{number}{_ENDING}", json.dumps(said).encode())

    def drop(self, number: int) -> None:
        """Let go of it. Raises: AppError APP-020 and its like."""
        with clear_disk_errors("removing what was looked for"):
            self._files.remove(f"{number}{_ENDING}")

    def numbers(self) -> list[int]:
        """Of which forgettings something is kept."""
        numbers = (name.removesuffix(_ENDING) for name in self._files.names(unfinished=True))
        return sorted(int(number) for number in numbers if number.isdecimal())
