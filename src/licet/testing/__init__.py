"""For tests only: made-up policies, people and tables, and what a gate must answer about them.

Every generator is a plain function of a `random.Random`, so that one and the same serves Hypothesis (which hands
in a `Random` it can shrink) and long seeded runs. `expected` says what a gate must hand out, from `decide` and
the Arrow tables alone. No product code imports this room; it needs the `test` extra.
"""

from licet.testing.policies import make_pack, packs
from licet.testing.questions import facts, make_facts, make_request, requests, under
from licet.testing.successors import make_successor
from licet.testing.worlds import World, make_world, worlds

__all__ = [
    "World",
    "facts",
    "make_facts",
    "make_pack",
    "make_request",
    "make_successor",
    "make_world",
    "packs",
    "requests",
    "under",
    "worlds",
]
