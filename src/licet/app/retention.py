"""How long what was made may be kept: the fewest days that a permit of the policy in force states for its purpose and
recipient, from the moment that it was made for. Decides nothing and removes nothing; `purge` and `status` ask here.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from licet.packs import Pack
from licet.terms import LicetError
from licet.terms.moments import format_moment, parse_moment

if TYPE_CHECKING:
    from licet.app.core import Core


def retention_days(pack: Pack, purpose: str, recipient: str) -> int | None:
    """The fewest days that any permit of these words states; None where none does."""
    line = {*pack.purpose_line(purpose)}
    return min(
        (
            rule.retention_days
            for rule in pack.rules
            if rule.retention_days is not None and recipient in rule.recipients and line & {*rule.purposes}
        ),
        default=None,
    )


def is_limited(core: Core) -> bool:
    """Whether the policy in force sets any limit at all; not where none is read."""
    try:
        return any(rule.retention_days is not None for rule in core.policy().pack.rules)
    except LicetError:
        return False


def kept_until(core: Core, purpose: str, recipient: str, at: str) -> str | None:
    """The moment from which something made for `at` is to be gone; None without a limit, or where no policy is read."""
    try:
        days = retention_days(core.policy().pack, purpose, recipient)
    except LicetError:
        return None
    return None if days is None else format_moment(parse_moment(at) + timedelta(days=days))


def is_over(core: Core, due: str | None) -> bool:
    """Whether such a moment has come."""
    return due is not None and parse_moment(due) <= core.now()
