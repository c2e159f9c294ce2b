"""What a member's public pages show, and what they say to a crawler on the member's behalf.

A page shows what was made for everybody to see, of the kinds of data that people publish. It says that it may train
generative AI only where everyone whom it is about said so themselves, and where `decide` permits every such use of
everything on it. Where a control merely starts on, nobody spoke, and silence is no (law 1).
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from licet.app.member.own_records import OwnRecords
from licet.app.member.record_contents import OwnPart, OwnPartLater, OwnRecord
from licet.decide import Decision, Facts, No, Policy, Request, decide
from licet.decide.evaluator import stands_on
from licet.enforce.pseudonyms import pseudonym_of_key
from licet.sources.catalogue import Catalogue
from licet.terms import SELF
from licet.terms.vocabulary import GENERATIVE_AI_TRAINING

#: Roots of the kinds of data that a public page shows.
_PUBLISHED = ("profile", "content")
#: Records on a public page at most, the newest of each table first.
MOST_RECORDS = 50


class PublicPage(NamedTuple):
    """The records that a page shows, and whether it may say to a crawler that they may train generative AI."""

    records: list[OwnRecord]
    is_willing: bool


def public_page(
    records: OwnRecords,
    subject: str,
    wanted: tuple[str, str] | None,
    facts_of: Callable[[str], Facts | None],
    policy: Policy,
    at: datetime,
    salt: bytes,
    noes_of: Callable[[OwnRecord], frozenset[No]],
) -> PublicPage:
    """The page about a subject, or about one record of theirs.

    wanted: table and key of the one record, the key as pages show it. facts_of: what is known about a subject now.
    salt:   the workspace's, for pseudonyms of keys that are not published. noes_of: what was said no to of a record.
    """
    found = _public_records(records, salt)
    if wanted is not None:
        found = (pair for pair in found if (pair[1].table, pair[1].key) == wanted)
    pairs = list(itertools.islice(found, MOST_RECORDS))
    whole, shown = [one for one, _ in pairs], [one for _, one in pairs]
    return PublicPage(shown, is_willing(policy, facts_of, subject, whole, at, noes_of))


def _public_records(records: OwnRecords, salt: bytes) -> Iterator[tuple[OwnRecord, OwnRecord]]:
    """The records anybody can see, each as it is and as it is shown: columns alone of which every part is published.

    Its key and its date are data like any other: where their columns are not published, a pseudonym, and no date.
    """
    for name, columns in records.columns_seen_by("public", _is_published).items():
        table = records.catalogue.tables[name]
        for record in records.of(name):
            kinds = {
                kind: here
                for kind, within in record.kinds.items()
                if (here := tuple(column for column in within if column in columns))
            }
            if record.visibility == "public" and kinds:
                key = record.key
                if key is not None and table.key not in columns:
                    key = pseudonym_of_key(salt, name, key)
                yield (
                    record._replace(kinds=kinds),
                    record._replace(
                        key=key,
                        created=record.created if table.created in columns else None,
                        kinds=kinds,
                        later=OwnPartLater(functools.partial(_published_part, record, columns)),
                    ),
                )


def _published_part(record: OwnRecord, columns: frozenset[str]) -> OwnPart:
    shown = {column: value for column, value in record.row.items() if column in columns}
    return OwnPart(shown, record.left_out)


def _is_published(kind: str) -> bool:
    return kind.partition(".")[0] in _PUBLISHED


class Introduction(NamedTuple):
    """A subject by their public name and headline; empty where they have none."""

    subject: str
    name: str
    headline: str


def introductions(records: OwnRecords, catalogue: Catalogue, subjects: Iterable[str]) -> list[Introduction]:
    """Each subject with public name and headline. records: those about all of them."""
    shown = [
        record
        for name, table in catalogue.tables.items()
        if table.subjects and table.visibility_is == "public" and {*_INTRODUCING} & {*table.columns.values()}
        for record in records.of(name)
    ]
    return [
        Introduction(
            subject,
            *(_said(kind, (one for one in shown if subject in one.subjects)) for kind in _INTRODUCING),
        )
        for subject in subjects
    ]


def public_name(records: Iterable[OwnRecord]) -> str:
    """The name on somebody's public page; empty where there is none."""
    return _said(_INTRODUCING[0], records)


_INTRODUCING = ("profile.name", "profile.headline")


def _said(kind: str, records: Iterable[OwnRecord]) -> str:
    for record in records:
        # What is others' is not in the row.
        said = [str(record.row[column]) for column in record.kinds.get(kind, ()) if column in record.row]
        if said:
            # A name of two words and not the handle beside it.
            return max(said, key=lambda text: (" " in text, len(text)))
    return ""


def is_willing(
    policy: Policy,
    facts_of: Callable[[str], Facts | None],
    subject: str,
    records: Sequence[OwnRecord],
    at: datetime,
    noes_of: Callable[[OwnRecord], frozenset[No]],
) -> bool:
    """Whether everybody said yes to every use of these records for generative training, and the policy permits each.

    A crawler is anybody: so all uses of the policy are asked about, whoever receives the data, and the shared purpose.
    """
    uses = [
        use for use in policy.pack.uses() if GENERATIVE_AI_TRAINING in policy.pack.purpose_line(use.purpose)
    ]
    questions = {*uses, (GENERATIVE_AI_TRAINING, SELF)}
    # Most have said nothing: nobody else is asked about before the page's own subject.
    people = dict.fromkeys([subject, *(one for record in records for one in record.subjects)])
    if any(record.refers for record in records):
        return False  # what they belong to is others', who are not asked here
    return bool(records) and all(
        said_yes(
            decide(
                Request(purpose, kind, recipient, at, record.visibility, record.created, noes_of(record)),
                facts,
                policy,
            )
        )
        for person in people
        for facts in [None if person is None else facts_of(person)]
        for record in records
        if person in record.subjects
        for kind in record.kinds
        if kind is not None
        for purpose, recipient in questions
    )


def said_yes(decision: Decision) -> bool:
    """Whether it is permitted, by the subject's own yes to every control that governs the question."""
    request, facts, policy = decision.request, decision.facts, decision.policy
    if not decision.permitted or facts is None:
        return False
    cell = policy.cell(request.purpose, request.category, request.recipient)
    controls = [clause.control for clause in cell.permits if clause.control is not None]
    return bool(controls) and all(
        stands_on(control, True, request, facts, policy, cell).applies for control in controls
    )
