"""A standing objection to every use of somebody's data: one no, under every policy to come too, that only a new choice
of theirs lifts, for what that choice speaks for.

Recorded in one transaction with a no to every setting of the policy in force, and to every other that they had said yes
to: so each yes that stands afterwards was said after the objection. Neither tables nor catalogue are asked, and where
no policy can be read the objection is recorded alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from licet.app.argument_types import require_subject_id
from licet.enforce.settled_ids import names_now
from licet.ledger import Choice, EntryKind, NewEntry
from licet.packs import Pack
from licet.terms import EVERY_USE, AppError, LicetError
from licet.terms.disk_errors import clear_disk_errors
from licet.terms.moments import format_moment

if TYPE_CHECKING:
    from licet.app.core import Core

#: How often one that the person's own choices overtook is begun again.
_MOST_TRIES = 5


class Objection(NamedTuple):
    """Where the ledger says so. is_new: something was recorded now; position: of everything that was."""

    subject: str
    entry: int
    position: int
    recorded_at: str
    is_new: bool


def object_to_every_use(
    core: Core, subject: str, via: str, noting: Callable[[bool], Sequence[NewEntry]] = lambda is_new: ()
) -> Objection:
    """As `Workspace.object_to_every_use`.

    noting: what is recorded with it, in one transaction, of whether the objection says anything new.
    """
    require_subject_id(subject)
    ledger = core.ledger
    packs = _packs(core)
    for _ in range(_MOST_TRIES):
        position = ledger.position
        names = names_now(ledger, subject)
        entries = [entry for name in names for entry in _entries(ledger.choices_of(name), name, packs, via)]
        with clear_disk_errors("recording the objection"):
            noted = [*entries, *noting(bool(entries))]
            recorded = ledger.append_unless_changed(noted, position, set(names))
        if recorded is not None:
            return standing_objection(core, subject, bool(entries))
    raise AppError(
        "APP-224", "they chose meanwhile, again and again, so the objection was not recorded",
        fix="say it again; what they chose meanwhile stands",
    )  # fmt: skip


def noes_of_an_objection(core: Core, subject: str) -> list[str]:
    """The settings to which an objection would say no, beyond what stands already."""
    return [
        str(entry.payload["setting"])
        for entry in _entries(core.ledger.choices_of(subject), subject, _packs(core), "")
    ]


def _entries(choices: Sequence[Choice], subject: str, packs: Sequence[Pack], via: str) -> Iterator[NewEntry]:
    """What is to be recorded for one id, beyond what stands already."""
    stands = {choice.setting: choice.value for choice in choices if choice.category is None}
    in_force = packs[-1].settings if packs else {}
    said_yes = {setting for setting, value in stands.items() if value == "on"}
    for setting in (EVERY_USE, *sorted({*in_force, *said_yes} - {EVERY_USE})):
        if stands.get(setting) == "off":
            continue
        # A setting that is gone is refused as of the last policy that had it, so that a yes to another can follow.
        pack = next(
            (pack for pack in reversed(packs) if setting in pack.settings), packs[-1] if packs else None
        )
        bound = {} if pack is None else {"pack": pack.digest}
        yield NewEntry(
            EntryKind.CHOICE,
            subject,
            {"setting": setting, "category": None, "value": "off", "via": via, **bound},
        )


def _packs(core: Core) -> list[Pack]:
    try:
        return core.packs_in_force()
    except LicetError:
        return []


def standing_objection(core: Core, subject: str, is_new: bool = False) -> Objection:
    """The one that somebody said."""
    (said,) = (one for one in core.ledger.choices_of(subject) if one.setting == EVERY_USE)
    return Objection(subject, said.entry, core.ledger.position, format_moment(said.at), is_new)
