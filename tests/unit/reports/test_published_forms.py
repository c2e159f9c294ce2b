"""The AI Act's summary, the model card and the Croissant description: whole, validated, and no more than is known."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import mlcroissant
import pytest
import yaml

from licet.app import Workspace
from licet.app.reporting import gather
from licet.reports.content_summary import content_summary
from licet.reports.disclosure import Drawn, Item, Report
from licet.reports.model_card import card_markdown, metadata
from licet.reports.report_forms import FORMS
from licet.reports.snapshot_croissant import snapshot_croissant
from licet.terms import LicetError, ReportError

#: What Hugging Face documents of a model card's head, as far as this one goes: its own check asks a server.
HEAD = {
    "type": "object",
    "additionalProperties": False,
    "required": ["model_name", "library_name", "pipeline_tag", "license", "tags"],
    "properties": {
        "model_name": {"type": "string", "minLength": 1},
        "library_name": {"type": "string", "pattern": "^[a-z0-9-]+$"},
        "pipeline_tag": {"enum": ["text-generation"]},
        "license": {"type": "string", "pattern": "^[a-z0-9.-]+$"},
        "license_name": {"type": "string", "minLength": 1},
        "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
    },
    "dependentRequired": {"license_name": ["license"]},
}

#: What Croissant 1.0 and its RAI vocabulary ask of a description.
WANTED = jsonschema_rs.Draft202012Validator(
    {
        "type": "object",
        "required": [
            "@context", "@type", "name", "description", "license", "conformsTo", "creator", "url", "datePublished",
            "rai:dataCollection", "rai:dataBiases", "rai:dataLimitations", "rai:dataUseCases",
            "rai:personalSensitiveInformation", "rai:dataReleaseMaintenancePlan",
        ],
        "properties": {
            "url": {"type": "string", "pattern": "^https?://"},
            "conformsTo": {"contains": {"const": "http://mlcommons.org/croissant/RAI/1.0"}},
            "rai:dataCollectionTimeframe": {"type": "array", "items": {"type": "string", "pattern": "^[0-9]{4}-"}},
        },
    }
)  # fmt: skip

EVIL = "\u202e\x9b31mx](javascript:alert(1)) <script>alert(1)</script> | `\n---\nlicense: mit\n# owned"


def by_place(report: Report) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for section in report.sections:
        for item in section.items:
            found.setdefault(item.place, []).append(item)
    return found


def head_of(card: str) -> Any:
    """As the hub's own library finds it."""
    found = re.match(r"\s*---[\r\n]+([\S\s]*?)[\r\n]+---(\r\n|\n|$)", card)
    assert found is not None
    return yaml.safe_load(found[1])


def test_the_summary_has_the_places_of_the_template(reported: Workspace) -> None:
    report = reported.reports.report("art53")
    assert list(by_place(report)) == [
        "1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "3.1", "3.2", "3.3",
    ]  # fmt: skip
    assert "less than 1 billion tokens" in json.dumps(report.as_json())


def test_it_is_voluntary_unless_the_operator_says_otherwise(reported: Workspace) -> None:
    known = gather(reported, "model")

    def bound(provides: bool | None) -> tuple[str, Drawn]:
        provider = known.settings.provider.model_copy(update={"general_purpose_ai": provides})
        settings = known.settings.model_copy(update={"provider": provider})
        found = content_summary(dataclasses.replace(known, settings=settings)).bound
        return found.says, found.drawn

    assert bound(None)[0].startswith("Voluntary, unless") and bound(None)[1] is Drawn.NOWHERE
    assert bound(False)[0].startswith("Voluntary:") and bound(False)[1] is Drawn.OPERATOR
    assert "is to be published" in bound(True)[0]


def test_where_the_base_is_not_at_hand_no_size_is_said(reported: Workspace) -> None:
    report = content_summary(dataclasses.replace(gather(reported, "model"), base=None))
    assert "1 billion" not in json.dumps(report.as_json())
    assert "1.3" in report.not_recorded and "2.1" in report.not_recorded


def test_the_head_of_a_model_card_is_what_a_hub_reads(told: Workspace) -> None:
    validator = jsonschema_rs.Draft202012Validator(HEAD)
    known = gather(told, "model")
    for licence, expected in (
        (None, {"license": "unknown"}),
        ("Apache-2.0", {"license": "apache-2.0"}),
        ("ours alone", {"license": "other", "license_name": "ours alone"}),
    ):
        model = known.settings.model.model_copy(update={"licence": licence})
        one = dataclasses.replace(known, settings=known.settings.model_copy(update={"model": model}))
        head = head_of(card_markdown(one))
        validator.validate(head)
        assert head == metadata(one) and expected.items() <= head.items()
    spoilt = metadata(known) | {"licence": "mit"}
    assert not validator.is_valid(spoilt), "it can say no"


def test_a_model_card_says_what_was_not_tried(told: Workspace) -> None:
    card = told.reports.text("model-card")
    assert "Results of trials" in card or "results of trials" in card
    assert "*(not recorded)*" in card and "*(reports.yaml)*" in card
    assert card.count("\n  - ") > 100, "each source of the base"


def test_markup_in_names_stays_text_in_the_card(reported: Workspace) -> None:
    reported.layout.reports.write_text(json.dumps({"model": {"name": EVIL, "limitations": EVIL}}))
    try:
        card = reported.reports.text("model-card")
    finally:
        reported.layout.reports.unlink()
    assert head_of(card)["license"] == "unknown" and head_of(card)["model_name"] == " ".join(EVIL[2:].split())
    body = card.split("\n---\n", 1)[1]
    assert all(one.isprintable() for one in card.split("\n")), "nothing paints on a terminal"
    assert not re.search(r"(?<!\\)(<script|\]\()", body), "each is escaped"
    assert "\n# owned" not in body and not re.search(r"^---$", body, re.MULTILINE)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_croissant_is_what_its_own_library_reads(told: Workspace, tmp_path: Path) -> None:
    for of in ("model", "corpus"):
        file = tmp_path / f"{of}.json"
        file.write_text(json.dumps(told.reports.document("croissant", of)))
        read = mlcroissant.Dataset(str(file)).metadata
        assert not read.ctx.issues.errors
        assert read.name == "Corpus of Harbour" and read.personal_sensitive_information
        assert "members" in str(read.data_collection)
        assert WANTED.is_valid(told.reports.document("croissant", of)), "its library asks for less"


def test_json_paints_on_no_terminal_and_stays_json(reported: Workspace) -> None:
    reported.layout.reports.write_text(json.dumps({"model": {"name": EVIL}, "provider": {"name": EVIL}}))
    try:
        for form in ("cyclonedx", "croissant"):
            text = reported.reports.text(form)
            assert all(one.isprintable() for one in text.split("\n"))
            assert EVIL in json.dumps(json.loads(text), ensure_ascii=False).replace("\\n", "\n")
    finally:
        reported.layout.reports.unlink()


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_croissant_can_be_refused(told: Workspace, tmp_path: Path) -> None:
    spoilt = told.reports.document("croissant", "corpus")
    del spoilt["@type"]
    (tmp_path / "spoilt.json").write_text(json.dumps(spoilt))
    with pytest.raises(mlcroissant.ValidationError):
        mlcroissant.Dataset(str(tmp_path / "spoilt.json"))


def test_of_a_corpus_there_is_no_model_card_and_of_no_corpus_no_description(reported: Workspace) -> None:
    with pytest.raises(ReportError, match="RPT-005"):
        reported.reports.document("model-card", "corpus")
    with pytest.raises(ReportError, match="RPT-006"):
        snapshot_croissant(dataclasses.replace(gather(reported, "model"), corpus=None))


def test_every_form_is_made_of_a_model_and_says_whom_it_binds(told: Workspace) -> None:
    for name, form in FORMS.items():
        text = told.reports.text(name)
        assert text and form.law.applies_to and form.law.read
        assert told.reports.text(name) == text, "the same bytes"
        for member in ("ann", "ben", "boats"):
            assert not re.search(rf"\b{member}\b", text), (name, member)


def test_a_corpus_that_was_purged_is_known_by_the_manifest_that_is_kept(reported: Workspace) -> None:
    known = gather(reported, "model-2")
    assert known.corpus is not None
    before = json.dumps(reported.reports.document("ab2013", "model-2"))
    reported.store.purge([known.corpus_id])
    assert known.corpus_id in {one.id for one in reported.store.purged("corpus")}
    assert json.dumps(reported.reports.document("ab2013", "model-2")) == before


def test_an_artefact_of_the_past_or_of_another_licet_is_refused(reported: Workspace) -> None:
    manifest = reported.uses["corpus"].show().manifest
    for changed, code in (
        ({"inspection": True}, "CORP-200"),
        ({"index": {"earlier": "form"}}, "CORP-201"),
        ({"unheard_of": 1}, "CORP-201"),
    ):
        with reported.store.build("corpus") as build:
            made = build.publish({**manifest, **changed})
        try:
            with pytest.raises(LicetError, match=code):
                reported.reports.document("ab2013", "corpus")
        finally:
            reported.store.remove(made)
