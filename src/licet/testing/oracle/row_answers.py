"""What becomes of whole rows, by the one combination of several kinds of data and several people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from licet.decide import decide
from licet.decide.combination import SubjectAnswer, answer_of
from licet.testing.marked_worlds import MarkedTable
from licet.testing.oracle.standpoint import Standpoint, request_about


def person_answer(
    stand: Standpoint, table: MarkedTable, number: int, person: str | None, kinds: Iterable[str]
) -> SubjectAnswer:
    """What one person of a row says to these kinds of data of it."""
    facts = None if person is None else stand.facts.get(person)
    return answer_of(
        [decide(request_about(table, number, kind, stand), facts, stand.policy) for kind in kinds]
    )


def row_codes(stand: Standpoint, table: MarkedTable, about: str | None = None) -> Counter[str | None]:
    """How many rows of a table each code holds back; under None, those of which something passes.

    about: of the rows about this member alone.
    """
    answers = (
        stand.row_answer(table, number)
        for number in range(len(table.rows))
        if about is None or about in table.people_of(number)
    )
    return Counter(None if answer.reason is None else answer.reason.code.value for answer in answers)
