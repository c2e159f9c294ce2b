"""What a seeded fault is: one small, plausible change of the source, and what somebody would suffer by it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import NamedTuple


class Fault(NamedTuple):
    """old:     stands exactly once in the module's source; `new` stands there in its place.
    suffers: what a member or a user would suffer."""

    name: str
    module: str
    old: str
    new: str
    suffers: str

    def source(self) -> str:
        """The module's source with the fault in it. Raises ValueError when `old` does not stand there just once."""
        spec = importlib.util.find_spec(self.module.rpartition(".")[0])
        assert spec is not None and spec.submodule_search_locations
        path = Path(spec.submodule_search_locations[0], f"{self.module.rpartition('.')[2]}.py")
        text = path.read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise ValueError(
                f"fault {self.name!r}: {self.old!r} stands {text.count(self.old)} times in {self.module}; "
                "write the fault anew for the source as it is now"
            )
        return text.replace(self.old, self.new)
