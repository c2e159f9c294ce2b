"""A pack that holds a policy's history: which version was in force on a day, and the policy as it stood with one.

Rules carry their own days, so a question about a moment is answered by the rules of that moment without this. It is for
whoever sets two versions side by side: `licet packs diff linkedin_official@2025-11-03 linkedin_official@2026-08-21`.
"""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from licet.packs.model import Pack, Rule, Statement, VersionChange
from licet.packs.pack_problems import PackErrors, nearest
from licet.terms import PackError

_Said = TypeVar("_Said", Statement, VersionChange)


def as_of(pack: Pack, version: str) -> Pack:
    """The pack without what had ended by the day of a version, and without what was announced after it.

    An end that a later version brought was not known then, and is left out as well.

    Raises: PackErrors PACK-034 when the pack has no such version.
    """
    if version not in pack.versions:
        meant = nearest(version, pack.versions)
        known = ", ".join(sorted(pack.versions)) or "none"
        fix = f'use "{meant}"' if meant else f"it has {known}"
        raise PackErrors([PackError("PACK-034", f'{pack.id} has no version "{version}"', "", fix)])
    day = pack.versions[version].effective
    later = {one.effective for one in pack.versions.values() if one.effective > day}
    rules = tuple(
        rule.model_copy(update={"until": None}) if rule.until in later else rule
        for rule in pack.rules
        if _stands(rule, pack, day)
    )
    ids = {rule.id for rule in rules}
    parts = {name: getattr(pack, name) for name in Pack.model_fields} | {
        "version": version,
        "rules": rules,
        "statements": {
            id_: _about(one, ids)
            for id_, one in pack.statements.items()
            if not one.rules or not ids.isdisjoint(one.rules)
        },
        "versions": {
            id_: one.model_copy(update={"changes": tuple(_about(change, ids) for change in one.changes)})
            for id_, one in pack.versions.items()
            if one.effective <= day
        },
    }
    return Pack(**parts)  # not a copy: that would keep the digest of the whole


def _about(said: _Said, rules: set[str]) -> _Said:
    """Without the rules that are not there."""
    return said.model_copy(update={"rules": tuple(rule for rule in said.rules if rule in rules)})


def version_in_force(pack: Pack, day: date) -> str | None:
    """The latest version that says it was effective by a day; None where no text as old was read, or none is told."""
    begun = [(one.effective, id_) for id_, one in pack.versions.items() if one.effective <= day]
    return max(begun, default=(None, None))[1]


def _stands(rule: Rule, pack: Pack, day: date) -> bool:
    ended = rule.until is not None and rule.until <= day
    announced = rule.from_ if rule.notice is None else pack.notices[rule.notice].published
    return not ended and (announced is None or announced <= day)
