"""The versions of a document in a git checkout of an archive, oldest first, read by git's plumbing alone.

Neither the worktree nor the index is looked at, and nothing that a repository's own settings name is run or fetched: no
hook, monitor, filter, text converter or signature's program, and no object that a partial clone left behind. A path is
taken to the letter. What cannot be read, or is larger than the bounds, is told and passed over.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from licet.policies.quotations.policy_texts import Limits, NotRead
from licet.terms import AppError

#: Versions of one document; of more, the newest.
MOST_VERSIONS = 2000
#: git walks a large archive's history for one path in less.
_PATIENCE_SECONDS = 120
_SETTINGS = (
    "--no-pager", "--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}",
)  # fmt: skip
#: An older git knows no GIT_NO_LAZY_FETCH; that no protocol is allowed keeps it from fetching too and, unlike
#: protocol.allow, is not overridden by what the repository says of one protocol.
_ENVIRONMENT = {
    "HOME": "/nonexistent", "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_REPLACE_OBJECTS": "1",
}  # fmt: skip


class Recorded(NamedTuple):
    """One version. blob: the name of its bytes, None where the document had ended."""

    commit: str
    recorded: date | None
    title: str
    blob: str | None


def archives_in(root: Path) -> tuple[Path, ...]:
    """`root` if it is a git checkout or a bare repository; else those of its folders that are."""
    if _is_archive(root):
        return (root,)
    try:
        folders = sorted(entry for entry in root.iterdir() if entry.is_dir() and not entry.is_symlink())
    except OSError:
        return ()
    return tuple(folder for folder in folders if _is_archive(folder))


def _is_archive(folder: Path) -> bool:
    own = folder / ".git"
    return own.is_file() or any(
        all((place / name).exists() for name in ("HEAD", "objects", "refs")) for place in (own, folder)
    )


def archive_names(folder: Path) -> frozenset[str]:
    """What an archive may be called: the folder, and the last part of each remote's address."""
    own = folder.resolve()
    own = own.parent if own.name == ".git" else own
    try:
        found = _git(folder, "config", "--get-regexp", r"^remote\..*\.url$").decode("utf-8", "replace")
    except AppError:
        found = ""  # no remote
    addresses = [line.partition(" ")[2].rstrip("/") for line in found.splitlines()]
    names = [own.name, *(address.replace(":", "/").rpartition("/")[2] for address in addresses)]
    return frozenset(name.removesuffix(".git") for name in names)


def versions_of(folder: Path, path: str, limits: Limits, not_read: list[NotRead]) -> list[Recorded]:
    """Every version of the document at `path` that can be read.

    Raises: AppError APP-133 where there is no git, APP-134 where git will not read the archive.
    """
    if "\n" in path or "\0" in path or path.startswith("/"):
        return []
    words = [
        "rev-list",
        f"--max-count={MOST_VERSIONS + 1}",
        "--first-parent",
        "--format=%H %ct %s",
        "HEAD",
        "--",
        path,
    ]
    lines = _git(folder, *words).decode("utf-8", "replace").split("\n")
    commits = [line.split(" ", 2) for line in lines if line and not line.startswith("commit ")]
    if len(commits) > MOST_VERSIONS:
        not_read.append(NotRead(path, f"only the newest {MOST_VERSIONS} versions are read"))
    commits = commits[MOST_VERSIONS - 1 :: -1] if len(commits) > MOST_VERSIONS else commits[::-1]
    found = []
    for (commit, seconds, title), blob in zip(
        commits, _blobs(folder, [it[0] for it in commits], path), strict=True
    ):
        why = ""
        if blob is None and _git(folder, "ls-tree", commit, "--", path):
            why = "it is not in this checkout"
        elif blob is not None and blob[1] > limits.file_bytes:
            why = f"it is larger than {limits.file_bytes // 1_000_000} MB"
        if why:
            not_read.append(NotRead(f"{path} in {commit[:8]}", why))
        else:
            found.append(Recorded(commit, _day(seconds), title, None if blob is None else blob[0]))
    return found


def text_of(folder: Path, blob: str) -> str:
    """The text of a version."""
    return _git(folder, "cat-file", "blob", blob).decode("utf-8-sig", "replace")


def _blobs(folder: Path, commits: Sequence[str], path: str) -> Iterator[tuple[str, int] | None]:
    """The name and size of a path's bytes in each commit; None where they are not there, or not here."""
    if not commits:
        return
    asked = "".join(f"{commit}:{path}\n" for commit in commits).encode()
    form = "--batch-check=%(objecttype) %(objectname) %(objectsize)"
    try:
        lines = _git(folder, "cat-file", form, given=asked).decode("utf-8", "replace").splitlines()
    except AppError:
        if len(commits) == 1:
            yield None
            return
        half = len(commits) // 2  # git ended at one that it would have had to fetch
        yield from (*_blobs(folder, commits[:half], path), *_blobs(folder, commits[half:], path))
        return
    for line in lines:
        kind, _, rest = line.partition(" ")
        name, _, size = rest.partition(" ")
        yield (name, int(size)) if kind == "blob" and size.isdigit() else None


def _day(seconds: str) -> date | None:
    try:
        return datetime.fromtimestamp(int(seconds), UTC).date()
    except (ValueError, OverflowError, OSError):
        return None


def _git(folder: Path, *words: str, given: bytes = b"") -> bytes:
    environment = _ENVIRONMENT | {"GIT_CEILING_DIRECTORIES": str(folder.resolve().parent)}
    environment |= {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    try:
        done = subprocess.run(
            ["git", *_SETTINGS, "-C", str(folder), *words], input=given, capture_output=True, env=environment,
            timeout=_PATIENCE_SECONDS, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise AppError(
            "APP-133", "there is no git on this machine to read an archive's history with", str(folder),
            "install git, or name a folder of texts",
        ) from None  # fmt: skip
    except subprocess.TimeoutExpired:
        raise _refused(folder, f"it took longer than {_PATIENCE_SECONDS} seconds") from None
    if done.returncode:
        raise _refused(folder, done.stderr.decode("utf-8", "replace").strip().partition("\n")[0])
    return done.stdout


def _refused(folder: Path, why: str) -> AppError:
    return AppError(
        "APP-134", f"git does not read this archive: {why}", str(folder),
        "check it out anew, whole and as the user who reads it, or name a folder of texts",
    )  # fmt: skip
