"""Policies through an archive's history: what each version did, which passages of packs changed, and when."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from journeys.policy_archives import (
    APPENDED,
    ARCHIVE,
    DOCUMENT,
    PACK,
    POLICY,
    git,
    write_archive,
    write_folder,
    write_pack,
)
from licet.cli.main import app
from licet.policies.quotations import Limits, Watched, archive_history, check_quotes, watch_page
from licet.policies.quotations.document_watch import VersionSeen
from licet.terms import AppError

RELAID = POLICY.replace("*   You", "-   You").replace("acme.example/built", "acme.example/elsewhere")
WIDER = RELAID.replace("and photos.", "and photos; your messages.")
DATED = WIDER.replace("January 1, 2025", "June 1, 2025")
MOVED = DATED.replace("We keep what", "Storage\n-------\n\nWe keep what")

HISTORY: Mapping[str, Mapping[str, str | None]] = {
    "2024-12-02": {DOCUMENT: POLICY.replace("for 30 days", "for 10 days")},
    "2025-01-02": {DOCUMENT: POLICY},
    "2025-02-02": {DOCUMENT: RELAID, "Other/Privacy Policy.md": "Of no interest."},
    "2025-03-02": {DOCUMENT: RELAID + APPENDED},
    "2025-04-02": {DOCUMENT: WIDER + APPENDED},
    "2025-06-02": {DOCUMENT: DATED + APPENDED},
    "2025-07-02": {DOCUMENT: MOVED + APPENDED},
    "2025-08-02": {DOCUMENT: None, "Acme/Privacy.md": MOVED},
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archives") / ARCHIVE
    commits = write_archive(folder, HISTORY)
    write_pack(folder.parent, commits["2025-01-02"][:8])
    return folder


@pytest.fixture(scope="module")
def found(archive: Path) -> Watched:
    return watched(archive)


def watched(archive: Path, limits: Limits | None = None) -> Watched:
    return check_quotes(archive, [str(archive.parent / "acme.yaml")], since=date.min, limits=limits)


@pytest.fixture(scope="module")
def versions(found: Watched) -> dict[str, VersionSeen]:
    (document,) = found.documents
    assert document.known_by == "git" and document.document == (ARCHIVE, DOCUMENT)
    return {str(it.version.recorded): it for it in document.versions}


def test_each_version_says_what_it_did_to_the_one_before(versions: dict[str, VersionSeen]) -> None:
    steps = {day: (it.step.kind, it.step.silent, it.read) for day, it in versions.items()}
    assert steps == {
        "2024-12-02": ("first", False, True), "2025-01-02": ("changed", True, True),
        "2025-02-02": ("same", False, False), "2025-03-02": ("pages", False, False),
        "2025-04-02": ("changed", True, False), "2025-06-02": ("dated", False, False),
        "2025-07-02": ("changed", True, False), "2025-08-02": ("ended", False, False),
    }  # fmt: skip


def test_an_appended_page_is_told_and_is_no_change_of_the_policy(versions: dict[str, VersionSeen]) -> None:
    appended = versions["2025-03-02"]
    assert appended.step.pages_added == ("Acme's Privacy Hub",) and not appended.step.changes
    assert (appended.kept, appended.cited) == (4, ())


def test_a_change_under_the_day_named_before_is_told_with_its_passage(
    versions: dict[str, VersionSeen],
) -> None:
    wider = versions["2025-04-02"]
    assert {(it.status, it.quote_stands) for it in wider.cited} == {("altered", True)} and wider.kept == 2
    assert {it.differences[0].now for it in wider.cited} == {"; your messages"}
    assert wider.others == (), "the row is cited"


def test_a_quotation_under_another_heading_is_moved_and_the_new_heading_is_another_passage(
    versions: dict[str, VersionSeen],
) -> None:
    moved = versions["2025-07-02"]
    assert [it.status for it in moved.cited] == ["moved"] and [it.how for it in moved.others] == ["added"]
    assert moved.others[0].differences[0].now == "Storage"


def test_what_was_quoted_is_gone_where_the_document_ended(
    found: Watched, versions: dict[str, VersionSeen]
) -> None:
    assert {it.status for it in versions["2025-08-02"].cited} == {"gone"}
    assert {it.status for it in found.quotations()} == {"gone"} and found.drifted
    days = {it.quotation.quote[:8]: str(it.since) for it in found.quotations()}
    assert days["your pub"] == "2025-04-02" and days["we keep "] == "2025-08-02"


def test_the_command_tells_text_and_json_and_ends_with_1_on_drift(archive: Path) -> None:
    words = ["packs", "watch", str(archive), "--pack", str(archive.parent / "acme.yaml")]
    told = CliRunner().invoke(app, [*words, "--from", "2025-03-01"])
    assert told.exit_code == 1 and "2025-02-02" not in told.stdout
    for sentence in (
        "2025-03-02  The archive appended a page, which changes no other: “Acme's Privacy Hub”.",
        "2025-04-02  Changed under the day that it named before (2025-01-01).",
        "2025-06-02  Nothing changed but the day: it names 2025-06-01 (before: 2025-01-01).",
        "2025-08-02  The document is no longer in the archive.",
        "changed after the pack was last read",
    ):
        assert sentence in told.stdout
    answer = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)
    (document,) = answer["documents"]
    assert [it["step"] for it in document["versions"]][:3] == ["first", "changed", "same"] and answer[
        "drifted"
    ]
    assert document["read_up_to"][0]["recorded"] == "2025-01-02"


def test_two_archives_with_one_path_are_two_documents(archive: Path, tmp_path: Path) -> None:
    other = PACK.replace("made-up-versions", "other-versions").replace("id: acme", "id: other")
    other = other.replace("for 30 days", "for 99 days")
    (tmp_path / "other.yaml").write_text(other.replace(" COMMIT", ""))
    packs = [str(archive.parent / "acme.yaml"), str(tmp_path / "other.yaml")]
    found = check_quotes(archive, packs)
    assert [it.document.archive for it in found.documents] == [ARCHIVE]
    assert [it.archive for it in found.not_held] == ["other-versions"]
    assert {it.quotation.pack for it in found.quotations()} == {"acme"}


def test_a_folder_of_checkouts_a_bare_repository_and_a_copy_by_another_name_are_read_alike(
    archive: Path, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(archive), f"{ARCHIVE}.git")
    git(tmp_path, "clone", "-q", str(archive), "copy")
    git(tmp_path / "copy", "remote", "remove", "origin")
    pack = [str(archive.parent / "acme.yaml")]
    for place in (archive.parent, tmp_path / f"{ARCHIVE}.git", archive / ".git", tmp_path / "copy"):
        found = check_quotes(place, pack)
        assert [(it.document.archive, it.known_by, len(it.held)) for it in found.documents] == [
            (ARCHIVE, "git", 8)
        ]


@pytest.mark.parametrize("setting", ["GIT_ALLOW_PROTOCOL", "GIT_NO_LAZY_FETCH"])
def test_nothing_that_a_hostile_checkout_names_is_run_or_fetched(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.delitem(archive_history._ENVIRONMENT, setting)  # either is enough: not every git knows both
    folder, trap, script = tmp_path / ARCHIVE, tmp_path / "trap", tmp_path / "script"
    shutil.copytree(archive, folder)
    script.write_text(f"#!/bin/sh\ntouch {trap}\nexit 1\n")
    script.chmod(0o755)
    (folder / ".gitattributes").write_text("*.md diff=trap filter=trap\n")
    with (folder / ".git" / "config").open("a") as config:
        config.write(
            f"[core]\nrepositoryformatversion = 1\nfsmonitor = {script}\npager = {script}\nsshCommand = {script}\n"
            f'hooksPath = {tmp_path}\n[diff "trap"]\ntextconv = {script}\n[filter "trap"]\nsmudge = {script}\n'
            f"clean = {script}\n[gpg]\nprogram = {script}\n[log]\nshowSignature = true\n[extensions]\n"
            f'partialClone = origin\n[remote "origin"]\nurl = ext::{script}\npromisor = true\n'
            'partialclonefilter = blob:none\n[protocol "ext"]\nallow = always\n'
        )
    blob = git(archive, "rev-parse", f"HEAD~4:{DOCUMENT}")
    (folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    found = check_quotes(folder, [str(archive.parent / "acme.yaml")])
    assert [it.why for it in found.not_read] == ["it is not in this checkout"] and len(
        found.documents[0].held
    ) == 7
    assert not trap.exists()


def test_a_version_beyond_the_bounds_is_told_and_passed_over(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = watched(archive, Limits(file_bytes=len((MOVED + APPENDED).encode()) - 1))
    assert [it.why for it in found.not_read] == ["it is larger than 0 MB"] and len(
        found.documents[0].held
    ) == 7
    monkeypatch.setattr(archive_history, "MOST_VERSIONS", 3)
    found = watched(archive)
    assert [str(it.recorded) for it in found.documents[0].held] == ["2025-06-02", "2025-07-02", "2025-08-02"]
    assert [it.why for it in found.not_read] == ["only the newest 3 versions are read"]


def test_an_archive_that_git_will_not_read_or_that_lacks_the_document_is_refused(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(AppError, match="APP-135"):
        check_quotes(archive, [str(archive.parent / "acme.yaml")], documents=["Nothing.md"])
    (tmp_path / ".git").write_text("gitdir: nowhere")
    with pytest.raises(AppError, match="APP-134"):
        check_quotes(tmp_path, [str(archive.parent / "acme.yaml")])
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AppError, match="APP-133"):
        check_quotes(archive, [str(archive.parent / "acme.yaml")])


def test_the_page_shows_a_time_line_and_asks_for_nothing(
    archive: Path, found: Watched, tmp_path: Path
) -> None:
    page = tmp_path / "changes.html"
    words = ["packs", "watch", str(archive), "--pack", str(archive.parent / "acme.yaml"), "--html", str(page)]
    told = CliRunner().invoke(app, words)
    assert told.exit_code == 1 and f"Written to {page}." in told.stdout
    html = page.read_text()
    assert "<script" not in html and "default-src &#39;none&#39;" in html
    assert "http" not in html.replace("http-equiv", "")
    days = re.findall(r"<time>([^<]+)</time>", html)
    assert days == sorted(days, reverse=True) and "2025-02-02" not in days, (
        "a new layout is counted, not listed"
    )
    assert "<ins>photos; your messages.</ins>" in html and "under an unchanged day" in html
    assert html.index("2025-03-02") < html.index("read by acme up to here") < html.index("<time>2025-01-02")


def test_what_a_policy_says_becomes_no_markup_and_the_page_stays_within_its_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def policy(word: str) -> str:
        return POLICY + "\n\n".join(f"Sentence {number} says &lt;script&gt;{word}." for number in range(300))

    write_pack(tmp_path)
    write_folder(
        tmp_path / "texts", {"2025-01-02": policy("one"), "2025-02-02": policy("two").replace("30", "3")}
    )
    found = check_quotes(tmp_path / "texts", [str(tmp_path / "acme.yaml")], since=date.min)
    html = watch_page.as_html(found)
    assert "<script" not in html and "other passages changed" in html and "told by --json" in html
    monkeypatch.setattr(watch_page, "MOST_BYTES", len(html.encode()) - 1)
    shorter = watch_page.as_html(found)
    assert len(shorter) < len(html) and "<ins>3</ins>" in shorter
