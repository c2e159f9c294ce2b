"""What is asked of a recipient's format, and what comes of it; checked before anything is written.

An identifier is repeated to the letter as it was delivered: one made anew of today's address takes nobody off a list.
Names go into files that spreadsheets open and into addresses that are asked, so what could mean something there is
refused rather than written otherwise: the recipient would know the list by another name than we do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from licet.sources.address_schemes import Scheme
from licet.terms import DeliveryError
from licet.terms.canonical import JsonObject

_IDENTIFIER = re.compile(r"[0-9a-f]{64}")
_AUDIENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
#: What begins a formula in a spreadsheet, whatever quotes are around it.
_FORMULA = ("=", "+", "-", "@")
_MOST_TITLE_LETTERS = 128


class ListAction(StrEnum):
    """add, remove: of those named. replace: those named are on the list afterwards, and nobody else."""

    ADD = "add"
    REMOVE = "remove"
    REPLACE = "replace"


class ListRequest(NamedTuple):
    """audience: our name of the list. number: of the delivery, from 1 on. scheme: that the identifiers are written by.

    leaving: by a replace, identifiers delivered before that are to go: some recipients replace nothing by themselves.
    days: how long whoever is added may be kept; None for as long as the list stands.
    """

    audience: str
    number: int
    action: ListAction
    identifiers: Sequence[str]
    scheme: Scheme
    leaving: Sequence[str] = ()
    days: int | None = None

    @property
    def name(self) -> str:
        """What its files begin with, and what a recipient gives back with it."""
        return f"{self.audience}-{self.number:06d}-{self.action}"

    @property
    def gone_and_there(self) -> tuple[Sequence[str], Sequence[str]]:
        """Whom to take off by name and whom to put on, for a recipient that replaces nothing by itself."""
        if self.action is ListAction.REMOVE:
            return self.identifiers, ()
        return self.leaving if self.action is ListAction.REPLACE else (), self.identifiers


class ListFile(NamedTuple):
    """A file to hand over. request: method and address whose body it is; empty for one that is uploaded as it is."""

    name: str
    data: bytes
    request: str = ""


def checked(asked: ListRequest, scheme: Scheme) -> ListRequest:
    """The same, with each identifier once and in order, so that neither order nor repetition says anything.

    Raises: DeliveryError DLVR-060 for an unfit name, DLVR-061 for what is no identifier, DLVR-062 for another scheme.
    """
    if _AUDIENCE.fullmatch(asked.audience) is None or asked.number < 1:
        raise DeliveryError(
            "DLVR-060",
            f"no list can be called {asked.audience[:60]!r}: its name goes into files and addresses",
            fix="name it by letters, digits, points, hyphens and underscores, 64 at most",
        )
    if asked.scheme != scheme:
        raise DeliveryError(
            "DLVR-062",
            f"identifiers as {asked.scheme} has them are of no use to {scheme}, nor can it take them back",
            fix="deliver the column that the catalogue hashes by this recipient's scheme",
        )
    return asked._replace(identifiers=_each_once(asked.identifiers), leaving=_each_once(asked.leaving))


def _each_once(identifiers: Iterable[str]) -> list[str]:
    found = sorted(set(identifiers))
    for identifier in found:
        if _IDENTIFIER.fullmatch(identifier) is None:
            raise DeliveryError(
                "DLVR-061",
                "something on the list is no identifier of 64 hexadecimal digits",
                fix="deliver a column that the catalogue has under hashed:, and nothing else",
            )
    return found


def checked_title(title: str) -> str:
    """A name for people to read, as it goes into a file. Raises: DeliveryError DLVR-060."""
    is_plain = title.isprintable() and 0 < len(title) <= _MOST_TITLE_LETTERS and title.strip() == title
    if not is_plain or title.startswith(_FORMULA):
        raise DeliveryError(
            "DLVR-060",
            f"no list can be called {title[:60]!r}: a spreadsheet may take it for a formula, or for two lines",
            fix=f"begin it with a letter, on one line of {_MOST_TITLE_LETTERS} letters at most",
        )
    return title


def batches(identifiers: Sequence[str], most: int) -> list[list[str]]:
    """In parts of so many; no part for none."""
    rest = iter(identifiers)
    return list(iter(lambda: list(islice(rest, most)), []))


def with_each(frame: JsonObject, name: str, before: str, identifiers: Sequence[str], after: str) -> bytes:
    """A JSON object with one more member: a list of an item for each identifier, which stands between two texts.

    Of a million, a library would take longer to write them than all else takes; what is an identifier needs no escapes.
    """
    head = json.dumps(frame).removesuffix("}")
    items = f"{after}, {before}".join(identifiers)
    return f'{head}{", " if frame else ""}"{name}": [{before}{items}{after}]}}'.encode()


def no_list(recipient: str, audience: str) -> DeliveryError:
    """What to say of a list that its recipient has under no id that we know."""
    return DeliveryError(
        "DLVR-063",
        f"{recipient} has no list {audience!r} that we know the id of",
        fix="make the list there, and write its id under audiences: in recipients.yaml",
    )
