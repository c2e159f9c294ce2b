"""The verifiable random function: the RFC's own examples, another implementation, and what a cheat would hand in."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from hashlib import sha512
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl import bindings

from licet.terms.ecvrf import PROOF_BYTES, EcvrfKey, is_public_key, verify

#: RFC 9381, appendix B.3, examples 16 to 18: secret key, public key, input, proof, output.
EXAMPLES = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "8657106690b5526245a92b003bb079ccd1a92130477671f6fc01ad16f26f723f26f8a57ccaed74ee1b190bed1f479d97"
        "27d2d0f9b005a6e456a35d4fb0daab1268a1b0db10836d9826a528ca76567805",
        "90cf1df3b703cce59e2a35b925d411164068269d7b2d29f3301c03dd757876ff"
        "66b71dda49d2de59d03450451af026798e8f81cd2e333de5cdf4f3e140fdd8ae",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "f3141cd382dc42909d19ec5110469e4feae18300e94f304590abdced48aed5933bf0864a62558b3ed7f2fea45c92a465"
        "301b3bbf5e3e54ddf2d935be3b67926da3ef39226bbc355bdc9850112c8f4b02",
        "eb4440665d3891d668e7e0fcaf587f1b4bd7fbfe99d0eb2211ccec90496310eb"
        "5e33821bc613efb94db5e5b54c70a848a0bef4553a41befc57663b56373a5031",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "9bc0f79119cc5604bf02d23b4caede71393cedfbb191434dd016d30177ccbf8096bb474e53895c362d8628ee9f9ea3c0"
        "e52c7a5c691b6c18c9979866568add7a2d41b00b05081ed0f58ee5e31b3a970e",
        "645427e5d00c62a23fb703732fa5d892940935942101e456ecca7bb217c61c45"
        "2118fec1219202a0edcf038bb6373241578be7217ba85a2687f7a0310b2df19f",
    ),
]

EXAMPLE = Path(__file__).parents[3] / "examples" / "04_check_a_certificate_yourself.py"
#: The same function by integers alone, for who has no licet.
CURVE = runpy.run_path(str(EXAMPLE))

FIELD, ORDER = CURVE["P"], CURVE["ORDER"]
KEY, OTHER = EcvrfKey(bytes(range(32))), EcvrfKey(bytes(32))
ALPHA = b"ann"
PROOF = KEY.prove(ALPHA)

#: All points of order 1, 2, 4 and 8, as libsodium's own list of refused keys has them.
SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
]


@pytest.mark.parametrize(("secret", "public", "alpha", "proof", "output"), EXAMPLES, ids=["16", "17", "18"])
def test_the_examples_of_the_rfc(secret: str, public: str, alpha: str, proof: str, output: str) -> None:
    key, given_alpha = EcvrfKey(bytes.fromhex(secret)), bytes.fromhex(alpha)
    assert key.public.hex() == public
    assert key.prove(given_alpha).hex() == proof
    assert key.output(given_alpha).hex() == output
    found = verify(key.public, given_alpha, bytes.fromhex(proof))
    assert found is not None and found.hex() == output
    assert CURVE["output_of"](key.public, given_alpha, bytes.fromhex(proof)).hex() == output


@settings(max_examples=15, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=70))
def test_another_implementation_finds_the_same(secret: bytes, alpha: bytes) -> None:
    key = EcvrfKey(secret)
    proof = key.prove(alpha)
    assert (
        verify(key.public, alpha, proof) == key.output(alpha) == CURVE["output_of"](key.public, alpha, proof)
    )


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=20), st.text(max_size=20))
def test_a_proof_is_of_one_input_and_one_key(one: str, other: str) -> None:
    proof = KEY.prove(one.encode())
    found = verify(KEY.public, other.encode(), proof)
    assert found == (KEY.output(one.encode()) if one == other else None)
    assert verify(OTHER.public, one.encode(), proof) is None


def bent() -> Iterator[tuple[str, bytes]]:
    """A good proof with something in it changed, each in its own way."""
    gamma, challenge, scalar = PROOF[:32], PROOF[32:48], PROOF[48:]
    number = int.from_bytes(scalar, "little")
    for place in range(0, PROOF_BYTES * 8, 7):
        changed = bytearray(PROOF)
        changed[place // 8] ^= 1 << place % 8
        yield f"bit {place}", bytes(changed)
    yield "nothing", b""
    yield "short", PROOF[:-1]
    yield "long", PROOF + b"\x00"
    yield "zeros", bytes(PROOF_BYTES)
    yield "s + q", gamma + challenge + (number + ORDER).to_bytes(32, "little")
    yield "s = q", gamma + challenge + ORDER.to_bytes(32, "little")
    yield "s = 0", gamma + challenge + bytes(32)
    yield "c = 0", gamma + bytes(16) + scalar
    yield "-s", gamma + challenge + (ORDER - number).to_bytes(32, "little")
    yield "-gamma", CURVE["encode"](CURVE["minus"](CURVE["decode"](gamma))) + challenge + scalar
    yield "another's gamma", KEY.prove(b"ben")[:32] + challenge + scalar
    yield "another's rest", gamma + KEY.prove(b"ben")[32:]
    yield "gamma is no point", b"\x02" + bytes(31) + challenge + scalar
    for point in SMALL_ORDER:
        yield f"gamma = {point[:8]}", bytes.fromhex(point) + challenge + scalar
        twin = bindings.crypto_core_ed25519_add(gamma, bytes.fromhex(point))
        if twin != gamma:  # the same output, times the cofactor
            yield f"gamma + {point[:8]}", twin + challenge + scalar
    for low in range(19):  # y + p: the only encodings that are not canonical
        yield f"gamma = p + {low}", (FIELD + low).to_bytes(32, "little") + challenge + scalar


def test_a_proof_that_was_changed_shows_nothing() -> None:
    assert verify(KEY.public, ALPHA, PROOF) == KEY.output(ALPHA)
    assert [name for name, proof in bent() if verify(KEY.public, ALPHA, proof) is not None] == []


def hostile_keys() -> Iterator[tuple[str, bytes]]:
    yield "nothing", b""
    yield "short", KEY.public[:-1]
    yield "long", KEY.public + b"\x00"
    yield "no point", b"\x02" + bytes(31)
    for point in SMALL_ORDER:
        yield f"small order {point[:8]} {point[-2:]}", bytes.fromhex(point)
        twin = bindings.crypto_core_ed25519_add(KEY.public, bytes.fromhex(point))
        if twin != KEY.public:
            yield f"of mixed order {point[:8]} {point[-2:]}", twin
    for low in range(19):
        for sign in (0, 1 << 255):
            yield f"p + {low} {sign > 0}", (FIELD + low | sign).to_bytes(32, "little")


def test_a_key_under_which_outputs_cannot_be_told_apart_is_none() -> None:
    assert is_public_key(KEY.public)
    for name, public in hostile_keys():
        assert not is_public_key(public), name
        assert verify(public, ALPHA, PROOF) is None, name


@pytest.mark.parametrize("point", SMALL_ORDER)
def test_who_makes_a_key_of_small_order_cannot_show_a_chosen_output(point: str) -> None:
    """Under such a key anybody can make proofs: gamma of small order, and a challenge that its order divides."""
    public = bytes.fromhex(point)
    for counter in range(40):
        nonce = bindings.crypto_core_ed25519_scalar_reduce(sha512(bytes((counter,))).digest())
        u = bindings.crypto_scalarmult_ed25519_base_noclamp(nonce)
        start = b"\x01" + bytes(31)
        challenge = sha512(b"\x03\x02" + public + start + public + u + u + b"\x00").digest()[:16]
        assert verify(public, ALPHA, public + challenge + nonce) is None


def test_a_secret_key_has_its_length() -> None:
    for secret in (b"", bytes(31), bytes(33)):
        with pytest.raises(ValueError, match="32 bytes"):
            EcvrfKey(secret)
