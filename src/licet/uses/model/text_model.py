"""The model: how many members wrote each run of tokens, taken from the corpus and taken out again exactly.

Learnt from are documents of exactly one person; others are set aside and counted. `build` counts each member's runs
once and sums them by bucket. `update` subtracts the runs that the changed members had written, by the earlier corpus,
and adds those they wrote by the present one: the counts are those of a build from scratch and, once `put_together`,
its bytes. A member lies in one bucket, under a secret of the model's own. Members are counted where the engine at hand
works (`spread_counts`), and the bytes are the same. Refused: a corpus that is not there to compare with; then all is
made anew.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.access import Access
from licet.store import SnapshotRef, Store
from licet.terms.canonical import canonical_json, digest
from licet.uses.manifest import StoredFile, read_heading, read_manifest
from licet.uses.model import counts_log
from licet.uses.model.adapted_model import Adapted
from licet.uses.model.base_folder import Base, base_of
from licet.uses.model.byte_pairs import BytePairs, Tokens
from licet.uses.model.counting_model import CountingModel
from licet.uses.model.counts_log import ModelManifest
from licet.uses.model.held_out_members import Evaluation, evaluate
from licet.uses.model.model_recipe import ModelRecipe, PinnedRecipe, load_model_recipe
from licet.uses.model.serving_rule import ServingRule
from licet.uses.model.spread_counts import (
    ChangedMembers,
    CountedMembers,
    Written,
    bucket_changes,
    bucket_tables,
)
from licet.uses.model.taught_documents import (
    bucket_of,
    documents_then,
    foresee_taught,
    is_held_out,
    keyed,
    of_one,
    show_taught,
)
from licet.uses.model.token_runs import each_once, runs_ending
from licet.uses.use import (
    Changed,
    Contents,
    Documents,
    Everyone,
    Files,
    Foreseen,
    Parents,
    Progress,
    Shown,
    Workbench,
)

KIND = "model"
#: A change about more documents than this share of all is a reason to make it anew; so few are quick in every way.
_SHARE, _FEW = 0.75, 1_000


class Learnt(NamedTuple):
    """What documents of exactly one person teach. by_member: the tokens of each person's documents."""

    by_member: dict[str, list[Tokens]]

    @classmethod
    def of(cls, documents: pa.Table, vocabulary: BytePairs) -> Learnt:
        rows, by_member = of_one(documents), dict[str, list[Tokens]]()
        people = pc.list_flatten(rows["subjects"]).to_pylist()
        for who, text in zip(people, rows["text"].to_pylist(), strict=True):
            by_member.setdefault(who, []).append(vocabulary.encode(text))
        return cls(by_member)

    @property
    def documents(self) -> int:
        return sum(map(len, self.by_member.values()))

    @property
    def tokens(self) -> int:
        return sum(len(tokens) for own in self.by_member.values() for tokens in own)


class Model:
    """A model of one recipe over one vocabulary; see `licet.uses.use`."""

    name = KIND
    format = 1
    learns = True
    manifest = ModelManifest
    parents = ("corpus",)

    def __init__(self, recipe: Callable[[], tuple[ModelRecipe, BytePairs]]) -> None:
        """recipe: what reads it, with the vocabulary of its base; what a model holds is told without."""
        self._read = recipe

    @functools.cached_property
    def vocabulary(self) -> BytePairs:
        return self._read()[1]

    @functools.cached_property
    def recipe(self) -> PinnedRecipe:
        recipe, self.vocabulary = self._read()
        return recipe.of(self.vocabulary)

    @functools.cached_property
    def _rule(self) -> ServingRule:
        return ServingRule.of(self.recipe, self.vocabulary)

    def asks_for(self) -> Mapping[str, set[str]]:
        """No table: it reads the corpus."""
        return {}

    def counted(self) -> tuple[str, ...]:
        return ()

    def settings(self) -> Mapping[str, PinnedRecipe]:
        return {"recipe": self.recipe}

    def environment(self) -> dict[str, str]:
        """Nothing: whole numbers are summed alike everywhere."""
        return {}

    def build(self, bench: Workbench) -> Contents:
        parent, written = bench.parents["corpus"], _everything(bench)
        tables, tokens = bucket_tables(
            bench.access, written, self._bucket_of(bench),
            CountedMembers(self.vocabulary, self.recipe.order), bench.progress,
        )  # fmt: skip
        fields = counts_log.write_tables(bench.files, tables, self._rule)
        fields["vocabulary"] = self._put_vocabulary(bench.files)
        counts = self._counts(parent, len(written.people), tokens)
        return Contents(
            self._root(parent), fields, counts, Everyone(written.everybody()), len(fields["tables"])
        )

    def update(self, bench: Workbench, earlier: ModelManifest, touched: frozenset[str]) -> Contents:
        """Take out and add what the changed members wrote; where that is much, make it anew."""
        parent, before = bench.parents["corpus"], documents_then(bench.parents, earlier.derived_from[0])
        bench.progress("reading what changed", 0, None)
        then, now = (each.about(touched) for each in (before, parent))
        if len(then) + len(now) > max(_FEW, _SHARE * earlier.counts["documents"]):
            return self.build(bench)._replace(why="so much changed that making it anew costs less")
        old, new = Written.of(then), Written.of(now)
        changes, tokens = bucket_changes(
            bench.access, old, new, self._bucket_of(bench), ChangedMembers(self.vocabulary, self.recipe.order)
        )
        were, are = old.everybody(), new.everybody()
        kept = ("vocabulary", "tables", "served", "deltas", "rising")
        fields = {name: getattr(earlier, name) for name in kept}
        if len(changes):
            bench.progress("writing what changed", 0, None)
            lost = [_person(bench.access.secret, who) for who in were]
            fields |= counts_log.extend(bench.store, bench.files, earlier, changes, lost, self._rule)
        counts = self._counts(
            parent,
            earlier.counts["documents"] + len(new.people) - len(old.people),
            earlier.counts["tokens"] + tokens,
        )
        people = Changed(are, sorted(set(were) - set(are)))
        return Contents(self._root(parent), fields, counts, people, 1 if len(changes) else 0)

    def log_share(self, snapshot: SnapshotRef) -> float:
        return counts_log.log_share(read_manifest(ModelManifest, snapshot))

    def compact(self, store: Store, files: Files, earlier: ModelManifest) -> Mapping[str, Any]:
        if not earlier.deltas:
            return {}
        rule = ServingRule.of(earlier.recipe, BytePairs.from_json(store.get(earlier.vocabulary.sha256)))
        return counts_log.put_together(store, files, earlier, rule)

    def lingers(self, store: Store, snapshot: SnapshotRef, secret: bytes, subject: str) -> bool:
        return counts_log.lingers(store, read_manifest(ModelManifest, snapshot), _person(secret, subject))

    def numbers(self, store: Store, snapshot: SnapshotRef, texts: Collection[str]) -> list[int]:
        """The longest runs of texts that were taught, as its tables have them; shorter ones tell of anybody."""
        said = read_manifest(ModelManifest, snapshot)
        vocabulary = BytePairs.from_json(store.get(said.vocabulary.sha256))
        runs, there = runs_ending([vocabulary.encode(text) for text in texts], said.recipe.order)
        found: list[int] = each_once(np.sort(runs[-1][there[-1]])).tolist()
        return found

    def foresee(
        self, access: Access, store: Store, earlier: SnapshotRef, subject: str, parents: Parents
    ) -> Foreseen:
        return foresee_taught(parents, read_manifest(ModelManifest, earlier).derived_from[0], subject)

    def about(
        self, store: Store, snapshot: SnapshotRef, secret: bytes, subject: str, parents: Parents
    ) -> Sequence[Shown]:
        """The documents of theirs that it was taught, newest first; it holds the runs in them."""
        return show_taught(parents, subject)

    # -- within --------------------------------------------------------------------------------------------------

    def _bucket_of(self, bench: Workbench) -> Callable[[str], int]:
        secret, buckets = bench.access.secret, self.recipe.buckets
        return lambda who: bucket_of(secret, who, buckets)

    def _counts(self, parent: Documents, documents: int, tokens: int) -> dict[str, int]:
        held = int(parent.snapshot.manifest["counts"]["documents"])
        return {"documents": documents, "tokens": tokens, "set_aside": held - documents}

    def _root(self, parent: Documents) -> str:
        """Over all that decides what it is: equal roots, equal counts."""
        source = read_heading(parent.snapshot).root
        return digest(canonical_json([KIND, self.format, source, self.recipe.digest]))

    def _put_vocabulary(self, target: Files) -> StoredFile:
        data = self.vocabulary.to_json()
        return StoredFile(sha256=target.put(data, ".json"), bytes=len(data))


def open_model(root: Path) -> Model:
    """The model of a workspace, by its `model.yaml` and its `base`, where there are such."""

    def read() -> tuple[ModelRecipe, BytePairs]:
        return load_model_recipe(root / "model.yaml"), base_of(root).byte_pairs

    return Model(read)


def counting_model(store: Store, snapshot: SnapshotRef) -> tuple[CountingModel, BytePairs]:
    """What a snapshot says comes next, and its tokens. Raises: StoreError where a file is damaged or gone."""
    said = read_manifest(ModelManifest, snapshot)
    vocabulary = BytePairs.from_json(store.get(said.vocabulary.sha256))
    table, recipe = counts_log.served_table(store, said, ServingRule.of(said.recipe, vocabulary)), said.recipe
    return CountingModel(table, vocabulary.size, recipe.order, recipe.discount_percent / 100), vocabulary


def taught(documents: Documents, progress: Progress) -> dict[str, list[str]]:
    """The texts that a model is taught, by who wrote them."""
    parts, texts = documents.buckets(), dict[str, list[str]]()
    for done, part in enumerate(parts):
        progress("reading documents", done, len(parts))
        rows = of_one(documents.read(part))
        people = pc.list_flatten(rows["subjects"]).to_pylist()
        for who, text in zip(people, rows["text"].to_pylist(), strict=True):
            texts.setdefault(who, []).append(text)
    return texts


def evaluated(
    store: Store,
    said: ModelManifest,
    parents: Parents,
    secret: bytes,
    percent: int,
    base: Base | None,
    adapted: Adapted | None,
    progress: Progress,
) -> Evaluation:
    """A model's recipe tried on a share of the members of what it is derived from; see `held_out_members`.

    adapted: adapts the base to the others, to be tried beside it.
    """
    vocabulary = BytePairs.from_json(store.get(said.vocabulary.sha256))
    learnt = _read(parents["corpus"], vocabulary, progress)

    def held_out(subject: str) -> bool:
        return is_held_out(secret, subject, percent)

    networks = (
        () if adapted is None else adapted.trained_without(parents["corpus"], secret, held_out, progress)
    )
    return evaluate(learnt.by_member, held_out, said.recipe, vocabulary, base, networks, progress)


def _everything(bench: Workbench) -> Written:
    """All that a model is taught."""
    documents = bench.parents["corpus"]
    parts, written = (
        documents.buckets(),
        [Written(pa.array([], pa.string()), pa.array([], pa.large_string()))],
    )
    for done, part in enumerate(parts):
        bench.progress("reading documents", done, len(parts))
        written.append(Written.of(documents.read(part)))
    return Written.together(written)


def _read(documents: Documents, vocabulary: BytePairs, progress: Progress) -> Learnt:
    """What all documents teach."""
    parts, by_member = documents.buckets(), dict[str, list[Tokens]]()
    for done, part in enumerate(parts):
        progress("reading documents", done, len(parts))
        for who, own in Learnt.of(documents.read(part), vocabulary).by_member.items():
            by_member.setdefault(who, []).extend(own)
    return Learnt(by_member)


def _person(secret: bytes, subject: str) -> bytes:
    return keyed(secret, b"licet person", subject)
