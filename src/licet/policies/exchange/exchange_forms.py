"""Out to a vocabulary and in from it: one place that knows which there are."""

from __future__ import annotations

from datetime import date
from types import ModuleType
from typing import NamedTuple

from licet.packs.model import Pack
from licet.policies.exchange import dpv_form, odrl_form
from licet.policies.exchange.json_document import read_json, refuse
from licet.policies.exchange.pack_assembly import Heading, Imported, assemble
from licet.policies.exchange.statements import Unsaid, statements_of
from licet.terms.canonical import JsonObject

_MODULES: dict[str, ModuleType] = {"odrl": odrl_form, "dpv": dpv_form}
FORMS: tuple[str, ...] = tuple(_MODULES)


class Exported(NamedTuple):
    """document: JSON-LD; unsaid: everything of the pack that is not in it."""

    document: JsonObject
    unsaid: tuple[Unsaid, ...]


def export_pack(pack: Pack, form: str) -> Exported:
    """A pack in the words of a vocabulary. Raises: PackErrors PACK-044 for a form that there is not."""
    module = _module(form)
    said, unsaid = statements_of(pack, module.CAN)
    return Exported(module.write(pack, said), tuple(unsaid))


def import_pack(text: str, form: str, read_on: date, where: str) -> Imported:
    """The pack that a file says, which permits nothing that the file does not.

    read_on: the day it is read.
    Raises: PackErrors PACK-040 to PACK-044 for what is not understood, and as `check_pack`.
    """
    module = _module(form)
    document = read_json(text, where)
    said = module.read(document, where)
    id_, title, controller = module.heading(document)
    return assemble(Heading(id_, title, controller, _nodes(document)), said, form, read_on, where)


def _module(form: str) -> ModuleType:
    if form not in _MODULES:
        raise refuse("PACK-044", f"there is no form {form!r} for policies", "", f"use {' or '.join(FORMS)}")
    return _MODULES[form]


def _nodes(document: JsonObject) -> dict[str, JsonObject]:
    """What a file says of its own words; what it says wrongly describes nothing."""
    told = document.get("dct:references", [])
    nodes = told if isinstance(told, list) else [told]
    return {
        node["@id"]: node for node in nodes if isinstance(node, dict) and isinstance(node.get("@id"), str)
    }
