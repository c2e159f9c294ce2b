from __future__ import annotations

import datetime

import pyarrow as pa
import pytest

from licet.terms import UseError
from licet.uses.corpus.text.document_text import join_threads, render

PROFILE = {
    "headline": pa.array(["Engineer", None, "", "  "]),
    "city": pa.array(["Bern", "Zug", None, None]),
    "skills": pa.array([["welding", None, "maths", ""], [], None, ["{x}"]]),
    "years": pa.array([12, None, None, 3]),
}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{headline}", ["Engineer", None, None, None]),
        ("{headline}, {city}", ["Engineer, Bern", "Zug", None, None]),
        ("{city}\nSkills: {skills}.", ["Bern\nSkills: welding, maths.", "Zug", None, "Skills: {x}."]),
        ("{{{city}}} {{}}", ["{Bern} {}", "{Zug} {}", None, None]),
        (
            "About\n\n{city}: {years} years",
            ["About\n\nBern: 12 years", "About\n\nZug years", None, "About\n\n3 years"],
        ),
        ("{headline}{city}{headline}", ["EngineerBernEngineer", "Zug", None, None]),
    ],
)
def test_a_template_becomes_a_document_a_row(template: str, expected: list[str | None]) -> None:
    assert render(PROFILE, template).to_pylist() == expected


def test_a_line_without_values_is_dropped_and_an_empty_row_makes_no_document() -> None:
    rows = render(PROFILE, "Works in {city}\nas {headline}\nfor {years} years").to_pylist()
    assert rows == ["Works in Bern\nas Engineer\nfor 12 years", "Works in Zug", None, "for 3 years"]


def test_values_are_put_in_as_they_are() -> None:
    texts = ["{city} %s \\1 {{", "two\n\nparagraphs  ", "🎉"]
    assert render({"text": pa.array(texts)}, "{text}").to_pylist() == texts


def test_numbers_dates_categories_and_slices_can_be_written() -> None:
    columns = {
        "day": pa.array([datetime.date(2025, 11, 3)] * 2),
        "kind": pa.array(["a", "b"]).dictionary_encode(),
        "marks": pa.array([[1, 2], [3]], pa.large_list(pa.int64())),
        "open": pa.array([True, None]),
    }
    sliced = {name: values.slice(1) for name, values in columns.items()}
    template = "{day} {kind} {marks} {open}"
    assert render(columns, template).to_pylist() == ["2025-11-03 a 1, 2 true", "2025-11-03 b 3"]
    assert render(sliced, template).to_pylist() == ["2025-11-03 b 3"]
    assert render({"a": pa.array([], pa.string())}, "{a}").type == pa.string()
    assert render({"a": pa.nulls(2)}, "{a}").to_pylist() == [None, None]


@pytest.mark.parametrize(
    "template", ["{headline", "}", "{}", "no column", "{headline!r}", "{headline:>3}", ""]
)
def test_a_template_that_cannot_be_read_is_refused(template: str) -> None:
    with pytest.raises(UseError) as refused:
        render(PROFILE, template)
    assert refused.value.code == "CORP-106"


@pytest.mark.parametrize("template", ["{headlines}", "{city.__class__}", "{0}"])
def test_a_column_that_is_not_there_is_refused(template: str) -> None:
    with pytest.raises(UseError) as refused:
        render(PROFILE, template)
    assert refused.value.code == "CORP-107"


def test_a_column_that_is_no_text_is_refused() -> None:
    for values in (pa.array([{"x": 1}]), pa.array([[{"x": 1}]])):
        with pytest.raises(UseError) as refused:
            render({"a": values}, "{a}")
        assert refused.value.code == "CORP-108"


ROWS = pa.table(
    {
        "group": ["g2", "g1", "g1", None, "g2", "g1", "g1"],
        "at": ["1", "2", "1", "0", "0", None, "1"],
        "tie": ["k1", "k2", "k4", "k5", "k6", "k7", "k3"],
        "text": ["late", "third", "second", "nobody's", "early", "", "first"],
        "people": [["x"], ["y", "z"], ["z"], ["q"], ["x", "y"], ["w"], ["y"]],
        "created": [1, 2, 3, 4, 5, 6, 7],
        "name": ["X", "Y", "Z", "Q", "X", "W", "Y"],
        "region": ["DE", "CH", None, "US", "FR", "GB", "CA"],
    }
)


def test_rows_of_a_thread_become_one_document_in_order() -> None:
    assert join_threads(ROWS).to_pylist() == [
        {
            "key": "g1",
            "subjects": ["y", "z"],
            "created": 7,
            "name": "Y",
            "regions": ["CA", None, "CH"],
            "text": "first\n\nsecond\n\nthird",
        },
        {
            "key": "g2",
            "subjects": ["x", "y"],
            "created": 5,
            "name": "X",
            "regions": ["FR", "DE"],
            "text": "early\n\nlate",
        },
    ]


def test_threads_do_not_depend_on_the_order_of_rows() -> None:
    for start in range(len(ROWS)):
        turned = pa.concat_tables([ROWS.slice(start), ROWS.slice(0, start)])
        assert join_threads(turned).equals(join_threads(ROWS))


def test_no_rows_make_no_threads() -> None:
    assert join_threads(ROWS.slice(0, 0)).schema == join_threads(ROWS).schema
    assert len(join_threads(ROWS.slice(3, 1))) == 0
