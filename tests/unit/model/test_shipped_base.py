"""The base that ships: whole, small, of sources whose licences allow it, and nobody's."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

from licet.terms import UseError
from licet.uses.model.base_card import BaseRecipe
from licet.uses.model.base_folder import Base, base_of, shipped_base, write_base
from licet.uses.model.base_network import unpacked
from licet.uses.model.base_training import replay_base
from licet.uses.model.public_text import PERMISSIVE

FOLDER = resources.files("licet.uses.model") / "shipped"


def test_what_ships_is_what_its_card_says_and_small() -> None:
    base = shipped_base()
    assert base.card.recipe == BaseRecipe()
    assert base.byte_pairs.size == 2048
    assert sum(len(file.read_bytes()) for file in FOLDER.iterdir()) < 5_000_000
    weights = unpacked(base.network, base.card.recipe.shape)
    assert sum(weight.numel() for weight in weights.values()) == 1_082_496


def test_every_source_of_it_is_under_a_permissive_licence() -> None:
    sources = shipped_base().card.sources
    assert len(sources) > 50 and "licet" not in {source.name.lower() for source in sources}
    for source in sources:
        for part in re.split(r"\s(?:AND|OR|WITH)\s", source.licence):
            assert {part, part.strip("() ")} & PERMISSIVE, source.name


def test_a_workspace_reads_its_own_base_where_it_has_one(tmp_path: Path, small_base: Base) -> None:
    assert base_of(tmp_path).card == shipped_base().card
    write_base(small_base, tmp_path / "base")
    assert base_of(tmp_path).card == small_base.card


def test_it_comes_out_again_to_the_byte_or_what_is_not_the_same_here_is_told() -> None:
    base = shipped_base()
    try:
        again = replay_base(base.card, lambda *_: None)
    except UseError as error:
        assert error.code == "MODL-067" and error.what.partition(": ")[2]
    else:
        assert (again.card, again.network) == (base.card, base.network)
