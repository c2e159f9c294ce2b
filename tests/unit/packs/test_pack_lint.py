"""Each finding of the lint, shown by the smallest policy that has it; the sample itself has none."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from licet.packs import open_pack
from licet.policies.lint import Severity, lint
from licet.policies.lint.legal_bases import NOT_IN_FORCE, NotInForce, not_in_force
from unit.packs.pack_samples import AFTER, TODAY, Edit, add_rule, findings_of, make_pack, rule


def codes(edit: Edit | None = None, today: date = TODAY) -> list[str]:
    return [finding.code for finding in findings_of(edit, today)]


def test_the_sample_is_clean() -> None:
    assert codes() == []


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"until": "2025-11-03"}, "until"),
        ({"from_": "2025-12-01", "until": "2025-12-01"}, "until"),
        ({"created_from": "2025-01-01", "created_before": "2025-01-01"}, "created_before"),
        ({"minimum_age": 18, "maximum_age": 17}, "maximum_age"),
    ],
)
def test_a_rule_that_can_never_apply_is_found(changes: dict[str, Any], key: str) -> None:
    (finding,) = findings_of(lambda value: rule(value, **changes))
    assert (finding.code, finding.severity) == ("PACK-101", Severity.WARNING)
    assert '"train" can never apply' in finding.what and finding.where.startswith("acme.yaml:")


def test_regions_that_hold_nobody_are_found() -> None:
    def edit(value: dict[str, Any]) -> None:
        add_rule(
            value, id="old", effect="forbid", purposes=["recommendation"], categories=["profile"],
            regions=["EEA"], until="1990-01-01",
        )  # fmt: skip

    assert codes(edit) == ["PACK-101"]


def test_a_retention_is_cited_or_a_house_rule() -> None:
    assert codes(lambda value: rule(value, retention_days=30)) == ["PACK-142"]
    assert codes(lambda value: rule(value, retention_days=30, retention_house_rule=True)) == []
    cite = {"source": "policy", "quote": "We keep it for thirty days."}
    assert codes(lambda value: rule(value, retention_days=30, retention_cite=cite)) == []


@pytest.mark.parametrize(
    ("terms", "found"),
    [
        ({"lease_days": 30}, ["PACK-142"]),
        ({"retention_days": 540, "terms_house_rule": True}, []),
        ({"removal_days": 7, "terms_cite": {"source": "policy", "quote": "Within a week."}}, []),
        ({"terms_house_rule": True}, ["PACK-142"]),
    ],
)
def test_a_recipients_days_are_cited_or_a_house_rule(terms: dict[str, Any], found: list[str]) -> None:
    def edit(value: dict[str, Any]) -> None:
        value["recipients"] = {"lab": {"name": "A lab", "kind": "partner", **terms}}
        rule(value, recipients=["self", "lab"])

    assert codes(edit) == found


def test_what_may_choose_no_advertisement_is_noted_and_loads() -> None:
    def edit(value: dict[str, Any]) -> None:
        value["purposes"]["house_ads"] = {"kind_of": "ad_targeting"}
        value["categories"]["special"] = {}
        cite = {"source": "policy", "quote": "We keep it for thirty days."}
        add_rule(
            value, id="ads", effect="permit", purposes=["house_ads"], categories=["content", "special", "payment"],
            notice="autumn", cite=cite,
        )  # fmt: skip

    (finding,) = [one for one in findings_of(edit) if one.code == "PACK-145"]
    assert finding.severity == Severity.NOTE
    assert "special, payment choose advertisements" in finding.what


def test_rules_that_apply_for_one_day_or_one_age_are_not_found() -> None:
    assert codes(lambda value: rule(value, until="2025-11-04", minimum_age=18, maximum_age=18)) == []


def forbid(**keys: Any) -> Edit:
    base = {"id": "no", "effect": "forbid", "purposes": ["generative_ai_training"], "categories": ["content"]}
    return lambda value: add_rule(value, **(base | keys))


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"regions": ["WORLD"]},
        {"regions": ["CH", "EEA"]},
        {"notice": "autumn"},
        {"from_": "2020-01-01"},
    ],
)
def test_a_permit_that_forbids_take_back_is_found(keys: dict[str, Any]) -> None:
    assert codes(forbid(**keys)) == ["PACK-102"]


@pytest.mark.parametrize(
    "keys",
    [
        {"regions": ["EEA"]},
        {"regions": ["CH", "EU"]},
        {"from_": "2026-01-01"},
        {"until": "2026-01-01"},
        {"maximum_age": 17},
        {"visibility": ["public"]},
        {"plans": ["free"]},
        {"created_before": "2020-01-01"},
        {"recipients": ["other"]},
        {"purposes": ["recommendation"]},
        {"categories": ["content.articles"]},
    ],
)
def test_a_permit_that_keeps_something_is_not_found(keys: dict[str, Any]) -> None:
    def edit(value: dict[str, Any]) -> None:
        value["recipients"] = {"other": {"name": "Other", "kind": "partner"}} if "recipients" in keys else {}
        forbid(**keys)(value)

    assert codes(edit) == []


def test_two_forbids_together_can_take_back_a_permit() -> None:
    def edit(value: dict[str, Any]) -> None:
        rule(value, categories=["content.posts", "profile"])
        forbid(id="one", categories=["content"])(value)
        forbid(id="two", categories=["profile"])(value)

    (finding,) = findings_of(edit)
    assert finding.code == "PACK-102" and '"one", "two"' in finding.what


def test_words_that_no_rule_mentions_are_found() -> None:
    def edit(value: dict[str, Any]) -> None:
        value["categories"] |= {"content": {}, "content.posts.video": {}, "profile": {}}
        value["purposes"] |= {"recommendation": {}, "own": {"kind_of": "generative_ai_training"}}

    found = findings_of(edit)
    assert [(f.code, f.severity) for f in found] == [("PACK-103", "note"), ("PACK-104", "note")]
    assert '"profile"' in found[0].what and '"recommendation"' in found[1].what


def test_a_setting_that_governs_nothing_is_found() -> None:
    assert codes(lambda value: rule(value, setting=None)) == ["PACK-105"]

    def replaced(value: dict[str, Any]) -> None:
        value["settings"]["older"] = value["settings"]["ai"] | {"label": "Older"}
        value["settings"]["ai"]["replaces"] = ["older"]

    assert codes(replaced) == []


def test_leaving_must_not_take_more_steps_than_joining() -> None:
    def steps(**keys: int) -> Edit:
        return lambda value: value["settings"]["ai"].update(keys)

    assert codes(steps(steps_out=3)) == ["PACK-106"]
    assert codes(steps(steps_in=1)) == ["PACK-106"]
    assert codes(steps(steps_in=4, steps_out=3)) == []


def test_a_permit_without_a_legal_basis_is_found() -> None:
    assert codes(lambda value: rule(value, legal_basis=None)) == ["PACK-107"]


def test_a_rule_before_its_notice_is_found() -> None:
    assert codes(lambda value: rule(value, from_="2025-11-02")) == ["PACK-108"]
    assert codes(lambda value: rule(value, from_="2025-11-03")) == []

    def period(value: dict[str, Any]) -> None:
        value["notices"]["autumn"]["period_days"] = 60
        rule(value, from_="2025-11-03")

    (finding,) = findings_of(period)
    assert finding.code == "PACK-108" and "2025-11-30" in finding.fix


@pytest.mark.parametrize(
    ("term", "meant"),
    [
        ("dpv:ServiceImprovement", "dpv:"),
        ("pd:salary", "pd:Salary"),
        ("dpv:Salary", "pd:Salary"),
        ("zzz", "https://"),
    ],
)
def test_a_term_that_dpv_does_not_have_is_found(term: str, meant: str) -> None:
    (finding,) = findings_of(lambda value: value["categories"].update({"content.posts": {"dpv": term}}))
    assert finding.code == "PACK-109" and meant in finding.fix
    assert codes(lambda value: value["purposes"]["generative_ai_training"].update(dpv="ai:Nothing")) == [
        "PACK-109"
    ]
    assert codes(lambda value: rule(value, legal_basis="eu-gdpr:A6-1-z")) == ["PACK-109"]


@pytest.mark.parametrize(
    ("regions", "what"),
    [
        (["EEA", "EU"], "EEA and EU both name AT, BE, BG and 24 more"),
        (["CH", "CH"], "CH and CH both name CH"),
        (["CA-QC", "CA"], "CA-QC and CA both name CA-QC"),
        (["NO", "WORLD"], "NO and WORLD both name NO"),
    ],
)
def test_a_place_named_twice_is_found(regions: list[str], what: str) -> None:
    (finding,) = findings_of(lambda value: rule(value, regions=regions))
    assert (finding.code, finding.what) == ("PACK-110", what)


def test_a_group_that_overlaps_itself_through_another_is_found() -> None:
    def edit(value: dict[str, Any]) -> None:
        value["region_groups"] = {
            "nordic": {"label": "Nordic", "include": ["DK", "FI", "IS", "NO", "SE"]},
            "north": {"label": "North", "include": ["GB", "nordic", "EEA"]},
        }
        rule(value, regions=["north"])

    assert codes(edit) == ["PACK-110"]


def test_a_pack_goes_stale_on_the_day_after_its_review() -> None:
    assert codes(today=date(2026, 5, 1)) == []
    assert codes(today=date(2026, 5, 2)) == ["PACK-111"]
    assert codes(lambda value: value.pop("review_by")) == ["PACK-112"]


def test_a_rule_on_an_unsure_fact_is_found() -> None:
    def edit(value: dict[str, Any]) -> None:
        value["rules"][0]["cite"]["status"] = "regulator_limited"

    (finding,) = findings_of(edit)
    assert finding.code == "PACK-113" and "regulator limited" in finding.what


def test_what_cites_nothing_is_found() -> None:
    def edit(value: dict[str, Any]) -> None:
        for entry in (value["notices"]["autumn"], value["settings"]["ai"]):
            entry.pop("cite")

    assert codes(edit) == ["PACK-114", "PACK-114"]
    assert set(codes(lambda value: rule(value, cite=None))) == {"PACK-114"}


def test_an_entry_that_nothing_uses_is_found() -> None:
    def edit(value: dict[str, Any]) -> None:
        value["sources"]["blog"] = {"title": "A blog", "kind": "secondary"}
        value["notices"]["spring"] = value["notices"]["autumn"]
        value["region_groups"] = {"north": {"label": "North", "include": ["NO"]}}
        value["recipients"]["other"] = {"name": "Other", "kind": "partner"}

    assert codes(edit) == ["PACK-115"] * 4


def test_a_branch_that_looks_like_a_shared_word_is_found() -> None:
    def edit(value: dict[str, Any]) -> None:
        value["categories"] = {"content.post": {}, "content.slides": {}}
        rule(value, categories=["content.post", "content.slides"])

    (finding,) = findings_of(edit)
    assert finding.code == "PACK-116" and "write content.posts" in finding.fix


def test_a_word_that_succeeds_nothing_there_can_have_been_is_found() -> None:
    def edit(value: dict[str, Any]) -> None:
        value["categories"] = {"content.slides": {"succeeds": ["content.decks", "dreams.slides"]}}
        rule(value, categories=["content.slides"])

    (finding,) = findings_of(edit)
    assert finding.code == "PACK-141" and "dreams.slides" in finding.what


def test_a_day_that_has_not_come_cannot_have_been_observed() -> None:
    assert codes(today=date(2025, 10, 31)) == ["PACK-117", "PACK-117"]


def test_a_notice_in_force_before_it_is_published_is_found() -> None:
    assert codes(lambda value: value["notices"]["autumn"].update(published="2025-11-04")) == ["PACK-118"]


def test_consent_that_nobody_gave_is_found() -> None:
    consent = {"legal_basis": "eu-gdpr:A6-1-a"}

    def on(value: dict[str, Any]) -> None:
        value["settings"]["ai"]["default"]["state"] = "on"
        rule(value, **consent)

    assert codes(on) == ["PACK-119"]
    assert codes(lambda value: rule(value, **consent)) == []
    assert "PACK-119" in codes(lambda value: rule(value, setting=None, **consent))


def test_a_rule_that_says_the_same_twice_is_found() -> None:
    twice = ["content.posts", "content", "content"]
    assert codes(lambda value: rule(value, categories=twice)) == ["PACK-120", "PACK-120"]
    assert codes(lambda value: rule(value, purposes=["recommendation", "recommendation"])) == [
        "PACK-104",
        "PACK-120",
    ]


def test_findings_point_into_the_file_or_name_the_path() -> None:
    def edit(value: dict[str, Any]) -> None:
        value["settings"]["ai"]["steps_out"] = 3

    (located,) = findings_of(edit)
    assert located.where.startswith("acme.yaml:")
    (bare,) = lint(make_pack(edit), today=TODAY)
    assert bare.where == "acme: settings.ai.steps_out"
    assert bare.line().startswith("warning PACK-106: ") and bare.as_dict()["code"] == "PACK-106"


#: What is left in the shipped packs of LinkedIn, and why: see docs/packs.md.
EXPLAINED = {
    "linkedin_as_reported": {("PACK-107", 9), ("PACK-113", 2)},
    "linkedin_official": {"PACK-107", "PACK-113"},
}


@pytest.mark.parametrize("name", EXPLAINED)
def test_a_shipped_pack_has_only_the_findings_that_its_documentation_explains(name: str) -> None:
    found = [finding.code for finding in lint(open_pack(name), today=AFTER)]
    counted = {(code, found.count(code)) for code in found}
    assert EXPLAINED[name] in (counted, {code for code, _ in counted})


def test_a_legal_basis_that_is_only_proposed_is_refused_however_it_is_spelt() -> None:
    for basis in (
        "eu-gdpr:A88c",
        "GDPR Art. 88c(1)",
        "Article 88 (c) GDPR",
        "eu-gdpr:A88-c",
        "eu-gdpr:A9-2-k",
    ):
        (finding,) = findings_of(lambda value, basis=basis: rule(value, legal_basis=basis))
        assert (
            finding.code == "PACK-144" and "only proposed" in finding.what and "COM(2025) 837" in finding.what
        )
    for basis in ("eu-gdpr:A6-1-f", "eu-gdpr:A9-2-a"):
        assert findings_of(lambda value, basis=basis: rule(value, legal_basis=basis)) == []


def test_a_repealed_legal_basis_is_one_for_rules_that_ended_before() -> None:
    def old(value: dict[str, Any], until: str | None) -> None:
        value["notices"]["autumn"] |= {"published": "2017-01-01", "effective": "2017-01-01"}
        rule(value, legal_basis="Directive 95/46/EC, Art. 7(f)", until=until)

    for until in ("2018-05-26", None):
        assert "PACK-144" in [one.code for one in findings_of(lambda value, until=until: old(value, until))]
    assert findings_of(lambda value: old(value, "2018-05-25")) == []


@pytest.mark.parametrize("one", NOT_IN_FORCE, ids=lambda one: one.name)
def test_each_basis_that_is_not_in_force_names_a_text_and_knows_itself(one: NotInForce) -> None:
    assert one.source and (one.kind == "proposed") == (one.until is None)
    assert not_in_force(one.name) == one


@pytest.mark.parametrize("status", ["stated", "announced", "regulator_limited"])
def test_what_only_a_page_about_the_platform_tells_is_never_more_than_unverified(status: str) -> None:
    def edit(value: dict[str, Any], kind: str = "secondary", status: str = status) -> None:
        value["sources"]["policy"]["kind"] = kind
        value["rules"][0]["cite"]["status"] = status

    assert "PACK-143" in codes(edit)
    for kind, said in (("account", status), ("official", status)):
        assert "PACK-143" not in codes(lambda value, kind=kind, said=said: edit(value, kind, said))
    for said in ("unverified", "disputed"):
        found = findings_of(lambda value, said=said: edit(value, "secondary", said))
        assert "rules" not in {one.where.partition("rules")[1] for one in found if one.code == "PACK-143"}


def test_what_a_regulator_limited_in_one_province_is_told_of_that_province() -> None:
    def edit(value: dict[str, Any]) -> None:
        value["region_groups"] = {"west": {"label": "the west", "include": ["CA-AB", "CA-BC"]}}
        value["rules"][0]["cite"]["limited_in"] = ["west"]

    (finding,) = findings_of(edit)
    assert finding.code == "PACK-113" and "stated, limited by a regulator in the west" in finding.what
