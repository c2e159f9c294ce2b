"""What a policy file speaks for, in words: which uses, of which products, for whom, and on which days.

Of everything else nobody here has read what applies; whoever shows a policy says so beside it, since silence about
what was not read is easily taken for "nothing".
"""

from __future__ import annotations

from datetime import date, datetime

from licet.decide.explain import category_term, place_name, purpose_term, recipient_name
from licet.packs import Pack
from licet.packs.model import Scope
from licet.packs.pack_versions import version_in_force
from licet.terms.vocabulary import ancestors

#: Said of whatever lies outside.
REST_UNREAD = "Of anything else nobody here has read what applies."
EVERYTHING_READ = "It speaks for everybody, and of every use."


def scope_parts(pack: Pack) -> tuple[str, ...]:
    """What the pack speaks for, part by part; empty where it speaks for everything."""
    return tuple(_part(part, pack) for part in pack.scope or ())


def scope_sentence(parts: tuple[str, ...]) -> str:
    """The parts as a sentence, and one about the rest."""
    return f"What was read speaks of {'; and of '.join(parts)}. {REST_UNREAD}" if parts else EVERYTHING_READ


def read_for(pack: Pack, words: tuple[str, str, str], at: datetime) -> str | None:
    """Where the pack speaks of a purpose, a kind of data and a recipient at a moment, in words; empty for nowhere.

    None for everywhere.
    """
    purpose, category, recipient = words
    regions = pack.regions_read(pack.purpose_line(purpose), ancestors(category), recipient, at)
    return None if regions is None else listed_names([place_name(pack, one) for one in regions])


def version_told(pack: Pack, day: date) -> str:
    """The version in force on a day, as a title is followed by it; empty where the pack holds no history."""
    if not pack.versions:
        return ""
    version = version_in_force(pack, day)
    return "before every version that was read" if version is None else f"version of {version}"


def listed_names(names: list[str]) -> str:
    """``a, b and c``; nothing for no names."""
    *first, last = names or [""]
    return f"{', '.join(first)} and {last}" if first else last


def _part(part: Scope, pack: Pack) -> str:
    uses = [purpose_term(pack, purpose).label for purpose in part.purposes or ()]
    places = [place_name(pack, region) for region in part.regions or ()]
    kinds = [category_term(pack, kind).label for kind in part.categories or ()]
    within = [f"with {listed_names(kinds)}"] if kinds else []
    by = [recipient_name(pack, one) for one in part.recipients or ()]
    within += [f"by {listed_names(by)}"] if by else []
    within += [listed_names([*part.products])] if part.products is not None else []
    within += [f"people in {listed_names(places)}" if places else "people everywhere"]
    within += [f"from {part.from_} on"] if part.from_ is not None else []
    within += [f"until {part.until}"] if part.until is not None else []
    return f"{'; '.join(uses) if uses else 'every use'} ({'; '.join(within)})"
