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
    remove_documents,
)
from licet.uses.corpus.text.signatures import places, signatures

PLACES, RESEMBLANCE = 8, Resemblance(threshold=0.6, bands=4)

# Few values per place, so that equal, alike and unlike signatures are all common.
SIGNATURE = st.one_of(
    st.none(),
    st.lists(st.integers(0, 1), min_size=PLACES, max_size=PLACES).map(
        lambda one: np.array(one, "<u4").tobytes()
    ),
)
DOCUMENTS = st.lists(st.tuples(st.integers(0, 5), SIGNATURE), max_size=25)
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
def test_duplicates_are_those_of_the_definition(documents: list[tuple[int, bytes | None]]) -> None:
    every = with_ids(documents)
    found = find_duplicates(table(every), RESEMBLANCE)
    assert dict(
        zip(found["doc_id"].to_pylist(), found["duplicate_of"].to_pylist(), strict=True)
    ) == by_definition(every)


@given(DOCUMENTS, st.lists(st.sets(st.integers(0, 24), max_size=12), max_size=6))
@settings(max_examples=200)
def test_incremental_equals_rebuilt(documents: list[tuple[int, bytes | None]], steps: list[set[int]]) -> None:
    """Each step turns some documents over: those present leave, those absent come."""
    every = with_ids(documents)
    present: set[int] = set()
    now = find_duplicates(table([]), RESEMBLANCE)
    for step in steps:
        turned = {nth for nth in step if nth < len(every)}
        leaving, coming = turned & present, turned - present
        now = remove_documents(now, pa.array([every[nth][0] for nth in leaving], pa.string()), RESEMBLANCE)
        now = add_documents(now, table([every[nth] for nth in sorted(coming)]), RESEMBLANCE)
        present ^= turned
        assert now.equals(find_duplicates(table([every[nth] for nth in present]), RESEMBLANCE))


@given(DOCUMENTS, st.randoms(use_true_random=False))
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
def test_a_signature_depends_on_its_own_text_alone(texts: list[str | None]) -> None:
    together = signatures(pa.array(texts, pa.string()), num_perm=16)
    assert together.to_pylist() == [
        signatures(pa.array([t], pa.string()), num_perm=16)[0].as_py() for t in texts
    ]


@given(st.text(alphabet="abc -.é", min_size=1, max_size=30))
def test_case_makes_no_difference_to_a_signature(text: str) -> None:
    upper, lower = places(signatures(pa.array([text.upper(), text.lower()]), num_perm=16))
    assert (upper == lower).all()
