"""What an advertiser asks for: an audience by a few attributes, and who of all members has them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np

from licet.terms import UseError
from licet.terms.canonical import canonical_json
from licet.uses.ad_reports.logged_choices import Mask, Numbers

MOST_ATTRIBUTES = 3


class Attribute(NamedTuple):
    """Of each member who has a value its number: both arrays run alike, and a member may stand in them again.

    values: all there are. members: places of members. numbers: of values.
    """

    values: tuple[str, ...]
    members: Numbers
    numbers: Numbers

    def held_by(self, wanted: Collection[str], size: int) -> Mask:
        """Who of so many members has any of some values."""
        named = np.array([value in wanted for value in self.values], bool)
        held = np.zeros(size, bool)
        held[self.members[named[self.numbers]]] = True
        return held


class Everybody(NamedTuple):
    """All members, in the order of their ids: `size` of them.

    attributes: of all, whatever they chose. permitted: the same names and values, of what ads may be chosen by alone.
    A refusal that looked only at the second would tell whose it is.
    """

    size: int
    attributes: Mapping[str, Attribute]
    permitted: Mapping[str, Attribute]


class AudienceTerms(NamedTuple):
    """By attribute the values of which a member has one: all attributes must be met."""

    wanted: Mapping[str, frozenset[str]]

    def normal(self) -> list[list[str]]:
        """The same terms have the same, in whatever order they were written."""
        return [[name, *sorted(self.wanted[name])] for name in sorted(self.wanted)]

    def digest(self, key: bytes) -> str:
        return hmac.digest(key, b"terms" + canonical_json(self.normal()), "sha256").hex()

    def members(self, everybody: Everybody) -> Mask:
        """Who has what is asked for, of all. Raises: UseError ADS-081 for an attribute or a value that there is not."""
        for name, values in self.wanted.items():
            attribute = everybody.attributes.get(name)
            unknown = sorted(values) if attribute is None else sorted(values - {*attribute.values})
            if attribute is None or unknown:
                raise UseError(
                    "ADS-081",
                    f"there is no {name} {', '.join(unknown)[:80]}"
                    if attribute
                    else f"there is no attribute {name!r}",
                    fix=f"one of: {', '.join(sorted(attribute.values if attribute else everybody.attributes)[:20])}",
                )
        return self._met(everybody.attributes, everybody.size)

    def count_permitted(self, everybody: Everybody) -> int:
        """How many of them permit all of it."""
        return int(self._met(everybody.permitted, everybody.size).sum())

    def _met(self, attributes: Mapping[str, Attribute], size: int) -> Mask:
        held = np.ones(size, bool)
        for name, values in self.wanted.items():
            held &= attributes[name].held_by(values, size)
        return held

    def check(self) -> None:
        """Raises: UseError ADS-080 for none, and for more attributes than may be joined."""
        if not 1 <= len(self.wanted) <= MOST_ATTRIBUTES or not all(self.wanted.values()):
            raise UseError(
                "ADS-080",
                f"an audience is asked for by 1 to {MOST_ATTRIBUTES} attributes, each with a value, and this names "
                f"{len(self.wanted)}",
                fix="leave the others out; more of them single people out",
            )


def set_digest(members: Mask, key: bytes) -> str:
    """The same people have the same, by whatever terms they were asked for; nobody else can make it."""
    packed = hashlib.sha256(np.packbits(members).tobytes()).digest()
    return hmac.digest(key, b"members" + packed, "sha256").hex()
