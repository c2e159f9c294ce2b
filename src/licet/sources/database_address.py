"""The address of a PostgreSQL database as a catalogue may hold it: without any secret, or by a variable's name.

What is shown, kept or digested of a catalogue is this text, so it can tell nobody a password.
"""

from __future__ import annotations

import os
import re
from urllib.parse import parse_qsl, urlsplit

from licet.terms import SourceError

#: What comes before the name of a variable of the environment.
VARIABLE = "env:"
_SECRETS = frozenset({"password", "sslpassword", "passfile"})


def address_fault(url: str) -> str | None:
    """What keeps a text from standing in a catalogue as an address; None where nothing does. Repeats none of it."""
    if url.startswith(VARIABLE):
        named = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", url.removeprefix(VARIABLE))
        return None if named else "names no variable of the environment"
    fault = _url_fault(url)
    if fault is None and holds_secret(url):
        return "holds a password, which a catalogue would keep"
    return fault


def holds_secret(url: str) -> bool:
    """Whether an address that is one has a secret in it."""
    parts = urlsplit(url)
    return ":" in parts.netloc.rpartition("@")[0] or any(
        name.lower() in _SECRETS for name, _ in parse_qsl(parts.query)
    )


def located(url: str) -> str:
    """What libpq connects with, a password perhaps included: to be shown nowhere.

    Raises: SourceError SRC-218 where the variable that is named is not set, or holds no address.
    """
    if not url.startswith(VARIABLE):
        return url
    name = url.removeprefix(VARIABLE)
    told = os.environ.get(name, "")
    if not told or _url_fault(told) is not None:
        raise SourceError(
            "SRC-218",
            f"the variable {name} {'holds no address of a PostgreSQL database' if told else 'is not set'}",
            url,
            f"set it: {name}=postgresql://user:password@host:5432/database",
        )
    return told


def _url_fault(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        return "is no URL"
    if parts.scheme not in ("postgresql", "postgres") or parts.fragment:
        return "is none of PostgreSQL's: it begins with postgresql://"
    return None
