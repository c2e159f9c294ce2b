"""IAB Europe's TC string, version 2.3 of the framework: whether it consents to advertising by personal data.

It does where both purposes that choose advertisements by somebody's data have consent, a vendor that has it was shown
to them, and no publisher's restriction stands in the way. Ranges are compared as they stand, never written out: 8 KiB
can name 65,535 vendors a thousand times over.

Source: "Transparency and Consent String with Global Vendor & CMP List Formats", IAB Tech Lab, February 2026.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from licet.terms.signals.bit_string import MOST_LETTERS, BitString, MalformedString

#: "Create profiles for personalised advertising" and "use profiles to select personalised advertising".
ADVERTISING_PURPOSES = (3, 4)
_DISCLOSED_VENDORS, _PUBLISHER = 1, 3
_NOT_ALLOWED, _LEGITIMATE_INTEREST, _UNDEFINED = 0, 2, 3
#: Screen, language and so on between the version and the bits that are looked at: two days, the dialogue's number, its
#: version and screen, the language, the list's version, the policy's.
_BETWEEN_BITS = 36 + 36 + 12 + 12 + 6 + 12 + 12 + 6

#: First and last number of each, ascending, apart from one another.
Ranges = Sequence[tuple[int, int]]


def consents(text: str, vendors: Collection[int] = ()) -> bool:
    """Whether a TC string consents to advertising by personal data. vendors, Raises: as `refusal`."""
    return refusal(text, vendors) is None


def refusal(text: str, vendors: Collection[int] = ()) -> str | None:
    """Why a TC string does not consent to advertising by personal data, in words; None where it does.

    vendors: the numbers, on the Global Vendor List, of those who must each have consent; where none is named, one must.
    Raises:  MalformedString for all that the specification does not allow, and for what it no longer does: a string for
             more than one service, or with vendors that are allowed and not disclosed.
    """
    if len(text) > MOST_LETTERS:
        raise MalformedString("too long")
    core, *segments = text.split(".")
    bits = _bytes(core)
    if bits.number(6) != 2:
        raise MalformedString("another version")
    bits.field(_BETWEEN_BITS)
    if not bits.flag():
        raise MalformedString("consent for more than one service")
    bits.field(1 + 12)  # whether the texts are the standard ones; special features
    purposes = bits.field(24)
    bits.field(24 + 1 + 12)  # legitimate interests, purpose one, the publisher's country
    consenting = _vendors(bits)
    _vendors(bits)
    hindered = _hindered(bits)
    bits.end()
    disclosed = _disclosed(segments)
    if disclosed is None:
        return "it does not say which vendors were disclosed"
    if not all(purposes[purpose - 1] == "1" for purpose in ADVERTISING_PURPOSES):
        return "purposes 3 and 4, advertising by a profile, have no consent, or one of them has none"
    if vendors:
        return _refusal_of_one(vendors, consenting, disclosed, hindered)
    if hindered:
        return _RESTRICTED
    return None if _meet(consenting, disclosed) else "no vendor that was disclosed has consent"


_RESTRICTED = "the publisher restricts purpose 3 or 4"


def _refusal_of_one(
    vendors: Collection[int], consenting: Ranges, disclosed: Ranges, hindered: Sequence[Ranges]
) -> str | None:
    for one in sorted(vendors):
        if not (_has(consenting, one) and _has(disclosed, one)):
            return f"vendor {one} has no consent, or was not disclosed"
        if any(_has(ranges, one) for ranges in hindered):
            return f"{_RESTRICTED} for vendor {one}"
    return None


def _bytes(part: str) -> BitString:
    """The bits of one part. Raises: MalformedString also where it is so long as no number of whole bytes is."""
    if len(part) % 4 == 1:
        raise MalformedString("a length that it cannot have")
    return BitString(part)


def _vendors(bits: BitString) -> Ranges:
    highest, is_ranges = bits.number(16), bits.flag()
    if is_ranges:
        ranges = _ranges(bits)
        if ranges and ranges[-1][1] > highest:
            raise MalformedString("a vendor beyond the highest")
        return ranges
    field = bits.field(highest) if highest else ""
    found, start = list[tuple[int, int]](), field.find("1")
    while start >= 0:
        end = field.find("0", start)
        end = highest if end < 0 else end
        found.append((start + 1, end))
        start = field.find("1", end)
    return found


def _ranges(bits: BitString) -> Ranges:
    """Raises: MalformedString where they are not in order, or overlap."""
    found, last = list[tuple[int, int]](), 0
    for _ in range(bits.number(12)):
        is_group, first = bits.flag(), bits.number(16)
        end = bits.number(16) if is_group else first
        if first <= last or end < first + is_group:
            raise MalformedString("ranges out of order")
        found.append((first, end))
        last = end
    return found


def _hindered(bits: BitString) -> list[Ranges]:
    """For whom the publisher has ruled out one of the purposes, or consent as the ground of it."""
    found, known = list[Ranges](), set[tuple[int, int]]()
    for _ in range(bits.number(12)):
        purpose, kind = bits.number(6), bits.number(2)
        ranges = _ranges(bits)
        if not purpose or kind == _UNDEFINED or (purpose, kind) in known:
            raise MalformedString("a restriction that means nothing")
        known.add((purpose, kind))
        if purpose in ADVERTISING_PURPOSES and kind in (_NOT_ALLOWED, _LEGITIMATE_INTEREST) and ranges:
            found.append(ranges)
    return found


def _disclosed(segments: Sequence[str]) -> Ranges | None:
    """The vendors that were shown; None where the string does not say, and then none can be taken for shown."""
    found, kinds = None, set[int]()
    for segment in segments:
        bits = _bytes(segment)
        kind = bits.number(3)
        if kind in kinds:
            raise MalformedString("a segment twice")
        kinds.add(kind)
        if kind == _DISCLOSED_VENDORS:
            found = _vendors(bits)
        elif kind == _PUBLISHER:
            bits.field(24 + 24)
            bits.field(2 * bits.number(6))
        else:
            raise MalformedString("a segment of another kind")
        bits.end()
    return found


def _has(ranges: Ranges, number: int) -> bool:
    return any(first <= number <= last for first, last in ranges)


def _meet(one: Ranges, other: Ranges) -> bool:
    """Whether two have a number in common."""
    places = sorted([(*pair, 0) for pair in one] + [(*pair, 1) for pair in other])
    reached = [0, 0]
    for first, last, whose in places:
        if reached[1 - whose] >= first:
            return True
        reached[whose] = max(reached[whose], last)
    return False
