"""Signed notes and the keys that sign them, in the C2SP signed-note format with Ed25519.

A note is text, a blank line and one signature line a key. Guarantees that `open_note` returns text only when
the expected key signed it; signatures of other keys are passed over, as the format asks, so witnesses may add
theirs. The private key lies in one file, readable by its owner only, in the text form of Go's sumdb/note.

Source: https://c2sp.org/signed-note.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import stat
import tempfile
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from licet.terms import LedgerError

_ED25519 = b"\x01"
_PRIVATE = "PRIVATE+KEY+"
_MOST_SIGNATURES = 100


def key_id(name: str, public_key: bytes) -> bytes:
    """The four bytes that tell one key of a name from another."""
    return sha256(name.encode() + b"\n" + _ED25519 + public_key).digest()[:4]


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Who may sign: a name and an Ed25519 key, with the text ``name+id+key`` that people exchange."""

    name: str
    raw: bytes
    id: bytes = field(init=False)
    _key: Ed25519PublicKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", key_id(self.name, self.raw))
        object.__setattr__(self, "_key", Ed25519PublicKey.from_public_bytes(self.raw))

    @property
    def text(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_encode(_ED25519 + self.raw)}"

    @classmethod
    def parse(cls, text: str) -> PublicKey:
        """Read ``name+id+key``. Raises: LedgerError LEDG-005 when it is not such a key or its id is wrong."""
        try:
            name, identity, encoded = text.strip().split("+", 2)
            data = base64.b64decode(encoded, validate=True)
            if not is_key_name(name) or data[:1] != _ED25519:
                raise ValueError
            key = cls(name, data[1:])
            if identity != key.id.hex():
                raise ValueError
        except (ValueError, binascii.Error):
            raise LedgerError(
                "LEDG-005", "this is not a public key of a ledger", fix="paste the whole key: name+id+key"
            ) from None
        return key

    def verifies(self, signature: bytes, text: str) -> bool:
        """Whether this key made `signature` (64 bytes) over the note text, its last newline included."""
        try:
            self._key.verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


class Signer:
    """The ledger's own key. `name` is its origin: it stands in every checkpoint."""

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public_key = PublicKey(name, key.public_key().public_bytes_raw())

    @property
    def name(self) -> str:
        return self.public_key.name

    @property
    def public_key_text(self) -> str:
        """``name+id+key``: what a verifier must be given by a way the ledger's keeper does not control."""
        return self.public_key.text

    @classmethod
    def create(cls, path: str | os.PathLike[str], name: str | None = None) -> Signer:
        """Make a new key and keep it at `path`, mode 0600.

        name: origin of the ledger, best a URL without scheme; ``licet/`` and eight hex digits of the key by default.
        Raises: LedgerError LEDG-006 when the file exists or cannot be written, LEDG-005 for an unfit name.
        """
        key = Ed25519PrivateKey.generate()
        if name is None:
            name = f"licet/{key.public_key().public_bytes_raw().hex()[:8]}"
        if not is_key_name(name):
            raise LedgerError(
                "LEDG-005", f"{name!r} cannot name a key", fix="use letters, digits, dots, slashes"
            )
        signer = cls(name, key)
        seed = _encode(_ED25519 + key.private_bytes_raw())
        _write_new(Path(path), f"{_PRIVATE}{name}+{signer.public_key.id.hex()}+{seed}\n")
        return signer

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Signer:
        """Read the key at `path`.

        Raises: LedgerError LEDG-005 when it is missing or not a key, LEDG-006 when others may read it.
        """
        place = Path(path)
        try:
            mode, text = place.stat().st_mode, place.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise LedgerError(
                "LEDG-005",
                "the signing key cannot be read",
                str(place),
                "name the key file made with the ledger",
            ) from None
        if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise LedgerError(
                "LEDG-006", "others may read the signing key", str(place), f"run: chmod 600 {place}"
            )
        try:
            if not text.startswith(_PRIVATE):
                raise ValueError
            name, identity, encoded = text.removeprefix(_PRIVATE).split("+", 2)
            data = base64.b64decode(encoded, validate=True)
            if data[:1] != _ED25519:
                raise ValueError
            signer = cls(name, Ed25519PrivateKey.from_private_bytes(data[1:]))
            if not is_key_name(name) or identity != signer.public_key.id.hex():
                raise ValueError
        except (ValueError, binascii.Error):
            raise LedgerError(
                "LEDG-005",
                "this file holds no signing key",
                str(place),
                "name the key file made with the ledger",
            ) from None
        return signer

    def derive(self, purpose: bytes) -> bytes:
        """32 bytes for another purpose than signing, that only who has this key can make."""
        return hmac.digest(self._key.private_bytes_raw(), purpose, "sha256")

    def sign(self, text: str) -> bytes:
        """The Ed25519 signature over the note text, 64 bytes."""
        return self._key.sign(text.encode())


def is_key_name(name: str) -> bool:
    """Whether the format lets a key be called so: not empty, no spaces, no plus, no control characters."""
    return bool(name) and "+" not in name and not any(char.isspace() or ord(char) < 0x20 for char in name)


def write_note(text: str, key: PublicKey, signature: bytes) -> str:
    """The whole note: `text` (ending in a newline), a blank line, one signature line."""
    return f"{text}\n— {key.name} {_encode(key.id + signature)}\n"


def open_note(note: str, key: PublicKey) -> tuple[str, bytes]:
    """The text of a note and the signature of `key` over it.

    Raises: LedgerError LEDG-016 when the note is malformed or `key` did not sign it.
    """
    text, separator, signatures = note.rpartition("\n\n")
    lines = signatures.splitlines()
    malformed = any(ord(char) < 0x20 and char != "\n" for char in note) or not note.endswith("\n")
    if malformed or not separator or not lines or len(lines) > _MOST_SIGNATURES:
        raise _refused("this is not a signed note")
    text += "\n"
    for line in lines:
        name, identity, signature = _read_signature(line)
        if name == key.name and identity == key.id:
            if not key.verifies(signature, text):
                raise _refused(f"the signature of {key.name} does not fit the text")
            return text, signature
    raise _refused(f"{key.name} did not sign it")


def _read_signature(line: str) -> tuple[str, bytes, bytes]:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    try:
        data = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        data = b""
    # The last letter leaves bits open: written with others it would be the same signature in another byte.
    if dash != "—" or not is_key_name(name) or len(data) < 5 or base64.b64encode(data).decode() != encoded:
        raise _refused("a signature line is malformed")
    return name, data[:4], data[4:]


def _refused(what: str) -> LedgerError:
    return LedgerError("LEDG-016", what, fix="hand in a checkpoint exactly as this ledger gave it out")


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _write_new(path: Path, text: str) -> None:
    """Write a file that was not there, whole or not at all, mode 0600 from its first byte."""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.link(temporary, path)
        finally:
            Path(temporary).unlink()
    except FileExistsError:
        raise LedgerError(
            "LEDG-006",
            "there is a file already; a key is never overwritten",
            str(path),
            "open it, or choose another name",
        ) from None
    except OSError as error:
        raise LedgerError(
            "LEDG-006",
            f"the signing key cannot be written: {error.strerror}",
            str(path),
            "choose a folder you may write to",
        ) from None
