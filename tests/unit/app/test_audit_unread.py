"""What is cut off, broken or huge in a download costs itself and is told; records are what a person would count."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from journeys.archives import zipped
from journeys.downloads import CHATGPT, TAKEOUT
from licet.audit.download_inventory import read_contents
from licet.audit.inventory import Contents, Distinctions
from licet.packs import open_pack
from licet.sources.archives import json_reader, takeout_html
from licet.sources.archives.archive_kinds import Kind
from licet.sources.archives.archive_records import Record
from licet.sources.download import open_download
from licet.sources.import_report import Unread

_PACKS = {Kind.CHATGPT: "openai_chatgpt", Kind.TAKEOUT: "google_gemini", Kind.LINKEDIN: "linkedin_official"}


def contents(tmp_path: Path, kind: Kind, files: dict[str, str | bytes]) -> Contents:
    with open_download(zipped(tmp_path / "a.zip", files)) as download:
        return read_contents(download, kind, Distinctions.of(open_pack(_PACKS[kind])))


def rows(found: Contents) -> Counter[str]:
    counted: Counter[str] = Counter()
    for file in found.files:
        counted[file.layout.table] += file.rows
    return counted


def told(found: Contents) -> list[tuple[str, str, int | None]]:
    return [(piece.name, piece.what, piece.bytes) for piece in found.unread]


def message(role: str, said: str, **more: Any) -> dict[str, Any]:
    return {"id": said, "author": {"role": role}, "create_time": 1748779200.0,
            "content": {"content_type": "text", "parts": [said]}, "recipient": "all"} | more  # fmt: skip


def talk(title: str, *messages: dict[str, Any]) -> dict[str, Any]:
    nodes = {f"n{number}": {"id": f"n{number}", "message": each} for number, each in enumerate(messages)}
    return {"title": title, "create_time": 1748779200.0,
            "mapping": {"root": {"id": "root", "message": None}} | nodes, "current_node": "n0"}  # fmt: skip


def test_of_conversations_cut_off_what_comes_before_counts_and_the_rest_is_told(tmp_path: Path) -> None:
    text = json.dumps([talk("one", message("user", "a"), message("assistant", "b")),
                       talk("two", message("user", "c"), message("assistant", "d"))])  # fmt: skip
    cut = text.index('"d"')
    found = contents(
        tmp_path, Kind.CHATGPT, {"conversations.json": text[:cut], "user.json": CHATGPT["user.json"]}
    )
    assert rows(found)["chatgpt_conversations"] == 2 and rows(found)["chatgpt_messages"] >= 3
    (name, what, size), missing = told(found)
    assert missing == ("conversations.json", f"what should come after byte {cut:,}", None)
    assert name == "conversations.json" and size is not None and what == f"from byte {cut - size:,} on"


def test_a_conversation_too_large_to_hold_is_counted_whole_and_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_reader, "PIECE_BYTES", 3000)
    monkeypatch.setattr(json_reader, "_BLOCK_BYTES", 1000)
    long = talk("long", *(message("user", f"{number}") for number in range(300)))
    for held in ([talk("a", message("user", "x")), long, talk("b", message("user", "y"))], long):
        found = contents(tmp_path, Kind.CHATGPT, {"conversations.json": json.dumps(held)})
        count = 3 if isinstance(held, list) else 1
        assert not found.unread
        assert rows(found) == {"chatgpt_messages": 299 + count, "chatgpt_conversations": count}


def test_one_broken_message_costs_itself(tmp_path: Path) -> None:
    text = json.dumps([talk("one", *(message("user", f"said {number}") for number in range(20)))])
    found = contents(tmp_path, Kind.CHATGPT, {"conversations.json": text.replace('["said 7"]', "[said 7]")})
    assert rows(found)["chatgpt_messages"] == 20 and len(found.unread) == 1 and found.unread[0].bytes == 6


def test_a_record_is_a_message_and_what_the_page_does_not_show_says_so(tmp_path: Path) -> None:
    hidden = [
        message("system", "a"),
        message("assistant", "b", recipient="python"),
        message("tool", "c"),
        message("assistant", "d", content={"content_type": "thoughts", "thoughts": ["x"]}),
        message("assistant", "e", metadata={"is_visually_hidden_from_conversation": True}),
    ]
    shown = [message("user", "f"), message("assistant", "g"),
             message("system", "h", metadata={"is_user_system_message": True})]  # fmt: skip
    found = contents(tmp_path, Kind.CHATGPT, {"conversations.json": json.dumps([talk("t", *hidden, *shown)])})
    assert rows(found) == {"chatgpt_messages": 3, "chatgpt_hidden": 5, "chatgpt_conversations": 1}


def test_what_else_is_in_a_download_of_chatgpt_is_what_it_is(tmp_path: Path) -> None:
    found = contents(tmp_path, Kind.CHATGPT, {
        "conversations.json": json.dumps({"conversations": [talk("t", message("user", "x"))]}),
        "textdocs/5f.json": json.dumps({"id": "5", "title": "My novel", "content": "#", "created_at": "2025-01-01"}),
        "group_chats.json": json.dumps({"chats": [{"id": "g", "title": "Trip"}, {"id": "h", "title": "Food"}]}),
        "sora.json": json.dumps({"generations": [{"prompt": "a bridge at dawn"}]}),
        "shopping.json": "[]", "file-A-notes.txt": "x", "file-B-salary.csv": "a", "file_C": "", "file-D-data.json": "{",
        "file-E-export.zip": b"PK", "file-F-page.html": "<p>", "user-1/main.py": "print()", "new_thing.json": "{}",
    })  # fmt: skip
    assert rows(found) == {
        "chatgpt_messages": 1, "chatgpt_conversations": 1, "chatgpt_canvas": 1, "chatgpt_group_chats": 2,
        "chatgpt_videos": 1, "chatgpt_uploads": 7,
    }  # fmt: skip
    assert {other.name: other.fate for other in found.others} == {
        "shopping.json": "empty", "new_thing.json": "not understood",
    }  # fmt: skip
    (canvas,) = (file for file in found.files if file.layout.table == "chatgpt_canvas")
    assert canvas.first is not None and str(canvas.first.moment.date()) == "2025-01-01"


def test_bookkeeping_of_linkedins_interface_is_no_record(tmp_path: Path) -> None:
    page = {"snapshotDomain": "SKILLS", "snapshotData": [{"Name": "Arches"}, {"Name": "Piers"}]}
    for answer in (
        {"paging": {"start": 0, "links": [{"href": "x"}]}, "elements": [page]},
        [{"elements": [page], "paging": {"start": 0}}],
        [page],
    ):
        found = contents(tmp_path, Kind.LINKEDIN, {"snapshot.json": json.dumps(answer)})
        assert rows(found) == {"skills": 2} and not found.unread


def test_a_damaged_file_of_a_zip_costs_what_comes_after_the_damage(tmp_path: Path) -> None:
    text = json.dumps([talk(f"{number}", message("user", "x" * 50)) for number in range(3000)])
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as zipped_file:
        zipped_file.writestr("conversations.json", text)
        zipped_file.writestr("user.json", CHATGPT["user.json"])
    data = bytearray((tmp_path / "a.zip").read_bytes())
    data[data.index(b"x" * 50) + 9] = ord("y")
    (tmp_path / "a.zip").write_bytes(data)
    with open_download(tmp_path / "a.zip") as download:
        found = read_contents(download, Kind.CHATGPT, Distinctions.of(open_pack("openai_chatgpt")))
    assert rows(found)["chatgpt_conversations"] > 2000 and rows(found)["chatgpt_user"] == 1
    assert "damaged" in found.unread[0].why and found.unread[0].bytes is None


def html(*files: bytes) -> list[Record | Unread]:
    return [one for file in files for one in takeout_html.records("a.html", io.BytesIO(file))]


def test_my_activity_opens_with_a_long_style_sheet_and_is_read_a_block_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = str(TAKEOUT["Takeout/My Activity/Gemini Apps/My Activity.html"])
    styled = page.replace("<style>x</style>", f"<style>{'.made-up{color:red}' * 9000}</style>").encode()
    assert len(styled) > 150_000
    for size in (7, 1000, 256 * 1024):
        monkeypatch.setattr(takeout_html, "_READ_BYTES", size)
        found = html(page.encode() if size == 7 else styled)
        assert [type(one) for one in found] == [Record, Record]


def test_of_a_page_cut_off_or_too_long_or_with_broken_letters_that_much_is_told() -> None:
    page = str(TAKEOUT["Takeout/My Activity/Gemini Apps/My Activity.html"]).encode()
    *records, unread = html(page[:-40])
    assert (
        len(records) == 2
        and isinstance(unread, Unread)
        and unread.what == f"what should come after byte {len(page) - 40:,}"
    )
    *records, unread = html(page.replace(b"Is the", b"Is \xff\xfe the"))
    assert len(records) == 2 and isinstance(unread, Unread) and unread.bytes == 2
    long = page.replace(b"It stands", b"It stands" + b"!" * 600_000)
    *records, unread = html(long)
    assert len(records) == 2 and isinstance(unread, Unread)
    assert unread.bytes is not None and 600_000 - takeout_html.LONGEST_BLOCK < unread.bytes < 600_000


def test_tables_of_youtube_are_known_by_their_headers(tmp_path: Path) -> None:
    found = contents(tmp_path, Kind.TAKEOUT, {
        "Takeout/YouTube/comments/comments.csv": "Comment ID,Channel ID,Comment Create Timestamp,Price,Video ID,"
        'Comment Text,Mood\nU1,C,2025-01-02T03:04:05+00:00,0,v,"{""text"":""nice""}",calm\nU2,"C"x,,,,\n',
        "Takeout/YouTube/subscriptions/abos.csv": "Channel Id,Channel Url,Channel Title\nUC,https://x.example,Bridges\n",
        "Takeout/Other/table.csv": "Name,Number\nx,1\n",
        "Takeout/archive_browser.html": "<html></html>",
    })  # fmt: skip
    assert rows(found) == {"youtube_comments": 1, "youtube_follows": 1}
    assert [(piece.what, piece.kind) for piece in found.unread] == [("row 2", "content.comments")]
    (comments,) = (file for file in found.files if file.layout.table == "youtube_comments")
    assert "Mood" in comments.remark and str(comments.first.moment.date()) == "2025-01-02"  # type: ignore[union-attr]
    assert {other.name: other.fate for other in found.others} == {
        "Takeout/Other/table.csv": "not understood", "Takeout/archive_browser.html": "not imported",
    }  # fmt: skip
