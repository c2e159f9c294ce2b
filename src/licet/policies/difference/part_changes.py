"""What else differs between two policies, in sentences: what is never done, controls, announcements, sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from licet.decide.explain import recipient_name, region_name, status_told
from licet.packs import Pack, Rule, Setting
from licet.packs.model import Citation, Notice
from licet.policies.comparison.comparison_columns import conditions
from licet.policies.difference.audience import Voice, listed
from licet.policies.difference.place_changes import name_places
from licet.policies.scope_sentences import scope_parts, scope_sentence
from licet.terms import SELF

_KINDS = {
    "toggle": "a switch", "form": "a form", "privacy-signal": "a privacy signal", "delete-content": "deleting",
    "avoid-feature": "not using the feature",
}  # fmt: skip


def never_done(before: Pack, after: Pack, voice: Voice) -> Iterator[str]:
    """What a policy rules out and the other does not, in words; whatever the rules are called."""
    old, new = (dict.fromkeys(_forbidden(pack, voice)) for pack in (before, after))
    yield from _grouped("Never done from then on", [one for one in new if one not in old])
    yield from _grouped("No longer ruled out", [one for one in old if one not in new])


def controls(before: Pack, after: Pack) -> Iterator[str]:
    """What became of each control: its kind, place, default, reach and side effects."""
    for id_, setting in after.settings.items():
        earlier = before.settings.get(id_)
        if earlier is None:
            kind = _KINDS[setting.kind]
            yield f"There is a new control: “{setting.label}”, {kind}; it {_default(after, setting)}."
        else:
            yield from _control(before, earlier, after, setting)
    for id_, setting in before.settings.items():
        if id_ not in after.settings:
            yield f"The control “{setting.label}” is gone; a no given there still holds for what it governed."


def announcements(before: Pack, after: Pack) -> Iterator[str]:
    """The days of what was announced, and the announcements themselves."""
    for id_, notice in after.notices.items():
        earlier = before.notices.get(id_)
        if earlier is None:
            yield f"There is a new announcement: “{notice.title}”, {_days(notice)}."
        elif _days(earlier) != _days(notice):
            yield f"“{notice.title}” is {_days(notice)}, where it was {_days(earlier)}."
    yield from (
        f"The announcement “{notice.title}” is gone."
        for id_, notice in before.notices.items()
        if id_ not in after.notices
    )


def places_and_recipients(before: Pack, after: Pack) -> Iterator[str]:
    """Region groups by what they hold, and who may receive data."""
    day = after.observed
    for id_ in dict.fromkeys((*before.region_groups, *after.region_groups)):
        old, new = (
            pack.places((id_,), day) if id_ in pack.region_groups else None for pack in (before, after)
        )
        label = (after if new is not None else before).region_groups[id_].label
        if old is None or new is None:
            yield f"The list of regions “{label}” is {'new' if old is None else 'gone'}."
        elif old != new:
            come, gone = (name_places(one, (after, before), day) for one in (new - old, old - new))
            said = [f"gains {come}"] * bool(come) + [f"loses {gone}"] * bool(gone)
            yield f"The list of regions “{label}” {' and '.join(said)}."
    for id_ in dict.fromkeys((*before.recipients, *after.recipients)):
        one, other = before.recipients.get(id_), after.recipients.get(id_)
        if one is None or other is None:
            name = recipient_name(before if other is None else after, id_)
            yield f"{name} {'may receive data now' if one is None else 'is named no more'}."
        elif one.kind != other.kind:
            yield f"{other.name} is now {other.kind}, where it was {one.kind}."


def what_is_read(before: Pack, after: Pack) -> Iterator[str]:
    """What either speaks for, where the other does not: outside it nobody here has read what applies."""
    old, new = scope_parts(before), scope_parts(after)
    if old != new:
        yield f"{scope_sentence(new)} Before: {_within(scope_sentence(old))}"


def versions(before: Pack, after: Pack) -> Iterator[str]:
    """What each version changed that only the later policy holds, in the words of who read it."""
    for id_, version in sorted(after.versions.items(), key=lambda item: item[1].effective):
        if id_ not in before.versions:
            changes = " ".join(change.says for change in version.changes)
            yield f"Version of {version.effective}: {changes or 'what changed with it is not said.'}"
    yield from (
        f"The version of {version.effective} is told of no more."
        for id_, version in before.versions.items()
        if id_ not in after.versions
    )


def evidence(before: Pack, after: Pack) -> Iterator[str]:
    """The texts that facts are read from."""
    for id_, source in after.sources.items():
        earlier = before.sources.get(id_)
        if earlier is None:
            yield f"Read for the first time: {source.title} ({source.kind})."
        elif earlier != source:
            seen = f"observed on {source.observed}, before on {earlier.observed}"
            yield (
                f"Read again: {source.title} ({seen})."
                if earlier.observed != source.observed
                else (f"Described otherwise: {source.title}.")
            )
    yield from (
        f"No longer read: {source.title}."
        for id_, source in before.sources.items()
        if id_ not in after.sources
    )


def quotes(before: Pack, after: Pack) -> Iterator[str]:
    """Facts that both policies have and that are read elsewhere, or in other words, or are surer or less sure."""
    for part, ids in (
        ("rule", "rules_by_id"), ("control", "settings"), ("announcement", "notices"), ("recipient", "recipients"),
        ("list of regions", "region_groups"), ("purpose", "purposes"), ("kind of data", "categories"),
        ("statement", "statements"),
    ):  # fmt: skip
        old, new = getattr(before, ids), getattr(after, ids)
        for id_ in new:
            if id_ in old and old[id_].cite != new[id_].cite:
                told = f"{_cited(after, new[id_].cite)}, where it was {_cited(before, old[id_].cite)}"
                yield f"{part} {id_}: {told}."


def _cited(pack: Pack, cite: Citation | None) -> str:
    if cite is None:
        return "read nowhere"
    return f"“{cite.quote}” ({pack.sources[cite.source].title}; {status_told(pack, cite)})"


def _grouped(how: str, ruled_out: list[tuple[str, str]]) -> Iterator[str]:
    purposes: dict[str, list[str]] = {}
    for purpose, rest in ruled_out:
        purposes.setdefault(rest, []).append(purpose)
    yield from (f"{how}: {listed(words)}{rest}." for rest, words in purposes.items())


def _forbidden(pack: Pack, voice: Voice) -> Iterator[tuple[str, str]]:
    """Each purpose that a rule forbids, and with what, whose, by whom and when."""
    for rule in pack.rules:
        if rule.effect == "forbid":
            rest = _forbid(pack, rule, voice)
            yield from ((voice.purpose(pack, purpose), rest) for purpose in rule.purposes)


def _forbid(pack: Pack, rule: Rule, voice: Voice) -> str:
    said = f", with {voice.data(pack, rule.categories)}{conditions(rule)}"
    if rule.regions is not None:
        said += f", of {voice.people} in {listed(region_name(pack, one) for one in rule.regions)}"
    if rule.recipients != (SELF,):
        said += f", by {listed(recipient_name(pack, one) for one in rule.recipients)}"
    starts = pack.applies_from(rule)
    return said if starts is None else f"{said}, from {starts.date()} on"


def _control(before: Pack, old: Setting, after: Pack, new: Setting) -> Iterator[str]:
    name = f"“{new.label}”"
    if old.label != new.label:
        yield f"{name} was called “{old.label}”."
    if old.kind != new.kind:
        yield f"{name} is {_KINDS[new.kind]}, where it was {_KINDS[old.kind]}."
    if _default(before, old) != _default(after, new):
        yield f"{name} {_default(after, new)} (before: {_default(before, old)})."
    if old.path != new.path:
        yield f"{name} lies elsewhere: {' › '.join(new.path)}."
    if old.deep_link != new.deep_link:
        yield (
            f"{name} opens at {new.deep_link}."
            if new.deep_link
            else f"{name} has no address of its own any more."
        )
    if old.retroactive != new.retroactive:
        said = f"{_said(new.retroactive)} (before: {_said(old.retroactive)})"
        yield f"Whether switching {name} off reaches what was built before: {said}."
    if old.keeps_earlier_choice != new.keeps_earlier_choice:
        yield (
            f"Whether {name} keeps a choice made before: {_said(new.keeps_earlier_choice)} "
            f"(before: {_said(old.keeps_earlier_choice)})."
        )
    if old.organisation_may_refuse != new.organisation_may_refuse:
        may = "may now refuse" if new.organisation_may_refuse else "may no longer newly refuse"
        yield f"Organisations {may} {name} for their members' work data."
    yield from _shift(name, "off also changes", old.side_effects, new.side_effects)
    yield from _shift(name, "off leaves as it is", old.unchanged, new.unchanged)
    for signal in new.honours:
        if signal not in old.honours:
            yield f"The signal {signal.upper()} switches {name} off."
    for signal in old.honours:
        if signal not in new.honours:
            yield f"The signal {signal.upper()} no longer switches {name} off."
    if set(old.replaces) != set(new.replaces):
        yield f"A no to {listed(new.replaces) or 'no earlier control'} holds for {name}."


def _shift(name: str, what: str, old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[str]:
    for one in new:
        if one not in old:
            yield f"Switching {name} {what}, as is said now: {one}."
    for one in old:
        if one not in new:
            yield f"Switching {name} {what}, as is said no more: {one}."


def _default(pack: Pack, setting: Setting) -> str:
    start = setting.default
    if start.stated is False:
        return "starts nobody says where"
    said = f"starts {start.state}"
    for one in start.exceptions:
        who = [
            *(region_name(pack, region) for region in one.regions or ()),
            *(f"the plan {plan}" for plan in one.plans or ()),
            *([f"people below {one.below_age}"] if one.below_age is not None else []),
        ]
        said += f", {one.state} for {listed(who) or 'everybody'}"
    return said


def _days(notice: Notice) -> str:
    effective = (
        f"for {notice.expected or 'a day that was not named'}"
        if notice.effective is None
        else f"effective {notice.effective}"
    )
    wait = f", {notice.period_days} days after notice" if notice.period_days else ""
    return f"published {notice.published}, {effective}{wait}"


def _within(sentence: str) -> str:
    return f"{sentence[:1].lower()}{sentence[1:]}"


def _said(value: bool | None) -> str:
    return _TOLD[value]


_TOLD: Mapping[bool | None, str] = {None: "no source says", True: "yes", False: "no"}
