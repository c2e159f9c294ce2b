"""docs/choices.md: its commands run, on the file that it shows, against a real server where one is asked."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import licet
from journeys.networks import PACK, make_network, member, post

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.web_server import Server  # noqa: E402

PAGE = (ROOT / "docs" / "choices.md").read_text()


def test_the_commands_of_the_page_work_on_the_file_it_shows(tmp_path: Path) -> None:
    root = tmp_path / "w"
    rows = {
        "members": [member(one) for one in ("ann", "ben", "cem")],
        "posts": [post(one, one, "Bread") for one in ("ann", "ben", "cem")],
    }
    pack = PACK.replace("  ai:\n", "  ai:\n    organisation_may_refuse: true\n")
    with make_network(root, rows, pack=pack) as workspace:
        token = workspace.tokens.create("page", ["choices:import"])[1]
    shown, narrow = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
    (root / "opt_outs.csv").write_text(shown)
    (root / "ids.txt").write_text("ben\n")
    commands = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    assert len(commands) >= 3
    server = Server(root, workers=1)
    try:
        licet_function = f'licet() {{ "{sys.executable}" -m licet "$@"; }}'
        script = tmp_path / "page.sh"
        script.write_text("\n".join(["set -eu", licet_function, *commands]))
        done = subprocess.run(
            ["bash", str(script)], cwd=root, capture_output=True, text=True, timeout=240,
            env={"URL": f"http://127.0.0.1:{server.port}", "TOKEN": token, "PATH": "/usr/bin:/bin",
                 "PYTHONPATH": str(ROOT / "src")},
        )  # fmt: skip
    finally:
        server.close()
    assert done.returncode == 0, done.stderr + done.stdout
    assert '"already_there": 3' in done.stdout and '"dry_run":true' in done.stdout
    with licet.open(root) as workspace:
        told = workspace.import_choices(io.BytesIO(narrow.encode()), form="csv")
        assert (told.noes, told.missing_records) == (3, 2)
        assert [workspace.ledger.choices_of(one)[0].value for one in ("ann", "ben", "cem")] == [
            "off",
            "off",
            "on",
        ]
