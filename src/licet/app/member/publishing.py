"""What a member's public pages show, and what they say to a crawler on the member's behalf.

A page says that it may train AI only where the member said so themselves, by switching on every control that governs
training with what they publish. Where a control merely starts on, nobody spoke, and silence is no (law 1).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from licet.app.member.records import OwnRecord, OwnRecords
from licet.decide import Policy
from licet.ledger.asking import Choice
from licet.sources.catalogue import Catalogue
from licet.terms import ChoiceState
from licet.terms.vocabulary import GENERATIVE_AI_TRAINING

#: Roots of the kinds of data that a public page shows.
_PUBLISHED = ("profile", "content")


def public_records(records: OwnRecords) -> list[OwnRecord]:
    """The records anybody can see, with the columns of published kinds alone."""
    found = []
    for record in records:
        if record.visibility != "public":
            continue
        kinds: dict[str | None, tuple[str, ...]] = {
            kind: columns
            for kind, columns in record.kinds.items()
            if kind is not None and kind.partition(".")[0] in _PUBLISHED
        }
        if kinds:
            shown = {column for columns in kinds.values() for column in columns}
            row = {column: value for column, value in record.row.items() if column in shown}
            found.append(record._replace(kinds=kinds, row=row))
    return found


class Introduction(NamedTuple):
    """A subject by their public name and headline; empty where they have none."""

    subject: str
    name: str
    headline: str


def introductions(records: OwnRecords, catalogue: Catalogue, subjects: Iterable[str]) -> list[Introduction]:
    """Each subject with public name and headline. records: those about all of them."""
    shown = [
        record
        for name, table in catalogue.tables.items()
        if table.subjects and table.visibility_is == "public" and {*_INTRODUCING} & {*table.columns.values()}
        for record in records.of(name)
    ]
    return [
        Introduction(
            subject,
            *(_said(kind, (one for one in shown if subject in one.subjects)) for kind in _INTRODUCING),
        )
        for subject in subjects
    ]


def public_name(records: Iterable[OwnRecord]) -> str:
    """The name on somebody's public page; empty where there is none."""
    return _said(_INTRODUCING[0], records)


_INTRODUCING = ("profile.name", "profile.headline")


def _said(kind: str, records: Iterable[OwnRecord]) -> str:
    for record in records:
        said = [str(record.row[column]) for column in record.kinds.get(kind, ())]
        if said:
            # A name of two words and not the handle beside it.
            return max(said, key=lambda text: (" " in text, len(text)))
    return ""


def is_willing(policy: Policy, choices: Iterable[Choice]) -> bool:
    """Whether every control that governs the training was switched on, and none is off for any kind of data."""
    settings = _settings(policy)
    own = [one for one in choices if one.setting in settings]
    given = {one.setting for one in own if one.category is None and one.state is ChoiceState.GIVEN}
    return bool(settings) and given == settings and all(one.state is ChoiceState.GIVEN for one in own)


def willing_subjects(policy: Policy, choices: pa.Table, most: int) -> list[str]:
    """choices: as `Ledger.choices_table`. Empty where more are willing than `most`."""
    settings = _settings(policy)
    if not settings:
        return []
    own = choices.filter(pc.is_in(choices["setting"], value_set=pa.array(sorted(settings))))
    given = pc.equal(own["state"], str(ChoiceState.GIVEN))
    whole = own.filter(pc.and_(pc.is_null(own["category"]), given))
    refusing = own["subject"].filter(pc.invert(given)).combine_chunks()
    counted = whole.group_by("subject").aggregate([("setting", "count_distinct")])
    all_given = pc.equal(counted["setting_count_distinct"], len(settings))
    stays = pc.and_(all_given, pc.invert(pc.is_in(counted["subject"], value_set=refusing)))
    willing = counted["subject"].filter(stays)
    return sorted(willing.to_pylist()) if len(willing) <= most else []


def _settings(policy: Policy) -> frozenset[str]:
    pack = policy.pack
    return frozenset(
        rule.setting
        for rule in pack.rules
        if rule.setting is not None
        and any(GENERATIVE_AI_TRAINING in pack.purpose_line(purpose) for purpose in rule.purposes)
    )
