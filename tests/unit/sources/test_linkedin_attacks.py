"""Archives that mean harm, or came to harm: each ends in a clear refusal, before it costs anything."""

from __future__ import annotations

import contextlib
import io
import stat
import struct
import tracemalloc
import warnings
import zipfile
from pathlib import Path

import pytest

from licet.sources.byte_reader import read_up_to
from licet.sources.linkedin import Limits, import_linkedin
from licet.sources.zip_archive import open_archive
from licet.terms import SourceError
from unit.sources.linkedin_archives import PROFILE, archive

#: Offsets in a central directory entry.
_FLAGS, _METHOD, _PACKED, _SIZE = 8, 10, 20, 24


def refused(tmp_path: Path, path: Path, limits: Limits | None = None) -> SourceError:
    with pytest.raises(SourceError) as caught:
        import_linkedin(path, tmp_path / "out", region="CH", limits=limits)
    assert not (tmp_path / "out").exists()
    assert caught.value.what and caught.value.where and caught.value.fix
    return caught.value


def forge(path: Path, offset: int, form: str, value: int, local: int | None = None) -> Path:
    """Overwrite a field of the first central directory entry, and of its local header if that is given."""
    data = bytearray(path.read_bytes())
    struct.pack_into(form, data, data.index(b"PK\x01\x02") + offset, value)
    if local is not None:
        struct.pack_into(form, data, data.index(b"PK\x03\x04") + local, value)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "name",
    [
        *("../Skills.csv", "a/../../Skills.csv", "..\\Skills.csv", "/etc/Skills.csv", "\\\\host\\Skills.csv"),
        *("C:\\Skills.csv", "C:Skills.csv"),
    ],
)
def test_a_name_that_leads_outside_costs_that_file_and_no_more(tmp_path: Path, name: str) -> None:
    path = archive(tmp_path / "a.zip", {"Profile.csv": PROFILE, name: "Name\nSteel\n"})
    report = import_linkedin(path, tmp_path / "out", region="CH")
    assert set(report.tables) == {"members", "profile"}
    (left,) = [one for one in report.files if one.fate == "not understood"]
    assert left.name == name and "leads out" in left.reason
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.zip", "out"]


@pytest.mark.parametrize("called", [b"\0kills.csv", b"Skills/\0sv", b"Skills.cs/"])
def test_a_name_that_ends_before_its_end_hides_no_file(tmp_path: Path, called: bytes) -> None:
    path = archive(tmp_path / "a.zip", {"Profile.csv": PROFILE, "Skills.csv": "Name\nSteel\n"})
    path.write_bytes(path.read_bytes().replace(b"Skills.csv", called))
    report = import_linkedin(path, tmp_path / "out", region="CH")
    assert len(report.files) == 2, "every file is told, however it is called"
    with open_archive(path) as opened:
        told = [entry.name for entry in opened.entries()] + [piece.name for piece in opened.unread]
    assert len(told) == 2


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("\u200fSkills.csv", "[U+200F]Skills.csv"),
        ("a/Sk\u202eills.csv", "a/Sk[U+202E]ills.csv"),
        ("a/Skills.csv\x07", "a/Skills.csv[U+0007]"),
        ("./Skills.csv", "./Skills.csv"),
        ("x" * 300 + "/" + "y" * 300 + "/Skills.csv", "x" * 200 + "…" + "y" * 189 + "/Skills.csv"),
    ],
)
def test_a_name_that_deceives_is_written_out_and_its_file_is_one_like_any(
    tmp_path: Path, name: str, shown: str
) -> None:
    path = archive(tmp_path / "a.zip", {"Profile.csv": PROFILE, name: "Name\nSteel\n"})
    report = import_linkedin(path, tmp_path / "out", region="CH")
    assert {one.name for one in report.files} == {"Profile.csv", shown}


def test_what_stands_behind_a_null_in_a_name_belongs_to_it(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {"Profile.csv": PROFILE, "Skills.csvX.exe": "Name\nSteel\n"})
    path.write_bytes(path.read_bytes().replace(b"Skills.csvX.exe", b"Skills.csv\x00.exe"))
    report = import_linkedin(path, tmp_path / "out", region="CH")
    assert set(report.tables) == {"members", "profile"}
    assert {one.name for one in report.files} == {"Profile.csv", "Skills.csv[U+0000].exe"}


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (("Skills.csv", "Skills.csv"), ("Skills.csv", "Skills (no. 2).csv")),
        (("Skills.csv", "SKILLS.CSV"), ("Skills.csv", "SKILLS.CSV")),
        (("a/Skills.csv", "a\\Skills.csv"), ("a/Skills.csv", "a\\Skills.csv")),
    ],
)
def test_files_whose_names_are_alike_are_so_many_files(
    tmp_path: Path, names: tuple[str, str], shown: tuple[str, str]
) -> None:
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(tmp_path / "a.zip", "w") as zipped:
        for name, skill in zip(names, ("Steel", "Stone"), strict=True):
            zipped.writestr(zipfile.ZipInfo(name), f"Name\n{skill}\n")
    with open_archive(tmp_path / "a.zip") as opened:
        assert sorted(entry.name for entry in opened.entries()) == sorted(shown)
        held = set()
        for entry in opened.entries():
            with opened.open(entry.name) as file:
                held.add(read_up_to(file, 100))
    assert held == {b"Name\nSteel\n", b"Name\nStone\n"}


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_links_and_devices_are_refused(tmp_path: Path, kind: int) -> None:
    info = zipfile.ZipInfo("Profile.csv")
    info.external_attr = (kind | 0o644) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as zipped:
        zipped.writestr(info, "/etc/passwd")
    assert refused(tmp_path, tmp_path / "a.zip").code == "SRC-044"


@pytest.mark.parametrize("flag", [0x1, 0x41, 0x2000])
def test_an_encrypted_archive_is_refused(tmp_path: Path, flag: int) -> None:
    path = archive(tmp_path / "a.zip", {"Profile.csv": PROFILE})
    assert refused(tmp_path, forge(path, _FLAGS, "<H", flag, 6)).code == "SRC-045"


def test_an_archive_within_is_listed_and_never_opened(tmp_path: Path) -> None:
    inner = archive(tmp_path / "inner.zip", {"messages.csv": "x", "../evil": "y"}).read_bytes()
    files: dict[str, str | bytes] = {
        "Profile.csv": PROFILE,
        "more.ZIP": inner,
        "Shares.csv.gz": b"no gzip at all",
    }
    report = import_linkedin(archive(tmp_path / "a.zip", files), tmp_path / "out", region="CH")
    nested = {each.name for each in report.files if each.fate == "nested archive"}
    assert nested == {"more.ZIP", "Shares.csv.gz"}
    assert set(report.tables) == {"members", "profile"}
    assert any("more.ZIP" in note for note in report.notes)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packing_that_cannot_be_bounded_is_never_unpacked(tmp_path: Path, method: int) -> None:
    # BZIP2 makes 16 MiB of zeros a few hundred bytes, and Python unpacks them in one step
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as zipped:
        zipped.writestr("Skills.csv", bytes(16 * 1024**2), method)
        zipped.writestr("Profile.csv", PROFILE)
    tracemalloc.start()
    try:
        report = import_linkedin(tmp_path / "a.zip", tmp_path / "out", region="CH")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert {one.name: one.fate for one in report.files}["Skills.csv"] == "not understood"
    assert peak < 12 * 1024**2


def test_an_unknown_way_of_packing_costs_that_file(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {"Skills.csv": "Name\nSteel\n", "Profile.csv": PROFILE})
    report = import_linkedin(forge(path, _METHOD, "<H", 97, 8), tmp_path / "out", region="CH")
    assert {one.name: one.fate for one in report.files}["Skills.csv"] == "not understood"


def test_a_file_that_unpacks_out_of_proportion_is_refused(tmp_path: Path) -> None:
    bomb = b"Name,Number\n" + (b"x" * 1000 + b",1\n") * 8000
    path = archive(tmp_path / "a.zip", {"Courses.csv": bomb})
    assert path.stat().st_size * 200 < len(bomb)
    assert refused(tmp_path, path).code == "SRC-046"


@pytest.mark.parametrize(
    "limits",
    [Limits(entry_bytes=1000), Limits(total_bytes=2000)],
    ids=["one file", "all together"],
)
def test_claims_beyond_the_limits_cost_the_files_that_make_them(tmp_path: Path, limits: Limits) -> None:
    text = "Name,Number\n" + "".join(f"course {n},{n}\n" for n in range(120))
    path = archive(tmp_path / "a.zip", {"Profile.csv": PROFILE, "Courses.csv": text, "Courses_1.csv": text})
    report = import_linkedin(path, tmp_path / "out", region="CH", limits=limits)
    left = [one for one in report.files if one.fate == "not understood"]
    assert left and all("SRC-053" in one.reason for one in left) and "profile" in report.tables


def test_what_comes_out_is_counted_whatever_was_claimed(tmp_path: Path) -> None:
    # the same file read again and again: claims are within the limit each time, the bytes are not
    path = archive(tmp_path / "a.zip", {"Courses.csv": "Name,Number\n" + "x,1\n" * 200})
    with open_archive(path, Limits(total_bytes=1500)) as opened:
        with opened.open("Courses.csv") as file, opened.open("Courses.csv") as again:
            read_up_to(file, 10_000)
            with pytest.raises(SourceError) as caught:
                read_up_to(again, 10_000)
        assert caught.value.code == "SRC-046"
        with pytest.raises(SourceError) as spent, opened.open("Courses.csv"):
            pass
    assert spent.value.code == "SRC-053"


@pytest.mark.parametrize("claimed", [1, 50, 1_000_000])
def test_a_forged_size_is_found_out(tmp_path: Path, claimed: int) -> None:
    path = archive(tmp_path / "a.zip", {"Profile.csv": PROFILE})
    assert refused(tmp_path, forge(path, _SIZE, "<L", claimed, 22)).code == "SRC-041"


@pytest.mark.parametrize(("claimed", "code"), [(1, "SRC-041"), (2**31, "SRC-046")])
def test_a_forged_packed_size_is_found_out(tmp_path: Path, claimed: int, code: str) -> None:
    path = archive(tmp_path / "a.zip", {"Profile.csv": PROFILE})
    assert refused(tmp_path, forge(path, _PACKED, "<L", claimed, 18)).code == code


def test_files_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    text = "Name,Number\n" + "".join(f"course {n},{n * n * n}\n" for n in range(500))
    path = archive(tmp_path / "a.zip", {"Courses.csv": text, "Courses_1.csv": text})
    data = bytearray(path.read_bytes())
    start, second = data.index(b"PK\x01\x02"), data.rindex(b"PK\x03\x04")
    # the second entry goes on to point at the first one's bytes, and the room it had is cut out
    cut = data[:second] + data[start:].replace(b"Courses_1.csv", b"coursesX1.csv")
    directory = cut.rindex(b"PK\x01\x02")
    struct.pack_into("<L", cut, directory + 42, 0)
    struct.pack_into("<L", cut, cut.rindex(b"PK\x05\x06") + 16, second)
    path.write_bytes(cut)
    with zipfile.ZipFile(path) as zipped:
        assert zipped.infolist()[1].header_offset == 0
    assert refused(tmp_path, path).code == "SRC-046"


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {f"{n}.csv": "" for n in range(12)})
    assert refused(tmp_path, path, Limits(entries=11)).code == "SRC-042"


def test_too_many_files_are_refused_though_the_end_record_lies(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {f"{n}.csv": "" for n in range(12)})
    data = bytearray(path.read_bytes())
    struct.pack_into("<HH", data, data.rindex(b"PK\x05\x06") + 8, 1, 1)
    path.write_bytes(data)
    assert refused(tmp_path, path, Limits(entries=11)).code == "SRC-042"


def test_a_directory_too_large_to_hold_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {f"{n}.csv": "" for n in range(12)})
    assert refused(tmp_path, path, Limits(directory_bytes=500)).code == "SRC-042"


def zip64(path: Path, files: dict[str, str | bytes]) -> Path:
    """An archive with the marks of ZIP64, which large ones have: both end records, and sizes that only they hold."""
    data = archive(path, files).read_bytes()
    end = data.rindex(b"PK\x05\x06")
    count, size, start = struct.unpack("<HLL", data[end + 10 : end + 20])
    record = b"PK\x06\x06" + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, count, count, size, start)
    locator = b"PK\x06\x07" + struct.pack("<LQL", 0, end, 1)
    ones = data[end : end + 8] + b"\xff" * 12 + b"\x00\x00"
    path.write_bytes(data[:end] + record + locator + ones)
    return path


def test_a_zip64_archive_is_read_within_the_same_bounds(tmp_path: Path) -> None:
    path = zip64(tmp_path / "a.zip", {"Profile.csv": PROFILE, "Skills.csv": "Name\nSteel\n"})
    assert set(import_linkedin(path, tmp_path / "out", region="CH").tables) == {
        "members",
        "profile",
        "skills",
    }
    for limits in (Limits(entries=1), Limits(directory_bytes=60)):
        with pytest.raises(SourceError) as caught, open_archive(path, limits):
            pass
        assert caught.value.code == "SRC-042"
    # a record that claims more than there is
    for at, value in ((32, 2**40), (40, 2**40), (48, 2**40)):
        data = bytearray(zip64(tmp_path / "b.zip", {"Profile.csv": PROFILE}).read_bytes())
        struct.pack_into("<Q", data, data.rindex(b"PK\x06\x06") + at, value)
        (tmp_path / "b.zip").write_bytes(data)
        with (
            pytest.raises(SourceError) as forged,
            open_archive(tmp_path / "b.zip") as opened,
            opened.open("Profile.csv"),
        ):
            pass
        assert forged.value.code in ("SRC-041", "SRC-042")


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"First Name,Last Name\n", b"\x89PNG\r\n" * 100, bytes(100_000)]
)
def test_what_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    assert refused(tmp_path, tmp_path / "a.zip").code == "SRC-041"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_zip_is_refused(tmp_path: Path, share: float) -> None:
    path = archive(tmp_path / "a.zip", {"Profile.csv": PROFILE, "Skills.csv": "Name\nSteel\n"})
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert refused(tmp_path, path).code == "SRC-041"


def test_bytes_that_were_changed_are_found_out(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as zipped:
        zipped.writestr("Profile.csv", PROFILE)
    path = tmp_path / "a.zip"
    path.write_bytes(path.read_bytes().replace(b"Builds bridges", b"Breaks bridges"))
    assert refused(tmp_path, path).code == "SRC-041"


def test_a_missing_file_an_empty_folder_and_one_too_large_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, tmp_path / "nowhere.zip").code == "SRC-040"
    assert refused(tmp_path, tmp_path).code == "SRC-048"
    path = archive(tmp_path / "a.zip", {"Profile.csv": PROFILE})
    assert refused(tmp_path, path, Limits(archive_bytes=10)).code == "SRC-040"


def test_the_rows_of_all_files_together_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licet.sources.linkedin.linkedin_import.MOST_CELLS", 20)
    path = archive(
        tmp_path / "a.zip", {"Skills.csv": "Name\n" + "a\nb\n" * 3, "Skills_1.csv": "Name\nc\nd\n"}
    )
    assert refused(tmp_path, path).code == "SRC-046"


@pytest.mark.parametrize("broken", ["Profile.csv", "unknown.bin"])
def test_any_single_bit_may_flip(tmp_path: Path, broken: str) -> None:
    """Whichever bit of an archive flips, it is imported or refused, and nothing else happens."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr(broken, "Name\nSteel\n")
    whole, path = buffer.getvalue(), tmp_path / "a.zip"
    for position in range(len(whole)):
        for bit in (0, 3, 7):
            data = bytearray(whole)
            data[position] ^= 1 << bit
            path.write_bytes(data)
            with contextlib.suppress(SourceError), open_archive(path) as opened:
                for entry in opened.entries():
                    with opened.open(entry.name) as file:
                        read_up_to(file, 1000)
