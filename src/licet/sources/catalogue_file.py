"""A catalogue as a file: YAML read with a line and column in every complaint, and written for people.

Reading refuses what it does not understand: unknown keys, unknown kinds of data, a key given twice. Writing
is atomic: whoever reads while it is written, or after a crash, finds the old file or the new one, never half.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from licet.sources.catalogue import (
    Catalogue,
    Edge,
    Event,
    FactsTable,
    Location,
    Part,
    PostgresPlace,
    Table,
    nearest,
)
from licet.sources.file_replacement import replace_file
from licet.terms import SourceError
from licet.terms.canonical import JsonObject
from licet.terms.vocabulary import CATEGORIES

_LARGEST_BYTES = 8 * 1024 * 1024

_HEAD = """\
# What licet may read, and what it is. One entry a table:
#   location   where it lies; relative paths start at this file's folder
#   subjects   the columns naming the people of a row
#   columns    each column's kind of data; null means unlabelled, and unlabelled data is never used
"""
_DRAFT = """\
# A DRAFT: nothing of it is used yet. Everything under confirm: was guessed, with what it rests on.
# Look at each, mend it, and take it out from under confirm; `licet catalogue check` says what is left.
"""
_FACTS = "\n# Who the members are. Rules about region, age and plan read nothing else.\n"
_TABLES = "\n# The tables. A label stamped inside a Parquet file cannot be changed here.\n"


def load_catalogue(path: Path | str) -> Catalogue:
    """Read a catalogue.

    Raises: SourceError SRC-001 to SRC-009, SRC-190 to SRC-193, with file:line:column, what is wrong and how to mend it.
    """
    root, value = _read(Path(path))
    try:
        return Catalogue.model_validate(value)
    except ValidationError as error:
        # what is missing is mostly there, misspelt
        first = min(error.errors(), key=lambda told: told["type"] == "missing")
        raise _complaint(first, root, str(path)) from None


def _read(path: Path) -> tuple[yaml.Node, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_BYTES + 1)
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(
            "SRC-001",
            f"the catalogue cannot be read: {error}",
            str(path),
            "give the path of a catalogue file in UTF-8",
        ) from None
    if len(data) > _LARGEST_BYTES:
        raise SourceError(
            "SRC-001",
            "the catalogue is larger than 8 MiB",
            str(path),
            "list data files by folder or glob instead of one by one",
        )
    root, value = _parse(text, str(path))
    return root, value


def every_problem(path: Path | str) -> tuple[Catalogue | None, list[SourceError]]:
    """A catalogue with everything that is wrong with the file itself, in its order; None where there is none.

    Raises: SourceError SRC-001, SRC-002, SRC-004, SRC-008 where it cannot be read at all.
    """
    root, value = _read(Path(path))
    found: dict[str, SourceError] = {}

    def complain(value: Any) -> Catalogue | None:
        try:
            return Catalogue.model_validate(value)
        except ValidationError as error:
            for told in error.errors():
                for each in _apart(told):
                    problem = _complaint(each, root, str(path))
                    found.setdefault(problem.line(), problem)
            return None

    catalogue = complain(value)
    if catalogue is None and isinstance(value, dict) and isinstance(value.get("tables"), dict):
        # What is contradictory is only seen once every part can be read: so once more without what cannot.
        tables = {
            name: _readable(table) for name, table in value["tables"].items() if isinstance(table, dict)
        }
        facts = value.get("facts")
        try:
            FactsTable.model_validate(facts)
        except ValidationError:
            facts = None
        known = (
            value
            | {"facts": facts}
            | {"tables": {name: table for name, table in tables.items() if isinstance(name, str)}}
        )
        complain(known)
        complain(known | {"tables": {name: _bare(table) for name, table in known["tables"].items()}})
    return catalogue, sorted(found.values(), key=lambda problem: _line_of(problem.where))


def _readable(table: dict[Any, Any]) -> dict[Any, Any]:
    """A table without what cannot be read of it."""
    try:
        Table.model_validate(table)
    except ValidationError as error:
        wrong = {told["loc"][0] for told in error.errors() if told["loc"]}
        kept = {key: value for key, value in table.items() if key not in wrong}
        return {"location": {"arrow": "unknown"}, "columns": {}} | kept
    return table


def _bare(table: dict[Any, Any]) -> dict[Any, Any]:
    """Of a table that contradicts itself, what other tables may refer to."""
    try:
        Table.model_validate(table)
    except ValidationError:
        return {key: table[key] for key in ("location", "columns", "key", "references") if key in table}
    return table


def _line_of(where: str) -> tuple[int, int]:
    """Line and column at the end of a place."""
    *_, line, column = ["0", "0", *where.rsplit(":", 2)]
    return (int(line), int(column)) if line.isdigit() and column.isdigit() else (0, 0)


def _apart(told: ErrorDetails) -> list[ErrorDetails]:
    """A complaint and those that came with it."""
    also = (told.get("ctx") or {}).get("also", ())
    others = [
        {**told, "type": kind, "msg": template.format(**context), "ctx": context}
        for kind, template, context in also
    ]
    return [told, *others]  # type: ignore[list-item]


def save_catalogue(catalogue: Catalogue, path: Path | str) -> None:
    """Write a catalogue atomically, with comments. Paths below its own folder become relative to it.

    Raises: SourceError SRC-011 when the file cannot be written.
    """
    path = Path(path)
    value = catalogue.model_dump(mode="json", exclude_defaults=True, by_alias=True)
    for name, table in value["tables"].items():
        # an absent label and a null one mean the same; a written null shows that somebody must still say
        table["columns"] = dict(catalogue.tables[name].columns)
        table["location"] = _relative(table["location"], path.parent)
    text = (
        _HEAD
        + (_DRAFT if catalogue.unconfirmed else "")
        + _yaml({"licet_catalogue": catalogue.licet_catalogue})
    )
    if catalogue.facts is not None:
        text += _FACTS + _yaml({"facts": value["facts"]})
    text += _TABLES + _yaml({"tables": value["tables"]})
    try:
        with replace_file(path) as file:
            file.write(text.encode())
    except OSError as error:
        raise SourceError(
            "SRC-011",
            f"the catalogue cannot be written: {error}",
            str(path),
            "choose a folder you may write to",
        ) from None


def merge_tables(
    catalogue: Catalogue, new_tables: Mapping[str, Table], facts: FactsTable | None, replace: bool = False
) -> Catalogue:
    """A catalogue with `new_tables` added, and `facts` put in force unless None.

    Raises: SourceError SRC-012 when a name, or another facts table, is there already and `replace` is false;
    SRC-007 when `facts` names no table of the result.
    """
    for name, table in new_tables.items():
        if not replace and catalogue.tables.get(name, table) != table:
            raise SourceError(
                "SRC-012",
                f"the catalogue already has another table {name}",
                f"tables.{name}",
                "import again with replace, or into another workspace",
            )
    if facts is not None and not replace and catalogue.facts not in (None, facts):
        raise SourceError(
            "SRC-012",
            "the catalogue already says who the members are",
            "facts",
            "import again with replace, or leave the facts of this import out",
        )
    tables = {**catalogue.tables, **new_tables}
    try:
        return Catalogue(
            licet_catalogue=2
            if any(table.needs_format > 1 for table in tables.values())
            else catalogue.licet_catalogue,
            facts=catalogue.facts if facts is None else facts,
            tables=tables,
        )
    except ValidationError as error:
        raise _complaint(error.errors()[0], None, "") from None


def _relative(location: dict[str, str], folder: Path) -> dict[str, str]:
    """The location with its path relative to `folder` if it lies below, so that folders can be moved."""
    moved = dict(location)
    for kind in ("parquet", "csv", "jsonl", "duckdb"):
        given = location.get(kind)
        if given is not None and Path(given).is_absolute() and Path(given).is_relative_to(folder.absolute()):
            moved[kind] = Path(given).relative_to(folder.absolute()).as_posix()
    return moved


def _yaml(value: JsonObject) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=110)


def _parse(text: str, where: str) -> tuple[yaml.Node, Any]:
    """The document as YAML nodes, which know their lines, and as plain values."""
    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        if root is None:
            raise SourceError("SRC-004", "the catalogue is empty", where, "start it with licet_catalogue: 1")
        _refuse_duplicate_keys(root, where, set())
        return root, loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise SourceError(
            "SRC-002",
            f"this is not YAML: {error.problem or error.context}",
            _at(where, mark),
            "mend the line; values holding a colon or a # need quotes",
        ) from None
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError) as error:
        # the last three: what the YAML library lets through for a tag on a value that is none of its kind
        first_line = next(iter(str(error).splitlines()), "it cannot be read")
        raise SourceError(
            "SRC-002", f"this is not YAML: {first_line}", where, "save it as UTF-8 text"
        ) from None
    except RecursionError:
        raise SourceError(
            "SRC-002", "this YAML is nested too deeply", where, "a catalogue has four levels"
        ) from None


def _refuse_duplicate_keys(node: yaml.Node, where: str, seen: set[int]) -> None:
    if id(node) in seen:  # an alias, looked at already
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_duplicate_keys(item, where, seen)
    elif isinstance(node, yaml.MappingNode):
        keys: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.tag == "tag:yaml.org,2002:merge":  # merges of merges grow without bound
                    raise SourceError(
                        "SRC-002",
                        "merging with << is not read here",
                        _at(where, key.start_mark),
                        "write the keys out",
                    )
                if key.value in keys:
                    raise SourceError(
                        "SRC-008",
                        f"key {key.value} is given twice",
                        _at(where, key.start_mark),
                        "keep one of the two; YAML would silently drop the first",
                    )
                keys.add(key.value)
            _refuse_duplicate_keys(value, where, seen)


def _at(where: str, mark: yaml.Mark | None) -> str:
    return where if mark is None else f"{where}:{mark.line + 1}:{mark.column + 1}"


def _mark(root: yaml.Node | None, loc: tuple[int | str, ...]) -> yaml.Mark | None:
    """Where the thing pydantic speaks of stands; the nearest thing above it when it is missing."""
    if root is None:
        return None
    node, mark = root, root.start_mark
    for step in loc:
        if isinstance(node, yaml.MappingNode):
            found = [
                (key, value)
                for key, value in node.value
                if isinstance(key, yaml.ScalarNode) and key.value == str(step)
            ]
            if not found:
                return mark
            mark, node = found[0][0].start_mark, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            mark = node.start_mark
        else:
            return mark
    return mark


_AS_SHOWN = "write it as the documentation of the catalogue shows"

#: Complaints that say themselves what is wrong: the code of each, and how to mend it.
_OWN_WORDS = {
    "location_kinds": ("SRC-006", "write one place, such as parquet: posts.parquet"),
    "location_table": ("SRC-006", "write one place, such as parquet: posts.parquet"),
    "postgres_url": ("SRC-217", "write url: env:NAME, or postgresql://user@host:5432/database without a password"),
    "typed": ("SRC-009", _AS_SHOWN),
    "format": ("SRC-190", "write licet_catalogue: 2, which reads all that 1 does"),
    "about_nobody": (
        "SRC-191", "take `about` out and name the people under subjects, or leave them out of the catalogue",
    ),
    "row_kind": ("SRC-192", _AS_SHOWN),
    "reference": (
        "SRC-193", "name a column that holds the key of another table, and leave out the one that leads back",
    ),
    "visibility_twice": ("SRC-009", "keep one"),
    "subject_twice": ("SRC-009", "keep one"),
    "table_name": ("SRC-009", "rename it"),
}  # fmt: skip


def _complaint(error: ErrorDetails, root: yaml.Node | None, where: str) -> SourceError:
    """The SourceError for one pydantic complaint."""
    loc, kind, context = error["loc"], error["type"], error.get("ctx", {})
    place = _at(where, _mark(root, loc))
    name = ".".join(str(step) for step in loc)
    if kind == "extra_forbidden":
        known = [field.alias or name for name, field in _part_at(loc).model_fields.items()]
        near = nearest(str(loc[-1]), known)
        return SourceError(
            "SRC-003",
            f"key {name} is not known",
            place,
            f"did you mean {near}?" if near else f"use one of {', '.join(known)}",
        )
    if kind == "unknown_category":
        near = nearest(str(context["category"]), CATEGORIES)
        return SourceError(
            "SRC-005",
            f"{context['category']} is not a kind of data ({name})",
            place,
            f"did you mean {near}?" if near else "use a word of the vocabulary, a branch below one, or null",
        )
    if kind == "facts_table":
        near = nearest(str(context["name"]), context["known"])
        return SourceError(
            "SRC-007",
            error["msg"],
            _at(where, _mark(root, ("facts", "table"))),
            f"did you mean {near}?" if near else "name one of the tables below",
        )
    if kind in ("format", "reference"):
        place = _at(where, _mark(root, ("tables", context["name"], "references")))
    if kind in _OWN_WORDS:
        code, fix = _OWN_WORDS[kind]
        return SourceError(code, error["msg"], place, fix)
    if loc and loc[-1] == "[key]":
        return SourceError(
            "SRC-004",
            f"{loc[-2]} is read as a number, a date or yes/no, not as a name ({name})",
            place,
            "put it in quotes",
        )
    if kind == "missing":
        return SourceError("SRC-004", f"{name} is missing", place, f"add {loc[-1]}")
    return SourceError(
        "SRC-004",
        f"{name or 'the catalogue'}: {error['msg'][:1].lower()}{error['msg'][1:]}",
        place,
        "write what the documentation of the catalogue shows here",
    )


def _part_at(loc: tuple[int | str, ...]) -> type[Part]:
    """The part of a catalogue that holds the key `loc` ends in."""
    if loc[0] == "facts" and len(loc) > 1:
        return FactsTable
    if loc[0] == "tables" and len(loc) > 2:
        parts: dict[int | str, type[Part]] = {"location": Location, "event": Event, "edge": Edge}
        if loc[2:4] == ("location", "postgres") and len(loc) > 4:
            return PostgresPlace
        return parts.get(loc[2], Table) if len(loc) > 3 else Table
    return Catalogue
