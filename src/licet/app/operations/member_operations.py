"""One member's side, and their public pages."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from licet.app.argument_types import names_wrong_types, require_subject_id
from licet.app.core import Core

if TYPE_CHECKING:
    from licet.app.member.member_view import Member
    from licet.app.member.public_pages import Introduction, PublicPage
    from licet.app.served_card import ModelCard
    from licet.app.suggestions import Assistance, Suggestions
    from licet.uses.writing.phrasings import TextKind


@names_wrong_types
class MemberOperations:
    """One member's side, and their public pages."""

    def __init__(self, core: Core) -> None:
        self._core = core

    @functools.cached_property
    def _assistance(self) -> Assistance:
        from licet.app.suggestions import Assistance

        return Assistance(self._core)

    def member(self, subject: str, at: datetime | None = None) -> Member:
        """One member's side: settings, what is done with their data, notices. Raises: AppError APP-013."""
        from licet.app.member.member_view import Member

        return Member(self._core, subject, self._core.now() if at is None else at)

    def archive(self, subject: str) -> Iterator[bytes]:
        """Everything about one member as a zip, in pieces: choices, receipts, uses, records, proofs.

        Raises: before the first piece, AppError APP-013 for an unknown subject, SourceError for an unreadable table.
        """
        from licet.app.archive import member_archive

        return member_archive(self._core, subject)

    def suggest(
        self, subject: str, kind: TextKind, *, most: int = 3, at_least: int | None = None
    ) -> Suggestions:
        """A headline, a summary or the start of a post for a member, made of what they permit of their own rows.

        at_least: demand a ledger with so many entries, such as the `position` of a choice that must be known.
        Raises: AppError APP-250 for another kind, APP-251, APP-013 for an unknown subject, APP-085; GateError GATE-171,
        GATE-172 where somebody's refusal would be lost with their id, GATE-211 where rows stay with Spark.
        """
        require_subject_id(subject)
        (made,) = self._assistance.suggest(subject, [kind], most, at_least)
        return made

    def suggest_each(self, subject: str, *, most: int = 3, at_least: int | None = None) -> list[Suggestions]:
        """The same of every kind, of one reading. Raises: as `suggest`."""
        from licet.uses.writing.phrasings import TEXT_KINDS

        require_subject_id(subject)
        return self._assistance.suggest(subject, TEXT_KINDS, most, at_least)

    def model_card(self) -> ModelCard | None:
        """The card of the model by which suggestions are ranked; None where there is none."""
        from licet.app.served_card import card_of_served

        return card_of_served(self._core)

    def introductions(self, most: int) -> list[Introduction]:
        """The first known subjects by id, each with public name and headline, for a demo to offer."""
        return self.introduce(self._core.people().first(most))

    def introduce(self, subjects: Sequence[str]) -> list[Introduction]:
        """Some subjects, each with public name and headline; empty where they have none."""
        from licet.app.member.public_pages import introductions

        if not subjects:
            return []
        return introductions(self._core.records_about(*subjects), self._core.catalogue, subjects)

    def public_page(self, subject: str, record: tuple[str, str] | None = None) -> PublicPage:
        """What of a subject's data anybody can see: public profiles and publications, or one record of them.

        record: its table and key. Raises: AppError APP-013 for an unknown subject, APP-005; GateError GATE-171,
        GATE-172 where somebody's refusal would be lost with their id.
        """
        from licet.app.member.public_pages import public_page
        from licet.app.member.refused_records import RecordNoes

        require_subject_id(subject)
        at, place, people = self._core.now(), self._core.ledger.position, self._core.people()
        if not people.knows(subject):
            raise self._core.unknown(subject)
        run, records = self._core.refuse_lost(), self._core.records_about(subject)
        shown = public_page(
            records, subject, record,
            lambda person: people.facts_about(person, at, place, self._core.ledger), self._core.policy(place), at,
            self._core.salt, RecordNoes(self._core.ledger, place, records).of,
        )  # fmt: skip
        run.done()
        return shown

    def is_willing_to_train(self, subject: str) -> bool:
        """Whether a subject said themselves that what they publish may train generative AI, and it may.

        As their public page tells crawlers; silence is no. Raises: as `public_page`.
        """
        return self.public_page(subject).is_willing

    def willing_to_train(self, most: int) -> list[str]:
        """The subjects of whom that is so, in the order of ids; none where more than `most` switched anything on."""
        import pyarrow.compute as pc

        choices = self._core.ledger.choices_table(known=tuple)
        said = choices["subject"].filter(pc.equal(choices["value"], "on")).unique().to_pylist()
        known = filter(self._core.people().knows, said if len(said) <= most else ())
        return [subject for subject in sorted(known) if self.is_willing_to_train(subject)]
