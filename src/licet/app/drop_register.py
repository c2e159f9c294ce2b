"""What is kept of California's deletion lists: items that were not withdrawn, whom each matched, what was answered.

Kept encrypted, matched or not: whoever joins later is held to those that matched nobody when they came. One process
writes at a time. Whose an open item is goes once it is answered.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from licet.sources.drop_download import DeletionList, Status
from licet.store.locks import hold_local
from licet.store.sealed_files import BrokenSealError, SealedFiles
from licet.terms import SourceError

if TYPE_CHECKING:
    from licet.app.core import Core

_FILE = "items"
_SCHEMA = pa.schema(
    [
        ("id", pa.string()), ("list", pa.string()), ("kind", pa.string()), ("hash", pa.string()),
        ("status", pa.int8()), ("answered", pa.int32()), ("subject", pa.string()),
    ]
)  # fmt: skip


class WorkItem(NamedTuple):
    """list: the file that it came in. status: of `Status`, or 0 while it is open.

    answered: in which file of answers to that list, from 1 on; 0 for in none, below it where another answer is due than
    is in that file. subject: of an open one, whom it matched; None for nobody, or for several.
    """

    id: str
    list: str
    kind: str
    hash: str
    status: int = 0
    answered: int = 0
    subject: str | None = None

    @property
    def is_open(self) -> bool:
        return self.status == 0

    def stands(self, status: Status | None, subject: str | None = None) -> WorkItem:
        """With another status, which is to be answered anew where it differs. None: open."""
        answered = self.answered if self.status == (status or 0) else -abs(self.answered)
        return self._replace(status=status or 0, answered=answered, subject=subject)


class DropRegister:
    """That of one workspace."""

    def __init__(self, core: Core) -> None:
        self._folder = core.layout.drop
        self._files = SealedFiles(self._folder, core.salt, b"licet drop register")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Raises: StoreError STOR-005 while another process writes."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with hold_local(self._folder.with_name(f"{self._folder.name}.lock"), 0o600):
            yield

    def items(self) -> dict[str, WorkItem]:
        """By their ids. Raises: SourceError SRC-215."""
        try:
            rows = pq.read_table(io.BytesIO(self._files.read(_FILE))).to_pylist()
        except FileNotFoundError:
            return {}
        except (OSError, BrokenSealError, pa.ArrowException):
            raise SourceError(
                "SRC-215",
                "what is kept of California's deletion lists was damaged, or kept under another salt",
                str(self._folder / _FILE),
                "restore it from a backup, or ask the platform's support for a new download of all",
            ) from None
        return {row["id"]: WorkItem(**row) for row in rows}

    def write(self, items: Iterable[WorkItem]) -> None:
        """Raises: OSError; what was kept stands."""
        table = pa.Table.from_pylist([item._asdict() for item in sorted(items)], _SCHEMA)
        data = io.BytesIO()
        pq.write_table(table, data, compression="zstd")
        self._files.write(_FILE, data.getvalue())


def new_items(lists: Iterable[DeletionList]) -> Iterator[WorkItem]:
    for one in lists:
        for id_, hash_ in one.hashes.items():
            yield WorkItem(id_, one.name, one.kind, hash_)
