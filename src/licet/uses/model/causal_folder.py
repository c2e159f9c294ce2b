"""A local Hugging Face causal language model that the operator names, as a folder: what it is, by digest.

Read of it are JSON, safetensors and the tokenizer's text files, no pickle and no code, whatever lies beside them;
nothing is downloaded. Whose words it was trained on nobody can see in it: that it knows none of the members is the
operator's word.
"""

from __future__ import annotations

import functools
import hashlib
import json
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from licet.terms import UseError
from licet.terms.canonical import canonical_json, digest

_TOKENS = ("tokenizer", "vocab", "merges", "special_tokens", "added_tokens", "sentencepiece", "spiece")
_PACKAGES = ("torch", "safetensors", "transformers", "peft")


class CausalFolder(NamedTuple):
    """digest: over every file that is read, by name and content. tokens: over those of the tokenizer."""

    folder: Path
    digest: str
    tokens: str


def read_causal_folder(folder: Path) -> CausalFolder:
    """Raises: UseError MODL-122 for a folder that holds no such model whole."""
    try:
        files = {
            path.name: _digest(path)
            for path in sorted(folder.iterdir())
            if path.is_file() and path.suffix in (".json", ".safetensors", ".txt", ".model")
        }
        said = json.loads((folder / "config.json").read_bytes())
    except (OSError, ValueError) as error:
        raise _none(folder, f"its config.json cannot be read: {error}") from None
    if not isinstance(said, dict) or "model_type" not in said:
        raise _none(folder, "its config.json does not say what kind of model it is")
    tokens = {name: each for name, each in files.items() if name.startswith(_TOKENS)}
    if not tokens:
        raise _none(folder, "there is no tokenizer in it")
    if not any(name.endswith(".safetensors") for name in files):
        raise _none(folder, "its weights are not in safetensors; another format may run code when it is read")
    return CausalFolder(folder, digest(canonical_json(files)), digest(canonical_json(tokens)))


def require_peft() -> None:
    """Raises: UseError MODL-124 unless PyTorch, safetensors, Transformers and PEFT are installed."""
    missing = [package for package in _PACKAGES if find_spec(package) is None]
    if missing:
        raise UseError(
            "MODL-124",
            f"a causal model of your own needs packages that are not installed: {', '.join(missing)}",
            fix="pip install 'licet[causal]'; the base that ships needs none of them but PyTorch",
        )


def _digest(path: Path) -> str:
    is_now = path.stat()
    return _digest_of(path.resolve(), is_now.st_size, is_now.st_mtime_ns, is_now.st_ino)


@functools.lru_cache(maxsize=256)
def _digest_of(path: Path, size: int, changed_ns: int, inode: int) -> str:
    """Once a process for a file as it lies: weights are gigabytes, and are asked about at every look."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _none(folder: Path, why: str) -> UseError:
    return UseError(
        "MODL-122",
        f"this is no causal model that can be adapted: {why}",
        str(folder),
        "under adapted.causal in model.yaml name a local folder with config.json, a tokenizer and safetensors",
    )
