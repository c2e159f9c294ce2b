"""Policies out to and in from other vocabularies, as files: for the doors, which know neither packs nor their text."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import yaml

from licet.packs import open_pack
from licet.packs.loading import read_file
from licet.policies.exchange import FORMS, export_pack, import_pack
from licet.terms.canonical import JsonObject

__all__ = ["FORMS", "export_policy", "import_policy"]


def export_policy(name_or_path: str, form: str) -> JsonObject:
    """A policy as JSON-LD, and what of it the vocabulary cannot say.

    Raises: PackErrors for a policy that cannot be read; PACK-044 for a form that there is not.
    """
    pack = open_pack(name_or_path)
    exported = export_pack(pack, form)
    return {
        "pack": pack.id, "form": form, "rules": len(pack.rules), "rules_said": _rules_in(exported.document),
        "document": exported.document, "unsaid": [one._asdict() for one in exported.unsaid],
    }  # fmt: skip


def import_policy(file: str | Path, form: str, read_on: date) -> JsonObject:
    """A file as a pack, its text in YAML, and what the file does not say.

    Raises: PackErrors PACK-001, PACK-002, PACK-004 for a file that cannot be read, PACK-040 to PACK-044 for one that is
    not understood, and those of a pack for one that makes no sense or permits what no pack may.
    """
    text, where = read_file(file)
    imported = import_pack(text, form, read_on, where)
    values = imported.pack.as_json()
    return {
        "pack": values, "yaml": yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=110),
        "notes": [one._asdict() for one in imported.notes],
    }  # fmt: skip


def _rules_in(document: JsonObject) -> int:
    keys = ("permission", "prohibition", "dpv:hasPermission", "dpv:hasProhibition")
    return sum(len(document.get(key, ())) for key in keys)
