"""What an engineer would write for the article's policy over the made-up network: one query, the policy by heart.

The benchmarks of the gate on DuckDB and on Spark run them as their peers, each as its engine names a Parquet file: the
query that one writes first, and the best, for which the platform keeps whether a member has opted out beside them. On
DuckDB two more are run. Keeping what they read up to date is not counted.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from benchmarks.network import REGIONS, SETTINGS, Network

#: The regions of the made-up network that the article's policy covers.
_COVERED = ", ".join(f"'{region}'" for region, _ in REGIONS[:8])

#: The queries by how they find out who may be used; the first is the one written first.
WRITTEN = {
    "naive": "joining a window over the log of choices, as written first",
    "settings": "joining a table of current choices",
    "column": "joining members with the opt-out as a column",
    "list": "looking authors up in a list of those who may be used",
}


def naive_query(
    columns: str, network: Network, posts: Path, named: Callable[[Path], str], *, whole: bool = False
) -> str:
    """Permitted posts joined with members and with each member's latest choice, a window over the log of choices.

    posts: a table of posts, `p` in `columns`; whole: the one whose ids are whole numbers.
    named: a Parquet file as the engine's SQL says it.
    """
    return f"""
    WITH latest AS (
      SELECT subject, value FROM (
        SELECT subject, value, row_number() OVER (PARTITION BY subject ORDER BY entry DESC) AS nth
        FROM {named(network.file("choices", whole=whole))} WHERE setting = '{SETTINGS[0]}'
      ) WHERE nth = 1
    )
    SELECT {columns} FROM {named(posts)} p
    JOIN {named(network.file("members", whole=whole))} m ON m.member_id = p.author
    LEFT JOIN latest c ON c.subject = p.author
    WHERE p.visibility = 'public' AND m.region IN ({_COVERED}) AND coalesce(c.value, 'on') = 'on'
    """


def best_query(columns: str, members: Path, posts: Path, named: Callable[[Path], str]) -> str:
    """The same rows from members with their opt-out beside them, as `write_flags` leaves them: one join."""
    return f"""
    SELECT {columns} FROM {named(posts)} p JOIN {named(members)} m ON m.member_id = p.author
    WHERE p.visibility = 'public' AND m.region IN ({_COVERED}) AND m.permits
    """


def write_flags(network: Network, *, whole: bool = False) -> Path:
    """Members with a column that says whether their latest choice permits, which in the log takes a window to find."""
    members, choices = (network.file(name, whole=whole) for name in ("members", "choices"))
    flagged = network.file("members_flagged", whole=whole)
    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar=false")
        con.execute(
            f"COPY (SELECT m.*, coalesce(value, 'on') = 'on' AS permits FROM '{members}' m LEFT JOIN (SELECT subject, "
            f"arg_max(value, entry) AS value FROM '{choices}' WHERE setting = '{SETTINGS[0]}' GROUP BY 1) ON subject = "
            f"member_id ORDER BY member_id) TO '{flagged}' (FORMAT PARQUET)"
        )
    return flagged


def written_queries(
    columns: str, network: Network, posts: Path, con: duckdb.DuckDBPyConnection, *, whole: bool = False
) -> dict[str, str]:
    """`WRITTEN` as SQL for DuckDB. What they read is written beside the network first."""
    choices, members, current, listed = (
        network.file(name, whole=whole) for name in ("choices", "members", "current_choices", "may_be_used")
    )
    flagged = write_flags(network, whole=whole)
    for file, sql in (
        (
            current,
            f"SELECT subject, arg_max(value, entry) AS value FROM '{choices}' WHERE setting = '{SETTINGS[0]}' "
            "GROUP BY subject",
        ),
        (listed, f"SELECT member_id FROM '{flagged}' WHERE permits AND region IN ({_COVERED}) ORDER BY 1"),
    ):
        con.execute(f"COPY ({sql}) TO '{file}' (FORMAT PARQUET)").fetchall()
    return {
        "naive": naive_query(columns, network, posts, lambda file: f"'{file}'", whole=whole),
        "settings": f"SELECT {columns} FROM '{posts}' p JOIN '{members}' m ON m.member_id = p.author "
        f"LEFT JOIN '{current}' c ON c.subject = p.author WHERE p.visibility = 'public' "
        f"AND m.region IN ({_COVERED}) AND coalesce(c.value, 'on') = 'on'",
        "column": best_query(columns, flagged, posts, lambda file: f"'{file}'"),
        "list": f"SELECT {columns} FROM '{posts}' p WHERE p.visibility = 'public' "
        f"AND p.author IN (SELECT member_id FROM '{listed}')",
    }
