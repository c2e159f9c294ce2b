"""Counting that is spread out: in whatever groups members are counted, tables and changes are the same bytes."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.networks import make_network, member
from licet.enforce import Access, process_pool
from licet.enforce.access import secret_of
from licet.testing.effort import examples
from licet.uses.model import spread_counts
from licet.uses.model.byte_pairs import BytePairs
from licet.uses.model.member_counts import changes_of, table_of
from licet.uses.model.spread_counts import ChangedMembers, CountedMembers, Written
from licet.uses.model.token_runs import Runs, runs_written
from licet.uses.use import silent

VOCABULARY, ORDER, BUCKETS = BytePairs([(98, 98), (257, 98), (105, 111)]), 3, 2
WRITTEN = st.dictionaries(
    st.sampled_from(["ann", "ben", "cy", "dot"]),
    st.lists(st.text(alphabet="ab h🐟", max_size=9), min_size=1, max_size=4),
)


@pytest.fixture(scope="module")
def access(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Access]:
    with make_network(tmp_path_factory.mktemp("spread") / "w", {"members": [member("ann")]}) as workspace:
        gate = workspace.gate("generative_ai_training", for_training=True)
        yield Access({gate.purpose: gate}, secret_of(workspace.salt, "model"))


@given(WRITTEN, WRITTEN, st.sampled_from([1, 2, spread_counts.BATCH_DOCUMENTS]))
@examples(40)
def test_in_whatever_groups_members_are_counted_the_bytes_are_the_same(
    access: Access, then: Mapping[str, list[str]], now: Mapping[str, list[str]], batch_documents: int
) -> None:
    by_bucket = {bucket: [who for who in now if bucket_of(who) == bucket] for bucket in range(BUCKETS)}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(spread_counts, "BATCH_DOCUMENTS", batch_documents)
        tables, tokens = spread_counts.bucket_tables(
            access, of(now), bucket_of, CountedMembers(VOCABULARY, ORDER), silent
        )
        changes, more = spread_counts.bucket_changes(
            access, of(then), of(now), bucket_of, ChangedMembers(VOCABULARY, ORDER)
        )
    assert [(bucket, table.tobytes()) for bucket, table in tables] == [
        (bucket, table_of([runs_of(now[who]) for who in people]).tobytes())
        for bucket, people in by_bucket.items()
        if people
    ]
    everybody = sorted(then.keys() | now.keys())
    expected = changes_of([
        (bucket_of(who), *(runs_of(each.get(who, [])) for each in (then, now))) for who in everybody
    ])  # fmt: skip
    assert changes.tobytes() == expected.tobytes()
    assert (tokens, more) == (tokens_of(now), tokens_of(now) - tokens_of(then))


def test_with_a_text_travel_a_bucket_and_a_number_and_no_words_met_before() -> None:
    batches = list(spread_counts._batches([(of({"anna": ["ab"], "benno": ["ba", "b"]}), True)], bucket_of))
    assert {*batches[0].schema.names} == {"bucket", "member", "text", "now"}
    assert sum(len(batch) for batch in batches) == 3
    travelling = [bytes(batch.serialize()) for batch in batches]
    assert any(b"ba" in data for data in travelling)
    assert not any(name in data for name in (b"anna", b"benno") for data in travelling)
    vocabulary = BytePairs(VOCABULARY.merges)
    vocabulary.encode("halibut")
    sent = pickle.dumps(CountedMembers(vocabulary, ORDER))
    assert b"halibut" not in sent
    assert pickle.loads(sent).vocabulary.encode("habb").tolist() == VOCABULARY.encode("habb").tolist()


def test_a_process_beside_this_one_counts_the_same() -> None:
    function, schema = CountedMembers(VOCABULARY, ORDER), spread_counts._COUNTED
    (batch,) = spread_counts._batches([(of({"cy": ["ab ha", "hn ab"]}), True)], lambda who: 1)
    with process_pool._start() as started:
        worker = process_pool._Worker(started)
        assert worker.learn(process_pool._pickled(function, schema))
        assert worker.ask(batch).to_pylist() == function(pa.Table.from_batches([batch])).to_pylist()
        started.kill()


def of(written: Mapping[str, Sequence[str]]) -> Written:
    rows = [([who], text) for who, texts in written.items() for text in texts]
    rows.append((["ann", "ben"], "of two: set aside"))
    subjects, texts = zip(*rows, strict=True)
    return Written.of(
        pa.table({"subjects": pa.array(subjects, pa.list_(pa.string())), "text": pa.array(texts)})
    )


def bucket_of(subject: str) -> int:
    return len(subject) % BUCKETS


def runs_of(texts: Sequence[str]) -> Runs:
    return runs_written([VOCABULARY.encode(text) for text in texts], ORDER)


def tokens_of(written: Mapping[str, Sequence[str]]) -> int:
    return sum(len(VOCABULARY.encode(text)) for texts in written.values() for text in texts)
