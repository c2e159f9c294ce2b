"""Every byte of a download is either accounted for in its report or listed as unread, whatever became of it."""

from __future__ import annotations

import random
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.broken_downloads import Maker, broken, distinctions, read, unaccounted
from licet.audit.download_inventory import read_contents
from licet.sources.archives import json_reader
from licet.sources.archives.archive_kinds import Kind
from licet.sources.download import open_download
from licet.sources.linkedin import linkedin_csv
from licet.terms import SourceError
from licet.testing.effort import examples
from unit.sources.linkedin_archives import archive

KINDS = st.sampled_from(list(Kind))
SEEDS = st.integers(0, 2**32)


@examples(60)
@given(KINDS, SEEDS)
def test_of_a_whole_download_nothing_is_unread(kind: Kind, seed: int) -> None:
    files = Maker(random.Random(seed)).of(kind)
    assert not unaccounted(kind, files) and not read(kind, files).unread


@examples(250)
@given(KINDS, SEEDS, st.integers(1, 4))
def test_every_byte_is_accounted_for_or_told_as_unread(kind: Kind, seed: int, times: int) -> None:
    rng = random.Random(seed)
    files = Maker(rng).of(kind)
    name = rng.choice(sorted(files))
    for _ in range(times):
        files[name] = broken(files[name], rng)
    with pytest.MonkeyPatch.context() as patched:
        # as if every file were larger than what is held at once
        patched.setattr(json_reader, "PIECE_BYTES", rng.choice((40, 200, 2**21)))
        patched.setattr(json_reader, "_BLOCK_BYTES", rng.choice((5, 64, 2**18)))
        patched.setattr(linkedin_csv, "_BLOCK_BYTES", rng.choice((3, 2**18)))
        assert not unaccounted(kind, files, times)


@examples(60)
@given(KINDS, SEEDS)
def test_what_happens_to_one_file_costs_no_other(kind: Kind, seed: int) -> None:
    rng = random.Random(seed)
    files = Maker(rng).of(kind)
    name = rng.choice(sorted(files))
    whole, found = read(kind, files), read(kind, files | {name: broken(files[name], rng)})
    for contents in (whole, found):
        contents.files = [file for file in contents.files if file.name != name]
    assert {(file.name, file.layout.table): (file.rows, file.cells) for file in whole.files} == {
        (file.name, file.layout.table): (file.rows, file.cells) for file in found.files
    }


@examples(40)
@given(KINDS, SEEDS)
def test_a_zip_of_which_a_bit_flips_is_read_or_refused(kind: Kind, seed: int) -> None:
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        path = archive(Path(folder, "a.zip"), dict(Maker(rng).of(kind)))
        data = bytearray(path.read_bytes())
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path.write_bytes(data)
        try:
            with open_download(path) as download:
                entries = download.entries()
                found = read_contents(download, kind, distinctions(kind))
        except SourceError as error:
            assert error.code.startswith("SRC-04")
            return
        told = {name for file in found.files for name in file.members or [file.name]}
        told |= {other.name for other in found.others} | {piece.name for piece in found.unread}
        assert {entry.name for entry in entries} <= told


_PAGE = b"mdl-typography--title"
#: What would cost most for its bytes, of a length.
COSTLY: dict[str, Callable[[int], tuple[Kind, str, bytes]]] = {
    "lists": lambda size: (Kind.CHATGPT, "conversations.json", b"[" * size),
    "objects": lambda size: (Kind.CHATGPT, "conversations.json", b'{"a":' * (size // 5)),
    "many lists": lambda size: (Kind.CHATGPT, "conversations.json", b"[" + b"[]," * (size // 3) + b"1]"),
    "one list": lambda size: (Kind.CHATGPT, "conversations.json", b"[[" + b"1," * (size // 2) + b"1]]"),
    "a deep list": lambda size: (Kind.CHATGPT, "conversations.json", b"[" * 90 + b"1," * (size // 2)),
    "objects in a list": lambda size: (Kind.CHATGPT, "conversations.json", b"[[" + b'{"":{}},' * (size // 8) + b"1]]"),
    "broken values": lambda size: (Kind.CHATGPT, "conversations.json", b"[[" + b"{x}," * (size // 4) + b"1]]"),
    "colons": lambda size: (Kind.CHATGPT, "conversations.json", b'[{"a"' + b':"a"' * (size // 4)),
    "commas": lambda size: (Kind.CHATGPT, "conversations.json", b"[" + b"," * size),
    "a text": lambda size: (Kind.CHATGPT, "conversations.json", b'["' + b'\\"' * (size // 2) + b'", 1]'),
    "a number": lambda size: (Kind.CHATGPT, "conversations.json", b"[" + b"9" * size + b"]"),
    "blanks": lambda size: (Kind.CHATGPT, "conversations.json", b"[" + b" " * size + b"1]"),
    "escapes": lambda size: (Kind.CHATGPT, "conversations.json", b'["' + b"\\x" * (size // 2) + b'"]'),
    "long keys": lambda size: (
        Kind.CHATGPT, "conversations.json", b'[{"' + b"k" * (size // 4) + b'":{"b":[' + b"1," * (size // 3) + b"1]}}]"
    ),
    "entries": lambda size: (Kind.TAKEOUT, "a/My Activity.html", _PAGE + b'<div class="outer-cell' * (size // 22)),
    "tags": lambda size: (Kind.TAKEOUT, "a/My Activity.html", _PAGE + b'<div class="outer-cell">' + b"<" * size),
    "quotation marks": lambda size: (Kind.LINKEDIN, "Skills.csv", b"Name\n" + b'"' * size),
    "open quotation marks": lambda size: (Kind.LINKEDIN, "Skills.csv", b"Name\n" + b'"a\n' * (size // 3)),
    "open rows": lambda size: (Kind.LINKEDIN, "Skills.csv", b"Name\n" + (b'"a\n' + b"x" * 900 + b"\n") * (size // 904)),
    "lines": lambda size: (Kind.LINKEDIN, "Skills.csv", b"Name\n" + b"\n" * size),
    "cells": lambda size: (Kind.LINKEDIN, "Skills.csv", b"Name\n" + b"," * size),
}  # fmt: skip


@pytest.mark.parametrize("shape", COSTLY)
def test_time_and_memory_follow_the_bytes(shape: str) -> None:
    """A budget of 12 microseconds of the processor for a byte, and of 160 MiB of memory however many there are."""
    kind, name, data = COSTLY[shape](4_000_000)
    read(kind, {name: data[:1000]})
    begun = time.process_time()
    assert not unaccounted(kind, {name: data})
    assert time.process_time() - begun < 12e-6 * len(data)
    tracemalloc.start()
    read(kind, {name: data})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 160 * 1024**2
