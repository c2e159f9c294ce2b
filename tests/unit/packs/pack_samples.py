"""A small policy to break in one place at a time, and the ways to ask what is wrong with it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import yaml

from licet.packs import Pack, PackErrors, locate_pack, parse_pack
from licet.policies.lint import Finding, lint

TODAY = date(2025, 12, 1)

#: A day after everything in the shipped packs was looked at.
AFTER = date(2026, 12, 1)

SAMPLE: dict[str, Any] = {
    "licet_pack": 1,
    "id": "acme",
    "title": "Acme",
    "version": "1",
    "observed": "2025-11-01",
    "review_by": "2026-05-01",
    "controller": {"name": "Acme"},
    "sources": {"policy": {"title": "Acme's notice", "kind": "official"}},
    "notices": {
        "autumn": {
            "title": "What changes",
            "published": "2025-10-01",
            "effective": "2025-11-03",
            "cite": {"source": "policy", "quote": "From 3 November"},
        }
    },
    "categories": {"content.posts": {}},
    "purposes": {"generative_ai_training": {}},
    "recipients": {},
    "settings": {
        "ai": {
            "label": "Train AI on my posts",
            "path": ["Settings", "AI"],
            "default": {"state": "off"},
            "observed": "2025-11-01",
            "cite": {"source": "policy", "quote": "Switch it off"},
        }
    },
    "rules": [
        {
            "id": "train",
            "effect": "permit",
            "purposes": ["generative_ai_training"],
            "categories": ["content.posts"],
            "regions": ["EEA", "CH"],
            "notice": "autumn",
            "legal_basis": "eu-gdpr:A6-1-f",
            "setting": "ai",
            "cite": {"source": "policy", "quote": "We train on posts"},
        }
    ],
}

Edit = Callable[[dict[str, Any]], object]


def pack_value(edit: Edit | None = None) -> dict[str, Any]:
    """The sample, edited in place."""
    value = copy.deepcopy(SAMPLE)
    if edit is not None:
        edit(value)
    return value


def pack_text(edit: Edit | None = None) -> str:
    return yaml.safe_dump(pack_value(edit), sort_keys=False, allow_unicode=True)


def make_pack(edit: Edit | None = None) -> Pack:
    return parse_pack(pack_text(edit), "acme.yaml")


def problems_of(text: str) -> list[tuple[str, str, str]]:
    """Code, what and fix of every problem in `text`; the test fails when it loads."""
    with pytest.raises(PackErrors) as caught:
        parse_pack(text, "acme.yaml")
    return [(problem.code, problem.what, problem.fix) for problem in caught.value.problems]


def codes_of(edit: Edit) -> list[str]:
    return [code for code, _, _ in problems_of(pack_text(edit))]


def findings_of(edit: Edit | None = None, today: date = TODAY) -> list[Finding]:
    pack, positions = locate_pack(pack_text(edit), "acme.yaml")
    return lint(pack, today=today, positions=positions)


def rule(value: dict[str, Any], **changes: Any) -> None:
    """Change the sample's one rule; None removes a key."""
    target = value["rules"][0]
    for key, change in changes.items():
        name = "from" if key == "from_" else key
        if change is None:
            target.pop(name, None)
        else:
            target[name] = change


def add_rule(value: dict[str, Any], **keys: Any) -> None:
    cite = {"source": "policy", "quote": "a rule"}
    value["rules"].append({"cite": cite} | {"from" if k == "from_" else k: v for k, v in keys.items()})
