"""Whatever else lies in a download: it is reported on as its own platform's or not at all, and every file is told."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeys.archives import COMPLETE
from journeys.downloads import DOWNLOADS
from journeys.more_downloads import MORE_DOWNLOADS
from licet.sources.archives.archive_kinds import Kind
from licet.sources.archives.whose_download import whose
from licet.sources.byte_reader import ByteReader
from licet.sources.file_names import DistinctNames
from licet.sources.import_report import Unread
from licet.sources.zip_archive import Entry, is_nested
from licet.terms import SourceError

OWN = {
    Kind.LINKEDIN: COMPLETE, Kind.CHATGPT: DOWNLOADS["chatgpt"], Kind.META: DOWNLOADS["meta"],
    Kind.TAKEOUT: DOWNLOADS["takeout"], Kind.X: MORE_DOWNLOADS["x"], Kind.REDDIT: MORE_DOWNLOADS["reddit"],
    Kind.CLAUDE: MORE_DOWNLOADS["claude"],
}  # fmt: skip
#: Where each platform keeps what people handed over, stored or sent.
PLACES = {
    Kind.CHATGPT: ("file-{}-", "user-1/", "file_0{}-"),
    Kind.CLAUDE: ("file-{}-",),
    Kind.TAKEOUT: ("Takeout/Drive/", "Takeout/Drive/backup/of {}/"),
    Kind.META: ("your_facebook_activity/messages/inbox/ann_{}/files/",),
}
NAMES = st.text(st.sampled_from("ab.\u200f\u202e/\\\n :;\"'._-0é橋"), min_size=1, max_size=12)


class Held:
    """A download in memory."""

    unread: tuple[Unread, ...] = ()

    def __init__(self, files: dict[str, bytes]) -> None:
        names = DistinctNames()
        self._files = {names.add(name): content for name, content in files.items()}

    def entries(self) -> tuple[Entry, ...]:
        return tuple(Entry(name, len(data), is_nested(name)) for name, data in sorted(self._files.items()))

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[ByteReader]:
        raise AssertionError("nothing is read to say whose it is")
        yield

    def peek(self, name: str, size: int) -> bytes:
        return io.BytesIO(self._files[name]).read(size)


def as_bytes(files: dict[str, str | bytes]) -> dict[str, bytes]:
    return {
        name: content if isinstance(content, bytes) else content.encode() for name, content in files.items()
    }


@settings(max_examples=120, deadline=None)
@given(st.data(), st.sampled_from(list(OWN)), st.sampled_from(list(OWN)))
def test_a_download_is_its_own_platforms_or_nobodys_and_every_file_is_told(
    data: st.DataObject, kind: Kind, other: Kind
) -> None:
    own = as_bytes(OWN[kind])
    kept = data.draw(st.sets(st.sampled_from(sorted(own)), min_size=1))
    files = {name: own[name] for name in kept}
    strange = as_bytes(OWN[other])
    place = data.draw(st.sampled_from(PLACES.get(kind, ("",))))
    for number, name in enumerate(sorted(data.draw(st.sets(st.sampled_from(sorted(strange)), max_size=6)))):
        files.setdefault(place.format(number) + name.rpartition("/")[2], strange[name])
    for name in data.draw(st.lists(NAMES, max_size=4)):
        files.setdefault(name, data.draw(st.sampled_from([b"", b"{}", b"a,b\n1,2\n", b"\xff\xfe"])))
    for name in data.draw(st.lists(st.sampled_from(["__MACOSX/._a.jpg", ".DS_Store", "x/._y"]), max_size=2)):
        files[name] = b"\0"
    download = Held(files)
    try:
        found = whose(download, "a.zip")
    except SourceError as error:
        assert error.code in ("SRC-048", "SRC-172", "SRC-173") and error.fix
        return
    assert found.kind in (kind, other)
    if kind in PLACES and found.kind is not kind:
        # only where nothing of what is the platform's own could be told from what anybody has
        with pytest.raises(SourceError):
            whose(Held({name: own[name] for name in kept}), "a.zip")
    names = {entry.name for entry in download.entries()}
    told = {entry.name for entry in found.download.entries()} | {each.name for each in found.unread}
    others = {one.name.partition(" and ")[0] for one in found.others}
    assert told <= names and others <= names
    shadows = sum(
        int(one.name.rpartition(" and ")[2].split()[0]) for one in found.others if one.name.endswith(" more")
    )
    assert len(told) + len(others) + shadows == len(names)
