"""One small policy to decide by, spelt out, and ways to change it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from licet.decide import Facts, Policy, Request
from licet.packs import Pack

AT = datetime(2026, 1, 1, tzinfo=UTC)

#: A permit with every condition there is; each example breaks one.
PERMIT: dict[str, Any] = {
    "id": "share_posts",
    "effect": "permit",
    "purposes": ["recommendation"],
    "categories": ["content.posts"],
    "notice": "autumn",
    "until": "2027-01-01",
    "regions": ["EEA", "CA-QC"],
    "minimum_age": 18,
    "maximum_age": 99,
    "plans": ["free", "premium"],
    "visibility": ["public"],
    "created_from": "2020-01-01",
    "created_before": "2026-01-01",
    "setting": "sharing",
}


def make_pack(*rules: dict[str, Any], **changes: Any) -> Pack:
    values: dict[str, Any] = {
        "licet_pack": 1,
        "id": "acme",
        "title": "Acme",
        "version": "1",
        "observed": "2026-01-01",
        "controller": {"name": "Acme"},
        "sources": {"page": {"title": "A page", "kind": "official"}},
        "notices": {
            "autumn": {
                "title": "A notice",
                "published": "2025-10-01",
                "effective": "2025-10-15",
                "period_days": 33,
            }
        },
        "region_groups": {"europe": {"label": "Europe", "include": ["EEA", "CH"]}},
        "categories": {"content.posts": {}, "content.posts.video": {}},
        "purposes": {"recommendation": {}, "acme_feed": {"kind_of": "recommendation"}},
        "recipients": {"partner": {"name": "Partner", "kind": "partner"}},
        "settings": {"sharing": make_setting("Share my data")},
        "rules": rules or [PERMIT],
    }
    return Pack.model_validate(values | changes)


def make_setting(label: str = "A setting", state: str = "on", **more: Any) -> dict[str, Any]:
    exceptions = more.pop("exceptions", [])
    return {
        "label": label,
        "path": ["Settings", label],
        "observed": "2026-01-01",
        "default": {"state": state, "exceptions": exceptions},
    } | more


def make_policy(*rules: dict[str, Any], **changes: Any) -> Policy:
    return Policy(make_pack(*rules, **changes))


#: A question and a member for whom every condition of PERMIT holds.
REQUEST = Request(
    "recommendation", "content.posts", "self", AT, "public", datetime(2025, 6, 1, 12, tzinfo=UTC)
)
MEMBER = Facts("DE", 30, "free")
