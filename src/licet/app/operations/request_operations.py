"""What members ask of the platform, and what is answered."""

from __future__ import annotations

from licet.app.argument_types import names_wrong_types
from licet.app.core import Core
from licet.app.requests import member_requests
from licet.app.requests.member_requests import MemberRequest


@names_wrong_types
class RequestOperations:
    """What members ask of the platform, and what is answered."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def ask(self, subject: str, kind: str, about: str, words: str, *, via: str = "python") -> MemberRequest:
        """Record that a member says that something known of them is wrong, or complains.

        kind: ``correction`` or ``complaint``. about: ``region`` or ``age`` for a correction, else empty.
        Raises: AppError APP-170, APP-326, APP-327.
        """
        return member_requests.ask(self._core, subject, kind, about, words, via)

    def of(self, subject: str) -> list[MemberRequest]:
        """Those of one person, the latest first."""
        return member_requests.requests_of(self._core, subject)

    def every(self) -> list[MemberRequest]:
        """Those of everybody, by number."""
        return member_requests.every_request(self._core)

    def acknowledge(self, number: int) -> MemberRequest:
        """Say that a request was received. Raises: AppError APP-328."""
        return member_requests.acknowledge(self._core, number)

    def answer(self, number: int, words: str) -> MemberRequest:
        """Say what came of it, which ends it. Raises: AppError APP-327, APP-328, APP-329."""
        return member_requests.answer(self._core, number, words)
