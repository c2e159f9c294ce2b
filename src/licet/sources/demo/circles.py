"""Circles: who knows whom. Members of one block meet each other, those of the block before, and the cast.

That keeps a world of any size in bounded memory, and every member somebody else names is one there is.
"""

from __future__ import annotations

from collections.abc import Sequence

from licet.sources.demo.cast import Member
from licet.sources.demo.random_streams import Stream


class Circle:
    """The members of a block, found by the languages they speak and by trade.

    members: those whose lives are being told; the first of them all include the cast.
    before:  those of the block before, who can be met but say nothing here.
    """

    def __init__(self, members: Sequence[Member], before: Sequence[Member] = ()) -> None:
        self.members, self.before = members, before
        self._speakers: dict[str, list[Member]] = {}
        self._colleagues: dict[tuple[str, str], list[Member]] = {}
        for member in members:
            for language in {member.language, "en"} if member.english_share else {member.language}:
                self._speakers.setdefault(language, []).append(member)
                self._colleagues.setdefault((language, member.trade), []).append(member)

    def peer(
        self, stream: Stream, member: Member, language: str, near: float = 0.7, trade: str | None = None
    ) -> Member | None:
        """Somebody else who speaks `language`; None if there is nobody.

        near: the chance that they are of `trade` (the member's own, if none is given), where there is somebody.
        """
        if stream.chance(near):
            found = _other(stream, self._colleagues.get((language, trade or member.trade), ()), member)
            if found is not None:
                return found
        return _other(stream, self._speakers.get(language, ()), member)

    def anyone(self, stream: Stream, member: Member) -> Member | None:
        """Somebody else, here or of the block before."""
        pool = self.before if self.before and stream.chance(0.2) else self.members
        return _other(stream, pool, member)


def _other(stream: Stream, pool: Sequence[Member], member: Member) -> Member | None:
    if not pool:
        return None
    for _ in range(4):
        found = stream.pick(pool)
        if found is not member:
            return found
    return next((one for one in pool if one is not member), None)


def language_of(stream: Stream, member: Member) -> str:
    """The language of a member's next text: mostly their own."""
    return "en" if stream.chance(member.english_share) else member.language
