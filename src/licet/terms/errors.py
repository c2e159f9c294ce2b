"""The one error tree. Every failure a person can meet is a `LicetError` with a code and a way to mend it.

The terminal's text and the API's problem document are both drawn from the same object, so they cannot
drift apart. A deny is not an error: it is a `Decision` (see `licet.terms.decisions`).
"""

from __future__ import annotations

from typing import Any

#: Of each part of a message so many characters are told, from both its ends; what it repeats may be anybody's, of any
#: length.
MOST_TOLD = 2_000
_LAST_TOLD = 400


class LicetError(Exception):
    """What went wrong, where, and how to mend it.

    code:  stable and documented in docs/errors.md, e.g. ``PACK-007``.
    what:  one sentence, no full stop.
    where: a file with line and column, a table, a ledger entry; empty when there is no place.
    fix:   what the reader can do next, as an instruction.

    Of a part that is too long to be read the beginning and the end are told: see `MOST_TOLD`.
    """

    def __init__(self, code: str, what: str, where: str = "", fix: str = "") -> None:
        self.code, self.what, self.where, self.fix = code, _told(what), _told(where), _told(fix)
        super().__init__(self.line())

    def __reduce__(self) -> tuple[Any, ...]:
        """As it is, from one process to another."""
        return type(self), (self.code, self.what, self.where, self.fix)

    def line(self) -> str:
        """One line for a terminal or a log: ``PACK-007: what · where · fix``."""
        return f"{self.code}: " + " · ".join(part for part in (self.what, self.where, self.fix) if part)

    def as_dict(self) -> dict[str, str]:
        """The same four facts for `--json` and problem documents."""
        return {"code": self.code, "what": self.what, "where": self.where, "fix": self.fix}


def _told(text: str) -> str:
    if len(text) <= MOST_TOLD:
        return text
    left_out = len(text) - MOST_TOLD
    return f"{text[: MOST_TOLD - _LAST_TOLD]} … ({left_out:,} characters left out) … {text[-_LAST_TOLD:]}"


class PackError(LicetError):
    """A policy that cannot be loaded or put in force."""


class LedgerError(LicetError):
    """A ledger that cannot be read, written or verified."""


class StoreError(LicetError):
    """An artefact that cannot be read or written whole."""


class SourceError(LicetError):
    """Member data that cannot be found or read as its catalogue says."""


class GateError(LicetError):
    """A gate that cannot be opened as asked."""


class UseError(LicetError):
    """A use that cannot be built, updated or exported."""


class DeliveryError(LicetError):
    """What left, or what was answered about it, that cannot be read, followed or taken back as asked."""


class ReportError(LicetError):
    """A report that cannot be drawn from what is known."""


class AppError(LicetError):
    """A workspace or an operation that cannot be carried out as asked."""
