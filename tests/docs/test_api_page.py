"""docs/api.md: its commands are run against a real server, and its problem document is what is told."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from journeys.api import platform
from journeys.networks import make_network, member, post

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.web_server import Server  # noqa: E402

PAGE = (ROOT / "docs" / "api.md").read_text()


def test_the_commands_of_the_page_work(tmp_path: Path) -> None:
    root = tmp_path / "w"
    rows = {"members": [member("ann"), member("ben")], "posts": [post("p1", "ann", "Bread")]}
    make_network(root, rows).close()
    commands = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    assert len(commands) >= 6
    server = Server(root, workers=1)
    try:
        script = tmp_path / "page.sh"
        licet = f'licet() {{ "{sys.executable}" -m licet "$@"; }}'
        script.write_text("\n".join(["set -eu", licet, *(f"{command}\necho" for command in commands)]))
        done = subprocess.run(
            ["bash", str(script)], capture_output=True, text=True, timeout=240,
            env={"WORKSPACE": str(root), "URL": f"http://127.0.0.1:{server.port}", "PATH": "/usr/bin:/bin",
                 "PYTHONPATH": str(ROOT / "src")},
        )  # fmt: skip
    finally:
        server.close()
    assert done.returncode == 0, done.stderr + done.stdout
    assert '"entry":1' in done.stdout and '"code":"refused"' in done.stdout.replace(" ", "")


def test_the_problem_of_the_page_is_what_is_told(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    make_network(tmp_path / "w", {"members": [member("ann")]}).close()
    with platform(tmp_path / "w") as api:
        assert api.get("/subjects/nobody/choices").json() == json.loads(shown)
