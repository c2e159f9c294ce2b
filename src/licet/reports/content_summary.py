"""The public summary of training content that Art. 53(1)(d) of the AI Act asks for, by the Commission's template.

Source: the template of 24 July 2025, adopted as C(2025) 8311: general information, sources of data, processing. What
each place asks is told in our words. Marked voluntary unless the operator says that they provide a model of that kind.
"""

from __future__ import annotations

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
from licet.reports.disclosure_laws import ARTICLE_53_1_D

FORM = "art53"
_BILLION = 1_000_000_000


def content_summary(known: Evidence) -> Report:
    """The report of a model, or of a corpus that one may be made from."""
    return Report(
        FORM,
        f"Public summary of training content: {known.title}",
        ARTICLE_53_1_D,
        known.subject,
        _bound(known),
        (
            Section("1. General information", _general(known)),
            Section("2. Sources of data", _sources(known)),
            Section("3. Processing", _processing(known)),
        ),
    )


def _bound(known: Evidence) -> Statement:
    provides = known.settings.provider.general_purpose_ai
    if provides is None:
        return Statement(
            "Voluntary, unless the provider provides a general-purpose AI model in the Union. Not recorded: whether "
            "they do. reports.yaml may say it: provider.general_purpose_ai.",
            Drawn.NOWHERE,
        )
    if provides:
        told = "The operator says that they provide a general-purpose AI model in the Union: this is to be published."
    else:
        told = "Voluntary: the operator says that they provide no general-purpose AI model in the Union."
    return Statement(told, Drawn.OPERATOR)


def _general(known: Evidence) -> tuple[Item, ...]:
    provider, model = known.settings.provider, known.settings.model
    who = ", ".join(part for part in (provider.name, provider.contact) if part is not None) or None
    placed = None if model.on_union_market_since is None else str(model.on_union_market_since)
    return (
        Item("1.1", "Provider, and how to reach them", (by_operator(who, "who the provider is", "provider.name"),)),
        Item("1.1", "Authorised representative in the Union", (
            by_operator(provider.representative, "whether there is one", "provider.representative"),
        )),
        Item("1.2", "The model and its version", (
            Statement(f"{known.title}, {known.name}, id {known.id}.", Drawn.MANIFEST),
        )),
        Item("1.2", "Models that it depends on", _depends(known)),
        Item("1.2", "When it was placed on the Union market", (
            by_operator(placed, "whether and when it was placed there", "model.on_union_market_since"),
        )),
        Item("1.3", "Kinds of content and size", (_size(known), *training_data.amounts(known))),
        Item("1.3", "Characteristics of the content", training_data.kinds_of_data(known)),
        Item("1.3", "Latest acquisition of data, and whether training goes on", _latest(known)),
        Item("1.3", "Languages", (
            by_operator(known.settings.datasets.languages, "which languages there are", "datasets.languages"),
        )),
    )  # fmt: skip


def _depends(known: Evidence) -> tuple[Statement, ...]:
    if known.model is None:
        return (Statement("None: this is a corpus.", Drawn.MANIFEST),)
    if known.base is None:
        return (not_recorded("what its base is: the card is not at hand"),)
    return (
        Statement(
            f"A base of public text alone, with digest {known.base.digest}, fitted by licet model base.",
            Drawn.BASE,
        ),
    )


def _size(known: Evidence) -> Statement:
    """The template's ranges are of all training data; of a base the bytes bound the tokens."""
    tokens = None if known.model is None else known.model.counts["tokens"]
    if known.model is not None and known.base is None:
        return not_recorded("the size of all training data, since the base's is not known")
    if tokens is None:
        return not_recorded("how many tokens a model would take the corpus for")
    assert known.base is not None
    most = tokens + sum(one.bytes for one in known.base.sources)
    if most < _BILLION:
        return Statement("Text alone: less than 1 billion tokens.", Drawn.MANIFEST)
    return Statement(f"Text alone: {tokens:,} tokens of members, beside the base's text.", Drawn.MANIFEST)


def _latest(known: Evidence) -> tuple[Statement, ...]:
    return statements(
        Statement(
            f"Members' data as it stood when this was decided, {known.made.at}; the day of its latest record is not "
            "counted.",
            Drawn.MANIFEST,
        ),
        training_data.collection_period(known),
    )


def _sources(known: Evidence) -> tuple[Item, ...]:
    said = known.settings.datasets
    public = training_data.public_sources(known)
    return (
        Item("2.1", "Public datasets", (
            public if public is not None else Statement("None: this is a corpus of members' data.", Drawn.MANIFEST),
        )),
        Item("2.2", "Private datasets obtained from others, licensed or not", (
            by_operator(said.acquisition, "whether any was bought or licensed", "datasets.acquisition"),
        )),
        Item("2.3", "Data crawled and scraped from online sources", (
            Statement(
                "None by licet, which crawls nothing; what else the operator trains on is theirs to say, under 2.6.",
                Drawn.LICET,
            ),
        )),
        Item("2.4", "Data of users of the provider's services", statements(
            training_data.owners(known),
            training_data.personal_information(known),
        )),
        Item("2.4", "Data of users' interactions with the model itself", (
            not_recorded("whether what users write to the model is among members' data"),
        )),
        Item("2.5", "Synthetic data", training_data.synthetic(known)),
        Item("2.6", "Other sources", (
            by_operator(
                said.other_sources, "whether the model learnt from anything outside licet", "datasets.other_sources"
            ),
        )),
    )  # fmt: skip


def _processing(known: Evidence) -> tuple[Item, ...]:
    said = known.settings.datasets
    members = Statement(
        "A member's no is respected record by record before anything is made, and reaches what was made: it is taken "
        "out again, with a certificate.",
        Drawn.LICET,
    )
    return (
        Item("3.1", "Reservations of rights from text and data mining", (
            members,
            by_operator(
                said.rights_reservations, "how rights of others than members are respected",
                "datasets.rights_reservations",
            ),
        )),
        Item("3.2", "Removal of illegal content", (
            by_operator(
                said.illegal_content, "how illegal content is kept out; licet does not look for it",
                "datasets.illegal_content",
            ),
        )),
        Item("3.3", "Other processing", training_data.processing(known)),
    )  # fmt: skip
