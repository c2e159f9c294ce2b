"""Operations on policies that need no workspace: list, show, lint, schema."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from licet.packs import Pack, lint, locate_policy, open_pack, pack_schema, shipped
from licet.terms.moments import format_moment

__all__ = ["lint_pack", "list_packs", "pack_schema", "show_pack"]


def list_packs() -> list[dict[str, Any]]:
    """The policies that licet ships."""
    return [_summary(open_pack(name)) for name in shipped()]


def show_pack(name_or_path: str) -> dict[str, Any]:
    """A policy in plain values: what it permits and forbids, the settings and where they are."""
    pack = open_pack(name_or_path)
    rules = []
    for rule in pack.rules:
        starts = pack.applies_from(rule)
        rules.append(
            {
                "id": rule.id,
                "effect": rule.effect,
                "purposes": list(rule.purposes),
                "categories": list(rule.categories),
                "recipients": list(rule.recipients),
                "regions": list(rule.regions or ()),
                "from": None if starts is None else format_moment(starts),
                "until": None if rule.until is None else rule.until.isoformat(),
                "visibility": list(rule.visibility or ()),
                "minimum_age": rule.minimum_age,
                "legal_basis": rule.legal_basis,
                "setting": rule.setting,
                "quote": rule.cite.quote if rule.cite else None,
                "status": rule.cite.status.value if rule.cite else None,
            }
        )
    settings = [
        {
            "id": id_,
            "label": setting.label,
            "kind": setting.kind,
            "path": list(setting.path),
            "deep_link": setting.deep_link,
            "default": setting.default.state.value,
            "governs": [rule.id for rule in pack.rules if rule.setting == id_],
            "side_effects": list(setting.side_effects),
        }
        for id_, setting in pack.settings.items()
    ]
    return {**_summary(pack), "rules": rules, "settings": settings}


def lint_pack(name_or_path: str) -> list[dict[str, Any]]:
    """What is doubtful about a policy that loads. Raises: PackError when it does not load."""
    pack, positions = locate_policy(name_or_path)
    found = lint(pack, positions=positions, today=datetime.now(UTC).date())
    return [
        {
            "code": one.code,
            "severity": str(one.severity),
            "what": one.what,
            "where": one.where,
            "fix": one.fix,
        }
        for one in found
    ]


def _summary(pack: Pack) -> dict[str, Any]:
    return {
        "pack": pack.id,
        "title": pack.title,
        "version": pack.version,
        "observed": pack.observed.isoformat(),
        "permits_from": None if pack.in_force_from is None else format_moment(pack.in_force_from),
        "digest": pack.digest,
        "description": pack.description,
    }
