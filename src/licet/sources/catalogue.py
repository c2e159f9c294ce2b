"""The catalogue: where member tables lie, whose rows they are, and what kind of data each column holds.

A column without a label is denied and reported, never guessed. Files written by licet's importers carry their
labels inside (Parquet field metadata `licet.category`), and a catalogue cannot relabel those.

Whoever holds a `Catalogue` holds one that makes sense in itself. Whether the files are there and agree with
it is for `check_stamps`; reading one from YAML, with line numbers in its errors, is for `load_catalogue`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from licet.sources.address_schemes import Scheme
from licet.sources.database_address import address_fault
from licet.sources.paths import names_an_element, parse_path
from licet.terms import SourceError
from licet.terms.canonical import JsonObject
from licet.terms.ids import is_id
from licet.terms.moments import OLDEST_YEARS
from licet.terms.regions import is_region, region_meant
from licet.terms.vocabulary import CATEGORIES, HASHED_ADDRESS, ancestors, is_never_learnt

#: Parquet field metadata key under which an importer stamps a column's kind of data.
STAMP = b"licet.category"

#: The ways a table can be reached; a location names exactly one.
LOCATION_KINDS = ("parquet", "csv", "jsonl", "duckdb", "sql", "postgres", "arrow")
_FILE_KINDS = ("parquet", "csv", "jsonl")

#: What a column of a text file may be said to hold.
TextType = Literal["text", "integer", "number", "boolean", "date", "time"]


class Reading(NamedTuple):
    """How a column is read. kind: an id, a word, an age in whole years, or a type; pattern: of a date or a time."""

    kind: Literal["id", "word", "age"] | TextType
    pattern: str | None = None


def is_category(category: str) -> bool:
    """Whether `category` is a word of the vocabulary or a branch below one (its root is a word)."""
    return is_id(category) and ".." not in category and category.split(".")[0] in CATEGORIES


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The known word most like `word`, for a suggestion; None when none is close."""
    return next(iter(difflib.get_close_matches(word, list(words), n=1, cutoff=0.6)), None)


def _require_category(category: str) -> str:
    if not is_category(category):
        raise PydanticCustomError(
            "unknown_category", "kind of data {category} is not known", {"category": category}
        )
    return category


Category = Annotated[str, AfterValidator(_require_category)]


def raise_together(problems: Iterable[PydanticCustomError]) -> None:
    """Raise the first of several contradictions, the others with it under ``also``; nothing where there is none."""
    found = [(problem.type, problem.message_template, dict(problem.context or {})) for problem in problems]
    if found:
        (kind, template, context), *also = found
        raise PydanticCustomError(kind, template, context | {"also": also})


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _require_address(url: str) -> str:
    fault = address_fault(url)
    if fault is not None:
        raise PydanticCustomError("postgres_url", "the address of a database {fault}", {"fault": fault})
    return url


class PostgresPlace(Part):
    """A table, a partitioned table or a view of a PostgreSQL database, which stays there. No search path is used."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    url: Annotated[str, AfterValidator(_require_address)] = Field(
        description="postgresql://user@host/database without a password, or env:NAME of a variable that holds one"
    )
    schema_: str = Field(
        default="public", alias="schema", min_length=1, description="as the database writes it"
    )
    table: str = Field(min_length=1, description="as the database writes it")


class Location(Part):
    """Where a table is: exactly one of the kinds. Relative paths start at the catalogue's folder."""

    parquet: str | None = Field(
        default=None, min_length=1, description="a file, a folder or a glob of Parquet files"
    )
    csv: str | None = Field(default=None, min_length=1)
    jsonl: str | None = Field(default=None, min_length=1)
    duckdb: str | None = Field(default=None, min_length=1, description="a DuckDB file; needs `table`")
    sql: str | None = Field(default=None, min_length=1, description="a SQLAlchemy URL; needs `table`")
    postgres: PostgresPlace | None = Field(
        default=None, description="a table of PostgreSQL, which is asked there and copied nowhere"
    )
    arrow: str | None = Field(
        default=None, min_length=1, description="the name under which Python handed a table in"
    )
    table: str | None = Field(
        default=None, min_length=1, description="the table inside a DuckDB file or a database"
    )
    delimiter: str | None = Field(
        default=None,
        min_length=1,
        max_length=1,
        description="what separates the values of a CSV file; , if not said",
    )
    hive: bool = Field(default=False, description="whether folders called name=value are columns of text")

    @model_validator(mode="after")
    def _one_kind(self) -> Location:
        given = [kind for kind in LOCATION_KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            raise PydanticCustomError(
                "location_kinds",
                "a location names one of {kinds}, and this one names {given}",
                {"kinds": ", ".join(LOCATION_KINDS), "given": " and ".join(given) or "none"},
            )
        if (given[0] in ("duckdb", "sql")) != (self.table is not None):
            says = "needs `table`" if self.table is None else "has no `table` inside"
            raise PydanticCustomError(
                "location_table", "a {kind} location {says}", {"kind": given[0], "says": says}
            )
        wrong = "delimiter" if self.delimiter is not None and self.csv is None else ""
        wrong = "hive" if self.hive and given[0] not in _FILE_KINDS else wrong
        if wrong or self.delimiter in ('"', "\n", "\r"):
            raise PydanticCustomError(
                "location_table",
                "a {kind} location has no such {wrong}",
                {"kind": given[0], "wrong": wrong or "delimiter"},
            )
        return self

    @property
    def kind(self) -> str:
        """Which of `LOCATION_KINDS` it is."""
        return next(kind for kind in LOCATION_KINDS if getattr(self, kind) is not None)


def _or_by_role(schema: JsonObject) -> None:
    """A list of columns, or by the name of each role its column."""
    listed = {key: schema.pop(key) for key in ("type", "items") if key in schema}
    schema["anyOf"] = [listed, {"type": "object", "additionalProperties": {"type": "string"}}]


class Event(Part):
    """Each row is something that one person did, to one item, at one time. All three are columns of the table.

    actor: is one of the row's people; time: when the row was made. Both are so without being named again.
    """

    actor: str = Field(description="column of who did it; one of the row's people")
    item: str = Field(description="column of what it was done to")
    time: str = Field(description="column of when; it is what `created` says")


class Edge(Part):
    """Each row joins two people; both are people of the row, and both must permit what is shown of it."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    from_: str = Field(alias="from", description="column of whom it goes out from")
    to: str = Field(description="column of whom it leads to")


class HashedAddress(Part):
    """A column that is not in the data: what the gate makes of one that holds e-mail addresses."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    from_: str = Field(alias="from", description="column of the addresses, in the same table")
    scheme: Scheme = Field(description="whose way of writing an address before it is hashed")


class Table(Part):
    """One table of a platform's data. What a row's people are is said once: `subjects` holds every one of them,
    those of `event` and `edge` too; `roles` has their names."""

    location: Location
    about: Literal["nobody"] | None = Field(
        default=None, description="nobody: its rows are about no person at all; who says so answers for it"
    )
    key: str | None = Field(default=None, description="column that names the row")
    subjects: tuple[str, ...] = Field(
        (),
        description="columns naming the people of a row, all of whom must permit; a list column names several; "
        "as a mapping, each with the name of its role, such as author: author_id",
        json_schema_extra=_or_by_role,
    )
    roles: dict[str, str] = Field(default={}, description="column of a person to the name of their role")
    event: Event | None = Field(default=None, description="rows are events, in the order of their time")
    edge: Edge | None = Field(default=None, description="rows join two people, both of whom must permit")
    references: dict[str, str] = Field(
        default={},
        description="column to the table whose key it holds; a row passes only with the rows it names",
    )
    hashed: dict[str, HashedAddress] = Field(
        default={},
        description="columns that the gate makes: hashes of e-mail addresses, for recipients of lists",
    )
    organisation: str | None = Field(
        default=None, description="column saying whose work data a row is; null for nobody's"
    )
    created: str | None = Field(
        None, description="column saying when the record was made; without offset it is UTC"
    )
    visibility: str | None = Field(default=None, description="column saying who could see the record")
    visibility_is: str | None = Field(default=None, description="the same for every row, instead of a column")
    visibilities: dict[str, str] = Field(
        default={}, description="words of the visibility column, and the known word that each stands for"
    )
    columns: dict[str, Category | None] = Field(
        description="column, or path of a part of one, to kind of data; null or absent means unlabelled"
    )
    element_subjects: tuple[str, ...] = Field(
        (),
        description="paths of the ids that say whom an element of a list is about, as mentions[].member_id",
    )
    source: str = Field(default="", description="what the data came from, for reports")
    confirm: dict[str, str] = Field(
        default={},
        description="what a draft guessed, and why; while one is left, nothing of any table is used",
    )
    types: dict[str, TextType] = Field(
        default={}, description="what columns of CSV or JSON lines hold; text, if not said"
    )
    formats: dict[str, str] = Field(
        default={},
        description="how dates and times are written in CSV or JSON lines, as %d/%m/%Y; else ISO",
    )

    @model_validator(mode="before")
    @classmethod
    def _people_by_role(cls, value: Any) -> Any:
        """Everybody whom a row is about under `subjects`, and when it was made under `created`, wherever it is said."""
        if not isinstance(value, dict):
            return value
        value, given = dict(value), value.get("subjects", ())
        named = dict(value.get("roles") or {}) if isinstance(value.get("roles") or {}, dict) else None
        if named is None or not isinstance(given, (dict, list, tuple)):
            return value  # is complained of as it stands
        if isinstance(given, dict):
            named |= {column: role for role, column in given.items() if isinstance(column, str)}
            given = given.values()
        people = list(given)
        for kind, ends in (("event", ("actor",)), ("edge", ("from", "to"))):
            for end in ends:
                column = _said(value.get(kind), end)
                if isinstance(column, str):
                    people += [] if column in people else [column]
                    named.setdefault(column, end)
        time = _said(value.get("event"), "time")
        if isinstance(time, str) and value.get("created") is None:
            value["created"] = time
        return value | {"subjects": people, "roles": named}

    @model_validator(mode="after")
    def _no_contradiction(self) -> Table:
        raise_together([*self._contradictions(), *self._contradictions_about_rows()])
        return self

    def _contradictions_about_rows(self) -> Iterator[PydanticCustomError]:
        if self.about == "nobody":
            if self.subjects or self.element_subjects or self.event or self.edge:
                yield PydanticCustomError(
                    "about_nobody", "a table about nobody names people, or somebody who acts", {}
                )
            for path, kind in self.columns.items():
                if kind is not None and is_never_learnt(kind):
                    yield PydanticCustomError(
                        "about_nobody",
                        "{path} is {kind}, and what people wrote to one another is about them",
                        {"path": path, "kind": kind},
                    )
        if self.event is not None and self.event.time != self.created:
            yield PydanticCustomError(
                "row_kind",
                "an event was made when it happened: its time is {time}, and created says {created}",
                {"time": self.event.time, "created": self.created},
            )
        if self.edge is not None and self.edge.from_ == self.edge.to:
            yield PydanticCustomError("row_kind", "both ends of an edge are {end}", {"end": self.edge.to})
        for column, role in self.roles.items():
            if column not in self.subjects or not is_id(role):
                yield PydanticCustomError(
                    "row_kind",
                    "{role} is no role: use lower-case letters, digits, _ . - of a column of a person",
                    {"role": f"{column}: {role}"},
                )

    def _contradictions(self) -> Iterator[PydanticCustomError]:
        if self.visibility is not None and self.visibility_is is not None:
            yield PydanticCustomError(
                "visibility_twice", "visibility is given both as a column and as one word for every row", {}
            )
        if len(set(self.subjects)) != len(self.subjects):
            yield PydanticCustomError("subject_twice", "a column is named twice under subjects", {})
        if (self.types or self.formats) and self.location.kind not in ("csv", "jsonl"):
            yield PydanticCustomError(
                "typed",
                "types and formats are said of csv and jsonl; a {kind} has its own",
                {"kind": self.location.kind},
            )
        for column, pattern in self.formats.items():
            if not is_date_pattern(pattern):
                yield PydanticCustomError(
                    "typed",
                    "{pattern} of column {column} is no pattern of %Y %m %d, and %H %M %S where there is a time",
                    {"pattern": pattern, "column": column},
                )
        for column, made in self.hashed.items():
            label = self.columns.get(column)
            if label is not None and HASHED_ADDRESS not in ancestors(label):
                yield PydanticCustomError(
                    "hashed",
                    "{column} is made of e-mail addresses: its label is {wanted}, or one below it, and not {label}",
                    {"column": column, "wanted": HASHED_ADDRESS, "label": label},
                )
            if made.from_ in self.hashed:
                yield PydanticCustomError(
                    "hashed", "{column} is made of one that is made", {"column": column}
                )
            elif label is not None and self.columns.get(made.from_) not in ancestors(HASHED_ADDRESS)[1:]:
                # Else a hash would let out what its own column does not: a rule and a no reach only what lies below.
                yield PydanticCustomError(
                    "hashed",
                    "{column} is made of {from}: that column's label is {wanted}, and not {label}",
                    {
                        "column": column,
                        "from": made.from_,
                        "wanted": ancestors(HASHED_ADDRESS)[1],
                        "label": self.columns.get(made.from_) or "missing",
                    },
                )
        for text in self.element_subjects:
            path = parse_path(text)
            if path is None or not names_an_element(path):
                yield PydanticCustomError(
                    "element_subject",
                    "{text} under element_subjects is no path to an id within the elements of a list",
                    {"text": text},
                )

    @property
    def named_columns(self) -> tuple[str, ...]:
        """Every column or part of one the catalogue speaks of, in its order, each once: those must be in the data."""
        roles = (
            self.key,
            *self.subjects,
            self.created,
            self.visibility,
            self.organisation,
            *((self.event.item,) if self.event is not None else ()),
            *self.references,
            *self.columns,
            *self.element_subjects,
            *(made.from_ for made in self.hashed.values()),
        )
        return tuple(dict.fromkeys(name for name in roles if name is not None and name not in self.hashed))

    @property
    def is_about_nobody(self) -> bool:
        """Whether no row of it is about anybody, as whoever wrote the catalogue says."""
        return self.about == "nobody"

    @property
    def needs_format(self) -> int:
        """The first format of the catalogue that can say what is said here."""
        says = (
            self.about,
            self.roles,
            self.event,
            self.edge,
            self.references,
            self.confirm,
            self.organisation,
            self.hashed,
        )
        return 2 if any(says) else 1

    @property
    def columns_about_others(self) -> frozenset[str]:
        """The columns whose elements are about people of their own, so that more than the row's people decide."""
        paths = (parse_path(text) for text in self.element_subjects)
        return frozenset(path.column for path in paths if path is not None)


def _said(part: Any, name: str) -> Any:
    """A value of a part that may have been read from a file, or made."""
    if isinstance(part, Mapping):
        return part.get(name, part.get(f"{name}_"))
    return getattr(part, f"{name}_", getattr(part, name, None))


class FactsTable(Part):
    """The table that says who the members are; rules about region, age and plan read nothing else."""

    table: str
    subject: str
    region: str | None = None
    birth_date: str | None = None
    age: str | None = None
    plan: str | None = None
    region_is: str | None = Field(default=None, description="the same for every member, instead of a column")
    age_is: int | None = Field(
        default=None, ge=0, le=OLDEST_YEARS, description="in whole years, for every member"
    )
    plan_is: str | None = Field(default=None, description="the same for every member, instead of a column")
    plans: dict[str, str] = Field(
        default={}, description="words of the plan column, and the known word that each stands for"
    )
    confirm: dict[str, str] = Field(default={}, description="what a draft guessed, and why")

    @model_validator(mode="after")
    def _no_contradiction(self) -> FactsTable:
        twice = (self.region and self.region_is) or (self.plan and self.plan_is)
        if twice or (self.age_is is not None and (self.age or self.birth_date)):
            raise PydanticCustomError(
                "visibility_twice", "a fact is given both as a column and as the same for everybody", {}
            )
        if self.region_is is not None and not is_region(self.region_is):
            meant = region_meant(self.region_is)
            raise PydanticCustomError(
                "typed", "{region} is no region{hint}",
                {"region": self.region_is, "hint": f"; write {meant}" if meant else ""},
            )  # fmt: skip
        return self

    @property
    def named_columns(self) -> tuple[str, ...]:
        roles = (self.subject, self.region, self.birth_date, self.age, self.plan)
        return tuple(dict.fromkeys(name for name in roles if name is not None))


def is_date_pattern(pattern: str) -> bool:
    """Whether `pattern` says how a date, or a date with a time, is written."""
    letters = _FIELDS.findall(pattern)
    rest = _FIELDS.sub("", pattern)
    return (
        len(set(letters)) == len(letters)
        and {"%Y", "%m", "%d"} <= set(letters)
        and _BETWEEN.fullmatch(rest) is not None
    )


_FIELDS = re.compile(r"%[YmdHMS]")
_BETWEEN = re.compile(r"[-/.,: T]*")


class Catalogue(Part):
    """All tables of a workspace."""

    licet_catalogue: Literal[1, 2] = Field(description="the format; 2 can say what rows are")
    facts: FactsTable | None = None
    tables: dict[str, Table]

    @model_validator(mode="after")
    def _references_hold(self) -> Catalogue:
        raise_together(self._contradictions())
        return self

    def _contradictions(self) -> Iterator[PydanticCustomError]:
        for name in self.tables:
            if not is_id(name):
                yield PydanticCustomError(
                    "table_name",
                    "{name} cannot name a table: use lower-case letters, digits, _ . -",
                    {"name": name},
                )
            if self.tables[name].needs_format > self.licet_catalogue:
                yield PydanticCustomError(
                    "format", "table {name} says what its rows are, which format 1 cannot", {"name": name}
                )
        if self.facts is not None and self.facts.table not in self.tables:
            yield PydanticCustomError(
                "facts_table",
                "facts names table {name}, which is not there",
                {"name": self.facts.table, "known": tuple(self.tables)},
            )
        for name, table in self.tables.items():
            for column, target in table.references.items():
                if target not in self.tables or self.tables[target].key is None:
                    yield PydanticCustomError(
                        "reference",
                        "{column} of table {name} refers to {target}, {why}",
                        {
                            "column": column,
                            "name": name,
                            "target": target,
                            "why": "which has no key" if target in self.tables else "which is not there",
                        },
                    )
            if name in self.referred(name):
                yield PydanticCustomError(
                    "reference", "what table {name} refers to leads back to it", {"name": name}
                )
        if self.facts is not None and self.facts.table in self.about_nobody:
            yield PydanticCustomError(
                "about_nobody", "the facts about members stand in a table about nobody", {}
            )

    def referred(self, *names: str) -> tuple[str, ...]:
        """The tables that some refer to, by however many steps, each once."""
        found: dict[str, None] = {}
        known = (self.tables[name] for name in names if name in self.tables)
        ahead = [target for table in known for target in table.references.values()]
        while ahead:
            target = ahead.pop()
            if target not in found and target in self.tables:
                found[target] = None
                ahead += self.tables[target].references.values()
        return tuple(found)

    @property
    def unconfirmed(self) -> dict[str, str]:
        """What a draft guessed and nobody has confirmed yet, by where it stands: why it was guessed."""
        parts = {f"tables.{name}": table.confirm for name, table in self.tables.items()}
        if self.facts is not None:
            parts["facts"] = self.facts.confirm
        return {f"{part}.{what}": why for part, guesses in parts.items() for what, why in guesses.items()}

    @property
    def about_nobody(self) -> tuple[str, ...]:
        """The tables whose rows are about nobody; for every report of what was used."""
        return tuple(name for name, table in self.tables.items() if table.is_about_nobody)

    def readings(self, name: str) -> dict[str, Reading]:
        """How the columns of a table with a role, a type or a pattern are read; any other is what the file makes it."""
        table, facts = self.tables[name], self.facts
        found = {column: Reading(kind) for column, kind in table.types.items()}
        roles: list[tuple[str | None, Reading]] = [
            (table.created, Reading("time")),
            (table.visibility, Reading("word")),
        ]
        if facts is not None and facts.table == name:
            roles += [(facts.region, Reading("word")), (facts.plan, Reading("word"))]
            roles += [(facts.age, Reading("age")), (facts.birth_date, Reading("date"))]
            roles += [(facts.subject, Reading("id"))]
        named = (table.key, *table.subjects, *table.references, table.organisation)
        roles += [(column, Reading("id")) for column in named]
        found |= {column: reading for column, reading in roles if column is not None}
        for column, pattern in table.formats.items():
            kind = found[column].kind if column in found else "time" if "%H" in pattern else "date"
            found[column] = Reading(kind, pattern)
        return found


def catalogue_schema() -> JsonObject:
    """The JSON Schema of a catalogue (draft 2020-12), with titles and descriptions, for editors."""
    schema = Catalogue.model_json_schema(by_alias=True, mode="validation")
    for definition in (schema, *schema["$defs"].values()):
        for key, value in definition.get("properties", {}).items():
            value.setdefault("title", key.replace("_", " ").capitalize())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "licet catalogue, formats 1 and 2",
    }


def require_confirmed(catalogue: Catalogue) -> None:
    """Raises: SourceError SRC-195 while anything in it is a guess of a draft that nobody has confirmed."""
    guesses = catalogue.unconfirmed
    if guesses:
        what, why = next(iter(guesses.items()))
        raise SourceError(
            "SRC-195",
            f"{len(guesses)} guesses in the catalogue wait for somebody to confirm them, as that of {what}: {why}",
            what,
            "check and mend each, and take it out from under confirm; `licet catalogue check` lists them all",
        )
