"""Operations on policies that need no workspace: list, show, lint, schema."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypedDict

from licet.decide.explain import status_told
from licet.packs import Pack, Rule, locate_policy, open_pack, pack_schema, shipped
from licet.packs.pack_versions import as_of
from licet.policies.lint import lint
from licet.policies.lint.findings import Finding
from licet.policies.scope_sentences import scope_parts
from licet.terms.moments import format_moment
from licet.terms.vocabulary import CATEGORIES, PURPOSES, Term

__all__ = [
    "lint_pack",
    "list_packs",
    "pack_schema",
    "shipped_pack",
    "shipped_packs",
    "show_pack",
]


class PackSummary(TypedDict):
    """What names a policy, in plain values. permits_from: a moment; None where it permits nothing on any day."""

    pack: str
    title: str
    version: str
    observed: str
    permits_from: str | None
    digest: str
    description: str | None


#: A rule of a policy, in plain values. `from` is a moment, `until` a day, `status` how sure its source is.
RuleDescription = TypedDict(
    "RuleDescription",
    {
        "id": str,
        "sentence": str,
        "effect": str,
        "purposes": list[str],
        "categories": list[str],
        "recipients": list[str],
        "regions": list[str],
        "from": str | None,
        "until": str | None,
        "visibility": list[str],
        "minimum_age": int | None,
        "retention_days": int | None,
        "legal_basis": str | None,
        "setting": str | None,
        "quote": str | None,
        "source": str | None,
        "status": str | None,
    },
)


class SettingDescription(TypedDict):
    """A setting that a policy gives members, in plain values. governs: the ids of its rules.

    default: where it starts; where no source says so (`default_stated`), where it counts as starting.
    """

    id: str
    label: str
    kind: str
    path: list[str]
    deep_link: str | None
    default: str
    default_stated: bool
    governs: list[str]
    side_effects: list[str]


class ChangeDescription(TypedDict):
    """One thing that a version changed, in plain values. rules: ids of those that it began or ended."""

    about: str
    says: str
    rules: list[str]
    quote: str | None
    source: str | None
    status: str | None


class VersionDescription(TypedDict):
    """A version of a policy, in plain values. sources: the titles of its texts; changes: since the one before."""

    id: str
    effective: str
    sources: list[str]
    changes: list[ChangeDescription]


class PackDescription(PackSummary):
    """A policy in plain values. speaks_of: what was read, part by part; empty where it speaks for everything."""

    speaks_of: list[str]
    versions: list[VersionDescription]
    rules: list[RuleDescription]
    settings: list[SettingDescription]


@functools.cache
def shipped_packs() -> Mapping[str, Pack]:
    """The policies that licet ships, by name; they do not change while a process runs, so each is read once."""
    return {name: open_pack(name) for name in shipped()}


@functools.lru_cache(maxsize=64)
def shipped_pack(name: str) -> Pack:
    """The shipped policy of that name, or of `name@version` as of a version of it, read once.

    Raises: PackErrors PACK-027 for a policy that is not shipped, PACK-034 for a version that it has not.
    """
    whole, at, version = name.partition("@")
    pack = shipped_packs().get(whole)
    return open_pack(name) if pack is None else as_of(pack, version) if at else pack


def list_packs() -> list[PackSummary]:
    """The policies that licet ships."""
    return [_summary(pack) for pack in shipped_packs().values()]


def show_pack(name_or_path: str) -> PackDescription:
    """A policy in plain values: what it permits and forbids, the settings and where they are."""
    return describe(open_pack(name_or_path))


def describe(pack: Pack) -> PackDescription:
    """A pack in plain values."""
    rules: list[RuleDescription] = []
    for rule in pack.rules:
        starts = pack.applies_from(rule)
        rules.append(
            {
                "id": rule.id,
                "sentence": sentence(rule, pack),
                "effect": rule.effect,
                "purposes": list(rule.purposes),
                "categories": list(rule.categories),
                "recipients": list(rule.recipients),
                "regions": list(rule.regions or ()),
                "from": None if starts is None else format_moment(starts),
                "until": None if rule.until is None else rule.until.isoformat(),
                "visibility": list(rule.visibility or ()),
                "minimum_age": rule.minimum_age,
                "retention_days": rule.retention_days,
                "legal_basis": rule.legal_basis,
                "setting": rule.setting,
                "quote": rule.cite.quote if rule.cite else None,
                "source": rule.cite.source if rule.cite else None,
                "status": status_told(pack, rule.cite) if rule.cite else None,
            }
        )
    settings: list[SettingDescription] = [
        {
            "id": id_,
            "label": setting.label,
            "kind": setting.kind,
            "path": list(setting.path),
            "deep_link": setting.deep_link,
            "default": setting.default.state.value,
            "default_stated": setting.default.stated is not False,
            "governs": [rule.id for rule in pack.rules if rule.setting == id_],
            "side_effects": list(setting.side_effects),
        }
        for id_, setting in pack.settings.items()
    ]
    speaks_of = list(scope_parts(pack))
    return {
        **_summary(pack),
        "speaks_of": speaks_of,
        "versions": _versions(pack),
        "rules": rules,
        "settings": settings,
    }


def _versions(pack: Pack) -> list[VersionDescription]:
    """From the earliest on."""
    found = sorted(pack.versions.items(), key=lambda item: item[1].effective)
    return [
        {
            "id": id_,
            "effective": version.effective.isoformat(),
            "sources": [pack.sources[source].title for source in version.sources],
            "changes": [
                {
                    "about": str(change.about),
                    "says": change.says,
                    "rules": list(change.rules),
                    "quote": change.cite.quote if change.cite else None,
                    "source": change.cite.source if change.cite else None,
                    "status": status_told(pack, change.cite) if change.cite else None,
                }
                for change in version.changes
            ],
        }
        for id_, version in found
    ]


def lint_pack(name_or_path: str) -> list[Finding]:
    """What is doubtful about a policy that loads. Raises: PackError when it does not load."""
    pack, positions = locate_policy(name_or_path)
    return lint(pack, positions=positions, today=datetime.now(UTC).date())


def sentence(rule: Rule, pack: Pack) -> str:
    """One rule in plain words."""
    purposes = " and ".join(_word(purpose, pack.purposes, PURPOSES) for purpose in rule.purposes)
    categories = ", ".join(_word(category, pack.categories, CATEGORIES) for category in rule.categories)
    said = f"{purposes}, with {'/'.join(rule.visibility) + ' ' if rule.visibility else ''}{categories}"
    others = [pack.recipients[one].name for one in rule.recipients if one in pack.recipients]
    if others:
        said += f", by {'the platform or ' if 'self' in rule.recipients else ''}{' or '.join(others)}"
    if rule.regions:
        names = (pack.region_groups[one].label if one in pack.region_groups else one for one in rule.regions)
        said += f", of members in {', '.join(names)}"
    if rule.minimum_age is not None:
        said += f", aged {rule.minimum_age} or more"
    if rule.maximum_age is not None:
        said += f", aged {rule.maximum_age} or less"
    if rule.plans:
        said += f", on the plans {', '.join(rule.plans)}"
    starts = pack.applies_from(rule)
    if starts is not None:
        said += f", from {starts.date()}"
    if rule.until is not None:
        said += f" until {rule.until}"
    if rule.created_from or rule.created_before:
        said += f", made {f'from {rule.created_from} ' if rule.created_from else ''}"
        said += f"before {rule.created_before}" if rule.created_before else ""
    if rule.retention_days is not None:
        said += f", kept for at most {rule.retention_days} days"
    if rule.setting is not None:
        said += f"; off with “{pack.settings[rule.setting].label}”"
    return said.strip()


def _word(id_: str, own: Mapping[str, Any], shared: Mapping[str, Term]) -> str:
    """What people call a purpose or a kind of data: the pack's own word, the shared one, or its id."""
    label = own[id_].label if id_ in own else None
    return label or (shared[id_].label if id_ in shared else id_)


def _summary(pack: Pack) -> PackSummary:
    return {
        "pack": pack.id,
        "title": pack.title,
        "version": pack.version,
        "observed": pack.observed.isoformat(),
        "permits_from": None if pack.in_force_from is None else format_moment(pack.in_force_from),
        "digest": pack.digest,
        "description": pack.description,
    }
