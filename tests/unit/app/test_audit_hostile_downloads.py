"""JSON and HTML that mean harm: each ends in one clear line or a harmless report, within bounds."""

from __future__ import annotations

import io
import json
import random
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from journeys.archives import zipped
from journeys.downloads import CHATGPT, META, TAKEOUT
from licet.audit import Report, audit_archive
from licet.audit.audit_page import page
from licet.audit.inventory import MOST_PLACES
from licet.sources.archives import json_reader
from licet.sources.archives.json_reader import MOST_PLACES_TOLD, Element, read_elements
from licet.sources.import_report import Unread
from licet.terms import SourceError
from licet.terms.moments import parse_moment
from unit.app.test_audit_downloads import filled

AT = parse_moment("2026-12-01")
EVIL = "</title><script>alert(1)</script>\u202e"


def audit(tmp_path: Path, files: dict[str, str | bytes]) -> Report:
    return audit_archive(zipped(tmp_path / "a.zip", files), AT, region="CH", age=40)


def chat(value: Any) -> str:
    return json.dumps(value)


def read(data: bytes) -> tuple[list[Element], list[Unread]]:
    elements = read_elements(io.BytesIO(data), "x.json")
    return list(elements), elements.unread


@pytest.mark.parametrize(
    ("data", "kept", "what", "size"),
    [
        (b"[" * 100_000, 0, "from byte 1 on", 99_999),
        (b"[1, 2", 1, "from byte 3 on", 2),
        (b'[1, "never closed, ' + b'\\"' * 100_000, 1, "from byte 3 on", 200_016),
        (b'[1, "a\\', 1, "from byte 3 on", 4),
        (b"[1} ", 0, "from byte 1 on", 3),
        (b"[1] [2]", 1, "from byte 3 on", 4),
        (b'{"a": [1] 2, "b": 1}', 2, "2 bytes from byte 9 on", 2),
        (b"{'a': 1}", 1, "3 bytes from byte 1 on", 3),
        (b'{"a": , "b": 1}', 1, "one byte from byte 5 on", 1),
        (b'["a\xff", 1]', 2, "one byte from byte 3 on", 1),
        (b'[{"a": 1, "b": {"c": nul, "d": 2}}, 3]', 3, "3 bytes from byte 21 on", 3),
        (b'[1, {"a": ' + b"[" * 200 + b"]" * 200 + b', "b": 2}, 3]', 3, "204 bytes from byte 108 on", 204),
    ],
)  # fmt: skip
def test_what_is_broken_costs_no_more_than_itself(data: bytes, kept: int, what: str, size: int) -> None:
    elements, unread = read(data)
    assert sum(filled(each.value) for each in elements) == kept
    assert (unread[0].what, unread[0].bytes) == (what, size) and unread[0].why
    # of a file that breaks off, nobody knows how much should come
    assert all(each.bytes is None and "should come after" in each.what for each in unread[1:])
    assert len(unread) == 1 + ("too early" in unread[0].why)


@pytest.mark.parametrize("data", [b"nothing", b"", b"  ", b"\xff\xfe"])
def test_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        read(data)
    assert caught.value.code == "SRC-054" and caught.value.where == "x.json" and caught.value.fix


def test_an_escape_or_a_character_that_json_forbids_is_read_as_it_stands() -> None:
    elements, unread = read(b'[{"a": "\\x", "b": "\x01", "c": "\\u12"}]')
    assert elements[0].value == {"a": "\\x", "b": "\x01", "c": "\\u12"} and not unread


def test_what_is_broken_everywhere_is_counted_and_not_told_one_by_one() -> None:
    elements, unread = read(b"[" + b'{"a": x},' * 5000 + b"1]")
    assert [each.value for each in elements] == [1]
    assert len(unread) <= MOST_PLACES_TOLD + 1 and sum(each.bytes or 0 for each in unread) == 5000


def test_an_element_too_large_to_hold_comes_in_parts_of_its_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_reader, "PIECE_BYTES", 400)
    monkeypatch.setattr(json_reader, "_BLOCK_BYTES", 100)
    nodes = {f"n{n}": {"message": {"content": {"parts": [f"{n}", "x"]}}} for n in range(200)}
    whole = [1, {"title": "t", "mapping": nodes, "id": "c"}, {"title": "u"}]
    elements, unread = read(chat(whole).encode())
    assert not unread and [each.goes_on for each in elements].count(False) == 3
    assert max(len(chat(each.value)) for each in elements) < 1000
    parts = [part for each in elements[1:-1] for part in each.value.get("mapping", {}).items()]
    assert dict(parts) == nodes and len(parts) == len(nodes)


def test_a_text_that_does_not_end_within_any_measure_is_cut_and_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(json_reader, "PIECE_BYTES", 300)
    monkeypatch.setattr(json_reader, "LONGEST_RUN_BYTES", 4000)
    monkeypatch.setattr(json_reader, "KEPT_OF_RUN_BYTES", 101)
    monkeypatch.setattr(json_reader, "_BLOCK_BYTES", 700)
    for text in ("é" * 5000, '"\\' * 5000, "x" * 9001):
        elements, unread = read(json.dumps([1, {"a": text, "b": 2}, 3], ensure_ascii=False).encode())
        assert (elements[0].value, elements[-1].value) == (1, 3) and not unread
        held = {key: value for each in elements[1:-1] for key, value in each.value.items()}
        assert held["b"] == 2 and text.startswith(held["a"]) and len(held["a"]) <= 101
    elements, unread = read(b"[1, " + b"9" * 9000 + b", 3]")
    assert [each.value for each in elements][::2] == [1, 3] and not unread


def test_numbers_without_end_and_keys_that_stand_twice_are_kept() -> None:
    digits = "9" * 10_000
    (one,), _ = read(f'[{{"n": {digits}, "x": 1e999, "y": NaN, "n": 2}}]'.encode())
    assert one.value["n"] == digits and filled(one.value) == 4


@pytest.mark.parametrize("content", ["[1", b"[\xff\xfe", "[" * 5000, "{}]", b"\x00\x01"])
def test_a_damaged_file_loses_only_itself(tmp_path: Path, content: str | bytes) -> None:
    report = audit(tmp_path, CHATGPT | {"shared_conversations.json": content})
    assert "shared_conversations.json" in {piece.name for piece in report.unread}
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
    report = audit_archive(path, AT, region="CH", age=40)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert report.rows == 8800 and peak < size / 2  # a conversation, and not the bytes of the file


def test_a_forged_size_costs_that_file_and_a_bomb_the_whole(tmp_path: Path) -> None:
    for files in (META, TAKEOUT):
        path = zipped(tmp_path / "a.zip", files)
        data = bytearray(path.read_bytes())
        place = data.index(b"PK\x01\x02") + 24
        data[place : place + 4] = (3).to_bytes(4, "little")
        path.write_bytes(data)
        report = audit_archive(path, AT, region="CH", age=40)
        damaged = {piece.name for piece in report.unread if piece.why}
        assert next(iter(files)) in damaged and report.rows
    with pytest.raises(SourceError) as bomb:
        audit(tmp_path, {"conversations.json": chat([{"mapping": {}, "current_node": " " * 9_000_000}])})
    assert bomb.value.code == "SRC-046"
