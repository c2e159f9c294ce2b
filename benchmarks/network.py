"""A made-up network for the gate: members, posts and choices, the same for the same sizes and seed.

Authors are spread evenly over members, which is the worst case for a join: nothing it looked up stays warm. Choices
are a log, as platforms keep one: several a member, the last one counts. The ledger and the Parquet file that the
naive query reads hold the same choices: in the same order, or in the ledger sorted by member, as a platform does that
brings the choices its members made before it had a ledger.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from benchmarks.measure import Tell, silent
from benchmarks.policies import article_policy
from licet.ledger import EntryKind, Ledger, NewEntry, Signer
from licet.sources.catalogue import Catalogue, FactsTable, Location, Table

#: Regions and how many members in a hundred live there; the article's policy covers the first eight. The rest, two
#: in a hundred, are not known.
REGIONS = (
    ("DE", 16), ("FR", 13), ("ES", 10), ("IT", 9), ("NL", 7), ("SE", 5), ("CA", 8), ("CH", 4),
    ("US", 14), ("GB", 6), ("IN", 4), ("BR", 2),
)  # fmt: skip

SETTINGS = ("data_for_generative_ai_improvement", "share_data_with_affiliates_and_partners")

#: Entries an append. The larger it is, the more of them share a page of the choices' table, which is in the order of
#: subjects: a tenth of this slows down as the table grows (docs/LOG.md).
_APPEND_AT_ONCE = 100_000


@dataclass(frozen=True)
class Network:
    """A folder of tables. `posts` has narrow columns only; `texts` has a text of about 300 characters as well.

    Ids are text; the same tables with whole numbers for ids lie beside them, save `texts`.
    """

    folder: Path

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.sqlite"

    def file(self, name: str, *, whole: bool = False) -> Path:
        return self.folder / f"{name}{'_whole' if whole else ''}.parquet"

    def catalogue(self, *, whole: bool = False) -> Catalogue:
        """The tables as the gate reads them; `whole` for those whose ids are whole numbers."""
        content = dict.fromkeys(("post_id", "author", "created", "visibility", "reactions"), "content.posts")
        tables = {
            "members": Table(
                location=Location(parquet=str(self.file("members", whole=whole))),
                key="member_id",
                subjects=("member_id",),
                created=None,
                columns={"member_id": "profile.location", "region": "profile.location"},
            ),
            "posts": _posts(self.file("posts", whole=whole), content),
        }
        if not whole:
            tables["texts"] = _posts(self.file("texts"), {**content, "text": "content.posts"})
        return Catalogue(
            licet_catalogue=1,
            facts=FactsTable(table="members", subject="member_id", region="region"),
            tables=tables,
        )

    def open_ledger(self) -> Ledger:
        return Ledger.open(self.ledger, read_only=True)


def _posts(path: Path, columns: dict[str, str | None]) -> Table:
    return Table(
        location=Location(parquet=str(path)),
        key="post_id",
        subjects=("author",),
        created="created",
        visibility="visibility",
        columns=columns,
    )


def make_network(
    folder: Path,
    members: int,
    posts: int,
    texts: int,
    seed: int,
    tell: Tell = silent,
    *,
    whole: bool = True,
    chosen_percent: int = 8,
) -> Network:
    """Write the tables and fill the ledger; see `make_tables` and `fill_ledger`."""
    network = make_tables(
        folder, members, posts, texts, seed, tell, whole=whole, chosen_percent=chosen_percent
    )
    fill_ledger(network, tell)
    return network


def make_tables(
    folder: Path,
    members: int,
    posts: int,
    texts: int,
    seed: int,
    tell: Tell = silent,
    *,
    whole: bool,
    chosen_percent: int,
) -> Network:
    """Write the tables, and the choices as the log that a naive query reads.

    whole:          also write the tables with whole numbers for ids.
    chosen_percent: of a hundred members, how many have switched each of the two settings, one to three times.
    """
    network = Network(folder)
    with _duckdb() as con:
        tell("making members", 0, None)
        _write(con, members_sql(members, seed), network.file("members"))
        tell(f"making {posts:,} posts", 0, None)
        _write(con, posts_sql(posts, members, seed), network.file("posts"))
        tell(f"making {texts:,} posts with text", 0, None)
        _words(con, seed)
        _write(con, _texts_sql(texts, members, seed), network.file("texts"))
        tell("making choices", 0, None)
        _write(con, _choices_sql(members, seed, chosen_percent), network.file("choices"))
        ids = (("members", "member_id"), ("posts", "author"), ("choices", "subject")) if whole else ()
        for name, column in ids:
            numbers = f"SELECT * REPLACE ({column}::BIGINT AS {column}) FROM '{network.file(name)}'"
            _write(con, numbers, network.file(name, whole=True))
    return network


def spelt_with_letters(network: Network, folder: Path, tell: Tell = silent) -> Network:
    """The same network in another folder, each id with letters before its digits; without `texts`."""
    spelt = Network(folder)
    with _duckdb() as con:
        for name, column in (("members", "member_id"), ("posts", "author"), ("choices", "subject")):
            ids = f"SELECT * REPLACE ('member-' || {column} AS {column}) FROM '{network.file(name)}'"
            _write(con, ids, spelt.file(name))
    fill_ledger(spelt, tell)
    return spelt


def fill_ledger(network: Network, tell: Tell = silent, *, by_subject: bool = False) -> int:
    """Record the choices in a new ledger, and return how many there are.

    by_subject: member by member, each with what they switched in its order; else as the log has them.
    """
    signer, choices = Signer.create(network.folder / "ledger.key"), network.file("choices")
    with (
        _duckdb() as con,
        Ledger.create(network.ledger, signer, lambda: datetime(2025, 12, 1, tzinfo=UTC)) as ledger,
    ):
        count: int = con.execute(f"SELECT count(*) FROM '{choices}'").fetchall()[0][0]
        ledger.append([policy_in_force()])
        for done, entries in _batches(con, choices, by_subject):
            tell("recording choices in the ledger", done, count)
            ledger.append(entries)
    return count


def recorded_choices(network: Network) -> Iterator[list[NewEntry]]:
    """The choices as entries, in the order in which they were made, so many at a time."""
    with _duckdb() as con:
        for _, entries in _batches(con, network.file("choices"), False):
            yield entries


def _duckdb() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(config={"memory_limit": "8GB"})
    con.execute("SET enable_progress_bar=false")
    return con


def _write(con: duckdb.DuckDBPyConnection, sql: str, path: Path) -> None:
    con.execute(f"COPY ({sql}) TO '{path}' (FORMAT PARQUET)")


def _chance(what: str, number: str, seed: int) -> str:
    """A whole number from 0 to 99 drawn by hashing."""
    return f"(hash({number}, '{what}', {seed}) % 100)"


def _member(number: str) -> str:
    return f"(100000000 + ({number})::BIGINT)::VARCHAR"


def members_sql(members: int, seed: int) -> str:
    upto, cases = 0, []
    for region, share in REGIONS:
        upto += share
        cases.append(f"WHEN c < {upto} THEN '{region}'")
    return (
        f"SELECT {_member('i')} AS member_id, CASE {' '.join(cases)} END AS region, 'free' AS plan "
        f"FROM (SELECT range AS i, {_chance('region', 'range', seed)} AS c FROM range({members})) ORDER BY i"
    )


def posts_sql(posts: int, members: int, seed: int, more: str = "") -> str:
    return (
        f"SELECT range AS post_id, {_member(f'hash(range, {seed}) % {members}')} AS author, "
        f"TIMESTAMP '2020-01-01' + to_minutes((range % 2800000)::INTEGER) AS created, "
        f"CASE WHEN {_chance('visibility', 'range', seed)} < 92 THEN 'public' ELSE 'connections' END AS visibility, "
        f"(hash(range, 'reactions', {seed}) % 500)::INTEGER AS reactions{more} FROM range({posts})"
    )


def _words(con: duckdb.DuckDBPyConnection, seed: int) -> None:
    """A list of four thousand made-up words of two to twelve letters, as the variable `words`."""
    con.execute(
        f"SET VARIABLE words = (SELECT list(substr(md5(concat(range, {seed})), 1, "
        "2 + (hash(range) % 11)::INTEGER) ORDER BY range) FROM range(4000))"
    )


def _texts_sql(posts: int, members: int, seed: int) -> str:
    words = f"list_transform(range(40), lambda n: getvariable('words')[1 + (hash(post_id, n, {seed}) % 4000)::INTEGER])"
    return f"SELECT *, array_to_string({words}, ' ') AS text FROM ({posts_sql(posts, members, seed)})"


def _choices_sql(members: int, seed: int, chosen_percent: int) -> str:
    """One row a switch of a setting, in the order in which they were made."""
    parts = " UNION ALL ".join(
        f"SELECT range AS i, '{setting}' AS setting, turn, "
        f"{_chance(setting, 'range', seed)} AS c FROM range({members}), range(3) turns(turn)"
        for setting in SETTINGS
    )
    return (
        f"SELECT row_number() OVER (ORDER BY turn, hash(i, setting, {seed}), i, setting) - 1 AS entry, "
        f"{_member('i')} AS subject, setting, "
        "CASE WHEN (turn + c) % 2 = 0 THEN 'off' ELSE 'on' END AS value, "
        "TIMESTAMP '2025-09-20' + to_minutes((turn * 10000 + hash(i, setting, turn) % 10000)::INTEGER) AS at "
        f"FROM ({parts}) WHERE c < {chosen_percent} AND turn <= c % 3 ORDER BY entry"
    )


def policy_in_force() -> NewEntry:
    pack = article_policy().pack
    said = {"pack": pack.id, "version": pack.version, "digest": pack.digest, "file": f"{pack.id}.yaml"}
    return NewEntry(EntryKind.PACK_IN_FORCE, None, said)


@functools.cache
def _digest() -> str:
    return article_policy().pack.digest


def choice_of(setting: str, value: str) -> dict[str, str]:
    """What an entry says of a choice under the policy in force."""
    return {"setting": setting, "value": value, "pack": _digest()}


def _batches(
    con: duckdb.DuckDBPyConnection, choices: Path, by_subject: bool
) -> Iterator[tuple[int, list[NewEntry]]]:
    order = "subject, entry" if by_subject else "entry"
    rows = con.execute(f"SELECT subject, setting, value FROM '{choices}' ORDER BY {order}")
    done = 0
    while batch := rows.fetchmany(_APPEND_AT_ONCE):
        yield done, [NewEntry(EntryKind.CHOICE, s, choice_of(t, v)) for s, t, v in batch]
        done += len(batch)
