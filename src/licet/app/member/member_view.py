"""One member's side of a workspace: every question and every switch of Settings & Privacy, once.

Whoever makes one has made sure who is asking; nothing here shows anything about anybody else.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from licet.app.choice_recording import choose, settings_meant
from licet.app.member.choice_preview import FlowChange, Preview, artefact_changes
from licet.app.member.data_uses import Flow, JudgedRecords
from licet.app.member.holdings import Holding, holdings, is_held
from licet.app.member.hypothetical_choices import HypotheticalChoices
from licet.app.member.leading_sentence import Known, Lead, known, lead
from licet.app.member.member_notices import Notice, make_notice
from licet.app.member.refused_records import OwnNo, RecordNoes, own_noes
from licet.app.member.use_account import UseAccount, use_account
from licet.app.member.use_history import PastUse, past_use_of, past_uses
from licet.app.policies_in_force import announced
from licet.app.record_choice import choose_record
from licet.decide import Facts, Policy
from licet.ledger import SAID_BY_MEMBERS, Entry, EntryKind, NewEntry
from licet.policies.choice_standing import Standing, standing
from licet.policies.control_pages import SettingPage, setting_page
from licet.terms import AppError, LicetError

if TYPE_CHECKING:
    from licet.app.core import Core
    from licet.app.member.own_records import OwnRecords
    from licet.app.results import Chosen


class Member:
    """A subject of a workspace, as of one moment and ledger position: use `Workspace.member`."""

    def __init__(self, core: Core, subject: str, at: datetime) -> None:
        self._core, self.subject, self.at = core, subject, at
        self.position = core.ledger.position
        facts = core.facts(subject, at, self.position)
        if facts is None:
            raise core.unknown(subject)
        self.facts: Facts = facts
        #: By policy, moment and position, what was answered: one page asks the same several times.
        self._asked: dict[tuple[str, datetime, int | None], list[Flow]] = {}
        self._judging: dict[tuple[str, datetime, int | None], JudgedRecords] = {}

    @functools.cached_property
    def records(self) -> OwnRecords:
        """Every record about them; no setting's page needs any. Raises: SourceError from a table."""
        return self._core.records_about(self.subject)

    @functools.cached_property
    def lead(self) -> Lead:
        """The sentence that leads their pages. Raises: SourceError from a table."""
        return lead(self._core, self)

    def known(self) -> tuple[Known, ...]:
        """What rules go by that others know of them, each as a sentence."""
        return known(self.facts, self.policy.pack)

    @property
    def policy(self) -> Policy:
        return self._core.policy(self.position)

    # -- settings -------------------------------------------------------------------------------------------

    def standing(self, setting: str) -> Standing:
        """Where the member stands on a setting. Raises: AppError APP-011 when the policy in force has none such."""
        if setting not in self.policy.controls:
            raise AppError(
                "APP-011", f"no policy has a setting {setting!r}",
                fix=f"one of: {', '.join(self.policy.controls) or 'it has no settings'}",
            )  # fmt: skip
        ledger = self._core.ledger
        return standing(setting, self.subject, self.facts, self.policy, ledger, self.at, self.position)

    def setting(self, setting: str) -> SettingPage:
        """Everything the page of one setting says. Raises: AppError APP-011."""
        stands = self.standing(setting)
        purposes = {
            purpose for rule in self.policy.pack.rules if rule.setting == setting for purpose in rule.purposes
        }
        held = not stands.on and self._may_be_held(purposes)
        return setting_page(setting, self.facts, self.policy, self.at, stands, held)

    def settings(self) -> list[SettingPage]:
        """Every setting of the policy in force, in its order."""
        return [self.setting(setting) for setting in self.policy.controls]

    def choose(
        self, setting: str | None, value: str, *, via: str, record: tuple[str, str] | None = None
    ) -> Chosen:
        """Switch a setting, or say no to one record; as `Workspace.choose`."""
        if record is not None:
            return choose_record(self._core, self.subject, record, setting, value, via, None)
        return choose(self._core, self.subject, setting or "", value, None, via, None)

    def own_noes(self, table: str, keys: Collection[str]) -> dict[str, list[OwnNo]]:
        """By key what the member said no to of some records of a table, and did not take back."""
        return own_noes(self._core.ledger, self.position, self.subject, table, keys)

    def choices(self) -> list[Entry]:
        """Every choice and signal of the member, newest first."""
        ledger = self._core.ledger
        found = ledger.entries(0, self.position, subject=self.subject)
        return [entry for entry in reversed(list(found)) if entry.kind in SAID_BY_MEMBERS]

    # -- what is done with their data -----------------------------------------------------------------------

    def flows(self, at: datetime | None = None, position: int | None = None) -> list[Flow]:
        """What each use of the policy in force would be given of the member's data, now or at another moment.

        position: by the policy and the choices as of this ledger position, such as that of a use that ran.
        """
        moment = self.at if at is None else at
        policy = self.policy if position is None else self._core.policy(position)
        return self._flows(policy, moment, position)

    def flows_under(self, policy: Policy) -> list[Flow]:
        """The same, were another policy in force."""
        return self._flows(policy, self.at)

    def past_uses(self, before: int | None = None, most: int | None = None) -> list[PastUse]:
        """Every use that ran, newest first, with the documents about the member where they can still be seen.

        before: only those recorded before this entry. most: no more than so many.
        """
        position = self.position if before is None else min(before, self.position)
        return past_uses(self._core, self.subject, position, most)

    def past_use(self, entry: int) -> PastUse | None:
        """One of them, by its entry in the ledger; None where that tells of none."""
        return past_use_of(self._core, self.subject, entry, self.position)

    def holdings(self) -> list[Holding]:
        """What was made holds of the member, and how that stands to their choices, artefact by artefact."""
        return holdings(self._core, self.subject, self.position)

    def use(self, purpose: str, recipient: str) -> UseAccount | None:
        """One use of their data, whole; None where the policy in force has none such."""
        return use_account(self._core, self, purpose, recipient)

    def is_held_before(self) -> bool:
        """Whether a snapshot that was superseded, and not purged yet, holds the member."""
        return is_held(self._core, self.subject, superseded_only=True)

    def preview(self, setting: str, value: str) -> Preview:
        """What switching would change: uses now, and what was built, at its next update. Writes nothing.

        Raises: AppError APP-011, APP-012.
        """
        meant = settings_meant(self.policy, setting, value)
        supposed = HypotheticalChoices(self._core.ledger, self.position, self.subject, meant, value)
        then = self._core.people().facts_about(self.subject, self.at, supposed.position, supposed)
        before, after = self.flows(), self._judged(self.policy, self.at).flows(then)
        pairs = [FlowChange(one, other) for one, other in zip(before, after, strict=True)]
        return Preview(
            setting, value,
            tuple(pair for pair in pairs if pair.difference),
            tuple(pair.after for pair in pairs if not pair.difference),
            tuple(artefact_changes(self._core, supposed, self.subject)),
        )  # fmt: skip

    # -- notices --------------------------------------------------------------------------------------------

    def notices(self) -> list[Notice]:
        """The policies to be told of, those not yet in effect first; the one in force comes last."""
        core, shown = self._core, self._shown()
        in_force = self.policy
        told = []
        for one in announced(core.ledger, self.position):
            policy = core.policy_of(one.digest)
            starts = policy.in_force_from
            then = self.at if starts is None else max(self.at, starts)
            now, after = self._flows(in_force, self.at), self._flows(policy, then)
            told.append(
                make_notice(policy.pack, in_force.pack, one.at, self.at, now, after, shown.get(one.digest))
            )
        pack, starts = in_force.pack, in_force.in_force_from
        then = self.at if starts is None else max(self.at, starts)
        now, after = self.flows(), self.flows(then)
        since = core.in_force_since(self.position)
        told.append(make_notice(pack, pack, since, self.at, now, after, shown.get(pack.digest)))
        return told

    def note_shown(self, digest: str, *, via: str) -> Entry | None:
        """Record that the member was shown a policy; None when that stands in the ledger already.

        Raises: AppError APP-016 for a policy that was neither announced nor put in force.
        """
        if digest in self._shown():
            return None
        known = {one.digest for one in announced(self._core.ledger, self.position)} | {
            self.policy.pack.digest
        }
        if digest not in known:
            raise AppError(
                "APP-016", "no policy of this digest was announced", digest, "see the notices for those that were"
            )  # fmt: skip
        payload = {"notice": digest, "via": via}
        (entry,) = self._core.ledger.append([NewEntry(EntryKind.NOTICE_SHOWN, self.subject, payload)])
        return entry

    # -- within ---------------------------------------------------------------------------------------------

    def _flows(self, policy: Policy, at: datetime, position: int | None = None) -> list[Flow]:
        question = (policy.digest, at, position)
        if question not in self._asked:
            self._asked[question] = self._judged(policy, at, position).flows()
        return self._asked[question]

    def _judged(self, policy: Policy, at: datetime, position: int | None = None) -> JudgedRecords:
        question = (policy.digest, at, position)
        if question not in self._judging:
            people, ledger = self._core.people(), self._core.ledger
            place = self.position if position is None else position

            def facts_of(subjects: Collection[str]) -> Mapping[str, Facts | None]:
                return people.facts_about_many(subjects, at, place, ledger)

            self._judging[question] = JudgedRecords(
                self.subject, [*self.records.tables()], facts_of, policy, at, self.records.referred(),
                RecordNoes(ledger, place, self.records),
            )  # fmt: skip
        return self._judging[question]

    def _may_be_held(self, purposes: Collection[str]) -> bool:
        """Whether something made for a purpose holds them; where nobody can tell it may, and choosing goes on."""
        try:
            return is_held(self._core, self.subject, purposes)
        except LicetError:
            return True

    def _shown(self) -> dict[str, tuple[int, datetime]]:
        found: dict[str, tuple[int, datetime]] = {}
        for entry in self._core.ledger.entries_of_kind(EntryKind.NOTICE_SHOWN, self.subject):
            digest: Any = entry.payload.get("notice") if entry.payload else None
            if isinstance(digest, str) and entry.index < self.position:
                found.setdefault(digest, (entry.index, entry.recorded_at))
        return found
