"""Whatever comes and goes in whatever order, the answer is that of a fresh start, and of the definition."""

from __future__ import annotations

from random import Random

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.uses.corpus.text.near_duplicates import (
    Resemblance,
    add_documents,
    find_duplicates,
    places,
    remove_documents,
)
from licet.uses.corpus.text.signatures import signatures

PLACES, RESEMBLANCE = 8, Resemblance(threshold=0.6, bands=4)

# Two values per place: about one pair in three is alike, so clusters overlap without being the same.
SIGNATURE = st.integers(-8, 255).map(
    lambda bits: None if bits < 0 else np.array([bits >> at & 1 for at in range(PLACES)], "<u4").tobytes()
)
DOCUMENTS = st.lists(st.tuples(st.integers(0, 5), SIGNATURE), max_size=20)
TURNS = st.lists(st.lists(st.booleans(), min_size=20, max_size=20), max_size=5)
Document = tuple[str, int, bytes | None]


def table(documents: list[Document]) -> pa.Table:
    return pa.table(
        {
            "doc_id": pa.array([one[0] for one in documents], pa.string()),
            "order": pa.array([one[1] for one in documents], pa.int64()),
            "signature": pa.array([one[2] for one in documents], pa.binary(4 * PLACES)),
        }
    )


def alike(one: bytes | None, other: bytes | None) -> bool:
    """The definition, written out: one band of two places in common and 60 % of places equal."""
    if one is None or other is None:
        return False
    a, b = np.frombuffer(one, "<u4"), np.frombuffer(other, "<u4")
    return bool((a == b).mean() >= 0.6 and (a == b).reshape(4, 2).all(axis=1).any())


def by_definition(documents: list[Document]) -> dict[str, str | None]:
    ordered = sorted(documents, key=lambda one: (one[1], one[0]))
    return {
        doc_id: next((other[0] for other in ordered[:nth] if alike(signed, other[2])), None)
        for nth, (doc_id, _, signed) in enumerate(ordered)
    }


def with_ids(documents: list[tuple[int, bytes | None]]) -> list[Document]:
    return [(f"d{nth * 7 % 26:02}", order, signed) for nth, (order, signed) in enumerate(documents)]


@given(DOCUMENTS)
@settings(deadline=None)
def test_duplicates_are_those_of_the_definition(documents: list[tuple[int, bytes | None]]) -> None:
    every = with_ids(documents)
    found = find_duplicates(table(every), RESEMBLANCE)
    assert dict(
        zip(found["doc_id"].to_pylist(), found["duplicate_of"].to_pylist(), strict=True)
    ) == by_definition(every)


@given(DOCUMENTS, TURNS)
@settings(max_examples=200, deadline=None)
def test_incremental_equals_rebuilt(
    documents: list[tuple[int, bytes | None]], turns: list[list[bool]]
) -> None:
    """Each turn changes who is there: of the documents it marks, those present leave and those absent come."""
    every = with_ids(documents)
    present = set(every)
    now = find_duplicates(table(every), RESEMBLANCE)
    for turn in turns:
        marked = {document for document, is_marked in zip(every, turn, strict=False) if is_marked}
        leaving = pa.array([doc_id for doc_id, _, _ in marked & present], pa.string())
        now = remove_documents(now, leaving, RESEMBLANCE)
        assert now.equals(find_duplicates(table(list(present - marked)), RESEMBLANCE))
        now = add_documents(now, table(list(marked - present)), RESEMBLANCE)
        present ^= marked
        assert now.equals(find_duplicates(table(list(present)), RESEMBLANCE))


@given(DOCUMENTS, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_rows_makes_no_difference(
    documents: list[tuple[int, bytes | None]], random: Random
) -> None:
    every = with_ids(documents)
    shuffled = list(every)
    random.shuffle(shuffled)
    assert find_duplicates(table(shuffled), RESEMBLANCE).equals(find_duplicates(table(every), RESEMBLANCE))


TEXTS = st.lists(
    st.one_of(st.none(), st.text(alphabet="ab é我🎉.", max_size=20), st.text(max_size=20)), max_size=8
)


@given(TEXTS)
@settings(deadline=None)
def test_a_signature_depends_on_its_own_text_alone(texts: list[str | None]) -> None:
    together = signatures(pa.array(texts, pa.string()), num_perm=16)
    assert together.to_pylist() == [
        signatures(pa.array([t], pa.string()), num_perm=16)[0].as_py() for t in texts
    ]


@given(st.text(alphabet="abc -.é", min_size=1, max_size=30))
@settings(deadline=None)
def test_case_makes_no_difference_to_a_signature(text: str) -> None:
    upper, lower = places(signatures(pa.array([text.upper(), text.lower()]), num_perm=16))
    assert (upper == lower).all()
