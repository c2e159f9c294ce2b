"""The DPV terms that licet knows, held against the published tables where those are at hand."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from licet.packs import open_pack, shipped
from licet.packs.dpv import is_term, known_terms, nearest_term
from licet.packs.model import CONSENT_BASES
from licet.terms.vocabulary import CATEGORIES, PURPOSES

#: Folder with dpv.csv, pd.csv, ai.csv and eu-gdpr.csv as w3c/dpv publishes them.
TABLES = Path(os.environ.get("LICET_DPV", Path(__file__).parents[4] / "shared" / "facts" / "dpv"))


def test_the_list_knows_every_term_that_licet_uses() -> None:
    used = {term.dpv for term in (*CATEGORIES.values(), *PURPOSES.values()) if term.dpv} | CONSENT_BASES
    for name in shipped():
        used |= {rule.legal_basis for rule in open_pack(name).rules if rule.legal_basis}
    assert used <= set(known_terms())
    assert {"dpv:OptingOutFromProcess", "ai:TrainingData", "eu-gdpr:A21", "pd:Salary"} <= set(known_terms())


def test_a_term_that_does_not_exist_is_not_known() -> None:
    assert not is_term("dpv:ServiceImprovement") and not is_term("Salary") and not is_term("")
    assert nearest_term("dpv:WorkHistory") == "pd:WorkHistory"


def test_terms_are_full_addresses_of_their_vocabulary() -> None:
    assert known_terms()["pd:Salary"] == "https://w3id.org/dpv/pd#Salary"
    assert known_terms()["eu-gdpr:A6-1-f"] == "https://w3id.org/dpv/legal/eu/gdpr#A6-1-f"
    assert len(known_terms()) > 600


@pytest.mark.skipif(not TABLES.is_dir(), reason="set LICET_DPV to a folder with the tables of w3c/dpv")
@pytest.mark.parametrize("prefix", ["dpv", "pd", "ai", "eu-gdpr"])
def test_every_term_is_in_the_published_tables(prefix: str) -> None:
    with (TABLES / f"{prefix}.csv").open(encoding="utf-8", newline="") as table:
        published = {row["iri"] for row in csv.DictReader(table)}
    ours = {iri for term, iri in known_terms().items() if term.startswith(prefix + ":")}
    assert ours and ours <= published
