"""licet beside the platform's table: choices in its ledger, every use through `decide` or the gate, erasure proven.

One record is decided about; a set of records goes through the gate, which leaves a note of the use in the ledger.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import licet
from benchmarks.gdprbench.contender import Metadata
from benchmarks.gdprbench.platform import Platform
from benchmarks.gdprbench.records import (
    AUTOMATED,
    CATEGORY,
    COVERED,
    PURPOSES,
    Record,
    Said,
    moment,
    person,
    purpose,
    region_of,
)
from licet.app.workspace import Workspace
from licet.ledger import EntryKind, NewEntry
from licet.sources.catalogue import Catalogue, FactsTable, Location, Table
from licet.sources.catalogue_file import save_catalogue

_PURPOSES = [*(purpose(number) for number in range(PURPOSES)), AUTOMATED]


def pack() -> dict[str, Any]:
    """The policy: every purpose may use the records of people in the covered places until they object to it."""
    return {
        "licet_pack": 1,
        "id": "gdprbench",
        "title": "GDPRbench",
        "version": "1",
        "observed": "2025-01-01",
        "controller": {"name": "A controller"},
        "sources": {"paper": {"title": "GDPRbench", "kind": "official"}},
        "notices": {"n": {"title": "Sign-up", "published": "2024-12-01", "effective": "2025-01-01"}},
        "categories": {CATEGORY: {}},
        "purposes": {name: {"kind_of": "personalisation"} for name in _PURPOSES},
        "settings": {
            name: {
                "label": name, "path": ["Settings", name], "observed": "2025-01-01", "default": {"state": "on"},
            }
            for name in _PURPOSES
        },
        "rules": [
            {
                "id": name, "effect": "permit", "purposes": [name], "categories": [CATEGORY],
                "regions": list(COVERED), "notice": "n", "setting": name,
            }
            for name in _PURPOSES
        ],
    }  # fmt: skip


def make_workspace(folder: Path) -> Workspace:
    """A new workspace with its ledger in SQLite."""
    return licet.open(folder, make=True)


class Gated:
    """A workspace, and the platform's table beside it. make: makes one in a folder, its ledger where it will."""

    def __init__(
        self, folder: Path, persons: int, make: Callable[[Path], Workspace] = make_workspace
    ) -> None:
        self._folder = folder
        self._platform = Platform(folder / "platform.sqlite")
        self.workspace = make(folder / "licet")
        root = self.workspace.layout.root
        numbers = range(persons)
        people = pa.table({"usr": [person(n) for n in numbers], "region": [region_of(n) for n in numbers]})
        pq.write_table(people, root / "data" / "persons.parquet")
        save_catalogue(_catalogue(), self.workspace.layout.catalogue)
        # JSON is YAML
        (root / "gdprbench.yaml").write_text(json.dumps(pack(), indent=1), encoding="utf-8")
        self._digest = self.workspace.use_pack(str(root / "gdprbench.yaml")).digest
        self._receipts: dict[int, int] = {}

    def load(self, records: Iterable[Record], told: Iterable[tuple[int, Said]]) -> None:
        records = list(records)
        self._platform.con.execute("BEGIN")
        self._platform.insert(records)
        self._platform.con.execute("COMMIT")
        notices = [_notice(record.usr) for record in records]
        self.workspace.ledger.append([*notices, *(self._choice(usr, said) for usr, said in told)])

    def create(self, record: Record, told: list[Said]) -> int:
        self._platform.insert([record])
        choices = [self._choice(record.usr, said) for said in told]
        self.workspace.ledger.append([_notice(record.usr), *choices])
        return 1

    def set_field(self, where: str, value: Any, field: str, new: Any) -> int:
        return self._platform.set_field(where, value, field, new)

    def persons_of(self, where: str, value: Any) -> list[tuple[int, int]]:
        return self._platform.persons_of(where, value)

    def say(self, persons: dict[int, list[Said]]) -> int:
        told = [(usr, said) for usr, several in persons.items() for said in several]
        if len(told) == 1:
            ((usr, said),) = told
            self.workspace.choose(person(usr), said.purpose, "on" if said.on else "off")
        else:
            self.workspace.ledger.append([self._choice(usr, said) for usr, said in told])
        return len(told)

    def delete(self, where: str, value: Any) -> int:
        return self._platform.delete(where, value)

    def forget(self, person: int) -> None:
        entry = self.workspace.ledger.erase(_id(person), compact=False)
        if entry is not None:
            self._receipts[person] = entry.index

    def data(self, where: str, value: Any) -> frozenset[tuple[str, str]]:
        return self._platform.data(where, value)

    def for_its_purpose(self, where: str, value: Any, now: int) -> frozenset[tuple[str, str]]:
        at = moment(now)
        return frozenset(
            (key, data)
            for key, usr, number, data in self._platform.unexpired(where, value, now)
            if self.workspace.decide(usr, purpose(number), CATEGORY, at=at).permitted
        )

    def for_a_use(self, where: str, value: Any, use: str, now: int) -> frozenset[tuple[str, str]]:
        rows = self._platform.unexpired(where, value, now)
        keys, persons, _, texts = zip(*rows, strict=True) if rows else ((), (), (), ())
        handed_in = pa.table(
            {
                "key": pa.array(keys, pa.string()),
                "usr": pa.array(persons, pa.string()),
                "data": pa.array(texts, pa.string()),
            }
        )
        gate = self.workspace.gate(use, tables={"records": handed_in})
        found = gate.read("records")
        note = {"use": use, "position": gate.position, "records": found.num_rows}
        self.workspace.ledger.append([NewEntry(EntryKind.USE_RUN, None, note)])
        return frozenset(zip(found["key"].to_pylist(), found["data"].to_pylist(), strict=True))

    def metadata(self, where: str, value: Any, proven: bool) -> frozenset[Metadata]:
        rows = self._platform.metadata(where, value)
        persons = {row[2] for row in rows}
        if proven and not all(self._is_proven(usr) for usr in persons):
            return frozenset()
        switched_off = {usr: self._switched_off(usr) for usr in persons}
        return frozenset(Metadata(row, switched_off[row[2]]) for row in rows)

    def log(self, length: int) -> list[tuple[str, str | None]]:
        return [(str(entry.kind), entry.subject) for entry in self.workspace.ledger_entries(-length)]

    def is_forgotten(self, person: int) -> bool:
        """Whether nothing of a person is left, and the ledger proves that they were erased."""
        ledger = self.workspace.ledger
        if person not in self._receipts or self._platform.persons_of("usr", person):
            return False
        index = self._receipts[person]
        checkpoint = ledger.checkpoint()
        proof = ledger.inclusion_proof(index, checkpoint.size)
        entry = ledger.entry(index)
        return (
            entry.kind is EntryKind.ERASURE
            and proof.verify(entry.leaf_hash, checkpoint.root)
            and not any(True for _ in ledger.entries(subject=_id(person)))
        )

    def finish(self) -> None:
        """Take out of the file what was erased: once for all of it."""
        if self._receipts:
            self.workspace.ledger.compact()

    def bytes_on_disk(self) -> int:
        return sum(file.stat().st_size for file in self._folder.rglob("*") if file.is_file())

    def close(self) -> None:
        self.workspace.close()
        self._platform.close()

    def _choice(self, usr: int, said: Said) -> NewEntry:
        payload = {"setting": said.purpose, "value": "on" if said.on else "off", "pack": self._digest}
        return NewEntry(EntryKind.CHOICE, person(usr), payload)

    def _is_proven(self, usr: int) -> bool:
        """Whether everything that the ledger says of a person is proven to stand in it."""
        ledger = self.workspace.ledger
        checkpoint = ledger.checkpoint()
        return all(
            ledger.inclusion_proof(entry.index, checkpoint.size).verify(entry.leaf_hash, checkpoint.root)
            for entry in ledger.entries(0, checkpoint.size, subject=person(usr))
        )

    def _switched_off(self, usr: int) -> frozenset[str]:
        choices = self.workspace.ledger.choices_of(person(usr))
        return frozenset(choice.setting for choice in choices if choice.value == "off")


def _id(number: int) -> str:
    return person(number)


def _notice(usr: int) -> NewEntry:
    return NewEntry(EntryKind.NOTICE_SHOWN, person(usr), {"notice": "n"})


def _catalogue() -> Catalogue:
    return Catalogue(
        licet_catalogue=1,
        facts=FactsTable(table="persons", subject="usr", region="region"),
        tables={
            "persons": Table(
                location=Location(parquet="data/persons.parquet"),
                key="usr",
                subjects=("usr",),
                columns={"region": "profile.location"},
            ),
            "records": Table(
                location=Location(arrow="records"),
                key="key",
                subjects=("usr",),
                columns={"key": CATEGORY, "usr": CATEGORY, "data": CATEGORY},
            ),
        },
    )
