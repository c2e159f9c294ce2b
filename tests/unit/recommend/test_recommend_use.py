"""What an artefact of recommendations holds, of tables as people have them, and what it says of itself."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from journeys.piers import DAY, PURPOSE, Pier, Row
from licet.enforce import Access
from licet.receipts import check_forgetting_certificate
from licet.terms import GateError, UseError
from licet.uses.recommend import recommend_use, spread_pairs
from licet.uses.recommend.chosen_recipe import FILE, ChosenRecipe, TunedWith
from licet.uses.recommend.interactions import EVENTS
from licet.uses.recommend.item_counts import ItemCounts
from licet.uses.recommend.item_walk import strongest, walk_scores
from licet.uses.recommend.kept_interactions import read_interactions
from licet.uses.recommend.permitted_interactions import CutEvents
from licet.uses.recommend.recommend_use import item_counts, open_recommend
from licet.uses.recommend.walk_recipe import GRID, NEWEST


@pytest.fixture
def pier(tmp_path: Path) -> Iterator[Pier]:
    applications: list[Row] = [("ann", "a", DAY), ("ann", "b", DAY), ("ben", "b", DAY), ("ben", "c", DAY)]
    views: list[Row] = [
        ("ann", "a", DAY), ("cy", "c", DAY), ("cy", "d", DAY), ("dot", None, DAY), ("eve", "e", None), (None, "f", DAY),
        *(("gus", f"g{n:03}", DAY + timedelta(hours=n)) for n in range(NEWEST + 30)),
    ]  # fmt: skip
    made = Pier(tmp_path / "w", applications, views)
    yield made
    made.workspace.close()


def test_what_counts_of_all_tables_is_kept_and_nothing_else(pier: Pier) -> None:
    built = pier.build()
    held = pier.held(built)
    assert {who: held[who] for who in held if who != "gus"} == {
        "ann": ["a", "b"], "ben": ["b", "c"], "cy": ["c", "d"],
    }  # fmt: skip
    assert held["gus"] == [f"g{n:03}" for n in range(30, NEWEST + 30)]
    said = pier.said(built)
    assert said.counts == {"subjects": 4, "interactions": 6 + NEWEST} and said.tuned is None
    assert (said.tables, said.parts) == (("applications", "views"), 8)
    found = pier.workspace.store.scan([b"g029"])
    assert not found, "what is beyond the newest is in no file"


def test_counts_are_made_of_what_is_kept_and_forget_who_leaves(pier: Pier) -> None:
    counts = item_counts(pier.workspace.store, pier.build())
    assert [each.item for each in strongest(counts, walk_scores(counts, ["b"]), 3)] == ["a", "c"]
    pier.workspace.choices.choose("ben", "learn", "off")
    assert [brought.how for brought in pier.workspace.uses.update()] == ["updated"]
    later = pier.newest()
    now = item_counts(pier.workspace.store, later)
    assert [each.item for each in strongest(now, walk_scores(now, ["b"]), 3)] == ["a"]
    counts.replace(["b", "c"], [])
    assert (
        counts.digest()
        == now.digest()
        != item_counts(pier.workspace.store, pier.build(), ["new"]).recipe.digest
    )


def test_only_the_buckets_of_whom_a_change_touched_are_written(pier: Pier) -> None:
    before = pier.said(pier.build())
    pier.workspace.choices.choose("gus", "learn", "off")
    list(pier.workspace.uses.update())
    after = pier.said(pier.newest())
    same = set(before.buckets) & set(after.buckets)
    assert len(set(before.buckets) - same) == 1 and len(set(after.buckets) - same) <= 1
    assert sum(each.interactions for each in after.buckets) == 6


def test_where_much_changed_it_is_built_anew(pier: Pier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recommend_use, "_FEW", 1)
    pier.build()
    for who in ("ann", "ben"):
        pier.workspace.choices.choose(who, "learn", "off")
    (brought,) = pier.workspace.uses.update()
    assert (brought.how, brought.why) == ("rebuilt", "so much changed that building it anew costs less")
    assert sorted(pier.held(pier.newest())) == ["cy", "gus"]


def test_a_recipe_that_was_chosen_is_in_the_manifest_with_whom_it_saw(pier: Pier) -> None:
    first = pier.build()
    tuned = TunedWith(
        at="2026-03-01T00:00:00Z",
        position=1,
        snapshot=first.id,
        root=first.manifest["root"],
        members=4,
        panel=4,
    )
    (pier.root / FILE).write_text(ChosenRecipe(recipe=GRID[3], tuned=tuned).text())
    (brought,) = pier.workspace.uses.update()
    assert (brought.how, brought.why) == ("rebuilt", "the recipe changed")
    said = pier.said(pier.newest())
    assert (said.recipe, said.tuned) == (GRID[3], tuned) and said.root != first.manifest["root"]
    assert [each.hash for each in said.buckets] == [each.hash for each in pier.said(first).buckets]


def test_a_certificate_says_that_the_recipe_was_chosen_with_them(pier: Pier) -> None:
    first, workspace = pier.build(), pier.workspace
    tuned = TunedWith(
        at="2026-03-01T00:00:00Z",
        position=1,
        snapshot=first.id,
        root=first.manifest["root"],
        members=4,
        panel=4,
    )
    for who, held, said in (("ben", None, "with or without theirs"), ("cy", True, "theirs among it")):
        kept = tuned.model_copy(update={"snapshot": first.id if held else "f" * 64})
        (pier.root / FILE).write_text(ChosenRecipe(recipe=GRID[3], tuned=kept).text())
        told = workspace.uses.forget(who)
        (certificate,) = (one.certificate for one in told.people)
        check = check_forgetting_certificate(certificate or {}, workspace.ledger.public_key_text)
        assert check.ok and check.outcome is not None and check.outcome.status == "EXACT"
        (choice,) = check.outcome.choices
        assert (choice.use, choice.members, choice.bits, choice.held) == ("recommend", 4, 5, held)
        assert said in b64decode((certificate or {})["payload"]).decode()
        first = pier.build()
        tuned = tuned.model_copy(update={"snapshot": first.id})


def test_rows_that_nothing_may_learn_from_are_not_learned_from(pier: Pier) -> None:
    use = open_recommend(pier.root)
    gate = pier.workspace.gate(PURPOSE, columns=use.asks_for())
    with pytest.raises(UseError) as refused:
        use._interactions(Access({PURPOSE: gate}, bytes(32)))
    assert refused.value.code == "RCMD-007"


def test_a_table_that_is_no_table_of_events_is_not_gone_by(pier: Pier) -> None:
    place = pier.root / "catalogue.yaml"
    place.write_text(
        place.read_text().replace(
            "event: {actor: who, item: job, time: at}", "subjects: [who], created: at", 1
        )
    )
    with pytest.raises(GateError) as refused:
        pier.build()
    assert refused.value.code == "GATE-212" and "applications" in refused.value.what


def test_a_time_that_is_no_moment_is_refused(pier: Pier) -> None:
    rows = pq.read_table(pier.root / "data" / "views.parquet")
    rows = rows.set_column(2, "at", pa.array(["soon"] * len(rows)))
    pq.write_table(rows, pier.root / "data" / "views.parquet")
    with pytest.raises(UseError) as refused:
        pier.build()
    assert refused.value.code == "RCMD-008" and "views" in refused.value.where


def test_items_that_are_numbers_are_known_by_their_text(tmp_path: Path) -> None:
    pier = Pier(tmp_path / "numbers", [("ann", 7, DAY), ("ann", 10, DAY)], [("ben", 7, DAY)])
    assert pier.held(pier.build()) == {"ann": ["10", "7"], "ben": ["7"]}
    pier.workspace.close()


def test_where_rows_stay_with_an_engine_they_are_cut_to_events_there() -> None:
    rows = pa.table(
        {"p": ["ann", "ben", "cy"], "job": [1, None, 3], "at": [DAY, DAY, None], "more": ["x"] * 3}
    )
    assert CutEvents("p", "job", "at")(rows).to_pylist() == [{"actor": "ann", "item": "1", "time": DAY}]
    assert CutEvents("p", "job", "gone")(rows).schema == EVENTS and not len(
        CutEvents("p", "job", "gone")(rows)
    )


@pytest.mark.parametrize("rows", [1, 150, 10_000])
def test_in_whatever_groups_members_are_counted_the_counts_are_the_same(
    pier: Pier, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(spread_pairs, "BATCH_ROWS", rows)
    said = pier.said(pier.build())
    held = read_interactions(pier.workspace.store, said, ["new"])
    spread = spread_pairs.spread_item_counts(pier.access(open_recommend(pier.root)), held, said.recipe)
    assert spread.digest() == ItemCounts.of(held, said.recipe).digest() and len(spread.items) == len(
        held.items
    )
