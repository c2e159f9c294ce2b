"""ODRL 2.2: a Set whose permissions and prohibitions of `use` are constrained by purpose, place, recipient and day.

ODRL's own words only. It has a duty to obtain consent and no word for a use that goes on until somebody objects.

Source: https://www.w3.org/TR/odrl-model/ and https://www.w3.org/TR/odrl-vocab/
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

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

CAN = Can(opting_out=False, legal_basis=False)

CONTEXT = "http://www.w3.org/ns/odrl.jsonld"
_KEYS = ("@context", "@type", "type", "@id", "uid", "assigner", "conflict", "permission", "prohibition")
_RULE_KEYS = ("@type", "type", "@id", "uid", "target", "action", "constraint")
#: Operators understood for each operand, the first the one that is written.
_LISTS = {"purpose": ("isAnyOf", "isA", "eq"), "spatial": ("isAnyOf", "eq"), "recipient": ("isAnyOf", "eq")}
_DAYS = {"gteq": "starts", "lt": "until"}


def write(pack: Pack, said: Iterable[Said]) -> JsonObject:
    rules = list(said)
    made: JsonObject = {
        "@context": [CONTEXT, PREFIXES],
        "@type": "Set",
        "uid": f"urn:licet:pack:{pack.id}:{pack.digest}",
        "dct:identifier": pack.id,
        "dct:title": pack.title,
        "dct:hasVersion": pack.version,
        "assigner": {
            "@type": "Party",
            "uid": urn("recipient", "self"),
            "skos:prefLabel": pack.controller.name,
        },
        "conflict": "prohibit",
    }
    for key, effect in (("permission", "permit"), ("prohibition", "forbid")):
        if told := [_rule(one) for one in rules if one.effect == effect]:
            made[key] = told
    made["dct:references"] = own_words(pack)
    return made


def _rule(one: Said) -> JsonObject:
    constraints = [_any_of("purpose", (urn("purpose", id_) for id_ in one.purposes))]
    constraints.append(_any_of("recipient", (urn("recipient", id_) for id_ in one.recipients)))
    if one.regions is not None:
        constraints.append(_any_of("spatial", map(place, one.regions)))
    for operator, key in _DAYS.items():
        if (when := getattr(one, key)) is not None:
            operand = {"@value": when.isoformat(), "@type": "xsd:date"}
            constraints.append({"leftOperand": "dateTime", "operator": operator, "rightOperand": operand})
    made: JsonObject = {
        "uid": urn("rule", one.id), "target": [urn("data", id_) for id_ in one.categories], "action": "use",
        "constraint": constraints,
    }  # fmt: skip
    if one.asks is not None and one.control is not None:
        made["duty"] = [{"uid": urn("control", one.control), "action": "obtainConsent"}]
    return made


def _any_of(operand: str, iris: Iterable[str]) -> JsonObject:
    return {"leftOperand": operand, "operator": "isAnyOf", "rightOperand": [{"@id": one} for one in iris]}


def read(document: JsonObject, where: str) -> list[Said]:
    """The rules of a file. Raises: PackErrors PACK-041 to PACK-043 for anything that is not understood."""
    check_context(document, PREFIXES, (CONTEXT,), where)
    check_keys(document, _KEYS, where)
    only(document.get("@type", document.get("type")), ("Set", "Offer", "Policy"), "kind of policy", where)
    if "prohibition" in document:
        # Without it a conflict makes the whole policy void; with another strategy a permission could win.
        only(document.get("conflict"), ("prohibit",), "conflict strategy", f"{where}: conflict")
    found = []
    for key, effect in (("permission", "permit"), ("prohibition", "forbid")):
        for number, rule in enumerate(listed(document[key], where) if key in document else ()):
            at = f"{where}: {key}[{number}]"
            keys = (*_RULE_KEYS, "duty") if effect == "permit" else _RULE_KEYS
            found.append(_read_rule(check_keys(rule, keys, at), effect, f"{key}_{number}", at))
    return found


def _read_rule(rule: JsonObject, effect: Any, otherwise: str, at: str) -> Said:
    if "target" not in rule:
        raise refuse("PACK-042", "the rule names no target", at, f"write target: {urn('data', '…')}")
    only(iri(rule.get("action")), ("use", "odrl:use"), "action", at)
    exactly = effect == "forbid"
    told: JsonObject = {}
    for number, constraint in enumerate(listed(rule["constraint"], at) if "constraint" in rule else ()):
        _read_constraint(constraint, told, exactly, f"{at}.constraint[{number}]")
    for operand in ("purpose", "recipient"):
        if operand not in told:
            raise refuse("PACK-042", f"the rule names no {operand}", at, f"add a constraint on {operand}")
    starts: date | None = told.get("starts")
    if effect == "permit" and starts is None:
        raise refuse(
            "PACK-043", "the permission names no first day", at, "add a constraint on dateTime with gteq"
        )
    categories = tuple(word_of(iri(one), "data", at, exactly=exactly) for one in listed(rule["target"], at))
    name = rule.get("uid", rule.get("@id"))
    control = _duty(rule["duty"], at) if "duty" in rule else None
    return Said(
        id_of(name, "rule", at) if isinstance(name, str) and name.startswith("urn:licet:rule:") else otherwise,
        effect, told["purpose"], categories, told["recipient"], told.get("spatial"), starts, told.get("until"),
        control, None if control is None else "first", None,
    )  # fmt: skip


def _read_constraint(value: Any, told: JsonObject, exactly: bool, at: str) -> None:
    constraint = check_keys(
        value, ("@type", "type", "@id", "uid", "leftOperand", "operator", "rightOperand"), at
    )
    operand = str(iri(constraint.get("leftOperand"))).removeprefix("odrl:")
    operator = str(iri(constraint.get("operator"))).removeprefix("odrl:")
    only(operand, (*_LISTS, "dateTime"), "left operand", at)
    only(operator, _LISTS.get(operand, tuple(_DAYS)), f"operator on {operand}", at)
    right = constraint.get("rightOperand")
    key: str = operand
    found: Any
    if operand == "dateTime":
        key, found = _DAYS[operator], day(right, at)
    else:
        values = [iri(one) for one in listed(right, at)]
        if operator == "eq" and len(values) != 1:
            raise refuse("PACK-042", "eq is said of one thing", at, "use isAnyOf")
        found = tuple(_operand(operand, one, exactly, at) for one in values)
    if key in told:
        raise refuse(
            "PACK-042", f"two constraints on {operand} stand in one rule", at, "say it in one constraint"
        )
    told[key] = found


def _operand(operand: str, value: Any, exactly: bool, at: str) -> str:
    if operand == "purpose":
        return word_of(value, "purpose", at, exactly=exactly)
    return region_of(value, at) if operand == "spatial" else id_of(value, "recipient", at)


def _duty(value: Any, at: str) -> str:
    duties = listed(value, at)
    duty = check_keys(duties[0], ("@type", "type", "@id", "uid", "action"), f"{at}.duty")
    if len(duties) > 1:
        raise refuse(
            "PACK-042", "a permission has several duties", at, "only one duty to obtain consent is understood"
        )
    only(iri(duty.get("action")), ("obtainConsent", "odrl:obtainConsent"), "duty", f"{at}.duty")
    name = duty.get("uid", duty.get("@id"))
    return "consent" if name is None else id_of(name, "control", at)


def heading(document: JsonObject) -> tuple[Any, str, str]:
    """The policy's id as it is written, its title, and who it is of."""
    assigner = document.get("assigner")
    name = assigner.get("skos:prefLabel") if isinstance(assigner, dict) else None
    return (
        document.get("dct:identifier"),
        text(document.get("dct:title"), "An ODRL policy"),
        text(name, "Not named"),
    )
