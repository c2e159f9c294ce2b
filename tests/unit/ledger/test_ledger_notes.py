"""Keys and signed notes against the published example of Go's sumdb/note."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from licet.ledger import Checkpoint, PublicKey, Signer
from licet.ledger.signed_notes import open_note, write_note
from licet.terms import LedgerError
from licet.terms.log_tree import EMPTY_ROOT

# The example of the documentation of golang.org/x/mod/sumdb/note.
PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNATURE = (
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


@pytest.fixture
def peter(tmp_path: Path) -> Signer:
    path = tmp_path / "peter.key"
    path.write_text(PRIVATE + "\n")
    path.chmod(0o600)
    return Signer.open(path)


def test_note_of_another_implementation_opens() -> None:
    assert open_note(f"{TEXT}\n{SIGNATURE}", PublicKey.parse(PUBLIC))[0] == TEXT


def test_we_sign_to_the_byte_what_another_implementation_signs(peter: Signer) -> None:
    assert peter.public_key_text == PUBLIC
    assert write_note(TEXT, peter.public_key, peter.sign(TEXT)) == f"{TEXT}\n{SIGNATURE}"


def test_signatures_of_strangers_are_passed_over(peter: Signer, signer: Signer) -> None:
    stranger = write_note(TEXT, signer.public_key, signer.sign(TEXT)).splitlines()[-1]
    assert open_note(f"{TEXT}\n{stranger}\n{SIGNATURE}", peter.public_key)[0] == TEXT


def test_text_may_hold_blank_lines(signer: Signer) -> None:
    text = "one\n\ntwo\n"
    assert open_note(write_note(text, signer.public_key, signer.sign(text)), signer.public_key)[0] == text


@pytest.mark.parametrize(
    "note",
    [
        "",
        TEXT,
        f"{TEXT}\n",
        f"{TEXT}\n{SIGNATURE}".removesuffix("\n"),
        f"{TEXT}x\n{SIGNATURE}",
        f"{TEXT}\n{SIGNATURE.replace('x08go', 'x08gp')}",
        f"{TEXT}\n{SIGNATURE.replace('PeterNeumann', 'PeterNewman')}",
        f"{TEXT}\n{SIGNATURE.replace('—', '-')}",
        f"{TEXT}\n{SIGNATURE.replace('=', '!')}",
        f"{TEXT}\n— PeterNeumann x08go\n",
        f"{TEXT}\t\n{SIGNATURE}",
        f"{TEXT}\n{SIGNATURE * 101}",
    ],
)
def test_note_that_the_key_did_not_sign_is_refused(note: str) -> None:
    with pytest.raises(LedgerError, match="LEDG-016"):
        open_note(note, PublicKey.parse(PUBLIC))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        PUBLIC.replace("c74f", "c74e"),
        PUBLIC.replace("+AR", "+BR"),
        PUBLIC[:-4],
        " + + ",
        "a b" + PUBLIC,
    ],
)
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(LedgerError, match="LEDG-005"):
        PublicKey.parse(text)


def test_new_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    signer = Signer.create(tmp_path / "a.key", "example.com/ledger")
    assert stat.S_IMODE((tmp_path / "a.key").stat().st_mode) == 0o600
    assert Signer.open(tmp_path / "a.key").public_key_text == signer.public_key_text
    assert signer.name == "example.com/ledger"
    assert [path.name for path in tmp_path.iterdir()] == ["a.key"]


def test_two_keys_have_two_names(tmp_path: Path) -> None:
    assert Signer.create(tmp_path / "a.key").name != Signer.create(tmp_path / "b.key").name


def test_key_is_never_overwritten(tmp_path: Path) -> None:
    signer = Signer.create(tmp_path / "a.key")
    with pytest.raises(LedgerError, match="LEDG-006"):
        Signer.create(tmp_path / "a.key")
    assert Signer.open(tmp_path / "a.key").public_key_text == signer.public_key_text


def test_key_in_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="LEDG-006"):
        Signer.create(tmp_path / "missing" / "a.key")


def test_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    Signer.create(tmp_path / "a.key")
    (tmp_path / "a.key").chmod(0o640)
    with pytest.raises(LedgerError, match=r"LEDG-006.*chmod 600"):
        Signer.open(tmp_path / "a.key")


@pytest.mark.parametrize("text", ["", "hello", PRIVATE[:-5], PRIVATE.replace("c74f", "c74e"), PUBLIC])
def test_what_is_no_private_key_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(LedgerError, match="LEDG-005"):
        Signer.open(path)


def test_missing_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="LEDG-005"):
        Signer.open(tmp_path / "a.key")


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u2003b"])
def test_name_the_format_forbids_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(LedgerError, match="LEDG-005"):
        Signer.create(tmp_path / "a.key", name)


def test_checkpoint_is_read_back(signer: Signer) -> None:
    checkpoint = Checkpoint.sign(signer, 3, EMPTY_ROOT)
    assert checkpoint.text.splitlines()[:2] == [signer.name, "3"]
    assert Checkpoint.parse(checkpoint.text, signer.public_key_text) == checkpoint
    assert checkpoint.is_signed_by(signer.public_key)


@pytest.mark.parametrize(
    "body",
    [
        "{name}\n03\n{root}\n",
        "{name}\n-3\n{root}\n",
        "{name}\n3\nAAAA\n",
        "other\n3\n{root}\n",
        "{name}\n3\n",
        "x\n",
    ],
)
def test_signed_note_that_is_no_checkpoint_is_refused(signer: Signer, body: str) -> None:
    text = body.format(name=signer.name, root="47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
    with pytest.raises(LedgerError, match=r"LEDG-016.*no checkpoint"):
        Checkpoint.parse(write_note(text, signer.public_key, signer.sign(text)), signer.public_key_text)


def test_checkpoint_of_another_ledger_is_refused(signer: Signer, tmp_path: Path) -> None:
    other = Signer.create(tmp_path / "other.key", signer.name)
    with pytest.raises(LedgerError, match="LEDG-016"):
        Checkpoint.parse(Checkpoint.sign(other, 3, EMPTY_ROOT).text, signer.public_key_text)
