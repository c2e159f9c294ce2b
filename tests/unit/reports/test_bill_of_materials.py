"""The bill of materials is held to CycloneDX' own schema, strictly, by CycloneDX' own library."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from licet.app import Workspace
from licet.app.reporting import gather
from licet.reports.artefact_evidence import Evidence
from licet.reports.bill_of_materials import bill_of_materials


def faults(bill: Any) -> Any:
    return JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill))


@pytest.mark.parametrize("of", ["model", "corpus"])
def test_it_is_what_the_schema_says(reported: Workspace, of: str) -> None:
    assert faults(reported.reports.document("cyclonedx", of)) is None


def test_it_is_so_with_everything_that_the_operator_says(told: Workspace) -> None:
    bill = told.reports.document("cyclonedx", "model")
    assert faults(bill) is None
    assert bill["metadata"]["supplier"] == {"name": "Harbour Ltd"}
    assert bill["metadata"]["component"]["name"] == "Quay writer"


def test_the_validator_can_say_no(reported: Workspace) -> None:
    bill = reported.reports.document("cyclonedx", "model")
    for spoil in (
        lambda one: one.update(bomFormat="SPDX"),
        lambda one: one["metadata"]["component"].update(type="model"),
        lambda one: one["metadata"]["component"]["modelCard"].update(surprise=1),
        lambda one: one["components"][0].update(hashes=[{"alg": "SHA-256", "content": "x"}]),
    ):
        spoilt = copy.deepcopy(bill)
        spoil(spoilt)
        assert faults(spoilt) is not None


def test_every_reference_leads_to_a_component(reported: Workspace) -> None:
    bill = reported.reports.document("cyclonedx", "model")
    parts = [bill["metadata"]["component"], *bill["components"]]
    refs = [part["bom-ref"] for part in parts]
    assert len(refs) == len({*refs})
    named = [one["ref"] for one in bill["dependencies"]]
    named += [ref for one in bill["dependencies"] for ref in one["dependsOn"]]
    for part in parts:
        datasets = part.get("modelCard", {}).get("modelParameters", {}).get("datasets", ())
        named += [dataset["ref"] for dataset in datasets]
    assert {*named} <= {*refs}
    assert len([part for part in parts if part["bom-ref"].startswith("text:")]) > 100, "the base's sources"


def test_what_is_not_at_hand_is_said_and_still_whole(reported: Workspace) -> None:
    known = gather(reported, "model")
    bare = Evidence(
        known.name, known.id, known.model, None, known.corpus_id, None, None, None, None, known.settings
    )
    bill = bill_of_materials(bare)
    assert faults(bill) is None
    gaps = {one["name"] for one in bill["metadata"]["component"]["properties"]}
    assert {
        f"licet:not_recorded:{what}" for what in ("corpus", "recipe", "policy", "base", "provider")
    } <= gaps
    assert bill["compositions"][0]["aggregate"] == "incomplete"


def test_it_is_the_same_each_time(reported: Workspace) -> None:
    first, again = (json.dumps(reported.reports.document("cyclonedx", "model")) for _ in range(2))
    assert first == again and "timestamp" not in first
