"""Counts updated are counts rebuilt, whatever was taken out and put in again (law 8); one member alone is not served.

Members and their texts are made up here, without a gate; what the log serves is held to a dictionary that is counted
anew, and what it is put together to, to tables written at once.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from licet.store import Build, Store
from licet.testing.effort import examples
from licet.uses.model import counts_log
from licet.uses.model.byte_pairs import START, BytePairs
from licet.uses.model.counts_log import ModelManifest
from licet.uses.model.member_counts import changes_of, table_of
from licet.uses.model.model_recipe import ModelRecipe
from licet.uses.model.serving_rule import ServingRule
from licet.uses.model.token_runs import TOKEN_BITS, runs_written
from licet.uses.use import Files

VOCABULARY = BytePairs(())
BUCKETS = {"ann": 0, "ben": 1, "cy": 1, "dot": 2}
PEOPLE = st.sampled_from(sorted(BUCKETS))
#: Words that members share, and some that begin or end alike; a text that imitates a start; none.
TEXTS = st.lists(
    st.sampled_from(["the quay", "the quays", "quay", "my code is 4711", "\x00", "", "aaaaaa", "ü"]),
    max_size=3,
)
World = dict[str, list[str]]


class CountsLog:
    """A log as the model keeps it, and beside it who wrote what."""

    def __init__(self, store: Store, world: World, two_members: bool) -> None:
        self.store, self.world, self.changed = store, dict(world), set[str]()
        recipe = ModelRecipe(two_members=two_members, number_members=3, order=3, buckets=3)
        self.recipe = recipe.of(VOCABULARY)
        self.rule = ServingRule.of(self.recipe, VOCABULARY)
        with store.build("control") as build:
            self._publish(build, self.written_at_once(build))

    def written_at_once(self, build: Build) -> dict[str, Any]:
        tables = [
            (
                bucket,
                table_of(
                    [self.runs(self.world.get(who, [])) for who, lies in BUCKETS.items() if lies == bucket]
                ),
            )
            for bucket in sorted({BUCKETS[who] for who, texts in self.world.items() if texts})
        ]
        return {"deltas": (), "rising": None} | counts_log.write_tables(Files(build), tables, self.rule)

    def runs(self, texts: list[str]) -> Any:
        return runs_written([VOCABULARY.encode(text) for text in texts], self.recipe.order)

    def step(self, edits: World) -> None:
        """Some members' texts become others; of none, they are gone."""
        differences = [
            (BUCKETS[who], self.runs(self.world.get(who, [])), self.runs(texts))
            for who, texts in edits.items()
        ]
        changes = changes_of(differences)
        before, self.changed = self.said.deltas, set()
        self.world |= edits
        if len(changes):
            with self.store.build("control") as build:
                withdrawn = [who.encode() for who in edits]
                self._publish(
                    build,
                    counts_log.extend(self.store, Files(build), self.said, changes, withdrawn, self.rule),
                )
            if not {*self.said.deltas} <= {*before}:  # else it came to nothing with what it took in
                self.changed = set(edits)

    def put_together(self) -> None:
        self.changed = set()
        with self.store.build("control") as build:
            self._publish(build, counts_log.put_together(self.store, Files(build), self.said, self.rule))

    def check(self) -> None:
        served = counts_log.served_table(self.store, self.said, self.rule)
        wrote = Counter(run for texts in self.world.values() for run in runs_told(texts, self.recipe.order))
        assert dict(served.tolist()) == {
            run: members for run, members in wrote.items() if members >= self.least(run)
        }
        runs = served["run"].tolist()
        assert runs == sorted(runs)
        with self.store.build("control") as build:
            together = counts_log.put_together(self.store, Files(build), self.said, self.rule)
            assert together == self.written_at_once(build)

    def least(self, run: int) -> int:
        """Of how many members a run is served, told a second time."""
        tokens = [run >> TOKEN_BITS * place & (1 << TOKEN_BITS) - 1 for place in range(self.recipe.order)]
        digits = sum(VOCABULARY.bytes_of[token].isdigit() for token in tokens)
        return 1 if not self.recipe.two_members else 3 if digits > 1 else 2

    def _publish(self, build: Build, fields: dict[str, Any]) -> None:
        held = {} if not hasattr(self, "said") else self.said.__dict__
        self.said = ModelManifest.model_construct(**{**held, "recipe": self.recipe, **fields})
        parts = {"tables", "served", "deltas", "rising"}
        build.publish({"licet": "control", "said": self.said.model_dump(mode="json", include=parts)})


def runs_told(texts: list[str], order: int) -> set[int]:
    """The runs of some texts, told a second time, token by token."""
    found = set()
    for text in texts:
        tokens = [START, *VOCABULARY.encode(text).tolist(), START]
        for end in range(1, len(tokens)):
            for start in range(max(0, end - order + 1), end + 1):
                number = end - start + 1
                for token in tokens[start : end + 1]:
                    number = number << TOKEN_BITS | token
                number -= (end - start + 1) << TOKEN_BITS * (end - start + 1)
                found.add(number | (end - start + 1) << TOKEN_BITS * 5)
    return found


EDITS = st.dictionaries(PEOPLE, TEXTS, min_size=1, max_size=3)


@given(st.dictionaries(PEOPLE, TEXTS), st.lists(EDITS | st.none(), min_size=1, max_size=6), st.booleans())
@examples(30)
def test_counts_updated_are_counts_rebuilt_and_one_alone_is_never_served(
    world: World, steps: list[World | None], two_members: bool
) -> None:
    """A step of None puts the log together."""
    with tempfile.TemporaryDirectory() as folder:
        log = CountsLog(Store.open(Path(folder, "store"), create=True), world, two_members)
        log.check()
        for step in steps:
            log.put_together() if step is None else log.step(step)
            log.check()
            lingering = {who for who in BUCKETS if counts_log.lingers(log.store, log.said, who.encode())}
            assert lingering >= log.changed and (step is not None or not lingering)
