"""Rendering puts in every value that says something, and nothing but the template around it."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.uses.corpus.text.document_text import render

VALUE = st.one_of(st.none(), st.text(max_size=12), st.sampled_from(["", " ", "{a}", "\n", "{{"]))
ROWS = st.lists(st.tuples(VALUE, VALUE), max_size=6)


def expected(a: str | None, b: str | None) -> str | None:
    """The same in plain Python, for the template below."""
    has_a, has_b = bool(a and a.strip()), bool(b and b.strip())
    if not has_a and not has_b:
        return None
    lines = [(a if has_a else "") + (", " if has_a and has_b else "") + (b if has_b else "")]  # type: ignore[operator]
    return "\n".join(lines + ([f"B: {b}!"] if has_b else [])).strip("\n")


@given(ROWS)
@settings(deadline=None)
def test_rendering_is_the_plain_definition(rows: list[tuple[str | None, str | None]]) -> None:
    columns = {
        "a": pa.array([row[0] for row in rows], pa.string()),
        "b": pa.array([row[1] for row in rows], pa.string()),
    }
    assert render(columns, "{a}, {b}\nB: {b}!").to_pylist() == [expected(*row) for row in rows]
