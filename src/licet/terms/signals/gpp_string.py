"""IAB Tech Lab's GPP string, version 1: a header that names sections, and the sections, each by its own specification.

Any section's no counts, whether it is the one that applies or not; so does a section that cannot be read. Where the
published specification and the code of its publisher differ about a section, nobody can tell what a string says, and it
is a no.

Source: "Global Privacy Platform String", github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform, December
2025; github.com/IABTechLab/iabgpp-es 3.2.0 for what is written in practice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from licet.terms.signals import tcf_string, us_sections
from licet.terms.signals.bit_string import MOST_LETTERS, BitString, MalformedString

_TCF_EUROPE, _US_PRIVACY = 2, 6
#: Canada's: the specification has a vendor list begin with one bit for its form, the code with its highest number, of
#: 16 bits. Maryland's, Indiana's, Kentucky's and Rhode Island's: the specification has each begin with a header of its
#: own, which the code neither writes nor reads.
UNSETTLED = frozenset({5, 24, 25, 26, 27})
#: More sections than were ever numbered.
_MOST_SECTIONS = 64


class GppSection(NamedTuple):
    """number: of the section. because: what it says no by, in words; none where it refuses nothing. gpc: whether it
    passes on that signal."""

    number: int
    because: tuple[str, ...]
    gpc: bool = False


class GppReading(NamedTuple):
    """refuses: whether any section says no, or one that applies is missing. gpc: whether one passes on that signal."""

    refuses: bool
    gpc: bool


def read_gpp(text: str, applying: Collection[int], vendors: Collection[int] = ()) -> GppReading:
    """What a GPP string says.

    applying: the numbers of the sections that apply, as `gpp_sid` names them; one that is not in the string is a no,
              and so is a string without any section. vendors: as `tcf_string.consents`.
    Raises:   MalformedString.
    """
    sections = read_sections(text, vendors)
    present = {section.number for section in sections}
    refuses = any(section.because for section in sections)
    return GppReading(
        refuses or not present or not present >= {*applying}, any(section.gpc for section in sections)
    )


def read_sections(text: str, vendors: Collection[int] = ()) -> list[GppSection]:
    """What each section says, in their order. vendors: as `read_gpp`. Raises: MalformedString, for the first of them
    that cannot be read."""
    found = list[GppSection]()
    for number, section in _sections(text).items():
        try:
            found.append(_read_section(number, section, vendors))
        except MalformedString as error:
            raise MalformedString(f"section {number}: {error}") from None
    return found


def _read_section(number: int, text: str, vendors: Collection[int]) -> GppSection:
    if number == _TCF_EUROPE:
        refusal = tcf_string.refusal(text, vendors)
        return GppSection(number, () if refusal is None else (refusal,))
    if number in UNSETTLED:
        return GppSection(number, ("its specification and the code of its publisher differ",))
    is_privacy = number == _US_PRIVACY
    said = us_sections.read_us_privacy(text) if is_privacy else us_sections.read_us_section(number, text)
    return GppSection(number, said.because, said.gpc)


def _sections(text: str) -> Mapping[int, str]:
    if len(text) > MOST_LETTERS:
        raise MalformedString("too long")
    header, *sections = text.split("~")
    bits = BitString(header)
    if bits.number(6) != 3 or bits.number(6) != 1:
        raise MalformedString("not a GPP string of version 1")
    numbers, last = list[int](), 0
    for _ in range(bits.number(12)):
        is_group = bits.flag()
        first = last + bits.fibonacci()
        last = first + bits.fibonacci() if is_group else first
        if last > _MOST_SECTIONS:
            raise MalformedString("a section that nobody numbered")
        numbers += range(first, last + 1)
    bits.end()
    if len(numbers) != len(sections):
        raise MalformedString("other sections than the header names")
    return dict(zip(numbers, sections, strict=True))
