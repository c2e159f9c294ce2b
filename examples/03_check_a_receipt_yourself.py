"""Check a receipt without licet: a key, SHA-256 and Ed25519 are enough, so nobody has to trust who issued it.

python 03_check_a_receipt_yourself.py receipt.json ledger.pub
"""

import base64
import json
import sys
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def open_note(note: str, name: str, key: bytes) -> list[str]:
    """The lines of a signed note, once its signature holds (https://c2sp.org/signed-note)."""
    text, signature = note.rstrip("\n").split("\n\n")
    dash, signer, encoded = signature.split(" ")
    assert (dash, signer) == ("—", name)
    Ed25519PublicKey.from_public_bytes(key).verify(base64.b64decode(encoded)[4:], (text + "\n").encode())
    return text.split("\n")


def root_from(leaf: bytes, index: int, size: int, path: list[str]) -> bytes:
    """The root that an inclusion proof leads to (RFC 9162, section 2.1.3.2)."""
    node, last = index, size - 1
    for sibling in map(bytes.fromhex, path):
        if node & 1 or node == last:
            leaf = sha256(b"\x01" + sibling + leaf).digest()
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            leaf = sha256(b"\x01" + leaf + sibling).digest()
        node, last = node >> 1, last >> 1
    assert last == 0
    return leaf


def check(receipt: dict, public_key: str, head: str = "licet receipt v1") -> dict:
    """What the ledger committed to, once everything holds; an exception when anything does not."""
    name, _, encoded = public_key.strip().split("+", 2)
    key = base64.b64decode(encoded)[1:]
    record = {part: value for part, value in receipt.items() if part != "licet:signature"}
    digest = sha256(canonical(record)).hexdigest()
    assert open_note(receipt["licet:signature"], name, key) == [head, name, digest]

    proof, entry = record["licet:proof"], record["licet:proof"]["entry"]
    origin, size, root = open_note(proof["checkpoint"], name, key)
    said = canonical({"payload": entry["payload"], "subject": entry["subject"]})
    leaf = canonical(
        {
            "commitment": sha256(bytes.fromhex(entry["salt"]) + said).hexdigest(),
            "index": entry["index"],
            "kind": entry["kind"],
            "licet_entry": 1,
            "recorded_at_us": entry["recorded_at_us"],
        }
    )
    found = root_from(sha256(b"\x00" + leaf).digest(), entry["index"], int(size), proof["inclusion"]["path"])
    assert origin == name and found == base64.b64decode(root)
    return entry


def main(receipt: str, key: str) -> None:
    entry = check(json.loads(Path(receipt).read_bytes()), Path(key).read_text())
    print(f"entry {entry['index']}: {entry['subject']} {entry['payload']}")


if __name__ == "__main__":
    main(*sys.argv[1:])
