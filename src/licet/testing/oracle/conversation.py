"""What members say and what becomes of it: choices, signals and erasures, each written down beside the ledger.

So that what the ledger tells can be held to what was said to it. Erasing somebody takes back every yes and no no.
"""

from __future__ import annotations

from random import Random

from licet.app import Workspace
from licet.testing.drawn_words import chance, pick
from licet.testing.marked_worlds import NO_YES, MarkedWorld, make_choices


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
            workspace.choices.signal(member["id"], "gpc", True)
    if chance(rng, 30):
        erase(workspace, world, pick(rng, world.members)["id"])


def erase(workspace: Workspace, world: MarkedWorld, subject_id: str) -> None:
    workspace.choices.erase(subject_id, compact=False)
    said = world.said.get(subject_id, {})
    world.said[subject_id] = {
        place: "off" if value == "off" else NO_YES
        for place, value in said.items()
        if value == "off" or (subject_id, *place) in world.noes
    }
