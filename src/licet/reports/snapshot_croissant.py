"""A corpus described in Croissant with the RAI vocabulary, as it lies in the store: no file of it is handed out.

An export brings a description of its own, with its files (`uses/corpus/exports/croissant.py`); this one is to publish
what there is. Source: Croissant format 1.0 and Croissant RAI 1.0 of MLCommons.
"""

from __future__ import annotations

from licet.reports import training_data
from licet.reports.artefact_evidence import Evidence
from licet.reports.disclosure import Statement
from licet.terms import ReportError
from licet.terms.canonical import JsonObject
from licet.uses.corpus.exports.croissant import CONTEXT

FORM = "croissant"


def snapshot_croissant(known: Evidence) -> JsonObject:
    """Of a corpus, or of the one that a model was made from. Raises: ReportError RPT-006 where that is not at hand."""
    corpus = known.corpus
    if corpus is None:
        raise ReportError(
            "RPT-006",
            "the corpus that it was made from is not at hand, so it cannot be described",
            known.name,
            "name a corpus; or bring the model to one that is there: licet update",
        )
    short, name = known.corpus_id[:12], f"Corpus of {known.platform}"
    provider = known.settings.provider
    creator = provider.name or (known.pack.controller.name if known.pack is not None else None)
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": name,
        "description": (
            f"{corpus.counts['documents']} documents about {corpus.counts['subjects']} members, as of {corpus.at}, "
            f"permitted by the policy {corpus.policy.title} ({corpus.policy.id} {corpus.policy.version}, SHA-256 "
            f"{corpus.policy.digest}) and by members' own choices up to entry {corpus.ledger.position} of the ledger. "
            "A description alone: no file of it is handed out with it."
        ),
        "conformsTo": ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"],
        "identifier": f"licet:snapshot:{known.corpus_id}",
        "license": "not licensed to anybody",
        "version": f"1.0.0+{short}",
        "datePublished": corpus.at,
        "citeAs": f"@misc{{licet_{short}, note={{licet snapshot {known.corpus_id}}}}}",
        **({} if creator is None else {"creator": {"@type": "sc:Organization", "name": creator}}),
        **({} if provider.url is None else {"url": provider.url}),
        **_responsible_ai(known),
        "distribution": [],
        "recordSet": [],
    }


def _responsible_ai(known: Evidence) -> JsonObject:
    assert known.corpus is not None
    said = known.settings.datasets
    days = [day.isoformat() for day in (said.collected_from, said.collected_until) if day is not None]
    return {
        "rai:dataCollection": training_data.owners(known).says,
        "rai:dataCollectionType": ["Others"],
        **({"rai:dataCollectionTimeframe": days} if days else {}),
        "rai:dataCollectionMissingData": training_data.held_back_told(known.corpus),
        "rai:dataPreprocessingProtocol": _told(training_data.processing(known)[:1]),
        "rai:dataUseCases": [f"Permitted for {training_data.purpose_told(known)}; no other use was decided on."],
        "rai:dataBiases": [
            "It is not a sample of all members: those who were held back differ from those who were not."
        ],
        "rai:dataLimitations": [
            "Redaction, where the recipe asks for it, and language detection are done by program; words that point to "
            "a person can remain.",
            said.languages or "Languages: not recorded.",
            *_told(training_data.collection_period(known)),
        ],
        "rai:personalSensitiveInformation": _told(training_data.personal_information(known)[:1]),
        "rai:dataManipulationProtocol": _told(training_data.synthetic(known)),
        "rai:dataReleaseMaintenancePlan": (
            f"As of entry {known.corpus.ledger.position} of the ledger. When members say no later, licet update makes "
            "one without them, and this description is of the earlier one."
        ),
    }  # fmt: skip


def _told(found: tuple[Statement, ...]) -> list[str]:
    return [f"{one.says} ({one.drawn})" for one in found]
