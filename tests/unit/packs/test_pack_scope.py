"""What a pack speaks for, its versions, and facts limited in one place."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from licet.decide import Facts, Policy, Request, decide
from licet.packs import PackErrors, open_pack
from licet.packs.pack_versions import as_of
from licet.policies.control_pages import source_of
from licet.terms import Code
from unit.packs.pack_samples import codes_of, make_pack, rule

AT = datetime(2026, 1, 1, tzinfo=UTC)


def scoped(*parts: dict[str, Any]) -> Any:
    return lambda value: value.update({"scope": list(parts)})


def code(parts: list[dict[str, Any]], category: str, region: str | None = "DE", at: datetime = AT) -> Code:
    def edit(value: dict[str, Any]) -> None:
        value["categories"]["content"] = {}
        rule(value, setting=None, categories=["content"])
        value["scope"] = parts

    asked = Request("generative_ai_training", category, "self", at, "public", at)
    return decide(asked, Facts(region, 40), Policy(make_pack(edit))).code


def test_a_scope_of_kinds_of_data_speaks_for_what_lies_below_them_and_for_nothing_above() -> None:
    parts = [{"categories": ["content.posts"]}]
    assert code(parts, "content.posts") is Code.PERMITTED
    assert code(parts, "content.comments") is Code.NOT_READ
    assert code(parts, "content") is Code.NOT_READ
    assert code(parts, "profile.skills") is Code.NOT_READ


def test_parts_of_a_scope_add_up_and_each_keeps_its_own_limits() -> None:
    parts = [
        {"categories": ["content.posts"], "regions": ["DE"]},
        {"categories": ["content.comments"], "from": "2026-01-02"},
    ]
    assert code(parts, "content.posts") is Code.PERMITTED
    assert code(parts, "content.posts", "FR") is Code.NOT_READ
    assert code(parts, "content.posts", None) is Code.REGION_UNKNOWN
    assert code(parts, "content.comments") is Code.NOT_READ
    assert code(parts, "content.comments", "FR", datetime(2026, 1, 2, tzinfo=UTC)) is Code.PERMITTED


def test_a_scope_of_one_recipient_says_nothing_of_another() -> None:
    def asked(recipient: str) -> Code:
        def edit(value: dict[str, Any]) -> None:
            value["recipients"] = {"lab": {"name": "Lab", "kind": "partner"}}
            rule(value, setting=None, recipients=["lab"])
            value["scope"] = [{"recipients": ["lab"]}]

        request = Request("generative_ai_training", "content.posts", recipient, AT, "public", AT)
        return decide(request, Facts("DE", 40), Policy(make_pack(edit))).code

    assert [asked("lab"), asked("self")] == [Code.PERMITTED, Code.NOT_READ]


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"recipients": ["lab"]}, "PACK-009"),
        ({"purposes": ["train_ai"]}, "PACK-007"),
        ({"categories": ["content.poems"]}, "PACK-008"),
        ({"regions": ["Norway"]}, "PACK-010"),
        ({"from": "2026-01-01", "until": "2026-01-01"}, "PACK-033"),
        ({"regions": []}, "PACK-016"),
        ({"planets": ["earth"]}, "PACK-015"),
    ],
)
def test_a_scope_names_what_there_is(part: dict[str, Any], expected: str) -> None:
    assert codes_of(scoped(part)) == [expected]


def versions(value: dict[str, Any]) -> None:
    value["sources"]["spring"] = {"title": "Acme's notice of spring", "kind": "official"}
    value["notices"]["spring"] = {"title": "More", "published": "2026-03-01", "effective": "2026-04-01"}
    later = {**value["rules"][0], "id": "train_on_all", "notice": "spring"}
    del later["setting"]
    value["rules"].append(later)
    rule(value, until="2026-04-01")
    value["versions"] = {
        "2025-11-03": {"effective": "2025-11-03", "sources": ["policy"]},
        "2026-04-01": {
            "effective": "2026-04-01",
            "sources": ["spring"],
            "changes": [
                {
                    "about": "settings",
                    "says": "Nothing stops it any more.",
                    "rules": ["train", "train_on_all"],
                }
            ],
        },
    }


def test_a_version_is_the_pack_as_it_stood() -> None:
    pack = make_pack(versions)
    first, second = as_of(pack, "2025-11-03"), as_of(pack, "2026-04-01")
    assert [rule.id for rule in first.rules] == ["train"] and [rule.id for rule in second.rules] == [
        "train_on_all"
    ]
    assert [*first.versions] == ["2025-11-03"] and first.version == "2025-11-03"
    assert len({pack.digest, first.digest, second.digest}) == 3


def test_a_version_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(PackErrors) as caught:
        as_of(make_pack(versions), "2027-01-01")
    assert caught.value.code == "PACK-034" and "2025-11-03" in caught.value.fix
    with pytest.raises(PackErrors) as caught:
        open_pack("linkedin_official@2025-11-04")
    assert caught.value.code == "PACK-034" and '"2025-11-03"' in caught.value.fix


@pytest.mark.parametrize(
    ("key", "value", "expected"), [("sources", ["x"], "PACK-013"), ("rules", ["x"], "PACK-030")]
)
def test_a_version_names_what_there_is(key: str, value: list[str], expected: str) -> None:
    def edit(values: dict[str, Any]) -> None:
        versions(values)
        latest = values["versions"]["2026-04-01"]
        (latest if key == "sources" else latest["changes"][0])[key] = value

    assert codes_of(edit) == [expected]


def limited(**cite: Any) -> Any:
    return lambda value: value["rules"][0]["cite"].update(cite)


def test_a_fact_may_be_limited_in_one_province_only_and_is_told_with_it() -> None:
    pack = make_pack(limited(limited_in=["CA-AB"], status="unverified"))
    source = source_of(pack.rules[0].cite, pack)
    assert source is not None and source.status == "unverified, limited by a regulator in Alberta, Canada"


def test_a_fact_is_limited_everywhere_or_somewhere_not_both() -> None:
    assert codes_of(limited(limited_in=["CA-AB"], status="regulator_limited")) == ["PACK-035"]
    assert codes_of(limited(limited_in=["Alberta"])) == ["PACK-010"]
