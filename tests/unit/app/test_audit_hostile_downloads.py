"""JSON and HTML that mean harm: each ends in one clear line or a harmless report, within bounds."""

from __future__ import annotations

import json
import random
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from journeys.archives import zipped
from journeys.downloads import CHATGPT, META, TAKEOUT
from licet.audit import Report, audit_archive
from licet.audit.archive_inventory import MOST_PLACES
from licet.audit.audit_page import page
from licet.sources.archives.json_reader import MOST_DEPTH, read_elements
from licet.terms import SourceError
from licet.terms.moments import parse_moment
from unit.app.test_audit_downloads import filled

AT = parse_moment("2026-12-01")
EVIL = "</title><script>alert(1)</script>\u202e"


class Held:
    """Bytes as a file of a download."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read_all(self, limit: int) -> bytes:
        return self._data[: limit + 1]


def audit(tmp_path: Path, files: dict[str, str | bytes]) -> Report:
    return audit_archive(zipped(tmp_path / "a.zip", files), AT, region="CH", age=40)


def chat(value: Any) -> str:
    return json.dumps(value)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"[" * 100_000, "SRC-053"),
        (b'{"a":' * (MOST_DEPTH + 1), "SRC-053"),
        (b"[[" + b"1," * 500_000 + b"1]]", "SRC-053"),
        (b'["a\xff"]', "SRC-050"),
        (b"[1, 2", "SRC-054"),
        (b'["never closed, ' + b'\\"' * 100_000, "SRC-054"),
        (b'["a\\', "SRC-054"),
        (b"[1} ", "SRC-054"),
        (b"[1] [2]", "SRC-054"),
        (b'{"a": [1] 2}', "SRC-054"),
        (b"{'a': 1}", "SRC-054"),
        (b"nothing", "SRC-054"),
    ],
)
def test_what_is_no_json_of_an_export_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(SourceError) as caught:
        list(read_elements(Held(data), "x.json"))
    assert caught.value.code == code and caught.value.where == "x.json" and caught.value.fix


def test_numbers_without_end_and_keys_that_stand_twice_are_kept() -> None:
    digits = "9" * 10_000
    (one,) = read_elements(Held(f'[{{"n": {digits}, "x": 1e999, "y": NaN, "n": 2}}]'.encode()), "x.json")
    assert one.value["n"] == digits and filled(one.value) == 4


@pytest.mark.parametrize("content", ["[1, 2", b"[\xff\xfe]", "[" * 5000, "{}]", b"\x00\x01"])
def test_a_damaged_file_loses_only_itself(tmp_path: Path, content: str | bytes) -> None:
    report = audit(tmp_path, CHATGPT | {"shared_conversations.json": content})
    assert "shared_conversations.json" in {one.name for one in report.unread}
    assert any(one.file.layout.table == "chatgpt_messages" for one in report.files)


def test_a_tree_in_a_circle_is_counted_once_a_node(tmp_path: Path) -> None:
    message = {"author": {"role": "user"}, "content": {"parts": ["round"]}, "create_time": 1748779200}
    nodes = {
        "a": {"id": "a", "message": message, "parent": "b", "children": ["b", "a"]},
        "b": {"id": "b", "message": message, "parent": "a", "children": ["a"]},
    }
    talk = {"mapping": nodes, "current_node": "a", "title": EVIL, "create_time": 1e308}
    report = audit(tmp_path, {"conversations.json": chat([talk])})
    assert report.rows == 3


@pytest.mark.parametrize("value", [1, "x", None, [], [[]], {}, {"mapping": 3}, {"mapping": {"a": 3}},
                                   {"mapping": {"a": {"message": {"content": "x", "author": []}}}},
                                   {"mapping": {"a": {"message": {"content": {"parts": {"x": 1}}}}}}])  # fmt: skip
def test_any_shape_is_counted_and_none_fails(tmp_path: Path, value: Any) -> None:
    for name, marked in (
        ("conversations.json", {"mapping": {}, "current_node": "", "x": 1}),
        ("comments/post_comments_1.json", {"string_map_data": {}, "x": 1}),
        ("messages/inbox/a/message_1.json", {"sender_name": "x", "participants": value}),
        ("personal_information/personal_information.json", {"profile_user": [], "y": value}),
        ("My Activity.json", {"header": value, "title": value, "products": value, "time": value}),
    ):
        for held in (
            [marked, value],
            {"messages": [marked, value], "participants": value, "profile_v2": value},
        ):
            if not filled(held):
                with pytest.raises(SourceError, match="SRC-048"):
                    audit(tmp_path, {name: chat(held)})
                continue
            report = audit(tmp_path, {name: chat(held)})
            assert sum(one.file.cells for one in report.files) == filled(held), (name, held)


def test_what_wants_to_be_markup_stays_text_and_half_characters_are_replaced(tmp_path: Path) -> None:
    files = {
        EVIL.replace("/", "").replace("\u202e", "") + ".json": "[]",
        "conversations.json": chat([{
            "mapping": {"a": {"message": {"author": {"role": "user"}, "content": {"parts": [EVIL + "\ud800"]},
                                          "\ud800": 1,
                                          EVIL: 2}}},
            "current_node": "a", "title": EVIL,
        }]),
    }  # fmt: skip
    report = audit(tmp_path, files)
    text = page(report)
    assert "<script" not in text and "&lt;script&gt;" in text and "\u202e" not in text
    text.encode("utf-8")
    json.dumps(report.as_json(), ensure_ascii=False).encode("utf-8")


def test_keys_without_end_make_no_columns_without_end(tmp_path: Path) -> None:
    talk = {"mapping": {}, "current_node": "a", **{f"key {n}": n + 1 for n in range(5000)}}
    report = audit(tmp_path, {"conversations.json": chat([talk])})
    (file,) = report.files
    assert len(file.file.columns) <= MOST_PLACES and file.file.cells == 5001
    assert len(file.file.remark) < 2000


def test_html_of_takeout_that_never_ends_is_read_in_time(tmp_path: Path) -> None:
    block = '<div class="outer-cell"><p class="mdl-typography--title">Gemini Apps</p>'
    cell = '<div class="content-cell mdl-typography--body-1">'
    files: dict[str, str | bytes] = {
        "a.html": block + cell + "<div><" * 50_000,
        "b.html": (block + cell + "x<br>") * 2000,
        "c.html": block + cell + "\u202e<script>alert(1)</script>" + "&" * 100_000,
        "d.html": (block + cell).encode() + b"\xff\xfe\x00",
    }
    report = audit(tmp_path, files)
    assert {one.file.name for one in report.files} == set(files)
    assert "<script" not in page(report)


def test_a_long_file_is_counted_a_conversation_at_a_time(tmp_path: Path) -> None:
    words = random.Random(7).randbytes(4_000_000).hex()

    def talk(at: int) -> str:
        said = [words[at + n * 1000 : at + (n + 1) * 1000] for n in range(10)]
        messages = [{"author": {"role": "tool"}, "content": {"parts": [one]}} for one in said]
        nodes = {str(n): {"message": message} for n, message in enumerate(messages)}
        return chat({"mapping": nodes, "current_node": "1"})

    text = "[" + ",".join(talk(n * 10_000) for n in range(800)) + "]"
    size, path = len(text), zipped(tmp_path / "a.zip", {"conversations.json": text})
    del text
    tracemalloc.start()
    report = audit_archive(path, AT, age=40)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert report.rows == 8800 and peak < size * 2.5  # the bytes of the file, and one conversation


def test_forged_and_far_too_large_downloads_are_refused_whole(tmp_path: Path) -> None:
    for files in (META, TAKEOUT):
        path = zipped(tmp_path / "a.zip", files)
        data = bytearray(path.read_bytes())
        place = data.index(b"PK\x01\x02") + 24
        data[place : place + 4] = (3).to_bytes(4, "little")
        path.write_bytes(data)
        with pytest.raises(SourceError) as caught:
            audit_archive(path, AT, region="CH", age=40)
        assert caught.value.code in ("SRC-041", "SRC-046")
    with pytest.raises(SourceError) as bomb:
        audit(tmp_path, {"conversations.json": chat([{"mapping": {}, "current_node": " " * 9_000_000}])})
    assert bomb.value.code == "SRC-046"
