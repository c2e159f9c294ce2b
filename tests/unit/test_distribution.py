"""What is handed out: a wheel that is what runs, and a source distribution that has all the rest."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("benchmarks", "docs", "examples", "src", "tests", "tools")
MADE = shutil.ignore_patterns("__pycache__", "*.egg-info")
#: Of the room for tests, what an installed licet has.
CONTRACT = {"licet/testing/__init__.py", "licet/testing/use_contract.py"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the sources in `licet`, and both distributions of it."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "licet").mkdir()
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / "licet" / name, ignore=MADE)
    for file in ROOT.iterdir():
        if file.is_file() and not file.name.startswith("."):
            shutil.copy(file, folder / "licet")
    made = f"b.build_wheel({str(folder)!r}); b.build_sdist({str(folder)!r})"
    subprocess.run(
        [sys.executable, "-c", f"from setuptools import build_meta as b; {made}"],
        cwd=folder / "licet", check=True, capture_output=True,
    )  # fmt: skip
    shutil.rmtree(folder / "licet" / "build", ignore_errors=True)
    return folder


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in _files(folder)}


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and not {"__pycache__", "licet.egg-info"} & {*path.parts}:
            yield path


def test_the_wheel_has_what_runs_and_of_the_room_for_tests_the_contract_of_a_use(made: Path) -> None:
    with zipfile.ZipFile(next(made.glob("*.whl"))) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    product = {name for name in files_below(made / "licet" / "src") if not name.startswith("licet/testing/")}
    assert names == product | CONTRACT


def test_what_is_unpacked_of_the_wheel_answers(made: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(next(made.glob("*.whl"))) as wheel:
        wheel.extractall(tmp_path)
    code = (
        "from importlib.util import find_spec; from licet.packs import shipped; "
        "print(find_spec('licet.testing.use_contract').origin, *shipped())"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)},
        check=True, capture_output=True, text=True,
    ).stdout.split()  # fmt: skip
    assert told[0].startswith(str(tmp_path)) and len(told) == 15 and told[-1] == "exemplum"


def test_the_wheel_says_what_it_is(made: Path) -> None:
    with zipfile.ZipFile(next(made.glob("*.whl"))) as wheel:
        (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        told = Parser().parsestr(wheel.read(name).decode())
        licences = {name.rpartition("/")[2] for name in wheel.namelist() if "/licenses/" in name}
    assert told["Summary"] and told["Keywords"] and told["Requires-Python"] == ">=3.11"
    assert {"corpus", "remote", "web", "spark", "postgres", "testing"} <= set(
        told.get_all("Provides-Extra", ())
    )
    assert licences == {"LICENSE", "NOTICE"}
    assert told.get_payload() == (ROOT / "README.md").read_text("utf-8")


def test_the_source_distribution_has_all_that_is_here(made: Path) -> None:
    with tarfile.open(next(made.glob("*.tar.gz"))) as sources:
        names = {name.partition("/")[2] for name in sources.getnames() if not sources.getmember(name).isdir()}
    here = files_below(made / "licet") - {"setup.cfg", "PKG-INFO"}
    assert {name for name in names if "egg-info" not in name} - {"setup.cfg", "PKG-INFO"} == here
    assert {"tests/conftest.py", "docs/properties.md", "requirements.lock", "Makefile"} <= names
