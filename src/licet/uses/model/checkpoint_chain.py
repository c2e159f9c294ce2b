"""A chain of checkpoints: what a network that is trained on members' texts was trained on, in which order, and where.

Members lie in buckets, buckets in shards, and each shard has a network of its own, trained on its buckets one after
another. After each stands a checkpoint, whose id is over the checkpoint before it, the bucket, the recipe and the
environment: equal ids have equal bytes. Somebody who leaves changes their bucket, so what stands before it in the chain
stays as it is, and what stands after it is trained again. Nothing that hangs on members decides anything here: places
are drawn by a keyed hash, windows by a seed, and no step is left out or added for how well it went.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from licet.enforce.origin import Count
from licet.terms import UseError
from licet.terms.canonical import canonical_json, digest
from licet.uses.manifest import Manifest, StoredFile
from licet.uses.model.adaptation_recipe import PinnedAdaptation
from licet.uses.model.chain_environment import ChainEnvironment

#: Ends each text where texts are digested: no UTF-8 has this byte, so no two lists of texts run into one.
_END = b"\xff"


class Bucket(NamedTuple):
    """The texts of some members, in the order of their documents' ids. digest: keyed, so that nobody can try texts."""

    texts: tuple[str, ...]
    digest: str

    @classmethod
    def of(cls, texts: Sequence[str], secret: bytes) -> Bucket:
        found = hashlib.blake2b(digest_size=32, key=secret, person=b"licet texts")
        for text in texts:
            found.update(text.encode("utf-8", "surrogatepass") + _END)
        return cls(tuple(texts), found.hexdigest())


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """After one bucket. id: of the chain up to here. documents, tokens: of the bucket; steps: that were made on it."""

    id: str
    bucket: str
    documents: Count
    tokens: Count
    steps: Count
    network: StoredFile


class AdaptedManifest(Manifest):
    """shards: of each its checkpoints, in the order of its buckets. counts: documents, tokens, and set aside, too."""

    recipe: PinnedAdaptation
    chain_environment: ChainEnvironment
    shards: tuple[tuple[Checkpoint, ...], ...]


def chain_ids(
    recipe: PinnedAdaptation, environment: ChainEnvironment, buckets: Sequence[str]
) -> tuple[str, ...]:
    """The ids of a shard's checkpoints. buckets: the digests of its buckets, in order."""
    made, before = [], recipe.base
    for bucket in buckets:
        before = digest(
            canonical_json(
                ["licet checkpoint 1", before, bucket, recipe.digest, environment.model_dump(mode="json")]
            )
        )
        made.append(before)
    return tuple(made)


def is_as_chained(said: AdaptedManifest, shard: int) -> bool:
    """Whether the ids of a shard's checkpoints are those that its buckets, recipe and environment make."""
    chain = said.shards[shard]
    ids = chain_ids(said.recipe, said.chain_environment, [one.bucket for one in chain])
    return ids == tuple(one.id for one in chain)


def checkpoint_id_in(data: bytes) -> str | None:
    """The id that a checkpoint says it has; None of bytes that are none."""
    try:
        size = int.from_bytes(data[:8], "little")
        told = json.loads(data[8 : 8 + size])["__metadata__"]
        found = told["checkpoint"] if isinstance(told, Mapping) else None
    except (ValueError, LookupError, TypeError, RecursionError, MemoryError):
        return None
    return found if isinstance(found, str) else None


def require_checkpoint(data: bytes, checkpoint: Checkpoint) -> bytes:
    """Raises: UseError MODL-081 for a network that is not that of the checkpoint."""
    if checkpoint_id_in(data) != checkpoint.id:
        raise exchanged(checkpoint)
    return data


def exchanged(checkpoint: Checkpoint) -> UseError:
    """The error for a checkpoint that its chain does not lead to."""
    return UseError(
        "MODL-081",
        "a checkpoint is not the one that its chain says: files or manifests were exchanged",
        checkpoint.network.sha256,
        "train it again from before it: licet model adapt",
    )
