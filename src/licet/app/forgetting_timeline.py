"""A forgetting as the person whose it is may see it: step by step, what happened, what has not, and what nobody knows.

Drawn from what the ledger recorded and from what holders of copies said. A step is done only where an outcome bears it
out; of a copy no more is said than its state says (docs/deliveries.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from licet.app import artefacts
from licet.app.follow_lock import reached_by
from licet.app.followed_copies import statuses
from licet.app.forgetting_outcomes import Copy, certify, copies_that_left, prove_absences
from licet.app.forgetting_queue import chosen_anew
from licet.app.forgettings import (
    Forgetting,
    ask,
    forgetting_numbered,
    forgettings,
    forgettings_of,
    kept_certificates,
)
from licet.app.purge import holds
from licet.deliveries import Reach
from licet.enforce.settled_ids import names_now
from licet.receipts.forgetting_outcome import ForgettingOutcome
from licet.terms import AppError
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment, parse_moment

if TYPE_CHECKING:
    from licet.app.core import Core

StepName = Literal["asked", "out_of_service", "updated", "purged", "copies", "certified"]
#: lifted: the person chose something anew, so it goes on no further. unknown: out of reach, so nobody can tell.
StepState = Literal["done", "waiting", "lifted", "unknown"]


class TimelineStep(NamedTuple):
    """at: when it was done, as far as that is known."""

    step: StepName
    state: StepState
    at: str | None
    sentence: str


class TimelineCopy(NamedTuple):
    """A copy that left and may hold them. state: as `Reach`, or ``not_followed``. due: until when it is to be done."""

    recipient: str
    left: str
    state: str
    due: str | None
    sentence: str


class Timeline(NamedTuple):
    """status: as the last outcome has it, and as_of when that was. by: when who follows will have carried it out.

    artefacts: by their names, those that stand now, of each of which a proof can be had.
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
    is_overtaken: bool

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
        self.snapshots = core.store.snapshots() if self.copies else []


def _timeline(core: Core, forgetting: Forgetting, present: _Present) -> Timeline:
    outcome, anew = forgetting.outcome, None
    if forgetting.status != "EXACT":
        anew = chosen_anew(core, forgetting)
    by = None
    if outcome is None and forgetting.is_left and anew is None:
        until = reached_by(core, parse_moment(forgetting.at))
        by = None if until is None else format_moment(until)
    copies = tuple(_copy(one) for one in _copies(core, forgetting, present))
    return Timeline(
        forgetting.number, forgetting.subject, forgetting.at, forgetting.status,
        None if outcome is None else outcome.at, by, _headline(forgetting, anew),
        tuple(_steps(forgetting, anew, copies)), copies,
        present.artefacts, outcome is not None, anew is not None,
    )  # fmt: skip


def _headline(forgetting: Forgetting, anew: str | None) -> str:
    if anew is not None:
        return "You chose something anew after you asked, so nothing more is done about it. Ask again, and it is."
    outcome = forgetting.outcome
    if outcome is None:
        return "Your request stands in the ledger and holds from then on. What was made before is yet to be made anew."
    if outcome.status == "EXACT":
        return (
            "Done: what was made here was made anew without you, and a search found nothing of yours in it."
        )
    if outcome.status == "UNREACHED":
        return (
            "Done as far as this platform reaches. Copies that left before hold your data or may, and nobody can tell "
            "whether they were cleared."
        )
    return "Not done yet: something is still to happen."


def _steps(forgetting: Forgetting, anew: str | None, copies: tuple[TimelineCopy, ...]) -> list[TimelineStep]:
    outcome = forgetting.outcome
    steps = [
        TimelineStep(
            "asked", "done", forgetting.at, f"You asked to be forgotten: entry {forgetting.number} of the ledger."
        ),
        TimelineStep(
            "out_of_service", "done", forgetting.at,
            "From this moment every use of your data is refused. What holds it is not used for anything here until it "
            "was made anew.",
        ),
    ]  # fmt: skip
    if anew is not None:
        steps.append(
            TimelineStep(
                "out_of_service", "lifted", anew,
                "You switched something on again: that use is permitted from here on.",
            )
        )  # fmt: skip
    steps.append(_updated(outcome, anew))
    steps.append(_purged(forgetting, anew))
    steps.append(_told(outcome, copies))
    if outcome is None:
        steps.append(TimelineStep("certified", "waiting", None, "The certificate of what came of it."))
    else:
        said = "EXACT" if outcome.status == "EXACT" else f"and it says {outcome.said}"
        steps.append(
            TimelineStep(
                "certified", "done", outcome.at,
                f"What came of it so far was recorded and signed: {said}."
                if outcome.status != "EXACT"
                else "What came of it was recorded and signed, as EXACT.",
            )
        )  # fmt: skip
    return steps


def _waits(anew: str | None) -> StepState:
    return "waiting" if anew is None else "lifted"


def _updated(outcome: ForgettingOutcome | None, anew: str | None) -> TimelineStep:
    kept = {} if outcome is None else {one.step: one.code for one in outcome.pending}
    if outcome is None or kept.keys() & {"look", "update", "chosen_again", "prove"}:
        code = next((code for code in kept.values() if code), None)
        why = f" It could not be done at the last try ({code})." if code else ""
        return TimelineStep(
            "updated", _waits(anew), None, f"What was made of your data is to be made anew without it.{why}"
        )
    made = [one for one in outcome.artefacts if one.before is not None]
    if not made:
        return TimelineStep(
            "updated", "done", outcome.at, "Nothing that was made here and is still in place held your data."
        )
    names = ", ".join(
        f"{one.before.name if one.before else ''} became {one.after.name}"
        if one.after
        else f"{one.before.name if one.before else ''} is gone"
        for one in made
    )
    return TimelineStep(
        "updated", "done", outcome.at, f"What held your data was made anew without it: {names}."
    )


def _purged(forgetting: Forgetting, anew: str | None) -> TimelineStep:
    outcome = forgetting.outcome
    kept = set() if outcome is None else {one.step for one in outcome.pending}
    purge = () if outcome is None else outcome.purge or ()
    left = sum(one.found_after for one in purge)
    if outcome is None or not purge or kept & {"look", "purge", "search", "chosen_again"} or left:
        why = f" A search found something of yours in {left} places still." if left else ""
        return TimelineStep(
            "purged",
            _waits(anew),
            None,
            f"What held your data is to be removed for good, and searched for.{why}",
        )
    gone, shared = sum(one.purged for one in purge), sum(one.shared for one in purge)
    sentence = (
        f"{gone} earlier {'version was' if gone == 1 else 'versions were'} removed for good; afterwards a search found "
        "nothing of yours in what is kept."
        if gone
        else "Nothing had to be removed; a search found nothing of yours in what is kept."
    )
    if shared:
        sentence += f" {shared} pieces of text that others wrote too, or quote, stay with them."
    return TimelineStep("purged", "done", forgetting.purged_at or outcome.at, sentence)


def _told(outcome: ForgettingOutcome | None, copies: tuple[TimelineCopy, ...]) -> TimelineStep:
    late = [one for one in copies if one.state in ("overdue", "unconfirmed", "not_followed")]
    if late:
        return TimelineStep(
            "copies", "unknown", None,
            f"{len(late)} of {_copies_said(len(copies))} out of reach: nobody here can tell whether your data is gone "
            "there.",
        )  # fmt: skip
    if copies or outcome is None:
        told = f"{_copies_said(len(copies))} still to be cleared by their holders" if copies else ""
        return TimelineStep(
            "copies", "waiting", None,
            f"{told[:1].upper()}{told[1:]}; they have time yet." if told else "Holders of copies that left are told.",
        )  # fmt: skip
    applied = outcome.copies.applied
    return TimelineStep(
        "copies", "done", outcome.at,
        f"The holders of {applied} {'copy' if applied == 1 else 'copies'} that left say that your data is out of it."
        if applied
        else "No copy that left is known to have held your data.",
    )  # fmt: skip


def _copies_said(count: int) -> str:
    return "1 copy that left is" if count == 1 else f"{count} copies that left are"


def _copies(core: Core, forgetting: Forgetting, present: _Present) -> tuple[Copy, ...]:
    if not present.copies:
        return ()
    names = names_now(core.ledger, forgetting.subject)
    holding = {one.id: holds(core, one, names) for one in present.snapshots}
    return copies_that_left(core, present.copies, forgetting, holding).copies


_COPY_SAID = {
    None: "Nobody follows this copy: it stays as it was taken.",
    Reach.SENT: "Its holder was told, or will be, and has not answered yet.",
    Reach.RECEIVED: "Its holder says that they have the message, and not yet that it is done.",
    Reach.OVERDUE: "The time for it is over, and its holder did not say that it is done.",
    Reach.UNCONFIRMED: "Its holder has no way to confirm, so nobody can tell.",
}


def _copy(one: Copy) -> TimelineCopy:
    state = "not_followed" if one.reach is None else str(one.reach)
    sentence = _COPY_SAID[one.reach]
    if one.holds is None:
        sentence += " Whether it holds your data is not known any more."
    return TimelineCopy(one.recipient, one.at, state, one.due, sentence)
