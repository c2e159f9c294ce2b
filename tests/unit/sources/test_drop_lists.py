"""California's deletion lists: its own published examples, and files of strangers."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.sources import drop_identifiers as drop
from licet.sources.drop_download import KINDS, DeletionList, Status, answer_file, read_drop
from licet.terms import SourceError
from licet.testing.effort import examples

HASH = "KA18MT/ph6IHYjzT9zwETySDQyvSh87YuoSBpOQtkhE="


@pytest.mark.parametrize(
    ("made", "given_", "text", "hashed"),
    [
        (drop.email_written, "Anna.Smith@Domain.com", "anna.smith@domain.com", HASH),
        (drop.email_written, "danielle.johnson12@example.com", "danielle.johnson12@example.com",
         "mKDnDvwF2inxrKcK1hJN2TRkxPfL6kzNNTtU12eH8Bw="),
        (drop.phone_written, "+1(415)555-9317", "4155559317", "vGM7y5n+hBXRSEAklhHDPCbysyNgYTmXdMcagGUOY8E="),
        (drop.phone_written, "+84(90)123 4567", "4901234567", "ptzVkgbv9DonwvPCHmXmJ2SEOaolSh37z3ZzY/Gmm+U="),
        (drop.phone_written, "+354(123)4567", "3541234567", "Btrzydf5K6ALAKKXJGFHSx7u5bDzHC9WlVYtpq1n2rY="),
        (drop.zip_written, "91790-3771", "91790", "2FPZucR4x7U8KlM+SFAX4LPGhwNz/PIZUCSUdDh0o/s="),
        (drop.zip_written, "M1B 1A1", "m1b1a", "n8L9q8mVeT6Xt9/EeUNiTukGDrkbPJ3DvOEx14uElxk="),
        (drop.zip_written, " 00712345", "71234", "aeNUYKh7Xw5sqpxSbSP9eOHsj6iXewbUyavv89DIuhQ="),
        (drop.zip_written, " 00300-9999", "300", "mDvWFLta/s5as7YCP3EUfNe2vCMU+dJ690IlQcZVg4k="),
        (drop.birth_date_written, date(1776, 7, 4), "17760704", "skXYXxBER6HQTZ3rXSZH1wVGLQ054mS5rbR/bwvzy4I="),
        (drop.name_written, "Juan Pablo", "juanpablo", "91hIbrbzNeqHs3o81O5yNrXUj7wDd2shvZ6THKi9qz8="),
        (drop.name_written, "Martinez", "martinez", "2wRPGbwBNxhShjRczx8GfS2c4cjvs4NJskeWloUNtp8="),
        (drop.vin_written, "1HGCM82633A004352", "1hgcm82633a004352", "iNswy1m+0VSt8jAfFrvaiQ1R/0HAbgSwNGkwqo6QBss="),
    ],
)  # fmt: skip
def test_published_examples_come_out(
    made: Callable[[object], str | None], given_: object, text: str, hashed: str
) -> None:
    assert made(given_) == text and drop.drop_hash(text) == hashed


def test_published_composites_come_out() -> None:
    names = drop.name_written("Danielle"), drop.name_written("Johnson")
    composed = drop.composite_hash(
        *names, drop.birth_date_written(date(1985, 7, 4)), drop.zip_written("91790")
    )
    assert composed == "PQOfn1RffEKmqMmNAzDKKaoZCwxWbQZkQzPWmQo9REA="
    of_car = drop.composite_hash(
        drop.name_written("Eve"), drop.name_written("Genesis"), drop.vin_written("1HGCM82633A004352")
    )
    assert of_car == "rtnDuXIe63jXYQQXW5r07GJ7lSsrib8+46QuKFwkOmk="
    assert drop.composite_hash("danielle", None) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("José", "jose"), ("Straße", "strasse"), ("O'Neil-Łukasz", "oneillukasz"), ("Ｅve", "eve"), ("", None),
        ("--", None), ("Иван", None), ("Ωmega", None), ("x" * 2000, None), ("李", "李"), ("e\u0301va", "eva"),
    ],
)  # fmt: skip
def test_names_are_folded_or_said_to_have_no_hash(name: str, text: str | None) -> None:
    assert drop.name_written(name) == text


def test_what_is_no_identifier_has_no_hash() -> None:
    assert drop.email_written("nobody") is None and drop.email_written("a@" + "b" * 2000) is None
    assert drop.phone_written("none") is None and drop.zip_written("000") is None
    assert drop.vin_written("1HGCM82633A00435") is None and drop.maid_written("xyz") is None
    assert drop.maid_written("6D92078A-8246-4BA4-AE5B-76104861E7DC") == "6d92078a82464ba4ae5b76104861e7dc"
    assert drop.ctvid_written("ab-cd-ef") is None and drop.ctvid_written("AB:CD:EF:12") == "abcdef12"


def packed(files: dict[str, str | bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return data.getvalue()


def written(tmp_path: Path, files: dict[str, str | bytes]) -> Path:
    path = tmp_path / "20261201_4821_DROP.zip"
    path.write_bytes(packed(files))
    return path


def test_a_download_is_read(tmp_path: Path) -> None:
    found = read_drop(
        written(
            tmp_path,
            {
                "20261201_4821_Email.csv": f"ID,Hash\r\nAbCdEfGhIjK1,{HASH}\r\n",
                "20261201_4821_NDZ.csv": "\ufeffID,Hash\n",
                "20261201_4821_Removed.csv": f"ID,Hash,ListType\nAbCdEfGhIjK2,{HASH},Email\n",
            },
        )
    )
    assert found.removed == ("AbCdEfGhIjK2",)
    assert [(one.kind, one.hashes) for one in found.lists] == [("Email", {"AbCdEfGhIjK1": HASH}), ("NDZ", {})]
    (tmp_path / "20261201_4821_Phone_part01.csv").write_text(f"ID,Hash\nAbCdEfGhIjK1,{HASH}\n")
    assert (
        read_drop(tmp_path / "20261201_4821_Phone_part01.csv").lists[0].name
        == "20261201_4821_Phone_part01.csv"
    )


EMAIL = "20261201_4821_Email.csv"


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({}, "SRC-212"), ({"notes.txt": "x"}, "SRC-212"), ({"20261201_4821_Shoes.csv": "ID,Hash\n"}, "SRC-212"),
        ({"=cmd.csv": "ID,Hash\n"}, "SRC-212"), ({"../20261201_4821_Email.csv": "ID,Hash\n"}, "SRC-212"),
        ({EMAIL: ""}, "SRC-213"), ({EMAIL: "Id,Hash\n"}, "SRC-213"), ({EMAIL: b"\xff"}, "SRC-213"),
        ({EMAIL: f"ID,Hash\nshort,{HASH}\n"}, "SRC-213"), ({EMAIL: "ID,Hash\nAbCdEfGhIjK1,x\n"}, "SRC-213"),
        ({EMAIL: f"ID,Hash\nAbCdEfGhIjK1,{HASH},x\n"}, "SRC-213"), ({EMAIL: 'ID,Hash\n"AbC'}, "SRC-213"),
        ({EMAIL: f"ID,Hash\n=bCdEfGhIjK1,{HASH}\n"}, "SRC-213"),
        ({EMAIL: f"ID,Hash\nAbCdEfGhIjK1,{HASH}\nAbCdEfGhIjK1,{HASH}\n"}, "SRC-214"),
        ({EMAIL: f"ID,Hash\nAbCdEfGhIjK1,{HASH}\n", "20261201_4821_Phone.csv": f"ID,Hash\nAbCdEfGhIjK1,{HASH}\n"},
         "SRC-214"),
        ({"20261201_4821_Removed.csv": f"ID,Hash,ListType\nAbCdEfGhIjK1,{HASH},Shoes\n"}, "SRC-213"),
    ],
)  # fmt: skip
def test_what_is_not_just_so_is_refused_whole(
    tmp_path: Path, files: dict[str, str | bytes], code: str
) -> None:
    with pytest.raises(SourceError, match=code):
        read_drop(written(tmp_path, files))


@given(
    st.dictionaries(
        st.from_regex(re.compile("[A-Za-z0-9]{12}", re.ASCII), fullmatch=True),
        st.tuples(st.sampled_from(KINDS), st.binary(min_size=32, max_size=32)),
        max_size=12,
    )
)
@examples(40)
def test_what_is_packed_is_read_and_its_answer_names_every_item(
    tmp_path_factory: pytest.TempPathFactory, items: dict[str, tuple[str, bytes]]
) -> None:
    folder = tmp_path_factory.mktemp("drop")
    files: dict[str, str | bytes] = {}
    for kind in KINDS:
        rows = [
            f"{id_},{drop.base64.b64encode(raw).decode()}" for id_, (of, raw) in items.items() if of == kind
        ]
        files[f"20261201_4821_{kind}.csv"] = "\n".join(["ID,Hash", *rows, ""])
    found = read_drop(written(folder, files))
    assert {id_ for one in found.lists for id_ in one.hashes} == set(items)
    for one in found.lists:
        lines = answer_file(one, dict.fromkeys(one.hashes, Status.NOT_FOUND)).decode().splitlines()
        assert lines[0] == "Id,Status" and lines[1:] == [f"{id_},5" for id_ in one.hashes]


@given(st.data())
@examples(80)
def test_no_bent_list_names_what_is_no_work_item(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("bent")
    whole = f"ID,Hash\r\nAbCdEfGhIjK1,{HASH}\r\nAbCdEfGhIjK2,{HASH}\r\n".encode()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    path = folder / EMAIL
    path.write_bytes(whole[:start] + data.draw(st.binary(max_size=8)) + whole[end:])
    try:
        found = read_drop(path)
    except SourceError:
        return
    for one in found.lists:
        for id_, hashed in one.hashes.items():
            assert re.fullmatch("[A-Za-z0-9]{12}", id_) and len(hashed) == 44 and hashed.endswith("=")


def test_an_answer_leaves_out_what_is_open() -> None:
    asked = DeletionList(EMAIL, "Email", {"AbCdEfGhIjK1": HASH, "AbCdEfGhIjK2": HASH})
    assert answer_file(asked, {"AbCdEfGhIjK2": Status.DELETED}) == b"Id,Status\r\nAbCdEfGhIjK2,3\r\n"
