"""A disk that is full, or refuses: a clear word, and nothing published is harmed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from licet.store import Store
from licet.terms import StoreError

BUILD_UNDER_A_LIMIT = """
import resource, sys
from licet.store import Store
from licet.terms import StoreError
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
store = Store.open(sys.argv[1])
try:
    with store.build("corpus") as build:
        build.put(b"small enough")
        build.put(b"x" * 20_000)
except StoreError as error:
    print(error.line())
"""


def files(store: Store) -> set[str]:
    root = Path(store.where)
    return {str(p.relative_to(root)) for p in root.rglob("*") if p.is_file() and p.name != "lock"}


def test_a_file_size_limit_is_said_and_leaves_no_trace(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "s", create=True)
    with store.build("corpus") as build:
        build.publish({"files": [{"sha256": build.put(b"before")}]})
    before = files(store)
    done = subprocess.run(
        [sys.executable, "-c", BUILD_UNDER_A_LIMIT, store.where], capture_output=True, text=True, check=True
    )
    assert (
        done.stdout.startswith("STOR-004: there is no room to write (File too large)") and done.stderr == ""
    )
    assert files(store) == before and store.verify() == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB, where this process may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("needs the right to mount; the limit above tests the same path without it")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_said_and_can_be_freed_by_a_purge(small_disk: Path) -> None:
    store = Store.open(small_disk / "s", create=True)
    with store.build("corpus") as build:
        old = build.publish({"files": [{"sha256": build.put(b"o" * 100_000)}]})
    before = files(store)
    with (
        pytest.raises(StoreError, match=r"STOR-004: .*No space left") as caught,
        store.build("corpus") as build,
    ):
        for n in range(100):
            build.put(bytes([n]) * 10_000)
    assert caught.value.fix.startswith("free some space")
    assert files(store) == before and store.verify() == []
    # Not a byte free, and still the space can be won back.
    with (
        pytest.raises(OSError, match="No space left"),
        (small_disk / "ballast").open("wb", buffering=0) as ballast,
    ):
        while True:
            ballast.write(b"b" * 4096)
    assert len(store.purge([old])) == 1
    with store.build("corpus") as build:
        build.publish({"files": [{"sha256": build.put(b"n" * 50_000)}]})
    assert store.verify() == []


def test_a_file_in_the_way_of_a_folder_is_said(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "s", create=True)
    (tmp_path / "s" / "objects").write_bytes(b"in the way")
    with pytest.raises(StoreError, match="STOR-014: the file system refused"), store.build("corpus") as build:
        build.put(b"x")


def test_a_root_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "s").write_bytes(b"")
    with pytest.raises(StoreError, match="STOR-014"):
        Store.open(tmp_path / "s", create=True)
