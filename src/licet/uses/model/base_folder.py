"""A base on disk: its card, its tokens, its network; and the one that licet ships.

Nothing in the folder is trusted but the card: tokens and network are read only where they have the digests that it
says. No pickle: canonical JSON, and safetensors. Card and tokens need nothing but the core; the network is bytes here.
"""

from __future__ import annotations

import functools
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from licet.terms import UseError
from licet.terms.canonical import digest
from licet.uses.model.base_card import BaseCard
from licet.uses.model.byte_pairs import BytePairs

CARD, TOKENS, NETWORK = "card.json", "tokens.json", "network.safetensors"


class Base(NamedTuple):
    """card: with the gates. network: safetensors of `base_network`, 16 bits a weight."""

    card: BaseCard
    byte_pairs: BytePairs
    network: bytes

    def can_read(self, vocabulary: str, order: int) -> bool:
        """Whether counts over a vocabulary, by its digest, and of an order are what its reader weighs."""
        return vocabulary == self.card.tokens_sha256 and order == self.card.gates.two_members.order


def write_base(base: Base, folder: Path) -> None:
    """Write the files of a base into a folder, the card last."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / TOKENS).write_bytes(base.byte_pairs.to_json())
    (folder / NETWORK).write_bytes(base.network)
    (folder / CARD).write_bytes(base.card.to_json())


def read_base(folder: Traversable) -> Base:
    """A base as it was written. Raises: UseError MODL-061 for whatever is not one, whole."""
    card = read_card(folder / CARD)
    tokens, network = (_bytes(folder / name) for name in (TOKENS, NETWORK))
    for name, data, expected in (
        (TOKENS, tokens, card.tokens_sha256),
        (NETWORK, network, card.network_sha256),
    ):
        if digest(data) != expected:
            raise _no_base(f"{name} is not what its card says", folder)
    byte_pairs = BytePairs.from_json(tokens)
    if byte_pairs.size != card.recipe.shape.tokens:
        raise _no_base(
            f"{TOKENS} has {byte_pairs.size} tokens, the network {card.recipe.shape.tokens}", folder
        )
    return Base(card, byte_pairs, network)


def read_card(file: Traversable) -> BaseCard:
    """The card of a base. Raises: UseError MODL-061."""
    try:
        return BaseCard.model_validate_json(_bytes(file))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise _no_base(f"its card makes no sense at {place}: {first['msg']}", file) from None


@functools.cache
def shipped_base() -> Base:
    """The base that comes with licet; `licet model base` made it, of the sources that its card names."""
    return read_base(resources.files("licet.uses.model") / "shipped")


def base_of(root: Path) -> Base:
    """The base of a workspace: that in its folder `base`, where there is one, and else the one that ships.

    Raises: UseError as `read_base`.
    """
    own = root / "base"
    return read_base(own) if own.exists() else shipped_base()


def _bytes(file: Traversable) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise _no_base(f"a file of it cannot be read: {error.strerror}", file) from None


def _no_base(what: str, where: Traversable) -> UseError:
    return UseError(
        "MODL-061", f"this is no base: {what}", str(where), "fit one anew: licet model base FOLDER"
    )
