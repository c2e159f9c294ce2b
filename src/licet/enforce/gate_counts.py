"""What a gate let through and held back, counted by table, reason and region."""

from __future__ import annotations

from typing import NamedTuple


class HeldBack(NamedTuple):
    """How many rows of one table, for people of one region, were kept back for one reason."""

    table: str
    code: str
    rule: str | None
    region: str | None
    records: int


class Passed(NamedTuple):
    """How many rows of one table, for people of one region, went through."""

    table: str
    region: str | None
    records: int


class Counts(NamedTuple):
    """What a gate let through and held back."""

    passed: tuple[Passed, ...]
    held_back: tuple[HeldBack, ...]

    def by_reason(self) -> dict[str, int]:
        """Rows held back per code, most first."""
        totals: dict[str, int] = {}
        for row in self.held_back:
            totals[row.code] = totals.get(row.code, 0) + row.records
        return dict(sorted(totals.items(), key=lambda item: (-item[1], item[0])))
