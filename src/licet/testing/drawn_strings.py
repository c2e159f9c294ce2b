"""Consent strings as browsers send them, each with the signals that it is, said by hand; and who sends which."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from licet.terms.signals import GPC, GPP, TCF, ConsentStrings
from licet.testing.drawn_words import chance, pick

_NONE = frozenset[str]()

#: None is a browser without a dialogue.
TC_STRINGS: Mapping[str | None, frozenset[str]] = {
    None: _NONE,
    "CPTtLAAPTtLAAAAAAAENAAFgALwAAEAAAAAAAOgAgABgAAAA.IAoAAgABgAAEAQAAEAAA.d4AACEAAAAAA": _NONE,
    "CPTtLAAPTtLAAAAAAAENAAFgALwAAEAAAAAAAOgAgABgAAAA": frozenset({TCF}),  # no vendor was disclosed
    "CPSG_8APSG_8ANwAAAENAwCgAAAAAAAAAAYgACPAAAAA.IDKQA4AAgAKAGQAygAAA.YAAAAAAAAAAA": frozenset({TCF}),
    "CPSG_8A": frozenset({TCF}),
}
GPP_STRINGS: Mapping[str | None, frozenset[str]] = {
    None: _NONE,
    "DBABTA~1YNN": _NONE,
    "DBABTA~1YYN": frozenset({GPP}),  # sale
    "DBABLA~CVVVkkkkkpFY.QA": frozenset({GPP}),  # sale, sharing and targeting
    "DBABLA~CAAAAAAAAABA.YA": frozenset({GPP, GPC}),
    "DBABTA~1Y": frozenset({GPP}),
}


def make_strings(rng: Random) -> tuple[ConsentStrings, frozenset[str]]:
    """What a browser has, mostly of one dialogue; and the signals that it is."""
    gpp = pick(rng, [*GPP_STRINGS]) if chance(rng, 60) else None
    tcf = pick(rng, [*TC_STRINGS]) if gpp is None or chance(rng, 30) else None
    return ConsentStrings(gpp, (), tcf), GPP_STRINGS[gpp] | TC_STRINGS[tcf]


def signals_sent(seed: str, percent: int) -> frozenset[str]:
    """The signals of somebody who, in so many cases of a hundred, has a consent string. seed: so that nothing else
    comes out otherwise. Raises: AssertionError where a string is not read as is said by hand."""
    rng = Random(f"strings {seed}")
    if not chance(rng, percent):
        return _NONE
    strings, wanted = make_strings(rng)
    assert strings.refusals() == wanted, strings
    return wanted
