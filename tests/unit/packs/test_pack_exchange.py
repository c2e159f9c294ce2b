"""Files of other vocabularies: what is not understood is refused, whatever it is, and nothing is fetched."""

from __future__ import annotations

import copy
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph
from typer.testing import CliRunner

from licet.cli.main import app
from licet.packs import PackErrors, open_pack, parse_pack
from licet.packs.dpv import is_term
from licet.policies.exchange import FORMS, Exported, Imported, export_pack, import_pack
from licet.policies.exchange.iris import PREFIXES
from licet.terms import PackError
from unit.packs.pack_samples import add_rule, make_pack

DAY = date(2026, 11, 26)


def take(document: Any, form: str) -> Imported:
    return import_pack(document if isinstance(document, str) else json.dumps(document), form, DAY, "p.jsonld")


def exported(form: str) -> dict[str, Any]:
    def no_videos(value: dict[str, Any]) -> None:
        add_rule(
            value, id="no", effect="forbid", purposes=["generative_ai_training"], categories=["content.media"],
            regions=["CH"],
        )  # fmt: skip

    return copy.deepcopy(export_pack(make_pack(no_videos), form).document)


def odrl(change: Any) -> dict[str, Any]:
    document = exported("odrl")
    change(document, document["permission"][0])
    return document


def dpv(change: Any) -> dict[str, Any]:
    document = exported("dpv")
    change(document, document["dpv:hasPermission"][0])
    return document


NOT_UNDERSTOOD: dict[str, tuple[str, str, Any]] = {
    "not JSON": ("odrl", "PACK-040", "{"),
    "a list": ("odrl", "PACK-040", "[]"),
    "a key twice": ("odrl", "PACK-040", '{"@type": "Set", "@type": "Offer"}'),
    "too deep": ("odrl", "PACK-040", "[" * 100_000),
    "too deep as an object": ("odrl", "PACK-040", '{"a":' * 50 + "1" + "}" * 50),
    "too large": ("dpv", "PACK-040", '{"a": "' + "x" * 1_000_001 + '"}'),
    "NaN": ("dpv", "PACK-040", '{"a": NaN}'),
    "another context": ("odrl", "PACK-042", odrl(lambda d, r: d.update({"@context": "https://evil.example/c"}))),
    "a prefix that means another thing": (
        "dpv", "PACK-042", dpv(lambda d, r: d.update({"@context": {"dpv": "https://evil.example/"}})),
    ),
    "another type": ("odrl", "PACK-042", odrl(lambda d, r: d.update({"@type": "Agreement"}))),
    "a policy it inherits from": ("odrl", "PACK-042", odrl(lambda d, r: d.update(inheritFrom="urn:x"))),
    "a profile": ("odrl", "PACK-042", odrl(lambda d, r: d.update(profile="urn:x"))),
    "permissions that win": ("odrl", "PACK-042", odrl(lambda d, r: d.update(conflict="perm"))),
    "no conflict strategy": ("odrl", "PACK-042", odrl(lambda d, r: d.pop("conflict"))),
    "another action": ("odrl", "PACK-042", odrl(lambda d, r: r.update(action="distribute"))),
    "another duty": ("odrl", "PACK-042", odrl(lambda d, r: r.update(duty=[{"action": "compensate"}]))),
    "two duties": (
        "odrl", "PACK-042", odrl(lambda d, r: r.update(duty=[{"action": "obtainConsent"}, {"action": "inform"}])),
    ),
    "no duties": ("odrl", "PACK-042", odrl(lambda d, r: r.update(duty=[]))),
    "a refinement": ("odrl", "PACK-042", odrl(lambda d, r: r["constraint"][0].update(refinement=[]))),
    "a logical constraint": ("odrl", "PACK-042", odrl(lambda d, r: r["constraint"].append({"or": []}))),
    "an assignee": ("odrl", "PACK-042", odrl(lambda d, r: r.update(assignee="urn:x"))),
    "another operand": ("odrl", "PACK-042", odrl(lambda d, r: r["constraint"][0].update(leftOperand="count"))),
    "another operator": ("odrl", "PACK-042", odrl(lambda d, r: r["constraint"][0].update(operator="isNoneOf"))),
    "one operand twice": ("odrl", "PACK-042", odrl(lambda d, r: r["constraint"].append(r["constraint"][0]))),
    "eq of two": (
        "odrl", "PACK-042",
        odrl(lambda d, r: r["constraint"][0].update(
            operator="eq", rightOperand=["urn:licet:purpose:recommendation"] * 2)),
    ),
    "a time of day": (
        "odrl", "PACK-042", odrl(lambda d, r: r["constraint"][-1].update(rightOperand="2025-11-03T12:00:00Z")),
    ),
    "no target": ("odrl", "PACK-042", odrl(lambda d, r: r.pop("target"))),
    "no purpose": ("odrl", "PACK-042", odrl(lambda d, r: r["constraint"].pop(0))),
    "no first day": ("odrl", "PACK-043", odrl(lambda d, r: r["constraint"].pop())),
    "a purpose nobody knows": (
        "odrl", "PACK-041", odrl(lambda d, r: r["constraint"][0].update(rightOperand=["urn:x:y"])),
    ),
    "a place nobody knows": (
        "odrl", "PACK-041",
        odrl(lambda d, r: r["constraint"].append(
            {"leftOperand": "spatial", "operator": "eq", "rightOperand": "loc:XX"}) or r["constraint"].pop(2)),
    ),
    "a DPV term of several words": (
        "odrl", "PACK-041",
        odrl(lambda d, r: r["constraint"][0].update(rightOperand="dpv:ImproveExistingProductsAndServices")),
    ),
    "a DPV term in a prohibition": (
        "odrl", "PACK-041", odrl(lambda d, r: d["prohibition"][0].update(target="pd:Salary")),
    ),
    "a kind of data nobody knows": ("dpv", "PACK-041", dpv(lambda d, r: r["dpv:hasProcess"].update(
        {"dpv:hasPersonalData": {"@id": "https://evil.example/all"}}))),
    "no data": ("dpv", "PACK-042", dpv(lambda d, r: r["dpv:hasProcess"].pop("dpv:hasPersonalData"))),
    "a risk": ("dpv", "PACK-042", dpv(lambda d, r: r["dpv:hasProcess"].update({"dpv:hasRisk": "x"}))),
    "another involvement": ("dpv", "PACK-042", dpv(lambda d, r: r["dpv:hasProcess"].update(
        {"dpv:hasEntityInvolvement": {"@type": "dpv:ObjectingToProcess"}}))),
    "no interval": ("dpv", "PACK-042", dpv(lambda d, r: r.update({"dct:valid": "2025"}))),
    "no start": ("dpv", "PACK-043", dpv(lambda d, r: r.update({"dct:valid": "../2026-01-01"}))),
    "a rule of no kind": ("dpv", "PACK-042", dpv(lambda d, r: r.update({"@type": "dpv:Obligation"}))),
    "text for a rule": ("dpv", "PACK-042", dpv(lambda d, r: d.update({"dpv:hasPermission": ["x"]}))),
    "what no pack may permit": ("odrl", "PACK-020", odrl(
        lambda d, r: r.update(target="urn:licet:data:private_communication"))),
    "an own purpose of no kind": ("dpv", "PACK-041", dpv(lambda d, r: r["dpv:hasProcess"].update(
        {"dpv:hasPurpose": {"@id": "urn:licet:purpose:anything"}}))),
}  # fmt: skip


@pytest.mark.parametrize("case", NOT_UNDERSTOOD, ids=str)
def test_what_is_not_understood_is_refused(case: str) -> None:
    form, code, document = NOT_UNDERSTOOD[case]
    with pytest.raises(PackErrors) as refused:
        take(document, form)
    assert refused.value.code == code and refused.value.fix, refused.value.line()


def test_a_form_that_there_is_not_is_refused() -> None:
    with pytest.raises(PackErrors, match="PACK-044"):
        export_pack(make_pack(), "xacml")


def test_a_dpv_term_that_only_one_word_has_is_understood_in_a_permission() -> None:
    document = odrl(lambda d, r: r.update(target=["https://w3id.org/dpv/pd#Salary", "pd:Gender"]))
    assert take(document, "odrl").pack.rules[0].categories == ("job_seeking.salary", "demographic.gender")


def test_a_control_that_starts_on_is_opting_out_in_dpv_and_consent_in_odrl() -> None:
    def on(value: dict[str, Any]) -> None:
        value["settings"]["ai"]["default"] = {"state": "on"}

    for form, state in (("dpv", "on"), ("odrl", "off")):
        out = export_pack(make_pack(on), form)
        assert take(out.document, form).pack.settings["ai"].default.state == state
        assert any("need consent" in one.so for one in out.unsaid) is (form == "odrl")


def _with_successors(value: dict[str, Any]) -> None:
    value["purposes"]["generative_ai_training"] = {"succeeds": ["ai_training", "old_training"]}
    value["purposes"]["text_models"] = {
        "kind_of": "product_improvement",
        "succeeds": ["generative_ai_training"],
    }
    value["categories"]["content.posts"] = {"succeeds": ["content.articles"]}
    value["recipients"] = {"heir": {"name": "Heir", "kind": "partner", "succeeds": ["late_one"]}}


@pytest.mark.parametrize("form", FORMS)
def test_what_a_word_succeeds_goes_out_and_comes_back(form: str) -> None:
    pack = make_pack(_with_successors)
    out = export_pack(pack, form).document
    again = take(out, form).pack
    for part in ("purposes", "categories", "recipients"):
        before, after = getattr(pack, part), getattr(again, part)
        assert {id_: word.succeeds for id_, word in before.items() if word.succeeds} == {
            id_: word.succeeds for id_, word in after.items() if word.succeeds
        }
    for wrong, code in (("urn:licet:data:x", "PACK-041"), ({"@id": "else"}, "PACK-041"), ([], "PACK-042")):
        spoilt = copy.deepcopy(out)
        for node in spoilt["dct:references"]:
            if node["@id"] == "urn:licet:purpose:text_models":
                node["dct:replaces"] = wrong
        with pytest.raises(PackErrors) as refused:
            take(spoilt, form)
        assert [problem.code for problem in refused.value.problems] == [code]


@pytest.mark.parametrize("form", FORMS)
def test_every_dpv_term_that_is_written_exists(form: str) -> None:
    text = json.dumps(exported(form)["dct:references"])
    for node in json.loads(text):
        for broader in node.get("skos:broader", ()):
            assert broader["@id"].startswith("urn:licet:") or is_term(broader["@id"])


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")  # of its own parts
def test_what_is_written_is_linked_data() -> None:
    document = exported("dpv")
    graph = Graph().parse(data=json.dumps(document), format="json-ld")
    assert len(graph) > 20
    named = {str(one) for triple in graph for one in triple}
    assert f"{PREFIXES['dpv']}hasPermission" in named and f"{PREFIXES['dct']}title" in named


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(
        ["Set", "use", "urn:licet:data:profile", "purpose", "isAnyOf", "dpv:Policy", "2025-01-01/..", "prohibit"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["@type", "@id", "permission", "prohibition", "constraint", "target", "conflict", "dpv:hasPermission",
         "dpv:hasProcess", "dct:references", "dct:title", "assigner", "dct:identifier", "duty"]), inner, max_size=4),
    max_leaves=12), st.sampled_from(FORMS))  # fmt: skip
def test_whatever_stands_in_a_file_it_is_a_pack_or_a_refusal(value: Any, form: str) -> None:
    document = {"@type": "Set" if form == "odrl" else "dpv:Policy"} | (
        value if isinstance(value, dict) else {}
    )
    try:
        take(document, form)
    except PackError as error:
        assert error.code.startswith("PACK-")


def test_a_permission_that_nobody_has_read_all_of_is_not_said_and_lets_no_other_through() -> None:
    def rules(*told: tuple[str, str, str]) -> Exported:
        def scoped(value: dict[str, Any]) -> None:
            (bare,) = value["rules"]
            del bare["setting"], value["settings"]
            value["rules"] = [
                {**bare, "id": id_, "purposes": [purpose], "regions": [region]}
                for id_, purpose, region in told
            ]
            value["scope"] = [{"regions": ["CH"]}, {"regions": ["WORLD"], "from": "2026-01-01"}]

        return export_pack(make_pack(scoped), "odrl")

    train, recommend = "generative_ai_training", "recommendation"
    apart = rules(("here", train, "CH"), ("anywhere", recommend, "WORLD"))
    assert [one["uid"] for one in apart.document["permission"]] == ["urn:licet:rule:here"]
    assert "that nobody has read what applies to some of it" in {one.what for one in apart.unsaid}
    # Where a member's region is not known, neither is whether the second applies, and so the first permits nothing.
    both = rules(("here", train, "CH"), ("there", train, "CA-AB"))
    assert "permission" not in both.document


def test_the_commands_write_a_file_and_read_it_again(tmp_path: Path) -> None:
    run, file, back = CliRunner(), str(tmp_path / "p.jsonld"), tmp_path / "back.yaml"
    told = run.invoke(app, ["packs", "export", "linkedin_official", "--as", "odrl", "--to", file])
    said = re.search(r"(\d+) of (\d+) rules are said", told.stderr)
    assert told.exit_code == 0 and said is not None and "share_for_ads" in told.stderr
    assert int(said[2]) == len(open_pack("linkedin_official").rules) > int(said[1]) > 0
    assert "what it speaks for" in told.stderr and "its versions" in told.stderr
    told = run.invoke(app, ["packs", "import", "odrl", file, "--to", str(back)])
    assert told.exit_code == 0
    pack = parse_pack(back.read_text(encoding="utf-8"), "back.yaml")
    assert len(pack.rules) == int(said[1]) and pack.id == "linkedin_official"
    answer = json.loads(run.invoke(app, ["packs", "export", "meta_ai", "--as", "dpv", "--json"]).stdout)
    assert {"pack", "form", "rules", "rules_said", "document", "unsaid"} == set(answer)
    answer = json.loads(run.invoke(app, ["packs", "import", "odrl", file, "--json"]).stdout)
    assert {"pack", "yaml", "notes"} == set(answer)
    (tmp_path / "p.jsonld").write_text("{}")
    refused = run.invoke(app, ["packs", "import", "odrl", file])
    assert refused.exit_code == 2 and "PACK-042" in refused.stderr
