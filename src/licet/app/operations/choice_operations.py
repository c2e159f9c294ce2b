"""What members choose, how their choices are brought in, carried over and erased, and the receipts of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from licet.app import choice_recording, id_changes, objection, policies_in_force
from licet.app.argument_types import names_wrong_types, require_subject_id
from licet.app.core import Core
from licet.app.ledger_place import open_ledger
from licet.app.results import Chosen, silent
from licet.decide import Policy
from licet.ledger import SAID_BY_MEMBERS, Entry
from licet.terms import AppError
from licet.terms.canonical import JsonObject
from licet.terms.disk_errors import clear_disk_errors
from licet.terms.signals import ConsentStrings

if TYPE_CHECKING:
    from licet.app.choice_import import ImportedChoices
    from licet.app.id_changes import Renamed
    from licet.app.objection import Objection


@names_wrong_types
class ChoiceOperations:
    """What members choose, how their choices are brought in, carried over and erased, and the receipts of them."""

    def __init__(self, core: Core) -> None:
        self._core = core

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
            return choose_record(self._core, subject, record, setting, value, via, idempotency_key)
        return choice_recording.choose(
            self._core, subject, setting or "", value, category, via, idempotency_key
        )

    def choose_for_organisation(
        self,
        organisation: str,
        setting: str | None = None,
        value: str = "off",
        *,
        category: str | None = None,
        via: str = "python",
        idempotency_key: str | None = None,
    ) -> Chosen:
        """Record an organisation's no for its members' work data, where a policy lets it; "on" withdraws it.

        organisation: as the column `organisation` of the catalogue's tables names it. setting, category: what the no
        is to, one of them or both. The caller answers for who speaks for the organisation.
        Raises: AppError APP-005 no policy, APP-011, APP-012, APP-014, APP-086, APP-087; APP-230 where no policy lets
        organisations refuse it, APP-231 for what is no organisation's id.
        """
        from licet.app.organisation_choice import choose_for_organisation

        return choose_for_organisation(
            self._core, organisation, setting, value, category, via, idempotency_key
        )

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
        return choice_recording.signal(self._core, subject, signal, value, via, idempotency_key)

    def consent_strings(self, subject: str, strings: ConsentStrings, *, via: str = "python") -> list[Entry]:
        """Record what the consent strings of a member's browser refuse, where the policy in force honours it.

        Returns: the entries of the signals that were not sent before. What a string does not refuse lifts nothing, and
                 one that cannot be read refuses. Raises: AppError APP-005 no policy, APP-170 for what is no id.
        """
        from licet.app.consent_recording import record_consent_strings

        require_subject_id(subject)
        return record_consent_strings(self._core, subject, strings, via)

    def refused_by(self, strings: ConsentStrings) -> frozenset[str]:
        """The signals that consent strings are, of those that the policy in force honours; nothing is recorded."""
        from licet.app.consent_recording import refused_by

        return refused_by(self._core, strings)

    def object_to_every_use(self, subject: str, *, via: str = "python") -> Objection:
        """Record that a member objects to every use, under every policy; see `licet.app.objection`.

        What stands already is not recorded again. Raises: AppError APP-170 for what is no id, APP-224 when they chose
        meanwhile again and again.
        """
        return objection.object_to_every_use(self._core, subject, via)

    def import_file(
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

        tell = progress or silent
        tell("reading", 0, None)
        rows, where = choice_files.read_source(source, form)
        digest = None if pack is None else policies_in_force.digest_of(pack, self._core.ledger)
        return import_choices(self._core, rows, where, digest, dry_run, via, self._core.now(), tell)

    def settings_meant(self, setting: str, value: str, policy: Policy | None = None) -> tuple[str, ...]:
        """The settings that switching one switches: a yes is a yes to those it took the place of, too.

        A no needs no such help, it holds by itself. policy: the one in force where it is left out.
        Raises: AppError APP-011, APP-012.
        """
        return choice_recording.settings_meant(
            self._core.policy() if policy is None else policy, setting, value
        )

    def page(self, subject: str, start: int, most: int) -> list[Entry]:
        """Choices and signals of a subject from entry `start` on, oldest first.

        Raises: AppError APP-013 for a subject that neither the members' table nor the ledger has.
        """
        self._core.require_heard_of(subject)
        found = (
            entry
            for entry in self._core.ledger.entries(start, subject=subject)
            if entry.kind in SAID_BY_MEMBERS and not entry.erased
        )
        return list(itertools.islice(found, most))

    def receipt(self, entry: int, *, subject: str | None = None, size: int | None = None) -> JsonObject:
        """The signed receipt of one choice or signal, to be checked offline with `licet.receipts.check`.

        subject: whose receipt it must be. size: prove it under the checkpoint of so many entries, not the latest.
        Writes nothing; the same entry and size give the same receipt.
        Raises: AppError APP-080 alike when there is no such entry, it is not theirs, or it was erased.
        """
        from licet.app.receipt_issuing import issue_receipt

        return issue_receipt(self._core, entry, subject, size)

    def rename_subject(self, old: str, new: str, *, via: str = "python") -> Renamed:
        """Record that a member goes by another id: every choice and signal is carried; see `licet.app.id_changes`.

        Raises: AppError APP-170 for what is no id, APP-175 for one id twice, APP-176 when `old` was renamed to
        another before, APP-177 when they chose meanwhile again and again.
        """
        return id_changes.rename(self._core, old, new, via)

    def keep_apart(self, one: str, other: str, *, via: str = "python") -> Entry | None:
        """Record that two ids are two people; None where that stands already. Raises: AppError APP-170, APP-175."""
        return id_changes.keep_apart(self._core, one, other, via)

    def look_alikes(self) -> list[tuple[str, ...]]:
        """Members' ids that differ by case, Unicode form or surrounding space alone, in groups. Reads all ids.

        Raises: SourceError for a members' table that cannot be read.
        """
        return self._core.people().look_alikes()

    def erase(self, subject: str, *, ledger: str | None = None, compact: bool = True) -> Entry | None:
        """Remove a subject's payloads from the ledger for good, under every id they went by; None when it has none.

        Every proof stays valid. What they refused stays refused, under a mark that only this ledger's key makes of
        their id, until they choose anew; see docs/receipts.md for what remains and why. They are cut off first from
        identifiers that lists were delivered with, which are held, nobody's any more, until they are taken back.
        ledger: the address of its owner, where the workspace's own role may not erase.
        Raises: LedgerError LEDG-024 when the role may not erase, LEDG-019 when the erasure stands but old pages
        of the database still hold what was erased; GateError GATE-230 when it stands, and gates still keep it.
        """
        require_subject_id(subject)
        from licet.app.ads.who_has import cut_off
        from licet.enforce.settled_ids import names_of

        cut_off(self._core, names_of(self._core.ledger, subject))
        try:
            with clear_disk_errors("erasing from the ledger"):
                if ledger is None:
                    return id_changes.erase_every_name(self._core.ledger, subject, compact)
                with open_ledger(
                    ledger, self._core.signer, self._core.layout.checkpoint, self._core.now
                ) as opened:
                    return id_changes.erase_every_name(opened, subject, compact)
        finally:
            self._core.forget_caches()
            from licet.app.forgettings import drop_erased

            drop_erased(self._core)

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """Entries in order; a negative start counts from the end."""
        size = self._core.ledger.position
        first = max(0, size + start) if start < 0 else start
        return iter(self._core.ledger.entries(first, size if stop is None else min(stop, size)))
