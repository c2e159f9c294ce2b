"""The words of a receipt: its JSON-LD context and every term of the Data Privacy Vocabulary it uses.

The context is written into each receipt, so reading one as linked data fetches nothing. What DPV has no word for is
said under `licet:`; the machine's proof is one JSON literal, so no key of a payload can become a statement.

Source: W3C DPV 2.3 (https://w3id.org/dpv) and its profile of ISO/IEC TS 27560 (https://w3id.org/dpv/schema/dpv-27560).
"""

from __future__ import annotations

from licet.terms.canonical import JsonObject

#: Version of a receipt's layout; a later one is refused, not guessed at.
RECEIPT_VERSION = 1

#: What a consent receipt declares to conform to. The exercise of a right is not a consent and declares nothing.
CONSENT_PROFILE = "dpv-27560:receipt"

PREFIXES: dict[str, str] = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "ai": "https://w3id.org/dpv/ai#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "dpv-27560": "https://w3id.org/dpv/schema/dpv-27560#",
    "dct": "http://purl.org/dc/terms/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "licet": "urn:licet:receipt#",
}

#: Properties whose values are terms, not text.
_NAMING_TERMS = (
    "dct:conformsTo",
    "dpv:hasApplicability",
    "dpv:hasConsentControl",
    "dpv:hasEntityInvolvement",
    "dpv:hasLegalBasis",
    "dpv:hasRight",
    "dpv:hasStatus",
    "skos:broader",
)
_MOMENTS = ("dct:created", "dpv:isIndicatedAtTime")


def context() -> JsonObject:
    """The `@context` of a receipt."""
    return {
        **PREFIXES,
        **{name: {"@id": name, "@type": "@id"} for name in _NAMING_TERMS},
        **{name: {"@id": name, "@type": "xsd:dateTime"} for name in _MOMENTS},
        "licet:proof": {"@id": "licet:proof", "@type": "@json"},
    }


def labelled(identifier: str, label: str, kind: str, broader: str | None = None) -> JsonObject:
    """One thing with its id, what people call it, and the DPV terms it is an instance and a kind of."""
    named = {"@type": [kind], "dct:identifier": identifier, "skos:prefLabel": label}
    return named if broader is None else named | {"skos:broader": [broader]}


def not_available(*kinds: str) -> JsonObject:
    """A field of the profile that the policy does not state: said to be missing, not left out or made up."""
    return {**({"@type": list(kinds)} if kinds else {}), "dpv:hasApplicability": ["dpv:NotAvailable"]}
