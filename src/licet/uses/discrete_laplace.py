"""Noise of the discrete Laplace distribution, exact, from a key: the same key and label always draw the same number.

Whole numbers throughout, after Canonne, Kamath and Steinke (2020, arXiv:2004.00010, algorithms 1 and 2): no floating
point, whose gaps tell of what noise was added to (Mironov 2012). Bits are HMAC-SHA256 of the label under the key, in
counter mode; whoever has not the key cannot tell them from chance.
"""

from __future__ import annotations

import hmac
from fractions import Fraction

_BLOCK_BITS = 256


class KeyedBits:
    """A stream of bits that a key and a label fix."""

    def __init__(self, key: bytes, label: bytes) -> None:
        self._key, self._label = key, label
        self._counter, self._held, self._left = 0, 0, 0

    def below(self, bound: int) -> int:
        """A whole number from 0, and below a bound, each as likely as any other."""
        bits = (bound - 1).bit_length()
        while True:
            value = self._take(bits)
            if value < bound:
                return value

    def _take(self, bits: int) -> int:
        while self._left < bits:
            block = hmac.digest(self._key, self._counter.to_bytes(8, "big") + self._label, "sha256")
            self._held |= int.from_bytes(block, "big") << self._left
            self._counter, self._left = self._counter + 1, self._left + _BLOCK_BITS
        value = self._held & ((1 << bits) - 1)
        self._held, self._left = self._held >> bits, self._left - bits
        return value


def discrete_laplace(bits: KeyedBits, epsilon: Fraction) -> int:
    """A number n with a chance in proportion to exp(-epsilon * |n|). epsilon: above 0."""
    s, t = epsilon.numerator, epsilon.denominator
    while True:
        low = bits.below(t)
        if not _happens_exp(bits, low, t):
            continue
        high = 0
        while _happens_exp(bits, 1, 1):
            high += 1
        size, is_negative = (low + t * high) // s, bits.below(2) == 1
        if not (is_negative and size == 0):
            return -size if is_negative else size


def _happens_exp(bits: KeyedBits, over: int, under: int) -> bool:
    """True with the chance exp(-over / under), of a fraction from 0 to 1."""
    count = 1
    while bits.below(under * count) < over:
        count += 1
    return count % 2 == 1
