"""The bits of one part of a consent string, read from the left, once. Whatever is odd about them is `MalformedString`.

Six bits a letter, in the alphabet of RFC 4648 section 5, without its padding. Nothing is read past the end, and what is
left over is nothing but fewer than 24 zeros.
"""

from __future__ import annotations

#: Letters that a whole string may have: no server takes a longer address.
MOST_LETTERS = 8192
#: Zeros that may follow the last field: encoders fill up to 6, 8 or 24 bits.
_PADDING_BITS = 24
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_BITS = {letter: format(place, "06b") for place, letter in enumerate(_ALPHABET)}
#: 1, 2, 3, 5, 8 …: more than any number here needs.
_FIBONACCI = [1, 2]
while len(_FIBONACCI) < 24:
    _FIBONACCI.append(_FIBONACCI[-1] + _FIBONACCI[-2])


class MalformedString(ValueError):
    """A consent string that is not as its specification says. It never leaves `licet.terms.signals`: it is a no."""


class BitString:
    """One part of a string, and how far it is read."""

    def __init__(self, text: str) -> None:
        """Raises: MalformedString for a letter of another alphabet, and for none."""
        if not text or len(text) > MOST_LETTERS:
            raise MalformedString("a length that it cannot have")
        try:
            self._bits = "".join(map(_BITS.__getitem__, text))
        except KeyError:
            raise MalformedString("a letter of another alphabet") from None
        self._at = 0

    def field(self, width: int) -> str:
        """The next bits as they are. Raises: MalformedString where the string is shorter."""
        end = self._at + width
        if end > len(self._bits):
            raise MalformedString("too short")
        found, self._at = self._bits[self._at : end], end
        return found

    def number(self, width: int) -> int:
        """The next bits as a number, the highest first."""
        return int(self.field(width), 2)

    def flag(self) -> bool:
        return self.field(1) == "1"

    def fibonacci(self) -> int:
        """The next number of at least 1 in Fibonacci coding: it ends with its first two ones in a row."""
        end = self._bits.find("11", self._at)
        if end < 0 or end - self._at >= len(_FIBONACCI):
            raise MalformedString("a number without an end")
        ones = self.field(end + 2 - self._at)[:-1]
        return sum(worth for worth, bit in zip(_FIBONACCI, ones, strict=False) if bit == "1")

    def end(self) -> None:
        """Raises: MalformedString where more follows than padding."""
        left = self._bits[self._at :]
        if len(left) >= _PADDING_BITS or "1" in left:
            raise MalformedString("more than its fields")
