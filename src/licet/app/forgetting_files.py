"""What a workspace keeps of its forgettings: a sealed file for each, by its number; see `store.sealed_files`."""

from __future__ import annotations

from pathlib import Path

from licet.store.sealed_files import SealedFiles
from licet.terms.disk_errors import clear_disk_errors


class ForgettingFiles:
    """Those in one folder. purpose: what they are sealed for; what: what is kept, for errors."""

    def __init__(self, folder: Path, salt: bytes, purpose: bytes, ending: str, what: str) -> None:
        self._folder, self._ending, self._what = folder, ending, what
        self._files = SealedFiles(folder, salt, purpose)

    def read(self, number: int) -> bytes | None:
        """What was kept; None where nothing was. Raises: BrokenSealError for what was damaged; OSError."""
        try:
            return self._files.read(self._name(number))
        except FileNotFoundError:
            return None

    def write(self, number: int, data: bytes) -> None:
        """Keep it, on the disk when this returns. Raises: AppError APP-020 and its like."""
        with clear_disk_errors(f"keeping {self._what}"):
            self._files.write(self._name(number), data)

    def drop(self, number: int) -> None:
        """Let go of it. Raises: AppError APP-020 and its like."""
        with clear_disk_errors(f"removing {self._what}"):
            self._files.remove(self._name(number))

    def numbers(self) -> list[int]:
        """Of which forgettings something is kept, or was begun to be."""
        numbers = (name.removesuffix(self._ending) for name in self._files.names(unfinished=True))
        return sorted(int(number) for number in numbers if number.isdecimal())

    def path(self, number: int) -> Path:
        return self._folder / self._name(number)

    def _name(self, number: int) -> str:
        return f"{number}{self._ending}"
