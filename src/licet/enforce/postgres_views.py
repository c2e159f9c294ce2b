"""A gate as views in the database where the tables lie, for readers who are granted these and nothing else.

A view is the very query that the gate would run, over tables of who permits what that stand in a schema of their own,
which no reader may use. It is a security barrier, so that no condition or function of a reader's is shown a row that it
holds back. It shows rows until the moment that its freshness row names, and none after: whoever stops refreshing it
empties it. All of a refresh is one transaction; where it fails, or its process dies, what was there stands, and ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import ibis  # noqa: F401 - whole before its parts: another thread would find them half made
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import psycopg
from psycopg import errors

from licet.enforce.postgres_columns import quoted
from licet.enforce.postgres_engine import PostgresEngine
from licet.enforce.pseudonyms import identifying
from licet.terms import SELF, GateError
from licet.terms.canonical import digest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from licet.enforce.gate import Gate

#: Where the tables of who permits what stand, and the one that says until when each view shows anything.
MASKS = "licet_gate"
_FRESHNESS = f"{MASKS}.freshness"
_MOST_NAME_BYTES = 63
_LOCK_SECONDS = 5


class Standing(NamedTuple):
    """A refresh. views: as readers name them; until: when they show nothing any more."""

    views: tuple[str, ...]
    position: int
    until: datetime


class _View(NamedTuple):
    """stands_for: of each table that the query reads of this session, the one that stands for it."""

    name: str
    stands_for: dict[str, str]
    statement: str


def schema_for(purpose: str, recipient: str) -> str:
    """What the schema of a use's views is called where nobody says."""
    told = purpose if recipient == SELF else f"{purpose}_for_{recipient}"
    return "licet_" + re.sub(r"[^a-z0-9_]+", "_", told.lower())


class GateViews:
    """The views of one gate, made in the session of its engine."""

    def __init__(self, gate: Gate, schema: str, readers: Sequence[str]) -> None:
        """gate: of a catalogue in PostgreSQL. Raises: GateError GATE-235 for a name that is too long."""
        engine = gate._engine
        assert isinstance(engine, PostgresEngine)
        for name in (schema, *gate.names, *readers):
            if len(name.encode()) > _MOST_NAME_BYTES or schema == MASKS:
                raise GateError(
                    "GATE-235", f"{name!r} cannot be the name of a schema, a view or a role here",
                    fix=f"use one of at most {_MOST_NAME_BYTES} bytes, and another schema than {MASKS}",
                )  # fmt: skip
        self._gate, self._engine, self._schema, self._readers = gate, engine, schema, readers

    def script(self) -> str:
        """What a refresh does, to be read: tables of ids and keys are named in it, and hold nothing of their own."""
        lines = [*self._beginning(), *self._of_views(self._views("script")), *self._grants()]
        return "BEGIN;\n" + ";\n".join(lines) + ";\nCOMMIT;\n"

    def refresh(self, hold_seconds: int, changes_at: datetime) -> Standing:
        """Bring the views to what the gate says now. changes_at: when an answer can change by itself.

        Raises: GateError GATE-202 where something happened meanwhile, GATE-232 to GATE-234 from the database.
        """
        gate, connection = self._gate, self._engine.backend.con
        gate._require_now()
        generation = connection.execute("SELECT txid_current()").fetchone()
        assert generation is not None
        views = self._views(str(generation[0]))
        with _clear(), connection.transaction():
            connection.execute(f"SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'")
            there = connection.execute("SELECT nspname FROM pg_namespace").fetchall()
            for statement in self._beginning([name for (name,) in there]):
                connection.execute(statement)
            earlier = connection.execute(
                "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE n.nspname = %s AND c.relkind = 'r' AND starts_with(c.relname::text, %s)",
                (MASKS, self._prefix()),
            ).fetchall()
            self._make_way(connection)
            for statement in (*self._of_views(views), *self._grants()):
                connection.execute(statement)
            for (name,) in earlier:
                connection.execute(f"DROP TABLE {MASKS}.{quoted(name)}")
            (until,) = connection.execute(
                f"INSERT INTO {_FRESHNESS} VALUES (%s, least(clock_timestamp() + %s, %s), %s, %s) "
                'ON CONFLICT ("schema") DO UPDATE SET until = excluded.until, position = excluded.position, '
                "policy = excluded.policy RETURNING until",
                (
                    self._schema,
                    timedelta(seconds=hold_seconds),
                    changes_at,
                    gate.position,
                    gate.policy.digest,
                ),
            ).fetchone() or (None,)
            # last: what was recorded while this ran is not in it, and then none of it stands
            gate._require_still_now()
        gate._run.done()
        assert until is not None
        return Standing(
            tuple(f"{self._schema}.{view.name}" for view in views), gate.position, until.astimezone(UTC)
        )

    def _make_way(self, connection: Any) -> None:
        """Drop views of tables that are catalogued no more. Raises: GateError GATE-237 where another's view stands."""
        standing = connection.execute(
            "SELECT viewname::text, strpos(definition, %s) > 0 FROM pg_views WHERE schemaname = %s",
            (f"{MASKS}.", self._schema),
        ).fetchall()
        for name, is_own in standing:
            if is_own and name not in self._gate.names:
                connection.execute(f"DROP VIEW {quoted(self._schema)}.{quoted(name)}")
            elif not is_own and name in self._gate.names:
                raise _of_another_shape(f"{self._schema}.{name} is not of licet's making")

    def _prefix(self) -> str:
        return f"m{digest(self._schema.encode())[:12]}_"

    def _views(self, generation: str) -> list[_View]:
        return [self._view(name, generation) for name in self._gate.names]

    def _view(self, name: str, generation: str) -> _View:
        rows = self._gate._permitted(name, None)
        stands_for, replaced = dict[str, str](), dict[Any, Any]()
        for table in rows.op().find(ops.DatabaseTable):
            standing = stands_for.setdefault(table.name, f"{self._prefix()}{generation}_{table.name}")
            place = ops.Namespace(database=MASKS)
            replaced[table] = ops.DatabaseTable(standing, table.schema, table.source, place)
        sql = self._engine.backend.compile(rows.op().replace(replaced).to_expr())
        columns = ", ".join(self._columns(name, rows.columns))
        fresh = f"SELECT 1 FROM {_FRESHNESS} WHERE \"schema\" = '{self._literal}' AND statement_timestamp() < until"
        return _View(
            name,
            stands_for,
            f"CREATE OR REPLACE VIEW {quoted(self._schema)}.{quoted(name)} WITH (security_barrier) AS\n"
            f"SELECT {columns} FROM (\n{sql}\n) AS licet_permitted WHERE EXISTS ({fresh})",
        )

    @property
    def _literal(self) -> str:
        return self._schema.replace("'", "''")

    def _columns(self, name: str, shown: Iterable[str]) -> list[str]:
        """Always the same, whoever permits what: a view keeps its columns. Of what nobody permits there is null."""
        plan, there = self._gate._plans.of(name), set(shown)
        told, types = [], self._engine.backend.compiler.type_mapper
        for column in plan.content.columns:
            if column in plan.shapes or column in there:
                kind = plan.content[column].type()
                if column in identifying(plan.catalogued):
                    kind = dt.Array(dt.string) if kind.is_array() else dt.string
                value = f"licet_permitted.{quoted(column)}" if column in there else "NULL"
                told.append(f"{value}::{types.to_string(kind)} AS {quoted(column)}")
        return told

    def _beginning(self, there: Iterable[str] = ()) -> list[str]:
        made = [
            statement
            for name in (MASKS, self._schema)
            if name not in there
            for statement in (
                f"CREATE SCHEMA {quoted(name)}",
                f"REVOKE ALL ON SCHEMA {quoted(name)} FROM PUBLIC",
            )
        ]
        return [
            *made,
            f'CREATE TABLE IF NOT EXISTS {_FRESHNESS} ("schema" text PRIMARY KEY, until timestamptz NOT NULL, '
            "position bigint NOT NULL, policy text NOT NULL)",
        ]

    def _of_views(self, views: Sequence[_View]) -> list[str]:
        statements = []
        copied = {own: standing for view in views for own, standing in view.stands_for.items()}
        for own, standing in copied.items():
            statements.append(f"CREATE TABLE {MASKS}.{standing} AS TABLE pg_temp.{own}")
            statements.append(f"ANALYZE {MASKS}.{standing}")
        return [*statements, *(view.statement for view in views)]

    def _grants(self) -> list[str]:
        if not self._readers:
            return []
        readers = ", ".join(map(quoted, self._readers))
        return [
            f"GRANT USAGE ON SCHEMA {quoted(self._schema)} TO {readers}",
            *(
                f"GRANT SELECT ON {quoted(self._schema)}.{quoted(name)} TO {readers}"
                for name in self._gate.names
            ),
        ]


def _of_another_shape(why: str) -> GateError:
    return GateError(
        "GATE-237", f"a view of another shape stands there: {why}",
        fix="DROP that view, and what was made of it, or name another schema; the next refresh makes it anew",
    )  # fmt: skip


@contextmanager
def _clear() -> Iterator[None]:
    try:
        yield
    except errors.InsufficientPrivilege as error:
        raise GateError(
            "GATE-232", f"the role may not make the views: {error.diag.message_primary}",
            fix="GRANT CREATE ON the database to the role that refreshes them, and let it own their schemas",
        ) from None  # fmt: skip
    except errors.UndefinedObject as error:
        raise GateError(
            "GATE-233", f"the views cannot be granted: {error.diag.message_primary}",
            fix="make the role first, or name another with --reader",
        ) from None  # fmt: skip
    except (errors.LockNotAvailable, errors.SerializationFailure, errors.DeadlockDetected):
        raise GateError(
            "GATE-234", "the views are being read, and were left as they were",
            fix="refresh them again; until then they show what they did, and nothing from when they said",
        ) from None  # fmt: skip
    except (errors.InvalidTableDefinition, errors.DependentObjectsStillExist) as error:
        raise _of_another_shape(str(error.diag.message_primary)) from None
    except psycopg.Error as error:
        raise GateError(
            "GATE-236", f"the views could not be made: {type(error).__name__}",
            fix="read `licet gate sql` without --apply, and the server's log; nothing was changed",
        ) from None  # fmt: skip
