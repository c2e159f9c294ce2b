"""What the corpus teaches whoever is derived from it here: documents of exactly one person, and how they are shown.

What is about several people, or about nobody, is set aside: so somebody who leaves takes along all that is theirs, and
lies in one place alone, under a secret of the use's own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from licet.terms import UseError
from licet.uses.manifest import DerivedFrom, contents_of
from licet.uses.use import Documents, Foreseen, Parents, Shown


def of_one(documents: pa.Table) -> pa.Table:
    """Those that are of exactly one person."""
    return documents.filter(pc.equal(pc.list_value_length(documents["subjects"]), 1))


def documents_then(parents: Parents, derived: DerivedFrom) -> Documents:
    """The corpus that something was made from. Raises: UseError CORP-215 where that has gone in the meantime."""
    source = parents["corpus"].at(derived)
    if source is None:
        raise UseError(
            "CORP-215",
            "the corpus that it was made from is not there any more",
            fix="bring it to one that is",
        )
    return source


def foresee_taught(parents: Parents, derived: DerivedFrom, subject: str) -> Foreseen:
    """What would leave, come and change, as somebody may be shown it. derived: the corpus that it was made from."""
    parent, people = parents["corpus"], frozenset({subject})
    before = documents_then(parents, derived)
    if derived.contents == contents_of(parent.snapshot):
        # Else more has changed than what is foreseen, and of others nothing is told.
        people |= parent.changed_since(derived) or frozenset()
    then, now = (
        {row["document_id"]: row for row in of_one(each.about(people)).to_pylist()}
        for each in (before, parent)
    )
    return Foreseen(
        [_shown(then[id_], subject) for id_ in sorted(then.keys() - now.keys())],
        [_shown(now[id_], subject) for id_ in sorted(now.keys() - then.keys())],
        [_shown(now[id_], subject) for id_ in sorted(then.keys() & now.keys()) if then[id_] != now[id_]],
    )


def show_taught(parents: Parents, subject: str) -> Sequence[Shown]:
    """Somebody's documents that were taught, newest first."""
    rows = of_one(parents["corpus"].about([subject])).to_pylist()
    rows.sort(key=lambda row: (str(row["created"] or ""), row["document_id"]), reverse=True)
    return [_shown(row, subject) for row in rows]


def bucket_of(secret: bytes, subject: str, buckets: int) -> int:
    """In which of so many buckets somebody lies."""
    return int.from_bytes(keyed(secret, b"licet bucket", subject), "big") % buckets


def is_held_out(secret: bytes, subject: str, percent: int) -> bool:
    """Whether somebody is among the share of members that a recipe is tried on."""
    return int.from_bytes(keyed(secret, b"licet held out", subject), "big") % 100 < percent


def keyed(secret: bytes, purpose: bytes, subject: str) -> bytes:
    """A name that tells nobody who it is of, 16 bytes."""
    return hashlib.blake2b(subject.encode(), digest_size=16, key=secret, person=purpose).digest()


def _shown(row: Mapping[str, Any], subject: str) -> Shown:
    text = row["text"] if row["subjects"] == [subject] else None
    return {
        "document_id": row["document_id"], "kind": row["kind"], "key": row["key"], "language": row["language"],
        "text": text, "created": row["created"],
    }  # fmt: skip
