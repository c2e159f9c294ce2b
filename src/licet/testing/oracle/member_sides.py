"""A member's own side: what each use would be given of theirs, their archive, and single decisions about their rows.

Of a row about others too, what is not the member's to see is left out, and named.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from random import Random

from licet.app import Workspace
from licet.app.point_decisions import Question
from licet.decide import decide
from licet.terms import Code
from licet.testing.drawn_words import chance, pick
from licet.testing.marked_worlds import Mark, MarkedTable, marks_in
from licet.testing.oracle.row_answers import person_answer
from licet.testing.oracle.sightings import Judged, Leak, Sightings, seen
from licet.testing.oracle.standpoint import Standpoint, kinds_of, request_about

_CONTENT = ("c0", "c1", "c2")


def through_members(rng: Random, workspace: Workspace, stand: Standpoint) -> Sightings:
    """One member's flows and archive, and single decisions about a whole table. Raises: Leak."""
    subject_id = pick(rng, [member["id"] for member in stand.world.members])
    return (
        _flows(workspace, stand, subject_id)
        + _archive(workspace, stand, subject_id)
        + _decisions(rng, workspace, stand)
    )


def _flows(workspace: Workspace, stand: Standpoint, subject_id: str) -> Sightings:
    """Of each use, each row of theirs has the code that a gate has for it, as far as that is theirs to know."""
    marks = Counter[Judged]()
    for flow in workspace.members.member(subject_id).flows():
        use = stand._replace(purpose=flow.use.purpose, recipient=flow.use.recipient)
        expected = Counter[tuple[str, str]]()
        for name, table in stand.world.on_disk.items():
            for number in range(len(table.rows)):
                if subject_id in table.people_of(number):
                    expected[name, _code_for(use, table, number, subject_id)] += 1
        told = Counter[tuple[str, str]]()
        for part in flow.parts:
            told[part.table, part.code] += part.records
        if told != expected:
            raise Leak(
                f"flows of {subject_id} for {flow.use}: {dict(told)}, and decide says {dict(expected)}"
            )
        for (_, code), records in told.items():
            marks[Judged("flows", "", code, code == Code.PERMITTED)] += records
    return seen(marks)


def _code_for(stand: Standpoint, table: MarkedTable, number: int, subject_id: str) -> str:
    """Why a row is not used, to one whom it is about: their own reason, or that others stand in the way."""
    answer = stand.row_answer(table, number)
    if answer.mask or (answer.reason is not None and answer.reason.code is Code.REFERENCE_WITHHELD):
        return (Code.PERMITTED if answer.reason is None else answer.reason.code).value
    own = person_answer(stand, table, number, subject_id, kinds_of(table)).reason
    return (Code.SUBJECTS_DISAGREE if own is None else own.code).value


def _archive(workspace: Workspace, stand: Standpoint, subject_id: str) -> Sightings:
    """Everything about them and nothing about others; each cell of a row that is not there is named as left out."""
    marks = Counter[Judged]()
    with zipfile.ZipFile(io.BytesIO(b"".join(workspace.members.archive(subject_id)))) as archive:
        for mark in {*marks_in("\n".join(archive.read(name).decode() for name in archive.namelist()))}:
            if subject_id not in stand.world.tables[mark.table].people_of(mark.row):
                raise Leak(f"the archive of {subject_id} holds {mark}")
        for name, table in stand.world.on_disk.items():
            if not table.subjects:
                continue
            rows = [json.loads(line) for line in archive.read(f"data/{name}.jsonl").splitlines()]
            numbers = [n for n in range(len(table.rows)) if subject_id in table.people_of(n)]
            if len(rows) != len(numbers):
                raise Leak(f"the archive of {subject_id} has {len(rows)} rows of {name}, not {len(numbers)}")
            for row in rows:
                marks += _judge_archived(row, name, table, subject_id)
    return seen(marks)


def _judge_archived(
    row: dict[str, object], name: str, table: MarkedTable, subject_id: str
) -> Counter[Judged]:
    columns, left_out = row["columns"], row["left_out"]
    assert isinstance(columns, dict)
    assert isinstance(left_out, list)
    if gone := {*table.rows[0]} - {*columns, *left_out}:
        raise Leak(f"a row of {name} in the archive of {subject_id} lacks {gone}, and does not say so: {row}")
    for number in {mark.row for mark in marks_in(json.dumps(columns))}:
        if left_out and {*table.people_of(number)} <= {subject_id, None}:
            raise Leak(f"row {number} of {name} is about {subject_id} alone, and {left_out} are left out")
        for column in columns:
            if column in _CONTENT and columns[column] != table.rows[number][column]:
                raise Leak(f"the archive of {subject_id} has another {Mark(name, number, column)}: {row}")
    held = Counter({Judged("archive", "", "one's own", True): len(columns)})
    return held + Counter({Judged("archive", "", "others' too", False): len(left_out)})


def _decisions(rng: Random, workspace: Workspace, stand: Standpoint) -> Sightings:
    """One kind of data of every row of a table, asked of the workspace one person at a time, by the row's name or not.

    Whoever does not name the record asks about any, so nothing that was said of just this one counts.
    """
    table = pick(rng, list(stand.world.tables.values()))
    kind = pick(rng, [*kinds_of(table), "content.posts"])
    questions, expected = [], []
    for number in range(len(table.rows)):
        request = request_about(table, number, kind, stand)
        record = None
        if table.key is not None and table.location != "arrow" and chance(rng, 15):
            record = table.name, table.rows[number][table.key]
        request = request if record else request._replace(noes=frozenset())
        for person in table.people_of(number):
            if person is not None:
                expected.append(decide(request, stand.facts.get(person), stand.policy).code)
                of_row = request.visibility, request.created, record
                questions.append(Question(person, request.purpose, kind, request.recipient, *of_row))
    marks = Counter[Judged]()
    for question, told, code in zip(questions, workspace.decide_many(questions), expected, strict=True):
        if told.code is not code or told.permitted is not (code is Code.PERMITTED):
            raise Leak(f"decide says {told.code} of {question}, and by what is written it is {code}")
        marks[Judged("decide", "", code.value, told.permitted)] += 1
    return seen(marks)
