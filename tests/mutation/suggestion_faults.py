"""Faults of what is suggested to a member: words of others', and a model that may not be read."""

from __future__ import annotations

from faults import Fault

_SUGGESTIONS, _MODEL = "licet.app.suggestions", "licet.app.served_model"

FAULTS = [
    Fault(
        "rows about others besides are read for words",
        _SUGGESTIONS,
        "if len(table.subjects) == 1 and not table.element_subjects",
        "if table.subjects and not table.element_subjects",
        "a member is suggested to publish what is about somebody else",
    ),
    Fault(
        "a model that has not heard of a no ranks on",
        _MODEL,
        "require_exact(core, [snapshot], absences)",
        "artefacts.latest(core)",
        "who refused goes on being read for everybody's suggestions",
    ),
    Fault(
        "a model that serves what one member wrote ranks",
        _MODEL,
        "if not said.recipe.two_members:",
        "if not said.recipe.order:",
        "what one member alone wrote can be told from the order of suggestions",
    ),
]
