"""An organisation's no to uses of its members' work data, where a policy lets it; and the withdrawal of it.

It is said by the role `organisation:ID`, covers the rows whose catalogue column `organisation` names that id, and is
never a yes. Which settings and kinds of data organisations may refuse, policies say; that a later one no longer does
turns no no into a yes. Who speaks for an organisation is for the platform to know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from licet.app.argument_types import require_organisation
from licet.app.choice_recording import policy_named, record_once, recorded_before, request_named
from licet.app.results import Chosen
from licet.ledger import EntryKind, NewEntry
from licet.sources.catalogue import is_category
from licet.terms import EVERY_USE, AppError, LicetError
from licet.terms.disk_errors import clear_disk_errors
from licet.terms.ids import is_text
from licet.terms.moments import format_moment

if TYPE_CHECKING:
    from licet.app.core import Core


def choose_for_organisation(
    core: Core,
    organisation: str,
    setting: str | None,
    value: str,
    category: str | None,
    via: str,
    key: str | None,
) -> Chosen:
    """As `ChoiceOperations.choose_for_organisation`."""
    require_organisation(organisation)
    said = {
        "organisation": organisation,
        "setting": setting,
        "category": category,
        "value": value,
        "via": via,
    }
    asked = NewEntry(EntryKind.ORGANISATION_CHOICE, None, {**said, "role": f"organisation:{organisation}"})
    request = request_named(core, key)
    try:
        digest = _permitting(core, setting, value, category)
    except LicetError:
        recorded = recorded_before(core.ledger, request, asked)
        if recorded is None:
            raise
    else:
        with clear_disk_errors("recording the choice"):
            entry = NewEntry(asked.kind, None, {**asked.payload, "pack": digest})
            recorded = record_once(core.ledger, request, [entry], asked)
    return Chosen(
        None, setting, category, value, recorded[0].index, recorded[-1].index + 1,
        format_moment(recorded[0].recorded_at), None, (), None, organisation,
    )  # fmt: skip


def _permitting(core: Core, setting: str | None, value: str, category: str | None) -> str:
    """The digest of the policy in force, where it, or one before it, lets organisations refuse this."""
    if value not in ("on", "off"):
        raise AppError("APP-012", f"a setting is switched on or off, not {value!r}", fix="say on or off")
    if category is not None and not (is_text(category) and is_category(category)):
        raise AppError("APP-014", f"there is no kind of data {category!r}", fix="see `licet packs show`")
    try:
        policy = core.policy()
    except LicetError:
        # A no can always be recorded; one that no policy lets them say denies nothing.
        digests = [entry.digest for entry in core.ledger.packs_in_force()]
        if value != "off" or not digests or not (setting is None or is_text(setting)):
            raise
        return digests[-1]
    digest = policy.pack.digest
    if setting is not None:
        digest, _, _ = policy_named(core, setting, "off")
    if not policy.lets_organisations(setting or EVERY_USE, category or EVERY_USE):
        packs = (policy.pack, *policy.earlier)
        may = sorted(
            {
                id_
                for pack in packs
                for part in (pack.settings, pack.categories)
                for id_, entry in part.items()
                if entry.organisation_may_refuse
            }
        )
        raise AppError(
            "APP-230", "no policy lets an organisation refuse this for its members' work data",
            fix=f"what one lets them refuse: {', '.join(may) or 'nothing'}",
        )  # fmt: skip
    return digest
