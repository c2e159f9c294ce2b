"""Out to ODRL or DPV and back: the same decisions for what could be said, and never one permission more."""

from __future__ import annotations

import json
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.decide import Facts, Policy, decide
from licet.packs import Pack, check_pack, open_pack, shipped
from licet.policies.exchange import FORMS, Exported, export_pack, import_pack
from licet.testing.drawn_policies import make_pack
from licet.testing.drawn_questions import make_facts, make_request
from licet.testing.effort import EFFORT, examples

DAY = date(2026, 12, 1)
#: What becomes of a rule that is not said as it is.
CHANGED = ("left out", "forbids more", "need consent")


def round_trip(pack: Pack, form: str) -> tuple[Exported, Policy]:
    exported = export_pack(pack, form)
    text = json.dumps(exported.document, ensure_ascii=False)
    imported = import_pack(text, form, DAY, "policy.jsonld")
    check_pack(imported.pack)
    return exported, Policy(imported.pack)


def changed_rules(exported: Exported) -> set[str]:
    return {
        one.of.removeprefix("rule ")
        for one in exported.unsaid
        if one.of.startswith("rule ") and any(word in one.so for word in CHANGED)
    }


def asked_anew(facts: Facts, pack: Pack, imported: Pack) -> Facts:
    """With every yes that was given under `pack` given under the imported one: a yes speaks for no other policy."""
    bound = {
        setting: imported.digest if digest == pack.digest else digest
        for setting, digest in facts.bound.items()
    }
    return facts._replace(bound=bound)


def compare(pack: Pack, form: str, rng: Random, questions: int) -> tuple[int, int]:
    """How many answers had to be the same, and how many of these were permissions."""
    before = Policy(pack)
    exported, after = round_trip(pack, form)
    changed, alike, permitted = changed_rules(exported), 0, 0
    for _ in range(questions):
        request, facts = make_request(rng), make_facts(rng, pack)
        old, new = decide(request, facts, before), decide(request, asked_anew(facts, pack, after.pack), after)
        assert old.permitted or not new.permitted, (request, facts)
        cell = before.cell(request.purpose, request.category, request.recipient)
        if not changed & {clause.id for clause in (*cell.permits, *cell.forbids)}:
            assert old.permitted == new.permitted, (request, facts)
            alike += 1
            permitted += old.permitted
    return alike, permitted


@pytest.mark.parametrize("form", FORMS)
@examples(2)
@given(st.randoms(use_true_random=False))
def test_a_round_trip_never_permits_more(form: str, rng: Random) -> None:
    compare(make_pack(rng), form, rng, 40)


@pytest.mark.parametrize("form", FORMS)
def test_what_can_be_said_is_decided_alike_and_some_of_it_is_permitted(form: str) -> None:
    alike = permitted = 0
    for seed in range(25 * EFFORT):
        rng = Random(seed)
        found = compare(_plainer(make_pack(rng)), form, rng, 60)
        alike, permitted = alike + found[0], permitted + found[1]
    assert alike > 200 and permitted > 5, (alike, permitted)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", shipped())
def test_every_shipped_policy_goes_out_and_comes_back(name: str, form: str) -> None:
    pack = open_pack(name)
    exported, after = round_trip(pack, form)
    said = {rule.id for rule in after.pack.rules}
    left_out = {one.of.removeprefix("rule ") for one in exported.unsaid if "left out" in one.so}
    assert said | left_out == set(pack.rules_by_id) and not said & left_out
    again, _ = round_trip(after.pack, form)
    for key in ("permission", "prohibition", "dpv:hasPermission", "dpv:hasProhibition"):
        assert again.document.get(key) == exported.document.get(key), "a second trip changes nothing"


def _plainer(pack: Pack) -> Pack:
    """With fewer conditions that no vocabulary has a word for, so that more of it is said."""
    values = pack.as_json()
    for place, rule in enumerate(values["rules"]):
        for key in ("minimum_age", "maximum_age", "visibility", "plans", "created_from", "created_before"):
            if place % 2 == 0:
                rule.pop(key, None)
    for place, setting in enumerate(values.get("settings", {}).values()):
        if place % 2 == 0:
            setting.pop("honours", None)
            setting.pop("replaces", None)
            setting["default"].pop("exceptions", None)
    return Pack.model_validate(values)
