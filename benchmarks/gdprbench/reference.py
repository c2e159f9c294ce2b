"""The reference: the same operations on Python dictionaries, with `licet.decide` asked for every record.

Independent of ledger, gate, SQL and Arrow; an answer is correct when it is this one's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.gdprbench.contender import Metadata
from benchmarks.gdprbench.records import (
    CATEGORY,
    PLAIN_FIELDS,
    Record,
    Said,
    moment,
    person,
    purpose,
    region_of,
)
from licet.decide import Facts, Policy, Request, decide
from licet.terms import SELF, ChoiceState


class Reference:
    """Dictionaries: records by key, settings by person, and the log as a list."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._records: dict[str, Record] = {}
        self._settings: dict[int, dict[str, bool]] = {}
        self._log: list[tuple[str, int | None]] = []
        self._forgotten: set[int] = set()

    def load(self, records: Iterable[Record], told: Iterable[tuple[int, Said]]) -> None:
        for record in records:
            self._records[record.key] = record
            self._log.append(("notice_shown", record.usr))
        for usr, said in told:
            self._tell(usr, said)

    def create(self, record: Record, told: list[Said]) -> int:
        self.load([record], ((record.usr, said) for said in told))
        return 1

    def set_field(self, where: str, value: Any, field: str, new: Any) -> int:
        found = self._find(where, value)
        self._records |= {record.key: record._replace(**{field: new}) for record in found}
        return len(found)

    def persons_of(self, where: str, value: Any) -> list[tuple[int, int]]:
        return [(record.usr, record.pur) for record in self._find(where, value)]

    def say(self, persons: dict[int, list[Said]]) -> int:
        told = [(usr, said) for usr, several in persons.items() for said in several]
        for usr, said in told:
            self._tell(usr, said)
        return len(told)

    def delete(self, where: str, value: Any) -> int:
        found = self._find(where, value)
        for record in found:
            del self._records[record.key]
        return len(found)

    def forget(self, person: int) -> None:
        self._settings.pop(person, None)
        self._log = [(kind, None if usr == person else usr) for kind, usr in self._log]
        self._log.append(("erasure", None))
        self._forgotten.add(person)

    def data(self, where: str, value: Any) -> frozenset[tuple[str, str]]:
        return frozenset((record.key, record.data) for record in self._find(where, value))

    def for_its_purpose(self, where: str, value: Any, now: int) -> frozenset[tuple[str, str]]:
        return self._permitted(where, value, now, lambda record: purpose(record.pur))

    def for_a_use(self, where: str, value: Any, use: str, now: int) -> frozenset[tuple[str, str]]:
        self._log.append(("use_run", None))
        return self._permitted(where, value, now, lambda record: use)

    def metadata(self, where: str, value: Any, proven: bool) -> frozenset[Metadata]:
        return frozenset(
            Metadata(
                (record.key, record.pur, record.usr, *(getattr(record, field) for field in PLAIN_FIELDS)),
                frozenset(name for name, on in self._settings.get(record.usr, {}).items() if not on),
            )
            for record in self._find(where, value)
        )

    def log(self, length: int) -> list[tuple[str, str | None]]:
        return [(kind, None if usr is None else person(usr)) for kind, usr in self._log[-length:]]

    def is_forgotten(self, person: int) -> bool:
        return person in self._forgotten and not self._find("usr", person) and person not in self._settings

    def finish(self) -> None: ...

    def bytes_on_disk(self) -> int:
        return 0

    def close(self) -> None: ...

    def _tell(self, usr: int, said: Said) -> None:
        self._settings.setdefault(usr, {})[said.purpose] = said.on
        self._log.append(("choice", usr))

    def _find(self, where: str, value: Any) -> list[Record]:
        if where == "key":
            return [self._records[value]] if value in self._records else []
        if where == "ttl":
            return [record for record in self._records.values() if record.expires <= value]
        return [record for record in self._records.values() if getattr(record, where) == value]

    def _permitted(
        self, where: str, value: Any, now: int, use: Callable[[Record], str]
    ) -> frozenset[tuple[str, str]]:
        return frozenset(
            (record.key, record.data)
            for record in self._find(where, value)
            if record.expires > now and self._decide(record.usr, use(record), now)
        )

    def _decide(self, usr: int, use: str, now: int) -> bool:
        states = {True: ChoiceState.GIVEN, False: ChoiceState.REFUSED}
        choices = {name: states[on] for name, on in self._settings.get(usr, {}).items()}
        request = Request(use, CATEGORY, SELF, moment(now))
        bound = dict.fromkeys(choices, self._policy.pack.digest)
        facts = Facts(region_of(usr), None, None, choices, bound=bound)
        return decide(request, facts, self._policy).permitted
