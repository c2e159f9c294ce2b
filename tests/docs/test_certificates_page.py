"""The page on certificates: its commands run, its table names what one holds, and the example agrees with licet."""

from __future__ import annotations

import base64
import copy
import json
import re
import runpy
import shlex
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature

from journeys.command_line import run_licet
from journeys.networks import make_network, member, post
from journeys.receipts import OTHER_SIGNER, SIGNER, certificate_of, forgetting_of
from licet.receipts import check_certificate, to_bytes
from licet.receipts.receipt_proof import sign

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "certificates.md").read_text()
COPIES = (ROOT / "docs" / "deliveries.md").read_text()
EXAMPLE = ROOT / "examples" / "04_check_a_certificate_yourself.py"
NAMES = ("ann", "ben", "cy", "dot", "eve")


def test_what_the_page_shows_runs(tmp_path: Path) -> None:
    rows = {
        "members": [member("42"), member("43", "US"), member("44")],
        "posts": [post("1", "42", "the harbour opens"), post("2", "44", "the harbour closes at night")],
    }
    make_network(tmp_path / "work", rows).close()
    said = {}
    for snippet in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL):
        for line in snippet.strip().splitlines():
            command, _, to = line.partition(" > ")
            answer = run_licet(*shlex.split(command)[1:], cwd=tmp_path)
            assert answer.status == 0, (line, answer.all)
            said[line] = answer.out
            if to:
                (tmp_path / to).write_text(answer.out)
    of_42, of_44 = (text for line, text in said.items() if "verify" in line and "certificate" in line)
    assert "This certificate is valid." in of_42 and "42 is among the 2 people" in of_42
    assert "This certificate is valid." in of_44 and "Forgetting 44, asked in entry 5" in of_44
    assert ": EXACT, as of" in of_44 and "EXACT" in answer.out, "the last lists them"
    assert len((tmp_path / "proof.json").read_bytes()) < 2048
    proof = run_licet("verify", "proof.json", "--key", "ledger.pub", cwd=tmp_path)
    assert "This proof is valid." in proof.out and "42 is among the 2 people" in proof.out
    held = ("verify", "proof.json", "--key", "ledger.pub", "--checkpoint", "ledger.pub")
    assert run_licet(*held, cwd=tmp_path).status == 2 and "APP-270" in run_licet(*held, cwd=tmp_path).all
    out = run_licet("contains", "43", "--certificate", "out.json", "--workspace", "work", cwd=tmp_path)
    assert out.status == 0 and "43 is not among the 1 people" in out.out
    assert run_licet("verify", "out.json", "--key", "ledger.pub", cwd=tmp_path).status == 0
    (tmp_path / "bent.json").write_text((tmp_path / "out.json").read_text().replace("absent", "present"))
    bent = run_licet("verify", "bent.json", "--key", "ledger.pub", cwd=tmp_path)
    assert bent.status == 1 and "This certificate is NOT valid." in bent.out


def test_every_part_of_a_forgetting_that_the_page_names_is_there() -> None:
    statement = json.loads(base64.b64decode(forgetting_of("ann")["payload"]))
    row = re.compile(r"^\| ((?:`[\w.\[\]]+`(?:, )?)+) \|", re.MULTILINE)
    parts = [name for cell in row.findall(PAGE) for name in re.findall(r"`([\w.]+)(?:\[\])?`", cell)]
    outcome = statement["predicate"]["outcome"]
    nested = {f"predicate.outcome.{part}" for part in outcome} - {
        f"predicate.outcome.{part}" for part in ("step", "at", "position", "unreached")
    }
    whole = {"subject", "predicateType"} | {f"predicate.{part}" for part in statement["predicate"]} | nested
    assert set(parts) - set(certificate_of("ann", NAMES)) >= whole - {"predicate.outcome"}
    assert not [name for name in outcome["copies"] if name not in {"not_followed"} and name not in COPIES]


def test_every_part_the_page_names_is_there() -> None:
    certificate = certificate_of("ann", NAMES)
    parts = re.findall(r"^\| `(licet:\w+)` \|", PAGE, re.MULTILINE)
    assert parts == list(certificate)
    assert not [part for part in certificate["licet:tree"] if f"`{part}`" not in PAGE]


def test_a_certificate_can_be_checked_without_licet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "import licet" not in EXAMPLE.read_text() and "from licet" not in EXAMPLE.read_text()
    (tmp_path / "certificate.json").write_bytes(to_bytes(certificate_of("ann", NAMES)))
    (tmp_path / "ledger.pub").write_text(SIGNER.public_key_text + "\n")
    monkeypatch.setattr(
        "sys.argv", [str(EXAMPLE), str(tmp_path / "certificate.json"), str(tmp_path / "ledger.pub")]
    )
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    assert capsys.readouterr().out == "ann is in it, of 5 people\n"


@pytest.mark.parametrize("who", [*NAMES, "zoe", "nobody", "ü"])
def test_who_checks_without_licet_finds_what_licet_finds(who: str) -> None:
    """An oracle of its own: it shares no line with the checker, and they agree on good ones and on forged ones."""
    theirs = runpy.run_path(str(EXAMPLE))["is_member"]
    for names in (NAMES, NAMES[:1], ()):
        good = certificate_of(who, names)
        assert theirs(good, SIGNER.public_key_text) is (who in names)
        assert check_certificate(good, SIGNER.public_key_text).membership == (
            "present" if who in names else "absent"
        )
        forged = [good | {"licet:says": []}, certificate_of(who, names, signer=OTHER_SIGNER)]
        other = "absent" if who in names else "present"
        for change in (
            {"licet:membership": other},
            {"licet:tree": certificate_of("zed", (who, "zed"))["licet:tree"]},
        ):
            changed = copy.deepcopy(good) | change
            del changed["licet:signature"]
            forged.append(changed | {"licet:signature": sign(changed, SIGNER, "licet certificate v1")})
        for certificate in forged:
            assert not check_certificate(certificate, SIGNER.public_key_text).ok
            with pytest.raises((AssertionError, InvalidSignature, ValueError)):
                theirs(certificate, SIGNER.public_key_text)
