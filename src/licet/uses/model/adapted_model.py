"""The adapted model: the base trained further on what members wrote; whoever leaves is taken out by training again.

Learnt from are documents of exactly one person. Members lie in buckets and these in shards, a network for each, with a
chain of checkpoints (`checkpoint_chain`); what the networks hold probable is averaged. `build` trains every chain;
`update` finds by the ids of checkpoints where each first differs, and trains from there: its bytes are those of a build
from scratch, in the environment where the chain was begun. In another it refuses. What one member alone wrote may be
remembered by a network: no rule of two members holds here, so nobody is served it unless it is asked for.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from licet.enforce.access import Access
from licet.store import SnapshotRef, Store
from licet.terms import LicetError
from licet.terms.canonical import canonical_json, digest
from licet.uses.manifest import StoredFile, read_heading, read_manifest
from licet.uses.model.adaptation_recipe import AdaptedSettings, PinnedAdaptation
from licet.uses.model.base_folder import Base, base_of
from licet.uses.model.chain_environment import ChainEnvironment, chain_environment_here
from licet.uses.model.checkpoint_chain import (
    AdaptedManifest,
    Bucket,
    Checkpoint,
    chain_ids,
    exchanged,
    is_as_chained,
    require_checkpoint,
)
from licet.uses.model.foundation import BaseFoundation, CausalFoundation, Foundation
from licet.uses.model.kept_checkpoints import KeptCheckpoints
from licet.uses.model.model_recipe import load_model_recipe
from licet.uses.model.taught_documents import bucket_of, documents_then, foresee_taught, of_one, show_taught
from licet.uses.use import (
    Changed,
    Contents,
    Documents,
    Everyone,
    Foreseen,
    Parents,
    Progress,
    Shown,
    Workbench,
)

KIND = "adapted"


class Taught(NamedTuple):
    """What documents of exactly one person teach. texts: by bucket, in the order of the documents' ids."""

    subjects: frozenset[str]
    documents: int
    texts: Mapping[int, Sequence[str]]

    @classmethod
    def of(
        cls,
        parts: Iterable[pa.Table],
        secret: bytes,
        buckets: int,
        is_left_out: Callable[[str], bool] = lambda who: False,
    ) -> Taught:
        rows: dict[int, list[tuple[str, str]]] = {}
        place = functools.cache(functools.partial(bucket_of, secret, buckets=buckets))
        subjects = set[str]()
        for part in parts:
            own = of_one(part)
            people = pc.list_flatten(own["subjects"]).to_pylist()
            ids, said = (own[column].to_pylist() for column in ("document_id", "text"))
            for who, id_, text in zip(people, ids, said, strict=True):
                if not is_left_out(who):
                    subjects.add(who)
                    rows.setdefault(place(who), []).append((id_, text))
        texts = {bucket: [text for _, text in sorted(held)] for bucket, held in rows.items()}
        return cls(frozenset(subjects), sum(map(len, texts.values())), texts)


class Adaptation(NamedTuple):
    """How a workspace has its base adapted, or a causal model in the folder that its settings name. root: of it."""

    settings: AdaptedSettings
    base: Base
    root: Path = Path()

    def foundation(self) -> Foundation:
        """Raises: UseError MODL-122."""
        named = self.settings.causal
        if named is None:
            return BaseFoundation(self.base, self.settings)
        return CausalFoundation(self.root / named, self.settings)


class Adapted:
    """An adapted model over one base; see `licet.uses.use`."""

    name = KIND
    format = 1
    learns = True
    manifest = AdaptedManifest
    parents = ("corpus",)

    def __init__(self, adaptation: Callable[[], Adaptation], kept: KeptCheckpoints) -> None:
        """adaptation: what reads it; what a model holds is told without. kept: of trainings that were interrupted."""
        self._read, self._kept = adaptation, kept

    @functools.cached_property
    def adaptation(self) -> Adaptation:
        return self._read()

    @functools.cached_property
    def foundation(self) -> Foundation:
        return self.adaptation.foundation()

    @property
    def recipe(self) -> PinnedAdaptation:
        return self.foundation.recipe

    def asks_for(self) -> Mapping[str, set[str]]:
        """No table: it reads the corpus."""
        return {}

    def counted(self) -> tuple[str, ...]:
        return ()

    def settings(self) -> Mapping[str, PinnedAdaptation]:
        return {"recipe": self.recipe}

    def environment(self) -> dict[str, str]:
        """Nothing: where it was trained stands in the chain, and another place is refused, not passed over."""
        return {}

    def build(self, bench: Workbench) -> Contents:
        taught = self._taught(bench)
        return self._contents(bench, taught, None, Everyone(sorted(taught.subjects)))

    def update(self, bench: Workbench, earlier: AdaptedManifest, touched: frozenset[str]) -> Contents:
        """Train again from where each chain first differs, or is not as it was written.

        Raises: UseError MODL-080 where the chain was begun elsewhere and something is to be trained.
        """
        before = documents_then(bench.parents, earlier.derived_from[0])
        then, now = (
            set(pc.list_flatten(of_one(each.about(touched))["subjects"]).to_pylist())
            for each in (before, bench.parents["corpus"])
        )
        people = Changed(sorted(now), sorted(then - now))
        return self._contents(bench, self._taught(bench), earlier, people)

    def foresee(
        self, access: Access, store: Store, earlier: SnapshotRef, subject: str, parents: Parents
    ) -> Foreseen:
        return foresee_taught(parents, read_manifest(AdaptedManifest, earlier).derived_from[0], subject)

    def about(
        self, store: Store, snapshot: SnapshotRef, secret: bytes, subject: str, parents: Parents
    ) -> Sequence[Shown]:
        """The documents of theirs that a network was trained on, newest first."""
        return show_taught(parents, subject)

    def trained_without(
        self, parent: Documents, secret: bytes, is_left_out: Callable[[str], bool], progress: Progress
    ) -> list[bytes]:
        """The networks of a build from scratch without some members. Nothing of it is kept."""
        foundation, recipe, threads = self.foundation, self.recipe, self.adaptation.settings.threads
        foundation.require()
        parts = (parent.read(number) for number in parent.buckets())
        taught = Taught.of(parts, secret, recipe.buckets, is_left_out)
        made = []
        for shard in range(recipe.shards):
            network, buckets = foundation.start, range(shard * recipe.segments, (shard + 1) * recipe.segments)
            for bucket in buckets:
                progress("adapting the base to the others", bucket, recipe.buckets)
                texts = taught.texts.get(bucket, ())
                network = foundation.train(network, texts, "", threads)
            if any(bucket in taught.texts for bucket in buckets):
                made.append(network)
        return made

    # -- within --------------------------------------------------------------------------------------------------

    def _taught(self, bench: Workbench) -> Taught:
        bench.progress("reading documents", 0, None)
        parent = bench.parents["corpus"]
        parts = (parent.read(number) for number in parent.buckets())
        return Taught.of(parts, bench.access.secret, self.recipe.buckets)

    def _contents(
        self, bench: Workbench, taught: Taught, earlier: AdaptedManifest | None, people: Everyone | Changed
    ) -> Contents:
        recipe, parent, secret = self.recipe, bench.parents["corpus"], bench.access.secret
        buckets = [Bucket.of(taught.texts.get(bucket, ()), secret) for bucket in range(recipe.buckets)]
        shards = [
            buckets[first : first + recipe.segments] for first in range(0, len(buckets), recipe.segments)
        ]
        begun: list[tuple[Checkpoint, ...]] = [
            () if earlier is None else whole_checkpoints(bench.store, earlier, number, own)
            for number, own in enumerate(shards)
        ]
        wanted = recipe.buckets - sum(map(len, begun))
        environment = self._environment(earlier, wanted)
        chains, done = [], 0
        for own, chain in zip(shards, begun, strict=True):
            ids = chain_ids(recipe, environment, [bucket.digest for bucket in own])
            network = None
            for bucket, id_ in list(zip(own, ids, strict=True))[len(chain) :]:
                bench.progress("training on what members wrote", done, wanted)
                network = self._network(bench.store, chain) if network is None else network
                checkpoint, network = self._trained(bench, network, bucket, id_)
                chain, done = (*chain, checkpoint), done + 1
            chains.append(chain)
        self._kept.clear()
        held = int(parent.snapshot.manifest["counts"]["documents"])
        counts = {
            "documents": taught.documents,
            "tokens": sum(one.tokens for chain in chains for one in chain),
            "set_aside": held - taught.documents,
        }
        fields = {"chain_environment": environment, "shards": tuple(chains)}
        return Contents(self._root(parent, chains), fields, counts, people, done)

    def _environment(self, earlier: AdaptedManifest | None, wanted: int) -> ChainEnvironment:
        """That of the chains. Raises: UseError MODL-080 where they are not to be gone on with here; MODL-060."""
        if earlier is not None and not wanted:
            return earlier.chain_environment
        self.foundation.require()
        here = chain_environment_here(self.adaptation.settings.threads)
        if libraries := self.foundation.libraries():
            here = here.model_copy(update={"settings": (*here.settings, *libraries)})
        if earlier is not None:
            here.require(earlier.chain_environment)
        return here

    def _network(self, store: Store, chain: Sequence[Checkpoint]) -> bytes:
        if not chain:
            return self.foundation.start
        return require_checkpoint(store.get(chain[-1].network.sha256), chain[-1])

    def _trained(self, bench: Workbench, before: bytes, bucket: Bucket, id_: str) -> tuple[Checkpoint, bytes]:
        """One checkpoint more: what an interrupted training had made of it, or trained now."""
        network = self._kept.read(id_)
        if network is None:
            network = self.foundation.train(before, bucket.texts, id_, self.adaptation.settings.threads)
            self._kept.write(id_, network)
        size = self.foundation.size(bucket.texts)
        file = StoredFile(bench.files.put(network, ".safetensors"), len(network))
        return Checkpoint(id_, bucket.digest, len(bucket.texts), size.tokens, size.steps, file), network

    def _root(self, parent: Documents, chains: Sequence[Sequence[Checkpoint]]) -> str:
        """Over the corpus and the end of every chain: equal roots, equal networks."""
        source, ends = read_heading(parent.snapshot).root, [chain[-1].id for chain in chains]
        return digest(canonical_json([KIND, self.format, source, self.recipe.digest, ends]))


def open_adapted(root: Path) -> Adapted:
    """The adapted model of a workspace, by its `model.yaml` and its `base`, where there are such."""

    def read() -> Adaptation:
        return Adaptation(load_model_recipe(root / "model.yaml").adapted, base_of(root), root)

    return Adapted(read, KeptCheckpoints(root / "cache" / "checkpoints"))


def shards_of(said: AdaptedManifest, secret: bytes, subjects: Collection[str]) -> frozenset[int]:
    """The shards in which some people lie, or would."""
    recipe = said.recipe
    return frozenset(bucket_of(secret, who, recipe.buckets) // recipe.segments for who in subjects)


def networks(store: Store, said: AdaptedManifest, shards: Collection[int]) -> list[bytes]:
    """The networks of some shards, those left out that were trained on nothing.

    Raises: StoreError STOR-006, STOR-007 where one is damaged or gone; UseError MODL-081 where it is another.
    """
    found = []
    for shard in sorted(shards):
        chain = said.shards[shard]
        if not is_as_chained(said, shard):
            raise exchanged(chain[-1])
        if any(one.documents for one in chain):
            found.append(require_checkpoint(store.get(chain[-1].network.sha256), chain[-1]))
    return found


class ChainDifference(NamedTuple):
    """How many shards have another network than they had, and how many checkpoints there are that there were not."""

    shards: int
    checkpoints: int


def difference(before: AdaptedManifest, after: AdaptedManifest) -> ChainDifference:
    was, now = ({one.id for chain in said.shards for one in chain} for said in (before, after))
    ends = [chain[-1].id for chain in before.shards]
    changed = sum(
        shard >= len(ends) or chain[-1].id != ends[shard] for shard, chain in enumerate(after.shards)
    )
    return ChainDifference(changed, len(now - was))


def whole_checkpoints(
    store: Store, said: AdaptedManifest, shard: int, buckets: Sequence[Bucket]
) -> tuple[Checkpoint, ...]:
    """The checkpoints of a shard, from its first, that are of these buckets and as they were written."""
    whole: list[Checkpoint] = []
    for bucket, checkpoint in zip(
        buckets, said.shards[shard] if is_as_chained(said, shard) else (), strict=False
    ):
        try:
            require_checkpoint(store.get(checkpoint.network.sha256), checkpoint)
        except LicetError:
            break  # torn, cut, exchanged or gone: it is trained again
        if checkpoint.bucket != bucket.digest:
            break
        whole.append(checkpoint)
    return tuple(whole)
