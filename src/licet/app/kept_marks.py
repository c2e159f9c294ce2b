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

from licet.app.forgetting_files import ForgettingFiles
from licet.terms import AppError


class PersonMarks(NamedTuple):
    """By each id that they go by, what is looked for; how many places it was in, and which snapshots."""

    of: Mapping[str, frozenset[bytes]]
    found_before: int
    snapshots: frozenset[str]


class KeptMarks:
    """Those of one workspace, by the number of the forgetting."""

    def __init__(self, folder: Path, salt: bytes) -> None:
        self._files = ForgettingFiles(
            folder, salt, b"licet forgettings", ".marks", "what is to be looked for"
        )

    def read(self, number: int) -> PersonMarks | None:
        """What was kept; None where nothing was. Raises: AppError APP-273 for what was damaged."""
        try:
            data = self._files.read(number)
            if data is None:
                return None
            said = json.loads(data)
            of = {name: frozenset(map(b64decode, own)) for name, own in said["of"].items()}
            return PersonMarks(of, said["found_before"], frozenset(said["snapshots"]))
        except (ValueError, LookupError, TypeError, AttributeError):
            raise AppError(
                "APP-273",
                "what is to be looked for of somebody who is being forgotten was damaged, or kept under another salt",
                str(self._files.path(number)),
                "restore it or keys/salt from a backup; without it, remove it: then their ids alone are looked for",
            ) from None

    def write(self, number: int, marks: PersonMarks) -> None:
        """Keep it, on the disk when this returns. Raises: AppError APP-020 and its like."""
        of = {name: [b64encode(one).decode() for one in sorted(own)] for name, own in marks.of.items()}
        said = {"of": of, "found_before": marks.found_before, "snapshots": sorted(marks.snapshots)}
        self._files.write(number, json.dumps(said).encode())

    def drop(self, number: int) -> None:
        """Let go of it. Raises: AppError APP-020 and its like."""
        self._files.drop(number)

    def numbers(self) -> list[int]:
        """Of which forgettings something is kept."""
        return self._files.numbers()
