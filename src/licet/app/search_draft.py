"""A first `search.yaml` of what the catalogue says: advertisements about nobody and profiles, by labels and names.

It is a draft for a person to look at: written once, where there is none, and never over another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from licet.app.layout_drafts import write_draft
from licet.terms import UseError
from licet.terms.vocabulary import is_published_by_organisations
from licet.uses.search.search_layout import FILE_NAME, SearchedKind, SearchLayout

if TYPE_CHECKING:
    from licet.app.core import Core
    from licet.sources.catalogue import Table

_HEAD = "# What can be searched. A column that is not named here is not read; see docs/search.md."
#: By what a filter looks at, names that columns of advertisements go by.
_NAMES = {
    "title": ("title", "name"),
    "text": ("description", "text", "body", "summary"),
    "place": ("location", "place", "city"),
    "seniority": ("seniority", "level", "seniority_level"),
    "skills": ("skills",),
    "remote": ("remote", "is_remote", "workplace"),
    "expires": ("expires", "expiry", "expires_at", "closes", "valid_until"),
}
#: The same of profiles, by label: there names differ more.
_LABELS = {
    "title": "profile.headline",
    "text": "profile.summary",
    "place": "profile.location",
    "skills": "profile.skills",
}


def require_layout(core: Core) -> None:
    """See to it that there is a file. Raises: UseError RCMD-106 where the catalogue has nothing that is searched."""
    path = core.layout.root / FILE_NAME
    if path.exists():
        return
    kinds = {
        kind: searched
        for kind, searched in (("jobs", _advertisements(core)), ("people", _profiles(core)))
        if searched is not None
    }
    if not kinds:
        raise UseError(
            "RCMD-106",
            "the catalogue has no table of job postings about nobody, and none of headlines, to draft a search of",
            str(path),
            "write the file by hand, as docs/search.md shows",
        )
    write_draft(path, _HEAD, SearchLayout(kinds=kinds), "what can be searched")


def _advertisements(core: Core) -> SearchedKind | None:
    for name, table in core.catalogue.tables.items():
        labelled = [column for column, kind in table.columns.items() if kind is not None]
        is_job = any(
            kind == "organisation.job_postings" and is_published_by_organisations(kind)
            for kind in table.columns.values()
        )
        found = {part: column for part, names in _NAMES.items() if (column := _first(names, labelled))}
        if table.is_about_nobody and is_job and "title" in found:
            return _searched(name, table, found)
    return None


def _profiles(core: Core) -> SearchedKind | None:
    for name, table in core.catalogue.tables.items():
        by_label = {kind: column for column, kind in reversed(table.columns.items()) if kind is not None}
        found = {part: by_label[label] for part, label in _LABELS.items() if label in by_label}
        if len(table.subjects) == 1 and "title" in found:
            return _searched(name, table, found)
    return None


def _searched(name: str, table: Table, found: dict[str, str]) -> SearchedKind:
    text = (found["text"],) if "text" in found else ()
    created = table.created if table.created in table.columns else None
    return SearchedKind.model_validate({**found, "table": name, "text": text, "created": created})


def _first(names: Sequence[str], columns: Sequence[str]) -> str | None:
    return next((name for name in names if name in columns), None)
