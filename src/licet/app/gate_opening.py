"""Opening the gate of a workspace: as of now, or to be asked about another moment or ledger position."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from licet.app.core import Core
from licet.app.engines import new_engine
from licet.app.tenses import PresentGate, tense_of
from licet.enforce import Gate
from licet.enforce.absences import Absences
from licet.enforce.engine import Engine
from licet.terms.moments import Tense


def open_gate(
    core: Core,
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
    engine: Engine | None = None,
    tense: Tense | None = None,
) -> Gate:
    """A gate as of a moment (None: now) and a ledger position. The rest as `enforce.Gate` has it.

    tense: what they are, where whoever opens it says so, of a page that began before something was recorded.
    """
    return Gate(
        core.policy(position),
        purpose,
        core.now() if at is None else at,
        core.catalogue,
        new_engine(core.spark, core.catalogue) if engine is None else engine,
        core.ledger,
        recipient=recipient,
        position=position,
        base=core.layout.root,
        columns=columns,
        tables=tables,
        kept=core.gate_cache,
        for_training=for_training,
        tense=tense_of(core, at, position) if tense is None else tense,
        for_inspection=for_inspection,
        absences=core.absences if absences is None else absences,
        people_left=people_left,
        salt=core.salt,
        present=present,
    )


def gate_at(
    core: Core,
    purpose: str,
    recipient: str,
    at: datetime | None,
    position: int | None,
    at_least: int | None,
    columns: Mapping[str, Collection[str]] | None,
    tables: Mapping[str, Any] | None,
    for_training: bool,
    people_left: int,
) -> Gate:
    """As `Workspace.gate`: one of now stays one, and is opened anew by itself once something changed."""

    def opened(earlier: Gate | None = None) -> Gate:
        named = at is not None or position is not None
        present = PresentGate(core, None if named else opened)
        place = core.position(position, at_least)
        if earlier is not None:
            gate = earlier._brought_to(
                core.policy(place),
                core.catalogue,
                core.now(),
                place,
                people_left=people_left,
                present=present,
            )
            if gate is not None:
                return gate
        return open_gate(
            core, purpose, recipient, at, place, columns, tables, for_training, people_left=people_left,
            present=present if tense_of(core, at, place) is Tense.PRESENT else None,
        )  # fmt: skip

    return opened()
