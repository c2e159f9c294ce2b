"""A recipe that the catalogue cannot serve is refused before anything is written."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import licet
from licet.terms import LicetError, UseError
from licet.terms.moments import parse_moment

CATALOGUE = """
licet_catalogue: 1
facts: {{table: people, subject: id, region: country}}
tables:
  people:
    location: {{parquet: people.parquet}}
    subjects: [id]
    columns: {{country: profile.location}}
  posts:
    location: {{parquet: posts.parquet}}
    {key}
    subjects: [author]
    visibility_is: public
    columns: {{text: content.posts, topic: {label}}}
"""
RECIPE = "licet_recipe: 1\ndocuments:\n  - {{kind: post, table: posts, text: '{{text}}'{group}}}\n"


@pytest.mark.parametrize(
    ("code", "key", "label", "group"),
    [
        ("CORP-011", "", "content.posts", ""),
        ("CORP-013", "key: post", "null", ", group_by: topic"),
        ("GATE-240", "key: post", "content.posts", ", group_by: nowhere"),
        (
            "CORP-019",
            "key: post\n    element_subjects: ['with[].who']",
            "content.posts, with: content.posts",
            ", needs: [with]",
        ),
    ],
)
def test_a_recipe_the_catalogue_cannot_serve_is_refused(
    code: str, key: str, label: str, group: str, tmp_path: Path
) -> None:
    with licet.create(tmp_path) as workspace:
        pq.write_table(pa.table({"id": ["a"], "country": ["PT"]}), tmp_path / "people.parquet")
        posts = pa.table(
            {"post": ["1"], "author": ["a"], "text": ["Hello."], "topic": ["talk"], "with": [[{"who": "b"}]]}
        )
        pq.write_table(posts, tmp_path / "posts.parquet")
        (tmp_path / "catalogue.yaml").write_text(CATALOGUE.format(key=key, label=label))
        (tmp_path / "recipe.yaml").write_text(RECIPE.format(group=group))
        workspace.use_pack("linkedin_as_reported")
        with pytest.raises(LicetError) as caught:
            workspace.corpus_build(at=parse_moment("2025-11-03"))
        assert caught.value.code == code
        assert workspace.corpus_list() == []


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("bare", "which has no label of its own"),
        ("info", "which has no label of its own"),
    ],
)
def test_of_a_column_that_is_there_it_is_said_that_it_has_no_label(
    column: str, said: str, tmp_path: Path
) -> None:
    with licet.create(tmp_path) as workspace:
        pq.write_table(pa.table({"id": ["a"], "country": ["PT"]}), tmp_path / "people.parquet")
        posts = {"post": ["1"], "author": ["a"], "text": ["Hello."], "bare": ["x"], "info": [{"a": "x"}]}
        pq.write_table(pa.table(posts), tmp_path / "posts.parquet")
        catalogue = CATALOGUE.format(key="key: post", label="null").replace(
            "topic: null", "info.a: content.posts"
        )
        (tmp_path / "catalogue.yaml").write_text(catalogue)
        workspace.use_pack("linkedin_as_reported")
        names = f"declared_names: {{table: posts, subject: author, column: {column}}}\n"
        for recipe in (RECIPE.format(group=f", needs: [{column}]"), RECIPE.format(group="") + names):
            (tmp_path / "recipe.yaml").write_text(recipe)
            with pytest.raises(UseError) as caught:
                workspace.corpus_build()
            assert caught.value.code == "CORP-010" and said in caught.value.what
