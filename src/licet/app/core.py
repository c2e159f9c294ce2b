"""What a workspace stands on: its folder, ledger, store, catalogue, policies and people, each opened when asked for.

Every operation takes a `Core`; `Workspace` is one with the operations on it. Nothing here decides, builds or records.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from licet.app.argument_types import names_wrong_types, require_subject_id
from licet.app.clock import checked, system_clock
from licet.app.engines import spark_session
from licet.app.ledger_place import open_ledger
from licet.app.policies_in_force import PoliciesInForce
from licet.app.workspace_files import Reading
from licet.app.workspace_layout import Layout, ledger_place, open_layout, read_salt
from licet.decide import Facts, Policy
from licet.enforce.absences import Absences, unknown_who
from licet.enforce.doubtful_ids import DoubtfulIds
from licet.enforce.people import People
from licet.ledger import Ledger, Signer
from licet.ledger.postgres_address import is_postgres
from licet.packs import Pack
from licet.sources.catalogue import Catalogue
from licet.terms import AppError, LicetError

if TYPE_CHECKING:
    # Everything that not every operation needs is imported by those that do, so that one decision starts sooner.
    import numpy.typing as npt

    from licet.app.copy_entries import KnownCopyEntries
    from licet.app.member.own_records import OwnRecords
    from licet.app.standing_gates import StandingGates
    from licet.enforce.gate_cache import Kept
    from licet.enforce.gate_files import GateFiles
    from licet.enforce.kept_keys import KeptKeys
    from licet.enforce.subject_rows import SubjectIndexes
    from licet.store import KeptReaders, Store


@names_wrong_types
class Core:
    """The resources of one workspace. A context manager; any number of threads may share one."""

    def __init__(self, root: Path, spark: Any = None, clock: Callable[[], datetime] = system_clock) -> None:
        """spark, clock: as `app.open` has them. Raises: AppError APP-001, APP-002 where there is no workspace."""
        self._clock = clock
        self.layout: Layout = open_layout(root.absolute())
        self.spark = spark_session(spark)
        self.files = Reading(self.layout, DoubtfulIds(lambda: self.salt))

    def close(self) -> None:
        self.__dict__.pop("standing_gates", None)
        self.__dict__.pop("_readers", None)
        self.__dict__.pop("copy_entries", None)
        if "ledger" in self.__dict__:
            self.ledger.close()
            del self.__dict__["ledger"]
            self.__dict__.pop("policies_in_force", None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def now(self) -> datetime:
        """The present moment, UTC, by the workspace's clock. Raises: AppError APP-200 when it has no time zone."""
        return checked(self._clock())

    @functools.cached_property
    def ledger(self) -> Ledger:
        return open_ledger(ledger_place(self.layout), self.signer, self.layout.checkpoint, self.now)

    def answers_at_once(self) -> bool:
        """Whether a decision of now waits for nothing but this machine: a ledger in a file, members in memory."""
        return self._is_ledger_here and self.files.are_members_here()

    @functools.cached_property
    def _is_ledger_here(self) -> bool:
        return not is_postgres(ledger_place(self.layout))

    @functools.cached_property
    def copy_entries(self) -> KnownCopyEntries:
        from licet.app.copy_entries import KnownCopyEntries

        return KnownCopyEntries(self.ledger)

    @property
    def store(self) -> Store:
        from licet.store import Store

        return Store.open(self.layout.store, readers=self._readers)

    @functools.cached_property
    def _readers(self) -> KeptReaders:
        from licet.store import KeptReaders

        return KeptReaders()

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue as it stands on disk; a label that contradicts a file's own is refused."""
        return self.files.catalogue()

    @functools.cached_property
    def signer(self) -> Signer:
        return Signer.open(self.layout.signing_key)

    @functools.cached_property
    def salt(self) -> bytes:
        return read_salt(self.layout)

    @functools.cached_property
    def policies_in_force(self) -> PoliciesInForce:
        return PoliciesInForce(self.ledger, self.layout.packs)

    def policy(self, position: int | None = None) -> Policy:
        """The policy in force as of a ledger position. Raises: AppError APP-005 when there is none."""
        known = self.policies_in_force
        return known.latest() if position is None else known.at(self.position(position))

    def policy_of(self, digest: str) -> Policy:
        """The policy as it would be were an announced pack put in force now."""
        return self.policies_in_force.after(self.ledger.position, digest)

    def packs_in_force(self) -> list[Pack]:
        """Every pack that was put in force here, in order; the last one is in force."""
        return self.policies_in_force.packs_before(self.ledger.position)

    def in_force_since(self, position: int | None = None) -> datetime:
        """When the policy in force was put in force. Raises: AppError APP-005 when there is none."""
        self.policy(position)
        return self.ledger.packs_in_force(self.position(position))[-1].recorded_at

    def known_settings(self) -> frozenset[str]:
        """Every setting of the policy in force, and of those before it. Raises: AppError APP-005, APP-006."""
        policy = self.policy()
        return frozenset((*policy.pack.settings, *policy.earlier_settings))

    def position(self, position: int | None, at_least: int | None = None) -> int:
        """A ledger position that is there: the one named, or the present one.

        Raises: AppError APP-015 for one that is not, APP-085 for one before `at_least`.
        """
        size = self.ledger.position
        require_position(size if position is None else position, at_least)
        if position is None:
            return size
        if type(position) is not int or not 0 <= position <= size:
            raise AppError(
                "APP-015",
                f"the ledger has {size} entries, so there is no position {position}",
                fix="ask for an earlier one",
            )
        return position

    def people(self) -> People:
        """Who the members are, as the facts table stands."""
        return self.files.people()

    def knows(self, subject: str) -> bool | None:
        """Whether the members' table has a subject at present; None where there is no table or it cannot be read."""
        try:
            return self.people().knows(subject)
        except LicetError:
            return None

    def alike(self, subject: str, most: int = 3) -> list[str]:
        """Known ids that differ from this one by case, Unicode form or surrounding space only; none without a table."""
        try:
            return self.people().alike(subject, most)
        except LicetError:
            return []

    def missing_subjects(self, subjects: Collection[str]) -> int | None:
        """How many of some subjects the members' table has not at present; None where that cannot be told."""
        try:
            return self.people().missing(subjects)
        except LicetError:
            return None

    def facts(self, subject: str, at: datetime, position: int | None = None) -> Facts | None:
        """What is known about a subject; None when nobody knows them."""
        require_subject_id(subject)
        return self.people().facts_about(subject, at, self.position(position), self.ledger)

    def facts_now(self, subject: str) -> Facts | None:
        """What is known about a subject at this moment; None when nobody knows them."""
        return self.facts(subject, self.now())

    def records_about(self, *subjects: str) -> OwnRecords:
        """Every record about a member, or about any of a few, as the tables stand."""
        from licet.app.member.own_records import OwnRecords

        return OwnRecords(self.catalogue, self.subject_indexes, *subjects)

    def people_of_record(self, table: str, key: str) -> frozenset[str | None] | None:
        """Everybody whom the rows of a key are about, as the tables stand; None where there is no such row."""
        return self.records_about().people_of(table, key)

    def require_heard_of(self, subject: str) -> None:
        require_subject_id(subject)
        if next(self.ledger.entries(subject=subject), None) is None and not self.people().knows(subject):
            raise self.unknown(subject)

    def unknown(self, subject: str) -> LicetError:
        """The error for a subject that nobody knows, or who may be another."""
        try:
            other = self.people().taken_for(subject, self.ledger.position, self.ledger)
            if other is not None and self.people().knows(subject):
                return unknown_who(other, subject)
            facts = self.catalogue.facts
            where = facts.table if facts else "no table of members yet"
        except LicetError:
            where = "a catalogue that cannot be read"
        return AppError(
            "APP-013",
            f"nobody knows a subject {subject!r}",
            where,
            "check the id; import the data first if there is none",
        )

    @functools.cached_property
    def absences(self) -> Absences:
        """What is remembered, from one run to the next, of members who refused and are gone."""
        return Absences(self.layout.absences, self.salt, self.gate_files)

    def refuse_lost(self) -> Absences:
        """A run for who answers about many without a gate. Where no file tells of a change, each answer would read
        all ids; then every single one is still asked about by itself. Raises: GateError GATE-171, GATE-172."""
        run, read = self.absences.begin(), self.files.roster()
        if read is not None:
            run.refuse_lost("answers", read[0], self.ledger, read[1], 0)
        return run

    @functools.cached_property
    def gate_files(self) -> GateFiles:
        from licet.enforce.gate_files import GateFiles

        return GateFiles(self.layout.gate_files, self.salt)

    @functools.cached_property
    def kept_keys(self) -> KeptKeys:
        from licet.enforce.kept_keys import KeptKeys

        return KeptKeys(self.layout.kept_keys, self.salt)

    @functools.cached_property
    def gate_cache(self) -> Kept:
        from licet.enforce.gate_cache import Kept

        return Kept(self.gate_files)

    @functools.cached_property
    def subject_indexes(self) -> SubjectIndexes:
        from licet.enforce.subject_rows import SubjectIndexes

        return SubjectIndexes(self.layout.root)

    @functools.cached_property
    def standing_gates(self) -> StandingGates:
        from licet.app.standing_gates import StandingGates

        return StandingGates()

    def drop_caches(self) -> None:
        """Let go of what is kept in memory of members' tables, to be read anew."""
        for name in ("gate_cache", "subject_indexes", "standing_gates", "_readers"):
            self.__dict__.pop(name, None)

    def forget_caches(self, standing: Mapping[str, npt.NDArray[Any]] | None = None) -> None:
        """Let go of what is kept of members and choices, in memory and on disk. Raises: GateError GATE-230; UseError
        MODL-082; AppError APP-313.

        standing: of whose keys are kept still, as `KeptKeys.keep_only` has it.
        """
        self.drop_caches()
        self.gate_files.clear()
        self.kept_keys.keep_only(standing or {})
        if self.layout.kept_checkpoints.is_dir():
            from licet.uses.model.kept_checkpoints import KeptCheckpoints

            KeptCheckpoints(self.layout.kept_checkpoints).clear()
        if self.layout.trials.is_dir():
            from licet.app.trial_folders import clear_trials

            clear_trials(self.layout.trials)

    def files_of_facts(self) -> tuple[object, ...]:
        """The files of the catalogue and of the facts about members, with what changes when one of them does."""
        return self.files.look().files


def require_position(position: int, at_least: int | None) -> None:
    """Raises: AppError APP-085 for a ledger position before the one that is demanded."""
    if at_least is not None and position < at_least:
        raise AppError(
            "APP-085",
            f"the ledger is not there yet: position {position} was to be answered from, {at_least} is demanded",
            fix="ask again in a moment; where a position is named, name none or a later one",
        )
