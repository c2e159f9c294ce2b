"""Which tables a PostgreSQL database holds on the search path of whoever asks, for drafting a catalogue.

Reads no row.
"""

from __future__ import annotations

import psycopg

from licet.enforce.listed_table import ListedTable
from licet.enforce.postgres_failures import explained
from licet.sources.catalogue import Location, PostgresPlace
from licet.sources.database_address import VARIABLE, address_fault, holds_secret, located
from licet.terms import SourceError

#: Tables, partitioned ones and views; no part of a partitioned table, whose rows are the whole one's too.
_TABLES = """
SELECT n.nspname::text, c.relname::text,
  ARRAY(SELECT a.attname::text FROM pg_constraint k, unnest(k.conkey) WITH ORDINALITY AS u(number, place)
        JOIN pg_attribute a ON a.attnum = u.number
        WHERE k.conrelid = c.oid AND k.contype = 'p' AND a.attrelid = c.oid ORDER BY u.place),
  ARRAY(SELECT ARRAY[a.attname::text, t.relname::text] FROM pg_constraint k
        JOIN pg_class t ON t.oid = k.confrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
        WHERE k.conrelid = c.oid AND k.contype = 'f' AND cardinality(k.conkey) = 1
          AND t.relnamespace = c.relnamespace ORDER BY a.attnum)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY (current_schemas(false)) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
ORDER BY array_position(current_schemas(false), n.nspname) DESC, c.relname
"""


def tables_in_postgres(url: str) -> dict[str, ListedTable]:
    """By its name in the database each table; of two the one that the search path meets first.

    url: as a catalogue has it. Raises: SourceError SRC-197 for one with a password, SRC-217 to SRC-219.
    """
    if not url.startswith(VARIABLE) and holds_secret(url):
        raise SourceError(
            "SRC-197",
            "the address holds a password, and a draft of a catalogue would keep it",
            fix="leave it out; give env:NAME, a variable that holds it, or PGPASSWORD, or ~/.pgpass",
        )
    if (fault := address_fault(url)) is not None:
        raise SourceError(
            "SRC-217", f"the address of a database {fault}", fix="write it as postgresql://user@host/database"
        )
    with explained("what tables there are"), psycopg.connect(located(url)) as connection:
        told = connection.execute(_TABLES).fetchall()
    return {
        table: ListedTable(
            Location(postgres=PostgresPlace(url=url, schema_=schema, table=table)),
            tuple(keys),
            dict(references),
        )
        for schema, table, keys, references in told
    }
