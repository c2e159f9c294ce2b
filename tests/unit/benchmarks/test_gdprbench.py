"""GDPRbench: its mix is the published one, and both contenders answer as the reference does, or it is seen."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from benchmarks.gdprbench import CONTENDERS
from benchmarks.gdprbench.contender import Contender, put, said_at_first
from benchmarks.gdprbench.gated import Gated, pack
from benchmarks.gdprbench.plain import Plain
from benchmarks.gdprbench.records import AUTOMATED, Said, automated, make_record, objection
from benchmarks.gdprbench.reference import Reference
from benchmarks.gdprbench.workloads import WORKLOADS, Operation, plan

from licet.decide import Policy
from licet.packs import Pack

PERSONS = 30
#: User 3 lives where the policy does not hold; user 1 objects to the purpose of their record; user 26 does not.
ABROAD, OBJECTS, AGREES = 3, 1, 26


@pytest.fixture(params=["reference", *CONTENDERS])
def contender(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Contender]:
    made: Contender = (
        Reference(Policy(Pack.model_validate(pack())))
        if request.param == "reference"
        else CONTENDERS[request.param][1](tmp_path, PERSONS)
    )
    _load(made)
    yield made
    made.close()


def _load(contender: Contender) -> None:
    records = [make_record(number, PERSONS) for number in range(PERSONS)]
    told = [
        (record.usr, said) for number, record in enumerate(records) for said in said_at_first(record, number)
    ]
    contender.load(records, told)


def _put(contender: Contender, name: str, number: int, field: str = "", length: int = 0, now: int = 1) -> Any:
    return put(contender, Operation(name, number, field, length), PERSONS, now)


def _keys(answer: Any) -> set[str]:
    return {key for key, _ in answer}


@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=list(WORKLOADS))
def test_shares_are_whole_and_operations_follow_them(workload: Any) -> None:
    assert sum(workload.shares.values()) == pytest.approx(1)
    operations = plan(workload, 1_000, 20_000, 7)
    counted = Counter(one.name for one in operations)
    assert counted.keys() == workload.shares.keys()
    for name, share in workload.shares.items():
        assert counted[name] / 20_000 == pytest.approx(share, abs=0.01)
    assert plan(workload, 1_000, 50, 7) == plan(workload, 1_000, 50, 7) != plan(workload, 1_000, 50, 8)


def test_customers_keys_are_zipfian_and_controllers_uniform() -> None:
    def most_frequent(name: str) -> float:
        numbers = [one.number for one in plan(WORKLOADS[name], 1_000, 20_000, 7) if one.number < 1_000]
        return sum(times for _, times in Counter(numbers).most_common(10)) / len(numbers)

    assert most_frequent("controller") < 0.03
    assert 0.3 < most_frequent("customer") < 0.5


def test_an_objection_is_to_a_purpose_or_lifts_one() -> None:
    assert objection(7, 3) == Said("purpose_7", False)
    assert objection(25, 3) == Said("purpose_3", True)
    assert automated(0) == Said(AUTOMATED, True) and automated(1) == Said(AUTOMATED, False)


def test_records_are_read_where_the_policy_and_their_person_permit(contender: Contender) -> None:
    assert _keys(_put(contender, "read-data-by-key", AGREES)) == {f"key{AGREES}"}
    assert _keys(_put(contender, "read-data-by-usr-for-use", AGREES)) == {f"key{AGREES}"}
    assert not _put(contender, "read-data-by-key", OBJECTS)
    assert not _put(contender, "read-data-by-key", ABROAD)
    assert _keys(_put(contender, "read-data-by-usr", ABROAD)) == {f"key{ABROAD}"}
    assert _keys(_put(contender, "read-data-by-pur", OBJECTS)) == {f"key{AGREES}"}
    assert _keys(_put(contender, "read-data-by-dec", AGREES)) == {"key6", "key16", "key26"}
    assert not _put(contender, "read-data-by-dec", OBJECTS)
    assert _keys(_put(contender, "read-data-by-obj", OBJECTS)) == {"key21"}


def test_a_choice_governs_the_next_read(contender: Contender) -> None:
    assert _put(contender, "update-metadata-by-key", OBJECTS, "dec") == 1
    contender.say({AGREES: [Said(f"purpose_{AGREES % 25}", False)]})
    assert not _put(contender, "read-data-by-key", AGREES)
    assert not _put(contender, "read-data-by-pur", AGREES)
    ((record, off),) = _put(contender, "read-metadata-by-key", AGREES)
    assert record[0] == f"key{AGREES}" and off == {f"purpose_{AGREES % 25}"}
    contender.say({AGREES: [Said(f"purpose_{AGREES % 25}", True), Said(AUTOMATED, False)]})
    assert _put(contender, "read-data-by-key", AGREES)
    assert _put(contender, "read-metadata-by-usr", AGREES) == {(record, frozenset({AUTOMATED}))}


def test_what_has_expired_is_not_read_and_goes(contender: Contender) -> None:
    assert _keys(_put(contender, "read-data-by-dec", 10, now=29)) == {"key0", "key10", "key20"}
    assert not _put(contender, "read-data-by-dec", 10, now=30)
    assert _put(contender, "update-metadata-by-key", 10, "expires", now=30) == 1
    assert _keys(_put(contender, "read-data-by-dec", 10, now=59)) == {"key10"}
    assert _put(contender, "delete-record-by-ttl", 0, now=40) == 2
    assert not _put(contender, "read-data-by-usr", 20)
    assert not _put(contender, "verify-deletion", 20)  # the record went, its person is still a member


@pytest.mark.parametrize("name", ["delete-record-by-key", "delete-record-by-usr"])
def test_with_the_last_record_its_person_is_forgotten(name: str, contender: Contender) -> None:
    assert not _put(contender, "verify-deletion", AGREES)
    before = _put(contender, "get-system-logs", 0, length=90)
    assert ("choice", f"user{AGREES}") in before
    assert _put(contender, name, AGREES) == 1
    contender.finish()
    assert _put(contender, "verify-deletion", AGREES)
    after = _put(contender, "get-system-logs", 0, length=91)
    assert len(after) == 91 and after[-1] == ("erasure", None)
    assert f"user{AGREES}" not in {who for _, who in after}
    assert not _put(contender, "read-metadata-by-usr", AGREES)


def test_a_person_with_records_left_is_not_forgotten(contender: Contender) -> None:
    assert _put(contender, "create-record", AGREES + PERSONS) == 1
    assert _put(contender, "delete-record-by-key", AGREES) == 1
    assert not _put(contender, "verify-deletion", AGREES)
    assert _keys(_put(contender, "read-data-by-usr", AGREES)) == {f"key{AGREES + PERSONS}"}


def test_all_records_of_a_purpose_change_at_once(contender: Contender) -> None:
    assert _put(contender, "update-metadata-by-pur", OBJECTS, "cat", now=2) == 2
    assert _put(contender, "update-metadata-by-pur", OBJECTS, "dec", now=3) == 2
    assert _put(contender, "delete-record-by-pur", OBJECTS) == 2
    assert _put(contender, "update-data-by-key", OBJECTS) == 0


@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=list(WORKLOADS))
def test_everybody_answers_as_the_reference_does(workload: Any, tmp_path: Path) -> None:
    reference = Reference(Policy(Pack.model_validate(pack())))
    plain = Plain(tmp_path, PERSONS)
    for one in (reference, plain):
        _load(one)
    for now, operation in enumerate(plan(workload, PERSONS, 300, 3), 1):
        assert put(plain, operation, PERSONS, now) == put(reference, operation, PERSONS, now), operation
    plain.close()


def test_licet_answers_as_the_reference_does_whatever_comes(tmp_path: Path) -> None:
    reference, gated = Reference(Policy(Pack.model_validate(pack()))), Gated(tmp_path, PERSONS)
    for one in (reference, gated):
        _load(one)
    mixed = itertools.chain.from_iterable(
        zip(*(plan(workload, PERSONS, 12, 5) for workload in WORKLOADS.values()), strict=True)
    )
    for now, operation in enumerate(mixed, 1):
        assert put(gated, operation, PERSONS, now) == put(reference, operation, PERSONS, now), operation
    gated.finish()
    assert gated.workspace.ledger_verify().ok
    gated.close()
