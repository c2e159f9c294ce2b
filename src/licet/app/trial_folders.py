"""Folders in which a model is tried on members' texts: each of its owner alone, and locked while it is used.

What whoever died in between left there goes with the next purge or forgetting.
"""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from licet.terms import AppError
from licet.terms.disk_errors import clear_disk_errors

_LOCK = "lock"


@contextmanager
def trial_folder(place: Path) -> Iterator[Path]:
    """A folder of its own in a place, locked while it is used, and removed after."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place) as folder, (Path(folder) / _LOCK).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield Path(folder)


def clear_trials(place: Path) -> None:
    """Remove what was left of trials whose process died.

    Raises: AppError APP-313 while something is being tried; as `clear_disk_errors`.
    """
    with clear_disk_errors("removing what was tried"):
        for folder in sorted(place.iterdir()):
            with contextlib.suppress(FileNotFoundError), (folder / _LOCK).open("rb") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise AppError(
                        "APP-313",
                        "a model is being tried on members' texts just now, which lie in a folder of their own",
                        str(folder),
                        "wait until licet model audit is done, then run it again",
                    ) from None
            shutil.rmtree(folder)
