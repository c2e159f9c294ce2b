"""Format 2 of the catalogue: what a table says its rows are, with every mistake named; format 1 reads as ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from licet.sources.catalogue import Catalogue
from licet.sources.catalogue_file import load_catalogue, merge_tables, save_catalogue
from licet.terms import SourceError

WHOLE = """\
licet_catalogue: 2
facts: {table: members, subject: id}
tables:
  members:
    location: {parquet: members.parquet}
    subjects: [id]
    columns: {id: null}
  posts:
    location: {parquet: posts.parquet}
    key: post_id
    subjects: {author: author_id, mentioned: others}
    columns: {post_id: content.posts, body: content.posts}
  likes:
    location: {parquet: likes.parquet}
    event: {actor: who, item: post_id, time: at}
    columns: {post_id: activity.reactions}
    references: {post_id: posts}
  follows:
    location: {parquet: follows.parquet}
    edge: {from: a, to: b}
    columns: {a: activity.follows}
  jobs:
    location: {parquet: jobs.parquet}
    about: nobody
    columns: {title: organisation.job_postings}
"""


def loaded(tmp_path: Path, text: str) -> Catalogue:
    path = tmp_path / "catalogue.yaml"
    path.write_text(text)
    return load_catalogue(path)


def test_everybody_a_row_is_about_is_among_its_subjects(tmp_path: Path) -> None:
    tables = loaded(tmp_path, WHOLE).tables
    assert tables["posts"].subjects == ("author_id", "others")
    assert tables["posts"].roles == {"author_id": "author", "others": "mentioned"}
    assert tables["likes"].subjects == ("who",)
    assert tables["likes"].created == "at"
    assert tables["follows"].subjects == ("a", "b")
    assert tables["follows"].roles == {"a": "from", "b": "to"}
    assert tables["jobs"].subjects == ()
    assert "post_id" in tables["likes"].named_columns
    assert tables["likes"].references == {"post_id": "posts"}


def test_who_is_named_already_keeps_role_and_place(tmp_path: Path) -> None:
    text = WHOLE.replace("edge: {", "subjects: {owner: o, fan: a}\n    edge: {")
    follows = loaded(tmp_path, text).tables["follows"]
    assert follows.subjects == ("o", "a", "b")
    assert follows.roles == {"o": "owner", "a": "fan", "b": "to"}


def test_what_is_saved_loads_as_the_same(tmp_path: Path) -> None:
    catalogue = loaded(tmp_path, WHOLE)
    save_catalogue(catalogue, tmp_path / "again.yaml")
    assert load_catalogue(tmp_path / "again.yaml") == catalogue
    assert "from: a" in (tmp_path / "again.yaml").read_text()


def test_a_catalogue_of_format_1_takes_in_tables_of_format_2(tmp_path: Path) -> None:
    earlier = Catalogue(licet_catalogue=1, tables={})
    assert merge_tables(earlier, loaded(tmp_path, WHOLE).tables, None).licet_catalogue == 2
    assert merge_tables(earlier, {}, None).licet_catalogue == 1


@pytest.mark.parametrize(
    ("change", "code", "place", "says"),
    [
        (("licet_catalogue: 2", "licet_catalogue: 1"), "SRC-190", ":8:3", "licet_catalogue: 2"),
        (("about: nobody", "about: nobody\n    subjects: [owner]"), "SRC-191", ":22:3", "take `about` out"),
        (("about: nobody", "about: nobody\n    edge: {from: a, to: b}"), "SRC-191", ":22:3", "take `about` out"),
        (("about: nobody", 'about: nobody\n    element_subjects: ["m[].by"]'), "SRC-191", ":22:3", "take"),
        (
            ("organisation.job_postings", "private_communication.messages"),
            "SRC-191", ":22:3", "name the people",
        ),
        (("table: members, subject: id", "table: jobs, subject: id"), "SRC-191", ":1:1", "name the people"),
        (("about: nobody", "about: somebody"), "SRC-004", ":24:5", "documentation"),
        (("event: {", "created: seen\n    event: {"), "SRC-192", ":13:3", "documentation"),
        (("edge: {from: a, to: b}", "edge: {from: a, to: a}"), "SRC-192", ":18:3", "documentation"),
        (("{author: author_id", "{Author: author_id"), "SRC-192", ":8:3", "documentation"),
        (("edge: {from: a", "roles: {x: fan}\n    edge: {from: a"), "SRC-192", ":18:3", "documentation"),
        (("mentioned: others", "mentioned: author_id"), "SRC-009", ":8:3", "keep one"),
        (("post_id: posts}", "post_id: post}"), "SRC-193", ":17:5", "leave out the one that leads back"),
        (("post_id: posts}", "post_id: members}"), "SRC-193", ":17:5", "key of another table"),
        (("post_id: posts}", "post_id: likes}\n    key: like"), "SRC-193", ":17:5", "leads back"),
        (
            ("    key: post_id", "    key: post_id\n    references: {like: likes}"),
            "SRC-193", ":11:5", "key of another table",
        ),
        (("actor: who", "agent: who"), "SRC-003", ":15:13", "use one of actor, item, time"),
        (("edge: {from: a", "edge: {form: a"), "SRC-003", ":20:12", "did you mean from?"),
        (("edge: {from: a, ", "edge: {"), "SRC-004", ":20:5", "add from"),
    ],
)  # fmt: skip
def test_every_mistake_is_named_with_its_place_and_remedy(
    tmp_path: Path, change: tuple[str, str], code: str, place: str, says: str
) -> None:
    assert change[0] in WHOLE
    with pytest.raises(SourceError) as caught:
        loaded(tmp_path, WHOLE.replace(*change))
    where = caught.value.where.removeprefix(str(tmp_path / "catalogue.yaml"))
    assert (caught.value.code, where) == (code, place), str(caught.value)
    assert says in caught.value.fix
