"""`licet notices` and `licet packs announce`."""

from __future__ import annotations

import email
from pathlib import Path

from journeys.command_line import run_licet
from journeys.networks import PACK, make_network, member


def test_a_policy_to_come_is_told_in_words_in_json_and_as_a_mail(tmp_path: Path) -> None:
    make_network(tmp_path / "w", {"members": [member("ann")]}).close()
    (tmp_path / "later.yaml").write_text(
        PACK.replace('version: "1"', 'version: "2"').replace("Winter", "A harder winter")
    )
    told = run_licet("packs", "announce", "later.yaml", "-w", tmp_path / "w", "--json", cwd=tmp_path)
    assert told.json["changed"] is True and told.json["version"] == "2"
    again = run_licet("packs", "announce", "later.yaml", "-w", tmp_path / "w", cwd=tmp_path)
    assert "announced or in force already" in again.out
    words = run_licet("notices", "-s", "ann", "-w", tmp_path / "w")
    assert words.status == 0 and "A harder winter" in words.out and "What it changes for you" in words.out
    announced, in_force = run_licet("notices", "-s", "ann", "-w", tmp_path / "w", "--json").json
    assert (announced["status"], in_force["status"]) == ("announced", "in_force")
    mail = run_licet("notices", "-s", "ann", "-w", tmp_path / "w", "--mail", "--to", "ann@example.org")
    message = email.message_from_string(mail.out)
    assert message["To"] == "ann@example.org" and message["Subject"].startswith("Harbour: ")
    bad = run_licet("notices", "-s", "ann", "-w", tmp_path / "w", "--mail", "--to", "a@b\nBcc: c@d")
    assert bad.status == 2 and "APP-017" in bad.err
    assert run_licet("notices", "-s", "zoe", "-w", tmp_path / "w").status == 2
