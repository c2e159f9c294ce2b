"""A made-up archive of a made-up platform's policy: as a folder with its table, or as a git repository."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

DOCUMENT = "Acme/Privacy Policy.md"
ARCHIVE = "made-up-versions"

PACK = """
licet_pack: 1
id: acme
title: Acme
version: "1"
observed: 2026-01-01
controller: {name: Acme}
sources:
  terms:
    {title: Policy, kind: official, archive: made-up-versions, document: Acme/Privacy Policy.md, COMMIT
     recorded: 2025-01-02}
  help: {title: Help, kind: secondary}
notices:
  news:
    {title: News, published: 2025-01-01, effective: 2025-02-01,
     cite: {source: help, status: unverified, quote: "From February we will learn more."}}
categories:
  content.posts: {cite: {source: terms, quote: "your public posts, comments and photos"}}
purposes:
  generative_ai_training: {cite: {source: terms, quote: "To train our models"}}
settings:
  ai:
    label: AI
    path: [AI]
    observed: 2026-01-01
    default: {state: on, cite: {source: terms, quote: "the “AI” setting – on by default – won't reach what’s built"}}
rules:
  - id: train
    effect: permit
    purposes: [generative_ai_training]
    categories: [content.posts]
    notice: news
    setting: ai
    retention_days: 30
    cite: {source: terms, quote: "your public posts, comments and photos"}
    retention_cite: {source: terms, quote: "we keep what we learnt for 30 days"}
"""

POLICY = """Acme Privacy Policy
===================

_Effective January 1, 2025_ [Previous Version](https://acme.example/old)

Uses
----

| Use | Data |
| --- | --- |
| To train our models | Your public posts, comments and photos. |
| To show ads | What you clicked. |

Choices
-------

The "AI" setting -- on by default — won’t reach what's [built](https://acme.example/built "More").

We keep what we learnt for 30 days.

*   You may write to us.
"""

#: What an archive appends to a document when it follows one more page of the site.
APPENDED = """
- - -

Acme's Privacy Hub
==================

Welcome to our hub.
"""


def write_pack(folder: Path, commit: str | None = None, pack: str = PACK) -> str:
    """The pack as a file; commit: of the version it was read from."""
    path = folder / "acme.yaml"
    path.write_text(pack.replace(" COMMIT", f" commit: {commit}," if commit else ""), encoding="utf-8")
    return str(path)


def write_folder(folder: Path, versions: Mapping[str, str]) -> Path:
    """Day recorded to text, with the table that says which document they are."""
    folder.mkdir(exist_ok=True)
    rows = ["# Index", "", "| file | archive | document | commit | recorded |", "|---|---|---|---|---|"]
    for number, (day, text) in enumerate(versions.items()):
        (folder / f"{day}.md").write_text(text, encoding="utf-8")
        rows.append(f"| `{day}.md` | {ARCHIVE} | {DOCUMENT} | {number:08x} | {day} |")
    (folder / "INDEX.md").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def git(folder: Path, *words: str, day: str = "2025-01-01") -> str:
    """Run git as somebody with no settings of their own."""
    moment = f"{day}T12:00:00+00:00"
    identity = {
        f"GIT_{who}_{what}": "Somebody" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    environment = {
        "PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment, **identity,
    }  # fmt: skip
    done = subprocess.run(
        ["git", "-C", str(folder), *words], env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def write_archive(folder: Path, versions: Mapping[str, Mapping[str, str | None]]) -> dict[str, str]:
    """A git repository: day to the files that it changed, None for one that was removed. Day to commit."""
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commits = {}
    for day, files in versions.items():
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_text(text, encoding="utf-8")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", f"Record new changes of {day}", day=day)
        commits[day] = git(folder, "rev-parse", "HEAD")
    return commits
