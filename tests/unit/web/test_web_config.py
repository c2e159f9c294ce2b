"""A server that must not be served so is told so before it listens."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from licet.terms import AppError
from licet.web.config import OpenIdConnect, ServeConfig, check, from_environment, to_environment


@pytest.mark.parametrize(
    "url", ["privacy.example.org", "ftp://example.org", "https://", "https://a.org/settings"]
)
def test_an_address_is_scheme_and_host(url: str) -> None:
    with pytest.raises(AppError, match="APP-060"):
        check(ServeConfig(Path(), url))


def test_the_demo_sign_in_stays_on_this_machine() -> None:
    with pytest.raises(AppError, match="APP-061"):
        check(ServeConfig(Path(), "https://privacy.example.org", demo_sign_in=True))
    check(ServeConfig(Path(), "http://localhost:8000", demo_sign_in=True))


@pytest.mark.parametrize("limit", [0, -1, float("nan"), float("inf")])
def test_a_limit_of_decisions_is_one(limit: float) -> None:
    with pytest.raises(AppError, match="APP-240"):
        check(ServeConfig(Path(), decisions_per_second=limit))


def test_a_worker_process_is_told_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LICET_SERVE", "")
    config = ServeConfig(tmp_path, "https://a.org", False, OpenIdConnect("https://id.org", "licet"))
    to_environment(config)
    assert from_environment() == config


def test_without_the_extra_the_command_says_which_to_install(tmp_path: Path) -> None:
    """APP-062, with a Python that finds licet and no uvicorn."""
    (tmp_path / "uvicorn.py").write_text("raise ModuleNotFoundError('no uvicorn', name='uvicorn')")
    paths = os.pathsep.join([str(tmp_path), *sys.path])
    done = subprocess.run(
        [sys.executable, "-m", "licet.web"],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2 and "APP-062" in done.stderr and "licet[web]" in done.stderr
