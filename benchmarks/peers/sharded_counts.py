"""SISA (arXiv:1912.03817) for counts: members dealt to shards, each counted by itself; who leaves costs their shard.

In its best form: the tokens of every document are kept in memory, and nothing is written, proven or noted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from licet.store import Records
from licet.uses.model.byte_pairs import Tokens
from licet.uses.model.member_counts import summed, table_of
from licet.uses.model.token_runs import runs_written


class ShardedCounts:
    """How many members wrote each run, in shards. learnt: the tokens of each member's documents."""

    def __init__(self, learnt: Mapping[str, Sequence[Tokens]], order: int, shards: int) -> None:
        self._order = order
        self._members: list[dict[str, Sequence[Tokens]]] = [{} for _ in range(shards)]
        for who, documents in learnt.items():
            self._members[self._shard(who, shards)][who] = documents
        self._tables = [self._counted(shard) for shard in range(shards)]

    def forget(self, who: str) -> Records:
        """Make their shard anew without them; what all shards then come to."""
        shard = self._shard(who, len(self._members))
        del self._members[shard][who]
        self._tables[shard] = self._counted(shard)
        return summed(self._tables)

    def _counted(self, shard: int) -> Records:
        return table_of([runs_written([*own], self._order) for own in self._members[shard].values()])

    @staticmethod
    def _shard(who: str, shards: int) -> int:
        return int.from_bytes(hashlib.sha256(who.encode()).digest()[:8], "big") % shards
