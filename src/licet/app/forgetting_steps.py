"""The steps of a forgetting in words, for whom it is about; no more than an outcome and a copy's state bear out."""

from __future__ import annotations

from typing import Literal, NamedTuple

from licet.app.forgetting_outcomes import Copy
from licet.app.forgettings import NOT_UPDATED, Forgetting
from licet.deliveries import Reach
from licet.receipts.forgetting_outcome import ForgettingOutcome, StandingRelease

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


def headline(forgetting: Forgetting, anew: str | None) -> str:
    """anew: when they switched something on after they asked."""
    is_exact = forgetting.status == "EXACT"
    if anew is not None and is_exact:
        return "It was done. You switched something on since: what that permits is used again from then on."
    if anew is not None:
        return "You chose something anew after you asked, so nothing more is done about it. Ask again, and it is."
    outcome = forgetting.outcome
    if outcome is None:
        return "Your request stands in the ledger and holds from then on. What was made before is yet to be made anew."
    if is_exact:
        return (
            "Done: what was made here was made anew without you, and a search found nothing of yours in it."
        )
    if outcome.status == "UNREACHED":
        return (
            "Done as far as this platform reaches. Copies that left before hold your data or may, and nobody can tell "
            "whether they were cleared."
        )
    return "Not done yet: something is still to happen."


def steps(forgetting: Forgetting, anew: str | None, copies: tuple[TimelineCopy, ...]) -> list[TimelineStep]:
    outcome = forgetting.outcome
    told = [
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
        told.append(
            TimelineStep(
                "out_of_service", "lifted", anew,
                "You switched something on again: that use is permitted from here on.",
            )
        )  # fmt: skip
    told.append(_updated(forgetting, anew))
    told.append(_purged(forgetting, anew))
    told.append(_copies_told(outcome, copies))
    certified = (
        TimelineStep("certified", "waiting", None, "You will get a certificate of what came of it.")
        if outcome is None
        else TimelineStep(
            "certified", "done", outcome.at,
            f"What came of it{'' if outcome.status == 'EXACT' else ' so far'} was recorded and signed: {outcome.said}.",
        )
    )  # fmt: skip
    told.append(certified)
    return told


def _waits(anew: str | None) -> StepState:
    return "waiting" if anew is None else "lifted"


def _updated(forgetting: Forgetting, anew: str | None) -> TimelineStep:
    outcome, at = forgetting.outcome, forgetting.updated_at
    if outcome is None or at is None:
        kept = () if outcome is None else outcome.pending
        code = next((one.code for one in kept if one.code and one.step in NOT_UPDATED), None)
        why = f" It could not be done at the last try ({code})." if code else ""
        return TimelineStep(
            "updated", _waits(anew), None, f"What was made of your data is to be made anew without it.{why}"
        )
    made = [one for one in outcome.artefacts if one.before is not None]
    if not made:
        return TimelineStep(
            "updated", "done", at, "Nothing that was made here and is still in place held your data."
        )
    names = ", ".join(
        f"{one.before.name if one.before else ''} became {one.after.name}"
        if one.after
        else f"{one.before.name if one.before else ''} is gone"
        for one in made
    )
    stands = "".join(f" {_stands(one)}" for one in outcome.releases)
    return TimelineStep(
        "updated", "done", at, f"What held your data was made anew without it: {names}.{stands}"
    )


def _stands(release: StandingRelease) -> str:
    held = "what held you" if release.held else "what may have held you"
    return (
        f"The figures published for {release.month}, drawn with noise of {held}, stand as they are; the next, from "
        f"{release.next} on, are without you."
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


def _copies_told(outcome: ForgettingOutcome | None, copies: tuple[TimelineCopy, ...]) -> TimelineStep:
    late = sum(one.state in ("overdue", "unconfirmed", "not_followed") for one in copies)
    if late:
        which = f"{late} of the {len(copies)} copies that left" if len(copies) > 1 else "The copy that left"
        return TimelineStep(
            "copies", "unknown", None,
            f"{which} {'are' if late > 1 else 'is'} out of reach: nobody can tell whether your data is gone there.",
        )  # fmt: skip
    if copies:
        which = f"{len(copies)} copies that left are" if len(copies) > 1 else "1 copy that left is"
        return TimelineStep(
            "copies", "waiting", None, f"{which} yet to be cleared by who holds {'them' if len(copies) > 1 else 'it'}."
        )  # fmt: skip
    if outcome is None:
        return TimelineStep(
            "copies",
            "waiting",
            None,
            "Holders of copies that left, if there are any, are told what is to go.",
        )
    applied = outcome.copies.applied
    if not applied:
        return TimelineStep(
            "copies", "done", outcome.at, "No copy that left is known to have held your data."
        )
    which = (
        f"The holders of {applied} copies that left say"
        if applied > 1
        else "The holder of 1 copy that left says"
    )
    return TimelineStep("copies", "done", outcome.at, f"{which} that your data is out of it.")


_COPY_SAID = {
    None: "Nobody follows this copy: it stays as it was taken.",
    Reach.SENT: "Its holder was told, or will be, and has not answered yet.",
    Reach.RECEIVED: "Its holder says that they have the message, and not yet that it is done.",
    Reach.OVERDUE: "The time for it is over, and its holder did not say that it is done.",
    Reach.UNCONFIRMED: "Its holder has no way to confirm, so nobody can tell.",
}


def copy_told(one: Copy) -> TimelineCopy:
    state = "not_followed" if one.reach is None else str(one.reach)
    sentence = _COPY_SAID[one.reach]
    if one.holds is None:
        sentence += " Whether it holds your data is not known any more."
    return TimelineCopy(one.recipient, one.at, state, one.due, sentence)
