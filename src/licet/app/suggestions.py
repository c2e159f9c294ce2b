"""Suggestions for one member: a headline, a summary or the start of a post, of what they permit of their own rows.

Of the member are read the rows that the policy and their choices permit for `ai_assistance`, as of now, at every call;
of others nothing but what a model serves of all of them, by which the phrasings are ranked. Nothing is kept, and the
ledger hears of it no more than of any page on which a member looks at their own data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from licet.app.member.own_records import OwnRecords
from licet.app.member.refused_records import RecordNoes
from licet.app.own_rows import open_serving
from licet.app.served_model import Ranking, ServedModel
from licet.decide import Decision, Request, decide
from licet.decide.explain import category_term
from licet.enforce.pseudonyms import identifying
from licet.enforce.serving import OwnRows, Serving
from licet.policies.choice_standing import reason_for
from licet.terms import SELF, AppError
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment
from licet.uses.writing.own_words import Origin, Read, Rows, is_read, read_own_words
from licet.uses.writing.phrasings import TEXT_KINDS, TextKind, fill

if TYPE_CHECKING:
    from licet.app.core import Core
    from licet.enforce.subject_rows import SubjectIndexes
    from licet.sources.catalogue import Table

#: What own rows are read for, by the vocabulary's own word for it.
PURPOSE = "ai_assistance"
MOST_SUGGESTED = 12
#: Records of a table of which it is told why they were left out.
_MOST_LOOKED_AT = 25


class Suggestion(NamedTuple):
    """fields: the names of what of the member's stands in it."""

    text: str
    fields: tuple[str, ...]


class Source(NamedTuple):
    """Rows of one table and kind of data: read for the suggestions, or left out. rule: that decided, where one did."""

    table: str
    kind: str
    label: str
    code: str
    rule: str | None
    reason: str

    @property
    def origin(self) -> Origin:
        return Origin(self.table, self.kind)


class Suggestions(NamedTuple):
    """Best first. at, position: of when they are. used, left_out: the member's own data, and why.

    settings: by its id each control that decides about any of it, and its label.
    """

    subject: str
    kind: TextKind
    at: str
    position: int
    policy: str
    settings: Mapping[str, str]
    ranking: Ranking
    suggestions: tuple[Suggestion, ...]
    used: tuple[Source, ...]
    left_out: tuple[Source, ...]

    def as_json(self) -> JsonObject:
        return {
            "subject": self.subject, "kind": self.kind, "purpose": PURPOSE, "at": self.at, "position": self.position,
            "policy": self.policy, "settings": list(self.settings), "ranked_by": self.ranking.by,
            "because": self.ranking.why, "model": self.ranking.model,
            "suggestions": [{"text": one.text, "fields": list(one.fields)} for one in self.suggestions],
            "used": [one._asdict() for one in self.used], "left_out": [one._asdict() for one in self.left_out],
        }  # fmt: skip


class Assistance:
    """What suggestions are made from, kept for as long as a server runs. Any number of threads may share one."""

    def __init__(self, core: Core) -> None:
        self._core, self._model = core, ServedModel()
        self._opened: tuple[SubjectIndexes, Serving] | None = None

    def _serving(self) -> Serving:
        """Opened anew where what the workspace keeps of its tables was let go of."""
        indexes = self._core.subject_indexes
        if self._opened is None or self._opened[0] is not indexes:
            self._opened = indexes, open_serving(self._core, PURPOSE, SELF, for_training=False)
        return self._opened[1]

    def suggest(
        self, subject: str, kinds: Sequence[TextKind], most: int, at_least: int | None
    ) -> list[Suggestions]:
        """For each kind, of one reading. Raises: AppError APP-250 for another kind, APP-251 for no number, APP-013; as
        `Serving.own`."""
        for kind in kinds:
            if kind not in TEXT_KINDS:
                raise AppError(
                    "APP-250",
                    f"there are no suggestions of a {kind!r}",
                    fix=f"one of: {', '.join(TEXT_KINDS)}",
                )
        if not 1 <= most <= MOST_SUGGESTED:
            raise AppError(
                "APP-251", f"{most} suggestions cannot be made", fix=f"ask for 1 to {MOST_SUGGESTED}"
            )
        core = self._core
        if not core.people().knows(subject):
            raise core.unknown(subject)
        own = self._serving().own(subject, at_least)
        tables = dict(_readable(core))
        read = read_own_words(
            [_rows(name, table, own) for name, table in tables.items() if name in own.tables]
        )
        sources, ranking = [*_sources(core, subject, own, tables)], self._model.ranking(core)
        pack = core.policy(own.position).pack
        settings = {
            rule.setting: pack.settings[rule.setting].label
            for rule in pack.permits(PURPOSE, SELF)
            if rule.setting is not None
        }
        made = []
        for kind in kinds:
            shown = _best(kind, read, ranking, most)
            origins = {read.origins[field] for one in shown for field in one.fields if field in read.origins}
            made.append(
                Suggestions(
                    subject, kind, format_moment(own.at), own.position, pack.title, settings, ranking, shown,
                    tuple(one for one, is_permitted in sources if is_permitted and one.origin in origins),
                    tuple(one for one, is_permitted in sources if not is_permitted),
                )
            )  # fmt: skip
        return made


def _best(kind: TextKind, read: Read, ranking: Ranking, most: int) -> tuple[Suggestion, ...]:
    filled = fill(kind, read.words.fields())
    order = ranking.ranked([one.text for one in filled])[:most]
    return tuple(Suggestion(*filled[place]) for place in order)


def _readable(core: Core) -> Iterator[tuple[str, Table]]:
    """The tables whose rows are about one member each, and hold what a field is made of."""
    for name, table in core.catalogue.tables.items():
        if len(table.subjects) == 1 and not table.element_subjects and _kinds(table):
            yield name, table


def _kinds(table: Table) -> dict[str, str]:
    """Per column that may be read what kind of data it holds: no id, and no key of another table."""
    apart = {*identifying(table), *table.references}
    return {
        column: kind
        for column, kind in table.columns.items()
        if kind is not None
        and is_read(column, kind)
        and column not in apart
        and not column.lower().endswith(("_id", " id"))
    }


def _rows(name: str, table: Table, own: OwnRows) -> Rows:
    rows = own.tables[name]
    if pa.types.is_nested(rows.schema.field(table.subjects[0]).type):
        rows = rows.slice(0, 0)  # of several people, each of them
    if table.created in rows.column_names:
        rows = rows.sort_by([(table.created, "ascending")])
    return Rows(name, rows, _kinds(table))


def _sources(
    core: Core, subject: str, own: OwnRows, tables: dict[str, Table]
) -> Iterator[tuple[Source, bool]]:
    """By table and kind of data whether any of the member's is permitted, and why; `decide` says so, as of the rows."""
    records = OwnRecords(core.catalogue, core.subject_indexes, subject)
    policy, facts = core.policy(own.position), core.facts(subject, own.at, own.position)
    noes = RecordNoes(core.ledger, own.position, records)
    for name, table in tables.items():
        held = records.of(name)[:_MOST_LOOKED_AT] if name in own.about else []
        for kind in dict.fromkeys(_kinds(table).values()):
            asked = [
                decide(
                    Request(PURPOSE, kind, SELF, own.at, one.visibility, one.created, noes.of(one)),
                    facts,
                    policy,
                )
                for one in held
                if kind in one.kinds
            ]
            if asked:
                decision = _telling(asked)
                label = category_term(policy.pack, kind).label
                yield _source(name, kind, label, decision), decision.permitted


def _telling(asked: Sequence[Decision]) -> Decision:
    """The one that tells most: one that permits, where there is any."""
    return next((one for one in asked if one.permitted), asked[0])


def _source(table: str, kind: str, label: str, decision: Decision) -> Source:
    return Source(table, kind, label, decision.code.value, decision.rule, reason_for(decision))
