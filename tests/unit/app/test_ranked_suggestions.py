"""How suggestions are ranked: by a model of now and what two members wrote; else in their order, and it is said why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import licet
from licet.app import Workspace, served_model
from licet.app.suggestions import Suggestions
from licet.terms.moments import parse_moment
from licet.uses.model.base_folder import base_of
from licet.uses.model.reader import Reader
from licet.uses.model.text_model import counting_model
from licet.uses.writing.phrasings import fill

AT = parse_moment("2026-06-30T18:00:00")
CATALOGUE = """
licet_catalogue: 1
facts: {table: members, subject: id, region: region, birth_date: born}
tables:
  members:
    {location: {parquet: members.parquet}, key: id, subjects: [id], visibility_is: private,
     columns: {id: profile, region: profile.location, born: demographic.age, position: profile.position,
               organisation: profile.position, industry: profile.industry}}
  posts:
    {location: {parquet: posts.parquet}, key: post, subjects: [author], created: made, visibility_is: public,
     columns: {post: content.posts, author: content.posts, made: content.posts, body: content.posts}}
"""
RECIPE = """
licet_recipe: 1
documents: [{kind: post, table: posts, text: "{body}"}]
near_duplicates: null
buckets: 2
"""
PREFERRED = "What should one read about Food this year? My own list so far:"


def make(root: Path, *, authors: tuple[str, ...] = ("ben", "cy"), model: str = "buckets: 2") -> Workspace:
    """With a model of what some said over and over, and others something else."""
    with licet.create(root):
        pass
    people = [
        {"id": who, "region": "CA", "born": date(1990, 1, 1), "position": "Baker", "organisation": "Acme",
         "industry": "Food"}
        for who in ("ann", "ben", "cy")
    ]  # fmt: skip
    said = [("ann", "The oven is hot."), ("ben", "Boats come home."), *((who, PREFERRED) for who in authors)]
    posts = [
        {"post": str(number), "author": who, "made": date(2026, 1, 1), "body": body}
        for number, (who, body) in enumerate(said)
    ]
    for name, rows in (("members", people), ("posts", posts)):
        pq.write_table(pa.Table.from_pylist(rows), root / f"{name}.parquet")
    for name, text in (("catalogue", CATALOGUE), ("recipe", RECIPE), ("model", model)):
        (root / f"{name}.yaml").write_text(text)
    made = licet.open(root, clock=lambda: AT)
    made.use_pack("exemplum")
    made.corpus_build()
    made.model_train()
    return made


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make(tmp_path / "w") as made:
        yield made


def asked(workspace: Workspace) -> Suggestions:
    return workspace.suggest("ann", "post", most=12)


def texts(made: Suggestions) -> list[str]:
    return [one.text for one in made.suggestions]


def rates(bits: Any, said: list[str]) -> list[float]:
    return [bit / len(text.encode()) for bit, text in zip(bits(said), said, strict=True)]


def test_what_two_members_wrote_comes_first_and_each_stands_by_bits_a_byte(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served_model, "MOST_READ", 3)
    made = asked(workspace)
    assert (made.ranking.by, made.ranking.model) == ("reader", workspace.model_show().name)
    assert texts(made)[0] == PREFERRED
    root = workspace.layout.root
    counts, vocabulary = counting_model(workspace.store, workspace.model_show())
    first, rest = texts(made)[:3], texts(made)[3:]
    told = rates(Reader(base_of(root), counts, vocabulary).bits, first)
    assert told == sorted(told) and len(told) == 3 and rest

    def counted(said: list[str]) -> list[float]:
        return [float(counts.bits([vocabulary.encode(text)])[:-1].sum()) for text in said]

    left = rates(counted, rest)
    assert left == sorted(left) and max(rates(counted, first)) <= left[0], "the counts say which are read"
    for number in range(1, len(told)):
        assert texts(workspace.suggest("ann", "post", most=number)) == texts(made)[:number]


def test_without_pytorch_the_counts_rank_alone(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served_model, "has_torch", lambda: False)
    made = asked(workspace)
    assert made.ranking.by == "counts" and texts(made)[0] == PREFERRED
    assert "base is not read" in made.ranking.why


def test_what_one_member_alone_wrote_changes_no_order(tmp_path: Path) -> None:
    with make(tmp_path / "one", authors=("ben",)) as one, make(tmp_path / "none", authors=()) as none:
        assert asked(one).ranking.by == "reader" and texts(asked(one)) == texts(asked(none))


def test_a_model_that_has_not_heard_of_a_no_is_not_read_until_it_has(workspace: Workspace) -> None:
    first = asked(workspace)
    workspace.choose("cy", "learning", "off")
    made = asked(workspace)
    assert (made.ranking.by, made.ranking.model) == ("order", None)
    assert "has not heard of what members chose" in made.ranking.why
    in_order = fill("post", {"position": "Baker", "organisation": "Acme", "industry": "Food"})
    assert texts(made) == [one.text for one in in_order] != texts(first)
    list(workspace.update())
    after = asked(workspace)
    assert after.ranking.by == "reader" and after.ranking.model != first.ranking.model
    assert texts(after)[0] != PREFERRED, "ben alone says so now"


def test_a_model_that_serves_what_one_wrote_or_cannot_be_read_ranks_nothing(tmp_path: Path) -> None:
    with make(tmp_path / "every", model="two_members: false") as made:
        told = asked(made)
        assert told.ranking.by == "order" and "a single member wrote" in told.ranking.why and told.suggestions
    with make(tmp_path / "damaged") as made:
        served = made.model_show().manifest["served"]
        for file in made.layout.store.rglob(f"*{served['sha256'][:20]}*"):
            file.chmod(0o600)
            file.write_bytes(b"x")
        told = asked(made)
        assert told.ranking.by == "order" and "cannot be read (STOR-" in told.ranking.why and told.suggestions
