"""Reading and writing the catalogue: every complaint has its place and its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from licet.sources.catalogue import Catalogue, FactsTable, Location, Table, is_category
from licet.sources.catalogue_file import load_catalogue, merge_tables, save_catalogue
from licet.terms import SourceError

WHOLE = """\
licet_catalogue: 1
facts:
  table: members
  subject: member_id
  region: region
tables:
  members:
    location: {parquet: members.parquet}
    subjects: [member_id]
    columns: {member_id: null, region: profile.location}
  posts:
    location: {parquet: posts.parquet}
    key: post_id
    subjects: [author_id]
    created: created
    visibility_is: public
    columns:
      title: content.posts
      score: null
"""


def complaint(tmp_path: Path, text: str | bytes) -> SourceError:
    path = tmp_path / "catalogue.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SourceError) as caught:
        load_catalogue(path)
    assert caught.value.where.startswith(str(path))
    assert caught.value.fix
    return caught.value


def test_a_whole_catalogue_loads_as_written(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.yaml"
    path.write_text(WHOLE)
    catalogue = load_catalogue(path)
    assert catalogue.tables["posts"].columns == {"title": "content.posts", "score": None}
    assert catalogue.facts == FactsTable(table="members", subject="member_id", region="region")


@pytest.mark.parametrize(
    ("change", "code", "place", "says"),
    [
        (("    key: post_id", "    keys: post_id"), "SRC-003", ":13:5", "did you mean key?"),
        (("title: content.posts", "title: contnt.posts"), "SRC-005", ":18:7", "did you mean content.posts?"),
        (("title: content.posts", "title: zzz"), "SRC-005", ":18:7", "or null"),
        (("{parquet: posts.parquet}", "{}"), "SRC-006", ":12:5", "parquet"),
        (("{parquet: posts.parquet}", "{parquet: a, csv: b}"), "SRC-006", ":12:5", "parquet"),
        (("{parquet: posts.parquet}", "{duckdb: a.duckdb}"), "SRC-006", ":12:5", "parquet"),
        (("{parquet: posts.parquet}", "{parquet: a, table: t}"), "SRC-006", ":12:5", "parquet"),
        (("  table: members\n", "  table: member\n"), "SRC-007", ":3:3", "did you mean members?"),
        (("licet_catalogue: 1\n", ""), "SRC-004", ":1:1", "add licet_catalogue"),
        (("licet_catalogue: 1\n", "licet_catalogue: 3\n"), "SRC-004", ":1:1", "documentation"),
        (("  subject: member_id\n", ""), "SRC-004", ":2:1", "add subject"),
        (("      score: null", "      no: null"), "SRC-004", ":17:5", "quotes"),
        (("      score: null", "      7: null"), "SRC-004", ":19:7", "quotes"),
        (("      score: null", "      title: null"), "SRC-008", ":19:7", "drop the first"),
        (
            ("    visibility_is: public", "    visibility_is: public\n    visibility: seen"),
            "SRC-009",
            ":11:3",
            "keep one",
        ),
        (("subjects: [author_id]", "subjects: [a, a]"), "SRC-009", ":11:3", "keep one"),
        (("  posts:\n", "  My Posts:\n"), "SRC-009", ":1:1", "rename"),
        (("    key: post_id", "    key: [post_id"), "SRC-002", ":14:13", "mend the line"),
    ],
)
def test_every_mistake_is_named_with_its_place_and_remedy(
    tmp_path: Path, change: tuple[str, str], code: str, place: str, says: str
) -> None:
    assert change[0] in WHOLE
    error = complaint(tmp_path, WHOLE.replace(*change))
    assert (error.code, error.where.removeprefix(str(tmp_path / "catalogue.yaml"))) == (code, place)
    assert says in error.fix


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"\xff\xfe\x00", "SRC-001"),
        (b"#" * (8 * 1024 * 1024 + 1), "SRC-001"),
        (b"", "SRC-004"),
        (b"[1, 2]", "SRC-004"),
        (b"[" * 3000, "SRC-002"),
        (b"a: \x01", "SRC-002"),
        (b"a: !!python/object:os.system x", "SRC-002"),
        (b"!!int", "SRC-002"),
        (b"a: &a {x: 1}\nb: {<<: [*a, *a]}", "SRC-002"),
        (b"licet_catalogue: 2024-99-99\ntables: {}", "SRC-002"),
    ],
)
def test_what_is_no_catalogue_is_refused(tmp_path: Path, text: bytes, code: str) -> None:
    assert complaint(tmp_path, text).code == code


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        load_catalogue(tmp_path / "none.yaml")
    assert caught.value.code == "SRC-001"


def test_a_branch_below_a_known_word_is_a_category_and_a_new_root_is_not() -> None:
    assert is_category("content.posts.video")
    assert is_category("private_communication")
    assert not is_category("contents")
    assert not is_category("content..posts")
    assert not is_category("Content.Posts")
    assert not is_category("")


def catalogue() -> Catalogue:
    table = Table(
        location=Location(parquet="p.parquet"), subjects=("m",), columns={"a": "content.posts", "b": None}
    )
    return Catalogue(licet_catalogue=1, facts=FactsTable(table="t", subject="m"), tables={"t": table})


def test_a_saved_catalogue_loads_as_the_same(tmp_path: Path) -> None:
    path = tmp_path / "new" / "catalogue.yaml"
    save_catalogue(catalogue(), path)
    assert load_catalogue(path) == catalogue()
    text = path.read_text()
    assert text.startswith("#")
    assert "b: null" in text
    assert [each.name for each in path.parent.iterdir()] == ["catalogue.yaml"]


def test_paths_below_the_catalogue_become_relative_so_that_a_workspace_can_be_moved(tmp_path: Path) -> None:
    inside = Table(location=Location(parquet=str(tmp_path / "data" / "p.parquet")), columns={})
    outside = Table(location=Location(parquet="/elsewhere/p.parquet"), columns={})
    save_catalogue(Catalogue(licet_catalogue=1, tables={"i": inside, "o": outside}), tmp_path / "c.yaml")
    loaded = load_catalogue(tmp_path / "c.yaml")
    assert loaded.tables["i"].location.parquet == "data/p.parquet"
    assert loaded.tables["o"].location.parquet == "/elsewhere/p.parquet"


def test_a_catalogue_that_cannot_be_written_says_so_and_leaves_no_litter(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").mkdir()
    (tmp_path / "c.yaml" / "full").touch()
    with pytest.raises(SourceError) as caught:
        save_catalogue(catalogue(), tmp_path / "c.yaml")
    assert caught.value.code == "SRC-011"
    assert [each.name for each in tmp_path.iterdir()] == ["c.yaml"]


def test_merging_adds_tables_and_refuses_to_replace_unless_told() -> None:
    old = catalogue()
    other = Table(location=Location(parquet="q.parquet"), columns={})
    assert set(merge_tables(old, {"u": other}, None).tables) == {"t", "u"}
    assert merge_tables(old, {"t": old.tables["t"]}, old.facts) == old
    with pytest.raises(SourceError) as caught:
        merge_tables(old, {"t": other}, None)
    assert caught.value.code == "SRC-012"
    assert merge_tables(old, {"t": other}, None, replace=True).tables["t"] == other


def test_merging_refuses_another_facts_table_and_one_that_is_not_there() -> None:
    old = catalogue()
    with pytest.raises(SourceError) as caught:
        merge_tables(old, {}, FactsTable(table="t", subject="other"))
    assert caught.value.code == "SRC-012"
    assert merge_tables(old, {}, FactsTable(table="t", subject="o"), replace=True).facts is not None
    with pytest.raises(SourceError) as caught:
        merge_tables(old, {}, FactsTable(table="none", subject="o"), replace=True)
    assert caught.value.code == "SRC-007"
