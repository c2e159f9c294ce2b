"""A base of a few packages' text, fitted once for all tests of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from licet.uses.model.base_card import BaseRecipe
    from licet.uses.model.base_folder import Base
    from licet.uses.model.public_text import PublicText


def _unseen(stage: str, done: int, total: int | None = None) -> None:
    """Progress for nobody."""


@pytest.fixture(scope="session")
def small() -> BaseRecipe:
    """A recipe that is fitted in no time."""
    from licet.uses.model.base_card import BaseRecipe, Shape

    return BaseRecipe(
        shape=Shape(tokens=300, width=16, layers=2, heads=2, context=16),
        steps=4, batch=3, warming=2, rate_millionths=3000, seed=1, gate_bytes=6_000,
    )  # fmt: skip


@pytest.fixture(scope="session")
def public_text() -> PublicText:
    from licet.uses.model.public_text import read_public_text

    return read_public_text(_unseen, {"packaging", "pluggy", "iniconfig"})


@pytest.fixture(scope="session")
def small_base(public_text: PublicText, small: BaseRecipe) -> Base:
    from licet.uses.model.base_training import fit_base

    return fit_base(public_text, small, 1, _unseen)
