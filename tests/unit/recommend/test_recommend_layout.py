"""What recommendations go by: what a workspace's files may say of it, and what is refused with a way to mend it."""

from __future__ import annotations

from pathlib import Path

import pytest

from licet.terms import UseError
from licet.uses.recommend.chosen_recipe import ChosenRecipe, TunedWith, load_chosen_recipe
from licet.uses.recommend.recommend_layout import load_layout
from licet.uses.recommend.walk_recipe import GRID, WalkRecipe

WHOLE = """
licet_recommend: 1
interactions:
  - {table: applications, weight: 4}
  - {table: views}
items: {jobs: {title: title, text: description, expires: closes}}
not_interested: dismissals
attributes: {profiles: [industry, skills]}
posts: {table: posts, author: author, created: at}
"""


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "file.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_layout_says_which_tables_and_what_their_columns_mean(tmp_path: Path) -> None:
    layout = load_layout(written(tmp_path, WHOLE))
    assert layout.tables == ("applications", "views") and layout.buckets == 64
    assert layout.items["jobs"].named() == {"title": "title", "text": "description", "expires": "closes"}
    assert [each.weight for each in layout.interactions] == [4, 1]


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (b"\xff", "RCMD-004", "YAML"),
        ("a: [", "RCMD-004", "YAML"),
        ("", "RCMD-004", "licet_recommend"),
        ("{licet_recommend: 1}", "RCMD-004", "interactions"),
        ("{licet_recommend: 2, interactions: [{table: a}]}", "RCMD-004", "licet_recommend"),
        ("{licet_recommend: 1, interactions: []}", "RCMD-004", "interactions"),
        ("{licet_recommend: 1, interactions: [{table: a}], buckets: 3}", "RCMD-004", "buckets"),
        ("{licet_recommend: 1, interactions: [{table: a}, {table: a}]}", "RCMD-004", "twice"),
        ("{licet_recommend: 1, interactions: [{table: a}], not_interested: a}", "RCMD-004", "both"),
        ("{licet_recommend: 1, interactions: [{table: a}], itmes: {}}", "RCMD-004", "itmes"),
        ("{licet_recommend: 1, interactions: [{table: a, weight: 0}]}", "RCMD-004", "weight"),
    ],
)
def test_a_layout_that_makes_no_sense_is_refused(
    tmp_path: Path, text: str | bytes, code: str, said: str
) -> None:
    with pytest.raises(UseError) as refused:
        load_layout(written(tmp_path, text))
    assert refused.value.code == code and said in refused.value.what and refused.value.fix


def test_without_a_layout_nothing_is_recommended(tmp_path: Path) -> None:
    with pytest.raises(UseError) as refused:
        load_layout(tmp_path / "recommend.yaml")
    assert refused.value.code == "RCMD-002"


def test_a_layout_that_cannot_be_opened_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(UseError) as refused:
        load_layout(tmp_path)
    assert refused.value.code == "RCMD-004"


def test_a_chosen_recipe_is_read_as_it_was_written_and_says_whom_it_saw(tmp_path: Path) -> None:
    tuned = TunedWith(
        at="2026-03-01T00:00:00Z", position=3, snapshot="a" * 64, root="b" * 64, members=9, panel=5
    )
    chosen = ChosenRecipe(recipe=GRID[7], tuned=tuned)
    assert load_chosen_recipe(written(tmp_path, chosen.text())) == chosen and chosen.tuned is not None
    assert chosen.tuned.bits == 5
    assert load_chosen_recipe(tmp_path / "none.yaml") == ChosenRecipe(recipe=WalkRecipe(), tuned=None)


@pytest.mark.parametrize(
    "text", [b"\xff", "a: [", "3", "{licet_walk: 2}", "{licet_walk: 1, recipe: {hops: [1, 1]}}",
             "{licet_walk: 1, recipe: {alpha_percent: 101}}", "{licet_walk: 1, tuned: {at: x}}"],
)  # fmt: skip
def test_a_recipe_that_makes_no_sense_is_refused(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(UseError) as refused:
        load_chosen_recipe(written(tmp_path, text))
    assert refused.value.code == "RCMD-006"


def test_a_recipe_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UseError) as refused:
        load_chosen_recipe(tmp_path)
    assert refused.value.code == "RCMD-006"
