"""Check without licet who is in a corpus: a signature, an entry of the ledger, and a walk down a tree of hashes.

python 04_check_a_certificate_yourself.py certificate.json ledger.pub
"""

import base64
import json
import runpy
import sys
from hashlib import sha256
from pathlib import Path

# What is signed and stands in the ledger is checked as a receipt is.
RECEIPT = runpy.run_path(str(Path(__file__).with_name("03_check_a_receipt_yourself.py")))


def bit(key: bytes, depth: int) -> int:
    return key[depth // 8] >> (7 - depth % 8) & 1


def is_member(certificate: dict, public_key: str) -> bool:
    """Whether the subject is in the snapshot, once everything holds; an exception when anything does not."""
    entry = RECEIPT["check"](certificate, public_key, "licet certificate v1")
    tree, who = certificate["licet:tree"], certificate["licet:subject"]
    assert entry["kind"] == "use_run" and tree["index"] == "licet-subject-index/1"

    key = sha256(tree["index"].encode() + b"\0" + bytes.fromhex(who["nonce"]) + who["id"].encode()).digest()
    if tree["leaf"] is None:
        assert tree["count"] == 0 and tree["path"] == ""
        top, leaf = sha256(b"\x12").digest(), None
    else:
        leaf, steps = bytes.fromhex(tree["leaf"]), base64.b64decode(tree["path"])
        top = sha256(b"\x10" + leaf).digest()
        for start in range(len(steps) - 33, -1, -33):  # from the leaf up
            depth, sibling = steps[start], steps[start + 1 : start + 33]
            assert bit(leaf, depth) == bit(key, depth), "the subject's own walk turns off here"
            place = (int.from_bytes(leaf) >> (256 - depth) << (256 - depth)).to_bytes(32)
            sides = sibling + top if bit(leaf, depth) else top + sibling
            top = sha256(b"\x11" + bytes([depth]) + place + sides).digest()
    head = RECEIPT["canonical"]({"count": tree["count"], "index": tree["index"], "salt": tree["salt"]})
    assert sha256(b"\x13" + head + top).hexdigest() == entry["payload"]["members_root"]
    assert certificate["licet:membership"] == ("present" if leaf == key else "absent")
    return leaf == key


def main(certificate: str, key: str) -> None:
    found = json.loads(Path(certificate).read_bytes())
    answer = "in it" if is_member(found, Path(key).read_text()) else "not in it"
    print(f"{found['licet:subject']['id']} is {answer}, of {found['licet:tree']['count']} people")


if __name__ == "__main__":
    main(*sys.argv[1:])
