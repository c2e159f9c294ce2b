"""What PostgreSQL says when it fails, as licet's errors: with a code and how to mend it.

The server's own words are told where they can hold nothing but names; of data it says which kind of fault it is, since
its message would quote the value. Source: PostgreSQL documentation, appendix A.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pyarrow as pa
from psycopg.errors import lookup

from licet.terms import SourceError

#: What is said to be read where nobody knows its name.
_ROWS = "the rows of a table"

#: SQLSTATE, else its class: the code and how to mend it. Of these the server's first line is shown.
_MENDS: dict[str, tuple[str, str]] = {
    "08": ("SRC-219", "start the database, or correct the address"),
    "28": ("SRC-219", "correct the role, or give its password in the variable that the address names"),
    "3D": ("SRC-219", "correct the name of the database"),
    "53": ("SRC-219", "give the server room, or fewer of its connections to others"),
    "57": ("SRC-219", "ask again once the server answers; a time limit of the role ends long queries"),
    "25006": ("SRC-220", "name the primary server: a standby keeps no table of who permits what"),
    "42501": ("SRC-220", "GRANT SELECT on the table, USAGE on its schema and TEMPORARY on the database to the role"),
    "42": ("SRC-221", "check that the table still has the columns that it had when it was opened"),
}  # fmt: skip


@contextmanager
def explained(what: str = _ROWS) -> Iterator[None]:
    """Raises: SourceError SRC-219 to SRC-221 for what PostgreSQL, or the reading of its answer, says.

    what: was being read; whoever knows its name tells it.
    """
    try:
        yield
    except (psycopg.Error, pa.ArrowException) as error:
        raise _explanation(error, what) from None
    except SourceError as error:
        if error.code in ("SRC-219", "SRC-220", "SRC-221") and f" {_ROWS}:" in error.what and what != _ROWS:
            raise SourceError(
                error.code, error.what.replace(_ROWS, what, 1), error.where, error.fix
            ) from None
        raise


def _explanation(error: Exception, what: str) -> SourceError:
    """Without its cause, which would quote rows and the address."""
    state = getattr(error, "sqlstate", None) or ""
    if not state and isinstance(error, psycopg.OperationalError | psycopg.ProgrammingError):
        # no connection was made, or it was lost; libpq's words could hold the whole address
        return SourceError(
            "SRC-219", f"cannot read {what}: the database does not answer, or its address is no good", "",
            "start it, or correct the address, the role or its password",
        )  # fmt: skip
    known = _MENDS.get(state) or _MENDS.get(state[:2])
    if known is not None:
        assert isinstance(error, psycopg.Error)
        said = error.diag.message_primary or type(error).__name__
        if "row-level security" in said:
            known = (
                "SRC-220",
                "connect as a role that sees every row: a table with some left out is another",
            )
        return SourceError(known[0], f"cannot read {what}: {said}", "", known[1])
    kind = type(error).__name__
    if state:
        try:
            kind = lookup(state).__name__
        except KeyError:
            kind = state
    return SourceError(
        "SRC-221",
        f"cannot read {what}: a value is not what its column is read as ({kind})",
        "",
        "correct the data, or name a view of the table that leaves such values out",
    )
