"""What a choice governs, read from the policy: the permissions it switches, and the uses that it leaves alone.

A setting governs the permits that name it, and those of a setting that took its place. A signal governs what the
settings that honour it govern. A choice about one kind of data governs no more than that kind. Decides nothing: it
lists what the rules say, for a person to read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from licet.decide.explain import category_term, purpose_term, recipient_name
from licet.packs import Pack, Rule, Setting
from licet.packs.model import CONSENT_BASES
from licet.terms import EVERY_USE, SELF
from licet.terms.signals import SIGNALS
from licet.terms.vocabulary import ancestors

#: The legal bases that GDPR Art. 21(1) lets a person object to.
OPEN_TO_OBJECTION = frozenset({"eu-gdpr:A6-1-f", "eu-gdpr:A6-1-e"})


@dataclass(frozen=True, slots=True)
class Governed:
    """One permission, with the kinds of data of it that are meant; `but` is one below them that is not."""

    rule: Rule
    categories: tuple[str, ...]
    but: str | None = None

    @property
    def asks_consent(self) -> bool:
        """Whether consent is its legal basis; where none is named, nobody was asked for one."""
        return self.rule.legal_basis in CONSENT_BASES


@dataclass(frozen=True, slots=True)
class Scope:
    """What a setting or a signal reaches under one pack.

    id, label: the setting's or the signal's.
    setting: None for a signal, and for a setting that the pack only names as one that was replaced.
    not_governed: uses that the pack permits and the choice does not touch, in words.
    """

    pack: Pack
    id: str
    label: str
    setting: Setting | None
    governed: tuple[Governed, ...]
    not_governed: tuple[str, ...]


def scope_of_setting(pack: Pack, setting: str, category: str | None) -> Scope | None:
    """What a setting reaches; None where the pack does not know it. `EVERY_USE` reaches whatever a pack permits."""
    if setting == EVERY_USE:
        everything = frozenset((None, *pack.settings))
        return Scope(pack, setting, "every use of your data", None, *_divide(pack, everything, None))
    answering = {setting, *(id_ for id_, one in pack.settings.items() if setting in one.replaces)}
    if not answering & pack.settings.keys():
        return None
    own = pack.settings.get(setting)
    return Scope(
        pack, setting, setting if own is None else own.label, own,
        *_divide(pack, frozenset(answering), category),
    )  # fmt: skip


def scope_of_signal(pack: Pack, signal: str) -> Scope:
    """What a signal reaches: everything under the settings that honour it, which may be nothing."""
    honouring = frozenset(id_ for id_, one in pack.settings.items() if signal in one.honours)
    return Scope(pack, signal, SIGNALS.get(signal, signal), None, *_divide(pack, honouring, None))


def uses_in_words(pack: Pack, governed: Iterable[Governed]) -> dict[str, list[str]]:
    """What for and by whom, in words, with the kinds of data of each use; in the order of the policy."""
    found: dict[str, list[str]] = {}
    for one in governed:
        receivers = [recipient_name(pack, id_) for id_ in one.rule.recipients if id_ != SELF]
        to = f", by {' and '.join(receivers)}" if receivers else ""
        named = [_kind_in_words(pack, category, one.but) for category in one.categories]
        for purpose in one.rule.purposes:
            kinds = found.setdefault(f"{purpose_term(pack, purpose).label}{to}", [])
            kinds += [word for word in named if word not in kinds]
    return found


def _kind_in_words(pack: Pack, category: str, but: str | None) -> str:
    label = category_term(pack, category).label
    if but is None or category not in ancestors(but):
        return label
    return f"{label} other than {category_term(pack, but).label}"


def _divide(
    pack: Pack, settings: frozenset[str | None], category: str | None
) -> tuple[tuple[Governed, ...], tuple[str, ...]]:
    governed: list[Governed] = []
    others: list[Governed] = []
    for rule in pack.rules:
        if rule.effect != "permit":
            continue
        reached = _narrow(rule.categories, category) if rule.setting in settings else ()
        if reached:
            governed.append(Governed(rule, reached))
        left = tuple(kind for kind in rule.categories if kind not in reached)
        if left:
            others.append(Governed(rule, left, category if reached else None))
    mine, theirs = uses_in_words(pack, governed), uses_in_words(pack, others)
    # The kinds of data tell apart what the choice governs in part; elsewhere they would only lengthen the line.
    return tuple(governed), tuple(
        f"{use} (with {', '.join(kinds)})" if use in mine else use for use, kinds in theirs.items()
    )


def _narrow(categories: tuple[str, ...], category: str | None) -> tuple[str, ...]:
    """Of the kinds of data of a rule, those a choice about one kind reaches."""
    if category is None:
        return categories
    if any(kind in ancestors(category) for kind in categories):
        return (category,)
    return tuple(kind for kind in categories if category in ancestors(kind))
