"""What a verification reports: each problem with its place and a stable code.

Data only. A report that is not `ok` always names at least one problem; which problems there can be is the list
of codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from licet.terms.canonical import JsonObject


class ProblemCode(StrEnum):
    """What is wrong."""

    PAYLOAD_EDITED = "payload_edited"  # payload, salt or subject is not what the leaf commits to
    PAYLOAD_MISSING = "payload_missing"  # gone, and no erasure entry says so
    PAYLOAD_NOT_ERASED = "payload_not_erased"  # there, though an erasure entry says it went
    LEAF_EDITED = "leaf_edited"  # moment, kind, place or commitment is not what the tree holds
    ENTRY_MISSING = "entry_missing"  # deleted from between others
    ENTRY_UNEXPECTED = "entry_unexpected"  # a row where no entry can be
    TIME_RUNS_BACK = "time_runs_back"
    NODE_EDITED = "node_edited"  # a stored hash is not the one its leaves give
    INDEX_TABLE_EDITED = "index_table_edited"  # the tables of choices and signals say other than the payloads
    CHECKPOINT_EDITED = "checkpoint_edited"  # a stored checkpoint is not signed by the ledger's key
    CHECKPOINT_MISSING = "checkpoint_missing"  # nobody signed the last entries
    CHECKPOINT_REFUSED = "checkpoint_refused"  # one from outside that is no checkpoint of this ledger
    KEY_CHANGED = "key_changed"  # the ledger names another key than the caller trusts
    TRUNCATED = "truncated"  # a checkpoint signs more entries than there are
    FORKED = "forked"  # a checkpoint signs other entries than these
    DATABASE_DAMAGED = "database_damaged"  # the database itself reports it


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `index` is an entry, or a size for a checkpoint; None when it is neither."""

    index: int | None
    code: ProblemCode
    what: str


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What a verification found.

    size, root: of the entries that are there.
    erased: entries without payload that an erasure entry accounts for.
    held_against: sizes of the checkpoints from outside the database that the ledger fits.
    problems: the first thousand; `problem_count` counts them all.
    """

    ok: bool
    size: int
    root: bytes
    erased: int
    held_against: tuple[int, ...]
    problems: tuple[Problem, ...]
    problem_count: int

    def as_dict(self) -> JsonObject:
        """Plain JSON values."""
        return {
            "ok": self.ok,
            "size": self.size,
            "root": self.root.hex(),
            "erased": self.erased,
            "held_against": list(self.held_against),
            "problem_count": self.problem_count,
            "problems": [{"index": p.index, "code": p.code.value, "what": p.what} for p in self.problems],
        }
