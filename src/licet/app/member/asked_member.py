"""What is asked of a member by those parts of their side that stand in modules of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from licet.app.member.data_uses import Flow
    from licet.app.member.holdings import Holding
    from licet.app.member.own_records import OwnRecords
    from licet.decide import Facts, Policy
    from licet.policies.choice_standing import Standing


class AskedMember(Protocol):
    """As `member_view.Member` is."""

    subject: str
    at: datetime
    position: int
    facts: Facts

    @property
    def records(self) -> OwnRecords: ...

    @property
    def policy(self) -> Policy: ...

    def flows(self, at: datetime | None = None, position: int | None = None) -> list[Flow]: ...

    def holdings(self) -> list[Holding]: ...

    def standing(self, setting: str) -> Standing: ...
