"""Work sought in the demo world: sensible by trade, place and language, with tastes that no profile shows."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime
from statistics import median
from typing import Any

from licet.sources.demo import member_id
from licet.sources.demo.cast import draw_member
from licet.sources.demo.job_market import manner_of

END = datetime(2026, 6, 30, 18, 0, tzinfo=UTC)
EVENTS = {
    "job_views": "member_id",
    "saved_jobs": "member_id",
    "not_interested": "member_id",
    "applications": "applicant",
}


def jobs_of(world: Any) -> dict[str, Any]:
    return {row["job_id"]: row for row in world.rows("jobs")}


def test_whoever_seeks_applies_about_five_times_and_most_members_do_not_seek(world: Any) -> None:
    applied = Counter(row["applicant"] for row in world.rows("applications"))
    assert 4 <= median(applied.values()) <= 6 and max(applied.values()) > 10
    assert 0.2 < len(applied) / 1200 < 0.45
    assert len(world.rows("job_views")) > 2 * sum(applied.values())


def test_nobody_under_age_seeks_and_nobody_does_the_same_to_a_job_twice(world: Any) -> None:
    for table, who in EVENTS.items():
        rows = world.rows(table)
        assert not [row for row in rows if draw_member(7, int(row[who][1:])).minor]
        assert len({(row[who], row["job_id"]) for row in rows}) == len(rows) > 50


def test_what_is_done_to_a_job_is_done_while_it_is_offered(world: Any) -> None:
    jobs = jobs_of(world)
    for table in EVENTS:
        for row in world.rows(table):
            job = jobs[row["job_id"]]
            assert job["created"] <= row["created"] <= END
            assert job["expires"] is None or table != "applications" or row["created"] <= job["expires"]


def test_who_applied_had_looked_and_is_not_uninterested(world: Any) -> None:
    pairs = {table: {(row[who], row["job_id"]) for row in world.rows(table)} for table, who in EVENTS.items()}
    applied, seen = pairs["applications"], pairs["job_views"]
    assert len(applied & seen) > 0.8 * len(applied) and pairs["not_interested"] <= seen
    assert not applied & pairs["not_interested"] and not pairs["saved_jobs"] & pairs["not_interested"]


def test_some_jobs_are_open_until_filled_some_are_not_open_any_more_and_every_word_is_known(
    world: Any,
) -> None:
    jobs = world.rows("jobs")
    expires = [row["expires"] for row in jobs]
    assert all(end is None or end > row["created"] for end, row in zip(expires, jobs, strict=True))
    assert None in expires and any(end and end < END for end in expires)
    assert any(end and end.year >= 2027 for end in expires)
    assert {row["seniority"] for row in jobs} == {"entry", "mid", "senior", "lead"}
    assert {row["remote"] for row in jobs} == {True, False}


def test_most_apply_within_their_trade_some_cross_over_and_a_nurse_gets_nursing(world: Any) -> None:
    jobs = jobs_of(world)
    same = Counter(
        jobs[row["job_id"]]["trade"] == draw_member(7, int(row["applicant"][1:])).trade
        for row in world.rows("applications")
    )
    assert 0.7 < same[True] / same.total() < 0.99
    lena = [jobs[row["job_id"]] for row in world.rows("applications") if row["applicant"] == member_id(0)]
    assert Counter(job["trade"] for job in lena).most_common(1)[0][0] == "nursing"


def test_those_who_applied_for_the_same_share_a_taste_that_no_table_names(world: Any) -> None:
    """Of one trade, the employers that one applies to are alike beyond chance; what they are like is no column."""
    jobs, kept = jobs_of(world), defaultdict[str, list[int]](list)
    for row in world.rows("applications"):
        kept[row["applicant"]].append(manner_of(7, jobs[row["job_id"]]["organisation"]))
    commonest = [max(Counter(told).values()) / len(told) for told in kept.values() if len(told) >= 5]
    overall = Counter(manner for told in kept.values() for manner in told)
    by_chance = max(overall.values()) / overall.total()
    assert len(commonest) > 100 and median(commonest) > 1.5 * by_chance
