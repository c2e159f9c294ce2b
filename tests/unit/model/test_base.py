"""A base from public text to a folder and back: the same bytes every time, and refused where they cannot be."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from licet.cli.main import app
from licet.terms import UseError
from licet.terms.canonical import canonical_json
from licet.uses.model.base_card import BaseRecipe
from licet.uses.model.base_folder import CARD, NETWORK, TOKENS, Base, read_base, write_base
from licet.uses.model.base_network import BaseReader, logits, unpacked
from licet.uses.model.base_training import deterministic, divide, fit_base, replay_base
from licet.uses.model.gate_training import deal
from licet.uses.model.public_text import PublicText, read_public_text


def unseen(stage: str, done: int, total: int | None) -> None:
    """Progress for nobody."""


def test_what_is_fitted_once_more_from_its_card_is_the_same_to_the_byte(small_base: Base) -> None:
    again = replay_base(small_base.card, unseen)
    assert again.network == small_base.network
    assert again.card.to_json() == small_base.card.to_json()


def test_another_process_fits_the_same(small_base: Base, tmp_path: Path) -> None:
    write_base(small_base, tmp_path)
    code = (
        "import sys, pathlib; from licet.uses.model.base_folder import read_card; "
        "from licet.uses.model.base_training import replay_base; "
        "print(replay_base(read_card(pathlib.Path(sys.argv[1])), lambda *_: None).card.digest)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / CARD)], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == small_base.card.digest


def test_the_text_of_a_base_and_that_of_its_gate_are_apart(
    public_text: PublicText, small: BaseRecipe
) -> None:
    parts = divide(public_text.texts, small.gate_bytes)
    assert parts.gate + parts.base == public_text.texts
    assert parts.base and sum(len(each.encode()) for each in parts.gate) >= small.gate_bytes


def test_public_text_names_nobody_who_wrote_it_and_every_source_has_a_licence(
    public_text: PublicText,
) -> None:
    assert len(public_text.sources) > 1
    assert all(source.licence for source in public_text.sources)
    assert not [line for each in public_text.texts for line in each.splitlines() if "@python.org" in line]
    assert len(set(public_text.texts)) == len(public_text.texts)


@pytest.mark.parametrize(("field", "other"), [("threads", 2), ("instructions", "AVX10"), ("torch", "1.0")])
def test_what_an_environment_has_otherwise_is_told(small_base: Base, field: str, other: Any) -> None:
    here = small_base.card.environment
    there = here.model_copy(update={field: other})
    assert here.differs(there) == [f"{field} is {getattr(here, field)}, not {other}"]
    assert here.differs(here) == []


def test_elsewhere_nothing_is_fitted_once_more(small_base: Base) -> None:
    there = small_base.card.environment.model_copy(update={"instructions": "AVX10"})
    with pytest.raises(UseError, match=r"MODL-067.*instructions is \w+, not AVX10"):
        replay_base(small_base.card.model_copy(update={"environment": there}), unseen)


def test_with_other_packages_nothing_is_fitted_once_more(small_base: Base) -> None:
    first, second = small_base.card.sources[:2]
    sources = (first.model_copy(update={"name": "no-such"}), second.model_copy(update={"version": "0.0.1"}))
    with pytest.raises(UseError, match=r"MODL-067.*is not installed; .*, not 0\.0\.1"):
        replay_base(small_base.card.model_copy(update={"sources": sources}), unseen)


def test_from_other_text_nothing_is_fitted_once_more(small_base: Base) -> None:
    sources = (
        small_base.card.sources[0].model_copy(update={"sha256": "0" * 64}),
        *small_base.card.sources[1:],
    )
    with pytest.raises(UseError, match=r"MODL-067.*is another"):
        replay_base(small_base.card.model_copy(update={"sources": sources}), unseen)


def test_what_is_no_source_is_told() -> None:
    with pytest.raises(UseError, match="MODL-071"):
        read_public_text(unseen, {"certifi"})  # installed, and under no permissive licence


def test_a_card_that_says_otherwise_than_what_comes_out_is_told(small_base: Base) -> None:
    with pytest.raises(UseError, match="MODL-068"):
        replay_base(small_base.card.model_copy(update={"network_sha256": "0" * 64}), unseen)


def test_too_little_text_fits_no_base(public_text: PublicText, small: BaseRecipe) -> None:
    with pytest.raises(UseError, match="MODL-069"):
        fit_base(public_text._replace(texts=public_text.texts[:3]), small, 1, unseen)


def test_a_base_is_read_back_as_it_was_written(small_base: Base, tmp_path: Path) -> None:
    write_base(small_base, tmp_path / "deep" / "folder")
    again = read_base(tmp_path / "deep" / "folder")
    assert (again.card, again.network) == (small_base.card, small_base.network)
    assert again.byte_pairs.digest == small_base.byte_pairs.digest


def _flip(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def _other_shape(data: bytes) -> bytes:
    card = json.loads(data)
    card["recipe"]["shape"]["tokens"] = 301
    return canonical_json(card)


@pytest.mark.parametrize(
    ("name", "damage"),
    [(TOKENS, _flip), (NETWORK, _flip), (CARD, _flip), (CARD, lambda _: b"{}"), (CARD, _other_shape)],
)
def test_a_damaged_base_is_none(
    small_base: Base, tmp_path: Path, name: str, damage: Callable[[bytes], bytes]
) -> None:
    write_base(small_base, tmp_path)
    (tmp_path / name).write_bytes(damage((tmp_path / name).read_bytes()))
    with pytest.raises(UseError, match="MODL-061"):
        read_base(tmp_path)


def test_a_folder_without_a_card_is_no_base(tmp_path: Path) -> None:
    with pytest.raises(UseError, match="MODL-061"):
        read_base(tmp_path)


@pytest.mark.parametrize("data", [b"", b"\x08\0\0\0\0\0\0\0{}      ", b"\xff" * 40])
def test_a_network_of_other_tensors_is_refused(data: bytes, small: BaseRecipe) -> None:
    with pytest.raises(UseError, match="MODL-062"):
        unpacked(data, small.shape)


def test_a_network_of_another_shape_is_refused(small_base: Base) -> None:
    with pytest.raises(UseError, match="MODL-062"):
        unpacked(small_base.network, small_base.card.recipe.shape.model_copy(update={"width": 32}))


def test_the_base_looks_at_nothing_that_follows_and_at_no_other_document(
    small_base: Base, public_text: PublicText
) -> None:
    import torch

    weights = {
        name: weight.float()
        for name, weight in unpacked(small_base.network, small_base.card.recipe.shape).items()
    }
    tokens = torch.randint(1, 300, (1, 16), generator=torch.Generator().manual_seed(1))
    other = tokens.clone()
    other[0, 9:] = 7
    with deterministic(1):
        first, second = (logits(weights, small_base.card.recipe.shape, each) for each in (tokens, other))
        assert torch.allclose(first[0, :9], second[0, :9], atol=1e-6)
        assert not torch.allclose(first[0, 9:], second[0, 9:], atol=1e-6)
        reader = BaseReader(small_base.card.recipe.shape, weights)
        one, two = (small_base.byte_pairs.encode(each) for each in public_text.texts[:2])
        alone, beside = reader.read([one]), reader.read([two, one, one[:0]])
    assert len(beside.logs) == len(two) + len(one) + 3
    np.testing.assert_allclose(beside.logs[len(two) + 1 : -1], alone.logs, atol=1e-5)
    np.testing.assert_allclose(beside.surprise[len(two) + 1 : -1], alone.surprise, atol=1e-5)


def test_what_the_base_says_may_come_next_is_what_it_says_of_the_next(
    small_base: Base, public_text: PublicText
) -> None:
    reader = BaseReader(
        small_base.card.recipe.shape, unpacked(small_base.network, small_base.card.recipe.shape)
    )
    document = small_base.byte_pairs.encode(public_text.texts[0])[:10]
    said = reader.read([document])
    for place in range(len(document)):
        following = reader.next_tokens(document[:place])
        np.testing.assert_allclose(np.exp(following).sum(), 1, atol=1e-6)
        np.testing.assert_allclose(following[document[place]], said.logs[place], atol=1e-4)
    np.testing.assert_allclose(reader.next_tokens(document)[0], said.logs[-1], atol=1e-4)


def test_documents_are_dealt_to_few_with_many_and_many_with_one() -> None:
    whose = deal(2000, 1)
    sizes = np.bincount(whose)
    assert whose[0] == 0 and set(whose) == set(range(len(sizes)))
    assert (sizes == 1).sum() > len(sizes) / 3 and sizes.max() > 10
    assert (deal(2000, 1) == whose).all() and (deal(2000, 2) != whose).any()


def run(*words: str) -> Any:
    return CliRunner().invoke(app, ["model", "base", *words])


def test_the_command_fits_a_base_and_fits_it_once_more(tmp_path: Path, small: BaseRecipe) -> None:
    (tmp_path / "base.yaml").write_text(small.model_dump_json())
    folder, words = tmp_path / "base", ("--source", "packaging", "--source", "pluggy", "--json")
    made = run(str(folder), "--recipe", str(tmp_path / "base.yaml"), *words)
    assert made.exit_code == 0, made.output
    told = json.loads(made.stdout)
    assert [source["name"] for source in told["sources"]] == ["packaging", "pluggy"]
    assert read_base(folder).card.digest == told["digest"]
    again = run(str(folder), "--replay")
    assert again.exit_code == 0 and told["digest"] in again.stdout.replace("\n", "")


@pytest.mark.parametrize(
    "text", ["steps: 0", "steps: [", "- 1", "\x00", "colour: red", "steps: " + "9" * 5000]
)
def test_a_recipe_that_makes_no_sense_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "base.yaml").write_text(text)
    for recipe in (tmp_path / "base.yaml", tmp_path / "nowhere.yaml"):
        told = run(str(tmp_path / "base"), "--recipe", str(recipe))
        assert told.exit_code == 2 and "MODL-070" in told.stderr


def test_a_base_has_a_place(tmp_path: Path) -> None:
    told = run()
    assert told.exit_code == 2 and "MODL-072" in told.stderr
    (tmp_path / "taken").write_text("")
    told = run(str(tmp_path / "taken"), "--replay")
    assert told.exit_code == 2 and "MODL-061" in told.stderr
