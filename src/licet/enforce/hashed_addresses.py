"""Columns of hashed addresses, made where the rows are: the gate shows the hash, and nobody behind it an address.

The same as `licet.sources.address_schemes`, as expressions of an engine. Patterns ask for what is wrong, and have no
anchor at an end: engines do not mean the same by one.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from licet.enforce.engine import Engine
from licet.sources.address_schemes import MOST_BYTES, MOST_LETTERS, SPACES, WRITINGS, Scheme
from licet.sources.catalogue import Table
from licet.terms import SourceError

_NONE = ibis.null("string")


def with_hashed(engine: Engine, name: str, table: Table, rows: ir.Table) -> ir.Table:
    """The table with the columns of hashed addresses that its catalogue speaks of.

    Raises: SourceError SRC-210 where one has the name of a column of the data, or of another made one, SRC-211 where
    what it is made from is not there, or is no text.
    """
    made = dict[str, ir.Value]()
    for column, hashed in table.hashed.items():
        if column.casefold() in (there.casefold() for there in (*rows.columns, *made)):
            raise SourceError(
                "SRC-210",
                f"table {name!r} has a column {column!r}, which the catalogue says is made of another",
                fix="give the made one another name under hashed:",
            )
        if hashed.from_ not in rows.columns or not rows[hashed.from_].type().is_string():
            raise SourceError(
                "SRC-211",
                f"{column!r} of table {name!r} is made of {hashed.from_!r}, which is no column of text",
                fix="name the column of e-mail addresses under from:",
            )
        made[column] = engine.plain_hash(_written(rows[hashed.from_], hashed.scheme))
    return rows.mutate(**made) if made else rows


def _written(address: ir.Value, scheme: Scheme) -> ir.Value:
    """As `address_schemes.written`."""
    writing = WRITINGS[scheme]
    is_plain = (address.length() <= MOST_BYTES) & ~address.re_search(f"[^{SPACES}!-~]")
    text = ibis.ifelse(is_plain, address, _NONE)
    ends = f"[{writing.stripped}]+"
    text = text.re_replace(f"^{ends}", "").re_replace(f"{ends}$", "").lower()
    if writing.within:
        text = text.re_replace(f"[{SPACES}]+", "")
    at = ibis.greatest(text.find("@"), 0)
    name, domain = text.substr(0, at), text.substr(at + 1)
    is_address = (at > 0) & (domain != "") & ~domain.contains("@") & ~text.re_search("[^!-~]")
    is_address &= text.length() <= MOST_LETTERS
    if writing.mailboxes:
        is_mailbox = domain.isin(writing.mailboxes)
        name = ibis.ifelse(is_mailbox, name.re_replace("[+].*", "").replace(".", ""), name)
        is_address &= name != ""
    return ibis.ifelse(is_address, name + "@" + domain, _NONE)
