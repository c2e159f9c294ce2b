"""Downloads in which every value is a marker of its own, what may happen to their bytes, and the rule they keep.

The rule: *every byte is either accounted for in the report or listed as unread*. `unaccounted` looks from outside:
markers that still stand in a file and were not counted must fit into what the report tells of that file as unread.
"""

from __future__ import annotations

import contextlib
import io
import json
import random
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from licet.audit.archive_audit import DEFAULT_PACKS
from licet.audit.download_inventory import read_contents
from licet.audit.inventory import Contents, Distinctions
from licet.packs import open_pack
from licet.sources.archives.archive_kinds import Kind
from licet.sources.byte_reader import ByteReader
from licet.sources.import_report import Unread
from licet.sources.zip_archive import Entry

MARKER = re.compile(rb"w\d{5}w")
_MARKER_BYTES = 7
_COMMENTS = "Comment ID,Channel ID,Comment Create Timestamp,Comment Text"


class InMemory:
    """A download that is not packed."""

    unread: tuple[Unread, ...] = ()

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def entries(self) -> tuple[Entry, ...]:
        return tuple(
            Entry(name, len(data), name.endswith(".zip")) for name, data in sorted(self.files.items())
        )

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[ByteReader]:
        yield io.BytesIO(self.files[name])

    def peek(self, name: str, size: int) -> bytes:
        return self.files[name][:size]


@cache
def distinctions(kind: Kind) -> Distinctions:
    return Distinctions.of(open_pack(DEFAULT_PACKS[kind]))


def read(kind: Kind, files: dict[str, bytes]) -> Contents:
    return read_contents(InMemory(files), kind, distinctions(kind))


def unaccounted(kind: Kind, files: dict[str, bytes], times: int = 0) -> list[str]:
    """What the report of a download forgets, a sentence each; nothing, if the rule holds.

    times: how often something was done to a file: each time, two cells of a table may have become one.
    """
    found = read(kind, files)
    told = {name for file in found.files for name in file.members or [file.name]}
    told |= {other.name for other in found.others} | {piece.name for piece in found.unread}
    faults = [f"nothing is said of {name}" for name in files if name not in told]
    for piece in found.unread:
        if not (piece.what and piece.why) or piece.why == "nobody read it":
            faults.append(f"{piece} does not say what and why")
        if piece.bytes is not None and not 0 <= piece.bytes <= len(files[piece.name]):
            faults.append(f"{piece} is more than there is")
    for name, data in files.items():
        pieces = [piece for piece in found.unread if piece.name == name]
        # nobody knows how much should come after a file's end, and none of it is in the file
        if any(piece.bytes is None and not piece.what.startswith("what should come") for piece in pieces):
            continue
        files_of = [file for file in found.files if file.name == name or file.members == [name]]
        counted = sum(file.cells for file in files_of)
        # two in one text, or in one cell, are one value
        marked = [
            MARKER.search(text) for text in re.split(rb'[",\n]' if name.endswith(".csv") else rb'"', data)
        ]
        headers = "".join(column.name for file in files_of for column in file.columns)
        standing = sum(each is not None for each in marked) - len(MARKER.findall(headers.encode()))
        room = sum(piece.bytes or 0 for piece in pieces)
        is_refused = any(
            other.name == name and other.fate in ("not understood", "not imported") for other in found.others
        )
        standing -= times if name.endswith(".csv") else 0
        if (standing - counted) * _MARKER_BYTES > room and not is_refused:
            faults.append(
                f"{name}: {standing - counted} values are neither counted nor told, of {standing}: {pieces}"
            )
    return faults


class Maker:
    """Downloads of each kind, of any size, whose every text is a marker."""

    def __init__(self, rng: random.Random) -> None:
        self._rng, self._count = rng, 0

    def text(self) -> str:
        self._count += 1
        noise = self._rng.choice(("", "", " é漢🌉", ' "x" \\', " [1, {2}]", " ,:\n", " ]}", "\u2028"))
        return f"w{self._count % 100_000:05}w{noise}"

    def several(self, make: Callable[[], Any], most: int = 4) -> list[Any]:
        return [make() for _ in range(self._rng.randrange(1, most + 1))]

    def tree(self, depth: int = 3) -> Any:
        if depth == 0 or self._rng.random() < 0.4:
            return self.text()
        if self._rng.random() < 0.5:
            return self.several(lambda: self.tree(depth - 1))
        return {f"k{number}": self.tree(depth - 1) for number in range(self._rng.randrange(1, 4))}

    def json(self, value: Any) -> bytes:
        text = json.dumps(
            value, ensure_ascii=self._rng.random() < 0.5, indent=self._rng.choice((None, None, 1))
        )
        return text.encode("utf-8", "surrogatepass")

    def conversation(self) -> dict[str, Any]:
        def node() -> dict[str, Any]:
            said = {"content_type": self.text(), "parts": self.several(self.text)}
            message = {"author": {"role": self._rng.choice(("user", "assistant", "tool"))}, "content": said}
            return {
                "id": self.text(),
                "message": self._rng.choice((message, message, None)),
                "more": self.tree(),
            }

        nodes = {f"n{number}": node() for number in range(self._rng.randrange(1, 6))}
        return {"title": self.text(), "mapping": nodes, "current_node": "n0", "x": self.tree()}

    def chatgpt(self) -> dict[str, bytes]:
        talks = self.several(self.conversation)
        held = self._rng.choice((talks, talks, talks[0], {"conversations": talks}))
        return {
            "conversations.json": self.json(held),
            "shared_conversations.json": self.json(self.several(lambda: {"id": "s", "title": self.text()})),
            "textdocs/a.json": self.json({"id": self.text(), "content": self.text(), "more": self.tree()}),
            "sora.json": self.json({"generations": self.several(self.tree)}),
        }

    def meta(self) -> dict[str, bytes]:
        people = [{"name": "Ben"}, {"name": "Zoe"}]
        messages = self.several(lambda: {"sender_name": "Ben", "content": self.text(), "x": self.tree()})
        return {
            "your_facebook_activity/posts/your_posts_1.json": self.json(
                self.several(
                    lambda: {"timestamp": 1717200000, "data": [{"post": self.text()}], "title": self.text()}
                )
            ),
            "your_facebook_activity/messages/inbox/ben_1/message_1.json": self.json(
                {"participants": people, "messages": messages, "title": self.text()}
            ),
            "your_facebook_activity/comments_and_reactions/comments.json": self.json(
                {"comments_v2": self.several(lambda: {"title": self.text(), "data": [self.tree()]})}
            ),
        }

    def takeout(self) -> dict[str, bytes]:
        entries = self.several(lambda: {"header": "Gemini Apps", "title": self.text(), "products": [self.text()],
                                        "x": self.tree()})  # fmt: skip
        rows = "".join(
            f"{self.text_in_csv()},C,2025-01-02T03:04:05Z,{self.text_in_csv()}\n" for _ in range(4)
        )
        return {
            "Takeout/My Activity/Gemini Apps/MyActivity.json": self.json(entries),
            "Takeout/YouTube/comments.csv": f"{_COMMENTS}\n{rows}".encode(),
        }

    def text_in_csv(self) -> str:
        text = self.text().replace('"', '""')
        return f'"{text}"' if self._rng.random() < 0.5 or any(sign in text for sign in ',"\n') else text

    def linkedin(self) -> dict[str, bytes]:
        def sheet(header: str, *cells: str) -> bytes:
            rows = ["".join(f"{cell or self.text_in_csv()}," for cell in cells)[:-1] for _ in range(6)]
            return "".join(f"{row}\n" for row in [header, *rows]).encode()

        day = "2025-01-02 03:04:05"
        pages = self.several(
            lambda: {"snapshotDomain": "SKILLS", "snapshotData": self.several(lambda: {"Name": self.text()})}
        )
        return {
            "Shares.csv": sheet(
                "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility", day, "", "", "", "", ""
            ),
            "Comments.csv": sheet("Date,Link,Message", day, "", ""),
            "Skills.csv": sheet("Name", ""),
            "Languages.csv": sheet("Name,Proficiency", "", ""),
            "pages.json": self.json(self._rng.choice((pages, {"elements": pages, "paging": {"start": 0}}))),
        }

    def x(self) -> dict[str, bytes]:
        posts = self.several(
            lambda: {"tweet": {"full_text": self.text(), "lang": self.text(), "x": self.tree()}}
        )
        return {
            "data/manifest.js": b"window.__THAR_CONFIG = {}",
            "data/tweets.js": b"window.YTD.tweets.part0 = " + self.json(posts),
        }

    def claude(self) -> dict[str, bytes]:
        def said() -> dict[str, Any]:
            return {"uuid": "m", "text": self.text(), "sender": "human", "x": self.tree()}

        talks = self.several(lambda: {"uuid": "c", "name": self.text(), "chat_messages": self.several(said)})
        return {"conversations.json": self.json(talks)}

    def reddit(self) -> dict[str, bytes]:
        rows = "".join(
            f"{self.text_in_csv()},{self.text_in_csv()},2025-01-02 03:04:05 UTC,{self.text_in_csv()}\r\n"
            for _ in range(5)
        )
        return {"comments.csv": f"id,permalink,date,body\r\n{rows}".encode()}

    def of(self, kind: Kind) -> dict[str, bytes]:
        made: dict[str, bytes] = getattr(self, kind.value)()
        return made


def broken(data: bytes, rng: random.Random) -> bytes:
    """The bytes with one thing done to them that happens to files, or that somebody does on purpose."""
    at = rng.randrange(len(data) + 1)
    brackets = [place for place, each in enumerate(data) if each in b"[]{}"] or [0]
    quotes = [place for place, each in enumerate(data) if each == 0x22] or [0]
    colons = [place for place, each in enumerate(data) if each == 0x3A] or [0]
    bracket, quote, colon = rng.choice(brackets), rng.choice(quotes), rng.choice(colons)
    end = min(len(data), at + rng.randrange(1, 200))
    return rng.choice((
        lambda: data[:at],
        lambda: data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :],
        lambda: data[:at] + bytes([(data[at - 1 : at] or b"x")[0] ^ (1 << rng.randrange(8))]) + data[at + 1 :],
        lambda: data[:bracket] + data[bracket + 1 :],
        lambda: data[:at] + rng.choice((b"[", b"]", b"{", b"}", b",", b":")) + data[at:],
        lambda: data[:at] + rng.choice((b'"', b'\\', b'\\"', b'""', b",", b"\n", b"\x00", b"\xff", b"\r")) + data[at:],
        lambda: data[:quote] + data[quote + 1 :],
        lambda: data[: colon + 1] + b"9" * 6000 + b"," + data[colon + 1 :],
        lambda: data[: colon + 1] + b"[" * 300 + b"]" * 300 + b"," + data[colon + 1 :],
        lambda: data[: colon + 1] + b'{"a":' * 300 + data[colon + 1 :],
        lambda: data[:at] + data[at:end] * 2 + data[end:],
        lambda: data[:at] + data[end:],
        lambda: data + data[at:],
        lambda: b"\xef\xbb\xbf" + data,
    ))()  # fmt: skip
