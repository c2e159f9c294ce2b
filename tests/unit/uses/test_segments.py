"""What audiences there are: by reviewed words of kinds of data that are on the list, and by nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from journeys.lists import AUDIENCE, CATALOGUE, POLICY, SEGMENTS, Clock, make_club
from licet.terms import UseError
from licet.uses.ads.segment import LEAST_LISTED, load_segments

DATED = "words: [Welding], reviewed: 2026-01-01"


def test_a_file_names_its_audiences_and_what_each_discloses(tmp_path: Path) -> None:
    path = tmp_path / "segments.yaml"
    with pytest.raises(UseError) as caught:
        load_segments(path)
    assert caught.value.code == "ADS-001"
    path.write_text(SEGMENTS)
    layout = load_segments(path)
    assert layout.definition(AUDIENCE) == {"industry": ["Welding"]} and layout.least == LEAST_LISTED
    assert [*layout.audiences_of("adco")] == [AUDIENCE] and not layout.audiences_of("other")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("where: {industry: [Welding]}", "where: {industry: [Sailing]}"),
        ("where: {industry: [Welding]}", "where: {health: [Welding]}"),
        ("where: {industry: [Welding]}", "where: {industry: []}"),
        ("segment: welders", "segment: sailors"),
        ("scheme: google", "scheme: meta"),
        ("label: Welders", "label: '=cmd()'"),
        ("label: Welders", 'label: "two\\nlines"'),
        (DATED, "words: ['@SUM(1)'], reviewed: 2026-01-01"),
        (DATED, "words: [Welding]"),
        ("segments: {welders", "least: 10\nsegments: {welders"),
        ("welders_adco:", "'../welders':"),
        ("identifiers:", "anything: 1\nidentifiers:"),
    ],
)
def test_what_nobody_reviewed_or_named_makes_no_sense(tmp_path: Path, old: str, new: str) -> None:
    assert old in SEGMENTS
    (tmp_path / "segments.yaml").write_text(SEGMENTS.replace(old, new))
    with pytest.raises(UseError) as caught:
        load_segments(tmp_path / "segments.yaml")
    assert caught.value.code == "ADS-002"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("column: industry", "column: id", "ADS-003"),
        ("{google: mail}", "{google: email}", "ADS-003"),
        ("{table: profiles", "{table: nowhere", "ADS-004"),
    ],
)
def test_a_list_is_drawn_by_nothing_else(tmp_path: Path, old: str, new: str, code: str) -> None:
    with make_club(tmp_path / "club", ("ann",), None, Clock()) as workspace:
        assert old in SEGMENTS
        (tmp_path / "club" / "segments.yaml").write_text(SEGMENTS.replace(old, new))
        with pytest.raises(UseError) as caught:
            workspace.uses.ads.build()
        assert caught.value.code == code


def test_no_list_is_made_for_anything_but_advertising(tmp_path: Path) -> None:
    from licet.app import artefacts
    from licet.uses.registry import open_use
    from licet.uses.use import silent

    with make_club(tmp_path / "club", ("ann",), None, Clock()) as workspace:
        (tmp_path / "club" / "policy.yaml").write_text(
            POLICY.replace("ad_sharing: {}", "ad_sharing: {}, recommendation: {}").replace('"1"', '"2"')
        )
        workspace.policies.use(str(tmp_path / "club" / "policy.yaml"))
        use, position = open_use("ads", tmp_path / "club"), workspace.ledger.position
        access = artefacts.open_access(
            workspace, use, "recommendation", "adco", None, position, workspace.absences
        )
        with pytest.raises(UseError) as caught:
            artefacts.build(workspace, use, access, silent)
        assert caught.value.code == "ADS-005"


def test_whoever_permits_the_address_and_not_what_defines_the_list_is_not_on_it(tmp_path: Path) -> None:
    with make_club(tmp_path / "club", ("ann",), None, Clock()) as workspace:
        assert workspace.uses.ads.build()[0].sizes == {AUDIENCE: 301}
        (standing,) = workspace.uses.ads.audiences()
        assert (standing.size, standing.is_enough, standing.why) == (301, True, None)
        policy = tmp_path / "club" / "policy.yaml"
        rule = "categories: [profile, contact.email.hashed]"
        assert rule in POLICY and "profile.industry" in CATALOGUE
        policy.write_text(POLICY.replace(rule, "categories: [contact.email.hashed]").replace('"1"', '"2"'))
        workspace.policies.use(str(policy))
        assert workspace.uses.ads.build()[0].sizes == {AUDIENCE: 0}
        (standing,) = workspace.uses.ads.audiences()
        assert not standing.is_enough and "300" in str(standing.why)
