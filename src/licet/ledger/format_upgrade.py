"""Ledgers of format 1, which kept each node of the tree in a row of its own: they are given tiles instead, once.

Guarantees that a ledger has either the one or the other, whoever dies meanwhile, and that what the tiles are made of is
the tree that the last checkpoint signs. Only who may change the tables can do it: the owner, with the ledger's key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from licet.ledger.checkpoints import Checkpoint
from licet.ledger.entries import FORMAT_VERSION
from licet.ledger.signed_notes import PublicKey
from licet.ledger.storage import Storage
from licet.ledger.tiles import TILE_WIDTH, pieces_of
from licet.terms import LedgerError
from licet.terms.log_tree import HASH_BYTES, Frontier

if TYPE_CHECKING:
    from sqlalchemy import Connection

_VERSION = "SELECT value FROM licet_ledger WHERE key = 'format_version'"
_NODES = "SELECT number, hash FROM nodes WHERE number >= ? AND number < ? ORDER BY number"
_SIGNED = """
    SELECT size, root, signature FROM checkpoints WHERE size = (SELECT COALESCE(MAX(idx) + 1, 0) FROM entries)
    AND size = (SELECT MAX(size) FROM checkpoints)
"""

#: Leaves read at once, whole tiles of them.
_LEAVES = 64 * TILE_WIDTH

#: Whoever might read and add nodes may read and add tiles.
_SAME_GRANTS = """
    DO $$ DECLARE given record; BEGIN
        FOR given IN SELECT grantee, privilege_type FROM information_schema.role_table_grants
            WHERE table_schema = current_schema() AND table_name = 'nodes' AND grantee <> current_user
        LOOP EXECUTE format('GRANT %s ON tiles TO %I', given.privilege_type, given.grantee); END LOOP;
    END $$
"""


def bring_forward(storage: Storage, key: PublicKey, writable: bool) -> None:
    """Turn a ledger of format 1 into one of format 2. About 3 µs an entry, once.

    Raises: LedgerError LEDG-160 when it cannot be changed here, LEDG-017 when its tree is not the one that is signed.
    """
    earlier = LedgerError(
        "LEDG-160",
        "the ledger was made by an earlier licet, and keeps its tree in another way",
        storage.place,
        "open it once with its key, on PostgreSQL as its owner; nothing was changed",
    )
    if not writable:
        raise earlier
    try:
        with storage.writing() as connection:
            if storage.ask(connection, _VERSION) == [("1",)]:  # nobody else was quicker
                _make_tiles(storage, connection, key)
    except LedgerError as error:
        if error.code in ("LEDG-010", "LEDG-024"):
            raise earlier from error
        raise


def _make_tiles(storage: Storage, connection: Connection, key: PublicKey) -> None:
    from licet.ledger.ledger_schema import TILES

    TILES.create(connection)
    ((size, root, signature),) = storage.ask(connection, _SIGNED) or [(0, b"", b"")]
    frontier = Frontier()
    for first in range(0, size, _LEAVES):
        beyond = min(first + _LEAVES, size)
        nodes = dict(storage.ask(connection, _NODES, (_number(first), _number(beyond))))
        leaves = [
            nodes[number] for index in range(first, beyond) if _is_hash(nodes.get(number := _number(index)))
        ]
        if len(leaves) < beyond - first:
            break  # what is missing or no hash leaves another root
        storage.insert(connection, {TILES: list(pieces_of(first, frontier.extend(leaves)))})
    signed = Checkpoint.restore(key, size, root, signature)
    if frontier.root() != root or not signed.is_signed_by(key):
        raise LedgerError(
            "LEDG-017",
            "the ledger does not fit its own checkpoint: its tree is not the one its last checkpoint signs",
            storage.place,
            "verify it with the licet that made it, then restore it from a copy that verifies; nothing was changed",
        )
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_SAME_GRANTS.replace("%", "%%"))
    connection.exec_driver_sql("DROP TABLE nodes")
    connection.exec_driver_sql(
        f"UPDATE licet_ledger SET value = '{FORMAT_VERSION}' WHERE key = 'format_version'"
    )


def _number(index: int) -> int:
    """The number of a leaf's row: nodes were numbered in the order in which they became complete."""
    return 2 * index - index.bit_count()


def _is_hash(node: object) -> bool:
    return isinstance(node, bytes) and len(node) == HASH_BYTES
