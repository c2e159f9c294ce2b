"""What becomes of whole rows, by the one combination of several kinds of data and several people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from licet.decide import decide
from licet.decide.combination import RowAnswer, SubjectAnswer, answer_of, combine
from licet.testing.marked_worlds import MarkedTable
from licet.testing.oracle.standpoint import Standpoint, request_about


def kinds_of(table: MarkedTable) -> list[str]:
    """The kinds of data by which every row of a table is judged: those of the columns that the catalogue names."""
    kinds = (table.kind_of(column) for column in table.rows[0] if column in table.labels)
    return list(dict.fromkeys(kind for kind in kinds if kind is not None))


def person_answer(
    stand: Standpoint, table: MarkedTable, number: int, person: str | None, kinds: Iterable[str]
) -> SubjectAnswer:
    """What one person of a row says to these kinds of data of it."""
    facts = None if person is None else stand.facts.get(person)
    return answer_of(
        [decide(request_about(table, number, kind, stand), facts, stand.policy) for kind in kinds]
    )


def row_answer(stand: Standpoint, table: MarkedTable, number: int) -> RowAnswer:
    """The answer of a row; a bit of its mask is a kind of data, as `kinds_of` has them in order."""
    kinds = kinds_of(table)
    people = table.people_of(number)
    return combine([person_answer(stand, table, number, person, kinds) for person in people])


def row_codes(stand: Standpoint, table: MarkedTable) -> Counter[str | None]:
    """How many rows of a table each code holds back; under None, those of which something passes."""
    answers = (row_answer(stand, table, number) for number in range(len(table.rows)))
    return Counter(None if answer.reason is None else answer.reason.code.value for answer in answers)
