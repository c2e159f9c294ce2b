"""What the tables say about members and rows that is not known, counted by word, and what was surely meant by it.

A region that ISO 3166 does not code, a plan or an audience that nobody declared, an age or a day of birth that is
nobody's: rules that ask about them deny. Here an operator sees how many that are, so that the data or the catalogue
can be mended. Words are compared as the rules compare them; nothing here takes one for another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

import ibis  # noqa: F401 - whole before its parts: another thread would find them half made
import ibis.expr.types as ir

from licet.enforce.engine import Engine
from licet.enforce.id_types import member_id
from licet.enforce.rows import column_of
from licet.enforce.tables import Tables
from licet.enforce.text_columns import in_known_words
from licet.packs import Pack
from licet.sources.spellings import folded
from licet.terms.moments import age_in_years, is_age
from licet.terms.regions import is_region, region_meant


class UnknownWord(NamedTuple):
    """fact:  region, age, birth_date, plan or visibility.
    word:  what stands in the column; None where nothing does, and for any age and day of birth, which are nobody's.
    meant: the word that was surely meant.
    number: members, each once; of visibility, rows."""

    table: str
    column: str
    fact: str
    word: str | None
    meant: str | None
    number: int


def unknown_words(tables: Tables, engine: Engine, pack: Pack, at: datetime) -> tuple[UnknownWord, ...]:
    """What is not known of the members at a moment, and of the audiences of all tables; most first."""
    found: list[UnknownWord] = []
    facts = tables.catalogue.facts
    if facts is not None:
        content = tables.content(facts.table)
        who = member_id(column_of(content, facts.table, facts.subject))
        asked: tuple[tuple[str, str | None, dict[str, str], Callable[[Any], str | None]], ...] = (
            ("region", facts.region, {}, _region),
            ("plan", facts.plan, facts.plans, _among(pack.plans)),
            ("age", facts.age, {}, lambda age: None if is_age(age) else ""),
            ("birth_date", facts.birth_date, {}, lambda born: _day_of_birth(born, at)),
        )
        for fact, column, own, unknown in asked:
            if column is not None:
                value = column_of(content, facts.table, column)
                told = content.select(who=who, word=_word(value, fact, own)).filter(
                    lambda rows: rows.who.notnull()
                )
                counted = told.group_by("word").agg(count=told.who.nunique())
                found += _unknown(engine, counted, facts.table, column, fact, unknown)
    for name in tables.catalogue.tables:
        table = tables.catalogued(name)
        if table.visibility is not None:
            content = tables.content(name)
            value = column_of(content, name, table.visibility)
            told = content.select(word=_word(value, "visibility", table.visibilities))
            counted = told.group_by("word").agg(count=told.count())
            found += _unknown(engine, counted, name, table.visibility, "visibility", _among(pack.audiences))
    return tuple(sorted(found, key=lambda each: (-each.number, each[:3], each.word or "")))


def _word(value: ir.Value, fact: str, own: dict[str, str]) -> ir.Value:
    is_plain = fact in ("age", "birth_date") and not value.type().is_string()
    return value if is_plain else in_known_words(value.cast("string"), own)


def _unknown(
    engine: Engine,
    counted: ir.Table,
    table: str,
    column: str,
    fact: str,
    unknown: Callable[[Any], str | None],
) -> Iterable[UnknownWord]:
    """unknown: the word meant by one that is not known, "" where nobody can say; None for what is known."""
    totals: dict[tuple[str | None, str | None], int] = {}
    with engine.reading(f"table {table!r}"):
        rows = [row for batch in engine.batches(counted) for row in batch.to_pylist()]
    for row in rows:
        word = row["word"]
        meant = "" if word is None else unknown(word)
        if meant is not None:
            shown = word if fact in ("region", "plan", "visibility") else None
            totals[shown, meant or None] = totals.get((shown, meant or None), 0) + row["count"]
    return [UnknownWord(table, column, fact, *each, count) for each, count in totals.items()]


def _region(word: str) -> str | None:
    return None if is_region(word) else region_meant(word) or ""


def _among(known: frozenset[str]) -> Callable[[str], str | None]:
    by_likeness = {folded(word): word for word in sorted(known, reverse=True)}
    return lambda word: None if word in known else by_likeness.get(folded(word), "")


def _day_of_birth(born: Any, at: datetime) -> str | None:
    day = born.date() if isinstance(born, datetime) else born
    return None if isinstance(day, date) and is_age(age_in_years(day, at)) else ""
