"""The summary that California's AB 2013 asks for: the twelve items of Civil Code § 3111(a), in its order.

Source: Cal. Civ. Code §§ 3110, 3111 (Stats. 2024, ch. 817), read as published; what each asks is told in our words.
"""

from __future__ import annotations

from collections.abc import Callable

from licet.reports import training_data
from licet.reports.artefact_evidence import Evidence
from licet.reports.disclosure import (
    Drawn,
    Item,
    Report,
    Section,
    Statement,
    by_operator,
    not_recorded,
    statements,
)
from licet.reports.disclosure_laws import AB_2013
from licet.reports.learner_facts import learner_of

FORM = "ab2013"


def ab2013_summary(known: Evidence) -> Report:
    """The report of a model, or of a corpus that one may be made from."""
    asked = tuple(
        Item(f"3111(a)({number})", asks, found(known)) for number, (asks, found) in enumerate(_ASKED, 1)
    )
    return Report(
        FORM,
        f"Training data of {known.title}",
        AB_2013,
        known.subject,
        _bound(known),
        (
            Section("Developer", (_developer(known),)),
            Section("High-level summary of the datasets", asked),
        ),
    )


def _bound(known: Evidence) -> Statement:
    available = known.settings.provider.available_to_californians
    if available is None:
        return not_recorded(
            "whether Californians can use what the model generates", "provider.available_to_californians"
        )
    told = (
        "The operator says that Californians can use it: this is to be posted on the developer's website, and again "
        "before each substantial modification."
        if available
        else "The operator says that Californians cannot use it: voluntary."
    )
    return Statement(told, Drawn.OPERATOR)


def _developer(known: Evidence) -> Item:
    provider = known.settings.provider
    parts = (provider.name, provider.contact, provider.url)
    name = ", ".join(part for part in parts if part is not None) or None
    return Item("3111", "Who posts this", (by_operator(name, "who the developer is", "provider.name"),))


def _furthering(known: Evidence) -> tuple[Statement, ...]:
    told = Statement(
        f"Made and permitted for one purpose: {training_data.purpose_told(known)}.", Drawn.MANIFEST
    )
    intended = by_operator(
        known.settings.model.intended_purpose, "what the system is intended for", "model.intended_purpose"
    )
    does = None
    if known.model is not None:
        does = Statement(f"{learner_of(known.model).furthers}.", Drawn.LICET)
    return statements(intended, told, does)


def _sources(known: Evidence) -> tuple[Statement, ...]:
    return statements(training_data.owners(known), training_data.public_sources(known))


def _rights(known: Evidence) -> tuple[Statement, ...]:
    said = known.settings.datasets.copyright
    return statements(
        by_operator(said, "what rights there are in members' data", "datasets.copyright"), _licences(known)
    )


def _acquisition(known: Evidence) -> tuple[Statement, ...]:
    said = known.settings.datasets.acquisition
    return statements(
        by_operator(said, "whether members' data was bought or licensed", "datasets.acquisition"),
        _licences(known),
    )


def _licences(known: Evidence) -> Statement | None:
    if known.base is None:
        return None
    names = sorted({one.licence for one in known.base.sources})
    return Statement(
        "The base's public text is under licences that its packages state, each permissive.",
        Drawn.BASE,
        tuple(names),
    )


def _aggregates(known: Evidence) -> tuple[Statement, ...]:
    said = known.settings.datasets.aggregate_consumer_information
    return (
        Statement("licet puts no aggregates into the datasets.", Drawn.LICET),
        by_operator(said, "whether members' own data holds any", "datasets.aggregate_consumer_information"),
    )


def _first_used(known: Evidence) -> tuple[Statement, ...]:
    if known.first_used_at is None:
        return (not_recorded("when anything was first made for this purpose: the ledger tells of nothing"),)
    return (
        Statement(
            f"The ledger first tells of a use for this purpose on {known.first_used_at[:10]}. What was done outside "
            "licet it does not know.",
            Drawn.LEDGER,
        ),
    )


#: What § 3111(a) asks, in its order, and what answers it.
_ASKED: tuple[tuple[str, Callable[[Evidence], tuple[Statement, ...]]], ...] = (
    ("The sources or owners of the datasets", _sources),
    ("How the datasets further the intended purpose", _furthering),
    ("The number of data points", training_data.amounts),
    ("The types of data points", training_data.kinds_of_data),
    (
        "Whether any data is protected by copyright, trademark or patent, or all is in the public domain",
        _rights,
    ),
    ("Whether the datasets were purchased or licensed", _acquisition),
    ("Whether the datasets include personal information", training_data.personal_information),
    ("Whether the datasets include aggregate consumer information", _aggregates),
    ("Cleaning, processing and other modification, and what for", training_data.processing),
    ("The time over which the data was collected, and whether that goes on", training_data.collection_period),
    ("When the datasets were first used in development", _first_used),
    ("Whether synthetic data was or is generated in development", training_data.synthetic),
)
