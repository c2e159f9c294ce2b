"""Proofs from tiles are those of the whole tree, however it grew and was followed; damage costs a refusal at most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.ledger import MemoryTree
from licet.ledger.tiles import TILE_WIDTH, TileTree, pieces_of
from licet.terms import LedgerError
from licet.terms.log_tree import Frontier, leaf_hash

#: How many entries commits have: single choices mostly, sometimes just up to, or beyond, the end of a tile.
COMMITS = st.lists(
    st.one_of(
        st.integers(1, 3), st.sampled_from([TILE_WIDTH - 1, TILE_WIDTH, TILE_WIDTH + 1, 3 * TILE_WIDTH])
    ),
    min_size=1,
    max_size=8,
)


class Log:
    """Tiles as the database keeps them, beside the whole tree."""

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.pieces: dict[tuple[int, int], bytes] = {}
        self.whole, self._frontier = MemoryTree(), Frontier()

    def commit(self, count: int) -> None:
        first = len(self.whole)
        data = [f"{self.name}{index}".encode() for index in range(first, first + count)]
        for level, start, hashes in pieces_of(first, self._frontier.extend([*map(leaf_hash, data)])):
            assert (level, start) not in self.pieces
            assert start // TILE_WIDTH == (start + len(hashes) // 32 - 1) // TILE_WIDTH, (
                "a piece is of one tile"
            )
            self.pieces[level, start] = hashes
        for item in data:
            self.whole.append(item)

    def ask(self, statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        level, first, beyond = parameters
        kept = sorted((place, hashes) for place, hashes in self.pieces.items())
        return [(start, hashes) for (of, start), hashes in kept if of == level and first <= start < beyond]

    def follow(self, tree: TileTree) -> None:
        tree.follow(len(self.whole), self.whole.root(), self.ask)


@given(COMMITS, st.data())
@settings(deadline=None)
def test_proofs_from_tiles_are_those_of_the_whole_tree(commits: list[int], data: st.DataObject) -> None:
    log, tree = Log(), TileTree("here")
    for number, count in enumerate(commits):
        log.commit(count)
        if number + 1 == len(commits) or data.draw(st.booleans()):
            log.follow(tree)
            size = data.draw(st.integers(1, tree.state.size))
            for index in {0, size // 2, size - 1, data.draw(st.integers(0, size - 1))}:
                path = tree.inclusion_path(index, size, log.ask)
                assert path == log.whole.inclusion_proof(index, size).path
            old = data.draw(st.integers(0, size))
            assert tree.root(size, log.ask) == log.whole.root(size)
            assert tree.frontier(old, log.ask).root() == log.whole.root(old)


@given(COMMITS, st.data())
@settings(deadline=None)
def test_no_hash_that_was_damaged_is_proved_by(commits: list[int], data: st.DataObject) -> None:
    """One piece is edited, cut short, moved or gone: a proof is the right one, or there is none."""
    log = Log()
    for count in commits:
        log.commit(count)
    size = len(log.whole)
    place = data.draw(st.sampled_from(sorted(log.pieces)))
    hashes = bytearray(log.pieces.pop(place))
    if change := data.draw(st.sampled_from(["edited", "cut", "moved", ""])):
        if change == "edited":
            hashes[data.draw(st.integers(0, len(hashes) - 1))] ^= 1
        elif change == "cut":
            del hashes[data.draw(st.integers(0, len(hashes) - 1)) :]
        else:
            place = (place[0], place[1] + 1)
        log.pieces[place] = bytes(hashes)
    tree = TileTree("here")
    for index in {0, size - 1, min(place[1], size - 1), data.draw(st.integers(0, size - 1))}:
        try:
            log.follow(tree)
            path = tree.inclusion_path(index, size, log.ask)
        except LedgerError as error:
            assert error.code == "LEDG-017"
        else:
            assert path == log.whole.inclusion_proof(index, size).path


@given(st.integers(1, 600), st.integers(1, 600), st.data())
@settings(deadline=None, max_examples=30)
def test_another_history_of_any_length_is_refused_to_who_followed_the_first(
    before: int, after: int, data: st.DataObject
) -> None:
    log, other, tree = Log(), Log("other "), TileTree("here")
    log.commit(before)
    log.follow(tree)
    other.commit(max(before, 1))
    other.commit(after)
    with pytest.raises(LedgerError, match="LEDG-017"):
        other.follow(tree)
    index = data.draw(st.integers(0, before - 1))
    assert tree.inclusion_path(index, before, log.ask) == log.whole.inclusion_proof(index, before).path


def test_levels_above_the_second_are_made_and_proved_by() -> None:
    log, tree = Log(), TileTree("here")
    for count in (65_000, 536, 1, 700):
        log.commit(count)
        log.follow(tree)
    assert {level for level, _ in log.pieces} == {0, 1, 2}
    for size in (65_535, 65_536, 65_537, 66_237):
        for index in (0, 255, 256, 40_000, 65_534, size - 1):
            path = tree.inclusion_path(index, size, log.ask)
            assert path == log.whole.inclusion_proof(index, size).path


def test_only_so_many_tiles_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licet.ledger.tiles._KEPT_TILES", 4)
    monkeypatch.setattr("licet.ledger.tiles._KEPT_SIZES", 2)
    log, tree = Log(), TileTree("here")
    log.commit(5000)
    log.follow(tree)
    for index in [*range(0, 5000, 100)] * 2:
        for size in (5000, 4800 + index % 7, 4999):
            if index < size:
                path = tree.inclusion_path(index, size, log.ask)
                assert path == log.whole.inclusion_proof(index, size).path
    assert len(tree._full) <= 4 and len(tree._tails) <= 2
