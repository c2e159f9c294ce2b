"""The root of a copy: over the documents that it holds, by their ids, so that whoever has it can compute it anew.

A flat hash: a recipient reads all of a copy to take something out of it, so a tree would save nobody anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

import pyarrow as pa
import pyarrow.compute as pc

from licet.terms.canonical import canonical_json
from licet.terms.moments import format_moment

#: A document that left, by its id, and the hash of all that left of it.
SCHEMA = pa.schema([pa.field("document_id", pa.string()), pa.field("leaf", pa.binary(32))])

_HEAD = b"licet delivered documents 1\n"


def leaves_of(documents: pa.Table) -> pa.Table:
    """Of `SCHEMA`. documents: as they leave; every column of theirs counts."""
    rows = documents.to_pylist()
    leaves = [
        sha256(canonical_json({name: _as_text(value) for name, value in row.items()})).digest()
        for row in rows
    ]
    return pa.table([documents["document_id"].cast(pa.string()), pa.array(leaves, pa.binary(32))], SCHEMA)


def _as_text(value: object) -> object:
    return format_moment(value) if isinstance(value, datetime) else value


def in_order(parts: Iterable[pa.Table]) -> pa.Table:
    """Parts of `SCHEMA` as one, by id."""
    return pa.concat_tables([SCHEMA.empty_table(), *parts]).sort_by("document_id").combine_chunks()


def root_of(leaves: pa.Table) -> str:
    """64 hex digits. leaves: of `SCHEMA`, by id, each once. Equal roots, equal documents."""
    found = sha256(_HEAD + b"%d\n" % len(leaves))
    for batch in leaves.to_batches():
        for id_, leaf in zip(batch["document_id"].to_pylist(), batch["leaf"].to_pylist(), strict=True):
            found.update(sha256(id_.encode()).digest() + leaf)
    return found.hexdigest()


def without(leaves: pa.Table, gone: pa.Array | list[str]) -> pa.Table:
    """Those that stay."""
    value_set = gone if isinstance(gone, pa.Array) else pa.array(gone, pa.string())
    return leaves.filter(pc.invert(pc.is_in(leaves["document_id"], value_set=value_set)))


def fallen(held: pa.Table, standing: pa.Table) -> list[str]:
    """Ids of what is held and stands no more, or differs from what stands; in order."""
    joined = held.join(standing, "document_id", join_type="left outer", right_suffix="_now")
    same = pc.fill_null(pc.equal(joined["leaf"], joined["leaf_now"]), False)
    return sorted(joined.filter(pc.invert(same))["document_id"].to_pylist())
