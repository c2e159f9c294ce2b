"""Where a chain of checkpoints was trained: all that is known to change a bit of what comes out.

Beside PyTorch, threads and instructions (`base_card.Environment`) the kind of processor and the settings by which its
libraries choose how to add up: measured, each of them changes bytes. Two machines that are told alike here may still
add up differently; that is not claimed, and a replay that differs is found by its digest.
"""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

from licet.terms import UseError
from licet.uses.model.base_card import Environment, environment_here

#: Settings of PyTorch's libraries that choose how sums are made.
_SETTINGS = re.compile(r"(ATEN|DNNL|ONEDNN|MKL|OPENBLAS)_[A-Z0-9_]+|OMP_DYNAMIC")
#: Of those, what says only how many threads there are: that is told by itself, and set by the recipe.
_THREADS = re.compile(r"[A-Z]+_NUM_THREADS")


class ChainEnvironment(Environment):
    """processor: its kind. settings: name and value of each that is set, in order."""

    processor: str
    settings: tuple[str, ...]

    def __str__(self) -> str:
        threads = f"{self.threads} thread{'' if self.threads == 1 else 's'}"
        return f"PyTorch {self.torch}, {self.instructions} on {self.processor}, {threads}"

    def require(self, chain: ChainEnvironment) -> None:
        """Raises: UseError MODL-080 where a chain that was begun elsewhere (chain) cannot be gone on with here."""
        differs = self.differs(chain)
        if differs:
            raise UseError(
                "MODL-080",
                f"its checkpoints cannot be trained again just so here: {'; '.join(differs)}",
                fix="update it where it was made, or make all of it anew here: licet model adapt --anew",
            )


def chain_environment_here(threads: int) -> ChainEnvironment:
    """What a checkpoint that is trained here and now hangs on."""
    settings = sorted(
        f"{name}={value}"
        for name, value in os.environ.items()
        if _SETTINGS.fullmatch(name) and not _THREADS.fullmatch(name)
    )
    return ChainEnvironment(
        **environment_here(threads).model_dump(), processor=_processor(), settings=tuple(settings)
    )


def _processor() -> str:
    """As the system names its kind; the same name, the same kind."""
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return platform.processor() or platform.machine()
    found = re.search(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
    return found[1].strip() if found else platform.processor() or platform.machine()
