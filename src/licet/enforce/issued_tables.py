"""Tables that a gate handed out, and what must hold whenever they are read.

An Ibis table is a query and no rows: it can be read an hour after the gate judged it. So a backend remembers which
tables came from a gate and asks, before anything made of one is read, whether that still is what the gate would say.
Refuses by raising what the gate raises; a query that holds no table of a gate is none of its business.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import ibis  # noqa: F401 - whole before its parts: another thread would find them half made
import ibis.expr.types as ir

from licet.terms import GateError


class HandsOut:
    """What Ibis backends of engines have in common; comes before Ibis's own in the order of bases."""

    @functools.cached_property
    def _handed_out(self) -> WeakKeyDictionary[Any, tuple[Callable[[], None], Callable[[], None]]]:
        return WeakKeyDictionary()

    #: What is to be said once what is being read was read to its end.
    _unanswered: Sequence[Callable[[], None]] = ()

    def hand_out(self, rows: ir.Table, require: Callable[[], None], done: Callable[[], None]) -> ir.Table:
        """The same rows, read only where `require` raises nothing; that is asked whenever they are, and `done` said."""
        self._handed_out[rows.op()] = require, done
        return rows

    def answered(self) -> None:
        """For a backend to say when something was read to its end."""
        unanswered, self._unanswered = self._unanswered, ()
        for done in unanswered:
            done()

    def _run_pre_execute_hooks(self, expr: ir.Expr) -> None:
        """Ibis calls it before it runs anything."""
        found = [self._handed_out[node] for node in expr.op().find(self._handed_out.__contains__)]
        for require, _ in found:
            require()
        super()._run_pre_execute_hooks(expr)  # type: ignore[misc]
        self._unanswered = [done for _, done in found]

    def _get_schema_using_query(self, query: str) -> Any:
        """What Ibis begins `.sql(…)` with. Raises: GateError GATE-203, since SQL can name what no gate handed out."""
        raise GateError(
            "GATE-203",
            "SQL is not run beside the tables of a gate",
            fix="say it as an Ibis expression, or read the table and query what was read",
        )
