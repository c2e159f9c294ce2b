"""What an engineer would write first for the article's policy over the made-up network: one query, the policy by heart.

The benchmarks of the gate on DuckDB and on Spark run it as their peer, each as its engine names a Parquet file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.network import REGIONS, SETTINGS, Network

#: The regions of the made-up network that the article's policy covers.
_COVERED = ", ".join(f"'{region}'" for region, _ in REGIONS[:8])


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
