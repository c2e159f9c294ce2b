"""A model card: Markdown with the metadata that Hugging Face reads on top, and every statement's source beside it.

Source: https://huggingface.co/docs/hub/model-cards and its list of metadata. Left out of the head is what is not known:
a hub takes any word there for a fact.
"""

from __future__ import annotations

import yaml

from licet.reports import training_data
from licet.reports.artefact_evidence import Evidence
from licet.reports.disclosure import (
    NO_ADVICE,
    Drawn,
    Item,
    Report,
    Section,
    Statement,
    by_operator,
    not_recorded,
)
from licet.reports.disclosure_laws import MODEL_CARD
from licet.reports.learner_facts import learner_of
from licet.terms import ReportError
from licet.terms.canonical import JsonObject
from licet.uses.corpus.exports.dataset_card import plain
from licet.uses.model.checkpoint_chain import AdaptedManifest
from licet.uses.model.counts_log import ModelManifest

FORM = "model-card"


def card_document(known: Evidence) -> JsonObject:
    """The head and the report, for programs."""
    return {"metadata": metadata(known), **model_card(known).as_json()}


def metadata(known: Evidence) -> JsonObject:
    """The head of the card. A licence that is no word of the hub's is `other`, by its name."""
    _model(known)
    head: JsonObject = {
        "model_name": _line(known.title),
        "library_name": "licet",
        "pipeline_tag": "text-generation",
    }
    licence = known.settings.model.licence
    if licence is None:
        head["license"] = "unknown"
    elif licence.lower() in _LICENCES:
        head["license"] = licence.lower()
    else:
        head |= {"license": "other", "license_name": _line(licence)}
    return head | {"tags": ["licet", learner_of(_model(known)).family, "unlearning"]}


def _line(text: str) -> str:
    """On one line, since a hub ends the head at the first line of dashes, and with nothing that reorders text."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _told(text: str) -> str:
    """The same with nothing that Markdown would act on."""
    return plain(_line(text))


#: Of the hub's list of licences, those that a model is likely to be under.
_LICENCES = frozenset(
    [
        "apache-2.0", "mit", "bsd-3-clause", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "cc0-1.0", "openrail",
        "gpl-3.0", "agpl-3.0", "mpl-2.0", "unlicense", "eupl-1.2", "odbl",
    ]
)  # fmt: skip


def card_markdown(known: Evidence) -> str:
    """The whole README.md."""
    report = model_card(known)
    top = yaml.safe_dump(metadata(known), sort_keys=False, allow_unicode=True, width=110)
    said = [f"---\n{top}---\n", f"# {_told(report.title)}\n"]
    for section in report.sections:
        said.append(f"## {_told(section.title)}\n")
        for item in section.items:
            said.append(f"**{_told(item.asks)}**\n")
            for one in item.statements:
                said.append(f"- {_told(one.says)} *({one.drawn})*")
                said += [f"  - {_told(name)}" for name in one.named]
            said.append("")
    return "\n".join((*said, NO_ADVICE, ""))


def model_card(known: Evidence) -> Report:
    """Raises: ReportError RPT-005 for what is no model."""
    _model(known)
    return Report(
        FORM,
        known.title,
        MODEL_CARD,
        known.subject,
        Statement("Nobody is bound to publish it by the form itself.", Drawn.LICET),
        (
            Section("The model", _described(known)),
            Section("What it is for", _intended(known)),
            Section("What it learnt from", _learnt(known)),
            Section("How it was tried", (Item("evaluation", "Results", (
                not_recorded("results of trials: licet model evaluate prints them, and the model does not keep them"),
            )),)),
            Section("People in it", _people(known)),
        ),
    )  # fmt: skip


def _model(known: Evidence) -> ModelManifest | AdaptedManifest:
    if known.model is None:
        raise ReportError(
            "RPT-005", "a model card is of a model", known.name, "name a model; of a corpus ask for croissant"
        )
    return known.model


def _described(known: Evidence) -> tuple[Item, ...]:
    model, provider = _model(known), known.settings.provider
    learner = learner_of(model)
    return (
        Item("provider", "Who provides it", (by_operator(provider.name, "who provides it", "provider.name"),)),
        Item("version", "Which it is", (
            Statement(f"{known.name}, id {known.id}, root {model.root}.", Drawn.MANIFEST),
            Statement(
                f"As of {model.at}, entry {model.ledger.position} of the ledger with root {model.ledger.root}.",
                Drawn.MANIFEST,
            ),
        )),
        Item("architecture", "What it is", (
            Statement(f"{learner.description}: {learner.architecture}.", Drawn.MANIFEST),
            not_recorded("which base reads it: the card is not at hand") if known.base is None else Statement(
                f"It stands on a base of public text, a transformer of {known.base.recipe.shape.layers} layers of "
                f"width {known.base.recipe.shape.width}. Base digest {known.base.digest}.",
                Drawn.BASE,
            ),
        )),
    )  # fmt: skip


def _intended(known: Evidence) -> tuple[Item, ...]:
    said = known.settings.model
    return (
        Item("use", "Intended use", (
            by_operator(said.intended_purpose, "what it is intended for", "model.intended_purpose"),
            Statement(f"Permitted for: {training_data.purpose_told(known)}.", Drawn.MANIFEST),
        )),
        Item("limits", "Limits", (
            by_operator(said.limitations, "what it is not to be used for", "model.limitations"),
            Statement(
                "It says what resembles what members wrote; nothing of it was checked for truth.", Drawn.LICET
            ),
        )),
    )  # fmt: skip


def _learnt(known: Evidence) -> tuple[Item, ...]:
    public = training_data.public_sources(known)
    return (
        Item("data", "Data", (training_data.owners(known), *training_data.amounts(known))),
        Item("kinds", "Kinds", training_data.kinds_of_data(known)),
        Item("processing", "Processing", training_data.processing(known)),
        Item("base", "Public text of the base", () if public is None else (public,)),
    )


def _people(known: Evidence) -> tuple[Item, ...]:
    return (
        Item("personal", "Personal data", training_data.personal_information(known)),
        Item("leaving", "Whoever says no", (
            Statement(
                f"{learner_of(_model(known)).leaving}. A copy of an earlier model does not hear of it.", Drawn.LICET
            ),
        )),
    )  # fmt: skip
