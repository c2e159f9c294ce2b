"""An impact in sentences and sums, the same on every page: the answer first, then where it comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from licet.app.impact.policy_impact import PolicyImpact
from licet.decide.explain import category_term, purpose_term, recipient_name, region_name
from licet.enforce.impact_counts import Change, UseImpact
from licet.policies.scope_sentences import scope_parts, scope_sentence

_Key = TypeVar("_Key")


class Sums(NamedTuple):
    """What one line of a table says: how many records and members gain, and how many lose."""

    label: str
    records_gained: int
    records_lost: int
    members_gained: int
    members_lost: int


def title(found: PolicyImpact) -> str:
    """What was compared, as a heading."""
    if found.before.digest == found.after.digest:
        return f"What changes under {found.before.title} from {found.from_at.date()} to {found.to_at.date()}"
    return f"What would change under {found.after.title}"


def answer(found: PolicyImpact) -> str:
    """The whole of it in a sentence or two."""
    if not found.uses:
        return f"Nothing changes for any of the {found.members:,} members."
    gaining, losing = len(found.together.gaining), len(found.together.losing)
    more, less = (f"{count:,} of {_members(found.members)}" for count in (gaining, losing))
    if gaining and losing:
        both = gaining + losing - found.members_changed
        told = f"More would be done with the data of {more}, and less with that of {losing:,}"
        if both:
            told += " of them" if both == losing else f" ({both:,} are counted in both)"
    elif gaining:
        told = f"More would be done with the data of {more}, and less with nobody’s"
    else:
        told = f"Less would be done with the data of {less}, and more with nobody’s"
    same = found.members - found.members_changed
    return f"{told}. Nothing changes for {same:,}."


def main_points(found: PolicyImpact, most: int = 4) -> list[str]:
    """The largest changes, one sentence for each use and direction."""
    told: list[tuple[int, str]] = []
    for use in found.uses:
        name = _upfirst(use_name(found, use))
        for is_gain, who, records in (
            (True, use.gaining, use.records_gained),
            (False, use.losing, use.records_lost),
        ):
            if records:
                verb, things = ("begins" if is_gain else "ends"), ("record" if records == 1 else "records")
                of = f"{_members(len(who))}{_where(found, use, is_gain)}"
                told.append((len(who), f"{name}: {verb} for {records:,} {things} of {of}."))
    return [sentence for _, sentence in sorted(told, key=lambda one: -one[0])[:most]]


def what_was_read(found: PolicyImpact) -> list[str]:
    """What each policy speaks of, where that is not everything: what lies outside counts as not done, and is unread."""
    packs = (found.before, found.after)
    told = [f"{pack.title}. {scope_sentence(scope_parts(pack))}" for pack in packs if pack.scope is not None]
    return list(dict.fromkeys(told))


def use_name(found: PolicyImpact, use: UseImpact) -> str:
    """A use in words, in those of the later policy that knows it."""
    pack = found.pack_of(use)
    return f"{purpose_term(pack, use.purpose).label}, by {recipient_name(pack, use.recipient)}"


def by_use(found: PolicyImpact) -> list[Sums]:
    return [
        Sums(
            use_name(found, use), use.records_gained, use.records_lost, len(use.gaining), len(use.losing)
        )
        for use in found.uses
    ]  # fmt: skip


def by_kind(found: PolicyImpact, use: UseImpact | None = None) -> list[Sums]:
    """Of one use, or of all together, one line for each kind of data; the most members first."""
    pack = found.after if use is None else found.pack_of(use)
    summed = _summed(use or found.together, lambda one: one.category)
    named = [Sums(category_term(pack, kind).label, *counts) for kind, counts in summed.items()]
    return sorted(named, key=_most_first)


def by_region(found: PolicyImpact, use: UseImpact | None = None) -> list[Sums]:
    """Of one use, or of all together, one line for each region. Its members are counted once each."""
    about = use or found.together
    members = {one.region: (one.members_gained, one.members_lost) for one in about.regions}
    records = _summed(about, lambda one: one.region)
    named = []
    for region in {**members, **records}:
        gained, lost, *_ = records.get(region, (0, 0))
        named.append(Sums(region_label(found, region), gained, lost, *members.get(region, (0, 0))))
    return sorted(named, key=_most_first)


def region_label(found: PolicyImpact, region: str | None) -> str:
    return "region not known" if region is None else region_name(found.after, region)


def _summed(use: UseImpact, key_of: Callable[[Change], _Key]) -> dict[_Key, list[int]]:
    """The changes of a use, added up. Members of one kind of data are in one region each, so they add up, too."""
    sums: dict[_Key, list[int]] = {}
    for one in use.changes:
        counts = sums.setdefault(key_of(one), [0, 0, 0, 0])
        for place, count in enumerate(one[2:]):
            counts[place] += count
    return sums


def _most_first(one: Sums) -> tuple[int, int, str]:
    return (
        -max(one.members_gained, one.members_lost),
        -max(one.records_gained, one.records_lost),
        one.label,
    )


def _where(found: PolicyImpact, use: UseImpact, is_gain: bool, most: int = 3) -> str:
    """In which regions, the first few by name."""
    counted = sorted(
        ((one.members_gained if is_gain else one.members_lost, one.region) for one in use.regions),
        key=lambda one: (-one[0], one[1] or ""),
    )
    names = [region_label(found, region) for count, region in counted if count]
    if not names:
        return ""
    more = f"; {len(names) - most} more" if len(names) > most else ""
    return f" ({'; '.join(names[:most])}{more})"


def _members(count: int) -> str:
    return f"{count:,} member{'' if count == 1 else 's'}"


def _upfirst(text: str) -> str:
    return text[:1].upper() + text[1:]
