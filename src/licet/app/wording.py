"""How a policy's ids are said to people: purposes, kinds of data, recipients, regions, and reasons told to a member.

A pack's own label comes first, then the vocabulary's, then the id as it is. Pure; decides nothing.
"""

from __future__ import annotations

from licet.packs import Pack
from licet.terms import SELF
from licet.terms.region_names import country_name
from licet.terms.vocabulary import CATEGORIES, PURPOSES, Term, ancestors

_EVERYWHERE = {"WORLD": "everywhere", "EU": "the European Union", "EEA": "the European Economic Area"}

#: How a sentence about a member is said to the member: the longer first.
_TO_YOU = (
    ("permitted by rule", "the policy permits it, in its rule"), ("the member switches", "you switch"),
    ("the member's", "your"), ("the member is", "you are"), ("the member was", "you were"),
    ("for this member", "for you"), ("the member", "you"), ("members of", "people of"),
)  # fmt: skip


def purpose_term(pack: Pack, purpose: str) -> Term:
    """The word for a purpose: the pack's own label and term, else those of the shared purpose it is a kind of."""
    own = pack.purposes.get(purpose)
    shared = next((PURPOSES[word] for word in pack.purpose_line(purpose) if word in PURPOSES), None)
    label = own.label if own is not None else None
    exact = PURPOSES.get(purpose)
    dpv = own.dpv if own is not None else None
    return Term(
        purpose, label or (exact.label if exact else purpose), dpv or (shared.dpv if shared else None)
    )


def purpose_to_you(pack: Pack, purpose: str) -> str:
    """A purpose, said to the member whose data it is about; a pack's own words stay as they are."""
    label = purpose_term(pack, purpose).label
    if label == getattr(pack.purposes.get(purpose), "label", None):
        return label
    for about, said in _SOMEONE:
        label = label.replace(about, said)
    return label


#: The shared words for purposes speak of "someone"; to the member that is "you".
_SOMEONE = (
    ("to someone from their own", "to you from your own"), ("someone's", "your"), ("for someone", "for you"),
)  # fmt: skip


def category_term(pack: Pack, category: str) -> Term:
    """The word for a kind of data; the nearest known one above it where it has none of its own."""
    found = pack.category_term(category)
    if found is not None and found.dpv is not None:
        return found
    above = next((CATEGORIES[kind] for kind in ancestors(category) if kind in CATEGORIES), None)
    label = found.label if found is not None else above.label if above is not None else category
    return Term(category, label, above.dpv if above is not None else None)


def recipient_name(pack: Pack, recipient: str) -> str:
    """What members know a recipient as; the platform itself goes by the controller's name."""
    if recipient == SELF:
        return pack.controller.name
    return pack.recipients[recipient].name if recipient in pack.recipients else recipient


def region_label(pack: Pack, region: str) -> str:
    """What people call a region: a group's label, or the code as it is."""
    group = pack.region_groups.get(region)
    return group.label if group is not None else _EVERYWHERE.get(region, region)


def region_name(pack: Pack, region: str) -> str:
    """The same, with a country's or a province's own name for its code."""
    label = region_label(pack, region)
    return country_name(region) if label == region else label


def to_you(sentence: str) -> str:
    """A reason, said to the member it is about."""
    for about, said in _TO_YOU:
        sentence = sentence.replace(about, said)
    return sentence
