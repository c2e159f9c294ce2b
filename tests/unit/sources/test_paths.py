"""How a catalogue names a part of a cell: every path can be written down and read back, and nothing else is one."""

from __future__ import annotations

from pathlib import Path as File

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from licet.sources import Catalogue, check_stamps
from licet.sources.catalogue import STAMP
from licet.sources.paths import EACH, ENTRIES, Path, Step, names_an_element, parse_path, path_in
from licet.terms import SourceError

NAMES = st.text(min_size=1)
STEPS = st.one_of(
    st.just(EACH),
    st.just(ENTRIES),
    NAMES.map(lambda n: Step("field", n)),
    NAMES.map(lambda n: Step("key", n)),
)
PATHS = st.builds(Path, NAMES, st.lists(STEPS, max_size=6).map(tuple))


@given(PATHS)
def test_a_path_written_down_is_read_back(path: Path) -> None:
    assert parse_path(str(path)) == path


@pytest.mark.parametrize(
    ("text", "column", "steps"),
    [
        ("profile.headline", "profile", [Step("field", "headline")]),
        ("a b[].c d", "a b", [EACH, Step("field", "c d")]),
        ("threads[][].text", "threads", [EACH, EACH, Step("field", "text")]),
        ("attributes{}", "attributes", [ENTRIES]),
        ("attributes{phone}.number", "attributes", [Step("key", "phone"), Step("field", "number")]),
        ('"x""y"."a.b"{"{}"}', 'x"y', [Step("field", "a.b"), Step("key", "{}")]),
    ],
)
def test_paths_as_people_write_them(text: str, column: str, steps: list[Step]) -> None:
    assert parse_path(text) == Path(column, tuple(steps))


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".a",
        "a.",
        "a..b",
        "a[",
        "a[0]",
        "a]",
        "a{",
        "a}",
        "a{b",
        'x"y',
        '"a',
        '""',
        'a."b',
        "a[]b",
        'a{""}',
    ],
)
def test_what_is_no_path_is_none(text: str) -> None:
    assert parse_path(text) is None


@pytest.mark.parametrize("name", ['x"y', "a.b", "tags[]", "{", "a b"])
def test_the_exact_name_of_a_column_wins(name: str) -> None:
    assert path_in(name, [name, "a", "tags"]) == Path(name)


def test_an_element_is_named_by_its_fields() -> None:
    named = ("a[]", "a[].b.c", "a.b[][].c", "a{}[].b", "a{k}[].b")
    assert all(names_an_element(path) for path in map(parse_path, named) if path is not None)
    other = ("a", "a.b", "a{}.b", "a[]{}", "a[].b{k}")
    assert not any(names_an_element(path) for path in map(parse_path, other) if path is not None)


@pytest.mark.parametrize("text", ["author", "a{}", "a[]{k}", 'x"y[]'])
def test_element_subjects_that_lead_to_no_id_within_elements_are_refused(text: str) -> None:
    table = {"location": {"arrow": "t"}, "columns": {}, "element_subjects": [text]}
    with pytest.raises(ValidationError, match="no path to an id within the elements"):
        Catalogue.model_validate({"licet_catalogue": 1, "tables": {"t": table}})


def test_no_part_of_a_stamped_column_can_be_called_anything_else(tmp_path: File) -> None:
    kind = pa.struct([("a", pa.string()), ("b", pa.string())])
    field = pa.field("cell", kind, metadata={STAMP: b"private_communication.messages"})
    pq.write_table(
        pa.table({"cell": pa.array([{"a": "1", "b": "2"}], kind)}, pa.schema([field])), tmp_path / "t.parquet"
    )

    def check(**columns: str | None) -> None:
        table = {"location": {"parquet": "t.parquet"}, "columns": columns}
        check_stamps(Catalogue.model_validate({"licet_catalogue": 1, "tables": {"t": table}}), tmp_path)

    check(**{"cell.a": "private_communication.messages", "cell.b": None})
    for path, code in (
        ("cell.a", "SRC-013"),
        ("CELL.a", "SRC-010"),
        ('"cell".b', "SRC-013"),
        ("sell.a", "SRC-010"),
    ):
        with pytest.raises(SourceError) as caught:
            check(**{path: "content.posts"})
        assert caught.value.code == code
