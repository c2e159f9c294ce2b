"""What is published is what C2SP asks for, proves what a receipt says, and never turns to another history."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ledger_homes import Home, SqliteHome
from licet.ledger import Checkpoint, Ledger, MemoryTree
from licet.ledger.tile_publication import _tiles_of, tile_path
from licet.terms import LedgerError
from licet.terms.log_tree import root_of_leaves


def read_leaves(folder: Path, size: int) -> list[bytes]:
    """Leaf hashes as a client gets them: full tiles, and the partial one that the size asks for."""
    tiles = b""
    for number in range(size // 256):
        tiles += (folder / "tile" / "0" / f"{number:03}").read_bytes()
    if size % 256:
        tiles += (folder / "tile" / "0" / f"{size // 256:03}.p" / str(size % 256)).read_bytes()
    return [tiles[at : at + 32] for at in range(0, len(tiles), 32)]


def names_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_tiles_lie_where_the_specification_puts_them() -> None:
    assert tile_path(0, 1234067, 256) == "tile/0/x001/x234/067"
    assert tile_path(0, 273, 112) == "tile/0/273.p/112"
    assert tile_path(2, 1000, 256) == "tile/2/x001/000"
    found = Counter((level, width) for level, _, width in _tiles_of(70_000))
    assert found == {(0, 256): 273, (0, 112): 1, (1, 256): 1, (1, 17): 1, (2, 1): 1}
    assert list(_tiles_of(256)) == [(0, 0, 256), (1, 0, 1)]
    assert list(_tiles_of(0)) == []


def test_a_published_tree_is_the_one_that_is_signed(
    ledger: Ledger, home: Home, choice, tmp_path: Path
) -> None:
    folder = tmp_path / "public" / "ledger"
    assert ledger.publish(folder) == (0, 1) and names_in(folder) == {"checkpoint"}
    tree = MemoryTree()
    for count in (200, 1, 400, 0, 700):
        ledger.append([choice(f"m{number}", "off") for number in range(count)])
        with home.open() as reader:
            size, written = reader.publish(folder)
        checkpoint = Checkpoint.parse((folder / "checkpoint").read_text(), ledger.public_key_text)
        assert checkpoint == ledger.checkpoint() and checkpoint.size == size == ledger.position
        assert (written > 0) == (count > 0)
        leaves = read_leaves(folder, size)
        assert root_of_leaves(leaves) == checkpoint.root
        for entry in ledger.entries(len(tree)):
            tree.append(entry.leaf)
            assert leaves[entry.index] == entry.leaf_hash
        above = (folder / "tile" / "1" / f"000.p/{size // 256}").read_bytes() if size >= 256 else b""
        assert above == b"".join(tree._levels[8] if size >= 256 else [])
    assert not [name for name in names_in(folder) if ".p/" in name and name.startswith("tile/0/000")]


def test_nothing_of_anybody_is_published(sqlite_ledger: Ledger, choice, tmp_path: Path) -> None:
    sqlite_ledger.append([choice("Ann Somebody", "off") for _ in range(300)])
    sqlite_ledger.publish(tmp_path / "public")
    published = b"".join((tmp_path / "public" / name).read_bytes() for name in names_in(tmp_path / "public"))
    assert b"Ann" not in published and b"off" not in published and b"recorded" not in published
    (first,) = sqlite_ledger.entries(0, 1)
    assert first.salt is not None and first.salt not in published and first.commitment not in published
    assert first.leaf_hash in published


def test_a_folder_never_turns_to_another_history(
    sqlite_ledger: Ledger, sqlite_home: SqliteHome, signer, clock, choice, tmp_path: Path
) -> None:
    folder = tmp_path / "public"
    sqlite_ledger.append([choice("ann", "on")] * 3)
    older = sqlite_home.copy("older")
    sqlite_ledger.append([choice("ann", "off")])
    sqlite_ledger.publish(folder)
    before = {name: (folder / name).read_bytes() for name in names_in(folder)}
    with older.open(signer, clock) as shorter:
        with pytest.raises(LedgerError, match="LEDG-161"):
            shorter.publish(folder)
        shorter.append([choice("ann", "on")] * 5)
        with pytest.raises(LedgerError, match="LEDG-161"):
            shorter.publish(folder)
    (folder / "checkpoint").write_text("no checkpoint")
    with pytest.raises(LedgerError, match="LEDG-161"):
        sqlite_ledger.publish(folder)
    (folder / "checkpoint").write_bytes(before["checkpoint"])
    assert {name: (folder / name).read_bytes() for name in names_in(folder)} == before


def test_a_tile_that_was_changed_is_put_right_and_one_that_cannot_be_written_is_told(
    sqlite_ledger: Ledger, choice, tmp_path: Path
) -> None:
    folder = tmp_path / "public"
    sqlite_ledger.append([choice("ann", "on")] * 300)
    assert sqlite_ledger.publish(folder).written == 4
    (folder / "tile" / "0" / "000").write_bytes(bytes(8192))
    assert sqlite_ledger.publish(folder).written == 1
    assert root_of_leaves(read_leaves(folder, 300)) == sqlite_ledger.checkpoint().root
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError, match="LEDG-162"):
        sqlite_ledger.publish(tmp_path / "file" / "public")


def test_a_tree_that_is_not_signed_is_not_published(
    sqlite_ledger: Ledger, sqlite_home: SqliteHome, choice, tmp_path: Path
) -> None:
    sqlite_ledger.append([choice("ann", "on")] * 300)
    with sqlite_home.tampering() as connection:
        connection.execute("UPDATE tiles SET hashes = zeroblob(8192) WHERE level = 0 AND start = 0")
    with sqlite_home.open() as reader, pytest.raises(LedgerError, match="LEDG-017"):
        reader.publish(tmp_path / "public")
    assert "checkpoint" not in names_in(tmp_path / "public")
