"""A verifiable random function: whoever holds its key cannot choose what it gives, and everybody can check that.

ECVRF-EDWARDS25519-SHA512-TAI of RFC 9381, over libsodium's points and scalars: nothing here reckons on the curve
itself. For one public key and one input there is one output, whatever the key's maker does, and without the secret key
it looks like chance. Stricter than the RFC has to be: key and gamma must be canonical points of prime order, so no
proof has a twin with a point of small order added. Anything malformed proves nothing, and is never an error.
"""

from __future__ import annotations

from hashlib import sha512

from nacl import bindings
from nacl.exceptions import CryptoError

SECRET_BYTES, KEY_BYTES, PROOF_BYTES, OUTPUT_BYTES = 32, 32, 80, 64

_SUITE, _END = b"\x03", b"\x00"
_CHALLENGE_BYTES = 16
_FIELD = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_IDENTITY = b"\x01" + bytes(31)
_EIGHT = b"\x08" + bytes(31)


class EcvrfKey:
    """A secret key. public: what its outputs are checked with, 32 bytes."""

    __slots__ = ("_nonce", "_scalar", "_scalar_times_8", "public")

    def __init__(self, secret: bytes) -> None:
        """secret: 32 bytes, as of an Ed25519 key. Raises: ValueError for another number of them."""
        if len(secret) != SECRET_BYTES:
            raise ValueError(f"a secret key has {SECRET_BYTES} bytes")
        expanded = bytearray(sha512(secret).digest())
        expanded[0] &= 0xF8
        expanded[31] = expanded[31] & 0x7F | 0x40
        self._nonce = bytes(expanded[32:])
        self._scalar = _reduce(bytes(expanded[:32]) + bytes(32))
        self._scalar_times_8 = bindings.crypto_core_ed25519_scalar_mul(self._scalar, _EIGHT)
        self.public = bindings.crypto_scalarmult_ed25519_base_noclamp(self._scalar)

    def output(self, alpha: bytes) -> bytes:
        """The output of an input, 64 bytes; at half the time of its proof."""
        point = _encode_to_curve(self.public, alpha)
        return _output(bindings.crypto_scalarmult_ed25519_noclamp(self._scalar_times_8, point))

    def prove(self, alpha: bytes) -> bytes:
        """What shows to `verify` which output is that of an input, 80 bytes, the same each time."""
        point = _encode_to_curve(self.public, alpha)
        gamma: bytes = bindings.crypto_scalarmult_ed25519_noclamp(self._scalar, point)
        nonce = _reduce(sha512(self._nonce + point).digest())
        u = bindings.crypto_scalarmult_ed25519_base_noclamp(nonce)
        v = bindings.crypto_scalarmult_ed25519_noclamp(nonce, point)
        challenge = _challenge(self.public, point, gamma, u, v)
        product = bindings.crypto_core_ed25519_scalar_mul(_as_scalar(challenge), self._scalar)
        scalar: bytes = bindings.crypto_core_ed25519_scalar_add(nonce, product)
        return gamma + challenge + scalar


def verify(public: bytes, alpha: bytes, proof: bytes) -> bytes | None:
    """The output of an input under a public key, 64 bytes; None where the proof does not show it."""
    if len(proof) != PROOF_BYTES or not is_public_key(public):
        return None
    gamma, challenge, scalar = proof[:32], proof[32:48], proof[48:]
    if int.from_bytes(scalar, "little") >= _ORDER or not _is_point(gamma):
        return None
    point, weight = _encode_to_curve(public, alpha), _as_scalar(challenge)
    multiply = bindings.crypto_scalarmult_ed25519_noclamp
    try:
        u = bindings.crypto_core_ed25519_sub(
            bindings.crypto_scalarmult_ed25519_base_noclamp(scalar), multiply(weight, public)
        )
        v = bindings.crypto_core_ed25519_sub(multiply(scalar, point), multiply(weight, gamma))
    except CryptoError:  # libsodium multiplies by no nought; no proof of ours has one
        return None
    if _challenge(public, point, gamma, u, v) != challenge:
        return None
    return _output(multiply(_EIGHT, gamma))


def is_public_key(public: bytes) -> bool:
    """Whether it is a canonical point of prime order, under which outputs can be told apart (`validate_key`)."""
    return len(public) == KEY_BYTES and _is_point(public)


def _is_point(data: bytes) -> bool:
    return bool(bindings.crypto_core_ed25519_is_valid_point(data))


def _encode_to_curve(public: bytes, alpha: bytes) -> bytes:
    """A point that an input stands for: the first of its hashes that is one, times the cofactor."""
    for counter in range(256):
        data = sha512(_SUITE + b"\x01" + public + alpha + bytes((counter,)) + _END).digest()[:32]
        if int.from_bytes(data, "little") & (1 << 255) - 1 >= _FIELD:
            continue
        try:
            point = data
            for _ in range(3):
                point = bindings.crypto_core_ed25519_add(point, point)
        except CryptoError:
            continue
        if point != _IDENTITY:
            return point
    raise AssertionError("256 hashes in a row are no points")  # once in 2^256 inputs


def _challenge(*points: bytes) -> bytes:
    return sha512(_SUITE + b"\x02" + b"".join(points) + _END).digest()[:_CHALLENGE_BYTES]


def _output(gamma_times_8: bytes) -> bytes:
    return sha512(_SUITE + b"\x03" + gamma_times_8 + _END).digest()


def _as_scalar(challenge: bytes) -> bytes:
    return challenge + bytes(32 - _CHALLENGE_BYTES)


def _reduce(data: bytes) -> bytes:
    reduced: bytes = bindings.crypto_core_ed25519_scalar_reduce(data)
    return reduced
