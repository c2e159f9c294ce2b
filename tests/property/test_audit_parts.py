"""The parts of an audit's answer add up to the records and do not overlap, under any policy, for anybody.

And nothing is said to be unused that nobody has read.
"""

from __future__ import annotations

import re
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from licet.audit.audit_report import FileReport, Person, Policy, Reach, Report
from licet.audit.audit_sentences import answer, verdict
from licet.audit.inventory import Alike, AuditedFile
from licet.audit.judgement import Fate, Judge
from licet.audit.topics import TOPICS, TRAINING
from licet.decide import Facts
from licet.decide import Policy as Asked
from licet.packs import Pack
from licet.sources.archives.archive_kinds import Kind
from licet.sources.archives.archive_records import Thing
from licet.sources.import_report import Unread
from licet.terms import ChoiceState
from licet.terms.moments import midnight
from licet.testing.drawn_policies import packs
from licet.testing.drawn_words import CATEGORIES, DAYS

_TABLES = ("messages", "meta_messages", "shares", "profile")
_PIECES = (
    Unread("a.json", "the whole file", "cut off", 1_200_000),
    Unread("b.csv", "row 17", "a quote", None, "content.posts"),
)
_UNREAD = st.lists(st.sampled_from(_PIECES), max_size=3)


def _report(rng: Random, pack: Pack, unread: list[Unread]) -> tuple[Report, Judge]:
    at = midnight(rng.choice(DAYS))
    place, age = rng.choice(["CH", "US-TX", "CA-QC", "GB"]), rng.choice([12, 17, 40])
    person = Person(place, "somewhere", "said", None, age, "said")
    policy, choices = Asked(pack), dict.fromkeys(pack.settings, ChoiceState.REFUSED)
    judges = [
        Judge(
            policy, Facts(person.region, person.age, None, said, bound=dict.fromkeys(said, pack.digest)), at
        )
        for said in ({}, choices, choices)
    ]
    files = []
    for number in range(rng.randrange(5)):
        table = rng.choice(_TABLES)
        file = AuditedFile(f"{number}.json", Thing(table, rng.choice(CATEGORIES)))
        for _ in range(rng.randrange(6)):
            kinds = {rng.choice([*CATEGORIES, None]): rng.randrange(1, 4) for _ in range(rng.randrange(1, 4))}
            alike = Alike(rng.choice([None, "public", "connections"]), 0, frozenset(kinds))
            file.add(alike, dict(kinds), None, None, iter(()))
        files.append(FileReport(
            file, table, {topic: judges[0].share(topic, file) for topic in TOPICS},
            {topic: Reach(*(judge.rows_used(topic, file) for judge in judges)) for topic in TOPICS},
            dict.fromkeys(TOPICS, 0),
        ))  # fmt: skip
    feeds = frozenset(topic for topic in TOPICS if any(judges[0].may_use(topic, one.kind) for one in unread))
    asked = Policy(pack.id, pack.title, pack.version, pack.digest, "2026-01-01", "Acme")
    readings = {topic: judges[0].reading(topic) for topic in TOPICS}
    return Report(
        Kind.META, asked, person, at, tuple(files), tuple(unread), feeds, readings, (), (), (), (), (), ()
    ), judges[0]


@given(st.randoms(use_true_random=False), packs(), _UNREAD)
def test_the_parts_of_the_answer_add_up_and_nothing_unread_is_called_nothing(
    rng: Random, pack: Pack, unread: list[Unread]
) -> None:
    report, judge = _report(rng, pack, unread)
    for topic in TOPICS:
        parts = report.parts(topic)
        assert sum(parts.values()) == report.rows and parts.get(Fate.USED, 0) == report.reach(topic).now
        for file in report.files:
            assert sum(file.shares[topic].records.values()) == file.file.rows
            assert file.shares[topic].rows(Fate.USED) == judge.rows_used(topic, file.file)
        if not report.readings[topic].read:
            assert set(parts) <= {Fate.NOT_READ, Fate.NOT_UNDERSTOOD}
    said = verdict(report)
    parts = report.parts(TRAINING)
    doubtful = {Fate.AMBIGUOUS, Fate.NOT_READ, Fate.NOT_UNDERSTOOD}
    if unread or report.readings[TRAINING].unread or not doubtful.isdisjoint(parts):
        assert "othing among your" not in said
    assert not unread or "not read, so this is not all: " in said
    if report.rows and report.readings[TRAINING].read:
        # the sentence itself: every number of it but the whole is a part, and together they are the whole
        told = re.sub(
            r"That .*|What applies.*|Switched off.*", "", said.partition("so this is not all: ")[2] or said
        )
        numbers = [int(number) for number in re.findall(r"\b\d+\b", told)]
        whole = [] if "othing of what was read" in told else [report.rows]
        for number in whole:
            numbers.remove(number)
        assert sum(numbers) == report.rows
    assert not unread or not any(
        re.match("nothing(?! of what was read)", line.sentence) for line in answer(report)
    )
