"""Rows by whom they are about: copied or not, the same rows; and a change of the files is noticed."""

from __future__ import annotations

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.enforce import subject_rows
from licet.enforce.subject_rows import SEEN_BY, SubjectIndexes
from licet.sources.catalogue import Catalogue
from licet.terms import SourceError
from licet.testing.effort import examples

WHO = st.sampled_from(["ann", "Ann", "ä", "z", "", "\U0001f600", None])
ROWS = st.lists(
    st.fixed_dictionaries(
        {"n": st.integers(0, 9), "who": WHO, "with": st.none() | st.lists(WHO, max_size=3),
         "seen": st.sampled_from(["public", None])}
    ),
    max_size=30,
)  # fmt: skip
TYPES = pa.schema(
    [("n", pa.int64()), ("who", pa.string()), ("with", pa.list_(pa.string())), ("seen", pa.string())]
)


def catalogue(location: dict[str, str], **table: Any) -> Catalogue:
    said = {"location": location, "subjects": ["who"], "columns": {"text": "content.posts"}} | table
    return Catalogue.model_validate({"licet_catalogue": 1, "tables": {"posts": said}})


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    pq.write_table(pa.Table.from_pylist(rows, TYPES), path, row_group_size=7)


def sorted_rows(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(repr(sorted(row.items())) for row in rows)


@examples(12)
@given(ROWS, ROWS)
def test_the_rows_about_somebody_are_those_that_name_them_however_they_are_found(
    first: list[dict[str, Any]], second: list[dict[str, Any]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        write(base / "a.parquet", first)
        write(base / "b.parquet", second)
        shared = catalogue(
            {"parquet": "*.parquet"},
            subjects=["who", "with"],
            visibility="seen",
            columns={"n": "content.posts"},
        )
        table, rows = SubjectIndexes(base).of("posts", shared), first + second
        for subject in (
            "ann",
            "Ann",
            "ä",
            "z",
            "\U0001f600",
            "nobody",
            "ann",
        ):  # the engine answers the first alone
            mine = [row for row in rows if subject == row["who"] or subject in (row["with"] or ())]
            expected = [row | {SEEN_BY: row["seen"]} for row in mine]
            assert sorted_rows(table.about([subject]).as_written().to_pylist()) == sorted_rows(expected), (
                subject
            )
        both = [row for row in rows if {"ann", "z"} & {row["who"], *(row["with"] or ())}]
        assert len(table.about(["ann", "z", "ann"]).as_written()) == len(both)


@pytest.mark.parametrize("kind", ["parquet", "csv", "jsonl"])
def test_a_file_that_changed_is_read_anew(tmp_path: Path, kind: str) -> None:
    path, indexes = tmp_path / f"posts.{kind}", SubjectIndexes(tmp_path)

    def put(text: str) -> None:
        rows = pa.table({"who": ["7", "8"], "text": [text, "another"]})
        if kind == "parquet":
            pq.write_table(rows, path)
        elif kind == "csv":
            pyarrow.csv.write_csv(rows, path)
        else:
            path.write_text(
                "".join(f'{{"who": "{who}", "text": "{said}"}}\n' for who, said in rows.to_pandas().values)
            )
        time.sleep(0.12)  # as long as a file must have rested for a look at it to be relied upon

    one = catalogue({kind: path.name})
    for text in ("first words", "words put in their place", "and again"):
        put(text)
        for _ in range(3):
            assert indexes.of("posts", one).about(["7"]).as_written()["text"].to_pylist() == [text]


def test_what_cannot_be_copied_is_read_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.parquet", [{"n": n, "who": f"m{n}", "with": [], "seen": None} for n in range(20)])
    one = catalogue({"parquet": "a.parquet"}, columns={"n": "content.posts"})
    for name, nothing in (("MOST_COPIED_BYTES", -1), ("tempfile", None)):
        with monkeypatch.context() as patch:
            if nothing is None:
                patch.setattr(tempfile, "tempdir", str(tmp_path / "not there"))
            else:
                patch.setattr(subject_rows, name, nothing)
            table = SubjectIndexes(tmp_path).of("posts", one)
            for _ in range(4):
                assert table.about(["m3"]).as_written()["n"].to_pylist() == [3]


def test_many_may_ask_at_once(tmp_path: Path) -> None:
    write(
        tmp_path / "a.parquet", [{"n": n, "who": f"m{n % 50}", "with": [], "seen": None} for n in range(1000)]
    )
    one, indexes = (
        catalogue({"parquet": "a.parquet"}, columns={"n": "content.posts"}),
        SubjectIndexes(tmp_path),
    )

    def ask(number: int) -> bool:
        told = indexes.of("posts", one).about([f"m{number % 50}"]).as_written()["n"].to_pylist()
        return sorted(told) == list(range(number % 50, 1000, 50))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(100)))


def test_a_table_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and not much more")
    one = catalogue({"parquet": "a.parquet"})
    for _ in range(3):
        with pytest.raises(SourceError):
            SubjectIndexes(tmp_path).of("posts", one).about(["ann"]).as_written()
