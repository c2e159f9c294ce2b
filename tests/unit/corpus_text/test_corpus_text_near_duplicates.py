from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from licet.terms import UseError
from licet.uses.corpus.text.near_duplicates import (
    Resemblance,
    add_documents,
    find_duplicates,
    remove_documents,
)
from licet.uses.corpus.text.signatures import signatures

BASE = (
    "we rebuilt the way our warehouse teams plan their shifts and people now see their week on a thursday "
    * 3
)


def documents(texts: dict[str, str | None], order: dict[str, int] | None = None) -> pa.Table:
    return pa.table(
        {
            "doc_id": pa.array(texts, pa.string()),
            "order": pa.array([(order or {}).get(name, 0) for name in texts], pa.int64()),
            "signature": signatures(pa.array(texts.values(), pa.string())),
        }
    )


def named(table: pa.Table) -> dict[str, str | None]:
    return dict(zip(table["doc_id"].to_pylist(), table["duplicate_of"].to_pylist(), strict=True))


def test_a_repeated_text_names_the_earliest() -> None:
    found = find_duplicates(
        documents({"a": BASE, "b": "something else entirely", "c": BASE.upper(), "d": BASE})
    )
    assert named(found) == {"a": None, "b": None, "c": "a", "d": "a"}


def test_order_comes_before_doc_id() -> None:
    found = find_duplicates(documents({"a": BASE, "b": BASE, "c": BASE}, order={"a": 9, "b": 5, "c": 5}))
    assert found["doc_id"].to_pylist() == ["b", "c", "a"]
    assert named(found) == {"a": "b", "b": None, "c": "b"}


def test_a_slightly_changed_text_is_a_near_duplicate() -> None:
    words = [f"w{number}" for number in range(100)]
    changed = [*words[:97], "x", "y", "z"]
    found = find_duplicates(
        documents({"a": " ".join(words), "b": " ".join(changed), "c": " ".join(words[50:])})
    )
    assert named(found) == {"a": None, "b": "a", "c": None}


def test_a_null_text_repeats_nothing() -> None:
    assert named(find_duplicates(documents({"a": None, "b": None, "c": "x"}))) == {
        "a": None,
        "b": None,
        "c": None,
    }


def test_when_the_earliest_leaves_the_next_takes_its_place() -> None:
    table = find_duplicates(documents({"a": BASE, "b": BASE, "c": BASE}))
    left = remove_documents(table, pa.array(["a", "nobody"]))
    assert named(left) == {"b": None, "c": "b"}
    assert add_documents(left, documents({"a": BASE})).equals(table)


def test_empty_tables_are_fine() -> None:
    nothing = find_duplicates(documents({}))
    assert len(nothing) == 0
    some = add_documents(nothing, documents({"a": BASE}))
    assert named(some) == {"a": None}
    assert remove_documents(some, pa.array(["a"])).equals(nothing)
    assert add_documents(some, documents({})).equals(some)


def test_a_hundred_thousand_copies_and_variants_stay_near_linear() -> None:
    """Listed in pairs, either cluster would be over a thousand million; the test would not end."""
    count = 50_000
    rng = np.random.default_rng(3)
    table = rng.integers(0, 2**32, (2 * count, 128), dtype=np.uint32)
    table[:count] = table[0]  # copies
    variants = np.repeat(table[count : count + 1], count, axis=0)
    where = rng.random((count, 128)) < 0.04
    table[count:] = np.where(where, table[count:], variants)  # each like the others, none the same
    signed = pa.FixedSizeBinaryArray.from_buffers(pa.binary(512), 2 * count, [None, pa.py_buffer(table)])
    ids = pa.array(range(2 * count))
    found = find_duplicates(pa.table({"doc_id": ids, "order": ids, "signature": signed}))
    assert found["duplicate_of"].null_count < count / 100
    assert found["duplicate_of"].slice(1, count - 1).unique().to_pylist() == [0]
    left = remove_documents(found, pa.array([0, count]))
    assert left["duplicate_of"].slice(1, count - 2).unique().to_pylist() == [1]


@pytest.mark.parametrize(("threshold", "bands"), [(0.0, 16), (1.1, 16), (float("nan"), 16), (0.8, 0)])
def test_impossible_resemblances_are_refused(threshold: float, bands: int) -> None:
    with pytest.raises(UseError) as refused:
        Resemblance(threshold, bands)
    assert refused.value.code == "CORP-102"


def test_documents_without_an_identity_are_refused() -> None:
    table = documents({"a": BASE})
    for wrong in (
        pa.concat_tables([table, table]),
        table.set_column(0, "doc_id", pa.nulls(1, pa.string())),
        table.set_column(1, "order", pa.nulls(1, pa.int64())),
    ):
        with pytest.raises(UseError) as refused:
            find_duplicates(wrong)
        assert refused.value.code == "CORP-103"
    with pytest.raises(UseError) as refused:
        add_documents(find_duplicates(table), table)
    assert refused.value.code == "CORP-103"


def test_bands_that_do_not_divide_a_signature_are_refused() -> None:
    with pytest.raises(UseError) as refused:
        find_duplicates(documents({"a": BASE}), Resemblance(bands=10))
    assert refused.value.code == "CORP-104"
