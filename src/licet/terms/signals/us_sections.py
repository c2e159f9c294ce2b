"""The sections of a GPP string for the United States: which of them refuse the sale or sharing of data, or targeting.

Each is a row of numbers of two bits: 0 where something does not apply, 1, or 2. A section refuses where somebody opted
out or their browser sent Global Privacy Control; and where no notice was given, a child is spoken of, consent was not
given, or data may be used on somebody's behalf only. One that contradicts itself, or holds a number that its
specification does not have, is malformed.

Source: the technical specifications in github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform, December 2025.
"""

from __future__ import annotations

from typing import NamedTuple

from licet.terms.signals.bit_string import BitString, MalformedString

_STATE = "sharing_notice sale_notice targeting_notice sale targeting"
_NATION = (
    "sharing_notice sale_notice shared_notice targeting_notice sensitive_notice limit_notice "
    "sale shared targeting"
)
_CALIFORNIA = "sale_notice shared_notice limit_notice sale shared"
_SENSITIVE = "sharing_notice sale_notice targeting_notice sensitive_notice sale targeting"
_MSPA = "covered opt_out_mode service_provider"


class _Layout(NamedTuple):
    """What stands in a section after its version, two bits each. sensitive, children: how many of those there are."""

    names: str
    sensitive: int
    children: int
    consent: bool
    has_gpc: bool

    def fields(self) -> list[str]:
        consent = ["consent"] if self.consent else []
        many = ["sensitive"] * self.sensitive + ["child"] * self.children
        return [*self.names.split(), *many, *consent, *_MSPA.split()]


#: By section and version. A section that is not here cannot be read, and is a no.
_LAYOUTS = {
    (7, 1): _Layout(_NATION, 12, 2, True, True),
    (7, 2): _Layout(_NATION, 16, 3, True, True),
    (8, 1): _Layout(_CALIFORNIA, 9, 2, True, True),
    (9, 1): _Layout(_STATE, 8, 1, False, False),  # Virginia
    (10, 1): _Layout(_STATE, 7, 1, False, True),  # Colorado
    (11, 1): _Layout(_SENSITIVE, 8, 1, False, False),  # Utah
    (12, 1): _Layout(_STATE, 8, 3, False, True),  # Connecticut
    (13, 1): _Layout(_STATE, 8, 3, True, False),  # Florida
    (14, 1): _Layout(_STATE, 8, 3, True, True),  # Montana
    (15, 1): _Layout(_STATE, 11, 3, True, True),  # Oregon
    (16, 1): _Layout(_STATE, 8, 1, True, True),  # Texas
    (17, 1): _Layout(_STATE, 9, 5, True, True),  # Delaware
    (18, 1): _Layout(_SENSITIVE, 8, 1, False, True),  # Iowa
    (19, 1): _Layout(_STATE, 8, 1, True, True),  # Nebraska
    (20, 1): _Layout(_STATE, 8, 3, True, True),  # New Hampshire
    (21, 1): _Layout(_STATE, 10, 5, True, True),  # New Jersey
    (22, 1): _Layout(_STATE, 8, 1, True, True),  # Tennessee
    (23, 1): _Layout(_STATE, 8, 1, True, True),  # Minnesota
}


class UsSection(NamedTuple):
    """because: what it says no by, in words; none where it refuses nothing. gpc: whether it passes on that the browser
    sent Global Privacy Control."""

    because: tuple[str, ...]
    gpc: bool

    @property
    def refuses(self) -> bool:
        return bool(self.because)


#: What an answer of 1 refuses, by its field.
_REFUSALS = {
    "sale": "an opt-out of the sale of data",
    "shared": "an opt-out of the sharing of data",
    "targeting": "an opt-out of targeted advertising",
    "consent": "no consent to the processing of personal data",
    "service_provider": "data may be used on somebody's behalf only",
}


def read_us_section(section: int, text: str) -> UsSection:
    """Raises: MalformedString for all that the section's specification does not allow."""
    core, *rest = text.split(".")
    bits = BitString(core)
    layout = _LAYOUTS.get((section, bits.number(6)))
    if layout is None or len(rest) > layout.has_gpc:
        raise MalformedString("another version, or a part that the section does not have")
    fields = layout.fields()
    # The same fields are told apart by the length alone in older strings, so that no other length will do: the bits
    # filled up to six, as is specified, or to eight and then to six, as is written.
    width = 6 + 2 * len(fields)
    if len(core) not in (-(-width // 6), -(-(width + -width % 8) // 6)):
        raise MalformedString("a length that it cannot have")
    said = [(name, bits.number(2)) for name in fields]
    bits.end()
    gpc = _gpc(rest[0]) if rest else False
    one = {name: value for name, value in said if name not in ("sensitive", "child")}
    if any(value == 3 for _, value in said) or one["covered"] == 0:
        raise MalformedString("a number that means nothing")
    for name in ("sale", "shared", "targeting"):
        # Nobody can opt out of what was not told to them, nor have answered it where it does not apply.
        if name in one and (one[name] == 0) == (one[f"{name}_notice"] == 1):
            raise MalformedString("an answer without its notice")
    because = ["Global Privacy Control was sent"] if gpc else []
    because += [words for name, words in _REFUSALS.items() if one.get(name) == 1]
    because += ["a notice was not given"] * any(value == 2 for name, value in said if name.endswith("notice"))
    because += ["a child is spoken of"] * any(value != 0 for name, value in said if name == "child")
    return UsSection(tuple(because), gpc)


def _gpc(text: str) -> bool:
    bits = BitString(text)
    if bits.number(2) != 1:
        raise MalformedString("a part of another kind")
    gpc = bits.flag()
    bits.end()
    return gpc


def read_us_privacy(text: str) -> UsSection:
    """The same of the US Privacy string, version 1: notice, opt-out of sale, and a contract, each Y, N or -."""
    if len(text) != 4 or text[0] != "1" or not {*text[1:]} <= {*"YN-"}:
        raise MalformedString("not a US Privacy string")
    notice, opt_out = text[1], text[2]
    if (notice == "Y") == (opt_out == "-"):
        raise MalformedString("an answer without its notice")
    because = [_REFUSALS["sale"]] * (opt_out == "Y") + ["a notice was not given"] * (notice == "N")
    return UsSection(tuple(because), False)
