"""Wherever an answer goes, a closed pipe, a full disk, a terminal of few letters, the command says what is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PLAIN = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}


def shell(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell in a folder, with `licet` in it."""
    line = f'licet() {{ "{sys.executable}" -m licet "$@"; }}; {command}'
    return subprocess.run(
        ["bash", "-c", line], cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )  # fmt: skip


@pytest.mark.parametrize("command", ["packs list", "packs list --json"])
def test_a_reader_who_leaves_is_no_fault(tmp_path: Path, command: str) -> None:
    done = shell(f"licet {command} | head -c 3 > /dev/null; exit ${{PIPESTATUS[0]}}", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", ["packs list", "packs list --json"])
def test_what_cannot_be_written_is_told(tmp_path: Path, command: str) -> None:
    full = shell(f"licet {command} > /dev/full", tmp_path)
    assert full.returncode == 2 and full.stderr.startswith("APP-216 ") and "Traceback" not in full.stderr
    closed = shell(f"licet {command} >&-", tmp_path)
    assert (closed.returncode, closed.stderr) == (0, "")


def test_a_terminal_of_few_letters_gets_the_answer(tmp_path: Path) -> None:
    shown = shell("licet packs show linkedin_official", tmp_path, **PLAIN)
    assert shown.returncode == 0 and "\\u2192" in shown.stdout and shown.stderr == ""
    error = shell("licet packs lint ü.yaml --json", tmp_path, **PLAIN)
    assert json.loads(error.stdout)["error"]["code"] and error.returncode == 2


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    done = shell("mkdir here && cd here && rmdir ../here && licet gate show", tmp_path)
    assert done.returncode == 2 and done.stderr.startswith("APP-216 ") and "Traceback" not in done.stderr
