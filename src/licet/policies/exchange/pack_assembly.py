"""From the rules of a file to a pack that loads: what the file does not say is marked as read from that file alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from licet.packs.loading import check_pack
from licet.packs.model import Pack
from licet.packs.pack_problems import Positions, raise_all
from licet.packs.pack_shape import build
from licet.policies.exchange.iris import id_of, urn
from licet.policies.exchange.json_document import iri, listed, refuse, text
from licet.policies.exchange.statements import Said, Unsaid
from licet.terms import SELF
from licet.terms.canonical import JsonObject
from licet.terms.ids import is_id
from licet.terms.vocabulary import CATEGORIES, PURPOSES


class Imported(NamedTuple):
    """notes: what the file does not say and a reader of the pack should know."""

    pack: Pack
    notes: tuple[Unsaid, ...]


class Heading(NamedTuple):
    """What a file says of itself. nodes: what it says of its own words, by IRI."""

    id: Any
    title: str
    controller: str
    nodes: Mapping[str, Mapping[str, Any]]


def assemble(heading: Heading, said: Iterable[Said], form: str, read_on: date, where: str) -> Imported:
    """A pack of these rules. Raises: PackErrors when they make no sense together or may not be permitted."""
    rules = list(said)
    values: JsonObject = {
        "licet_pack": 1,
        "id": heading.id if isinstance(heading.id, str) and is_id(heading.id) else "imported",
        "title": heading.title,
        "version": f"as read from {form} on {read_on}",
        "observed": read_on.isoformat(),
        "controller": {"name": heading.controller},
        "sources": {"file": {"title": text(where, "a file"), "kind": "secondary", "observed": read_on.isoformat()}},
        "notices": {
            _notice(day): {"title": f"From {day}", "published": day.isoformat(), "effective": day.isoformat()}
            for day in sorted({one.starts for one in rules if one.effect == "permit" and one.starts is not None})
        },
        "categories": {
            id_: _category(id_, heading) | _succeeding("data", id_, heading, where)
            for id_ in (*(word for one in rules for word in one.categories), *_told(heading, "data"))
        },
        "purposes": {
            id_: _purpose(id_, heading, where) | _succeeding("purpose", id_, heading, where)
            for id_ in (*(word for one in rules for word in one.purposes), *_told(heading, "purpose"))
        },
        "recipients": {
            id_: _recipient(id_, heading) | _succeeding("recipient", id_, heading, where)
            for id_ in (*(word for one in rules for word in one.recipients), *_told(heading, "recipient"))
            if id_ != SELF
        },
        "settings": {
            one.control: _setting(one, rules, read_on, where)
            for one in rules
            if one.control is not None and one.asks is not None
        },
        "rules": [_rule(one) for one in rules],
    }  # fmt: skip
    pack, problems = build(values)
    raise_all(problems, Positions(where))
    assert pack is not None  # build gives a pack or problems
    check_pack(pack, Positions(where))
    return Imported(pack, tuple(_notes(pack)))


def _told(heading: Heading, kind: str) -> Iterator[str]:
    """The words of its own that a file describes."""
    for node in heading.nodes:
        id_ = node.removeprefix(f"urn:licet:{kind}:")
        if id_ != node and is_id(id_):
            yield id_


def _notice(day: date) -> str:
    return f"from_{day.isoformat().replace('-', '_')}"


def _rule(one: Said) -> JsonObject:
    made: JsonObject = {
        "id": one.id, "effect": one.effect, "purposes": list(one.purposes), "categories": list(one.categories),
        "recipients": list(one.recipients), "regions": None if one.regions is None else list(one.regions),
        "until": None if one.until is None else one.until.isoformat(), "setting": one.control,
        "legal_basis": one.legal_basis,
    }  # fmt: skip
    if one.starts is not None:
        made |= (
            {"notice": _notice(one.starts)} if one.effect == "permit" else {"from": one.starts.isoformat()}
        )
    return {key: value for key, value in made.items() if value is not None}


def _setting(one: Said, rules: list[Said], read_on: date, where: str) -> JsonObject:
    if len({other.asks for other in rules if other.control == one.control}) > 1:
        raise refuse(
            "PACK-042", f"the control {one.control} asks first in one rule and not in another", where,
            "give the two controls names of their own",
        )  # fmt: skip
    return {
        "label": str(one.control), "path": [str(one.control)], "observed": read_on.isoformat(),
        "default": {"state": "on" if one.asks == "after" else "off"},
    }  # fmt: skip


def _category(id_: str, heading: Heading) -> JsonObject:
    return {} if id_ in CATEGORIES else _labelled(f"urn:licet:data:{id_}", heading)


def _purpose(id_: str, heading: Heading, where: str) -> JsonObject:
    if id_ in PURPOSES:
        return {}
    node = urn("purpose", id_)
    broader = heading.nodes.get(node, {}).get("skos:broader", [])
    above = [one.get("@id") for one in broader if isinstance(one, dict)] if isinstance(broader, list) else []
    shared = [str(one).removeprefix("urn:licet:purpose:") for one in above]
    kinds = [one for one in shared if one in PURPOSES]
    if len(kinds) != 1:
        raise refuse(
            "PACK-041", f"the purpose {id_} is no shared one, and the file does not say of which it is a kind", where,
            "say it in dct:references, with skos:broader",
        )  # fmt: skip
    return {"kind_of": kinds[0]} | _labelled(node, heading)


def _recipient(id_: str, heading: Heading) -> JsonObject:
    node = heading.nodes.get(f"urn:licet:recipient:{id_}", {})
    kind = node.get("dct:type")
    return {
        "name": text(node.get("skos:prefLabel"), id_), "kind": kind if kind in ("affiliate", "partner") else "partner"
    }  # fmt: skip


def _succeeding(kind: str, id_: str, heading: Heading, where: str) -> JsonObject:
    """The earlier words that one comes after. What is said so must be understood: it carries refusals."""
    node = heading.nodes.get(urn(kind, id_), {})
    if "dct:replaces" not in node:
        return {}
    at = f"{where}: dct:references, {urn(kind, id_)}"
    return {"succeeds": [id_of(iri(one), kind, at) for one in listed(node["dct:replaces"], at)]}


def _labelled(node: str, heading: Heading) -> JsonObject:
    label = text(heading.nodes.get(node, {}).get("skos:prefLabel"), "")
    return {"label": label} if label else {}


def _notes(pack: Pack) -> Iterable[Unsaid]:
    yield Unsaid("the pack", "sources, quotations and how sure each fact is", "not in the file; add them")
    for id_ in pack.settings:
        yield Unsaid(f"setting {id_}", "where it is and what it is called", "not in the file; add them")
    for rule in pack.rules:
        if rule.effect == "permit" and rule.setting is None:
            yield Unsaid(f"rule {rule.id}", "a control against it", "not in the file")
