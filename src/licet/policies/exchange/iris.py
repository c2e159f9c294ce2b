"""Names in a JSON-LD file: licet's own words as URNs, each beside its DPV term, and the places of DPV's LOC.

A DPV term in a file from elsewhere is understood where exactly one word of the vocabulary has it, and only in a
permission: what a prohibition rules out must be understood exactly, or the import would permit more than the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from licet.packs.dpv import known_terms
from licet.packs.model import Category, Pack, Purpose, Recipient
from licet.policies.exchange.json_document import refuse
from licet.terms.canonical import JsonObject
from licet.terms.ids import is_id
from licet.terms.regions import COUNTRIES, MEMBERSHIPS, is_region
from licet.terms.vocabulary import CATEGORIES, PURPOSES, Term

PREFIXES: dict[str, str] = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "ai": "https://w3id.org/dpv/ai#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "loc": "https://w3id.org/dpv/loc#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "dct": "http://purl.org/dc/terms/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_URN = "urn:licet:"
_SHARED: dict[str, Mapping[str, Term]] = {"purpose": PURPOSES, "data": CATEGORIES}


def urn(kind: str, id_: str) -> str:
    return f"{_URN}{kind}:{id_}"


def id_of(iri: Any, kind: str, at: str) -> str:
    """The id that one of licet's own URNs names. Raises: PackErrors PACK-041."""
    found = iri.removeprefix(f"{_URN}{kind}:") if isinstance(iri, str) else ""
    if found == iri or not is_id(found):
        raise refuse(
            "PACK-041", f"{_shown(iri)} is not understood as a {kind}", at, f"write {urn(kind, '…')}"
        )
    return found


def word_of(iri: Any, kind: str, at: str, *, exactly: bool) -> str:
    """The purpose or kind of data that an IRI names; a term of DPV where just one word has it.

    exactly: only licet's own URNs will do. Raises: PackErrors PACK-041.
    """
    term = _compact(iri) if isinstance(iri, str) else None
    if term is None or term not in known_terms():
        return id_of(iri, kind, at)
    words = [word.id for word in _SHARED[kind].values() if word.dpv == term]
    if exactly or len(words) != 1:
        why = "may mean less or more than what a prohibition says" if exactly else "has no one word here"
        meant = " or ".join(urn(kind, word) for word in words) or urn(kind, "…")
        raise refuse("PACK-041", f"the {kind} {term} {why}", at, f"write what is meant: {meant}")
    return words[0]


def place(region: str) -> str:
    return f"loc:{region}"


def region_of(iri: Any, at: str) -> str:
    """The ISO code, EU or EEA that a place names. Raises: PackErrors PACK-041."""
    code = iri.removeprefix("loc:").removeprefix(PREFIXES["loc"]) if isinstance(iri, str) else ""
    if code == iri or not (code in COUNTRIES or code in MEMBERSHIPS or is_region(code)):
        raise refuse(
            "PACK-041", f"{_shown(iri)} is not understood as a place", at, "write loc: and an ISO 3166 code"
        )
    return code


def own_words(pack: Pack) -> list[JsonObject]:
    """What a reader needs to know of the URNs in use: labels, DPV terms, which shared purpose one is a kind of, and
    which earlier words it comes after (`dct:replaces`), whose refusals hold for it too.

    The words of the pack that no rule names are among them: what may be asked about is part of a policy.
    """
    nodes: list[JsonObject] = []
    purposes = {*pack.purposes, *(word for rule in pack.rules for word in rule.purposes)}
    categories = {*pack.categories, *(word for rule in pack.rules for word in rule.categories)}
    for id_ in sorted(purposes):
        own, shared = pack.purposes.get(id_), PURPOSES.get(id_)
        parent = own.kind_of if own is not None else None
        term = (own.dpv if own is not None else None) or (shared.dpv if shared else None)
        label = (own.label if own is not None else None) or (shared.label if shared else id_)
        broader = [urn("purpose", parent)] if parent is not None else []
        node = _node(urn("purpose", id_), "dpv:Purpose", label, [*broader, *([term] if term else [])])
        nodes.append(node | _replaced("purpose", own))
    for id_ in sorted(categories):
        found = pack.category_term(id_)
        label, term = (found.label, found.dpv) if found is not None else (id_, None)
        node = _node(urn("data", id_), "dpv:PersonalData", label, [term] if term else [])
        nodes.append(node | _replaced("data", pack.categories.get(id_)))
    for id_ in sorted(pack.recipients):
        one = pack.recipients[id_]
        node = _node(urn("recipient", id_), "dpv:Recipient", one.name, []) | {"dct:type": one.kind}
        nodes.append(node | _replaced("recipient", one))
    return nodes


def _node(iri: str, kind: str, label: str, broader: list[str]) -> JsonObject:
    named = {"@id": iri, "@type": kind, "skos:prefLabel": label}
    return named | ({"skos:broader": [{"@id": one} for one in broader]} if broader else {})


def _replaced(kind: str, word: Purpose | Category | Recipient | None) -> JsonObject:
    earlier = () if word is None else word.succeeds
    return {"dct:replaces": [{"@id": urn(kind, id_)} for id_ in earlier]} if earlier else {}


def _compact(iri: str) -> str | None:
    for prefix, base in PREFIXES.items():
        if iri.startswith(base):
            return f"{prefix}:{iri.removeprefix(base)}"
    return iri if iri.partition(":")[0] in PREFIXES else None


def _shown(value: Any) -> str:
    return repr(value)[:80]
