"""Law 13, a label belongs to the bytes: whatever brings a stamped private message, in whatever role, it never leaves.

Every kind of location, every role a column can have, every label the catalogue may give it, before and after files are
put in each other's place. The same marker without a stamp does come out: the test can see it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from licet.decide import Policy
from licet.enforce import Gate
from licet.enforce.duckdb_engine import DuckDBEngine
from licet.packs import Pack
from licet.sources.catalogue import STAMP, Catalogue
from licet.terms import LicetError, SourceError
from licet.testing.memory_ledger import MemoryLedger

#: Ibis 12 sets an option of pandas that pandas 3 says will go.
pytestmark = pytest.mark.filterwarnings("ignore:The 'future.infer_string' option")

MARKER = "nobody but you is to know that I leave in March"
AT = datetime(2026, 1, 1, tzinfo=UTC)
PRIVATE = {STAMP: b"private_communication.messages"}
COLUMNS = ("id", "who", "secret", "text", "seen")

PACK: dict[str, Any] = {
    "licet_pack": 1,
    "id": "acme",
    "title": "Acme",
    "version": "1",
    "observed": "2026-01-01",
    "controller": {"name": "Acme"},
    "sources": {"page": {"title": "A page", "kind": "official"}},
    "notices": {"n": {"title": "n", "published": "2020-01-01", "effective": "2020-01-01"}},
    "categories": {"content.posts": {}},
    "purposes": {"recommendation": {}},
    "rules": [
        {
            "id": "posts", "effect": "permit", "notice": "n", "purposes": ["recommendation"],
            "categories": ["content.posts"],
        }
    ],
}  # fmt: skip
CHOICES = pa.schema([(name, pa.string()) for name in ("subject", "setting", "category", "state", "pack")])
SIGNALS = pa.schema([(name, pa.string()) for name in ("subject", "signal")])
MEMBERS = pa.table({"id": ["ann", MARKER], "region": ["DE", "DE"]})

ROLES: dict[str, dict[str, Any]] = {
    "content": {},
    "key": {"key": "secret"},
    "subject": {"subjects": ["who", "secret"]},
    "visibility": {"visibility": "secret"},
    "date": {"created": "secret"},
    "key and audience": {"key": "secret", "visibility": "secret"},
}
#: The roles of the marker's column, and what the catalogue says it is.
CASES = [
    *((role, label) for role in ROLES for label in ("content.posts", None)),
    ("content", "private_communication.messages"),
    ("key", "private_communication.messages"),
]


def posts(stamped: bool) -> pa.Table:
    table = pa.table({"id": ["1"], "who": ["ann"], "secret": [MARKER], "text": ["hello"], "seen": ["public"]})
    field = table.schema.field("secret").with_metadata(PRIVATE)
    return table.cast(table.schema.set(2, field)) if stamped else table


def harmless() -> pa.Table:
    return posts(False).set_column(2, "secret", pa.array(["hi"]))


def open_gate(
    folder: Path, location: dict[str, str], role: str, label: str | None, **tables: pa.Table
) -> Gate:
    table = {
        "location": location, "key": "id", "subjects": ["who"], "visibility_is": "public",
        "columns": {"text": "content.posts", "secret": label},
    } | ROLES[role]  # fmt: skip
    if "visibility" in table:
        del table["visibility_is"]
    catalogue = {
        "licet_catalogue": 1,
        "facts": {"table": "members", "subject": "id", "region": "region"},
        "tables": {"members": {"location": {"arrow": "members"}, "columns": {}}, "posts": table},
    }
    return Gate(
        Policy(Pack.model_validate(PACK)), "recommendation", AT, Catalogue.model_validate(catalogue),
        DuckDBEngine(threads=1), MemoryLedger(CHOICES.empty_table(), SIGNALS.empty_table()),
        base=folder, tables={"members": MEMBERS, **tables}, salt=b"salt",
    )  # fmt: skip


def file(folder: Path, name: str, stamped: bool = True) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(posts(stamped), path)
    return path


def parquet(pattern: str, name: str) -> Callable[[Path], dict[str, str]]:
    def place(folder: Path) -> dict[str, str]:
        file(folder, name)
        return {"parquet": pattern}

    return place


def view(sql: str) -> Callable[[Path], dict[str, str]]:
    def place(folder: Path) -> dict[str, str]:
        path = file(folder, "x.parquet")
        with duckdb.connect(str(folder / "v.duckdb")) as connection:
            for statement in sql.format(path=path).split(";"):
                connection.execute(statement)
        return {"duckdb": "v.duckdb", "table": "posts"}

    return place


def link(folder: Path) -> dict[str, str]:
    (folder / "link.parquet").symlink_to(file(folder, "x.parquet"))
    return {"parquet": "link.parquet"}


#: How a stamped file is brought in before the gate is opened.
LOCATIONS: dict[str, Callable[[Path], dict[str, str]]] = {
    "a file": parquet("x.parquet", "x.parquet"),
    "a folder": parquet("d", "d/x.parquet"),
    "a folder of folders": parquet("d", "d/e/x.parquet"),
    "a glob": parquet("d/*.parquet", "d/x.parquet"),
    "a glob with a class": parquet("d/[^a]*.parquet", "d/x.parquet"),
    "a glob with a class as Python has it": parquet("d/[!a]*.parquet", "d/x.parquet"),
    "a name with a backslash": parquet("d/mess\\ages*.parquet", "d/messages1.parquet"),
    "a link": link,
    "a view": view("CREATE VIEW posts AS SELECT * FROM read_parquet('{path}')"),
    "a view by name": view("CREATE VIEW posts AS SELECT * FROM '{path}'"),
    "a view of a view": view(
        "CREATE VIEW inner_posts AS SELECT * FROM read_parquet('{path}'); CREATE VIEW posts AS FROM inner_posts"
    ),
    "a view that nothing comes out of yet": view(
        "CREATE VIEW posts AS SELECT * FROM read_parquet('{path}') WHERE now() > '2020-01-01'::TIMESTAMPTZ"
    ),
    "a macro": view(
        "CREATE MACRO told() AS (SELECT max(secret) FROM read_parquet('{path}'));"
        "CREATE VIEW posts AS SELECT '1' id, 'ann' who, told() secret, 'hello' AS text, 'public' seen"
    ),
    "JSON lines that are none": lambda folder: {"jsonl": file(folder, "x.jsonl").name},
    "CSV that is none": lambda folder: {"csv": file(folder, "x.csv").name},
}


def ways_out(gate: Gate, folder: Path) -> Iterator[Callable[[], object]]:
    out = folder / "out"
    out.mkdir(exist_ok=True)

    def written(form: str) -> bytes:
        getattr(gate.table("posts"), f"to_{form}")(out / form)
        return (out / form).read_bytes()

    yield lambda: gate.read("posts").to_pylist()
    yield lambda: gate.read("posts", ["ann", MARKER]).to_pylist()
    yield lambda: gate.table("posts").to_pyarrow().to_pylist()
    yield lambda: gate.table("posts").execute().to_dict()
    yield lambda: gate.table("posts").to_pyarrow_batches().read_all().to_pylist()
    yield lambda: written("csv")
    yield lambda: written("json")
    yield lambda: gate.verdicts("posts").to_pylist()
    yield lambda: gate.counts(["posts"])
    yield lambda: gate.prepare(["posts"])
    yield lambda: gate.read("posts").to_pylist()


def told(gate: Callable[[], Gate] | Gate, folder: Path) -> str:
    """Everything that comes out one way or the other; a failure must be one that is explained."""
    shown: list[object] = []
    try:
        ways = list(ways_out(gate if isinstance(gate, Gate) else gate(), folder))
    except LicetError as error:
        return repr(error)
    for way in ways:
        try:
            shown.append(way())
        except LicetError as error:
            shown.append(str(error))
    return repr(shown)


@pytest.mark.parametrize("location", LOCATIONS)
def test_a_stamped_message_never_leaves_by_any_location_role_or_label(location: str, tmp_path: Path) -> None:
    place = LOCATIONS[location](tmp_path)
    for role, label in CASES:
        assert MARKER not in told(partial(open_gate, tmp_path, place, role, label), tmp_path), (role, label)


def test_a_stamped_arrow_table_never_leaves_and_one_without_stamps_does(tmp_path: Path) -> None:
    for role, label in CASES:
        given = {"posts": posts(stamped=True)}
        assert MARKER not in told(
            partial(open_gate, tmp_path, {"arrow": "posts"}, role, label, **given), tmp_path
        )
    for role in ("content", "key", "subject"):
        given = {"posts": posts(stamped=False)}
        gate = open_gate(tmp_path, {"arrow": "posts"}, role, "content.posts", **given)
        assert MARKER in told(gate, tmp_path)


def put(path: Path, folder: Path) -> None:
    file(folder, "stamped.parquet").replace(path)


def retarget(path: Path, folder: Path) -> None:
    path.unlink()
    path.symlink_to(file(folder, "stamped.parquet"))


class Stream:
    """What other libraries hand over: the columns come, their labels are not seen."""

    column_names: ClassVar[list[str]] = list(COLUMNS)

    def __arrow_c_stream__(self, schema: object = None) -> object:
        return posts(True).__arrow_c_stream__(schema)


@pytest.mark.parametrize(
    "handed_in",
    [
        Stream,
        lambda: posts(True).to_reader(),
        lambda: posts(True).to_pandas(),
        lambda: posts(True).to_pydict(),
    ],
)
def test_what_is_handed_in_and_is_no_arrow_table_is_refused(
    handed_in: Callable[[], Any], tmp_path: Path
) -> None:
    with pytest.raises(SourceError) as caught:
        open_gate(tmp_path, {"arrow": "handed"}, "content", "content.posts", handed=handed_in())
    assert caught.value.code == "SRC-182"


@pytest.mark.parametrize("swap", [put, retarget])
@pytest.mark.parametrize("when", ["opened", "planned", "handed out", "prepared"])
def test_a_file_put_in_another_s_place_is_not_read(
    swap: Callable[[Path, Path], None], when: str, tmp_path: Path
) -> None:
    for number, role in enumerate(("content", "key", "subject")):
        folder = tmp_path / str(number)
        path = folder / "x.parquet"
        folder.mkdir()
        pq.write_table(harmless(), path)
        gate = open_gate(folder, {"parquet": "x.parquet"}, role, "content.posts")
        if when == "planned":
            gate.counts(["posts"])
        if when == "prepared":
            gate.prepare(["posts"])
        handed_out = gate.table("posts") if when in ("handed out", "prepared") else None
        swap(path, folder)
        shown = [told(gate, folder)]
        if handed_out is not None:
            with pytest.raises(LicetError) as failed:
                handed_out.to_pyarrow()
            assert failed.value.code in ("SRC-180", "SRC-030", "GATE-202")
        assert MARKER not in repr(shown), role


def test_a_file_changed_under_a_table_handed_out_is_an_error_with_its_code(tmp_path: Path) -> None:
    pq.write_table(harmless(), tmp_path / "x.parquet")
    handed_out = open_gate(tmp_path, {"parquet": "x.parquet"}, "content", "content.posts").table("posts")
    put(tmp_path / "x.parquet", tmp_path)
    with pytest.raises(LicetError, match="SRC-180"):
        handed_out.to_pyarrow()
    (tmp_path / "x.parquet").unlink()
    for read in (
        handed_out.to_pyarrow,
        handed_out.execute,
        lambda: handed_out.to_pyarrow_batches().read_all(),
    ):
        with pytest.raises(LicetError, match="SRC-030"):
            read()


def test_a_view_of_the_file_s_own_tables_is_read_and_one_of_other_files_is_refused(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "v.duckdb")) as connection:
        connection.register("given", posts(stamped=False))
        connection.execute("CREATE TABLE kept AS SELECT * FROM given")
        connection.execute(
            "CREATE VIEW posts AS WITH k AS (SELECT * FROM kept) "
            "SELECT k.* FROM k JOIN range(1) r ON true WHERE id IN (SELECT id FROM kept)"
        )
        connection.execute(f"CREATE VIEW other AS SELECT * FROM '{file(tmp_path, 'x.parquet')}'")
    own = open_gate(tmp_path, {"duckdb": "v.duckdb", "table": "posts"}, "content", "content.posts")
    assert own.read("posts")["secret"].to_pylist() == [MARKER]
    other = open_gate(tmp_path, {"duckdb": "v.duckdb", "table": "other"}, "content", "content.posts")
    with pytest.raises(LicetError, match="SRC-181"):
        other.read("posts")


@pytest.mark.parametrize("later_ns", [0, 1_000_000_000])
def test_columns_of_a_csv_file_that_stand_elsewhere_than_when_it_was_opened_are_not_read(
    later_ns: int, tmp_path: Path
) -> None:
    file = tmp_path / "x.csv"
    file.write_text(f"id,who,text,secret\n1,ann,hello,{MARKER}\n")
    gate = open_gate(tmp_path, {"csv": "x.csv"}, "content", None)
    handed_out, before = gate.table("posts"), file.stat()
    assert handed_out.to_pyarrow()["text"].to_pylist() == ["hello"] and MARKER not in told(gate, tmp_path)
    file.write_text(f"id,who,secret,text\n1,ann,{MARKER},hello\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + later_ns))
    shown = told(gate, tmp_path)
    assert MARKER not in shown and "SRC-180" in shown
    with pytest.raises(LicetError, match="GATE-202"):
        handed_out.to_pyarrow()
    again = open_gate(tmp_path, {"csv": "x.csv"}, "content", None)
    assert again.read("posts")["text"].to_pylist() == ["hello"]
