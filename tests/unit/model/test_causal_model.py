"""A causal model of the operator's own, adapted in shards: the same chain, the same forgetting, and free generation."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from journeys.networks import AUTUMN, RECIPE, Clock, make_network, member, post
from licet.app import Workspace
from licet.terms import UseError
from licet.uses.manifest import read_manifest
from licet.uses.model import causal_folder
from licet.uses.model.adapted_model import KIND
from licet.uses.model.causal_folder import read_causal_folder, require_peft
from licet.uses.model.checkpoint_chain import AdaptedManifest

WHO = ("ann", "ben", "cy", "dot", "eve")
ROWS = {
    "members": [member(who) for who in WHO],
    "posts": [post(who, who, f"the harbour of {who} opens at nine and the boats go out") for who in WHO],
}
EACH_ALONE = re.sub("near_duplicates: .*", "near_duplicates: null", RECIPE)
MODEL = """
licet_model: 1
buckets: 2
adapted: {shards: 2, segments: 2, batch: 2, rate_millionths: 5000, rank: 2, causal: causal}
"""


def write_causal(folder: Path) -> None:
    """A GPT-2 that knows nothing, of bytes."""
    import tokenizers  # what `make nightly` brings: where it is not, this fails, and is not skipped
    import torch
    import transformers

    characters = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {character: number for number, character in enumerate(["<|endoftext|>", *characters])}
    tokens = tokenizers.Tokenizer(tokenizers.models.BPE(vocabulary, []))
    tokens.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokens.decoder = tokenizers.decoders.ByteLevel()
    transformers.PreTrainedTokenizerFast(tokenizer_object=tokens, eos_token="<|endoftext|>").save_pretrained(
        folder
    )
    torch.manual_seed(1)
    shape = transformers.GPT2Config(
        vocab_size=len(vocabulary),
        n_positions=64,
        n_embd=16,
        n_layer=1,
        n_head=2,
        bos_token_id=0,
        eos_token_id=0,
    )
    transformers.GPT2LMHeadModel(shape).save_pretrained(folder)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = make_network(tmp_path / "w", ROWS, clock=Clock(AUTUMN), recipe=EACH_ALONE)
    write_causal(tmp_path / "w" / "causal")
    (tmp_path / "w" / "model.yaml").write_text(MODEL)
    made.corpus_build()
    made.model_train()
    return made


def shards(workspace: Workspace) -> tuple[object, ...]:
    return read_manifest(AdaptedManifest, workspace.store.snapshot(KIND)).shards


def test_it_is_adapted_writes_and_forgets_as_if_somebody_had_never_been_there(workspace: Workspace) -> None:
    assert workspace.model_adapt().trained == 4
    first = workspace.uses["model"].generate("the harbour", seed=3, most_tokens=8, adapted=True)
    assert first == workspace.uses["model"].generate("the harbour", seed=3, most_tokens=8, adapted=True)
    kept = read_manifest(AdaptedManifest, workspace.store.snapshot(KIND))
    assert kept.recipe.rank == 2 and any(one.startswith("peft=") for one in kept.chain_environment.settings)
    workspace.choose("ann", "ai", "off")
    assert [one.in_service for one in workspace.uses.model.shards()].count(False) >= 1
    workspace.model_update()
    brought = workspace.model_adapt()
    assert brought.how == "updated" and 0 < brought.trained < 4
    updated = shards(workspace)
    workspace.model_adapt(anew=True)
    assert shards(workspace) == updated, "the same bytes as from scratch"
    with pytest.raises(UseError, match="MODL-123"):
        workspace.model_evaluate(adapted=True)
    (weights,) = (workspace.layout.root / "causal").glob("*.safetensors")
    assert b"LoRA" not in weights.read_bytes()


def test_what_it_learnt_it_finds_likelier_and_without_training_it_is_itself(workspace: Workspace) -> None:
    from licet.uses.model.adaptation_recipe import AdaptedSettings
    from licet.uses.model.foundation import CausalFoundation

    settings = AdaptedSettings(passes=4, batch=2, rate_millionths=20_000, rank=2)
    foundation = CausalFoundation(workspace.layout.root / "causal", settings)
    texts = [row["body"] for row in ROWS["posts"]]
    trained = foundation.train(foundation.start, texts, "a" * 64, 1)
    assert trained == foundation.train(foundation.start, texts, "a" * 64, 1) != foundation.start
    model = foundation.model
    assert model.bits(texts, ()) == model.bits(texts, [foundation.start])
    assert sum(model.bits(texts, [trained])) < 0.99 * sum(model.bits(texts, ()))
    assert sum(model.bits(texts, [trained, foundation.start])) < sum(model.bits(texts, ()))
    ends = "the end: <|endoftext|> and on"
    assert foundation.size([ends]).tokens == len(ends), "no text of a member ends a document"
    with pytest.raises(UseError, match="MODL-062"):
        model.bits(texts, [b"no weights"])


@pytest.mark.parametrize(
    ("lacks", "why"),
    [
        ("config.json", "config.json"), ("tokenizer.json", "no tokenizer"),
        ("model.safetensors", "not in safetensors"),
    ],
)  # fmt: skip
def test_a_folder_that_is_no_model_is_refused(tmp_path: Path, lacks: str, why: str) -> None:
    for name in {"config.json", "tokenizer.json", "model.safetensors", "pytorch_model.bin"} - {lacks}:
        (tmp_path / name).write_text(json.dumps({"model_type": "gpt2"}))
    with pytest.raises(UseError, match=why) as caught:
        read_causal_folder(tmp_path)
    assert caught.value.code == "MODL-122"


def test_what_it_is_is_told_by_every_file_that_is_read(tmp_path: Path) -> None:
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        (tmp_path / name).write_text(json.dumps({"model_type": "gpt2"}))
    before = read_causal_folder(tmp_path)
    (tmp_path / "pytorch_model.bin").write_bytes(b"a pickle, which nobody reads")
    assert read_causal_folder(tmp_path) == before
    (tmp_path / "model.safetensors").write_text("others")
    after = read_causal_folder(tmp_path)
    assert after.digest != before.digest and after.tokens == before.tokens


def test_without_its_packages_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(causal_folder, "find_spec", lambda package: None if package == "peft" else object())
    with pytest.raises(UseError) as caught:
        require_peft()
    assert caught.value.code == "MODL-124" and "peft" in caught.value.what
