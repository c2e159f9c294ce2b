"""A local disk whose process dies before a given change to it, for tests of what a crash leaves."""

from __future__ import annotations

from pathlib import Path

from licet.store.local_files import LocalFiles


class Died(BaseException):
    """The process is gone. No handler may catch it and no clean-up may change the disk after it."""


class DyingFiles(LocalFiles):
    """A local disk whose process dies before the n-th change, with the n-th write half done."""

    def __init__(self, root: Path, steps: int) -> None:
        super().__init__(root)
        self.steps = steps

    def step(self) -> None:
        if self.steps <= 0:
            raise Died
        self.steps -= 1

    def write(self, path: str, data: bytes, *, changing: bool = False) -> None:
        if self.steps == 1:  # half of the bytes, in staging, as a kill in the middle of a write leaves them
            (self.root / "staging").mkdir(exist_ok=True)
            (self.root / "staging" / "half.part").write_bytes(data[: len(data) // 2])
        self.step()
        self.step()
        super().write(path, data, changing=changing)

    def delete(self, path: str) -> None:
        self.step()
        super().delete(path)

    def settle(self) -> None:
        self.step()
        super().settle()
