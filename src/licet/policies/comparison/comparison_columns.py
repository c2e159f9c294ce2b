"""Each column of a comparison: what a pack says on it about one use, line by line, with the source of each."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from licet.decide.explain import category_term, purpose_term, recipient_name, region_name
from licet.packs import Pack, Rule, Setting
from licet.packs.model import NEVER, Citation
from licet.policies.comparison.comparison_cells import Line
from licet.policies.control_pages import Source, source_of
from licet.terms import SELF
from licet.terms.moments import midnight
from licet.terms.signals import GPC, SIGNALS
from licet.terms.vocabulary import ancestors

_KINDS = {
    "toggle": "A switch", "form": "A form", "privacy-signal": "A privacy signal", "delete-content": "Deleting",
    "avoid-feature": "Not using the feature",
}  # fmt: skip


#: What a line about every kind of data begins with.
ALL_OF_IT = "all of it"


class Use(NamedTuple):
    """One row's part of a pack: its permits, and the forbids that touch the same purposes.

    kinds: per permit the kinds of data that count, all of the rule's or only those used in a region.
    day:   the day that is spoken of.
    """

    pack: Pack
    purposes: tuple[str, ...]
    permits: tuple[Rule, ...]
    forbids: tuple[Rule, ...]
    kinds: dict[str, tuple[str, ...]]
    day: date

    @property
    def settings(self) -> dict[str, Setting]:
        named = dict.fromkeys(rule.setting for rule in self.permits if rule.setting is not None)
        return {id_: self.pack.settings[id_] for id_ in named}

    def label(self, setting: str) -> str:
        """What a setting is called; its id where the pack has it no more."""
        known = self.pack.settings.get(setting)
        return setting.replace("_", " ") if known is None else f"“{known.label}”"

    def source(self, *cites: Citation | None) -> Source | None:
        """The first citation there is."""
        return source_of(next((cite for cite in cites if cite is not None), None), self.pack)


def data(use: Use) -> Iterator[Line]:
    grouped: dict[tuple[Source | None, str], list[str]] = {}
    seen: set[tuple[str, str]] = set()
    rules = _whatever_age(use)
    for rule in use.permits:
        for kind in use.kinds[rule.id]:
            told = conditions(rules.get((rule.id, kind), rule))
            if (kind, told) in seen:
                continue
            seen.add((kind, told))
            own = use.pack.categories.get(kind)
            key = use.source(own.cite if own is not None else None, rule.cite), told
            grouped.setdefault(key, []).append(category_term(use.pack, kind).label)
    asked = {condition for _, condition in grouped}
    shared = asked.pop() if len(asked) == 1 and len(grouped) > 1 else ""
    for (source, condition), labels in sorted(grouped.items(), key=lambda item: item[0][1] != ""):
        yield Line(f"{_listed(dict.fromkeys(labels))}{'' if shared else condition}", source)
    if shared:
        yield Line(f"{ALL_OF_IT}{shared}", next(iter(grouped))[0])


def data_words(use: Use) -> str:
    """The kinds of data alone, each once."""
    kinds = dict.fromkeys(kind for rule in use.permits for kind in use.kinds[rule.id])
    return _listed(dict.fromkeys(category_term(use.pack, kind).label for kind in kinds))


def _whatever_age(use: Use) -> dict[tuple[str, str], Rule]:
    """Rules without the ages that they ask for, by rule and kind of data, where another takes whom one leaves out."""
    found: dict[tuple[str, str], Rule] = {}
    for one, other in itertools.permutations(use.permits, 2):
        if one.maximum_age is None or other.minimum_age != one.maximum_age + 1:
            continue
        bare = [
            rule.model_copy(update={"minimum_age": None, "maximum_age": None, "cite": None})
            for rule in (one, other)
        ]
        if conditions(bare[0]) == conditions(bare[1]):
            for kind in {*use.kinds[one.id]} & {*use.kinds[other.id]}:
                found |= {(one.id, kind): bare[0], (other.id, kind): bare[1]}
    return found


def purposes(use: Use) -> Iterator[Line]:
    for purpose in use.purposes:
        own = use.pack.purposes.get(purpose)
        rules = [rule.cite for rule in (*use.permits, *use.forbids)]
        yield Line(
            purpose_term(use.pack, purpose).label, use.source(own.cite if own is not None else None, *rules)
        )


def recipients(use: Use) -> Iterator[Line]:
    for rule in use.permits:
        for recipient in rule.recipients:
            own = use.pack.recipients.get(recipient)
            name = (
                f"{use.pack.controller.name} itself"
                if recipient == SELF
                else recipient_name(use.pack, recipient)
            )
            yield Line(name, use.source(own.cite if own is not None else None, rule.cite))


def regions(use: Use) -> Iterator[Line]:
    for rule in use.permits:
        yield from _places(use, rule, "")
    for rule in use.forbids:
        if _is_of_regions(rule, use):
            yield from _places(use, rule, "not in ")


def _is_of_regions(rule: Rule, use: Use) -> bool:
    """Whether a forbid says where the whole use is not done, and not what is left out of it."""
    covered = all(
        not {*ancestors(kind)}.isdisjoint(rule.categories) for kinds in use.kinds.values() for kind in kinds
    )
    recipients = {recipient for permit in use.permits for recipient in permit.recipients}
    return (
        rule.regions is not None and not conditions(rule) and covered and recipients <= {*rule.recipients}
        and bool(use.permits)
    )  # fmt: skip


def _places(use: Use, rule: Rule, before: str) -> Iterator[Line]:
    if rule.regions is None:
        yield Line("everywhere: no region is named", use.source(rule.cite))
        return
    grouped: dict[Source | None, list[str]] = {}
    for region in rule.regions:
        group = use.pack.region_groups.get(region)
        source = use.source(group.cite if group is not None else None, rule.cite)
        grouped.setdefault(source, []).append(region_name(use.pack, region))
    for source, names in grouped.items():
        yield Line(before + _listed(names), source)


def since(use: Use) -> Iterator[Line]:
    for rule in use.permits:
        if rule.notice is not None:
            yield from notice_lines(use.pack, rule.notice, rule.from_)
    if not use.permits and not use.forbids:
        for id_ in use.pack.notices:
            yield from notice_lines(use.pack, id_, None)


def notice_lines(pack: Pack, id_: str, from_: date | None) -> Iterator[Line]:
    notice = pack.notices[id_]
    source = source_of(notice.cite, pack)
    if notice.effective is None:
        said = f", for {notice.expected}" if notice.expected else ""
        yield Line(f"announced on {notice.published}{said}; no day is named", source)
    elif notice.first_seen:
        yield Line(f"no day is named; first seen on {notice.effective}", source)
    else:
        yield Line(str(max(notice.effective, from_ or notice.effective)), source)


def default(use: Use) -> Iterator[Line]:
    for setting in use.settings.values():
        start = setting.default
        source = use.source(start.cite, setting.cite)
        if start.stated is False:
            continue
        used = f"{'used' if start.state == 'on' else 'not used'} (it starts {start.state})"
        yield Line(_of(setting, use) + used, source)
        for exception in start.exceptions:
            who = [region_name(use.pack, region) for region in exception.regions or ()]
            who += [f"the plan {plan}" for plan in exception.plans or ()]
            who += [f"people below {exception.below_age}"] if exception.below_age is not None else []
            yield Line(f"{_of(setting, use)}it starts {exception.state} for {_listed(who)}", source)
    for rule in use.permits:
        if rule.no_opt_out:
            yield Line("used", use.source(rule.cite))


def _of(setting: Setting, use: Use) -> str:
    """Which control is spoken of, where there are several."""
    return f"{setting.label}: " if len(use.settings) > 1 else ""


def control(use: Use) -> Iterator[Line]:
    for setting in use.settings.values():
        yield Line(f"{_KINDS[setting.kind]}: {setting.label}", use.source(setting.cite))
        for signal in setting.honours:
            sent = (
                f"The browser's {SIGNALS[signal]}" if signal == GPC else f"A {SIGNALS[signal]} that refuses"
            )
            yield Line(f"{sent} switches it off, too", use.source(setting.cite))
    for rule in use.permits:
        if rule.no_opt_out:
            yield Line("None: there is no opt-out", use.source(rule.cite))


def steps(use: Use) -> Iterator[Line]:
    for setting in use.settings.values():
        count = setting.steps_out or len(setting.path)
        said = f"{' → '.join(setting.path)} ({count} {'step' if count == 1 else 'steps'}, seen {setting.observed})"
        yield Line(said + (f"; {setting.deep_link}" if setting.deep_link else ""), use.source(setting.cite))


def retroactive(use: Use) -> Iterator[Line]:
    for setting in use.settings.values():
        if setting.retroactive is not None:
            said = "yes" if setting.retroactive else "no"
            yield Line(_of(setting, use) + said, use.source(setting.cite))


def exclusions(use: Use) -> Iterator[Line]:
    for rule in use.forbids:
        if _is_of_regions(rule, use):
            continue  # a matter of regions, and said there
        names = _listed(dict.fromkeys(category_term(use.pack, kind).label for kind in rule.categories))
        told = f"{names}{conditions(rule)}"
        if rule.regions is not None:
            told += f", in {_listed(region_name(use.pack, region) for region in rule.regions)}"
        others = [one for one in rule.recipients if one != SELF]
        if SELF not in rule.recipients:
            told += f", for {_listed(recipient_name(use.pack, one) for one in others)}"
        starts = use.pack.applies_from(rule)
        if starts is not None and starts > midnight(use.day):
            told += ", from a day that is not named" if starts >= NEVER else f", from {starts:%Y-%m-%d} on"
        yield Line(told, use.source(rule.cite))


def earlier_choice(use: Use) -> Iterator[Line]:
    for setting in use.settings.values():
        if setting.keeps_earlier_choice is not None:
            said = "kept" if setting.keeps_earlier_choice else "not kept"
            yield Line(_of(setting, use) + said, use.source(setting.cite))
        elif setting.replaces:
            said = f"a no to {_listed(map(use.label, setting.replaces))} holds"
            yield Line(_of(setting, use) + said, use.source(setting.cite))


def side_effects(use: Use) -> Iterator[Line]:
    for setting in use.settings.values():
        for effect in setting.side_effects:
            yield Line(effect, use.source(setting.cite))
        for effect in setting.unchanged:
            yield Line(f"not changed: {effect}", use.source(setting.cite))


#: The lines of each column, in the order of the table.
LINES: dict[str, Callable[[Use], Iterator[Line]]] = {
    "data": data, "purposes": purposes, "recipients": recipients, "regions": regions, "since": since,
    "default": default, "control": control, "steps": steps, "retroactive": retroactive, "exclusions": exclusions,
    "earlier_choice": earlier_choice, "side_effects": side_effects,
}  # fmt: skip


def conditions(rule: Rule) -> str:
    """What a rule asks of a record and a person besides place and day, each after a comma; empty for nothing."""
    said = []
    if rule.visibility is not None:
        said.append(f"only what is {_listed(rule.visibility)}")
    if rule.minimum_age is not None:
        said.append(f"from the age of {rule.minimum_age}")
    if rule.maximum_age is not None:
        said.append(f"up to the age of {rule.maximum_age}")
    if rule.plans is not None:
        said.append(f"on the plans {_listed(rule.plans)}")
    if rule.created_from is not None:
        said.append(f"made from {rule.created_from} on")
    if rule.created_before is not None:
        said.append(f"made before {rule.created_before}")
    if rule.until is not None:
        said.append(f"until {rule.until}")
    return "".join(f", {one}" for one in said)


def _listed(words: Sequence[str] | Iterator[str] | dict[str, None]) -> str:
    return ", ".join(words)
