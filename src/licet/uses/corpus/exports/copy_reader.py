"""A copy read back, by whoever has it: what its manifest says, and its documents, in whatever form it was written."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import TypeAdapter, ValidationError

from licet.enforce.origin import LedgerRef, PolicyRef, PurposeRef
from licet.terms import DeliveryError
from licet.terms.canonical import JsonObject
from licet.terms.moments import parse_moment
from licet.uses.corpus.exports.export_account import Account, Copy, Feed
from licet.uses.corpus.exports.export_folder import MANIFEST
from licet.uses.corpus.exports.exported_documents import SCHEMA
from licet.uses.corpus.exports.plain_files import ROWS_PER_GROUP
from licet.uses.corpus.snapshot import RecipeRef

#: In place of a part of the policy that no copy tells.
_UNTOLD = "not told"


@dataclass(frozen=True, slots=True)
class WrittenCopy:
    """A copy in a folder. form: as it was written. files: those of documents, in order."""

    folder: Path
    form: str
    account: Account
    feed: Feed
    files: tuple[str, ...]

    def documents(self) -> Iterator[pa.Table]:
        """Of `exported_documents.SCHEMA`. Raises: DeliveryError DLVR-031 for files that are not whole."""
        for name in self.files:
            path = self.folder / name
            try:
                yield from _groups(path) if path.suffix == ".parquet" else _lines(path)
            except (OSError, ValueError, LookupError, TypeError, pa.ArrowException, EOFError) as error:
                raise _unreadable(
                    path, str(error).splitlines()[0] if str(error) else "it ends too soon"
                ) from None


def read_copy(folder: Path) -> WrittenCopy:
    """Raises: DeliveryError DLVR-030 for a folder that is no copy that is told anything, DLVR-031 as `documents`."""
    replaced = folder.with_name(f".{folder.name}.replaced")
    if replaced.is_dir() and not folder.exists():
        replaced.rename(folder)  # whoever took its place died between the two renames
    try:
        said = json.loads((folder / MANIFEST).read_bytes())
        feed = TypeAdapter(Feed).validate_python(said["copy"]["feed"])
        account = _account(said, feed)
        files = tuple(str(entry["path"]) for entry in said["files"])
    except (OSError, ValueError, LookupError, TypeError, ValidationError):
        raise DeliveryError(
            "DLVR-030",
            "there is no copy here that is told of later choices",
            str(folder),
            "name the folder that licet corpus export wrote for you, as it was written",
        ) from None
    holding = tuple(name for name in files if name.endswith((".parquet", ".jsonl", ".jsonl.gz")))
    if any(Path(name).is_absolute() or ".." in Path(name).parts for name in holding):
        raise _unreadable(folder / MANIFEST, "it names files outside the folder")
    return WrittenCopy(folder, str(said["form"]), account, feed, holding)


def _account(said: JsonObject, feed: Feed) -> Account:
    copy, counts = said["copy"], said["counts"]
    return Account(
        said["snapshot"], said["root"], PolicyRef(**said["policy"], with_carried_refusals=_UNTOLD),
        parse_moment(said["at"]),
        LedgerRef(**said["ledger"]), int(counts["documents"]), int(counts["subjects"]), dict(said["held_back"]),
        RecipeRef.model_validate(said["recipe"]), dict(said["environment"]), PurposeRef(**said["purpose"]),
        Copy(parse_moment(copy["at"]), int(copy["position"]), str(copy["recipient"]), int(copy["left_out"]), feed),
    )  # fmt: skip


def _groups(path: Path) -> Iterator[pa.Table]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(ROWS_PER_GROUP):
            yield pa.Table.from_batches([batch]).cast(SCHEMA)


def _lines(path: Path) -> Iterator[pa.Table]:
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
        rows: list[JsonObject] = []
        for line in file:
            row = json.loads(line)
            row["created"] = None if row["created"] is None else parse_moment(row["created"])
            rows.append(row)
            if len(rows) == ROWS_PER_GROUP:
                yield pa.Table.from_pylist(rows, SCHEMA)
                rows = []
        if rows:
            yield pa.Table.from_pylist(rows, SCHEMA)


def _unreadable(path: Path, why: str) -> DeliveryError:
    return DeliveryError(
        "DLVR-031", f"the copy cannot be read: {why}", str(path), "have it deleted, and take a new one"
    )
