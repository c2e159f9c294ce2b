"""What advertisers ask about audiences, and what they have: sizes to the hundred, of members' permitted attributes.

Which attributes there are, says `campaigns.yaml`; a value that fewer than 300 members have is none. What was told is
kept in `ads/audiences.json`, since a number is drawn once a month and never again; without that file, asking anew would
draw anew. Counts over all members decide what is refused and go no further; see `uses.ad_reports.audience_asking`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, ValidationError

from licet.app.artefacts import present_access
from licet.app.engines import new_engine
from licet.enforce.everybodys_values import everybodys_values
from licet.enforce.origin import PurposeRef
from licet.enforce.selection import people_columns
from licet.enforce.tables import Tables
from licet.store.locks import hold_local
from licet.store.private_files import write_private
from licet.terms import SELF, AppError, UseError
from licet.terms.canonical import JsonObject, canonical_json
from licet.terms.disk_errors import clear_disk_errors
from licet.terms.vocabulary import AD_TARGETING
from licet.uses.ad_choice.campaign import FILE_NAME, AttributeColumn, load_campaigns
from licet.uses.ad_choice.page_words import normal
from licet.uses.ad_reports.audience_asking import (
    LEAST_MEMBERS,
    MOST_ASKED,
    Advertiser,
    AudienceBook,
    ask,
    end,
    refreshed,
)
from licet.uses.ad_reports.audience_terms import Attribute, AudienceTerms, Everybody

if TYPE_CHECKING:
    from licet.app.core import Core
    from licet.enforce import Access

Wanted = Mapping[str, Collection[str]]


class AudienceAnswer(NamedTuple):
    """size: to the next hundred; None where it is refused. widening: what may do. asked: of `MOST_ASKED` a month."""

    advertiser: str
    wanted: Mapping[str, tuple[str, ...]]
    size: int | None
    widening: Mapping[str, tuple[str, ...]] | None
    month: str
    asked: int

    def as_json(self) -> JsonObject:
        return {**self._asdict(), "most_asked": MOST_ASKED}


class LiveAudience(NamedTuple):
    """One that an advertiser has."""

    advertiser: str
    wanted: Mapping[str, tuple[str, ...]]


def ask_audience(core: Core, advertiser: str, wanted: Wanted) -> AudienceAnswer:
    """Ask about an audience, and have it live if it may be. Durable when it returns: what is told is kept first.

    Raises: UseError ADS-080 to ADS-083 as `ask`, ADS-040, ADS-041 and ADS-090 for `campaigns.yaml`, ADS-091 for a
            file of what was told that is none, ADS-092 for an advertiser without a name; as a gate.
    """
    _require_name(advertiser)
    terms = _terms(wanted)
    terms.check()
    month, everybody, key = core.now().strftime("%Y-%m"), *_everybody(core)
    with _kept(core) as (book, keep):
        book = refreshed(_without_unknown(book, everybody), everybody, key)
        book, answer = ask(book, advertiser, terms, everybody, key, month)
        keep(book)
    return AudienceAnswer(
        advertiser, _told(terms), answer.size, None if answer.widening is None else _told(answer.widening),
        month, len(book.of(advertiser).asked[month]),
    )  # fmt: skip


def end_audience(core: Core, advertiser: str, wanted: Wanted) -> bool:
    """Have an audience live no longer; False where it did not. Raises: UseError ADS-091, ADS-092."""
    _require_name(advertiser)
    terms = _terms(wanted)
    with _kept(core) as (book, keep):
        later = end(book, advertiser, terms)
        keep(later)
        return len(later.of(advertiser).live) < len(book.of(advertiser).live)


def live_audiences(core: Core) -> list[LiveAudience]:
    """Those that all advertisers have. Raises: AppError ADS-091."""
    book = _read_book(core.layout.told_audiences)
    return [
        LiveAudience(name, _told(one)) for name, told in sorted(book.advertisers.items()) for one in told.live
    ]


class _Reader:
    """Who reads the attributes: see `artefacts.Reader`."""

    name, learns = "advertisers", False

    def __init__(self, columns: Mapping[str, AttributeColumn]) -> None:
        self._columns = columns

    def asks_for(self) -> Mapping[str, Collection[str]]:
        asked: dict[str, list[str]] = {}
        for one in self._columns.values():
            asked.setdefault(one.table, []).append(one.column)
        return asked


def _everybody(core: Core) -> tuple[Everybody, bytes]:
    """All members of whom any attribute is known, and the key that noise follows from."""
    columns = _columns(core)
    reader, asked = _Reader(columns), PurposeRef(AD_TARGETING, SELF)
    engine = new_engine(None, core.catalogue)
    tables = Tables(core.catalogue, engine, core.layout.root, {}, reader.asks_for())
    every = {name: everybodys_values(tables, engine, one.table, one.column) for name, one in columns.items()}
    with (
        core.absences.once_done() as absences,
        present_access(core, reader, asked, None, core.ledger.position, absences) as access,
    ):
        permitted = {name: _permitted_values(access, one.table, one.column) for name, one in columns.items()}
        key = access.secret
    ids = pa.concat_arrays([pairs["subject"].combine_chunks() for pairs in every.values()]).unique().sort()
    attributes = {name: _attribute(pairs, ids, None) for name, pairs in every.items()}
    may = {name: _attribute(permitted[name], ids, attributes[name].values) for name in attributes}
    return Everybody(len(ids), attributes, may), key


def _permitted_values(access: Access, table: str, column: str) -> pa.Table:
    """`subject` and `value` as `everybodys_values`, of what is permitted."""
    (person,) = people_columns(access.tables[table].subjects)
    rows = access.rows(table, [column]).read_all()
    if column not in rows.column_names:
        return pa.table({"subject": pa.array([], pa.string()), "value": pa.array([], pa.string())})
    people, values = rows[person].combine_chunks(), rows[column].combine_chunks()
    if pa.types.is_list(values.type) or pa.types.is_large_list(values.type):
        people, values = people.take(pc.list_parent_indices(values)), pc.list_flatten(values)
    return pa.table({"subject": people, "value": pc.cast(values, pa.string())}).drop_null()


def _attribute(pairs: pa.Table, ids: pa.Array, values: tuple[str, ...] | None) -> Attribute:
    """values: those there are, as `normal` has them; None for those that enough of these have."""
    words = pairs["value"].combine_chunks().dictionary_encode()
    written = pa.array([normal(word) for word in words.dictionary.to_pylist()], pa.string())
    pairs = pa.table({"subject": pairs["subject"], "value": written.take(words.indices)})
    pairs = pairs.group_by(["subject", "value"]).aggregate([])
    if values is None:
        counted = pairs["value"].value_counts().to_pylist()
        values = tuple(sorted(one["values"] for one in counted if one["counts"] >= LEAST_MEMBERS))
    numbers = pc.index_in(pairs["value"], value_set=pa.array(values, pa.string()))
    places = pc.index_in(pairs["subject"], value_set=ids)
    known = pc.and_(pc.is_valid(numbers), pc.is_valid(places))
    return Attribute(
        values,
        *(column.filter(known).combine_chunks().to_numpy().astype(np.int64) for column in (places, numbers)),
    )


def _without_unknown(book: AudienceBook, everybody: Everybody) -> AudienceBook:
    """Without audiences by a value that there is no more."""

    def is_known(terms: AudienceTerms) -> bool:
        return all(
            name in everybody.attributes and values <= {*everybody.attributes[name].values}
            for name, values in terms.wanted.items()
        )

    return book._replace(
        advertisers={
            name: told._replace(live=tuple(filter(is_known, told.live)))
            for name, told in book.advertisers.items()
        }
    )


def _columns(core: Core) -> Mapping[str, AttributeColumn]:
    """Where each attribute stands."""
    path = core.layout.root / FILE_NAME
    found = load_campaigns(path).attributes
    if not found:
        raise UseError(
            "ADS-090", "nothing says which attributes advertisers may ask by", str(path),
            "name some under attributes:, as docs/choosing_ads.md shows",
        )  # fmt: skip
    return found


def _require_name(advertiser: str) -> None:
    if not advertiser.strip() or len(advertiser) > 100 or not advertiser.isprintable():
        raise UseError("ADS-092", "an advertiser has a name of 1 to 100 letters", fix="name one")


def _terms(wanted: Wanted) -> AudienceTerms:
    return AudienceTerms({name: frozenset(map(normal, values)) for name, values in wanted.items()})


def _told(terms: AudienceTerms) -> dict[str, tuple[str, ...]]:
    return {name: tuple(sorted(values)) for name, values in sorted(terms.wanted.items())}


# -- what was told ---------------------------------------------------------------------------------------------------


class _KeptAdvertiser(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    live: list[dict[str, list[str]]]
    asked: dict[str, list[str]]


class _KeptBook(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    licet_audiences: Literal[1]
    figures: dict[str, int]
    advertisers: dict[str, _KeptAdvertiser]


@contextmanager
def _kept(core: Core) -> Iterator[tuple[AudienceBook, Callable[[AudienceBook], None]]]:
    """What was told, and how it is kept anew; one at a time. Who dies before it is kept has told nothing."""
    path = core.layout.told_audiences
    with clear_disk_errors("keeping what advertisers were told"):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with hold_local(path.with_suffix(".lock"), 0o600):
            yield (
                _read_book(path),
                lambda book: write_private(path, canonical_json(_as_json(book)), part="audiences.part"),
            )


def _as_json(book: AudienceBook) -> JsonObject:
    advertisers = {
        name: {
            "live": [{one: sorted(values) for one, values in terms.wanted.items()} for terms in told.live],
            "asked": {month: list(digests) for month, digests in told.asked.items()},
        }
        for name, told in book.advertisers.items()
    }
    return {"licet_audiences": 1, "figures": dict(book.figures), "advertisers": advertisers}


def _read_book(path: Path) -> AudienceBook:
    try:
        said = _KeptBook.model_validate(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return AudienceBook({}, {})
    except (ValueError, ValidationError, RecursionError):
        raise AppError(
            "ADS-091",
            "what advertisers were told is not as it was kept",
            str(path),
            "restore the file from a copy; without it the numbers would be drawn anew",
        ) from None
    return AudienceBook(said.figures, {name: _advertiser(told) for name, told in said.advertisers.items()})


def _advertiser(told: _KeptAdvertiser) -> Advertiser:
    def terms(live: Iterable[dict[str, list[str]]]) -> Iterator[AudienceTerms]:
        for one in live:
            yield AudienceTerms({name: frozenset(values) for name, values in one.items()})

    return Advertiser(tuple(terms(told.live)), {month: tuple(asked) for month, asked in told.asked.items()})
