"""A local causal language model, adapted by low-rank weights beside its own (LoRA, arXiv:2106.09685), by PEFT.

What a checkpoint keeps are those weights alone; the model's own are never changed. Trained as the base is: AdamW that
begins anew in each segment, windows in an order drawn by a seed, no dropout, PyTorch's deterministic algorithms. What
several checkpoints hold probable is averaged. It speaks in tokens of its own, so no counts of members are mixed in.
Importing this module needs PyTorch, Transformers and PEFT.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from importlib import metadata
from typing import Any

import numpy as np
import torch
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch.nn import functional
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

from licet.terms import UseError
from licet.uses.model.adaptation_recipe import PinnedAdaptation
from licet.uses.model.base_training import deterministic
from licet.uses.model.causal_folder import CausalFolder
from licet.uses.model.counting_model import Floats
from licet.uses.model.generation import drawn, require_writable
from licet.uses.model.shard_training import NOTHING, SegmentSize, rate_of, windows_of

_SEED, _LONGEST_CONTEXT = 1, 1024


def causal_libraries() -> tuple[str, ...]:
    """What, beside PyTorch, its bytes hang on."""
    return tuple(f"{name}={metadata.version(name)}" for name in ("peft", "tokenizers", "transformers"))


class CausalModel:
    """One in memory. Not for several threads at once. Raises: UseError MODL-122 for a folder that holds none whole."""

    def __init__(self, folder: CausalFolder, rank: int) -> None:
        logging.disable_progress_bar()
        local: Any = {"local_files_only": True, "trust_remote_code": False}
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(folder.folder, **local)
            own = AutoModelForCausalLM.from_pretrained(
                folder.folder, use_safetensors=True, dtype=torch.float32, attn_implementation="eager", **local
            )
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            raise _unread(folder, str(error).partition("\n")[0]) from None
        end = self._tokenizer.eos_token_id
        if end is None:
            raise _unread(folder, "its tokenizer has no token that ends a text")
        self._end = int(end)
        self.context = min(
            _LONGEST_CONTEXT, int(getattr(own.config, "max_position_embeddings", _LONGEST_CONTEXT))
        )
        recipe = LoraConfig(
            r=rank, lora_alpha=2 * rank, lora_dropout=0.0, target_modules="all-linear", task_type="CAUSAL_LM"
        )
        with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # PEFT tells how it takes layers that GPT-2 keeps turned
            torch.manual_seed(_SEED)
            self._model = get_peft_model(own, recipe).eval()
        #: The weights beside its own before any training: they change nothing.
        self.start = self._packed({})

    def segment_size(self, texts: Sequence[str], recipe: PinnedAdaptation) -> SegmentSize:
        tokens = sum(map(len, self._encoded(texts)))
        windows = -(-(tokens + len(texts)) // self.context)
        return SegmentSize(tokens, recipe.passes * -(-windows // recipe.batch))

    def train_segment(
        self, before: bytes, texts: Sequence[str], id_: str, recipe: PinnedAdaptation, threads: int
    ) -> bytes:
        """As `shard_training.train_segment`, of the weights beside its own."""
        self._stand(before)
        if texts:
            with deterministic(threads):
                self._train(self._windows(texts), recipe)
        return self._packed({"checkpoint": id_})

    def bits(self, texts: Sequence[str], networks: Sequence[bytes]) -> list[float]:
        """How many bits each text takes, its end included; by the model alone where there are no networks."""
        windows = [self._windows([text]) for text in texts]
        found = []
        for each in zip(
            *(self._logs(windows, network) for network in networks or (self.start,)), strict=True
        ):
            mean = torch.logsumexp(torch.stack(each), 0) - np.log(len(each))
            found.append(float(-mean.sum() / np.log(2)))
        return found

    def generate(
        self, prompt: str, networks: Sequence[bytes], seed: int, temperature: float, most_tokens: int
    ) -> str:
        """Write on from a beginning, freely. Raises: UseError MODL-066."""
        require_writable(seed, temperature, most_tokens)
        chance, before = np.random.default_rng(seed), self._encoded([prompt])[0]
        written: list[int] = []
        while len(written) < most_tokens:
            token = drawn(self._next([*before, *written], networks), temperature, chance)
            if token == self._end:
                break
            written.append(token)
        text: str = self._tokenizer.decode(written, skip_special_tokens=True)
        return text

    # -- within --------------------------------------------------------------------------------------------------

    def _encoded(self, texts: Sequence[str]) -> list[list[int]]:
        """Members' words that imitate its special tokens are words."""
        return [
            self._tokenizer.encode(text, add_special_tokens=False, split_special_tokens=True)
            for text in texts
        ]

    def _windows(self, texts: Sequence[str]) -> torch.Tensor:
        stream = [self._end]
        for own in self._encoded(texts):
            stream += [*own, self._end]
        return windows_of(np.array(stream, np.int64), self.context)

    def _train(self, windows: torch.Tensor, recipe: PinnedAdaptation) -> None:
        trained = [weight for weight in self._model.parameters() if weight.requires_grad]
        optimizer = torch.optim.AdamW(
            trained, lr=1.0, betas=(0.9, 0.95), weight_decay=0.1, foreach=False, fused=False
        )
        chance = torch.Generator().manual_seed(_SEED)
        turns = [torch.randperm(len(windows), generator=chance) for _ in range(recipe.passes)]
        batches = [batch for turn in turns for batch in turn.split(recipe.batch)]
        for step, batch in enumerate(batches):
            for group in optimizer.param_groups:
                group["lr"] = rate_of(step, len(batches), recipe)
            rows = windows[batch]
            said = self._said(rows)
            loss = functional.cross_entropy(said.flatten(0, 1), rows[:, 1:].flatten(), ignore_index=NOTHING)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, 1.0, foreach=False)
            optimizer.step()

    def _said(self, rows: torch.Tensor) -> torch.Tensor:
        """[rows, places, tokens]. What is read in the place of nothing is looked at by nothing that counts."""
        said: torch.Tensor = self._model(input_ids=rows[:, :-1].clamp(min=0), use_cache=False).logits
        return said

    def _logs(self, windows: Sequence[torch.Tensor], network: bytes) -> list[torch.Tensor]:
        """Of each text the logs of the probabilities of its tokens."""
        self._stand(network)
        found = []
        with torch.no_grad():
            for rows in windows:
                logs = functional.log_softmax(self._said(rows).double(), -1)
                wanted = rows[:, 1:]
                told = logs.gather(-1, wanted.clamp(min=0)[..., None])[..., 0]
                found.append(told[wanted != NOTHING])
        return found

    def _next(self, before: Sequence[int], networks: Sequence[bytes]) -> Floats:
        rows = torch.tensor([[self._end, *before, self._end][-self.context - 1 :]])
        found: list[Floats] = []
        for network in networks or (self.start,):
            self._stand(network)
            with torch.no_grad():
                found.append(functional.softmax(self._said(rows)[0, -1].double(), -1).numpy())
        mean: Floats = np.mean(found, axis=0)
        return mean

    def _stand(self, network: bytes) -> None:
        """With the weights of a checkpoint. Raises: UseError MODL-062 where they are not of this model."""
        try:
            weights = load(network)
        except SafetensorError:
            weights = {}
        own = get_peft_model_state_dict(self._model)
        if {name: weight.shape for name, weight in weights.items()} != {
            name: each.shape for name, each in own.items()
        }:
            raise UseError(
                "MODL-062",
                "a checkpoint has not the tensors that the causal model is adapted by",
                fix="adapt it anew: licet model adapt --anew",
            )
        set_peft_model_state_dict(self._model, weights)

    def _packed(self, said: dict[str, str]) -> bytes:
        state = get_peft_model_state_dict(self._model)
        weights = {name: state[name].detach().clone().contiguous() for name in sorted(state)}
        data: bytes = save(weights, said or None)
        return data


def _unread(folder: CausalFolder, why: str) -> UseError:
    return UseError(
        "MODL-122",
        f"this is no causal model that can be adapted: {why}",
        str(folder.folder),
        "under adapted.causal in model.yaml name a local folder with config.json, a tokenizer and safetensors",
    )
