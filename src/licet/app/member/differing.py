"""How a policy to come differs from the one in force, said to the member: what more may be done, and what no longer.

Speaks of uses, kinds of data, places and controls, by the policies' own words. What a rule's text changed beyond that
stands in the full list of differences.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from licet.app.member.flows import Use, uses_in
from licet.app.wording import category_term, purpose_to_you, recipient_name, region_name
from licet.packs import Pack, Rule
from licet.terms.regions import WORLD


def in_words(before: Pack, after: Pack) -> tuple[str, ...]:
    """One sentence for each difference that a member would want to know of."""
    return (*_uses(before, after), *_never(before, after), *_controls(before, after))


def _uses(before: Pack, after: Pack) -> Iterator[str]:
    earlier, later = uses_in(before), uses_in(after)
    for use in dict.fromkeys((*earlier, *later)):
        pack = after if use in later else before
        said = f"{purpose_to_you(pack, use.purpose)}, by {recipient_name(pack, use.recipient)}"
        said = said[:1].upper() + said[1:]
        old, new = _permits(before, use), _permits(after, use)
        if not old:
            yield f"New: {said}, with your {_listed(_kinds(after, new))}."
        elif not new:
            yield f"No longer done: {said}."
        else:
            changed = [
                *_shift("with your", _kinds(before, old), _kinds(after, new)),
                *_shift("of people in", _places(before, old), _places(after, new)),
            ]
            if changed:
                yield f"{said}: {'; '.join(changed)}."


def _never(before: Pack, after: Pack) -> Iterator[str]:
    old, new = dict.fromkeys(_forbidden(before)), dict.fromkeys(_forbidden(after))
    yield from (f"Never done from then on: {one}." for one in new if one not in old)
    yield from (f"No longer ruled out: {one}." for one in old if one not in new)


def _controls(before: Pack, after: Pack) -> Iterator[str]:
    for id_, setting in after.settings.items():
        earlier = before.settings.get(id_)
        if earlier is None:
            yield f"There is a new control: “{setting.label}”."
            continue
        if earlier.default.state != setting.default.state:
            yield f"“{setting.label}” starts {setting.default.state} for those who were never asked."
        if earlier.path != setting.path:
            yield f"“{setting.label}” lies elsewhere: {' › '.join(setting.path)}."
    for id_, setting in before.settings.items():
        if id_ not in after.settings:
            yield f"The control “{setting.label}” is gone; a no you gave there still holds for what it governed."


def _permits(pack: Pack, use: Use) -> list[Rule]:
    return [
        rule
        for rule in pack.rules
        if rule.effect == "permit" and use.purpose in rule.purposes and use.recipient in rule.recipients
    ]


def _forbidden(pack: Pack) -> Iterator[str]:
    for rule in pack.rules:
        if rule.effect == "forbid":
            purposes = " and ".join(purpose_to_you(pack, one) for one in rule.purposes)
            yield f"{purposes}, with your {_listed(category_term(pack, one).label for one in rule.categories)}"


def _kinds(pack: Pack, rules: list[Rule]) -> list[str]:
    return list(dict.fromkeys(category_term(pack, one).label for rule in rules for one in rule.categories))


def _places(pack: Pack, rules: list[Rule]) -> list[str]:
    return list(dict.fromkeys(region_name(pack, one) for rule in rules for one in rule.regions or (WORLD,)))


def _shift(how: str, old: list[str], new: list[str]) -> Iterator[str]:
    come, gone = [one for one in new if one not in old], [one for one in old if one not in new]
    if come:
        yield f"now also {how} {_listed(come)}"
    if gone:
        yield f"no longer {how} {_listed(gone)}"


def _listed(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
