"""The forms in which something is reported, by name: one line each."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from licet.reports import disclosure_laws
from licet.reports.ab2013_summary import ab2013_summary
from licet.reports.artefact_evidence import Evidence
from licet.reports.bill_of_materials import bill_of_materials
from licet.reports.content_summary import content_summary
from licet.reports.disclosure import Report
from licet.reports.disclosure_laws import Law
from licet.reports.model_card import card_document, card_markdown, model_card
from licet.reports.snapshot_croissant import snapshot_croissant
from licet.terms import ReportError
from licet.terms.canonical import JsonObject


class Form(NamedTuple):
    """report: for people, of which a page can be made; None for a form that only programs read.

    document: for programs. markdown: where that is what readers of the form take, in place of lines.
    """

    title: str
    law: Law
    report: Callable[[Evidence], Report] | None
    document: Callable[[Evidence], JsonObject]
    markdown: Callable[[Evidence], str] | None = None


def _of_people(title: str, law: Law, report: Callable[[Evidence], Report]) -> Form:
    return Form(title, law, report, lambda known: report(known).as_json())


FORMS: dict[str, Form] = {
    "ab2013": _of_people("Training-data summary", disclosure_laws.AB_2013, ab2013_summary),
    "art53": _of_people(
        "Public summary of training content", disclosure_laws.ARTICLE_53_1_D, content_summary
    ),
    "model-card": Form("Model card", disclosure_laws.MODEL_CARD, model_card, card_document, card_markdown),
    "croissant": Form("Dataset description", disclosure_laws.CROISSANT, None, snapshot_croissant),
    "cyclonedx": Form("Bill of materials", disclosure_laws.CYCLONEDX, None, bill_of_materials),
}


def form_of(name: str) -> Form:
    """Raises: ReportError RPT-002 for a form that there is not."""
    if name not in FORMS:
        raise ReportError("RPT-002", f"there is no report {name!r}", fix=f"one of: {', '.join(FORMS)}")
    return FORMS[name]
