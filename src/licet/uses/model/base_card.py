"""The card of a base: what it was fitted to and how, where, and what came of it: gates, and digests of the rest.

Canonical JSON beside the tokens and the tensors; its own digest pins all three, and a model's recipe names it. What
was fitted once is fitted again, byte for byte, only with the same text, PyTorch, threads and instructions of the
processor: sums of floats hang on them. `Environment.differs` says what is not the same; nobody guesses.
"""

from __future__ import annotations

import platform
from importlib.util import find_spec
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from licet.terms import UseError
from licet.terms.canonical import canonical_json, digest
from licet.uses.model.linear_gate import Gates
from licet.uses.model.public_text import TextSource


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Shape(Part):
    """Sizes of the network. tokens: of the vocabulary. context: the most tokens it sees at once."""

    tokens: int = Field(2048, ge=258, le=65536)
    width: int = Field(128, ge=8, le=4096)
    layers: int = Field(4, ge=1, le=96)
    heads: int = Field(4, ge=1, le=64)
    context: int = Field(256, ge=8, le=8192)


class BaseRecipe(Part):
    """How a base is fitted; no part of it is chosen by looking at members.

    batch: documents' windows a step. warming: steps until the rate is highest. *_millionths: of one.
    """

    shape: Shape = Shape()
    steps: int = Field(400, ge=1)
    batch: int = Field(16, ge=1)
    warming: int = Field(60, ge=1)
    rate_millionths: int = Field(3000, ge=1)
    seed: int = Field(1, ge=0)
    gate_bytes: int = Field(2_700_000, ge=1, description="of public text that the gate is fitted on, apart")


class Environment(Part):
    """What a float of it hangs on."""

    torch: str
    python: str
    machine: str
    instructions: str = Field(description="of the processor, as PyTorch calls those that it uses")
    threads: int

    def differs(self, other: Environment) -> list[str]:
        """In plain words what is not the same here (self) as there (other)."""
        return [
            f"{name} is {getattr(self, name)}, not {getattr(other, name)}"
            for name in type(self).model_fields
            if getattr(self, name) != getattr(other, name)
        ]


class BaseCard(Part):
    """All that is known of a base. *_sha256: of the files beside it."""

    licet_base: Literal[1] = 1
    recipe: BaseRecipe
    environment: Environment
    sources: tuple[TextSource, ...]
    tokens_sha256: str
    network_sha256: str
    gates: Gates

    def to_json(self) -> bytes:
        return canonical_json(self.model_dump(mode="json"))

    @property
    def digest(self) -> str:
        return digest(self.to_json())


def has_torch() -> bool:
    """Whether PyTorch and safetensors are installed."""
    return not _missing()


def _missing() -> list[str]:
    return [package for package in ("torch", "safetensors") if find_spec(package) is None]


def require_torch() -> None:
    """Raises: UseError MODL-060 unless PyTorch and safetensors are installed."""
    missing = _missing()
    if missing:
        raise UseError(
            "MODL-060",
            f"the base of a model needs packages that are not installed: {', '.join(missing)}",
            fix="pip install 'licet[model]'; the counts need neither",
        )


def environment_here(threads: int) -> Environment:
    """What a base that is fitted here and now would hang on."""
    import torch

    return Environment(
        torch=str(torch.__version__),
        python=platform.python_version(),
        machine=platform.machine(),
        instructions=torch.backends.cpu.get_cpu_capability(),
        threads=threads,
    )
