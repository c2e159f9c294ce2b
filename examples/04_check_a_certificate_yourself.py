"""Check without licet who is in a corpus: a signature, an entry of the ledger, that a key is somebody's own, and its walk
down a tree of hashes.

python 04_check_a_certificate_yourself.py certificate.json ledger.pub
"""

import base64
import json
import runpy
import sys
from hashlib import sha256, sha512
from pathlib import Path

# What is signed and stands in the ledger is checked as a receipt is.
RECEIPT = runpy.run_path(str(Path(__file__).with_name("03_check_a_receipt_yourself.py")))


# The curve that Ed25519 signatures stand on: points as (x, y, z, t) with the affine x/z and y/z, and t = xy/z.
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ROOT = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P)
ZERO = (0, 1, 1, 0)


def add(one: tuple, other: tuple) -> tuple:
    (x, y, z, t), (u, v, w, s) = one, other
    a, b, c, d = (y - x) * (v - u), (y + x) * (v + u), 2 * D * t * s, 2 * z * w
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, point: tuple) -> tuple:
    found = ZERO
    for digit in bin(number)[2:]:
        found = add(found, found)
        found = add(found, point) if digit == "1" else found
    return found


def minus(point: tuple) -> tuple:
    x, y, z, t = point
    return -x % P, y, z, -t % P


def decode(data: bytes) -> tuple:
    sign, y = data[31] >> 7, int.from_bytes(data, "little") % 2**255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * ROOT % P
    if y >= P or x * x % P != square or (x == 0 and sign):
        raise ValueError("no point")
    x = x if x % 2 == sign else P - x
    return x, y, 1, x * y % P


def encode(point: tuple) -> bytes:
    x, y, z, _ = point
    x, y = x * pow(z, -1, P) % P, y * pow(z, -1, P) % P
    return (y | (x % 2) << 255).to_bytes(32, "little")


BASE = decode(bytes.fromhex("58" + "66" * 31))


def output_of(public: bytes, alpha: bytes, proof: bytes) -> bytes:
    """What ECVRF-EDWARDS25519-SHA512-TAI (RFC 9381) gives for `alpha`; an exception when the proof does not show it."""
    key, gamma = decode(public), decode(proof[:32])
    challenge, scalar = proof[32:48], int.from_bytes(proof[48:], "little")
    assert len(proof) == 80 and scalar < ORDER
    for point in (key, gamma):  # of prime order
        assert encode(times(ORDER, point)) == encode(ZERO) != encode(point)
    for counter in range(256):
        try:
            start = times(
                8, decode(sha512(b"\3\1" + public + alpha + bytes([counter]) + b"\0").digest()[:32])
            )
            if encode(start) != encode(ZERO):
                break
        except ValueError:
            continue
    weight = int.from_bytes(challenge, "little")
    u = add(times(scalar, BASE), minus(times(weight, key)))
    v = add(times(scalar, start), minus(times(weight, gamma)))
    points = public + encode(start) + proof[:32] + encode(u) + encode(v)
    assert sha512(b"\3\2" + points + b"\0").digest()[:16] == challenge
    return sha512(b"\3\3" + encode(times(8, gamma)) + b"\0").digest()


def bit(key: bytes, depth: int) -> int:
    return key[depth // 8] >> (7 - depth % 8) & 1


def is_member(certificate: dict, public_key: str) -> bool:
    """Whether the subject is in the snapshot, once everything holds; an exception when anything does not."""
    entry = RECEIPT["check"](certificate, public_key, "licet certificate v1")
    tree, who = certificate["licet:tree"], certificate["licet:subject"]
    assert entry["kind"] == "use_run" and tree["index"] == "licet-subject-index/2"

    public, proof = bytes.fromhex(tree["key"]), base64.b64decode(who["proof"], validate=True)
    key = sha256(tree["index"].encode() + b"\0" + output_of(public, who["id"].encode(), proof)).digest()
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
    head = RECEIPT["canonical"]({"count": tree["count"], "index": tree["index"], "key": tree["key"]})
    assert tree["key"] == entry["payload"]["members_key"]
    assert sha256(b"\x13" + head + top).hexdigest() == entry["payload"]["members_root"]
    assert certificate["licet:membership"] == ("present" if leaf == key else "absent")
    return leaf == key


def main(certificate: str, key: str) -> None:
    found = json.loads(Path(certificate).read_bytes())
    answer = "in it" if is_member(found, Path(key).read_text()) else "not in it"
    print(f"{found['licet:subject']['id']} is {answer}, of {found['licet:tree']['count']} people")


if __name__ == "__main__":
    main(*sys.argv[1:])
