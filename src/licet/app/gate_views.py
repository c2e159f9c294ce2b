"""The gate as views in the database where the tables lie: what a refresh would do, and the refresh itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from licet.app.core import Core
from licet.app.gate_opening import gate_at
from licet.terms import GateError

if TYPE_CHECKING:
    from licet.enforce.postgres_views import GateViews, Standing

#: How long a view shows what it showed, where nobody says.
HOLD_SECONDS = 300
_MOST_HOLD_SECONDS = 86_400
_HALF_A_DAY = timedelta(hours=12)


def view_script(core: Core, purpose: str, recipient: str, schema: str | None, readers: Sequence[str]) -> str:
    """The statements of a refresh, to be read. Raises: GateError GATE-231, GATE-235, and as a gate does."""
    return _views(core, purpose, recipient, schema, readers).script()


def refresh_views(
    core: Core,
    purpose: str,
    recipient: str,
    schema: str | None,
    readers: Sequence[str],
    hold_seconds: int = HOLD_SECONDS,
) -> Standing:
    """Bring the views of a use to what its gate says now; they show it for `hold_seconds`, and then nothing.

    Raises: GateError GATE-202, GATE-231 to GATE-238, and as a gate does.
    """
    if not 1 <= hold_seconds <= _MOST_HOLD_SECONDS:
        raise GateError(
            "GATE-238", f"a view cannot show what it showed for {hold_seconds} seconds",
            fix=f"say 1 to {_MOST_HOLD_SECONDS}",
        )  # fmt: skip
    views = _views(core, purpose, recipient, schema, readers)
    return views.refresh(hold_seconds, _next_change(core.now()))


def _views(core: Core, purpose: str, recipient: str, schema: str | None, readers: Sequence[str]) -> GateViews:
    from licet.enforce.engine_choice import require_postgres

    require_postgres(core.catalogue)
    from licet.enforce.postgres_views import GateViews, schema_for

    gate = gate_at(core, purpose, recipient, None, None, None, None, None, False, 0)
    return GateViews(gate, schema or schema_for(purpose, recipient), readers)


def _next_change(now: datetime) -> datetime:
    """When an answer can next change by itself: policies and ages know days, which begin at midnight and noon UTC."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + _HALF_A_DAY * (1 + (now.astimezone(UTC) - today) // _HALF_A_DAY)
