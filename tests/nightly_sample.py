"""Which tests `make test` leaves to `make nightly`, as `nightly.txt` says it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Left(NamedTuple):
    """A folder (ends in a slash), a file or a test that is left to the night, but for some of its parameters."""

    place: str
    but: frozenset[str]

    def holds(self, test: str) -> bool:
        """Whether a test, by the id that pytest gives it, is left."""
        name, _, parameters = test.partition("[")
        if self.place.endswith("/"):
            return name.startswith(self.place)
        return name == self.place and parameters.rstrip("]") not in self.but


def left_to_the_night() -> list[Left]:
    lines = (Path(__file__).parent / "nightly.txt").read_text("utf-8").splitlines()
    told = (line.partition(" but ") for line in lines if line and not line.startswith("#"))
    return [Left(place, frozenset(each.strip() for each in but.split(",") if each)) for place, _, but in told]
