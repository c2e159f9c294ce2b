"""What members say and what becomes of it: choices, noes to single records, objections to every use, signals and
erasures, and what organisations say; each written down beside the ledger.

So that what the ledger tells can be held to what was said to it. Erasing somebody takes back every yes and no no.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from random import Random

from licet.app import Workspace
from licet.ledger import EntryKind, NewEntry
from licet.ledger.row_noes import EVERY
from licet.terms import EVERY_USE, AppError
from licet.terms.signals import GPC
from licet.testing.drawn_strings import make_strings
from licet.testing.drawn_words import chance, pick
from licet.testing.marked_worlds import (
    NO_YES,
    MarkedWorld,
    make_choices,
    make_row_noes,
    make_work_noes,
    marks_in,
)


def choose(
    workspace: Workspace,
    world: MarkedWorld,
    subject_id: str,
    setting: str,
    value: str,
    category: str | None = None,
) -> None:
    """A member chooses. A yes is one to the settings that this one took the place of, too."""
    workspace.choices.choose(subject_id, setting, value, category=category)
    for meant in workspace.choices.settings_meant(setting, value):
        world.said.setdefault(subject_id, {})[meant, category] = value
        if value == "off":
            world.noes.add((subject_id, meant, category))


def speak(rng: Random, world: MarkedWorld, workspace: Workspace) -> None:
    """Members choose for a while; some send a signal, and now and then somebody is erased and may choose anew."""
    known = workspace.policy().pack.settings
    for subject_id, setting, value, category in make_choices(rng, world):
        if setting in known:
            choose(workspace, world, subject_id, setting, value, category)
    for member in world.members:
        if chance(rng, 5):
            workspace.choices.signal(member["id"], GPC, True)
            world.sent.add((member["id"], GPC))
        send_strings(Random(f"{workspace.ledger.position} {member}"), world, workspace, member["id"])
    refuse_rows(rng, world, workspace)
    if chance(rng, 25):
        object_to_every_use(workspace, world, pick(rng, world.members)["id"])
    if chance(rng, 30):
        erase(workspace, world, pick(rng, world.members)["id"])


def send_strings(rng: Random, world: MarkedWorld, workspace: Workspace, subject_id: str) -> None:
    """Now and then a member's browser has consent strings; what they refuse counts where the policy honours it."""
    if not chance(rng, 20):
        return
    strings, signals = make_strings(rng)
    workspace.choices.consent_strings(subject_id, strings)
    honoured = {one for setting in workspace.policy().pack.settings.values() for one in setting.honours}
    world.sent.update((subject_id, signal) for signal in signals & honoured)


def refuse_rows(rng: Random, world: MarkedWorld, workspace: Workspace) -> None:
    """Members say no to single records and organisations to their work data; now and then one is withdrawn.

    The first no is said as a member says it, the others stand in the ledger as an import might have brought them: also
    noes of people whom the record is not about, which deny nothing; to no marked key, since their archive has it then.
    """
    noes, entries = make_row_noes(rng, world), []
    said = [no for no in noes if _is_theirs(world, no) or not any(marks_in(no["key"]))]
    for place, no in enumerate(said):
        values = ["off", "on"] if chance(rng, 15) else ["off"]
        named = None if no["setting"] == EVERY else no["setting"]
        is_known = named is None or named in _all_settings(workspace)
        is_checked = place == 0 and is_known and _is_theirs(world, no)
        for value in values:
            if is_checked:
                workspace.choices.choose(no["subject"], named, value, record=(no["table"], no["key"]))
            else:
                payload = {"table": no["table"], "key": no["key"], "setting": named, "value": value}
                entries.append(NewEntry(EntryKind.RECORD_CHOICE, no["subject"], payload))
        record = no["subject"], no["table"], no["key"], no["setting"]
        (world.record_noes.add if values[-1] == "off" else world.record_noes.discard)(record)
    workspace.ledger.append(entries)
    for no in make_work_noes(rng, workspace.policy().pack):
        work = no["organisation"], no["setting"], no["category"]
        refuse_work(workspace, world, *work)
        if chance(rng, 15):
            refuse_work(workspace, world, *work, "on")


def _is_theirs(world: MarkedWorld, no: Mapping[str, str]) -> bool:
    table = world.all_tables[no["table"]]
    return any(
        no["subject"] in table.people_of(number)
        for number, row in enumerate(table.rows)
        if row[table.key or ""] == no["key"]
    )


def refuse_work(
    workspace: Workspace,
    world: MarkedWorld,
    organisation: str,
    setting: str,
    category: str,
    value: str = "off",
) -> None:
    """An organisation says no, as far as a policy lets it."""
    if not workspace.policy().lets_organisations(setting, category):
        return
    with contextlib.suppress(
        *([] if setting == EVERY or setting in _all_settings(workspace) else [AppError])
    ):
        workspace.choices.choose_for_organisation(
            organisation,
            None if setting == EVERY else setting,
            value,
            category=None if category == EVERY else category,
        )
        place = organisation, setting, category
        (world.organisation_noes.add if value == "off" else world.organisation_noes.discard)(place)


def _all_settings(workspace: Workspace) -> set[str]:
    policy = workspace.policy()
    return {*policy.pack.settings, *policy.earlier_settings}


def object_to_every_use(workspace: Workspace, world: MarkedWorld, subject_id: str) -> None:
    """A no to every use, to every setting there is, and to whatever else they had said yes to."""
    workspace.choices.object_to_every_use(subject_id)
    said = world.said.setdefault(subject_id, {})
    said_yes = {setting for (setting, kind), value in said.items() if kind is None and value == "on"}
    for setting in {EVERY_USE, *workspace.policy().pack.settings, *said_yes}:
        said[setting, None] = "off"
        world.noes.add((subject_id, setting, None))


def erase(workspace: Workspace, world: MarkedWorld, subject_id: str) -> None:
    workspace.choices.erase(subject_id, compact=False)
    said = world.said.get(subject_id, {})
    world.said[subject_id] = {
        place: "off" if value == "off" else NO_YES
        for place, value in said.items()
        if value == "off" or (subject_id, *place) in world.noes
    }
