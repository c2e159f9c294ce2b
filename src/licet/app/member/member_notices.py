"""Policies that members are told of before they take effect: in words, and what each changes for one member.

A policy is announced by an entry in the ledger; that a member was shown it is another. Until its day nothing is
permitted by it (law 4), announced or in force.
"""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from typing import NamedTuple

from licet.app.member.announced_changes import in_words
from licet.app.member.choice_preview import FlowChange
from licet.app.member.data_uses import Flow
from licet.packs import Pack, PackChange, difference
from licet.policies.control_pages import Source, source_of
from licet.terms import AppError
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment


class Notice(NamedTuple):
    """A policy to be told of.

    status:  ``announced`` (not in force), ``coming`` (in force, and its day is still to come) or ``in_force``.
    starts:  the first moment it permits anything; None when it permits nothing.
    in_words: how it differs from the policy in force, said to the member; `changes` is every difference of the two
             texts. Both are empty for the one in force.
    for_you: per use, how many of the member's records it would be given before and after.
    shown:   the ledger entry that says the member was shown it, and when; None while they were not.
    """

    digest: str
    pack: str
    title: str
    version: str
    controller: str
    status: str
    announced_at: datetime
    starts: datetime | None
    headlines: tuple[tuple[str, Source | None], ...]
    in_words: tuple[str, ...]
    changes: tuple[PackChange, ...]
    for_you: tuple[FlowChange, ...]
    shown: tuple[int, datetime] | None

    def as_json(self) -> JsonObject:
        return {
            "digest": self.digest, "pack": self.pack, "title": self.title, "version": self.version,
            "status": self.status, "announced_at": format_moment(self.announced_at),
            "starts": None if self.starts is None else format_moment(self.starts),
            "headlines": [text for text, _ in self.headlines],
            "in_words": list(self.in_words),
            "changes": [one.as_dict() for one in self.changes],
            "for_you": [
                {"purpose": one.before.use.purpose, "recipient": one.before.use.recipient,
                 "records_before": one.before.used, "records_after": one.after.used}
                for one in self.for_you
            ],
            "shown": None if self.shown is None else {"entry": self.shown[0], "at": format_moment(self.shown[1])},
        }  # fmt: skip


def make_notice(
    pack: Pack,
    in_force: Pack | None,
    announced_at: datetime,
    at: datetime,
    before: list[Flow],
    after: list[Flow],
    shown: tuple[int, datetime] | None,
) -> Notice:
    """before, after: the member's flows under the policy in force now, and under this one on its first day."""
    is_in_force = in_force is not None and in_force.digest == pack.digest
    starts = pack.in_force_from
    coming = starts is not None and starts > at
    status = ("coming" if coming else "in_force") if is_in_force else "announced"
    then = {flow.use: flow for flow in before}
    now = {flow.use: flow for flow in after}
    pairs = [
        FlowChange(then.get(use) or _nothing(now[use]), now.get(use) or _nothing(then[use]))
        for use in dict.fromkeys((*then, *now))
    ]
    return Notice(
        pack.digest, pack.id, pack.title, pack.version, pack.controller.name, status, announced_at, starts,
        tuple((one.title, source_of(one.cite, pack)) for one in pack.notices.values()),
        () if is_in_force or in_force is None else in_words(in_force, pack),
        () if is_in_force or in_force is None else tuple(difference(in_force, pack)),
        tuple(pair for pair in pairs if pair.difference), shown,
    )  # fmt: skip


def as_email(notice: Notice, subject: str, address: str | None = None) -> EmailMessage:
    """The notice as a message in plain text. To whom it goes is for who sends it: `address` is only written down.

    Raises: AppError APP-017 for an address that would write more headers.
    """
    message = EmailMessage()
    message["Subject"] = " ".join(f"{notice.controller}: {notice.title}".split())
    if address is not None:
        try:
            message["To"] = address
        except ValueError:
            raise AppError(
                "APP-017",
                "this is not one e-mail address",
                fix="give one address, such as someone@example.org",
            ) from None
    message.set_content(as_text(notice, subject))
    return message


def as_text(notice: Notice, subject: str) -> str:
    """The notice in plain words."""
    when = "It permits nothing." if notice.starts is None else f"It takes effect on {_day(notice.starts)}."
    lines = [notice.title, "=" * min(len(notice.title), 78), "", when, ""]
    lines += [f"- {text}" for text, _ in notice.headlines]
    if notice.in_words:
        lines += ["", "What is different from the policy in force:"]
        lines += [f"- {sentence}" for sentence in notice.in_words]
    lines += ["", f"What it changes for you ({subject}), as your data and your choices stand today:"]
    lines += [
        f"- {one.before.label}, for {one.before.to}: {one.before.used} of your records before, {one.after.used} after"
        for one in notice.for_you
    ] or ["- nothing"]
    lines += ["", "You can change your mind at any time under Settings & Privacy.", ""]
    return "\n".join(lines)


def _nothing(flow: Flow) -> Flow:
    return flow._replace(used=0, parts=())


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"
