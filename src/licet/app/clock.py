"""The present moment, as a workspace has it."""

from __future__ import annotations

from datetime import UTC, datetime

from licet.terms import AppError


def system_clock() -> datetime:
    """The machine's clock, UTC."""
    return datetime.now(UTC)


def checked(moment: object) -> datetime:
    """What a workspace's clock said. Raises: AppError APP-200 when it is no moment with a time zone."""
    if type(moment) is datetime and moment.tzinfo is UTC:
        return moment
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        raise AppError(
            "APP-200",
            f"the workspace's clock said {moment!r}, which is no moment with a time zone",
            fix="open the workspace with a clock that returns an aware datetime, e.g. datetime.now(UTC)",
        )
    return moment.astimezone(UTC)
