"""A forgetting as the person whose it is may see it: step by step, what happened, what has not, and what nobody knows.

Drawn from what the ledger recorded and from what holders of copies said. A step is done only where an outcome bears it
out; of a copy no more is said than its state says (docs/deliveries.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from licet.app import artefacts
from licet.app.follow_lock import reached_by
from licet.app.followed_copies import statuses
from licet.app.forgetting_outcomes import certify, prove_absences
from licet.app.forgetting_queue import chosen_anew, copies_now
from licet.app.forgetting_steps import TimelineCopy, TimelineStep, copy_told, headline, steps
from licet.app.forgettings import (
    Forgetting,
    ask,
    forgetting_numbered,
    forgettings,
    forgettings_of,
    kept_certificates,
    last_forgettings,
)
from licet.terms import AppError
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment, parse_moment

if TYPE_CHECKING:
    from licet.app.core import Core


class Timeline(NamedTuple):
    """status: as the last outcome has it, and as_of when that was. by: when who follows will have carried it out.

    artefacts: by their names, those that stand now, of each of which a proof can be had. has_chosen_since: they
    switched something on after they asked; where it was not done by then, nothing more is done.
    """

    number: int
    subject: str
    at: str
    status: str
    as_of: str | None
    by: str | None
    sentence: str
    steps: tuple[TimelineStep, ...]
    copies: tuple[TimelineCopy, ...]
    artefacts: tuple[str, ...]
    has_certificate: bool
    has_chosen_since: bool

    def as_json(self) -> JsonObject:
        return {
            **self._asdict(),
            "steps": [one._asdict() for one in self.steps],
            "copies": [one._asdict() for one in self.copies],
            "artefacts": list(self.artefacts),
        }


def ask_to_be_forgotten(core: Core, subject: str, via: str, key: str | None) -> Timeline:
    """As `UseOperations.ask_to_be_forgotten`."""
    forgetting, _ = ask(core, subject, via, key, is_left=True)
    return timeline(core, forgetting)


def timelines(core: Core, subject: str | None, before: int | None, most: int | None) -> list[Timeline]:
    """Those of one person, or of all, the latest first. before: only of lower numbers. most: no more than so many."""
    if subject is None and most is not None:
        kept = last_forgettings(core, core.ledger.position if before is None else before, most)
    else:
        found = forgettings(core) if subject is None else forgettings_of(core, subject)
        kept = [one for one in reversed(found) if before is None or one.number < before]
    present = _Present(core)
    return [_timeline(core, one, present) for one in kept[:most]]


def certificate(core: Core, number: int, subject: str | None) -> JsonObject:
    """The certificate of its last outcome. Raises: AppError APP-241, APP-242, APP-243 where there is none yet."""
    forgetting = forgetting_numbered(core, number, subject)
    kept = kept_certificates(core).read(number)
    if kept is not None:
        return kept
    outcome, entry = forgetting.outcome, forgetting.entry
    if outcome is not None and entry is not None:
        proofs = prove_absences(core, forgetting.subject).proofs
        if outcome.status == "PENDING" or {
            one.after.snapshot for one in outcome.artefacts if one.after
        } <= set(proofs):
            (made,) = certify(core, [(forgetting.subject, proofs)], [core.ledger.entry(entry)])
            return made
    raise AppError(
        "APP-243",
        "there is no certificate of it",
        fix="come back when it was carried out"
        if outcome is None
        else "ask its keeper to run licet forget again: it makes another",
    )


def timeline(core: Core, forgetting: Forgetting) -> Timeline:
    return _timeline(core, forgetting, _Present(core))


class _Present:
    """What there is now, read once for as many as are told of it."""

    def __init__(self, core: Core) -> None:
        self.artefacts = tuple(one.name for one in artefacts.latest(core))
        self.copies = statuses(core)
        self.snapshots = core.store.by_id()


def _timeline(core: Core, forgetting: Forgetting, present: _Present) -> Timeline:
    outcome, anew = forgetting.outcome, chosen_anew(core, forgetting)
    overtaken = anew if forgetting.status != "EXACT" else None
    by = None
    if outcome is None and forgetting.is_left and overtaken is None:
        until = reached_by(core, parse_moment(forgetting.at))
        by = None if until is None else format_moment(until)
    copies = tuple(
        copy_told(one) for one in copies_now(core, forgetting, present.copies, present.snapshots).copies
    )
    return Timeline(
        forgetting.number, forgetting.subject, forgetting.at, forgetting.status,
        None if outcome is None else outcome.at, by, headline(forgetting, anew),
        tuple(steps(forgetting, overtaken, copies)), copies,
        present.artefacts, outcome is not None, anew is not None,
    )  # fmt: skip
