"""Where a ledger on PostgreSQL is: a URL as libpq reads it, and the schema within the database.

``postgresql://user@host:5432/database?schema=licet``; everything else after the question mark is libpq's own
(``sslmode``, ``service``, ``host`` of a socket). Guarantees that what is shown or kept holds no password.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from licet.terms import LedgerError

#: The schema of a ledger whose address names none.
DEFAULT_SCHEMA = "licet"

_SCHEMES = ("postgresql", "postgres")
_SECRETS = frozenset({"password", "sslpassword"})
_MOST_NAME_BYTES = 63


def is_postgres(place: str | os.PathLike[str]) -> bool:
    """Whether a place is an address of PostgreSQL and not a path."""
    # With a driver named, as SQLAlchemy would have it, it is meant as an address too, and refused as one.
    return isinstance(place, str) and re.match(r"postgres(ql)?(\+\w+)?://", place) is not None


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """conninfo: what libpq connects with, a password perhaps included. shown: the whole address without it."""

    conninfo: str = field(repr=False)
    schema: str
    shown: str

    @classmethod
    def parse(cls, url: str) -> Self:
        """Take an address apart. Raises: LedgerError LEDG-025 when it is none, without repeating it."""
        try:
            parts = urlsplit(url)
            options = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        except ValueError:
            raise _unfit("it is no URL") from None
        if parts.scheme not in _SCHEMES or parts.fragment:
            raise _unfit("it is no URL of a database")
        schemas = [value for name, value in options if name == "schema"]
        schema = schemas[0] if schemas else DEFAULT_SCHEMA
        if len(schemas) > 1 or not is_name(schema) or schema.startswith("pg_"):
            raise _unfit("its schema must be one name, and not one of PostgreSQL's own")
        others = [(name, value) for name, value in options if name != "schema"]
        shown_options = [pair for pair in options if pair[0] not in _SECRETS]
        credentials, at, hosts = parts.netloc.rpartition("@")
        user = credentials.partition(":")[0]
        return cls(
            _join(parts.netloc, parts.path, others),
            schema,
            _join(f"{user}{at}{hosts}", parts.path, shown_options),
        )

    @property
    def has_password(self) -> bool:
        """Whether the address itself holds a secret."""
        parts = urlsplit(self.conninfo)
        return ":" in parts.netloc.rpartition("@")[0] or any(
            name in _SECRETS for name, _ in parse_qsl(parts.query)
        )

    @property
    def user(self) -> str | None:
        """The role it connects as, where it says so."""
        parts = urlsplit(self.conninfo)
        name = unquote(parts.netloc.rpartition("@")[0].partition(":")[0])
        return name or dict(parse_qsl(parts.query)).get("user")

    def shown_for(self, role: str) -> str:
        """The same address for another role, without any password."""
        parts = urlsplit(self.shown)
        hosts = parts.netloc.rpartition("@")[2]
        options = [(name, value) for name, value in parse_qsl(parts.query) if name != "user"]
        return _join(f"{quote(role, safe='')}@{hosts}", parts.path, options)


def is_name(text: str) -> bool:
    """Whether PostgreSQL can call a schema or a role this, and keeps it whole."""
    return 0 < len(text.encode("utf-8", "replace")) <= _MOST_NAME_BYTES and text.isprintable()


def _join(netloc: str, path: str, options: list[tuple[str, str]]) -> str:
    # libpq decodes %20 and takes a plus sign for itself.
    query = urlencode(options, quote_via=quote, safe="/")
    return f"postgresql://{netloc}{path}{'?' if query else ''}{query}"


def _unfit(why: str) -> LedgerError:
    return LedgerError(
        "LEDG-025",
        f"this is not the address of a ledger on PostgreSQL: {why}",
        fix="write it like postgresql://user@host:5432/database?schema=licet",
    )
