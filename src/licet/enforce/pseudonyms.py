"""Pseudonyms: what stands in a row for its key and its people where the columns that name them are not permitted.

HMAC-SHA256 of the id's text under a key derived from the workspace's salt, as hexadecimal text, computed where the
rows are and only for columns that are read. People have one domain in all tables of a workspace, so that rows of one
person can still be put together; keys have one a table. Without the salt nothing can be turned back or guessed, and
an id that is permitted stands as it is: as text, since a column cannot be a number here and a pseudonym there.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from hashlib import sha256

import ibis  # noqa: F401 - whole before its parts: another thread would find them half made
import ibis.expr.types as ir

from licet.enforce.engine import Engine
from licet.sources.catalogue import Table

_PEOPLE = "subject"


def identifying(table: Table) -> tuple[str, ...]:
    """The columns that name a row and its people: they keep their place in every row that passes."""
    return tuple(dict.fromkeys(column for column in (table.key, *table.subjects) if column is not None))


def pseudonym_of_subject(salt: bytes, subject: str) -> str:
    """What stands for a person in every table of the workspace that has this salt."""
    return _keyed(salt, _PEOPLE, subject)


def pseudonym_of_key(salt: bytes, table: str, key: str) -> str:
    """What stands for the key of a row in one table."""
    return _keyed(salt, f"key {table}", key)


def _keyed(salt: bytes, domain: str, text: str) -> str:
    return hmac.new(_derived(salt, domain), text.encode(), sha256).hexdigest()


def _derived(salt: bytes, domain: str) -> bytes:
    return hmac.new(salt, f"licet pseudonym: {domain}".encode(), sha256).digest()


class Pseudonyms:
    """Those of one workspace, as expressions of one engine."""

    def __init__(self, engine: Engine, salt: bytes) -> None:
        self._engine, self._salt = engine, salt

    def of(self, name: str, table: Table, column: str, value: ir.Value) -> ir.Value:
        """The pseudonym of a key or of people; a list of people is a list of pseudonyms, null stays null."""
        key = self._key(name, table, column)
        if value.type().is_array():
            return value.map(lambda one: self._engine.keyed_hash(one.cast("string"), key))
        return self._engine.keyed_hash(value.cast("string"), key)

    def one_by_one(self, name: str, table: Table, column: str) -> Callable[[str], str]:
        """The same for texts that lie here."""
        key = self._key(name, table, column)
        return lambda text: hmac.digest(key, text.encode(), "sha256").hex()

    def _key(self, name: str, table: Table, column: str) -> bytes:
        return _derived(self._salt, _PEOPLE if column in table.subjects else f"key {name}")


def id_text(value: ir.Value) -> ir.Value:
    """An id, or a list of ids, as the text by which the ledger knows it."""
    if value.type().is_array():
        return value.map(lambda one: one.cast("string"))
    return value.cast("string")
