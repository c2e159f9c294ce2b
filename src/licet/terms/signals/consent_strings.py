"""The consent strings that came with one request, and the signals that they are."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from licet.terms.signals.bit_string import MalformedString
from licet.terms.signals.gpp_string import GppReading, read_gpp
from licet.terms.signals.tcf_string import consents

GPC, GPP, TCF = "gpc", "gpp", "tcf"
#: Every signal that a policy may honour, by its name.
SIGNALS = {
    GPC: "Global Privacy Control",
    GPP: "Global Privacy Platform string",
    TCF: "Transparency & Consent string",
}


class ConsentStrings(NamedTuple):
    """gpp: a GPP string, and `gpp_sid` the numbers of its sections that apply. tcf: a TC string. None: none came;
    that sections apply all the same is a no."""

    gpp: str | None = None
    gpp_sid: tuple[int, ...] = ()
    tcf: str | None = None

    def refusals(self, vendors: Collection[int] = ()) -> frozenset[str]:
        """The signals that the strings are: `gpp` and `tcf` where one refuses, or cannot be read; `gpc` where a GPP
        string passes it on. None where nothing is refused.

        vendors: numbers on IAB Europe's Global Vendor List of those whom a TC string must consent to, each.
        """
        said = set[str]()
        if self.gpp is not None or self.gpp_sid:
            try:
                reading = read_gpp(self.gpp or "", self.gpp_sid, vendors)
            except MalformedString:
                reading = GppReading(True, False)
            said |= {GPP} if reading.refuses else set()
            said |= {GPC} if reading.gpc else set()
        if self.tcf is not None:
            try:
                consented = consents(self.tcf, vendors)
            except MalformedString:
                consented = False
            said |= set() if consented else {TCF}
        return frozenset(said)
