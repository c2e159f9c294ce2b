"""Names of columns: any text, each once. Engines fold case, and of two columns of one name take one without a word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from licet.terms import SourceError

#: How the gate's own columns begin.
RESERVED = "__licet"


def require_distinct(names: Iterable[str], name: str, where: object = "") -> None:
    """names: the columns of table `name`, of one file of it where that is what it lies in.

    Raises: SourceError SRC-161 where two have one name up to case, SRC-166 where one is the gate's own.
    """
    counted = Counter(column.lower() for column in names)
    twice = [column for column, times in counted.items() if times > 1]
    if twice:
        raise SourceError(
            "SRC-161",
            f"table {name!r} has two columns called {twice[0]!r}, upper and lower case being one",
            str(where),
            "rename one: nothing says which of them a label or a person is about",
        )
    own = [column for column in counted if column.startswith(RESERVED)]
    if own:
        raise SourceError(
            "SRC-166",
            f"table {name!r} has a column called {own[0]!r}, as the gate calls its own",
            str(where),
            f"rename it: names may be any text that does not begin with {RESERVED}",
        )
