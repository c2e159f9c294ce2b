"""A corpus as an engineer would write it by hand: one query in DuckDB, rensa, py3langid, and one Parquet file.

The policy is known by heart. The query finds current settings, filters by them, region and visibility, joins columns to
texts and redacts them by plain regular expressions; near-duplicates are found where rensa's index flags any. It keeps
no ledger, no manifest and no proof, reads one policy only, checks no number that it redacts, and knows no update: it
is run again.
"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks.machine import peer

#: The article's regions: the European Economic Area, Canada, Hong Kong, Switzerland.
_COVERED = """
AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL
PT RO SK SI ES SE IS LI NO CA HK CH
"""

#: What a kind of identifier looks like, in the order in which they are taken out.
_LOOKS = {
    "profile_url": r"(?i)https?://(?:www\.)?(?:linkedin\.com/in|github\.com|x\.com|twitter\.com)/[\w.-]+",
    "email": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "iban": r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b",
    "national_id": r"\b(?:\d{3}-\d{2}-\d{4}|756\.\d{4}\.\d{4}\.\d{2})\b",
    "payment_card": r"\b(?:\d[ -]?){12,18}\d\b",
    "ip_address": r"\b(?:\d{1,3}\.){3}\d{1,3}\b",
    "phone": r"(?:\+|\b00)\d(?:[ ().-]{0,2}\d){6,13}",
    "handle": r"\B@[\w.-]*\w",
}
#: A text without any of these holds no identifier.
_SIGN = r"@|\d{2}|://"
_WORD = re.compile(r"\w+")
#: As the shipped recipe has them; and the characters that a language is told by.
_THRESHOLD, _PERMUTATIONS, _BANDS, _JUDGED = 0.8, 128, 16, 160

COLUMNS = ("kind", "key", "subject", "created", "text", "language")


def write_corpus(data: Path, choices: Path, setting: str, out: Path) -> list[tuple[str, str]]:
    """Write the corpus of a made-up network to one Parquet file of `COLUMNS`, oldest first.

    data: the folder of the network's tables. choices: every choice as a row, in Parquet.
    Returns: kind and key of what was set aside.
    """
    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar=false")
        rows = con.sql(_query(data, choices), params=[setting]).to_arrow_table()
        texts = rows["text"].to_pylist()
        kept = _first_of_their_kind(texts)
        classify = peer("py3langid").classify
        languages = pa.array([classify(texts[row][:_JUDGED])[0] for row in kept], pa.string())
        documents = rows.take(pa.array(kept, pa.int64())).append_column("language", languages)
        con.register("documents", documents)
        con.execute(f"COPY (SELECT {', '.join(COLUMNS)} FROM documents) TO '{out}' (FORMAT PARQUET)")
    aside = rows.take(pa.array(sorted(set(range(len(texts))) - set(kept)), pa.int64()))
    return list(zip(aside["kind"].to_pylist(), aside["key"].to_pylist(), strict=True))


def _query(data: Path, choices: Path) -> str:
    """Permitted texts, redacted, with whose they are, oldest first."""
    redacted = "text"
    for kind, looks in _LOOKS.items():
        redacted = f"regexp_replace({redacted}, '{looks}', '[{kind}]', 'g')"
    regions = ", ".join(f"'{region}'" for region in _COVERED.split())
    filled = {name: f"nullif({name}, '')" for name in ("headline", "summary", "position", "location", "name")}
    return f"""
    WITH allowed AS (
      SELECT member_id FROM '{data}/members.parquet'
      LEFT JOIN (SELECT subject, arg_max(value, entry) AS value FROM '{choices}' WHERE setting = ? GROUP BY 1)
        ON subject = member_id
      WHERE left(region, 2) IN ({regions}) AND coalesce(value, 'on') = 'on'
    ), texts AS (
      SELECT 'profile' AS kind, member_id AS key, member_id AS subject, updated AS created,
        concat_ws(chr(10), {filled["name"]}, {filled["headline"]}, {filled["summary"]},
          nullif(concat_ws(', ', {filled["position"]}, {filled["location"]}), ''),
          'Skills: ' || nullif(array_to_string(skills, ', '), '')) AS text
      FROM '{data}/profiles.parquet'
      UNION ALL
      SELECT 'post', post_id, author, created, concat_ws(chr(10), nullif(title, ''), nullif(body, ''))
      FROM '{data}/posts.parquet' WHERE visibility = 'public'
    )
    SELECT * REPLACE (CASE WHEN regexp_matches(text, '{_SIGN}') THEN {redacted} ELSE text END AS text)
    FROM texts WHERE subject IN (FROM allowed) AND text != '' ORDER BY created, key
    """


def _first_of_their_kind(texts: list[str]) -> list[int]:
    """Places of the texts that repeat none before them."""
    rensa, shingles = peer("rensa"), [_shingles(text) for text in texts]
    index = rensa.RMinHashLSH(_THRESHOLD, _PERMUTATIONS, _BANDS)
    matrix = rensa.RMinHash.digest_matrix_from_token_sets(shingles, _PERMUTATIONS, 42)
    shared = [place for place, flag in enumerate(index.query_duplicate_flags_matrix_one_shot(matrix)) if flag]
    signed = dict(
        zip(
            shared,
            rensa.RMinHash.from_token_sets([shingles[place] for place in shared], _PERMUTATIONS, 42),
            strict=True,
        )
    )
    repeated = set()
    for place, mine in signed.items():
        if any(signed[other].jaccard(mine) >= _THRESHOLD for other in index.query(mine)):
            repeated.add(place)
        index.insert(place, mine)
    return [place for place in range(len(texts)) if place not in repeated]


def _shingles(text: str) -> list[str]:
    """Three words at a time; a shorter text as a whole."""
    words = _WORD.findall(text.lower())
    if len(words) < 3:
        return [" ".join(words)]
    return [" ".join(three) for three in zip(words, words[1:], words[2:], strict=False)]
