"""The tables of a ledger, as SQLAlchemy knows them, for any database.

`entries` holds what happened; `tiles` the hashes of the tree over its leaves, in the pieces in which commits added
them; `checkpoints` one signed root a commit. `choices`, `signals` and `requests` repeat what payloads say, in the order
the questions need; verification holds them to the payloads, so they are a convenience and never the truth.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    CompoundSelect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    and_,
    literal_column,
    select,
    union,
)

METADATA = MetaData()

# Text in the order of its bytes in every database, whatever the server's locale: tables come out the same.
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")

# SQLite turns only a column declared INTEGER into the row's own number.
_NUMBER = BigInteger().with_variant(Integer(), "sqlite")

META = Table(
    "licet_ledger",
    METADATA,
    Column("key", _TEXT, primary_key=True),
    Column("value", _TEXT, nullable=False),
)

ENTRIES = Table(
    "entries",
    METADATA,
    Column("idx", _NUMBER, primary_key=True, autoincrement=False),
    Column("recorded_at_us", BigInteger, nullable=False),
    Column("kind", _TEXT, nullable=False),
    Column("commitment", LargeBinary, nullable=False),
    Column("subject", _TEXT),
    Column("payload", LargeBinary),
    Column("salt", LargeBinary),
)
# A subject's choices and signals are found through the tables of these, which are ordered by subject anyway; one
# more index over millions of subjects would double what a commit writes. Written out, because a database uses a
# partial index only where the question repeats its condition word for word.
_IS_ELSEWHERE = ENTRIES.c.kind.in_([literal_column("'choice'"), literal_column("'signal'")])
Index(
    "entries_by_subject",
    ENTRIES.c.subject,
    sqlite_where=and_(ENTRIES.c.subject.is_not(None), ~_IS_ELSEWHERE),
    postgresql_where=and_(ENTRIES.c.subject.is_not(None), ~_IS_ELSEWHERE),
)
Index("entries_by_kind", ENTRIES.c.kind, ENTRIES.c.idx)

TILES = Table(
    "tiles",
    METADATA,
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column(
        "start", BigInteger, primary_key=True, autoincrement=False
    ),  # the number of the first hash in its level
    Column("hashes", LargeBinary, nullable=False),  # side by side, all of one tile
    sqlite_with_rowid=False,
)

CHECKPOINTS = Table(
    "checkpoints",
    METADATA,
    Column("size", _NUMBER, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

CHOICES = Table(
    "choices",
    METADATA,
    Column("subject", _TEXT, primary_key=True),
    Column("setting", _TEXT, primary_key=True),
    Column("category", _TEXT, primary_key=True),  # empty when the whole setting is meant
    Column("entry", BigInteger, primary_key=True, autoincrement=False),
    Column("is_on", SmallInteger, nullable=False),
    Column("pack", BigInteger, nullable=False, server_default="0"),  # see `pack_numbers`
    sqlite_with_rowid=False,
)

SIGNALS = Table(
    "signals",
    METADATA,
    Column("subject", _TEXT, primary_key=True),
    Column("signal", _TEXT, primary_key=True),
    Column("entry", BigInteger, primary_key=True, autoincrement=False),
    Column("is_on", SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)

REQUESTS = Table(
    "requests",
    METADATA,
    Column("request", _TEXT, primary_key=True),
    Column("entry", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)


def select_indices_of(subject: str) -> CompoundSelect[int]:
    """The question which entries are a subject's, whatever their kind."""
    return union(
        select(CHOICES.c.entry).where(CHOICES.c.subject == subject),
        select(SIGNALS.c.entry).where(SIGNALS.c.subject == subject),
        select(ENTRIES.c.idx).where(ENTRIES.c.subject == subject, ~_IS_ELSEWHERE),
    )
