"""What one consent string says, part by part and in words: for a person who looks at it.

The signals that it is are those of `ConsentStrings`, and nothing else is decided here.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from licet.terms.signals.bit_string import MalformedString
from licet.terms.signals.consent_strings import GPP, TCF, ConsentStrings
from licet.terms.signals.gpp_string import GppSection, read_sections
from licet.terms.signals.tcf_string import refusal

#: The sections of a GPP string, by the number that IAB Tech Lab gave them.
SECTION_NAMES = {
    2: "TCF, Europe", 5: "TCF, Canada", 6: "US Privacy", 7: "United States", 8: "California", 9: "Virginia",
    10: "Colorado", 11: "Utah", 12: "Connecticut", 13: "Florida", 14: "Montana", 15: "Oregon", 16: "Texas",
    17: "Delaware", 18: "Iowa", 19: "Nebraska", 20: "New Hampshire", 21: "New Jersey", 22: "Tennessee", 23: "Minnesota",
    24: "Maryland", 25: "Indiana", 26: "Kentucky", 27: "Rhode Island",
}  # fmt: skip


class StringAccount(NamedTuple):
    """kind: ``gpp`` or ``tcf``. signals: what it is, none where it refuses nothing. malformed: why it cannot be read,
    which is a no; None where it can. sections: of a GPP string, each. missing: those that apply and are not in it.
    because: why a TC string does not consent; None where it does, and for a GPP string."""

    kind: str
    signals: frozenset[str]
    malformed: str | None = None
    sections: tuple[GppSection, ...] = ()
    missing: tuple[int, ...] = ()
    because: str | None = None


def account_of(text: str, applying: Collection[int] = (), vendors: Collection[int] = ()) -> StringAccount:
    """What a GPP string says, which begins with a D as all of version 1 do or has a ``~``, or else a TC string.

    applying: the numbers of sections that apply; with any, it is a GPP string. vendors: as `ConsentStrings.refusals`.
    """
    is_gpp = bool(applying) or "~" in text or text.startswith("D")
    strings = ConsentStrings(text, tuple(applying)) if is_gpp else ConsentStrings(tcf=text)
    account = StringAccount(GPP if is_gpp else TCF, strings.refusals(vendors))
    try:
        if not is_gpp:
            return account._replace(because=refusal(text, vendors))
        sections = tuple(read_sections(text, vendors))
    except MalformedString as error:
        return account._replace(malformed=str(error))
    missing = sorted({*applying} - {section.number for section in sections})
    return account._replace(sections=sections, missing=tuple(missing))
