"""What the ledger says of two ids that look alike: that the one goes by another id now, or that they are two people.

Here so that whatever reads the members' table asks the same. That two ids are two people is written by each of them
as a mark under the workspace's salt: who reads without the salt cannot tell, and holds nothing for settled.
"""

from __future__ import annotations

import hmac
from collections import defaultdict
from collections.abc import Sequence

from licet.ledger import Entry, EntryKind, RecordedChoices

#: Up to so many pairs are asked about one by one; beyond them, everything that was ever said is read once.
_ONE_BY_ONE = 8


def current_name(ledger: RecordedChoices, subject: str) -> str:
    """The id that a subject goes by now: renames followed in the order in which they were made."""
    name, since = subject, 0
    while renames := [
        entry
        for entry in ledger.entries_of_kind(EntryKind.SUBJECT_RENAMED, name, since)
        if entry.payload is not None and "to" in entry.payload
    ]:
        name, since = str((renames[0].payload or {})["to"]), renames[0].index + 1
    return name


def names_of(ledger: RecordedChoices, subject: str) -> list[str]:
    """Every id that a subject went or goes by, this one last."""
    names, waiting = {subject}, [subject]
    while waiting:
        for entry in ledger.entries_of_kind(EntryKind.SUBJECT_RENAMED, waiting.pop()):
            said = entry.payload or {}
            for name in {said.get("to"), said.get("from")} - names - {None}:
                names.add(str(name))
                waiting.append(str(name))
    return [*sorted(names - {subject}), subject]


def names_now(ledger: RecordedChoices, subject: str) -> tuple[str, ...]:
    """The ids of whoever goes by the same id now as a subject does, this one first: all of them are one person's."""
    *others, _ = names_of(ledger, subject)
    if not others:
        return (subject,)
    name = current_name(ledger, subject)
    return (subject, *(other for other in others if current_name(ledger, other) == name))


def mark_of_other(salt: bytes, subject: str) -> str:
    """How an entry about somebody names the one they are not, so that an erasure of one leaves no id of theirs."""
    return hmac.digest(salt, b"licet distinct\x00" + subject.encode(), "sha256").hex()


def unsettled(
    ledger: RecordedChoices, salt: bytes | None, pairs: Sequence[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Which pairs, an id that is gone and a member's like it, the ledger says nothing of."""
    if len(pairs) <= _ONE_BY_ONE:
        return [
            (gone, member)
            for gone, member in pairs
            if current_name(ledger, gone) == gone
            and (gone, member)
            not in _apart(ledger.entries_of_kind(EntryKind.SUBJECTS_DISTINCT, gone), salt, [member])
        ]
    went_on = _went_on(ledger.entries_of_kind(EntryKind.SUBJECT_RENAMED))
    apart = _apart(ledger.entries_of_kind(EntryKind.SUBJECTS_DISTINCT), salt, {member for _, member in pairs})
    return [pair for pair in pairs if pair[0] not in went_on and pair not in apart]


def _apart(
    entries: Sequence[Entry], salt: bytes | None, members: Sequence[str] | set[str]
) -> set[tuple[str, str]]:
    """Pairs of an entry's subject and one of some members who is not them."""
    if salt is None or not entries:
        return set()
    by_mark = {mark_of_other(salt, member): member for member in members}
    return {
        (str(entry.subject), by_mark[other])
        for entry in entries
        if entry.payload is not None and (other := entry.payload["other"]) in by_mark
    }


def _went_on(entries: Sequence[Entry]) -> set[str]:
    """The subjects of renames who do not go by that id any more, or again."""
    steps: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for entry in entries:
        if entry.payload is not None and "to" in entry.payload:
            steps[str(entry.subject)].append((entry.index, str(entry.payload["to"])))
    found = set()
    for subject in steps:
        name, since = subject, -1
        while step := next((step for step in steps.get(name, ()) if step[0] > since), None):
            since, name = step
        if name != subject:
            found.add(subject)
    return found
