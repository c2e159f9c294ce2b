"""An answer that can be asked why: what the evaluator says, with the question, and words for it.

Whoever needs the answer alone asks `evaluator.evaluate`; whoever shows it to a person asks `decide`. Pure.
"""

from __future__ import annotations

from typing import NamedTuple

from licet.decide.evaluator import readable, tell
from licet.decide.explain import Change, nearest_change, reason_of
from licet.decide.policy import Policy
from licet.decide.question import Facts, Request
from licet.terms import ChoiceState, Code
from licet.terms.canonical import JsonObject


class Decision(NamedTuple):
    """An answer and why. A deny is a value like any other.

    rule:    the rule that permitted, forbade, or came nearest to permitting.
    setting: the setting that governs that rule, and `choice` where the member stands on it.
    """

    permitted: bool
    code: Code
    rule: str | None
    setting: str | None
    choice: ChoiceState | None
    request: Request
    facts: Facts | None
    policy: Policy

    @property
    def reason(self) -> str:
        """One sentence for a person."""
        return reason_of(self.code, self.rule, self.setting, self.policy.pack)

    @property
    def would_change(self) -> Change | None:
        """The nearest change that would turn a deny; None when permitted or when nothing would."""
        return nearest_change(self.request, self.facts, self.policy)

    def as_json(self) -> JsonObject:
        """The answer in JSON values, with the source of the rule in the policy."""
        rule = self.policy.pack.rules_by_id.get(self.rule) if self.rule else None
        change = self.would_change
        return {
            "permitted": self.permitted,
            "code": self.code.value,
            "rule": self.rule,
            "setting": self.setting,
            "choice": self.choice.value if self.choice else None,
            "reason": self.reason,
            "would_change": change.as_json() if change else None,
            "source": rule.cite.model_dump(mode="json", exclude_none=True) if rule and rule.cite else None,
            "pack": {"id": self.policy.pack.id, "version": self.policy.pack.version},
        }


def decide(request: Request, facts: Facts | None, policy: Policy) -> Decision:
    """Say whether one recipient may use one record of one subject for one purpose.

    Units:  request.at and request.created are aware datetimes; ages are whole years.
    Raises: nothing; what cannot be evaluated is denied with its code.
    Source: the laws in docs/properties.md, which `specification` carries; the decision names rule, setting and choice.
    """
    known = readable(facts)
    # What a named tuple does to be made is half of what finding the answer takes.
    return tuple.__new__(Decision, (*tell(request, known, policy), request, known, policy))
