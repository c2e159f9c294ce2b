"""The workspace: every operation of licet once. The doors (command line, web) call these and do nothing else.

A workspace is a folder with a catalogue of tables, a ledger of choices, the policies that were put in force,
and a store of what was made. Operations raise `LicetError` and nothing else for what a person can mend.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from licet.app import point_decisions
from licet.app.argument_types import names_wrong_types, require_subject_id
from licet.app.clock import system_clock
from licet.app.core import Core
from licet.app.flat_names import FLAT_NAMES
from licet.app.operations.choice_operations import ChoiceOperations
from licet.app.operations.copy_operations import CopyOperations
from licet.app.operations.data_operations import DataOperations
from licet.app.operations.deletion_operations import DeletionOperations
from licet.app.operations.member_operations import MemberOperations
from licet.app.operations.policy_operations import PolicyOperations
from licet.app.operations.report_operations import ReportOperations
from licet.app.operations.request_operations import RequestOperations
from licet.app.operations.use_operations import UseOperations
from licet.app.workspace_layout import is_workspace, make_workspace
from licet.decide import Decision, Request
from licet.terms import SELF, LicetError
from licet.terms.disk_errors import clear_disk_errors

if TYPE_CHECKING:
    import pyarrow as pa

    from licet.app.access_tokens import Tokens
    from licet.app.operations.recommend_operations import RecommendOperations
    from licet.enforce import Gate
    from licet.enforce.serving import Serving


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
class Workspace(Core):
    """An opened workspace: what a `Core` has, questions about what may be used, and the operations by what they are
    about. The names that operations had before (`choose`, `corpus_build`) lead to them.
    """

    def close(self) -> None:
        """What was leased of advertisers' budgets goes back first."""
        uses = self.__dict__.get("uses")
        if uses is not None and "ad_choices" in uses.__dict__:
            uses.ad_choices.close()
        super().close()

    @functools.cached_property
    def policies(self) -> PolicyOperations:
        return PolicyOperations(self)

    @functools.cached_property
    def choices(self) -> ChoiceOperations:
        return ChoiceOperations(self)

    @functools.cached_property
    def members(self) -> MemberOperations:
        return MemberOperations(self)

    @functools.cached_property
    def data(self) -> DataOperations:
        return DataOperations(self)

    @functools.cached_property
    def uses(self) -> UseOperations:
        """`uses["corpus"]` is the training corpus."""
        return UseOperations(self)

    @property
    def recommend(self) -> RecommendOperations:
        """Jobs and posts for members, and what they are learned from."""
        return self.uses.recommend

    @functools.cached_property
    def copies(self) -> CopyOperations:
        return CopyOperations(self)

    @functools.cached_property
    def deletions(self) -> DeletionOperations:
        return DeletionOperations(self)

    @functools.cached_property
    def requests(self) -> RequestOperations:
        return RequestOperations(self)

    @functools.cached_property
    def reports(self) -> ReportOperations:
        return ReportOperations(self)

    @functools.cached_property
    def tokens(self) -> Tokens:
        """Who may call the API, and for what."""
        from licet.app.access_tokens import Tokens

        return Tokens(self.layout.tokens)

    def missing(self) -> list[LicetError]:
        """Everything that keeps this workspace from answering; empty when it is ready. See `licet.app.readiness`."""
        from licet.app.readiness import what_is_missing

        return what_is_missing(self)

    def read_ahead(self) -> bool:
        """Read what first questions would wait for; whether decisions are now answered from memory. See there, too."""
        from licet.app.readiness import read_ahead

        return read_ahead(self)

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
        if position is None:
            require_subject_id(subject)
            moment = self.now() if at is None else at
            request = Request(purpose, category, recipient, moment, visibility, created)
            answer, _ = point_decisions.decide_now(self, subject, request, moment, at_least, record)
        else:
            question = point_decisions.Question(
                subject, purpose, category, recipient, visibility, created, record
            )
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
        return point_decisions.answer_all(self, questions, at, position, at_least).decisions

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
        without the column `choice.*` where somebody objected to every use, or `refused.record` or
        `refused.organisation` where somebody said no to a single record.
        """
        moment = self.now() if at is None else at
        place = self.position(position, at_least)
        return point_decisions.decide_batch(self, records, purpose, category, recipient, moment, place)

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
        from licet.app.gate_opening import gate_at

        return gate_at(
            self, purpose, recipient, at, position, at_least, columns, tables, for_training, people_left
        )

    def serving(self, purpose: str, *, recipient: str = SELF, for_training: bool = False) -> Serving:
        """For a server that is asked about one member at a time: `.own(subject, at_least)` says what may be used of
        their rows now, in milliseconds; the same rows, masks and reasons as a gate's. See docs/api.md.

        for_training: as `gate` has it. Raises: GateError GATE-211 where the rows stay with Spark.
        """
        from licet.app.own_rows import open_serving

        return open_serving(self, purpose, recipient, for_training)


for _name, _where in FLAT_NAMES.items():
    # Not by `__getattr__`: a class that has one takes twice as long to find every other name.
    setattr(Workspace, _name, property(operator.attrgetter(_where)))
