"""The tables of the demo world: their columns, what kind of data each holds, and how they reach disk.

A made-up network whose tables look like a real one's: what the importer knows it labels, and one column,
`profiles.internal_score`, nobody ever labelled, so that reports have something to show. What members do are events,
whom they know are edges, and job advertisements and campaigns are about nobody: who placed one stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from licet.sources.address_schemes import Scheme
from licet.sources.catalogue import Edge, Event, FactsTable, HashedAddress, Location, Table
from licet.terms.vocabulary import HASHED_ADDRESS

Row = tuple[Any, ...]

TEXT, WHOLE, DAY, TEXTS, IS_SO = pa.string(), pa.int64(), pa.date32(), pa.list_(pa.string()), pa.bool_()
MOMENT = pa.timestamp("us", tz="UTC")

SOURCE = "a made-up network, drawn by chance from phrases and lists in licet.sources.demo"


@dataclass(frozen=True)
class Shape:
    """One table: columns as (name, Arrow type, kind of data), the first being the key.

    subjects:   the columns of its people; without any its rows are about nobody.
    item:       what its one person did something to, at `created`; such rows are events.
    edge:       whether its two people are the ends of an edge.
    references: columns, each with the table whose key it holds.
    hashed:     columns that the gate makes, each of a column of addresses, in the writing of a scheme.
    """

    columns: tuple[tuple[str, pa.DataType, str | None], ...]
    subjects: tuple[str, ...] = ()
    created: str | None = "created"
    visibility: str | None = None
    visibility_is: str | None = None
    item: str | None = None
    edge: bool = False
    references: tuple[tuple[str, str], ...] = ()
    hashed: tuple[tuple[str, str, Scheme], ...] = ()

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([(name, kind) for name, kind, _ in self.columns])

    @property
    def labels(self) -> dict[str, str | None]:
        return {name: label for name, _, label in self.columns}

    def as_catalogue_table(self, file_name: str) -> Table:
        return Table(
            location=Location(parquet=file_name),
            about=None if self.subjects else "nobody",
            key=self.columns[0][0],
            subjects=self.subjects,
            event=self._event,
            edge=Edge(**dict(zip(("from", "to"), self.subjects, strict=True))) if self.edge else None,
            references=dict(self.references),
            created=self.created,
            visibility=self.visibility,
            visibility_is=self.visibility_is,
            hashed={
                name: HashedAddress(**{"from": of, "scheme": scheme}) for name, of, scheme in self.hashed
            },
            columns={**self.labels, **{name: HASHED_ADDRESS for name, _, _ in self.hashed}},
            source=SOURCE,
        )

    @property
    def _event(self) -> Event | None:
        if self.item is None or self.created is None:
            return None
        (actor,) = self.subjects
        return Event(actor=actor, item=self.item, time=self.created)

    def as_arrow(self, rows: Iterable[Row]) -> pa.RecordBatch:
        columns = list(zip(*rows, strict=True)) or [()] * len(self.columns)
        arrays = [
            pa.array(values, type=kind) for values, (_, kind, _) in zip(columns, self.columns, strict=True)
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)


def _same(label: str, **columns: pa.DataType) -> tuple[tuple[str, pa.DataType, str | None], ...]:
    return tuple((name, kind, label) for name, kind in columns.items())


# fmt: off
SHAPES: dict[str, Shape] = {
    "members": Shape(
        (
            ("member_id", TEXT, "profile"),
            ("region", TEXT, "profile.location"),
            ("birth_date", DAY, "demographic.age"),
            ("plan", TEXT, "payment"),
            ("joined", MOMENT, "activity"),
        ),
        ("member_id",), created="joined", visibility_is="private",
    ),
    "profiles": Shape(
        (
            ("member_id", TEXT, "profile"),
            ("handle", TEXT, "profile.name"),
            ("name", TEXT, "profile.name"),
            ("photo_url", TEXT, "profile.photo"),
            ("headline", TEXT, "profile.headline"),
            ("summary", TEXT, "profile.summary"),
            ("position", TEXT, "profile.position"),
            ("organisation", TEXT, "profile.position"),
            ("location", TEXT, "profile.location"),
            ("industry", TEXT, "profile.industry"),
            ("skills", TEXTS, "profile.skills"),
            ("certifications", TEXT, "profile.certifications"),
            ("volunteering", TEXT, "profile.volunteering"),
            ("publications", TEXT, "profile.publications"),
            ("patents", TEXT, "profile.patents"),
            ("endorsements", WHOLE, "profile.endorsements"),
            ("recommendations", TEXT, "profile.recommendations"),
            ("projects", TEXT, "profile.projects"),
            ("honours", TEXT, "profile.honours"),
            ("languages", TEXTS, "profile.languages"),
            ("courses", TEXT, "profile.courses"),
            ("test_scores", TEXT, "profile.test_scores"),
            ("website", TEXT, "profile.websites"),
            ("gender", TEXT, "demographic.gender"),
            ("email", TEXT, "contact.email"),
            ("phone", TEXT, "contact.phone"),
            ("address", TEXT, "contact.address"),
            ("internal_score", WHOLE, None),
            ("updated", MOMENT, "profile"),
        ),
        ("member_id",), created="updated", visibility_is="public",
        hashed=(("email_for_lists", "email", "microsoft"),),
    ),
    "work_history": Shape(
        _same("profile.work_history", position_id=TEXT, member_id=TEXT, title=TEXT, organisation=TEXT,
              location=TEXT, description=TEXT, started=DAY, ended=DAY, created=MOMENT),
        ("member_id",), visibility_is="public",
    ),
    "education": Shape(
        _same("profile.education", education_id=TEXT, member_id=TEXT, school=TEXT, degree=TEXT,
              started_year=WHOLE, ended_year=WHOLE, created=MOMENT),
        ("member_id",), visibility_is="public",
    ),
    "posts": Shape(
        _same("content.posts", post_id=TEXT, author=TEXT, visibility=TEXT, language=TEXT, title=TEXT,
              body=TEXT, copied_from=TEXT, created=MOMENT),
        ("author",), visibility="visibility",
    ),
    "comments": Shape(
        _same("content.comments", comment_id=TEXT, post_id=TEXT, reply_to=TEXT, author=TEXT,
              visibility=TEXT, text=TEXT, created=MOMENT),
        ("author",), visibility="visibility", item="post_id",
    ),
    "messages": Shape(
        _same("private_communication.messages", message_id=TEXT, conversation_id=TEXT, sender=TEXT,
              recipients=TEXTS, subject=TEXT, text=TEXT, created=MOMENT),
        ("sender", "recipients"), visibility_is="private",
    ),
    "group_messages": Shape(
        _same("group_communication.messages", message_id=TEXT, group_id=TEXT, group_name=TEXT,
              author=TEXT, text=TEXT, created=MOMENT),
        ("author",), visibility_is="group",
    ),
    "ai_conversations": Shape(
        _same("ai_conversation", turn_id=TEXT, member_id=TEXT, prompt=TEXT, output=TEXT, created=MOMENT),
        ("member_id",), visibility_is="private",
    ),
    "jobs": Shape(
        _same("organisation.job_postings", job_id=TEXT, organisation=TEXT, title=TEXT, trade=TEXT,
              region=TEXT, location=TEXT, remote=IS_SO, seniority=TEXT, language=TEXT, description=TEXT,
              skills=TEXTS, pay_from=WHOLE, pay_to=WHOLE, currency=TEXT, expires=MOMENT, created=MOMENT),
        visibility_is="public",
    ),
    "job_contacts": Shape(
        _same("activity", job_id=TEXT, recruiter=TEXT, created=MOMENT),
        ("recruiter",), visibility_is="public", item="job_id", references=(("job_id", "jobs"),),
    ),
    "applications": Shape(
        (
            *_same("job_seeking.applications", application_id=TEXT, job_id=TEXT, applicant=TEXT,
                   letter=TEXT),
            ("expected_salary", WHOLE, "job_seeking.salary"),
            ("salary_currency", TEXT, "job_seeking.salary"),
            *_same("job_seeking.applications", status=TEXT, created=MOMENT),
        ),
        ("applicant",), visibility_is="private", item="job_id", references=(("job_id", "jobs"),),
    ),
    "job_views": Shape(
        _same("activity.views", view_id=TEXT, member_id=TEXT, job_id=TEXT, seconds=WHOLE, created=MOMENT),
        ("member_id",), visibility_is="private", item="job_id", references=(("job_id", "jobs"),),
    ),
    "saved_jobs": Shape(
        _same("job_seeking.saved_jobs", save_id=TEXT, member_id=TEXT, job_id=TEXT, created=MOMENT),
        ("member_id",), visibility_is="private", item="job_id", references=(("job_id", "jobs"),),
    ),
    "not_interested": Shape(
        _same("job_seeking.preferences", no_id=TEXT, member_id=TEXT, job_id=TEXT, reason=TEXT,
              created=MOMENT),
        ("member_id",), visibility_is="private", item="job_id", references=(("job_id", "jobs"),),
    ),
    "connections": Shape(
        _same("connections", connection_id=TEXT, member_id=TEXT, connected_to=TEXT, created=MOMENT),
        ("member_id", "connected_to"), visibility_is="connections", edge=True,
    ),
    "follows": Shape(
        _same("activity.follows", follow_id=TEXT, member_id=TEXT, kind=TEXT, followed=TEXT,
              created=MOMENT),
        ("member_id",), visibility_is="private", item="followed",
    ),
    "campaigns": Shape(
        _same("organisation.campaigns", ad_id=TEXT, advertiser=TEXT, trade=TEXT, language=TEXT),
        created=None, visibility_is="public",
    ),
    "ad_clicks": Shape(
        _same("advertising.engagement", click_id=TEXT, member_id=TEXT, ad_id=TEXT, ad_title=TEXT,
              created=MOMENT),
        ("member_id",), visibility_is="private", item="ad_id", references=(("ad_id", "campaigns"),),
    ),
    "reactions": Shape(
        _same("activity.reactions", reaction_id=TEXT, post_id=TEXT, member_id=TEXT, kind=TEXT,
              created=MOMENT),
        ("member_id",), visibility_is="public", item="post_id", references=(("post_id", "posts"),),
    ),
    "searches": Shape(
        _same("activity.searches", search_id=TEXT, member_id=TEXT, query=TEXT, created=MOMENT),
        ("member_id",), visibility_is="private",
    ),
}
# fmt: on

FACTS = FactsTable(
    table="members", subject="member_id", region="region", birth_date="birth_date", plan="plan"
)
