"""A no can always be recorded: whatever became of the data, and for whoever is not in the members' table yet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import licet
from journeys.networks import AUTUMN, make_network, member, post, write_table
from licet.app.workspace import Workspace
from licet.terms import AppError, GateError, LicetError
from licet.terms.moments import parse_moment

DAY = parse_moment("2025-10-15")
ROWS = {
    "members": [member("ann"), member("ben"), member("dan", "CH")],
    "posts": [post("1", "ann", "one"), post("2", "ben", "two"), post("3", "dan", "three")],
}


def _gone(name: str) -> Callable[[Path], None]:
    return lambda root: (root / name).unlink()


def _says(name: str, data: bytes) -> Callable[[Path], None]:
    return lambda root: (root / name).write_bytes(data) and None  # type: ignore[func-returns-value]


def _half(name: str) -> Callable[[Path], None]:
    def cut(root: Path) -> None:
        whole = (root / name).read_bytes()
        (root / name).write_bytes(whole[: len(whole) // 2])

    return cut


def _folder_instead(name: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        (root / name).unlink()
        (root / name).mkdir()

    return change


BROKEN: dict[str, Callable[[Path], None]] = {
    "no members": _gone("data/members.parquet"),
    "half the members": _half("data/members.parquet"),
    "members of another kind": _says("data/members.parquet", b"id,region\nann,DE\n"),
    "empty members": _says("data/members.parquet", b""),
    "members a folder": _folder_instead("data/members.parquet"),
    "no posts": _gone("data/posts.parquet"),
    "half the posts": _half("data/posts.parquet"),
    "no catalogue": _gone("catalogue.yaml"),
    "catalogue no yaml": _says("catalogue.yaml", b"licet_catalogue: [1"),
    "catalogue no text": _says("catalogue.yaml", b"\xff\xfe\x00\x01"),
    "catalogue half written": _says("catalogue.yaml", b"licet_catalogue: 1\nfacts: {table: members, sub"),
    "catalogue of nothing": _says("catalogue.yaml", b"licet_catalogue: 1\ntables: {}\n"),
    "catalogue a folder": _folder_instead("catalogue.yaml"),
}


@pytest.mark.parametrize("harm", BROKEN)
def test_a_no_is_recorded_whatever_state_the_data_is_in(tmp_path: Path, harm: str) -> None:
    with make_network(tmp_path / "w", ROWS) as workspace:
        saved = {
            path: path.read_bytes()
            for path in (tmp_path / "w").rglob("*.*")
            if path.suffix in (".yaml", ".parquet")
        }
    BROKEN[harm](tmp_path / "w")
    with licet.open(tmp_path / "w", clock=lambda: AUTUMN) as workspace:
        chosen = workspace.choose("ann", "ai", "off")
        assert chosen.known is None and chosen.notes == ()
        signal = workspace.signal("ben", "gpc", True)
        assert workspace.ledger.entry(signal.index).subject == "ben" and workspace.knows("ben") is None
        assert [entry.index for entry in workspace.choices_page("ann", 0, 9)] == [chosen.entry]
    for path, data in saved.items():
        if path.is_dir():
            path.rmdir()
        path.write_bytes(data)
    with licet.open(tmp_path / "w", clock=lambda: AUTUMN) as workspace:
        assert workspace.gate("generative_ai_training", at=DAY).read("posts")["author"].to_pylist() == ["dan"]


def test_a_no_waits_for_whoever_is_not_in_the_members_table_yet(tmp_path: Path) -> None:
    with make_network(tmp_path / "w", ROWS) as workspace:
        chosen = workspace.choose("cem", "ai", "off", category="content.posts")
        assert chosen.known is False
        assert workspace.choose("ann", "ai", "on").known is True
        write_table(tmp_path / "w", "members", [*ROWS["members"], member("cem")])
        write_table(tmp_path / "w", "posts", [*ROWS["posts"], post("4", "cem", "four")])
    with licet.open(tmp_path / "w", clock=lambda: AUTUMN) as workspace:
        assert workspace.knows("cem")
        passed = workspace.gate("generative_ai_training", at=DAY).read("posts")["author"].to_pylist()
        assert sorted(passed) == ["ann", "ben", "dan"]


def test_an_id_that_is_spelt_otherwise_is_recorded_and_the_known_one_named(tmp_path: Path) -> None:
    with make_network(tmp_path / "w", ROWS) as workspace:
        assert workspace.choose(" Ann", "ai", "off").known is False
        assert workspace.alike(" Ann") == ["ann"] and workspace.alike("ann") == []


def _lose(path: Path) -> None:
    path.unlink()


def _edit(path: Path) -> None:
    path.write_text(path.read_text().replace("18", "8"))


def _spoil(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00licet_pack: [1")


def _half_write(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


@pytest.mark.parametrize("harm", [_lose, _edit, _spoil, _half_write])
def test_a_no_is_recorded_though_the_policy_cannot_be_read(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    with make_network(tmp_path / "w", ROWS) as workspace:
        digest = workspace.policy().pack.digest
    (kept,) = (tmp_path / "w" / "packs").glob("*.yaml")
    whole = kept.read_bytes()
    harm(kept)
    with licet.open(tmp_path / "w", clock=lambda: AUTUMN) as workspace:
        with pytest.raises(LicetError):
            workspace.policy()
        chosen = workspace.choose("ann", "ai", "off")
        assert "cannot be read" in chosen.notes[0]
        assert (workspace.ledger.entry(chosen.entry).payload or {})["pack"] == digest
        for setting, value in (("ai", "on"), ("ai", "maybe"), (7, "off"), ("", "off")):
            with pytest.raises(LicetError):
                workspace.choose("ann", setting, value)  # type: ignore[arg-type]
        assert workspace.ledger.position == chosen.position
    kept.write_bytes(whole)
    with licet.open(tmp_path / "w", clock=lambda: AUTUMN) as workspace:
        assert workspace.gate("generative_ai_training", at=DAY).read("posts")["author"].to_pylist() == [
            "ben",
            "dan",
        ]


def test_without_a_policy_there_is_no_setting_to_choose(tmp_path: Path) -> None:
    with licet.create(tmp_path / "w") as workspace, pytest.raises(AppError, match="APP-005"):
        workspace.choose("ann", "ai", "off")


UNFIT = (7, 7.5, None, b"ann", "", "a\x00b", "\ud800", True, ["ann"])
ASKED: dict[str, Callable[[Workspace, Any], object]] = {
    "choose": lambda w, who: w.choose(who, "ai", "off"),
    "signal": lambda w, who: w.signal(who, "gpc", True),
    "choices_page": lambda w, who: w.choices_page(who, 0, 9),
    "facts": lambda w, who: w.facts(who, DAY),
    "facts_now": lambda w, who: w.facts_now(who),
    "member": lambda w, who: w.member(who),
    "member_archive": lambda w, who: w.member_archive(who),
    "public_page": lambda w, who: w.public_page(who),
    "is_willing_to_train": lambda w, who: w.is_willing_to_train(who),
    "decide": lambda w, who: w.decide(who, "generative_ai_training", "content.posts"),
    "ledger_erase": lambda w, who: w.ledger_erase(who),
    "rows of": lambda w, who: w.gate("generative_ai_training", at=DAY).read("posts", [who]),
}


@pytest.mark.parametrize("asked", ASKED)
def test_what_is_no_id_is_refused_with_a_code_wherever_one_is_asked_for(tmp_path: Path, asked: str) -> None:
    with make_network(tmp_path / "w", ROWS) as workspace:
        before = workspace.ledger.position
        for unfit in UNFIT:
            with pytest.raises((AppError, GateError)) as refused:
                ASKED[asked](workspace, unfit)
            assert refused.value.code in ("APP-170", "GATE-170")
        assert workspace.ledger.position == before


def test_a_receipt_is_asked_for_by_an_id(tmp_path: Path) -> None:
    with make_network(tmp_path / "w", ROWS) as workspace:
        entry = workspace.choose("ann", "ai", "off").entry
        with pytest.raises(AppError, match="APP-170"):
            workspace.receipt(entry, subject=7)  # type: ignore[arg-type]
        assert workspace.receipt(entry, subject="ann")


def test_a_kind_of_data_is_text(tmp_path: Path) -> None:
    with make_network(tmp_path / "w", ROWS) as workspace:
        for unfit in (7, ["content.posts"], "content..posts", "\x00"):
            with pytest.raises(AppError, match="APP-014"):
                workspace.choose("ann", "ai", "off", category=unfit)  # type: ignore[arg-type]
