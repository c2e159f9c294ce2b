"""What people do not expect of their data: told only where their archive holds it, and as the policy answers it."""

from __future__ import annotations

from collections.abc import Callable

from licet.audit.audit_report import FileReport, Surprise
from licet.audit.judgement import Fate
from licet.audit.topics import ADS, RECOMMENDATIONS, TRAINING, uses_of
from licet.packs import Pack

_INFERRED = (
    "inferences",
    "ad_targeting",
    "meta_inferences",
    "meta_ads",
    "x_interests",
    "x_inferred",
    "x_ads",
)


def surprises(files: tuple[FileReport, ...], pack: Pack) -> tuple[Surprise, ...]:
    """The surprises of an archive, the most telling first, as the policy that was asked has them."""
    told = (_ai_conversations(files), _group_messages(files, pack), *(tell(files) for tell in _MORE))
    return tuple(found for found in told if found is not None)


def _ai_conversations(files: tuple[FileReport, ...]) -> Surprise | None:
    held, not_used = _of(files, "ai_conversation")
    if not held:
        return None
    used = (
        "They look like messages, but they count as training data: what you type to an AI feature trains it."
    )
    told = f"They look like messages. {not_used}" if not_used else used
    return Surprise("Your conversations with the AI are not private messages", told, held)


def _shared_links(files: tuple[FileReport, ...]) -> Surprise | None:
    held = sum(one.file.rows for one in files if one.file.layout.table == "chatgpt_shared")
    if not held:
        return None
    return Surprise(
        "Conversations that anybody with the link can read",
        "You made links to these. The switch does not take them back; each has to be deleted.",
        held,
    )


def _told_by_others(files: tuple[FileReport, ...]) -> Surprise | None:
    held = sum(one.file.rows for one in files if one.file.layout.table in ("meta_outside", "x_outside"))
    if not held:
        return None
    return Surprise(
        "What other companies reported about you",
        "Shops, apps and sites told the platform what you did there. You did not give this to it yourself.",
        held,
    )


def _group_messages(files: tuple[FileReport, ...], pack: Pack) -> Surprise | None:
    """Told only where the policy itself speaks of groups; what it says is quoted, and of no other policy."""
    held = sum(one.file.rows for one in files if one.file.layout.table == "messages")
    uses = {use.purpose for use in uses_of(TRAINING, pack)}
    rule = next(
        (
            rule
            for rule in pack.rules
            if rule.effect == "permit"
            and not uses.isdisjoint(rule.purposes)
            and any(category.startswith("group_communication") for category in rule.categories)
        ),
        None,
    )
    if not held or rule is None or rule.cite is None:
        return None
    source = pack.sources[rule.cite.source].title
    return Surprise(
        "What you write in groups is not private either",
        f"The policy names group messages as training data (“{rule.cite.quote}”, {source}), and no column of the file"
        " tells them from private ones. This report counts all of them as private, so some may be used though it"
        " says no.",
        held,
    )


def _screening_answers(files: tuple[FileReport, ...]) -> Surprise | None:
    return _saved(
        files,
        "job_seeking.screening_answers",
        "Answers you saved for job applications",
        "What you answered to employers' screening questions and saved for the next time",
    )


def _resumes(files: tuple[FileReport, ...]) -> Surprise | None:
    return _saved(files, "job_seeking.resumes", "Your saved résumé", "The whole text of a résumé you saved")


def _saved(files: tuple[FileReport, ...], kind: str, title: str, what: str) -> Surprise | None:
    held, not_used = _of(files, kind)
    if not held:
        return None
    told = f"{what} is kept. {not_used}" if not_used else f"{what} counts as training data."
    return Surprise(title, told, held)


def _inferred(files: tuple[FileReport, ...]) -> Surprise | None:
    found = [one for one in files if one.file.layout.table in _INFERRED]
    if not found:
        return None
    # Meta lists one a record; LinkedIn has many in the columns of one
    entries = sum(
        one.file.rows if one.file.layout.table.startswith("meta_") else one.file.cells for one in found
    )
    number = "1 entry" if entries == 1 else f"{entries:,} entries"
    feeding = [
        topic.label for topic in (RECOMMENDATIONS, ADS) if any(one.reaches[topic].now for one in found)
    ]
    more = f" The policy lets it feed {' and '.join(feeding)}." if feeding else ""
    return Surprise(
        "What advertising has worked out about you",
        f"{number} that you did not write: guesses and groups that advertisers can choose you by.{more}",
        sum(one.file.rows for one in found),
    )


def _advertisers(files: tuple[FileReport, ...]) -> Surprise | None:
    held = sum(one.file.rows for one in files if one.file.layout.table == "meta_advertisers")
    if not held:
        return None
    return Surprise(
        "Advertisers that have you on a list",
        "They gave the platform a list that you are on, or asked for people who did what you did with them.",
        held,
    )


def _others_words(files: tuple[FileReport, ...]) -> Surprise | None:
    found = [
        one
        for one in files
        if one.file.layout.table == "recommendations_received" and one.reaches[TRAINING].now
    ]
    if not found:
        return None
    return Surprise(
        "What others wrote about you",
        "Recommendations that colleagues wrote for you stand on your profile, and count as training data.",
        sum(one.reaches[TRAINING].now for one in found),
    )


def _of(files: tuple[FileReport, ...], kind: str) -> tuple[int, str]:
    """Records in the files of a kind of data, and what is said of them in training AI; empty where they do."""
    found = [one for one in files if one.file.layout.kind == kind]
    fates = {one.shares[TRAINING].fate for one in found}
    most = next((fate for fate in Fate if fate in fates), Fate.NOT_NAMED)
    told = _TRAIN.get(most, "Under this policy, for you and at this moment, they train no AI.")
    if most is not Fate.USED and any(one.doubtful[TRAINING] for one in found):
        told = "Whether they train AI is in doubt: what is said to leave them out stands in no text of the platform’s."
    return sum(one.file.rows for one in found), told


#: What is said where they may train AI, and where that is not known.
_TRAIN = {
    Fate.USED: "",
    Fate.AMBIGUOUS: "Whether they train AI, nobody can say.",
    Fate.NOT_READ: "Whether they train AI where you live, nobody here has read.",
}
_MORE: tuple[Callable[[tuple[FileReport, ...]], Surprise | None], ...] = (
    *(_shared_links, _screening_answers, _resumes, _others_words, _inferred, _advertisers, _told_by_others),
)
