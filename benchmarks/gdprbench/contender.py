"""What every contender of GDPRbench answers, and how an operation is put to one.

A contender holds the platform's records and what licet, or the plain tables, or the reference in Python keep beside
them. Answers are plain values, so that they can be compared: a set of (key, data), metadata, entries of a log, yes or
no. What changes something answers with how many records it touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol

from benchmarks.gdprbench.records import (
    AUTOMATED,
    Record,
    Said,
    automated,
    make_record,
    objection,
    purpose,
    value_of,
)
from benchmarks.gdprbench.workloads import Operation


class Metadata(NamedTuple):
    """One record's, with what its person objects to."""

    record: tuple[Any, ...]
    switched_off: frozenset[str]


#: Key and data of each record read.
Data = frozenset[tuple[str, str]]


class Contender(Protocol):
    """Records are looked up `where` (key, pur, usr, cat or ttl) they have a `value`. now: seconds since loading."""

    def load(self, records: Iterable[Record], told: Iterable[tuple[int, Said]]) -> None:
        """Records, a notice to the person of each, and what persons say."""
        ...

    def create(self, record: Record, told: list[Said]) -> int:
        """One record, a notice to its person, and what they say."""
        ...

    def set_field(self, where: str, value: Any, field: str, new: Any) -> int: ...

    def persons_of(self, where: str, value: Any) -> list[tuple[int, int]]:
        """Person and purpose of each record."""
        ...

    def say(self, persons: dict[int, list[Said]]) -> int:
        """Record what persons say; answers with how many things were said."""
        ...

    def delete(self, where: str, value: Any) -> int: ...

    def forget(self, person: int) -> None:
        """Remove what is kept of a person beside the records, and note that somebody was erased."""
        ...

    def data(self, where: str, value: Any) -> Data:
        """Records for the person themselves: nothing is held back."""
        ...

    def for_its_purpose(self, where: str, value: Any, now: int) -> Data:
        """Records that have not expired and may be used each for its own purpose."""
        ...

    def for_a_use(self, where: str, value: Any, use: str, now: int) -> Data:
        """Records that have not expired and may be used for `use`; that they were is noted."""
        ...

    def metadata(self, where: str, value: Any, proven: bool) -> frozenset[Metadata]:
        """proven: together with proofs, checked, where the contender has any."""
        ...

    def log(self, length: int) -> list[tuple[str, str | None]]:
        """Kind and person (None once erased) of the last entries."""
        ...

    def is_forgotten(self, person: int) -> bool: ...

    def finish(self) -> None:
        """What has to be done once after a workload; it counts."""
        ...

    def bytes_on_disk(self) -> int: ...
    def close(self) -> None: ...


#: Carries out an operation: to whom, which, how many persons there are, and when.
_Job = Callable[[Contender, Operation, int, int], Any]


def put(to: Contender, operation: Operation, persons: int, now: int) -> Any:
    """Carry out one operation and give its answer."""
    return _OPERATIONS[operation.name](to, operation, persons, now)


def said_at_first(record: Record, number: int) -> list[Said]:
    """What a person tells with a new record."""
    return [objection(value_of("obj", number, 0), record.pur), automated(value_of("dec", number, 0))]


def _create(to: Contender, op: Operation, persons: int, now: int) -> int:
    record = make_record(op.number, persons, now)
    return to.create(record, said_at_first(record, op.number))


def _update(where: str) -> _Job:
    def update(to: Contender, op: Operation, persons: int, now: int) -> int:
        value, new = _condition(where, op, persons, now), value_of(op.field, op.number, now)
        if op.field not in ("obj", "dec"):
            return to.set_field(where, value, op.field, new)
        told: dict[int, list[Said]] = {}
        for person, record_purpose in to.persons_of(where, value):
            said = objection(new, record_purpose) if op.field == "obj" else automated(new)
            told.setdefault(person, []).append(said)
        return to.say(told) if told else 0

    return update


def _update_data(to: Contender, op: Operation, persons: int, now: int) -> int:
    return to.set_field("key", f"key{op.number}", "data", f"mended at {now}")


def _delete(where: str) -> _Job:
    """By key and by person the law means erasure: with the last record goes what is kept about its person."""

    def delete(to: Contender, op: Operation, persons: int, now: int) -> int:
        value = _condition(where, op, persons, now)
        concerned = (
            {person for person, _ in to.persons_of(where, value)} if where in ("key", "usr") else set()
        )
        gone = to.delete(where, value)
        for person in sorted(concerned):
            if not to.persons_of("usr", person):
                to.forget(person)
        return gone

    return delete


def _for_its_purpose(where: str) -> _Job:
    def read(to: Contender, op: Operation, persons: int, now: int) -> Data:
        return to.for_its_purpose(where, _condition(where, op, persons, now), now)

    return read


def _for_a_use(where: str, use: Callable[[Record], str]) -> _Job:
    def read(to: Contender, op: Operation, persons: int, now: int) -> Data:
        record = make_record(op.number, persons)
        return to.for_a_use(where, _condition(where, op, persons, now), use(record), now)

    return read


def _condition(where: str, op: Operation, persons: int, now: int) -> Any:
    """The value that records are looked up by: as the record of this number has it."""
    record = make_record(op.number, persons)
    return now if where == "ttl" else getattr(record, where)


_OPERATIONS: dict[str, _Job] = {
    "create-record": _create,
    "update-metadata-by-key": _update("key"),
    "update-metadata-by-usr": _update("usr"),
    "update-metadata-by-pur": _update("pur"),
    "update-data-by-key": _update_data,
    "delete-record-by-key": _delete("key"),
    "delete-record-by-usr": _delete("usr"),
    "delete-record-by-pur": _delete("pur"),
    "delete-record-by-ttl": _delete("ttl"),
    "read-data-by-usr": lambda to, op, persons, now: to.data("usr", op.number % persons),
    "read-metadata-by-key": lambda to, op, persons, now: to.metadata("key", f"key{op.number}", proven=False),
    "read-metadata-by-usr": lambda to, op, persons, now: to.metadata("usr", op.number % persons, proven=True),
    "read-data-by-key": _for_its_purpose("key"),
    "read-data-by-usr-for-use": _for_its_purpose("usr"),
    "read-data-by-pur": _for_a_use("pur", lambda record: purpose(record.pur)),
    "read-data-by-obj": _for_a_use("cat", lambda record: purpose(record.pur)),
    "read-data-by-dec": _for_a_use("cat", lambda record: AUTOMATED),
    "get-system-logs": lambda to, op, persons, now: to.log(op.length),
    "verify-deletion": lambda to, op, persons, now: to.is_forgotten(op.number % persons),
}
