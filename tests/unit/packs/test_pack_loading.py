"""Shape and references: what a pack may not say, each with its code, its place and a way to mend it."""

from __future__ import annotations

from typing import Any

import pytest

from licet.packs import Pack, PackErrors, check_pack, parse_pack
from licet.terms import LicetError, PackError
from licet.terms.vocabulary import PURPOSES
from unit.packs.pack_samples import (
    Edit,
    add_rule,
    codes_of,
    make_pack,
    pack_text,
    pack_value,
    problems_of,
    rule,
)


def edited(path: str, change: Any) -> Edit:
    """An edit that sets `a.b.0.c` to `change`."""

    def edit(value: Any) -> None:
        *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
        for step in way:
            value = value[step]
        value[last] = change

    return edit


def test_the_sample_loads_and_its_digest_ignores_layout() -> None:
    pack = make_pack()
    assert isinstance(pack, Pack) and len(pack.digest) == 64
    assert parse_pack("# a comment\n" + pack_text().replace("Acme\n", '"Acme"\n')).digest == pack.digest
    assert make_pack(edited("title", "Other")).digest != pack.digest


def test_an_error_reads_as_documented() -> None:
    text = pack_text(edited("rules/0/purposes", ["train_ai"]))
    line = next(n for n, row in enumerate(text.splitlines(), 1) if "train_ai" in row)
    with pytest.raises(PackError) as caught:
        parse_pack(text, "acme.yaml")
    assert isinstance(caught.value, LicetError)
    assert caught.value.line() == (
        f'PACK-007: purpose "train_ai" is not defined · acme.yaml:{line}:5 · '
        'add it under purposes:, or use "generative_ai_training"'
    )


@pytest.mark.parametrize(
    ("path", "change", "code", "fix"),
    [
        ("licet_pack", 2, "PACK-006", "use a newer licet"),
        ("licet_pack", 0, "PACK-006", "write licet_pack: 1"),
        ("licet_pack", True, "PACK-006", "write licet_pack: 1"),
        ("licet_pack", "1", "PACK-006", "write licet_pack: 1"),
        ("rules/0/purposes", ["train_ai"], "PACK-007", "generative_ai_training"),
        ("rules/0/categories", ["content.post"], "PACK-008", "content.posts"),
        ("rules/0/recipients", ["microsoft"], "PACK-009", "add it under recipients"),
        ("rules/0/regions", ["no"], "PACK-010", "write NO"),
        ("rules/0/regions", ["UK"], "PACK-010", "write GB"),
        ("rules/0/regions", ["Norway"], "PACK-010", "write NO"),
        ("rules/0/regions", ["CA-XX"], "PACK-010", "CA-QC"),
        ("rules/0/regions", ["eea"], "PACK-010", "write EEA"),
        ("rules/0/setting", "ai_", "PACK-011", 'use "ai"'),
        ("rules/0/notice", "autum", "PACK-012", 'use "autumn"'),
        ("rules/0/cite/source", "polcy", "PACK-013", 'use "policy"'),
        ("settings/ai/default/cite", {"source": "x", "quote": "y"}, "PACK-013", "add it under sources"),
        ("rules/0/setings", "ai", "PACK-015", "known here"),
        ("controler", {}, "PACK-015", "known here"),
        ("rules/0/from_", "2025-11-03", "PACK-015", "write from"),
        ("observed", 20251101, "PACK-016", "2025-11-03"),
        ("observed", "1 November", "PACK-016", "2025-11-03"),
        ("version", 1, "PACK-016", "quotes"),
        ("title", None, "PACK-016", "leave the key out"),
        ("settings/ai/path", "Settings", "PACK-016", "[one, two]"),
        ("settings/ai/default", "on", "PACK-016", "indented"),
        ("settings/ai/retroactive", "yes", "PACK-016", "true or false"),
        ("settings/ai/retroactive", 1, "PACK-016", "true or false"),
        ("settings/ai/steps_in", "3", "PACK-016", "without quotes"),
        ("settings/ai/steps_in", 0, "PACK-016", "change the value"),
        ("settings/ai/path", [], "PACK-016", "at least one"),
        ("rules/0/regions", [], "PACK-016", "at least one"),
        ("rules/0/minimum_age", 13.5, "PACK-016", "whole number"),
        ("rules/0/cite/quote", "x" * 301, "PACK-016", "sentence that matters"),
        ("sources", {}, "PACK-016", "at least one"),
        ("rules/0/effect", "permitt", "PACK-017", "write permit"),
        ("settings/ai/default/state", "yes", "PACK-017", "on, off"),
        ("rules/0/cite/status", "unsure", "PACK-017", "stated"),
        ("id", "Acme Inc", "PACK-018", "a-z"),
        ("rules/0/id", "-train", "PACK-018", "a-z"),
        ("sources/The Notice", {"title": "x", "kind": "official"}, "PACK-018", "a-z"),
        ("categories/contents.posts", {}, "PACK-024", "write content.posts"),
        ("categories/zodiac", {}, "PACK-024", "below a known kind"),
        ("purposes/train_ai", {}, "PACK-025", "use generative_ai_training"),
        ("purposes/astrology", {}, "PACK-025", "kind_of"),
        ("purposes/train_ai", {"kind_of": "generative_training"}, "PACK-025", "write generative_ai_training"),
        ("purposes/recommendation", {"kind_of": "ai_assistance"}, "PACK-025", "remove kind_of"),
        ("recipients/self", {"name": "Acme", "kind": "affiliate"}, "PACK-026", "another id"),
        ("settings/ai/replaces", ["ai"], "PACK-026", "remove it"),
        ("purposes/llm", {"kind_of": "ai_assistance", "succeeds": ["llm"]}, "PACK-140", "name the word"),
    ],
)
def test_one_slip_gives_its_code_a_place_and_a_way_to_mend_it(
    path: str, change: Any, code: str, fix: str
) -> None:
    text = pack_text(edited(path, change))
    with pytest.raises(PackErrors) as caught:
        parse_pack(text, "acme.yaml")
    matching = [problem for problem in caught.value.problems if problem.code == code]
    assert matching, [problem.line() for problem in caught.value.problems]
    assert fix in matching[0].fix
    _, line, column = matching[0].where.split(":")
    assert 1 <= int(line) <= len(text.splitlines()) and int(column) >= 1


def test_a_future_format_is_not_judged_further() -> None:
    assert [code for code, _, _ in problems_of("licet_pack: 7\nwhatever: {}\n")] == ["PACK-006"]


@pytest.mark.parametrize("text", ["[]", "hello", "title: x", "3"])
def test_what_is_not_a_pack_is_said_to_be_none(text: str) -> None:
    assert problems_of(text)[0][:2] == ("PACK-006", "this is not a policy pack")


def test_a_misspelt_key_is_one_problem_not_two() -> None:
    def misspell(value: dict[str, Any]) -> None:
        value["rules"][0]["purpose"] = value["rules"][0].pop("purposes")

    assert problems_of(pack_text(misspell)) == [
        ("PACK-015", 'rules[0] has no key "purpose"', "write purposes")
    ]


def test_a_missing_key_is_named_with_its_choices() -> None:
    assert problems_of(pack_text(lambda value: value["rules"][0].pop("effect"))) == [
        ("PACK-014", "rules[0] lacks effect", "add effect: permit or forbid")
    ]


def test_every_problem_is_reported_in_the_order_of_the_file() -> None:
    def spoil(value: dict[str, Any]) -> None:
        rule(value, setting="x", regions=["UK"], notice="y")
        value["categories"]["zodiac"] = {}

    assert codes_of(spoil) == ["PACK-024", "PACK-010", "PACK-012", "PACK-011"]


def test_rule_ids_are_unique() -> None:
    def twice(value: dict[str, Any]) -> None:
        value["rules"].append(value["rules"][0])

    assert codes_of(twice) == ["PACK-019"]


def test_a_permit_needs_a_notice_and_a_forbid_does_not() -> None:
    assert codes_of(lambda value: rule(value, notice=None)) == ["PACK-021"]
    make_pack(lambda value: rule(value, notice=None, effect="forbid", setting=None))


def test_a_forbid_has_no_setting() -> None:
    assert codes_of(lambda value: rule(value, effect="forbid")) == ["PACK-022"]


def test_how_long_something_is_kept_is_said_of_a_permit_with_its_days() -> None:
    assert codes_of(lambda value: rule(value, retention_house_rule=True)) == ["PACK-032"]
    forbid = codes_of(lambda value: rule(value, effect="forbid", setting=None, retention_days=3))
    assert "PACK-032" in forbid


def test_region_groups_hold_regions_and_groups_but_never_themselves() -> None:
    def group(**groups: list[str]) -> Edit:
        def edit(value: dict[str, Any]) -> None:
            value["region_groups"] = {id_: {"label": id_, "include": inc} for id_, inc in groups.items()}

        return edit

    pack = make_pack(group(nordic=["DK", "NO", "SE", "FI", "IS"], north=["nordic", "CA-QC", "GB"]))
    assert pack.places(("north",), pack.observed) == {"DK", "NO", "SE", "FI", "IS", "CA-QC", "GB"}
    assert codes_of(group(a=["a"])) == ["PACK-023"]
    assert codes_of(group(a=["b"], b=["CH", "c"], c=["a"])) == ["PACK-023"] * 3
    assert codes_of(group(a=["b"], b=["c"])) == ["PACK-010"]


def test_shared_words_need_no_entry_and_branches_do() -> None:
    make_pack(lambda value: rule(value, purposes=["personalisation"], categories=["content.articles"]))
    assert codes_of(lambda value: rule(value, categories=["content.posts.video"])) == ["PACK-008"]

    def branch(value: dict[str, Any]) -> None:
        value["categories"]["content.posts.video"] = {"label": "videos in posts"}
        rule(value, categories=["content.posts.video"])

    term = make_pack(branch).category_term("content.posts.video")
    assert term is not None and term.label == "videos in posts"


@pytest.mark.parametrize("category", ["private_communication", "private_communication.messages"])
@pytest.mark.parametrize("recipient", ["self", "other"])
def test_private_communication_never_trains_generative_ai(category: str, recipient: str) -> None:
    def open_it(value: dict[str, Any]) -> None:
        value["recipients"] = {"other": {"name": "Other", "kind": "affiliate"}}
        rule(value, categories=["content.posts", category], recipients=[recipient])

    ((code, what, fix),) = problems_of(pack_text(open_it))
    assert code == "PACK-020" and category in what and "private communication never trains" in fix


def test_a_purpose_of_the_packs_own_does_not_slip_past_the_closed_pair() -> None:
    def rename(value: dict[str, Any]) -> None:
        value["purposes"]["language_model"] = {"kind_of": "generative_ai_training"}
        value["categories"]["private_communication.voice"] = {}
        rule(value, purposes=["recommendation", "language_model"], categories=["private_communication.voice"])

    assert codes_of(rename) == ["PACK-020"]


def test_private_communication_may_be_forbidden_or_used_otherwise() -> None:
    make_pack(
        lambda value: add_rule(
            value, id="f", effect="forbid", purposes=list(PURPOSES), categories=["private_communication"]
        )
    )
    make_pack(lambda value: rule(value, purposes=["recommendation"], categories=["private_communication"]))


def test_a_pack_made_in_python_is_held_to_the_same() -> None:
    pack = Pack.model_validate(pack_value(lambda value: rule(value, setting="nowhere")))
    with pytest.raises(PackErrors) as caught:
        check_pack(pack)
    assert caught.value.where == "acme: rules[0].setting"
    check_pack(make_pack())
