"""Archives that mean harm, audited: each ends in one clear line, within bounds, and leaves nothing behind."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from journeys.archives import COMPLETE, zipped
from licet.audit import Report, audit_archive
from licet.audit.audit_sentences import verdict
from licet.audit.topics import TRAINING
from licet.sources.linkedin import Limits
from licet.terms import SourceError
from licet.terms.moments import parse_moment

AT = parse_moment("2026-10-01")


def audit(path: Path, limits: Limits | None = None) -> Report:
    return audit_archive(path, AT, region="CH", age=40, limits=limits)


@pytest.mark.parametrize(
    ("files", "limits", "code"),
    [
        (COMPLETE | {"Skills.csv": "Name\n" + ("A" * 1000 + "\n") * 9_000}, None, "SRC-046"),
        ({f"{n}.csv": "Name\nA\n" for n in range(9)}, Limits(entries=8), "SRC-042"),
    ],
)
def test_a_hostile_archive_is_refused_whole(
    tmp_path: Path, files: dict[str, str | bytes], limits: Limits | None, code: str
) -> None:
    with pytest.raises(SourceError) as caught:
        audit(zipped(tmp_path / "a.zip", files), limits)
    assert caught.value.code == code and caught.value.where and caught.value.fix


def test_a_forged_size_is_found_out(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "a.zip", {"Skills.csv": "Name\nStatics\n" * 9, "Profile.csv": COMPLETE["Profile.csv"]}
    )
    data = bytearray(path.read_bytes())
    place = data.index(b"PK\x01\x02") + 24
    data[place : place + 4] = (20).to_bytes(4, "little")
    path.write_bytes(data)
    report = audit(path)
    assert [piece.name for piece in report.unread] == ["Skills.csv"]
    assert "Skills.csv" in verdict(report).partition(" not read, so this is not all: ")[0]


@pytest.mark.parametrize(
    "content", [b"Name\n\xff\xfe\x00\n", b'Name\n"never closed\n', b"Nam\xc3\n", b"A" * 1_100_000]
)
def test_a_damaged_file_loses_only_itself(tmp_path: Path, content: bytes) -> None:
    report = audit(zipped(tmp_path / "a.zip", {**COMPLETE, "Skills.csv": content}))
    (unread,) = (piece for piece in report.unread if piece.name == "Skills.csv")
    assert unread.why and unread.bytes and unread.bytes <= len(content)
    assert "of Skills.csv" in verdict(report).partition(" not read, so this is not all: ")[0]
    assert report.reach(TRAINING).now == 14  # all but the three skills


def test_a_long_file_is_counted_a_row_at_a_time(tmp_path: Path) -> None:
    rows = 60_000
    text = "Date,Link,Message\n" + "".join(
        f"2025-01-{1 + n % 28:02} 00:00:00,https://x.example/{n},word {n}\n" for n in range(rows)
    )
    path = zipped(tmp_path / "a.zip", {"Comments.csv": text})
    del text
    tracemalloc.start()
    report = audit(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert report.reach(TRAINING) == (rows, 0, 0)
    (file,) = report.files
    assert len(file.file.groups) == 1 and file.file.cells == 3 * rows
    assert peak < 24 * 1024**2  # the rows alone, kept, would be more


def test_columns_and_audiences_without_end_make_no_groups_without_end(tmp_path: Path) -> None:
    header = "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility," + ",".join(
        f"c{n}" for n in range(60)
    )
    rows = "".join(f"2025-01-01,l,w,,,audience {n}{',' * (n % 60)},x\n" for n in range(500))
    (file,) = audit(zipped(tmp_path / "a.zip", {"Shares.csv": f"{header}\n{rows}"})).files
    assert file.file.rows == 500 and len(file.file.groups) <= 4


def test_the_rows_of_one_file_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licet.sources.linkedin.sheets.MOST_ROWS", 2)
    report = audit(zipped(tmp_path / "a.zip", COMPLETE))
    read = {file.file.name: file.file.rows for file in report.files}
    assert read["Skills.csv"] == read["Shares_1234567.csv"] == 2
    assert {"Skills.csv", "Shares_1234567.csv"} <= {piece.name for piece in report.unread}
