"""The catalogue: where member tables lie, whose rows they are, and what kind of data each column holds.

A column without a label is denied and reported, never guessed. Files written by licet's importers carry their
labels inside (Parquet field metadata `licet.category`), and a catalogue cannot relabel those.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

#: Parquet field metadata key under which an importer stamps a column's kind of data.
STAMP = b"licet.category"


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Location(Part):
    """Where a table is: exactly one of the kinds. Relative paths start at the catalogue's folder."""

    parquet: str | None = Field(None, description="a file, a folder or a glob of Parquet files")
    csv: str | None = None
    jsonl: str | None = None
    duckdb: str | None = Field(None, description="a DuckDB file; needs `table`")
    sql: str | None = Field(None, description="a SQLAlchemy URL; needs `table`")
    arrow: str | None = Field(None, description="the name under which Python handed a table in")
    table: str | None = Field(None, description="the table inside a DuckDB file or a database")


class Table(Part):
    """One table of member data."""

    location: Location
    key: str | None = Field(None, description="column that names the row")
    subjects: tuple[str, ...] = Field((), description="columns naming the people of a row; a list column names several")
    created: str | None = Field(None, description="column saying when the record was made; without offset it is UTC")
    visibility: str | None = Field(None, description="column saying who could see the record")
    visibility_is: str | None = Field(None, description="the same for every row, instead of a column")
    columns: dict[str, str | None] = Field(description="column name to kind of data; null or absent means unlabelled")
    source: str = Field("", description="what the data came from, for reports")


class FactsTable(Part):
    """The table that says who the members are; rules about region, age and plan read nothing else."""

    table: str
    subject: str
    region: str | None = None
    birth_date: str | None = None
    age: str | None = None
    plan: str | None = None


class Catalogue(Part):
    """All tables of a workspace."""

    licet_catalogue: Literal[1]
    facts: FactsTable | None = None
    tables: dict[str, Table]
