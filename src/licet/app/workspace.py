"""The workspace: every operation of licet once. The doors (command line, web) call these and do nothing else.

A workspace is a folder with a catalogue of tables, a ledger of choices, the policies that were put in force,
and a store of what was made. Operations raise `LicetError` and nothing else for what a person can mend.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO

from licet.app import choice_recording, id_changes, objection, point_decisions, policies_in_force
from licet.app.argument_types import names_wrong_types
from licet.app.engines import new_engine, spark_session
from licet.app.ledger_place import open_ledger
from licet.app.results import Chosen, CorpusDifference, CorpusExport, CorpusResult, Imported, PackInForce
from licet.app.tenses import checked, system_clock
from licet.app.workspace_files import Reading
from licet.app.workspace_layout import (
    Layout,
    is_workspace,
    ledger_place,
    make_workspace,
    open_layout,
    read_salt,
)
from licet.decide import Decision, Facts, Policy
from licet.enforce.absences import Absences, unknown_who
from licet.enforce.doubtful_ids import DoubtfulIds
from licet.enforce.people import People
from licet.ledger import SAID_BY_MEMBERS, Entry, Ledger, Signer, VerifyReport
from licet.packs import Pack
from licet.sources.catalogue import Catalogue
from licet.terms import EVERY_USE, SELF, AppError, LicetError
from licet.terms.disk_errors import clear_disk_errors
from licet.terms.moments import Tense, format_moment

if TYPE_CHECKING:
    # Everything that not every operation needs is imported by those that do, so that one decision starts sooner.
    import pyarrow as pa

    from licet.app.access_tokens import Tokens
    from licet.app.artefacts import ArtefactStatus, Brought
    from licet.app.choice_import import ImportedChoices
    from licet.app.id_changes import Renamed
    from licet.app.impact import PolicyImpact
    from licet.app.member.member_view import Member
    from licet.app.member.own_records import OwnRecords
    from licet.app.member.public_pages import Introduction, PublicPage
    from licet.app.objection import Objection
    from licet.app.policy_projection import WhatIf
    from licet.app.purge import Purge
    from licet.app.removal import Removal
    from licet.app.tenses import PresentGate
    from licet.enforce import Gate
    from licet.enforce.gate_cache import Kept
    from licet.enforce.serving import Serving
    from licet.enforce.subject_rows import SubjectIndexes
    from licet.store import SnapshotRef, Store
    from licet.uses.corpus.exports import Export
    from licet.uses.use import Progress


def _silent(stage: str, done: int, total: int | None) -> None:
    """Progress for nobody."""


def create(
    path: str | Path = ".",
    *,
    ledger: str | None = None,
    ledger_role: str | None = None,
    clock: Callable[[], datetime] = system_clock,
) -> Workspace:
    """Make an empty workspace and open it.

    ledger: the address of a PostgreSQL database, as the role that is to own the ledger; by default what the
            environment's LICET_LEDGER says, else a file in the workspace. Never with a password.
    ledger_role: the role the workspace uses afterwards: it reads and appends and can do nothing else.
    clock: as `open` has it.
    Raises: AppError APP-003 when there is one already, APP-041 and APP-042 for an unfit address.
    """
    with clear_disk_errors("making the workspace"):
        make_workspace(Path(path).absolute(), ledger, ledger_role)
    return Workspace(Path(path), clock=clock)


def open(
    path: str | Path = ".",
    *,
    make: bool = False,
    spark: Any = None,
    clock: Callable[[], datetime] = system_clock,
) -> Workspace:
    """Open a workspace.

    make:  where there is none, make an empty one.
    spark: gates and corpora run there instead of in this process: a Spark session of your own (classic or
           Connect), the address of a Connect server (sc://host:15002), or "local" for a session on this machine.
    clock: says what moment is now, an aware datetime; another than the machine's is for tests. Everything that is done
           with data goes by it, and what the ledger says of when; sign-in and tokens go by the machine's.
    Raises: SourceError SRC-065, SRC-066 or SRC-067 when Spark cannot be had.
    """
    if make and not is_workspace(Path(path)):
        create(path, clock=clock).close()
    return Workspace(Path(path), spark, clock)


@names_wrong_types
class Workspace:
    """An opened workspace. A context manager; any number of threads may share one."""

    def __init__(self, root: Path, spark: Any = None, clock: Callable[[], datetime] = system_clock) -> None:
        """spark, clock: as `open` has them."""
        self._clock = clock
        self.layout: Layout = open_layout(root.absolute())
        self._spark = spark_session(spark)
        self._reading = Reading(self.layout, DoubtfulIds(lambda: self.salt))

    @functools.cached_property
    def _kept(self) -> Kept:
        from licet.enforce.gate_cache import Kept

        return Kept()

    @functools.cached_property
    def _indexes(self) -> SubjectIndexes:
        from licet.enforce.subject_rows import SubjectIndexes

        return SubjectIndexes(self.layout.root)

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if "ledger" in self.__dict__:
            self.ledger.close()
            del self.__dict__["ledger"]
            self.__dict__.pop("_policies", None)

    def now(self) -> datetime:
        """The present moment, UTC, by the workspace's clock. Raises: AppError APP-200 when it has no time zone."""
        return checked(self._clock())

    # -- what it holds --------------------------------------------------------------------------------------

    @functools.cached_property
    def ledger(self) -> Ledger:
        return open_ledger(ledger_place(self.layout), self._signer, self.layout.checkpoint, self.now)

    @property
    def store(self) -> Store:
        from licet.store import Store

        return Store.open(self.layout.store)

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue as it stands on disk; a label that contradicts a file's own is refused."""
        return self._reading.catalogue()

    def missing(self) -> list[LicetError]:
        """Everything that keeps this workspace from answering; empty when it is ready. See `licet.app.readiness`."""
        from licet.app.readiness import what_is_missing

        return what_is_missing(self)

    # -- policy ---------------------------------------------------------------------------------------------

    def use_pack(self, name_or_path: str) -> PackInForce:
        """Put a pack in force from now on. Refusals under earlier packs stay refusals."""
        with clear_disk_errors("putting a policy in force"):
            _, changed = policies_in_force.put_in_force(name_or_path, self.ledger, self.layout.packs)
        return PackInForce.of(self.policy(), changed, self.ledger)

    def policy(self, position: int | None = None) -> Policy:
        """The policy in force as of a ledger position. Raises: AppError APP-005 when there is none."""
        return self._policies.latest() if position is None else self._policies.at(self._position(position))

    def packs(self) -> list[dict[str, Any]]:
        """Every policy that was put in force here, in order; the last one is in force."""
        return [
            {"entry": entry.index, "since": format_moment(entry.recorded_at), **entry.payload}
            for entry in self.ledger.packs_in_force()
            if entry.payload is not None
        ]

    def named_packs(self) -> list[dict[str, Any]]:
        """Every policy that the ledger names, in its order: in force, replaced or announced."""
        return policies_in_force.named(self.ledger)

    def show_pack(self, digest: str) -> dict[str, Any]:
        """One that the ledger names, in plain values. Raises: AppError APP-016 when it names none such, APP-006."""
        from licet.policies import pack_descriptions

        if all(one["digest"] != digest for one in self.named_packs()):
            raise AppError(
                "APP-016", "no policy of this digest was put in force or announced", digest,
                "see the list of policies for those that were",
            )  # fmt: skip
        return pack_descriptions.describe(self._policies.pack(digest))

    def packs_in_force(self) -> list[Pack]:
        """Every pack that was put in force here, in order; the last one is in force."""
        return self._policies.packs_before(self.ledger.position)

    def impact(
        self, before: str, after: str, from_at: datetime | None = None, to_at: datetime | None = None
    ) -> PolicyImpact:
        """What changes on this workspace's data between two policies, or two moments; see `licet.app.impact`."""
        from licet.app.impact import impact_of

        moment = self.now()
        return impact_of(self, before, after, from_at or moment, to_at or from_at or moment)

    def what_if(self, *packs: str, member: str | None = None, at: datetime | None = None) -> WhatIf:
        """What each of these policies would use of this workspace's data; see `licet.app.policy_projection`."""
        from licet.app.policy_projection import what_if

        return what_if(self, packs, at or self.now(), member)

    def announce_pack(self, name_or_path: str) -> PackInForce:
        """Announce a pack that is to come; nothing is permitted by it until it is put in force and its day comes."""
        with clear_disk_errors("announcing a policy"):
            pack, changed = policies_in_force.announce(name_or_path, self.ledger, self.layout.packs)
        return PackInForce.of(self.policy_of(pack.digest), changed, self.ledger)

    def announced(self, position: int | None = None) -> list[policies_in_force.Announced]:
        """The policies announced and not yet in force, the latest first."""
        return policies_in_force.announced(self.ledger, self._position(position))

    def policy_of(self, digest: str) -> Policy:
        """The policy as it would be were an announced pack put in force now."""
        return self._policies.after(self.ledger.position, digest)

    def in_force_since(self, position: int | None = None) -> datetime:
        """When the policy in force was put in force. Raises: AppError APP-005 when there is none."""
        self.policy(position)
        return self.ledger.packs_in_force(self._position(position))[-1].recorded_at

    # -- data -----------------------------------------------------------------------------------------------

    def import_stackexchange(
        self, folder: str | Path, *, replace: bool = False, progress: Any = None
    ) -> Imported:
        """Import a Stack Exchange dump: a folder with Users.xml, Posts.xml and the others."""
        from licet.app import data_import

        return data_import.import_stackexchange(self.layout, Path(folder), replace, progress)

    def import_linkedin(
        self,
        archive: str | Path,
        *,
        subject: str = "me",
        region: str | None = None,
        replace: bool = False,
        progress: Any = None,
    ) -> Imported:
        """Import one member's downloaded archive."""
        from licet.app import data_import

        return data_import.import_linkedin(self.layout, Path(archive), subject, region, replace, progress)

    def make_demo_world(
        self, members: int = 2000, seed: int = 7, *, replace: bool = False, progress: Any = None
    ) -> Imported:
        """Fill the workspace with a made-up professional network, the same for the same members and seed."""
        from licet.app import data_import

        return data_import.make_demo_world(self.layout, members, seed, replace, progress)

    # -- choices --------------------------------------------------------------------------------------------

    def choose(
        self,
        subject: str,
        setting: str | None = None,
        value: str = "off",
        *,
        category: str | None = None,
        record: tuple[str, str] | None = None,
        via: str = "python",
        idempotency_key: str | None = None,
    ) -> Chosen:
        """Record a member's choice. When this returns it is durable and governs what starts afterwards.

        subject:  any id; the data may be missing or broken, and the members' table need not have it yet.
        category: narrows the choice to one kind of data; a refusal at any level holds.
        record:   table and key of one record about them, to which, and to what refers to it, this is a no; for every
                  use where no setting is named. "on" withdraws that no, which nothing else does, and is never a yes.
        idempotency_key: asked again with the same key, the answer is the same and nothing is recorded again.
        Raises: AppError APP-005 no policy, APP-011 unknown setting, APP-012 neither on nor off, APP-014 unknown
        category, APP-170 what is no id, APP-226 to APP-229 what is no record of theirs, APP-086 when the key was used
        for something else, APP-087 when what it recorded was erased.
        """
        if record is not None:
            from licet.app.record_choice import choose_record

            if category is not None:
                raise AppError(
                    "APP-229", "a choice about one record is not narrowed to a kind of data",
                    fix="leave the category out",
                )  # fmt: skip
            return choose_record(self, subject, record, setting, value, via, idempotency_key)
        return choice_recording.choose(self, subject, setting or "", value, category, via, idempotency_key)

    def people_of_record(self, table: str, key: str) -> frozenset[str | None] | None:
        """Everybody whom the rows of a key are about, as the tables stand; None where there is no such row."""
        return self.records_about().people_of(table, key)

    def object_to_every_use(self, subject: str, *, via: str = "python") -> Objection:
        """Record that a member objects to every use, under every policy; see `licet.app.objection`.

        What stands already is not recorded again. Raises: AppError APP-170 for what is no id, APP-224 when they chose
        meanwhile again and again.
        """
        return objection.object_to_every_use(self, subject, via)

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

    def import_choices(
        self,
        source: str | Path | BinaryIO,
        *,
        form: str | None = None,
        pack: str | Path | None = None,
        dry_run: bool = False,
        via: str = "import",
        progress: Any = None,
    ) -> ImportedChoices:
        """Record the choices of a file as they were made, all of them or none; see `licet.app.choice_import`.

        source: a path, or an open binary file. form: csv, jsonl, parquet or arrow; by default what the ending says.
        pack: the policy that the yeses were given under, by digest or name, or its file (a `Path`); by default the one
        that was in force here when each was given. Under one that never was in force here they speak for nothing.
        Raises: AppError APP-171 for what is no such file, APP-172 for rows that are no choices, APP-173 for a digest or
        name that this ledger does not know, APP-174 when members of the file chose meanwhile again and again.
        """
        from licet.app import choice_files
        from licet.app.choice_import import import_choices

        tell = progress or _silent
        tell("reading", 0, None)
        rows, where = choice_files.read_source(source, form)
        digest = None if pack is None else policies_in_force.digest_of(pack, self.ledger)
        return import_choices(self, rows, where, digest, dry_run, via, self.now(), tell)

    def rename_subject(self, old: str, new: str, *, via: str = "python") -> Renamed:
        """Record that a member goes by another id: every choice and signal is carried; see `licet.app.id_changes`.

        Raises: AppError APP-170 for what is no id, APP-175 for one id twice, APP-176 when `old` was renamed to
        another before, APP-177 when they chose meanwhile again and again.
        """
        return id_changes.rename(self, old, new, via)

    def keep_apart(self, one: str, other: str, *, via: str = "python") -> Entry | None:
        """Record that two ids are two people; None where that stands already. Raises: AppError APP-170, APP-175."""
        return id_changes.keep_apart(self, one, other, via)

    def look_alikes(self) -> list[tuple[str, ...]]:
        """Members' ids that differ by case, Unicode form or surrounding space alone, in groups. Reads all ids.

        Raises: SourceError for a members' table that cannot be read.
        """
        return self.people().look_alikes()

    def known_settings(self) -> frozenset[str]:
        """Every setting of the policy in force, and of those before it. Raises: AppError APP-005, APP-006."""
        policy = self.policy()
        return frozenset((*policy.pack.settings, *policy.earlier_settings))

    def missing_subjects(self, subjects: Collection[str]) -> int | None:
        """How many of some subjects the members' table has not at present; None where that cannot be told."""
        try:
            return self.people().missing(subjects)
        except LicetError:
            return None

    def settings_meant(self, setting: str, value: str, policy: Policy | None = None) -> tuple[str, ...]:
        """The settings that switching one switches: a yes is a yes to those it took the place of, too.

        A no needs no such help, it holds by itself. policy: the one in force where it is left out.
        Raises: AppError APP-011, APP-012.
        """
        policy = self.policy() if policy is None else policy
        settings = sorted({*policy.pack.settings, *policy.earlier_settings})
        if setting not in settings:
            raise AppError(
                "APP-011",
                f"no policy has a setting {setting!r}",
                fix=f"one of: {', '.join(settings) or 'it has no settings'}",
            )
        if value not in ("on", "off"):
            raise AppError("APP-012", f"a setting is switched on or off, not {value!r}", fix="say on or off")
        return (setting, *(policy.lifted_by(setting) if value == "on" else ()))

    def signal(
        self,
        subject: str,
        signal: str,
        value: bool,
        *,
        via: str = "python",
        idempotency_key: str | None = None,
    ) -> Entry:
        """Record that a member's privacy signal was seen, or is gone. idempotency_key, Raises: as `choose`."""
        return choice_recording.signal(self, subject, signal, value, via, idempotency_key)

    def choices_page(self, subject: str, start: int, most: int) -> list[Entry]:
        """Choices and signals of a subject from entry `start` on, oldest first.

        Raises: AppError APP-013 for a subject that neither the members' table nor the ledger has.
        """
        self._require_heard_of(subject)
        found = (
            entry
            for entry in self.ledger.entries(start, subject=subject)
            if entry.kind in SAID_BY_MEMBERS and not entry.erased
        )
        return list(itertools.islice(found, most))

    def receipt(self, entry: int, *, subject: str | None = None, size: int | None = None) -> dict[str, Any]:
        """The signed receipt of one choice or signal, to be checked offline with `licet.receipts.check`.

        subject: whose receipt it must be. size: prove it under the checkpoint of so many entries, not the latest.
        Writes nothing; the same entry and size give the same receipt.
        Raises: AppError APP-080 alike when there is no such entry, it is not theirs, or it was erased.
        """
        from licet.receipts.receipt_issue import issue

        if subject is not None:
            choice_recording.require_subject_id(subject)
        return issue(self.ledger, self._signer, self._policies.packs_before, entry, subject, size)

    def member_archive(self, subject: str) -> Iterator[bytes]:
        """Everything about one member as a zip, in pieces: choices, receipts, uses, records, proofs.

        Raises: before the first piece, AppError APP-013 for an unknown subject, SourceError for an unreadable table.
        """
        from licet.app.archive import member_archive

        return member_archive(self, subject)

    def facts(self, subject: str, at: datetime, position: int | None = None) -> Facts | None:
        """What is known about a subject; None when nobody knows them."""
        choice_recording.require_subject_id(subject)
        return self.people().facts_about(subject, at, self._position(position), self.ledger)

    def facts_now(self, subject: str) -> Facts | None:
        """What is known about a subject at this moment; None when nobody knows them."""
        return self.facts(subject, self.now())

    def some_subjects(self, most: int) -> list[Introduction]:
        """The first known subjects by id, each with public name and headline, for a demo to offer."""
        from licet.app.member.public_pages import introductions

        subjects = self.people().first(most)
        return introductions(self.records_about(*subjects), self.catalogue, subjects)

    def records_about(self, *subjects: str) -> OwnRecords:
        """Every record about a member, or about any of a few, as the tables stand."""
        from licet.app.member.own_records import OwnRecords

        return OwnRecords(self.catalogue, self._indexes, *subjects)

    def public_page(self, subject: str, record: tuple[str, str] | None = None) -> PublicPage:
        """What of a subject's data anybody can see: public profiles and publications, or one record of them.

        record: its table and key. Raises: AppError APP-013 for an unknown subject, APP-005; GateError GATE-171,
        GATE-172 where somebody's refusal would be lost with their id.
        """
        from licet.app.member.public_pages import public_page
        from licet.app.member.refused_records import noes_of_records

        choice_recording.require_subject_id(subject)
        at, place, people = self.now(), self.ledger.position, self.people()
        if not people.knows(subject):
            raise self.unknown(subject)
        run, records = self._refuse_lost(), self.records_about(subject)
        shown = public_page(
            records, subject, record,
            lambda person: people.facts_about(person, at, place, self.ledger), self.policy(place), at,
            self.salt, noes_of_records(self.ledger, place, records),
        )  # fmt: skip
        run.done()
        return shown

    def _refuse_lost(self) -> Absences:
        """A run for who answers about many without a gate. Where no file tells of a change, each answer would read
        all ids; then every single one is still asked about by itself. Raises: GateError GATE-171, GATE-172."""
        run, read = self.absences.begin(), self._reading.roster()
        if read is not None:
            run.refuse_lost("answers", read[0], self.ledger, read[1], 0)
        return run

    def is_willing_to_train(self, subject: str) -> bool:
        """Whether a subject said themselves that what they publish may train generative AI, and it may.

        As their public page tells crawlers; silence is no. Raises: as `public_page`.
        """
        return self.public_page(subject).is_willing

    def willing_to_train(self, most: int) -> list[str]:
        """The subjects of whom that is so, in the order of ids; none where more than `most` switched anything on."""
        import pyarrow.compute as pc

        choices = self.ledger.choices_table(known=tuple)
        said = choices["subject"].filter(pc.equal(choices["value"], "on")).unique().to_pylist()
        known = filter(self.people().knows, said if len(said) <= most else ())
        return [subject for subject in sorted(known) if self.is_willing_to_train(subject)]

    def people(self) -> People:
        """Who the members are, as the facts table stands."""
        return self._reading.people()

    def member(self, subject: str, at: datetime | None = None) -> Member:
        """One member's side: settings, what is done with their data, notices. Raises: AppError APP-013."""
        from licet.app.member.member_view import Member

        return Member(self, subject, self.now() if at is None else at)

    # -- tokens ---------------------------------------------------------------------------------------------

    @functools.cached_property
    def tokens(self) -> Tokens:
        """Who may call the API, and for what."""
        from licet.app.access_tokens import Tokens

        return Tokens(self.layout.tokens)

    @functools.cached_property
    def absences(self) -> Absences:
        """What is remembered, from one run to the next, of members who refused and are gone."""
        return Absences(self.layout.absences, self.salt)

    # -- deciding -------------------------------------------------------------------------------------------

    def decide(
        self,
        subject: str,
        purpose: str,
        category: str,
        *,
        recipient: str = SELF,
        at: datetime | None = None,
        position: int | None = None,
        at_least: int | None = None,
        visibility: str | None = None,
        created: datetime | None = None,
        record: tuple[str, str] | None = None,
    ) -> Decision:
        """Decide about one record of one subject.

        at_least: demand a ledger with so many entries, such as the `position` of a choice that must be known.
        record: its table and key, so that noes to just this record count, of everybody whom it is about.
        Raises: AppError APP-013 for an unknown subject, APP-085 when the ledger, or `position`, is not there yet;
        APP-226, APP-227 for what is no record; GateError GATE-171 for an id that may be somebody's who refused under
        another spelling.
        """
        question = point_decisions.Question(
            subject, purpose, category, recipient, visibility, created, record
        )
        if position is None:
            choice_recording.require_subject_id(subject)
            answer = point_decisions.decide_now(
                self, question, checked(self._clock()) if at is None else at, at_least
            )
        else:
            (answer,) = self.decide_many([question], at=at, position=position, at_least=at_least)
        if answer.facts is None:
            raise self.unknown(subject)
        return answer

    def decide_many(
        self,
        questions: Sequence[point_decisions.Question],
        *,
        at: datetime | None = None,
        position: int | None = None,
        at_least: int | None = None,
    ) -> list[Decision]:
        """Decide about many records at one moment and position, in their order; a subject unknown here is denied, and
        so is one that may be somebody else who refused.

        Raises: AppError APP-005, APP-015, APP-085, APP-170 as `decide`.
        """
        for question in questions:
            choice_recording.require_subject_id(question.subject)
        place = self._position(position, at_least)
        return point_decisions.decide_many(self, questions, self.now() if at is None else at, place)

    def decide_batch(
        self,
        records: pa.Table | pa.RecordBatch,
        purpose: str,
        category: str,
        *,
        recipient: str = SELF,
        at: datetime | None = None,
        position: int | None = None,
        at_least: int | None = None,
    ) -> pa.Table:
        """Decide about many records at once, the facts about their subjects in columns; see `enforce.batch_decisions`.

        at_least: as `decide` has it. Raises: AppError APP-085; GateError GATE-171, GATE-172 where the members' table
        shows that somebody's refusal may be lost with their id: then it may be missing from the columns, too; GATE-009
        without the column `choice.*` where somebody objected to every use.
        """
        from licet.enforce import decide_batch
        from licet.enforce.batch_decisions import untold

        moment, policy = (
            self.now() if at is None else at,
            self._policies.at(self._position(position, at_least)),
        )
        if f"choice.{EVERY_USE}" not in records.schema.names and self.ledger.is_refused_by_anybody(EVERY_USE):
            raise untold(EVERY_USE)
        run = self._refuse_lost()
        decided = decide_batch(policy, purpose, category, moment, records, recipient=recipient)
        run.done()
        return decided

    def gate(
        self,
        purpose: str,
        *,
        recipient: str = SELF,
        at: datetime | None = None,
        position: int | None = None,
        at_least: int | None = None,
        columns: Mapping[str, Collection[str]] | None = None,
        tables: Mapping[str, Any] | None = None,
        for_training: bool = False,
        people_left: int = 0,
    ) -> Gate:
        """Open the gate. Rows leave through it only as of now; at any other moment or position it can be asked.

        A gate of now stays one however long it is kept: every question is answered as of when it is asked. A table that
        it handed out earlier is not read any more once something happened that can change it (GATE-202).

        at_least: demand a ledger with so many entries, such as the `position` of a choice that must be known.
        columns: per table what a use asks for; it sees nothing else.
        tables:  Arrow tables that the catalogue names with `arrow:`.
        people_left: so many of those who refused, and were members at the last run, have left; see docs/choices.md.
        for_training: something is to learn from it; private communication is then never in it.
        Raises: AppError APP-085 when the ledger, or `position`, is not there yet; GateError GATE-200 when nothing is
        trained for this purpose.
        """
        from licet.app.tenses import PresentGate, tense_of

        def open_gate() -> Gate:

            named = at is not None or position is not None
            present = PresentGate(self, None if named else open_gate)
            place = self._position(position, at_least)
            return self._open_gate(
                purpose,
                recipient,
                at,
                place,
                columns,
                tables,
                for_training,
                people_left=people_left,
                present=present if tense_of(self, at, place) is Tense.PRESENT else None,
            )

        return open_gate()

    def serving(self, purpose: str, *, recipient: str = SELF, for_training: bool = False) -> Serving:
        """For a server that is asked about one member at a time: `.own(subject, at_least)` says what may be used of
        their rows now, in milliseconds; the same rows, masks and reasons as a gate's. See docs/api.md.

        for_training: as `gate` has it. Raises: GateError GATE-211 where the rows stay with Spark.
        """
        from licet.app.own_rows import open_serving

        return open_serving(self, purpose, recipient, for_training)

    # -- artefacts, whatever use made them --------------------------------------------------------------------

    def update(self, *, people_left: int = 0, progress: Progress = _silent) -> Iterator[Brought]:
        """Bring everything that was made to the choices of now, each as it is done; see `licet.app.artefacts`.

        First what was kept as long as the policy in force lets it be is purged.
        """
        from licet.app import artefacts
        from licet.app.purge import purge_what_is_due

        with clear_disk_errors("updating"), self.absences.once_done() as absences:
            yield from purge_what_is_due(self)
            yield from artefacts.bring_all(self, absences, progress, people_left)

    def status(self) -> list[ArtefactStatus]:
        """How everything that was made stands to the choices of now."""
        from licet.app import artefacts

        return artefacts.status(self, self.absences)

    def forget(self, subject: str, *, via: str = "python", progress: Progress = _silent) -> Removal:
        """Record an objection to every use, take somebody out of all that was made, and prove it; see `app.removal`.

        A step that fails leaves the objection recorded, and the outcome PENDING.
        Raises: as `object_to_every_use`, when that could not be recorded.
        """
        from licet.app import removal

        return removal.forget(self, subject, via, progress)

    def purge(self) -> Purge:
        """Remove for good the snapshots that were superseded, and look for what is left of whoever left.

        Raises: StoreError STOR-012 where the search does not find its controls.
        """
        from licet.app.purge import purge_superseded

        with clear_disk_errors("purging"):
            return purge_superseded(self)

    def drop_caches(self) -> None:
        """Let go of what is kept in memory of members' tables, to be read anew."""
        for name in ("_kept", "_indexes"):
            self.__dict__.pop(name, None)

    # -- the corpus -----------------------------------------------------------------------------------------

    def corpus_build(
        self,
        *,
        at: datetime | None = None,
        position: int | None = None,
        purpose: str = "generative_ai_training",
        recipient: str = SELF,
        recipe: str | Path | None = None,
        people_left: int = 0,
        progress: Progress = _silent,
    ) -> CorpusResult:
        """Build a training corpus of everything that is permitted now.

        at: of a moment past, it is of what was permitted then and nobody refuses today, and for inspection: counted and
            shown, never exported, updated or derived from.
        position: one that stands for the present, since nothing that matters was recorded after it.
        Raises: UseError CORP-208 for a moment to come or choices of the past.
        """
        from licet.app import corpora

        with clear_disk_errors("building the corpus"), self.absences.once_done() as absences:
            return corpora.build(
                self, purpose, recipient, at, position, recipe, people_left, absences, progress
            )

    def corpus_update(
        self,
        *,
        at: datetime | None = None,
        position: int | None = None,
        snapshot: str = "latest",
        recipe: str | Path | None = None,
        people_left: int = 0,
        progress: Progress = _silent,
    ) -> CorpusResult:
        """Bring a snapshot to what is permitted now, rewriting only what changed.

        snapshot: the latest that may be updated, by default. Raises: UseError CORP-200 for one made for inspection,
        CORP-208 for another moment than now or choices of the past.
        """
        from licet.app import corpora

        with clear_disk_errors("updating the corpus"), self.absences.once_done() as absences:
            return corpora.update(self, snapshot, at, position, recipe, people_left, absences, progress)

    def corpus_list(self) -> list[SnapshotRef]:
        """The snapshots there are, newest last."""
        return self.store.snapshots("corpus")

    def corpus_show(self, snapshot: str = "latest") -> SnapshotRef:
        """One snapshot with its manifest."""
        return self.store.snapshot("corpus", snapshot)

    def corpus_documents(
        self, snapshot: str = "latest", limit: int | None = None, *, recipe: str | Path | None = None
    ) -> Iterator[dict[str, Any]]:
        """The documents of a snapshot that may be used now, as dictionaries; of one for inspection, that could be then
        and that nobody refuses today.

        recipe: the one it was made by, where that is not the workspace's.
        Raises: UseError CORP-209 where nobody can tell which may be used.
        """
        from licet.app import corpora

        with self.absences.once_done() as absences:
            return corpora.documents(self, self.corpus_show(snapshot), limit, recipe, absences)

    def corpus_diff(self, before: str, after: str = "latest") -> CorpusDifference:
        """What changed between two snapshots, document by document."""
        from licet.app import corpora

        return corpora.diff(self.store, self.corpus_show(before), self.corpus_show(after))

    def corpus_export(
        self,
        target: str | Path,
        form: str = "parquet",
        *,
        snapshot: str = "latest",
        overwrite: bool = False,
        recipient: str | None = None,
        leave_out: bool = False,
        recipe: str | Path | None = None,
    ) -> Export:
        """Write a snapshot outside the store: parquet, jsonl, huggingface or croissant. No subject ids leave.

        recipient: who gets the copy, a word of the policy; by default whom the snapshot was made for.
        leave_out: leave out the documents that may not be used any more, which otherwise stop the export.
        recipe:    the one it was made by, where that is not the workspace's.
        Raises: UseError CORP-209 when a document of it may not be used now, CORP-200 for one made for inspection.
        """
        from licet.app import corpora

        with clear_disk_errors("exporting the corpus"), self.absences.once_done() as absences:
            made = corpora.usable(self, snapshot, "exported")
            return corpora.export(
                self, made, Path(target), form, overwrite, recipient, leave_out, recipe, absences
            )

    def corpus_exports(self) -> list[CorpusExport]:
        """Every copy that left the store, as the ledger tells of them, the latest last."""
        from licet.app import corpora

        return corpora.exports(self)

    def corpus_contains(self, subject: str, snapshot: str = "latest") -> dict[str, Any]:
        """The signed certificate that somebody is in a snapshot, or is not; `receipts.check_certificate` checks it.

        Raises: UseError CORP-210 for a snapshot of an earlier licet; AppError APP-170, APP-218.
        """
        from licet.app.membership import certify_membership

        return certify_membership(self, self.corpus_show(snapshot), subject)

    def corpus_is_behind(self, snapshot: str = "latest") -> bool:
        """Whether something was recorded since a snapshot was made that an update would look at."""
        from licet.app.tenses import stands_for_now

        return not stands_for_now(self, self.corpus_show(snapshot).manifest["ledger"]["position"])

    # -- the ledger -----------------------------------------------------------------------------------------

    def ledger_verify(self, against: tuple[str, ...] = (), progress: Any = None) -> VerifyReport:
        """Recompute every hash, proof and checkpoint of the ledger."""
        return (
            self.ledger.verify(against=against)
            if progress is None
            else self.ledger.verify(against=against, progress=progress)
        )

    def ledger_entries(self, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """Entries in order; a negative start counts from the end."""
        size = self.ledger.position
        first = max(0, size + start) if start < 0 else start
        return iter(self.ledger.entries(first, size if stop is None else min(stop, size)))

    def ledger_erase(self, subject: str, *, ledger: str | None = None, compact: bool = True) -> Entry | None:
        """Remove a subject's payloads from the ledger for good, under every id they went by; None when it has none.

        Every proof stays valid. What they refused stays refused, under a mark that only this ledger's key makes of
        their id, until they choose anew; see docs/receipts.md for what remains and why.
        ledger: the address of its owner, where the workspace's own role may not erase.
        Raises: LedgerError LEDG-024 when the role may not erase, LEDG-019 when the erasure stands but old pages
        of the database still hold what was erased.
        """
        choice_recording.require_subject_id(subject)
        with clear_disk_errors("erasing from the ledger"):
            if ledger is None:
                return id_changes.erase_every_name(self.ledger, subject, compact)
            with open_ledger(ledger, self._signer, self.layout.checkpoint, self.now) as opened:
                return id_changes.erase_every_name(opened, subject, compact)

    # -- within ---------------------------------------------------------------------------------------------

    @functools.cached_property
    def _signer(self) -> Signer:
        return Signer.open(self.layout.signing_key)

    @functools.cached_property
    def _policies(self) -> policies_in_force.PoliciesInForce:
        return policies_in_force.PoliciesInForce(self.ledger, self.layout.packs)

    @functools.cached_property
    def salt(self) -> bytes:
        return read_salt(self.layout)

    def _open_gate(
        self,
        purpose: str,
        recipient: str,
        at: datetime | None,
        position: int,
        columns: Mapping[str, Collection[str]] | None = None,
        tables: Mapping[str, Any] | None = None,
        for_training: bool = False,
        for_inspection: bool = False,
        people_left: int = 0,
        absences: Absences | None = None,
        present: PresentGate | None = None,
    ) -> Gate:
        from licet.app.tenses import tense_of
        from licet.enforce import Gate

        return Gate(
            self.policy(position),
            purpose,
            self.now() if at is None else at,
            self.catalogue,
            new_engine(self._spark),
            self.ledger,
            recipient=recipient,
            position=position,
            base=self.layout.root,
            columns=columns,
            tables=tables,
            kept=self._kept,
            for_training=for_training,
            tense=tense_of(self, at, position),
            for_inspection=for_inspection,
            absences=self.absences if absences is None else absences,
            people_left=people_left,
            salt=self.salt,
            present=present,
        )

    def files_of_facts(self) -> tuple[object, ...]:
        """The files of the catalogue and of the facts about members, with what changes when one of them does."""
        return self._reading.look().files

    def _position(self, position: int | None, at_least: int | None = None) -> int:
        size = self.ledger.position
        wanted = size if position is None else position
        if at_least is not None and wanted < at_least:
            raise point_decisions.not_there_yet(wanted, at_least)
        if position is None:
            return size
        if type(position) is not int or not 0 <= position <= size:
            raise AppError(
                "APP-015",
                f"the ledger has {size} entries, so there is no position {position}",
                fix="ask for an earlier one",
            )
        return position

    def _require_heard_of(self, subject: str) -> None:
        choice_recording.require_subject_id(subject)
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
