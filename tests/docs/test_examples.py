"""Every example and every snippet a reader may copy runs, and says what the text around it says."""

from __future__ import annotations

import json
import re
import runpy
import shlex
from pathlib import Path
from typing import Any

import pytest

from journeys.command_line import run_licet, serves
from licet.receipts import check_forgetting_certificate
from licet.sources.catalogue_file import load_catalogue

ROOT = Path(__file__).parents[2]


def test_your_own_tables_pass_the_gate(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(ROOT / "examples" / "01_your_own_tables.py"), run_name="__main__")
    said = capsys.readouterr().out
    assert "Rye is patient." in said and "Night shift again." in said
    assert "New torch!" not in said and "For friends only." not in said and "Psst." not in said
    assert "shoe_size" in said and "0 messages" in said


def test_a_denied_record_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(ROOT / "examples" / "02_ask_why.py"), run_name="__main__")
    said = capsys.readouterr().out.splitlines()
    codes = [line.split(": ")[1].split(",")[0] for line in said]
    assert codes == [
        "permitted", "too_early", "not_read", "region_unknown", "refused", "closed_by_vocabulary",
    ]  # fmt: skip
    assert "permitted from 2025-11-03" in said[1]


def test_the_catalogue_in_the_docs_loads(tmp_path: Path) -> None:
    catalogues = []
    for snippet in _snippets(ROOT / "docs" / "catalogue.md", "yaml"):
        (tmp_path / "catalogue.yaml").write_text(snippet)
        catalogues.append(load_catalogue(tmp_path / "catalogue.yaml"))
    catalogue, of_lists, of_rows, of_text = catalogues
    assert {made.scheme for made in of_lists.tables["contacts"].hashed.values()} == {"google", "meta"}
    assert of_rows.about_nobody == ("jobs",)
    assert of_rows.tables["follows"].subjects == ("follower_id", "followed_id")
    assert of_text.readings("members")["born"].pattern == "%d/%m/%Y"
    assert set(catalogue.tables) == {"members", "posts", "messages", "people"}
    assert catalogue.tables["posts"].columns["internal_score"] is None


def test_the_commands_of_the_readme_do_the_main_job(tmp_path: Path) -> None:
    _write_dump(tmp_path / "DUMP")
    for number, snippet in enumerate(_snippets(ROOT / "README.md", "sh")):
        for line in snippet.strip().splitlines():
            command, _, out = line.partition(" > ")
            command = shlex.split(command)
            if "decide" in command:
                command += ["--workspace", "work"]
            assert command[0] == "licet"
            if command[1] == "serve":
                assert serves(command[1:], tmp_path), line
                continue
            done = run_licet(*command[1:], cwd=tmp_path)
            assert done.status == 0, (line, done.out, done.err)
            if out:
                (tmp_path / out).write_text(done.out)
        if not number:
            built, updated = _corpora(tmp_path)
            assert built["subjects"] == 2 and updated["subjects"] == 1
    (left,) = _corpora(tmp_path)
    assert left["subjects"] == 1, "what held who was forgotten is gone"
    (certificate,) = (tmp_path / "forgotten").iterdir()
    key = (tmp_path / "ledger.pub").read_text().strip()
    outcome = check_forgetting_certificate(json.loads(certificate.read_text()), key).outcome
    assert outcome is not None and outcome.said == "EXACT"


def _corpora(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run_licet(
        "corpus", "list", "--workspace", "work", "--json", cwd=folder
    ).json
    return found


def test_the_python_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import licet

    _write_dump(tmp_path / "DUMP")
    monkeypatch.chdir(tmp_path)
    with licet.create("work") as workspace:
        workspace.import_stackexchange("DUMP")
        workspace.use_pack("linkedin_as_reported")
    (snippet,) = _snippets(ROOT / "README.md", "python")
    seen: dict[str, object] = {}
    exec(snippet, seen)
    assert seen["gate"].read("posts").num_rows == 2  # type: ignore[attr-defined]


def test_every_path_the_readme_names_is_there() -> None:
    text = (ROOT / "README.md").read_text()
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / target).exists(), target
    for room in re.findall(r"^  (\w+)/ ", text, re.MULTILINE):
        assert (ROOT / "src" / "licet" / room).is_dir(), room


def _snippets(path: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", path.read_text(), re.DOTALL)


def _write_dump(folder: Path) -> None:
    """A site of three people, made up: 42 in Berlin and 43 in Paris are covered, 44 in Chicago is not."""
    folder.mkdir()
    people = [
        ("42", "Berlin, Germany", "Bakes."),
        ("43", "Paris, France", "Sings."),
        ("44", "Chicago, IL", "Runs."),
    ]
    moment = "2021-05-01T10:00:00.000"
    users = "".join(
        f'<row Id="{id_}" Reputation="1" CreationDate="{moment}" DisplayName="p{id_}" Location="{where}" '
        f'AboutMe="&lt;p&gt;{about}&lt;/p&gt;" />'
        for id_, where, about in people
    )
    posts = "".join(
        f'<row Id="{n}" PostTypeId="1" CreationDate="{moment}" Score="1" Body="&lt;p&gt;What {about} asks&lt;/p&gt;" '
        f'OwnerUserId="{id_}" Title="About {about}" Tags="&lt;talk&gt;" ContentLicense="CC BY-SA 4.0" />'
        for n, (id_, _, about) in enumerate(people)
    )
    comments = f'<row Id="1" PostId="0" Score="0" Text="Quite." CreationDate="{moment}" UserId="43" />'
    for name, rows in (
        ("Users", users),
        ("Posts", posts),
        ("Comments", comments),
        ("Tags", ""),
        ("Votes", ""),
    ):
        root = name.lower()
        (folder / f"{name}.xml").write_text(
            f'<?xml version="1.0" encoding="utf-8"?>\n<{root}>{rows}</{root}>\n'
        )
