"""A label travels with the data and cannot be changed on the way."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from licet.sources.catalogue import STAMP, Catalogue, FactsTable, Location, Table
from licet.sources.embedded_labels import check_stamps, stamped_labels
from licet.sources.parquet_files import ROW_GROUP_ROWS, parquet_files, write_batches, write_table
from licet.terms import SourceError

PRIVATE = "private_communication.messages"


def rows(**columns: list[object]) -> pa.Table:
    return pa.table(columns)


def labelled(location: str, **columns: str | None) -> Catalogue:
    return Catalogue(
        licet_catalogue=1, tables={"t": Table(location=Location(parquet=location), columns=columns)}
    )


def refusal(catalogue: Catalogue, base: Path) -> str:
    with pytest.raises(SourceError) as caught:
        check_stamps(catalogue, base)
    assert caught.value.where and caught.value.fix
    return caught.value.code


def test_a_stamped_column_keeps_its_label_in_the_file(tmp_path: Path) -> None:
    write_table(tmp_path / "t.parquet", rows(a=["x"], b=[1]), {"a": "content.posts", "b": None})
    assert stamped_labels(tmp_path / "t.parquet") == {"a": "content.posts"}
    check_stamps(labelled("t.parquet", a="content.posts", b="feedback"), tmp_path)


def test_a_catalogue_cannot_relabel_a_stamped_column(tmp_path: Path) -> None:
    write_table(tmp_path / "t.parquet", rows(a=["x"]), {"a": PRIVATE})
    for other in ("content.posts", "private_communication", "private_communication.messages.old"):
        assert refusal(labelled("t.parquet", a=other), tmp_path) == "SRC-013"
    check_stamps(labelled("t.parquet", a=PRIVATE), tmp_path)


def test_a_catalogue_may_leave_a_stamped_column_out(tmp_path: Path) -> None:
    write_table(tmp_path / "t.parquet", rows(a=["x"]), {"a": PRIVATE})
    check_stamps(labelled("t.parquet", a=None), tmp_path)
    check_stamps(labelled("t.parquet"), tmp_path)


def test_writing_a_column_in_other_letters_does_not_slip_past_its_stamp(tmp_path: Path) -> None:
    pq.write_table(
        pa.table(
            [["x"], ["y"]],
            schema=pa.schema([pa.field("A", pa.string(), metadata={STAMP: PRIVATE}), ("a", pa.string())]),
        ),
        tmp_path / "t.parquet",
    )
    assert refusal(labelled("t.parquet", a="content.posts"), tmp_path) == "SRC-013"


@pytest.mark.parametrize("location", ["folder", "folder/*.parquet", "folder/**/*.parquet"])
def test_one_stamped_file_among_many_is_found(tmp_path: Path, location: str) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("a", "b", "c"):
        pq.write_table(rows(text=["x"]), tmp_path / "folder" / f"{name}.parquet")
    write_table(tmp_path / "folder" / "z.parquet", rows(text=["x"]), {"text": PRIVATE})
    assert stamped_labels(tmp_path / location) == {"text": PRIVATE}
    assert refusal(labelled(location, text="content.posts"), tmp_path) == "SRC-013"


def test_files_of_one_table_that_disagree_are_refused(tmp_path: Path) -> None:
    write_table(tmp_path / "f" / "a.parquet", rows(text=["x"]), {"text": "content.posts"})
    write_table(tmp_path / "f" / "b.parquet", rows(text=["x"]), {"text": PRIVATE})
    assert refusal(labelled("f"), tmp_path) == "SRC-015"


def test_a_stamp_inside_a_column_is_of_that_part_and_binds_what_covers_it(tmp_path: Path) -> None:
    inner = pa.struct([pa.field("text", pa.string(), metadata={STAMP: PRIVATE})])
    table = pa.table([[[{"text": "x"}]]], schema=pa.schema([("thread", pa.list_(inner))]))
    pq.write_table(table, tmp_path / "t.parquet")
    assert stamped_labels(tmp_path / "t.parquet") == {"thread[].text": PRIVATE}
    assert refusal(labelled("t.parquet", thread="content.posts"), tmp_path) == "SRC-013"
    check_stamps(labelled("t.parquet", thread=PRIVATE), tmp_path)


ONE_EACH = pa.struct(
    [
        pa.field("text", pa.string(), metadata={STAMP: "content.posts"}),
        pa.field("to", pa.string(), metadata={STAMP: "contact.email"}),
        pa.field("note", pa.string()),
    ]
)
WITHIN = pa.schema(
    [
        ("s", ONE_EACH),
        ("l", pa.list_(ONE_EACH)),
        ("m", pa.map_(pa.string(), pa.field("value", pa.string(), metadata={STAMP: "contact.phone"}))),
        pa.field("w", pa.struct([pa.field("x", pa.string())]), metadata={STAMP: "content.posts"}),
    ]
)


@pytest.mark.parametrize(
    "columns",
    [
        {"s.text": "content.posts", "s.to": "contact.email", "s.note": "feedback"},
        {"s": "content.posts", "s.to": None},
        {"s": "feedback", "s.to": "contact.email", "s.Text": None},
        {"s.note": "feedback"},
        {"l[].text": "content.posts", "l[]": None},
        {"m": "contact.phone"}, {"m{}": "contact.phone"}, {"m{home}": "contact.phone", "m{}": None},
        {"w": "content.posts"}, {"w.x": "content.posts"}, {"w.x": None},
    ],
)  # fmt: skip
def test_each_part_may_be_called_what_it_is_stamped(tmp_path: Path, columns: dict[str, str | None]) -> None:
    pq.write_table(WITHIN.empty_table(), tmp_path / "t.parquet")
    check_stamps(labelled("t.parquet", **columns), tmp_path)


@pytest.mark.parametrize(
    "columns",
    [
        {"s": "content.posts"}, {"s.to": "content.posts"}, {"s": "feedback", "s.to": "contact.email"},
        {"s.TO": "content.posts"}, {"l[]": "content.posts"}, {"l": "feedback", "l[].text": None},
        {"l[].to": "feedback"}, {"m": "contact"}, {"m{}": "contact.email"}, {"m{home}": "contact.email"},
        {"m": "contact.email", "m{home}": "contact.phone"}, {"w.x": "feedback"}, {"w": "feedback", "w.x": None},
    ],
)  # fmt: skip
def test_no_label_that_covers_a_stamped_part_calls_it_anything_else(
    tmp_path: Path, columns: dict[str, str | None]
) -> None:
    pq.write_table(WITHIN.empty_table(), tmp_path / "t.parquet")
    assert refusal(labelled("t.parquet", **columns), tmp_path) == "SRC-013"


def test_a_stamp_within_another_that_says_otherwise_is_refused(tmp_path: Path) -> None:
    inner = pa.struct([pa.field("text", pa.string(), metadata={STAMP: PRIVATE})])
    schema = pa.schema([pa.field("c", inner, metadata={STAMP: "content.posts"})])
    pq.write_table(schema.empty_table(), tmp_path / "t.parquet")
    assert refusal(labelled("t.parquet"), tmp_path) == "SRC-015"


@pytest.mark.parametrize("stamps", [["nonsense"], ["content.posts", "nonsense"]])
def test_stamps_that_make_no_sense_are_refused(tmp_path: Path, stamps: list[str]) -> None:
    fields = [pa.field(f"f{n}", pa.string(), metadata={STAMP: stamp}) for n, stamp in enumerate(stamps)]
    pq.write_table(pa.table([[None]], schema=pa.schema([("c", pa.struct(fields))])), tmp_path / "t.parquet")
    assert refusal(labelled("t.parquet"), tmp_path) == "SRC-015"


def test_a_column_the_data_does_not_have_is_named_with_its_neighbour(tmp_path: Path) -> None:
    write_table(tmp_path / "t.parquet", rows(author_id=["x"]), {})
    table = Table(location=Location(parquet="t.parquet"), subjects=("autor_id",), columns={})
    with pytest.raises(SourceError) as caught:
        check_stamps(Catalogue(licet_catalogue=1, tables={"t": table}), tmp_path)
    assert (caught.value.code, caught.value.fix) == ("SRC-010", "did you mean author_id?")
    facts = FactsTable(table="t", subject="author_id", region="region")
    known = table.model_copy(update={"subjects": ("author_id",)})
    assert refusal(Catalogue(licet_catalogue=1, facts=facts, tables={"t": known}), tmp_path) == "SRC-010"


def test_what_is_missing_or_no_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_text("not parquet")
    assert refusal(labelled("t.parquet"), tmp_path) == "SRC-014"
    assert refusal(labelled("none.parquet"), tmp_path) == "SRC-014"
    with pytest.raises(SourceError):
        parquet_files("none/*.parquet", tmp_path)


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    table = rows(a=[f"row {n}" for n in range(1000)], b=list(range(1000)))
    for name in ("one", "two"):
        write_table(tmp_path / name, table, {"a": "content.posts"})
    batches = table.to_batches(max_chunksize=7)
    assert write_batches(tmp_path / "three", table.schema, {"a": "content.posts"}, iter(batches)) == 1000
    written = {(tmp_path / name).read_bytes() for name in ("one", "two", "three")}
    assert len(written) == 1


def test_row_groups_do_not_follow_the_batches(tmp_path: Path) -> None:
    table = rows(a=list(range(2 * ROW_GROUP_ROWS + 5)))
    write_batches(tmp_path / "t.parquet", table.schema, {}, iter(table.to_batches(max_chunksize=10_007)))
    meta = pq.read_metadata(tmp_path / "t.parquet")
    assert [meta.row_group(n).num_rows for n in range(meta.num_row_groups)] == [
        ROW_GROUP_ROWS,
        ROW_GROUP_ROWS,
        5,
    ]
    assert pq.read_table(tmp_path / "t.parquet").column("a").to_pylist() == list(
        range(2 * ROW_GROUP_ROWS + 5)
    )


def test_an_error_while_writing_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    write_table(tmp_path / "t.parquet", rows(a=["old"]), {})

    def failing() -> object:
        yield from rows(a=["new"]).to_batches()
        raise SourceError("SRC-021", "broken")

    with pytest.raises(SourceError):
        write_batches(tmp_path / "t.parquet", rows(a=["new"]).schema, {}, failing())  # type: ignore[arg-type]
    assert pq.read_table(tmp_path / "t.parquet").column("a").to_pylist() == ["old"]
    assert [path.name for path in tmp_path.iterdir()] == ["t.parquet"]


def test_labels_must_fit_the_table(tmp_path: Path) -> None:
    for labels in ({"z": "content.posts"}, {"a": "zzz"}):
        with pytest.raises(SourceError) as caught:
            write_table(tmp_path / "t", rows(a=["x"]), labels)
        assert caught.value.code == "SRC-016"
    twice = pa.Table.from_arrays([pa.array(["x"]), pa.array(["y"])], names=["a", "a"])
    with pytest.raises(SourceError) as caught:
        write_table(tmp_path / "t", twice, {})
    assert caught.value.code == "SRC-016"


def test_writing_cannot_relabel_what_arrives_stamped(tmp_path: Path) -> None:
    write_table(tmp_path / "one.parquet", rows(a=["x"]), {"a": PRIVATE})
    read = pq.read_table(tmp_path / "one.parquet")
    with pytest.raises(SourceError) as caught:
        write_table(tmp_path / "two.parquet", read, {"a": "content.posts"})
    assert caught.value.code == "SRC-013"
    write_table(tmp_path / "two.parquet", read, {})
    assert stamped_labels(tmp_path / "two.parquet") == {"a": PRIVATE}


def test_a_table_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceError) as caught:
        write_table(tmp_path / "file" / "t.parquet", rows(a=["x"]), {})
    assert caught.value.code == "SRC-017"
