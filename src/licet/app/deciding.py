"""Many decisions at one moment and one ledger position, the facts about everybody concerned read together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from licet.decide import Decision, Request, decide
from licet.terms import SELF

if TYPE_CHECKING:
    from licet.app.workspace import Workspace


class Question(NamedTuple):
    """May `recipient` use one record of this kind, of this subject, for this purpose?"""

    subject: str
    purpose: str
    category: str
    recipient: str = SELF
    visibility: str | None = None
    created: datetime | None = None


def decide_many(
    workspace: Workspace, questions: Sequence[Question], at: datetime, position: int
) -> list[Decision]:
    """The answers in the order of the questions; a subject nobody knows is a deny like any other."""
    policy = workspace.policy(position)
    subjects = {question.subject for question in questions}
    facts = workspace.people().facts_about_many(subjects, at, position, workspace.ledger)
    return [
        decide(
            Request(one.purpose, one.category, one.recipient, at, one.visibility, one.created),
            facts[one.subject],
            policy,
        )
        for one in questions
    ]
