"""What is doubtful in a policy that loads: rules that never apply, settings that govern nothing, stale facts.

A finding never changes a decision. A warning is probably a mistake; a note is something a reader should know. Each
code is one check, in the module named after its subject.
"""

from __future__ import annotations

from datetime import date

from licet.packs.model import Pack
from licet.packs.pack_problems import Positions
from licet.policies.lint.evidence import check_evidence
from licet.policies.lint.evidence_age import check_age
from licet.policies.lint.findings import Finding, Severity, severity_of
from licet.policies.lint.rule_findings import check_rules
from licet.policies.lint.setting_findings import check_settings
from licet.policies.lint.word_findings import check_words

__all__ = ["Finding", "Severity", "lint"]


def lint(pack: Pack, *, today: date, positions: Positions | None = None) -> list[Finding]:
    """Everything doubtful in `pack`, in the order of its file.

    today:     the day to judge staleness by; nothing here reads the clock.
    positions: from `locate_pack` or `locate_policy`, for file:line:column; without them findings name the path.
    """
    places = positions or Positions(pack.id)
    problems = [
        *check_rules(pack),
        *check_settings(pack),
        *check_words(pack),
        *check_evidence(pack),
        *check_age(pack, today),
    ]
    return [
        Finding(p.code, severity_of(p.code), p.what, places.at(p.path, p.at_key), p.fix)
        for p in sorted(problems, key=lambda p: (places.order(p), p.code))
    ]
