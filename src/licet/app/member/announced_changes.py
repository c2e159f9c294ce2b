"""How a policy to come differs from the one in force, said to the member: what more may be done, and what no longer.

Speaks of uses, kinds of data, places and controls, by the policies' own words. What a rule's text changed beyond that
stands in the full list of differences. The same for every member, so it is worked out once for two policies.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

from licet.decide import Policy
from licet.packs import Pack
from licet.policies.difference.audience import TO_YOU
from licet.policies.difference.binding_changes import noes_that_travel, yeses_that_fall_silent
from licet.policies.difference.part_changes import controls, never_done, what_is_read
from licet.policies.difference.use_changes import uses_that_differ


def in_words(before: Pack, after: Pack) -> tuple[str, ...]:
    """One sentence or two for each difference that a member would want to know of."""
    return _in_words(_Text(before), _Text(after))


class _Text:
    """A pack, the same as any other of its digest."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Text) and self.pack.digest == other.pack.digest

    def __hash__(self) -> int:
        return hash(self.pack.digest)


@functools.lru_cache(maxsize=32)
def _in_words(before: _Text, after: _Text) -> tuple[str, ...]:
    old, new = before.pack, after.pack
    following = Policy(new, [old])
    return (
        *what_is_read(old, new), *_uses(old, new), *never_done(old, new, TO_YOU), *controls(old, new),
        *noes_that_travel(following, TO_YOU), *yeses_that_fall_silent(old, following, TO_YOU),
    )  # fmt: skip


def _uses(before: Pack, after: Pack) -> Iterator[str]:
    for use in uses_that_differ(before, after, TO_YOU):
        yield f"{use.heading}. {' '.join(use.sentences)}".strip()
