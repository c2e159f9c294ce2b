"""Advertisements for pages: by the page always, by a member where that is permitted now; and nothing kept of them."""

from __future__ import annotations

import json
import resource
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from journeys.ad_worlds import (
    CAMPAIGNS,
    DIVER,
    MARKER,
    POLICY,
    TODAY,
    grant_all,
    make_trade,
    stored_bytes,
)
from licet.app import Workspace
from licet.terms import LicetError
from licet.terms.moments import parse_moment
from licet.terms.signals import ConsentStrings
from licet.uses.ad_choice.ad_lottery import FLOOR_SHARE
from licet.uses.ad_choice.choice_log import ROW_BYTES, ChoiceRow, choice_of, logged_choices
from licet.uses.ad_choice.opportunity import AdChoice, Departing, Opportunity

WELDING = "A first job in the shipyard: welding steel, and what metal workers earn."
SUBJECT = f"ann-{MARKER}"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_trade(tmp_path / "w", [DIVER | {"id": SUBJECT}, {"id": "ben"}]) as made:
        yield made


def many(workspace: Workspace, page: str = WELDING, times: int = 40, **more: Any) -> list[AdChoice]:
    return [workspace.uses.ad_choices.choose(page, **more) for _ in range(times)]


def numbers(made: list[AdChoice]) -> Counter[int | None]:
    return Counter(None if one.campaign is None else one.campaign.number for one in made)


def is_by_page(made: list[AdChoice]) -> bool:
    return {(one.by.value, one.matched) for one in made} == {("contextual", ())} and 3 not in numbers(made)


def test_a_page_is_enough_and_nobody_needs_to_be_known(workspace: Workspace) -> None:
    made = many(workspace, times=100)
    assert is_by_page(made) and numbers(made).most_common(1)[0][0] == 1
    assert numbers(many(workspace, "Care on a hospital ward: nursing by night.")).most_common(1)[0][0] == 2
    assert {one.code for one in made} == {"nobody"} and all(one.propensity > 0 for one in made)


def test_what_a_member_permits_is_gone_by_and_no_more(workspace: Workspace) -> None:
    made = many(workspace, subject=SUBJECT)
    assert {one.by.value for one in made} == {"personalised"} and 3 in numbers(made)
    matched = next(one for one in made if one.matched)
    assert matched.matched == ("skill",) and matched.campaign is not None and matched.campaign.number == 3
    assert is_by_page(many(workspace, subject="ben")), "who says nothing of a skill is found by none"
    assert is_by_page(many(workspace, subject="nobody-of-ours"))


def test_a_no_governs_the_next_choice_and_a_yes_the_one_after(workspace: Workspace) -> None:
    assert not is_by_page(many(workspace, subject=SUBJECT))
    workspace.choices.choose(SUBJECT, "ads", "off")
    (first,) = many(workspace, times=1, subject=SUBJECT)
    assert is_by_page([first]) and first.code == "refused" and first.position == workspace.ledger.position
    assert is_by_page(many(workspace, subject=SUBJECT))
    workspace.choices.choose(SUBJECT, "ads", "on")
    assert not is_by_page(many(workspace, subject=SUBJECT))


@pytest.mark.parametrize(
    "signals",
    [
        {"gpc": True},
        {"strings": ConsentStrings(tcf="CPSG_8A")},
        {"strings": ConsentStrings(gpp="nothing of the kind")},
        {"strings": ConsentStrings(gpp_sid=(7,))},
    ],
    ids=["gpc", "tcf that is none", "gpp that is none", "a section that is not there"],
)
def test_a_signal_of_the_request_refuses_for_the_request(
    workspace: Workspace, signals: dict[str, Any]
) -> None:
    before = workspace.ledger.position
    assert not is_by_page(many(workspace, subject=SUBJECT))
    assert is_by_page(many(workspace, subject=SUBJECT, **signals))
    assert not is_by_page(many(workspace, subject=SUBJECT)), "the next request sends none"
    assert workspace.ledger.position == before, "serving records nothing"


def test_of_who_permits_nothing_no_byte_is_kept_and_none_leaves(workspace: Workspace) -> None:
    workspace.choices.choose(SUBJECT, "ads", "off")
    made = many(workspace, subject=SUBJECT, country="DE")
    told = json.dumps([one.as_json() for one in made])
    kept = stored_bytes(workspace.layout.root)
    assert len(kept) > 40 * ROW_BYTES
    for word in (MARKER, "Diving", "Shipbuilding"):
        assert word not in told and word.encode() not in kept
    assert Opportunity(WELDING, "DE", SUBJECT).departing == Departing(
        Opportunity(WELDING).departing.page, "DE"
    )
    alike = {
        row._replace(nonce=0, at_seconds=0, lease=0) for _, row in logged_choices(workspace.layout.ad_choices)
    }
    many(workspace, country="DE")
    again = {
        row._replace(nonce=0, at_seconds=0, lease=0) for _, row in logged_choices(workspace.layout.ad_choices)
    }
    assert alike == again, "a row of theirs is a row of nobody's"


def test_of_who_permits_it_nothing_is_kept_under_them_either(workspace: Workspace) -> None:
    many(workspace, subject=SUBJECT)
    assert MARKER.encode() not in stored_bytes(workspace.layout.root)


def test_caps_and_what_is_unwanted_are_the_browsers_to_say(tmp_path: Path) -> None:
    capped = CAMPAIGNS.replace("    about: welding", "    cap_a_day: 2\n    about: welding")
    with make_trade(tmp_path / "w", campaigns=capped) as workspace:
        assert numbers(many(workspace, seen={1: 1}))[1]
        assert 1 not in numbers(many(workspace, seen={1: 2}))
        assert 1 not in numbers(many(workspace, unwanted=[1]))
        assert set(numbers(many(workspace, unwanted=[1, 2]))) == {None}


def test_where_it_is_read_and_what_it_must_pay(tmp_path: Path) -> None:
    local = CAMPAIGNS.replace("    about: welding", "    countries: [DE]\n    about: welding")
    with make_trade(tmp_path / "w", campaigns=local) as workspace:
        assert numbers(many(workspace, country="DE"))[1]
        for country in ("FR", None, "zz", "<b>"):
            assert 1 not in numbers(many(workspace, times=10, country=country))
        assert set(numbers(many(workspace, times=5, country="DE", least_price_micros=2001))) == {None}


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("political: false", "", "undeclared"),
        ("political: false", "political: false\n    paused: true", "paused"),
        ("starts: 2026-03-01", "starts: 2026-03-11", "not_yet"),
        ("ends: 2026-04-01", "ends: 2026-03-10", "ended"),
    ],
)
def test_what_does_not_run_is_shown_to_nobody(tmp_path: Path, old: str, new: str, state: str) -> None:
    with make_trade(tmp_path / "w", campaigns=CAMPAIGNS.replace(old, new)) as workspace:
        assert set(numbers(many(workspace, times=5, subject="ann"))) == {None}
        assert {one.state.value for one in workspace.uses.ad_choices.campaigns()} == {state}


def test_a_political_campaign_goes_by_nothing_of_anybodys(tmp_path: Path) -> None:
    political = CAMPAIGNS.replace("political: false", "political: true", 1).replace("2000", "9000", 1)
    with make_trade(tmp_path / "w", campaigns=political) as workspace:
        assert numbers(many(workspace))[1]
        assert 1 not in numbers(many(workspace, subject="ann")), "where data is gone by it takes no part"
        workspace.choices.choose("ann", "ads", "off")
        assert numbers(many(workspace, subject="ann"))[1]


def test_a_campaign_ends_while_it_serves_and_a_clock_goes_back(tmp_path: Path) -> None:
    clock = [TODAY]
    with make_trade(tmp_path / "w", clock=lambda: clock[0]) as workspace:
        assert set(numbers(many(workspace))) == {1}
        clock[0] = parse_moment("2026-04-01")
        assert set(numbers(many(workspace, times=3))) == {None}
        clock[0] = parse_moment("2026-03-01T00:00:00Z")
        assert set(numbers(many(workspace, times=3))) <= {1, 2}, "what was leased is spent"
        clock[0] = TODAY - timedelta(days=30)
        assert set(numbers(many(workspace, times=3))) == {None}
    released, spent = 50_000_000 * 228 // 744, {1: 0, 2: 0, 3: 0}
    for _, row in logged_choices(workspace.layout.ad_choices):
        spent[row.campaign] += row.price_micros
    assert all(micros <= released for micros in spent.values())


@pytest.mark.parametrize(
    "page",
    [
        "",
        " \n\t",
        "… — !!",
        "\x00\ud800",
        "溶接の仕事を造船所で探す人のためのページ" * 50,
        "weld " * 2_000_000,
    ],
    ids=["nothing", "space", "no words", "no text", "no spaces", "10 MB"],
)
def test_any_page_has_an_answer(workspace: Workspace, page: str) -> None:
    made = many(workspace, page, times=3)
    assert is_by_page(made) and set(numbers(made)) <= {1, 2}


def test_a_script_without_spaces_finds_its_own(tmp_path: Path) -> None:
    japanese = CAMPAIGNS.replace("about: welding metal shipyard steel", "about: 溶接の講座、造船所での仕事")
    with make_trade(tmp_path / "w", campaigns=japanese) as workspace:
        assert set(numbers(many(workspace, "造船所で溶接をする"))) == {1}


def test_the_last_of_a_budget_is_spent_once_and_not_twice(tmp_path: Path) -> None:
    poor = CAMPAIGNS.replace("budget_micros: 50000000", "budget_micros: 7999\n    paced: false")
    with (
        make_trade(tmp_path / "w", campaigns=poor) as one,
        Workspace(one.layout.root, clock=lambda: TODAY) as other,
    ):
        made = [each.uses.ad_choices.choose(WELDING, unwanted=[2]) for each in (one, other) * 10]
        assert numbers(made)[1] == 3, "of a fourth the budget has a micro too few"
        stood = {each.number: each for each in one.uses.ad_choices.campaigns()}
        assert stood[1].logged_micros == stood[1].reserved_micros == 6000


def test_a_budget_comes_by_the_hour(tmp_path: Path) -> None:
    clock = [parse_moment("2026-03-01T00:30:00Z")]
    hourly = CAMPAIGNS.replace("ends: 2026-04-01", "ends: 2026-03-01T04:00:00Z").replace("50000000", "40000")
    with make_trade(tmp_path / "w", campaigns=hourly, clock=lambda: clock[0]) as workspace:
        assert numbers(many(workspace, unwanted=[2]))[1] == 5
        clock[0] += timedelta(hours=1)
        workspace.uses.ad_choices.close()
        assert numbers(many(workspace, unwanted=[2]))[1] == 5
        clock[0] += timedelta(hours=2)
        workspace.uses.ad_choices.close()
        assert numbers(many(workspace, unwanted=[2]))[1] == 10


def test_every_choice_is_logged_with_how_likely_it_was(workspace: Workspace) -> None:
    made = {one.id: one for one in (*many(workspace, country="DE"), *many(workspace, subject=SUBJECT))}
    logged = dict(logged_choices(workspace.layout.ad_choices))
    assert logged.keys() == made.keys()
    for id_, row in logged.items():
        one = made[id_]
        assert one.campaign is not None and row.campaign == one.campaign.number and row.mode is one.by
        assert row.propensity == one.propensity >= FLOOR_SHARE / row.candidates
        assert row.contextual_propensity == (0 if row.matched else row.contextual_propensity)
        assert row.mode.value == "personalised" or row.contextual_propensity == row.propensity
        assert id_ is not None and choice_of(workspace.layout.ad_choices, id_) == row
        assert choice_of(workspace.layout.ad_choices, id_[:24] + "0" * 16) is None
    assert ChoiceRow.unpacked(bytes(ROW_BYTES)) is None


def test_why_it_is_shown_is_told_and_what_a_click_tells(workspace: Workspace) -> None:
    ads = workspace.uses.ad_choices
    made = next(one for one in many(workspace, subject=SUBJECT) if one.matched)
    assert made.id is not None
    told = ads.why(made.id)
    assert told.payer == "Deep Works" and told.settings == {"ads": "Ads by your data"}
    assert "It is for members whose skill is Diving or Underwater welding." in told.sentences
    assert "somebody came whom this campaign is for" in told.click and MARKER not in json.dumps(
        told.as_json()
    )
    by_page = next(
        one
        for one in many(workspace, "nursing on a ward")
        if one.campaign is not None and one.campaign.number == 2
    )
    assert by_page.id is not None
    said = ads.why(by_page.id)
    assert "Nothing of yours was used." in said.sentences and "on behalf of Night Shift" in said.sentences[0]
    assert ads.click(by_page.id) == "https://ward.example/"
    ads.click(by_page.id)
    assert [one.clicks for one in ads.campaigns()] == [0, 1, 0], "a click twice is one"
    assert [id_ for id_, _, is_clicked in ads.logged() if is_clicked] == [by_page.id]
    for unknown in ("", "x", "0" * 40, made.id[:-1], made.id + "0", "../" * 13 + "x"):
        with pytest.raises(LicetError, match="ADS-050"):
            ads.why(unknown)


def test_a_full_disk_shows_nothing_and_spends_nothing(workspace: Workspace) -> None:
    ads = workspace.uses.ad_choices
    many(workspace, times=2)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for room in (2 * ROW_BYTES, 2 * ROW_BYTES + 7):  # nothing more fits, or part of a row
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
        try:
            with pytest.raises(LicetError, match="APP-020"):
                ads.choose(WELDING)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    many(workspace, times=2)
    assert len(list(logged_choices(workspace.layout.ad_choices))) == 4
    ads.close()
    stood = ads.campaigns()
    assert sum(one.logged_micros for one in stood) == sum(one.reserved_micros for one in stood) == 8000


def test_a_policy_without_such_a_use_permits_none(tmp_path: Path) -> None:
    silent = POLICY.replace("purposes: [ad_targeting], ", "purposes: [ad_sharing], ").replace(
        "purposes: {ad_targeting: {}}", "purposes: {ad_targeting: {}, ad_sharing: {}}"
    )
    with make_trade(tmp_path / "w", policy=silent) as workspace:
        assert is_by_page(many(workspace, subject="ann"))


def test_a_political_campaign_is_not_even_shown_by_whom_no_other_is_for(tmp_path: Path) -> None:
    political = CAMPAIGNS.replace("political: false", "political: true", 2)
    people = [DIVER, DIVER | {"id": "ben", "skills": ["Sewing"]}]
    with make_trade(tmp_path / "w", people, campaigns=political) as workspace:
        assert set(numbers(many(workspace, times=20, subject="ann"))) == {3}
        assert set(numbers(many(workspace, times=20, subject="ben"))) == {None}, (
            "permitted, and in no audience"
        )
        assert set(numbers(many(workspace, times=20, subject="ben", gpc=True))) == {1}


def test_by_the_page_alone_is_a_way_to_choose_that_the_log_can_tell_of(tmp_path: Path) -> None:
    political = CAMPAIGNS.replace("political: false", "political: true", 1).replace("2000", "9000", 1)
    political = political.replace("nursing hospital", "welding nursing hospital")
    with make_trade(tmp_path / "w", campaigns=political) as workspace:
        made = many(workspace, times=60, subject="ann")
        while len(made) < 3_000 and 2 not in numbers(made):  # drawn about once in a hundred times
            made += many(workspace, times=60, subject="ann")
        rows = [row for _, row in logged_choices(workspace.layout.ad_choices)]
        assert set(numbers(made)) == {2, 3}
        # What is left out because data is gone by is left out of the other way, too: that sums to one.
        assert {row.contextual_propensity for row in rows if row.campaign == 2} == {1.0}
        assert {row.contextual_propensity for row in rows if row.campaign == 3} == {0.0}


def test_a_campaign_finds_members_only_by_an_audience_that_its_payer_has(tmp_path: Path) -> None:
    with make_trade(tmp_path / "w", is_granted=False) as workspace:
        ads = workspace.uses.ad_choices
        assert 3 not in numbers(many(workspace, subject="ann"))
        assert {one.number: one.state.value for one in ads.campaigns()}[3] == "not_granted"
        granted = workspace.layout.told_audiences
        grant_all(workspace.layout.root)
        assert 3 in numbers(many(workspace, subject="ann")), "granted while it serves"
        assert {one.number: one.state.value for one in ads.campaigns()}[3] == "running"
        for other in (("Deep Works", "Shallow Works"), ('"diving", ', ""), ("{", "")):
            grant_all(workspace.layout.root)
            granted.write_text(granted.read_text().replace(*other))
            assert 3 not in numbers(many(workspace, subject="ann")), other
        assert {one.by.value for one in many(workspace, times=3, subject="ann")} == {"personalised"}


def test_a_budget_that_is_lowered_while_it_serves_stops(tmp_path: Path) -> None:
    with make_trade(tmp_path / "w") as workspace:
        file = workspace.layout.campaigns
        assert numbers(many(workspace, times=5, unwanted=[2]))[1] == 5
        file.write_text(
            file.read_text().replace("budget_micros: 50000000", "budget_micros: 12000\n    paced: false", 1)
        )
        assert numbers(many(workspace, times=5, unwanted=[2]))[1] == 1
        standing = {one.number: one for one in workspace.uses.ad_choices.campaigns()}[1]
        assert standing.logged_micros == standing.reserved_micros == 12_000


def test_budgets_that_are_kept_elsewhere_by_now_are_not_spent_of_what_was_leased_before(
    tmp_path: Path,
) -> None:
    with make_trade(tmp_path / "w") as workspace:
        file = workspace.layout.campaigns
        many(workspace, times=2)
        there = "budgets: postgresql://nobody@127.0.0.1:1/none\n"
        file.write_text(file.read_text().replace("attributes:", f"{there}attributes:", 1))
        with pytest.raises(LicetError, match="ADS-046"):
            workspace.uses.ad_choices.choose(WELDING)


def test_why_says_nothing_that_the_order_says_only_since(workspace: Workspace) -> None:
    made = next(one for one in many(workspace, subject=SUBJECT) if one.matched)
    assert made.id is not None
    file = workspace.layout.campaigns
    file.write_text(
        file.read_text().replace("audience: {skill: [Diving, Underwater welding]}", "political: true")
    )
    file.write_text(
        file.read_text().replace("    political: false\n    price_micros: 4000", "    price_micros: 4000")
    )
    said = " ".join(workspace.uses.ad_choices.why(made.id).sentences)
    assert "You were found by what you permit" in said
    assert "nothing of yours" not in said.lower() and "goes by none of it" not in said


def test_of_a_table_that_cannot_be_read_ads_still_come_by_the_page(workspace: Workspace) -> None:
    (workspace.layout.root / "data" / "profiles.parquet").write_bytes(b"PAR1 torn")
    made = many(workspace, times=5, subject=SUBJECT)
    assert is_by_page(made) and set(numbers(made)) == {1}
