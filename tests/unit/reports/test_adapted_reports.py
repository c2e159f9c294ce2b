"""Reports of a model whose networks learnt from members: what differs from counts is said, and nothing that holds of
counts alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from journeys.networks import AUTUMN, Clock, make_network
from journeys.small_bases import SETTINGS, write_small_base
from licet.app import Workspace, artefacts
from licet.reports.report_forms import FORMS
from licet.terms import SELF
from licet.uses.registry import open_use
from licet.uses.use import silent
from unit.app.test_models import EVERY, ROWS


@pytest.fixture(scope="module")
def adapted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    root = tmp_path_factory.mktemp("adapted") / "w"
    with make_network(root, ROWS, clock=Clock(AUTUMN), recipe=EVERY) as made:
        write_small_base(root, SETTINGS)
        made.corpus_build()
        use = open_use("adapted", root)
        access = artefacts.open_access(
            made, use, "generative_ai_training", SELF, None, made.ledger.position, made.absences
        )
        artefacts.build(made, use, access, silent)
        yield made


def test_every_form_is_made_of_it(adapted: Workspace) -> None:
    for name in FORMS:
        text = adapted.reports.text(name, "adapted")
        assert text == adapted.reports.text(name, "adapted-2")
        assert not re.search(r"\b(ann|ben|boats|quay)\b", text), name
        assert "two members wrote" not in text and "subtracted" not in text, "that is of counts"


def test_what_a_network_may_remember_is_said(adapted: Workspace) -> None:
    for name in ("ab2013", "art53", "model-card", "cyclonedx"):
        assert "may be remembered by a network" in json.dumps(adapted.reports.document(name, "adapted")), name


def test_its_bill_names_the_base_that_it_was_trained_from(adapted: Workspace) -> None:
    bill = adapted.reports.document("cyclonedx", "adapted")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill)) is None
    model = bill["metadata"]["component"]
    assert model["modelCard"]["modelParameters"]["architectureFamily"] == "transformer"
    (base,) = (one for one in bill["components"] if one["bom-ref"].startswith("base:"))
    said = {one["name"]: one["value"] for one in model["modelCard"]["properties"]}
    assert said["licet:base_sha256"] == base["hashes"][0]["content"]
    assert int(said["licet:steps"]) > 0 and said["licet:environment:threads"] == "1"
