"""To whom a difference is said: to a reader about members, or to the member it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from licet.decide.explain import category_term, purpose_term, purpose_to_you
from licet.packs import Pack


class Voice(NamedTuple):
    """purpose: how a purpose is said; whose: the word before a kind of data; people: those a place is about."""

    purpose: Callable[[Pack, str], str]
    whose: str
    people: str

    def data(self, pack: Pack, kinds: Iterable[str]) -> str:
        """Kinds of data in a row: ``your posts and comments``."""
        words = [*dict.fromkeys(category_term(pack, kind).label for kind in kinds)]
        if not self.whose:
            return listed(words)
        said = [
            word.replace("what members ", "what you ").replace("about a member", "about you")
            for word in words
        ]
        return listed(said) if said[:1] == [] or said[0].startswith("what ") else self.whose + listed(said)


TO_YOU = Voice(purpose_to_you, "your ", "people")
ABOUT_MEMBERS = Voice(lambda pack, purpose: purpose_term(pack, purpose).label, "", "members")


def listed(words: Iterable[str]) -> str:
    """``a, b and c``; nothing for no words."""
    *first, last = [*words] or [""]
    return f"{', '.join(first)} and {last}" if first else last
