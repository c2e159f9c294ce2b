"""What is said no to of single rows: of one record by its people, of an organisation's work data by the organisation.

A record is refused when one of its people says so, who must be named by a row of its key, and so is what refers to it,
by however many steps. Noes are joined with the rows they name, a table each, and never gone through one by one; each
row then has one small number more, that of the set of noes it has, which `verdict_table` asks `decide` about like any
other class of rows. Where nobody said anything of rows, nothing is read and nothing is joined.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.decide import EVERYTHING, No, Policy
from licet.decide.evaluator import covers
from licet.enforce.engine import Engine
from licet.enforce.pseudonyms import id_text
from licet.enforce.rows import REFUSAL
from licet.enforce.tables import Tables
from licet.ledger import Choices
from licet.terms import Code, LicetError

_NOTHING = frozenset[No]()

#: Noes are bits of a signed 64-bit integer.
_MOST_NOES = 62

_KEY, _BITS = "__licet_refused_key", "__licet_refused_bits"


class RefusedKeys:
    """The same for who goes row by row: what was said no to of single rows, by table, key and what a row refers to."""

    def __init__(
        self,
        record_noes: pa.Table,
        organisation_noes: pa.Table,
        people_of: Callable[[str, str], Collection[str | None]],
        refers_of: Callable[[str, str], Iterable[Sequence[tuple[str, str | None]]]],
    ) -> None:
        """record_noes: as `Choices.record_noes`, those of the keys that are asked about at least.

        organisation_noes: as `Choices.organisation_noes`.
        people_of: everybody whom the rows of a key of a table are about. refers_of: of each of these rows, what it
        refers to: tables and keys.
        """
        self._people_of, self._refers_of = people_of, refers_of
        self._said: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self._by_organisation = organisations_noes(organisation_noes)
        for no in record_noes.to_pylist():
            if no["key"] is not None:
                self._said.setdefault((no["table"], no["key"]), []).append((no["subject"], no["setting"]))
        self._own = functools.cache(self._own_noes)
        self._of_key = functools.cache(self._noes_of_key)

    def of(
        self,
        table: str,
        key: str | None,
        refers: Iterable[tuple[str, str | None]],
        organisation: str | None,
    ) -> frozenset[No]:
        """What was said no to of a row. organisation: whose work data it is."""
        return self._of_records(table, key, refers) | self._by_organisation.get(organisation or "", _NOTHING)

    def _of_records(
        self, table: str, key: str | None, refers: Iterable[tuple[str, str | None]]
    ) -> frozenset[No]:
        if not self._said:
            return _NOTHING
        own = _NOTHING if key is None else self._own(table, key)
        return own.union(*(self._of_key(*one) for one in refers if one[1] is not None))

    def _own_noes(self, table: str, key: str) -> frozenset[No]:
        said = self._said.get((table, key), ())
        people = self._people_of(table, key) if said else ()
        return frozenset(
            No(Code.RECORD_REFUSED, setting, EVERYTHING) for subject, setting in said if subject in people
        )

    def _noes_of_key(self, table: str, key: str) -> frozenset[No]:
        return self._own(table, key).union(
            *(self._of_records(table, None, refers) for refers in self._refers_of(table, key))
        )


def organisations_noes(noes: pa.Table) -> dict[str, frozenset[No]]:
    """By organisation what it says no to. noes: as `Choices.organisation_noes` tells them."""
    found: dict[str, set[No]] = {}
    for no in noes.to_pylist():
        said = No(Code.ORGANISATION_REFUSED, no["setting"], no["category"])
        found.setdefault(no["organisation"], set()).add(said)
    return {organisation: frozenset(said) for organisation, said in found.items()}


class Refusals(NamedTuple):
    """What may be refused of the rows of one table, in one use.

    sets:   the sets of noes that rows may have, as `decide` is asked about them; none first.
    beside: adds `REFUSAL` to rows that have the table's narrow columns: the place in `sets`.
    """

    sets: tuple[frozenset[No], ...]
    beside: Callable[[ir.Table], ir.Table]


class _Named(NamedTuple):
    """Noes by what a column holds; else as `_Refused`."""

    column: str
    table: ir.Table
    values: frozenset[int]
    pairs: ir.Table | None = None


class RefusedRows:
    """Those of one ledger position, over the tables as they stand."""

    def __init__(
        self,
        tables: Tables,
        engine: Engine,
        ledger: Choices,
        position: int,
        known: Callable[[], Iterable[str]],
    ) -> None:
        """known: every member's id, for noes that outlived an erasure."""
        self._tables, self._engine, self._ledger, self._position = tables, engine, ledger, position
        self._known = known
        self._keys: dict[str, _Refused | None] = {}
        #: Why the keys of a table that somebody erased had said no of cannot be had.
        self._closed: dict[str, LicetError] = {}
        self._named: dict[str, tuple[_Named, ...]] = {}

    @functools.cached_property
    def record_noes(self) -> pa.Table:
        """Those to single records, as `Choices.record_noes` tells them."""
        return self._ledger.record_noes(self._position, known=self._known, keys=self._keys_about)

    @functools.cached_property
    def _organisations(self) -> dict[str, frozenset[No]]:
        return organisations_noes(self._ledger.organisation_noes(self._position))

    @functools.cached_property
    def _noes(self) -> tuple[No, ...]:
        """Every no that there is, each once: bit i of a row's bits is the i-th; what has no bit is to every use."""
        settings = pc.unique(self.record_noes["setting"]).to_pylist()
        wanted = sorted({EVERYTHING, *settings}, key=lambda setting: (setting != EVERYTHING, setting))
        found = [No(Code.RECORD_REFUSED, setting, EVERYTHING) for setting in wanted]
        found[1:1] = sorted(_NOTHING.union(*self._organisations.values()))
        return tuple(found[:_MOST_NOES])

    def of(
        self, name: str, policy: Policy, purpose: str, recipient: str, categories: Sequence[str]
    ) -> Refusals | None:
        """What may be refused of a table's rows, as far as it matters for a use of some kinds of data; or None."""
        named = self._of_table(name)
        if not named:
            return None
        cells = [(category, policy.cell(purpose, category, recipient)) for category in categories]
        matters = sum(
            1 << bit
            for bit, no in enumerate(self._noes)
            if any(cell.code is None and covers(no, category, policy, cell) for category, cell in cells)
        )
        values = {0}
        for part in named:
            values |= {one | (other & matters) for one in values for other in part.values}
        if values == {0}:
            return None
        ordered = sorted(values)
        sets = tuple(
            frozenset(no for bit, no in enumerate(self._noes) if value >> bit & 1) for value in ordered
        )
        return Refusals(sets, functools.partial(_beside, named=named, matters=matters, values=ordered))

    def _of_table(self, name: str) -> tuple[_Named, ...]:
        """The noes that rows of a table have, by the column that says so."""
        if name not in self._named:
            table, found = self._tables.catalogued(name), list[_Named]()
            own = self._own(name)
            if own is not None and table.key is not None:
                found.append(_Named(table.key, *own))
            for column, target in table.references.items():
                refused = self._refused(target)
                if refused is not None:
                    found.append(_Named(column, *refused))
            if table.organisation is not None and self._organisations:
                found.append(_Named(table.organisation, *self._of_organisations))
            self._named[name] = tuple(found)
        return self._named[name]

    def _own(self, name: str) -> _Refused | None:
        """What people said no to of records of a table, by key: those who are named by a row of that key."""
        said, table = self.record_noes, self._tables.catalogued(name)
        if name in self._closed:
            raise self._closed[name]
        said = said.filter(pc.and_(pc.equal(said["table"], name), pc.is_valid(said["key"])))
        if not said.num_rows or table.key is None:
            return None
        bit_of = {no.setting: bit for bit, no in enumerate(self._noes) if no.code is Code.RECORD_REFUSED}
        places = pc.fill_null(pc.index_in(said["setting"], value_set=pa.array(bit_of, pa.string())), 0)
        shifts = np.array([*bit_of.values()], np.int64)[places.combine_chunks().to_numpy()]
        bits = np.left_shift(np.int64(1), shifts)
        noes = self._engine.hand_in(pa.table({"refused_by": said["subject"], _KEY: said["key"], _BITS: bits}))
        rows, parts = self._tables.whole.content(name), list[ir.Table]()
        for column in table.subjects:
            people = id_text(rows[column])
            each = rows.select(key=id_text(rows[table.key]), people=people)
            each = each.filter(each.key.notnull())
            if people.type().is_array():
                each = each.semi_join(noes, each.key == noes[_KEY]).unnest("people")
            joined = each.join(noes, [each.key == noes[_KEY], each.people == noes.refused_by], how="inner")
            parts.append(joined.select(noes[_KEY], noes[_BITS]))
        return self._gathered(name, parts)

    @functools.cached_property
    def _of_organisations(self) -> _Refused:
        """What organisations said no to, by their ids."""
        place = {no: bit for bit, no in enumerate(self._noes)}
        bits = {
            organisation: functools.reduce(int.__or__, (1 << place.get(no, 0) for no in noes))
            for organisation, noes in self._organisations.items()
        }
        columns = {_KEY: pa.array(bits, pa.string()), _BITS: pa.array(bits.values(), pa.int64())}
        return _Refused(self._engine.hand_in(pa.table(columns)), frozenset(bits.values()))

    def _refused(self, name: str) -> _Refused | None:
        """What is refused of a table's rows, by key: their own, and what they refer to."""
        if name not in self._keys:
            table, rows = self._tables.catalogued(name), self._tables.whole.content(name)
            parts = []
            for named in self._of_table(name):
                if named.pairs is None:
                    continue  # an organisation's no is to its own rows, and not to what refers to them
                each = rows.select(key=id_text(rows[str(table.key)]), held=id_text(rows[named.column]))
                joined = each.join(named.pairs, each.held == named.pairs[_KEY], how="inner")
                parts.append(joined.select(joined.key.name(_KEY), named.pairs[_BITS]))
            self._keys[name] = self._gathered(name, parts)
        return self._keys[name]

    def _gathered(self, name: str, parts: Sequence[ir.Table]) -> _Refused | None:
        """Each key once, with every bit it has, kept by the engine; None for no key."""
        if not parts:
            return None
        every = functools.reduce(lambda one, other: one.union(other), parts)
        # One bit each: of those that differ, the sum is what has every one of them.
        pairs = self._engine.keep(every.filter(every[_KEY].notnull()).distinct(), sought=True)
        kept = self._engine.keep(
            pairs.group_by(_KEY).agg(**{_BITS: pairs[_BITS].sum().cast("int64")}), sought=True
        )
        with self._engine.reading(f"table {name!r}"):
            values = frozenset(kept.select(_BITS).distinct().to_pyarrow()[_BITS].to_pylist())
        return _Refused(kept, values, pairs) if values else None

    def _keys_about(self, name: str, subjects: Collection[str]) -> Iterator[str]:
        """The keys of a table's rows about some people. Of one that cannot be read none, and nothing of it is judged:
        it must not keep others from being used."""
        table = self._tables.catalogue.tables.get(name)
        if table is None or table.key is None:
            return
        try:
            rows = self._tables.about(name, self._tables.whole.content(name), subjects)
            keys = rows.select(key=id_text(rows[table.key]))
            with self._engine.reading(f"table {name!r}"):
                found = keys.filter(keys.key.notnull()).distinct().to_pyarrow()["key"].to_pylist()
        except LicetError as error:
            self._closed[name] = error
            return
        yield from found


class _Refused(NamedTuple):
    """table: `_KEY` and `_BITS`, each key once. values: the bits that occur. pairs: a key and one bit a row."""

    table: ir.Table
    values: frozenset[int]
    pairs: ir.Table | None = None


def _beside(rows: ir.Table, *, named: Sequence[_Named], matters: int, values: Sequence[int]) -> ir.Table:
    bits: ir.Value = ibis.literal(0, "int64")
    columns = list(rows.columns)
    for place, part in enumerate(named):
        told, name = part.table.view(), f"{_BITS}_{place}"
        joined = rows.join(told, id_text(rows[part.column]) == told[_KEY], how="left")
        rows = joined.select(*(rows[column] for column in rows.columns), told[_BITS].fill_null(0).name(name))
    for place in range(len(named)):
        bits = bits | rows[f"{_BITS}_{place}"]
    bits = bits & matters
    number = ibis.cases(
        *((bits == value, ibis.literal(place, "int64")) for place, value in enumerate(values)),
        else_=ibis.literal(len(values) - 1, "int64"),
    )
    return rows.select(*columns, **{REFUSAL: number})
