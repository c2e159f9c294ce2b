"""DPV 2.3: permissions and prohibitions as rules, each of one process with purpose, data, recipient, basis and place.

DPV tells opting in from opting out, and names legal bases. For days it has no word of its own; they are Dublin Core's
`valid`, as an ISO 8601 interval whose end is the first day no longer.

Source: https://w3id.org/dpv
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

from licet.packs.model import Pack
from licet.policies.exchange.iris import PREFIXES, id_of, own_words, place, region_of, urn, word_of
from licet.policies.exchange.json_document import (
    check_context,
    check_keys,
    day,
    iri,
    listed,
    only,
    refuse,
    text,
)
from licet.policies.exchange.statements import Can, Said
from licet.terms.canonical import JsonObject

CAN = Can(opting_out=True, legal_basis=True)

_KEYS = ("@context", "@type", "@id", "dpv:hasDataController", "dpv:hasPermission", "dpv:hasProhibition")
_RULE_KEYS = ("@type", "@id", "dpv:hasProcess", "dct:valid")
_PROCESS_KEYS = (
    "@type",
    "@id",
    "dpv:hasPurpose",
    "dpv:hasPersonalData",
    "dpv:hasRecipient",
    "dpv:hasLocation",
)
_PERMITTED_KEYS = (*_PROCESS_KEYS, "dpv:hasLegalBasis", "dpv:hasEntityInvolvement")
_ASKS: dict[str, Literal["first", "after"]] = {
    "dpv:OptingInToProcess": "first",
    "dpv:OptingOutFromProcess": "after",
}
_OPEN = ".."


def write(pack: Pack, said: Iterable[Said]) -> JsonObject:
    rules = list(said)
    made: JsonObject = {
        "@context": PREFIXES,
        "@type": "dpv:Policy",
        "@id": f"urn:licet:pack:{pack.id}:{pack.digest}",
        "dct:identifier": pack.id,
        "dct:title": pack.title,
        "dct:hasVersion": pack.version,
        "dpv:hasDataController": {"@type": "dpv:DataController", "skos:prefLabel": pack.controller.name},
    }
    for key, kind, effect in (
        ("dpv:hasPermission", "dpv:Permission", "permit"), ("dpv:hasProhibition", "dpv:Prohibition", "forbid"),
    ):  # fmt: skip
        if told := [_rule(one, kind) for one in rules if one.effect == effect]:
            made[key] = told
    made["dct:references"] = own_words(pack)
    return made


def _rule(one: Said, kind: str) -> JsonObject:
    process: JsonObject = {
        "@type": "dpv:Process",
        "dpv:hasPurpose": _ids(urn("purpose", id_) for id_ in one.purposes),
        "dpv:hasPersonalData": _ids(urn("data", id_) for id_ in one.categories),
        "dpv:hasRecipient": _ids(urn("recipient", id_) for id_ in one.recipients),
    }
    if one.regions is not None:
        process["dpv:hasLocation"] = _ids(map(place, one.regions))
    if one.legal_basis is not None:
        process["dpv:hasLegalBasis"] = {"@id": one.legal_basis}
    if one.asks is not None and one.control is not None:
        word = next(word for word, asks in _ASKS.items() if asks == one.asks)
        process["dpv:hasEntityInvolvement"] = {"@type": word, "@id": urn("control", one.control)}
    made: JsonObject = {"@type": kind, "@id": urn("rule", one.id), "dpv:hasProcess": process}
    if one.starts is not None or one.until is not None:
        ends = [_OPEN if when is None else when.isoformat() for when in (one.starts, one.until)]
        made["dct:valid"] = "/".join(ends)
    return made


def _ids(iris: Iterable[str]) -> list[dict[str, str]]:
    return [{"@id": one} for one in iris]


def read(document: JsonObject, where: str) -> list[Said]:
    """The rules of a file. Raises: PackErrors PACK-041 to PACK-043 for anything that is not understood."""
    check_context(document, PREFIXES, (), where)
    check_keys(document, _KEYS, where)
    only(document.get("@type"), ("dpv:Policy",), "kind of policy", where)
    found = []
    for key, kind, effect in (
        ("dpv:hasPermission", "dpv:Permission", "permit"), ("dpv:hasProhibition", "dpv:Prohibition", "forbid"),
    ):  # fmt: skip
        for number, value in enumerate(listed(document[key], where) if key in document else ()):
            at = f"{where}: {key}[{number}]"
            rule = check_keys(value, _RULE_KEYS, at)
            only(rule.get("@type"), (kind,), "kind of rule", at)
            found.append(_read_rule(rule, effect, f"{effect}_{number}", at))
    return found


def _read_rule(rule: JsonObject, effect: Any, otherwise: str, at: str) -> Said:
    exactly = effect == "forbid"
    process = check_keys(rule.get("dpv:hasProcess"), _PROCESS_KEYS if exactly else _PERMITTED_KEYS, at)
    for key in ("dpv:hasPurpose", "dpv:hasPersonalData", "dpv:hasRecipient"):
        if key not in process:
            raise refuse(
                "PACK-042", f"the rule has no {key}", at, "say it: a rule about everything is not understood"
            )
    told = {
        key: [iri(one) for one in listed(process[key], at)] for key in _PROCESS_KEYS[2:] if key in process
    }
    starts, until = _interval(rule.get("dct:valid"), at)
    if effect == "permit" and starts is None:
        raise refuse("PACK-043", "the permission names no first day", at, "add dct:valid, e.g. 2025-11-03/..")
    name, basis = rule.get("@id"), iri(process.get("dpv:hasLegalBasis"))
    if basis is not None and not (isinstance(basis, str) and len(basis) <= 100):
        raise refuse("PACK-042", "the legal basis is not one term", at, "write one, e.g. eu-gdpr:A6-1-f")
    control, asks = _involvement(process.get("dpv:hasEntityInvolvement"), at)
    places = told.get("dpv:hasLocation")
    return Said(
        id_of(name, "rule", at) if isinstance(name, str) and name.startswith("urn:licet:rule:") else otherwise,
        effect,
        tuple(word_of(one, "purpose", at, exactly=exactly) for one in told["dpv:hasPurpose"]),
        tuple(word_of(one, "data", at, exactly=exactly) for one in told["dpv:hasPersonalData"]),
        tuple(id_of(one, "recipient", at) for one in told["dpv:hasRecipient"]),
        None if places is None else tuple(region_of(one, at) for one in places),
        starts, until, control, asks, basis,
    )  # fmt: skip


def _interval(value: Any, at: str) -> tuple[date | None, date | None]:
    if value is None:
        return None, None
    parts = value.split("/") if isinstance(value, str) else []
    if len(parts) != 2:
        raise refuse(
            "PACK-042", "dct:valid is no interval", at, "write it as 2025-11-03/.. or 2025-11-03/2026-01-01"
        )
    first, last = (None if part == _OPEN else day(part, at) for part in parts)
    return first, last


def _involvement(value: Any, at: str) -> tuple[str | None, Literal["first", "after"] | None]:
    if value is None:
        return None, None
    told = check_keys(value, ("@type", "@id"), at)
    kind = told.get("@type")
    only(kind, tuple(_ASKS), "involvement", at)
    return ("consent" if "@id" not in told else id_of(told["@id"], "control", at)), _ASKS[str(kind)]


def heading(document: JsonObject) -> tuple[Any, str, str]:
    """The policy's id as it is written, its title, and who it is of."""
    controller = document.get("dpv:hasDataController")
    name = controller.get("skos:prefLabel") if isinstance(controller, dict) else None
    return (
        document.get("dct:identifier"),
        text(document.get("dct:title"), "A DPV policy"),
        text(name, "Not named"),
    )
