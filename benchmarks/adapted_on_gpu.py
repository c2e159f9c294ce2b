"""`python -m benchmarks.adapted_on_gpu`: the adapted model at the size of one graphics card, and one member forgotten.

A base of 30 million parameters is fitted to at most 60 MB of public text, and trained on over 100 MB of made-up
members' texts in 16 shards of 4 segments, by the product's buckets and chain of checkpoints. Then one member leaves:
what stands behind them in their shard is trained again, twice, and once the whole shard from the base; all three must
be the same bytes. At most ten minutes on a card of 2023. `--toy` does the same at a size for a processor, and says
nothing of speed or quality. Without a card and without `--toy` it refuses.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import cross_entropy

import licet
from benchmarks.fine_tuning import adam, take, windows_of
from licet.terms.canonical import digest
from licet.uses.model.adaptation_recipe import PinnedAdaptation
from licet.uses.model.base_card import Shape
from licet.uses.model.base_folder import shipped_base
from licet.uses.model.base_network import Weights, fresh_weights, logits, packed, unpacked
from licet.uses.model.byte_pairs import BytePairs, Tokens
from licet.uses.model.chain_environment import ChainEnvironment, chain_environment_here
from licet.uses.model.checkpoint_chain import Bucket, chain_ids
from licet.uses.model.public_text import read_public_text
from licet.uses.model.taught_documents import bucket_of

_SECRET, _SEED, _SENTENCES = b"a secret of the benchmark's own", 7, 5


@dataclass(frozen=True)
class Sizes:
    """public, members: bytes of text. batch: windows a step. pool: members of the demo network who say sentences.
    sources: of public text; None for all that are installed.
    """

    shape: Shape
    public: int
    members: int
    shards: int
    segments: int
    batch: int
    pool: int
    sources: tuple[str, ...] | None = None


FULL = Sizes(Shape(width=512, layers=9, heads=8), 60_000_000, 100_000_000, 16, 4, 64, pool=2_000)
TOY = Sizes(
    Shape(width=16, layers=1, heads=2, context=32), 40_000, 30_000, 2, 2, 4, pool=40, sources=("pydantic",)
)


class DiffersError(Exception):
    """The same training came to other bytes."""


def run(sizes: Sizes, device: str, tell: Callable[[str], None] = lambda said: None) -> dict[str, Any]:
    """Raises: DiffersError where the same training does not come to the same bytes."""
    start, vocabulary = time.monotonic(), shipped_base().byte_pairs
    times: dict[str, float] = {}

    @contextmanager
    def timed(name: str) -> Any:
        tell(name)
        begun = time.monotonic()
        yield
        if device == "cuda":
            torch.cuda.synchronize()
        times[name] = round(time.monotonic() - begun, 2)

    # Read when CUDA's matrix products begin, which without it may add up otherwise each time.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)
    training = Training(sizes, device)
    with timed("text"):
        public = encoded(vocabulary, public_texts(sizes.public, sizes.sources))
        texts = members_texts(sizes.members, sizes.pool)
    held_out = [text for who in [*texts][:1] for text in texts.pop(who)]
    with timed("base"):
        base = training.fitted(fresh_weights(sizes.shape, _SEED), public)
    recipe = PinnedAdaptation(
        shards=sizes.shards, segments=sizes.segments, passes=1, batch=sizes.batch, warming=10, rate_millionths=500,
        base=digest(base), tokens=vocabulary.digest,
    )  # fmt: skip
    chains = Chains(training, recipe, environment(device), vocabulary, base)
    with timed("adapted"):
        before = [chains.trained(texts, shard, {}) for shard in range(recipe.shards)]
    tokens, leaving = chains.tokens, [*texts][len(texts) // 2]
    shard = bucket_of(_SECRET, leaving, recipe.buckets) // recipe.segments
    del texts[leaving]
    with timed("forgotten"):
        once = chains.trained(texts, shard, before[shard])
    with timed("forgotten again, and the shard from the base"):
        again, anew = chains.trained(texts, shard, before[shard]), chains.trained(texts, shard, {})
    if not once == again == anew:
        raise DiffersError("a shard that was trained again came to other bytes")
    if [*once.values()][-1] == [*before[shard].values()][-1]:
        raise DiffersError("somebody left and the shard is what it was")
    after = [once if place == shard else chain for place, chain in enumerate(before)]
    scored = training.bits_by(encoded(vocabulary, held_out))
    return {
        "device": torch.cuda.get_device_name() if device == "cuda" else "processor", "torch": str(torch.__version__),
        "parameters": sum(weight.numel() for weight in fresh_weights(sizes.shape, _SEED).values()),
        "public_tokens": sum(map(len, public)), "members": len(texts) + 1, "tokens": tokens,
        "shards": recipe.shards, "segments": recipe.segments, "seconds": times,
        "seconds_in_all": round(time.monotonic() - start, 2),
        "checkpoints_trained_again": sum(id_ not in before[shard] for id_ in once),
        "bits_a_token_by_the_base": scored([base]),
        "bits_a_token_by_the_shards": scored([[*chain.values()][-1] for chain in after]),
        "same_bytes": True,
    }  # fmt: skip


class Training:
    """Training on one device; on a card at 16 bits where that is as good, and always in the same order."""

    def __init__(self, sizes: Sizes, device: str) -> None:
        self.shape, self.batch, self._device = sizes.shape, sizes.batch, device

    def fitted(self, weights: Weights, documents: Sequence[Tokens], rate: float = 1e-3) -> bytes:
        """The network after one pass over documents, as `packed` has it; of none it is the same."""
        made = {name: weight.float().to(self._device).requires_grad_() for name, weight in weights.items()}
        windows = windows_of(documents, self.shape.context) if documents else torch.empty(0)
        if len(windows):
            optimizer, chance = adam(made, rate), torch.Generator().manual_seed(_SEED)
            batches = torch.randperm(len(windows), generator=chance).split(self.batch)
            for step, places in enumerate(batches):
                rising = min(1.0, (step + 1) / 10)
                loss = self._loss(made, windows[places].to(self._device))
                take(optimizer, loss, rate * rising * (1 - 0.9 * step / len(batches)))
        return packed({name: weight.detach().cpu() for name, weight in made.items()})

    def bits_by(self, documents: Sequence[Tokens]) -> Callable[[Sequence[bytes]], float]:
        """Of some networks whose probabilities are averaged, the bits that a token of documents takes."""
        windows = windows_of(documents, self.shape.context).to(self._device)

        def score(networks: Sequence[bytes]) -> float:
            logs = list[Tensor]()
            for network in networks:
                weights = {
                    name: each.float().to(self._device)
                    for name, each in unpacked(network, self.shape).items()
                }
                with torch.no_grad(), self._exactly():
                    said = logits(weights, self.shape, windows[:, :-1]).float().log_softmax(-1)
                logs.append(said.gather(-1, windows[:, 1:, None])[..., 0])
            mean = torch.logsumexp(torch.stack(logs), 0) - np.log(len(networks))
            return round(float(-mean.mean() / np.log(2)), 4)

        return score

    def _loss(self, weights: Weights, rows: Tensor) -> Tensor:
        with self._exactly():
            said = logits(weights, self.shape, rows[:, :-1])
        return cross_entropy(said.float().flatten(0, 1), rows[:, 1:].flatten())

    @contextmanager
    def _exactly(self) -> Any:
        """Attention by plain matrix products: its quicker ways may add up in another order each time."""
        half = torch.autocast("cuda", torch.bfloat16) if self._device == "cuda" else nullcontext()
        with half, sdpa_kernel(SDPBackend.MATH):
            yield


class Chains:
    """Chains of checkpoints over a base, by the product's ids. tokens: that were trained on, by now."""

    def __init__(
        self,
        training: Training,
        recipe: PinnedAdaptation,
        environment: ChainEnvironment,
        vocabulary: BytePairs,
        base: bytes,
    ) -> None:
        self._training, self._recipe, self._environment = training, recipe, environment
        self._vocabulary, self._base = vocabulary, base
        self.tokens = 0

    def trained(self, texts: dict[str, list[str]], shard: int, known: dict[str, bytes]) -> dict[str, bytes]:
        """The checkpoints of a shard by their ids, in order. known: those that are there, and not trained again."""
        recipe, held = self._recipe, list[list[str]]()
        first = shard * recipe.segments
        for bucket in range(first, first + recipe.segments):
            people = [who for who in sorted(texts) if bucket_of(_SECRET, who, recipe.buckets) == bucket]
            held.append([text for who in people for text in texts[who]])
        digests = [Bucket.of(own, _SECRET).digest for own in held]
        made, before = dict[str, bytes](), self._base
        for id_, own in zip(chain_ids(recipe, self._environment, digests), held, strict=True):
            if id_ not in known:
                documents = encoded(self._vocabulary, own)
                self.tokens += sum(map(len, documents))
                rate = recipe.rate_millionths / 1e6
                weights = unpacked(before, self._training.shape)
                before = self._training.fitted(weights, documents, rate)
            else:
                before = known[id_]
            made[id_] = before
        return made


def environment(device: str) -> ChainEnvironment:
    """That of this processor, and of the card: its name, and CUDA's version."""
    here = chain_environment_here(1)
    if device != "cuda":
        return here
    card = f"cuda={torch.cuda.get_device_name()}, {torch.version.cuda}"
    return here.model_copy(update={"settings": (*here.settings, card)})


def public_texts(most_bytes: int, sources: tuple[str, ...] | None) -> list[str]:
    return _until(read_public_text(lambda stage, done, total: None, sources).texts, most_bytes)


def members_texts(most_bytes: int, pool: int) -> dict[str, list[str]]:
    """Made-up members' texts: sentences that a demo network of so many says, dealt anew, a few a text."""
    with (
        tempfile.TemporaryDirectory(prefix="licet-bench-") as folder,
        licet.open(Path(folder), make=True) as made,
    ):
        made.make_demo_world(pool, _SEED)
        posts = pq.read_table(next(made.layout.data.rglob("posts.parquet")))["body"].to_pylist()
    said = sorted({one.strip() for text in posts if text for one in text.split(". ") if one.strip()})
    chance, found, room = np.random.default_rng(_SEED), dict[str, list[str]](), most_bytes
    while room > 0:
        own = [
            ". ".join(said[place] for place in chance.integers(len(said), size=_SENTENCES))
            for _ in range(1 + int(chance.pareto(1.2)) % 200)
        ]
        found[f"member-{len(found):07}"] = own
        room -= sum(len(text.encode()) for text in own)
    return found


def encoded(vocabulary: BytePairs, texts: Sequence[str]) -> list[Tokens]:
    """In as many processes as there are processors, where there is much of it."""
    if len(texts) < 20_000:
        return [*map(vocabulary.encode, texts)]
    with ProcessPoolExecutor() as pool:
        return [*pool.map(vocabulary.encode, texts, chunksize=1_000)]


def _until(texts: Sequence[str], most_bytes: int) -> list[str]:
    kept, room = list[str](), most_bytes
    for text in texts:
        room -= len(text.encode())
        if room < 0:
            break
        kept.append(text)
    return kept


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.adapted_on_gpu", description=__doc__)
    parser.add_argument(
        "--toy", action="store_true", help="at a size for a processor: whether it runs, and no more"
    )
    asked = parser.parse_args(arguments)
    if not asked.toy and not torch.cuda.is_available():
        print(
            "benchmarks.adapted_on_gpu needs a graphics card that PyTorch can use, and there is none here.\n"
            "For whether it runs at all, on this processor: python -m benchmarks.adapted_on_gpu --toy",
            file=sys.stderr,
        )
        return 2
    sizes, device = (TOY, "cpu") if asked.toy else (FULL, "cuda")
    try:
        told = run(sizes, device, lambda said: print(f"{said} …", file=sys.stderr))
    except DiffersError as error:
        print(f"{error}; nothing else is said", file=sys.stderr)
        return 1
    print(json.dumps(told, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
