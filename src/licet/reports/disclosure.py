"""A report: what a law asks, item by item, and what can be said to each, with where that is known from.

Counts and words about an artefact, never a member, an id, a table or a path. What nobody wrote down is said to be not
recorded. The same artefact, policy and settings give the same bytes: no clock is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from licet.reports.disclosure_laws import Law
from licet.terms.canonical import JsonObject

#: Said on every report.
NO_ADVICE = (
    "Drawn up by licet from what it keeps. It is no legal advice, and whoever publishes it answers for it."
)


class Drawn(StrEnum):
    """Where a statement is drawn from."""

    MANIFEST = "manifest"
    POLICY = "policy"
    RECIPE = "recipe"
    BASE = "base card"
    LEDGER = "ledger"
    OPERATOR = "reports.yaml"
    LICET = "how licet works"
    NOWHERE = "not recorded"


class Statement(NamedTuple):
    """One sentence, or a few, and where it is drawn from. named: a list that it ends with, too long for a sentence."""

    says: str
    drawn: Drawn
    named: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        return self.drawn is not Drawn.NOWHERE


class Item(NamedTuple):
    """What is asked, and what can be said to it. place: its number in the law or form."""

    place: str
    asks: str
    statements: tuple[Statement, ...]


class Section(NamedTuple):
    title: str
    items: tuple[Item, ...]


class Subject(NamedTuple):
    """What a report is of: an artefact by its name, id and root, and as of when; or a policy, without a root."""

    name: str
    id: str
    root: str | None
    at: str
    ledger_position: int | None


class Report(NamedTuple):
    """bound: whether whoever publishes it is bound by the law, as far as anybody said."""

    form: str
    title: str
    law: Law
    of: Subject
    bound: Statement
    sections: tuple[Section, ...]

    @property
    def not_recorded(self) -> tuple[str, ...]:
        """The places of the items to which something is not recorded."""
        return tuple(
            item.place
            for section in self.sections
            for item in section.items
            if not all(one.is_known for one in item.statements)
        )

    def as_json(self) -> JsonObject:
        return {
            "report": self.form,
            "title": self.title,
            "law": self.law._asdict(),
            "of": self.of._asdict(),
            "bound": self.bound._asdict(),
            "sections": [
                {
                    "title": section.title,
                    "items": [
                        {
                            "place": item.place,
                            "asks": item.asks,
                            "statements": [one._asdict() for one in item.statements],
                        }
                        for item in section.items
                    ],
                }
                for section in self.sections
            ],
            "not_recorded": list(self.not_recorded),
            "note": NO_ADVICE,
        }


def not_recorded(what: str, setting: str | None = None) -> Statement:
    """That something is not recorded. setting: of reports.yaml, where the operator may say it."""
    said = f"Not recorded: {what}."
    return Statement(
        said if setting is None else f"{said} reports.yaml may say it: {setting}.", Drawn.NOWHERE
    )


def by_operator(said: str | None, what: str, setting: str) -> Statement:
    """What the operator says, or that it is not recorded."""
    return not_recorded(what, setting) if said is None else Statement(said, Drawn.OPERATOR)


def statements(*found: Statement | Iterable[Statement] | None) -> tuple[Statement, ...]:
    """Some of them, those that are None left out."""
    said: list[Statement] = []
    for one in found:
        if isinstance(one, Statement):
            said.append(one)
        elif one is not None:
            said.extend(one)
    return tuple(said)
