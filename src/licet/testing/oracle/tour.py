"""One world, made and asked by every way out there is."""

from __future__ import annotations

import contextlib
import json
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import yaml

import licet
from licet.app import Workspace
from licet.packs import Pack
from licet.terms import SELF, PackError
from licet.terms.vocabulary import GENERATIVE_AI_TRAINING
from licet.testing.drawn_words import pick
from licet.testing.marked_worlds import FILES, LOCATIONS, MarkedWorld, make_marked_world
from licet.testing.oracle.access_rows import through_access
from licet.testing.oracle.batch_records import through_batch
from licet.testing.oracle.conversation import speak
from licet.testing.oracle.corpus_copies import through_corpus
from licet.testing.oracle.gate_rows import through_gate
from licet.testing.oracle.member_sides import through_members
from licet.testing.oracle.sightings import Sightings, nothing_seen, unless_refused
from licet.testing.oracle.standpoint import standpoint
from licet.testing.oracle.supposed_counts import through_counts
from licet.testing.successors import make_successor

_TRAINING = (GENERATIVE_AI_TRAINING, SELF)


class Clock:
    """What the workspace takes for now: it stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def look_through(seed: int, number: int, root: Path, spark: Any = None, pages: bool = False) -> Sightings:
    """Make the world of this number in `root` and ask of every way out. Raises: Leak.

    spark: gates and corpora run there, over files. pages: a server's pages are asked too (needs the extra `web`).
    """
    rng = Random(f"{seed}/{number}")
    world = make_marked_world(rng, root / "platform", LOCATIONS if spark is None else FILES)
    clock = Clock(world.now)
    licet.create(world.root, clock=clock).close()
    # Where a catalogue contradicts the data, nothing is read and it is said; whatever is out all the same is judged.
    may_say = ("SRC-013",) if world.is_contradicted else ()
    found, engine = nothing_seen(), "duckdb" if spark is None else "spark"
    with licet.open(world.root, spark=spark, clock=clock) as workspace:
        pack = live(rng, world, workspace, clock)
        for use in _uses(rng, pack):
            found += unless_refused(lambda: _through_use(rng, world, workspace, use, engine), *may_say)  # noqa: B023
        found += unless_refused(lambda: through_corpus(rng, world, workspace), *may_say)
    if pages and not world.is_contradicted:
        from licet.testing.oracle.server_pages import through_pages

        found += through_pages(rng, world, clock)
    return found


def _through_use(
    rng: Random, world: MarkedWorld, workspace: Workspace, use: tuple[str, str], engine: str
) -> Sightings:
    """Everything that is asked for one purpose and recipient; what is counted and shown to members, for training."""
    stand = standpoint(workspace, world, *use)
    found = through_gate(workspace, stand, engine) + through_access(rng, workspace, stand, engine)
    found += through_batch(rng, workspace, stand)
    if use == _TRAINING:
        found += through_counts(rng, workspace, stand) + through_members(rng, workspace, stand)
    return found


def live(rng: Random, world: MarkedWorld, workspace: Workspace, clock: Clock) -> Pack:
    """People choose, policies follow one another, people choose again; the policy in force at the end."""
    workspace.policies.use(str(world.policy))
    pack = Pack.model_validate(yaml.safe_load(world.policy.read_text(encoding="utf-8")))
    for _ in range(pick(rng, [0, 0, 1, 2])):
        speak(rng, world, workspace)
        clock.now += timedelta(hours=1)
        following = make_successor(rng, pack).pack
        world.policy.write_text(json.dumps(following.as_json()), encoding="utf-8")
        with contextlib.suppress(PackError):  # one that opens what no policy can is not put in force
            workspace.policies.use(str(world.policy))
            pack = following
    speak(rng, world, workspace)
    clock.now += timedelta(hours=1)
    return pack


def _uses(rng: Random, pack: Pack) -> list[tuple[str, str]]:
    uses = sorted(
        {(p, r) for rule in pack.rules for p in (*rule.purposes, *pack.purposes) for r in rule.recipients}
    )
    return [_TRAINING, *rng.sample(uses, min(2, len(uses)))]
