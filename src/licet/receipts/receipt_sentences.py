"""A choice in plain sentences: what was done, what it is recorded as, what it reaches, and what is proven.

The words are signed with the rest of the record. Nothing is said here that the ledger or the policy does not say.
"""

from __future__ import annotations

from collections.abc import Iterable

from licet.decide.explain import category_term
from licet.receipts.choice_scope import OPEN_TO_OBJECTION, Scope, uses_in_words
from licet.receipts.recorded_acts import Act
from licet.terms import EVERY_USE

#: What a receipt shows, and what no receipt can show.
PROVES = "The receipt proves that this choice stands in the ledger: at this position, at this moment, under this key."
PROVES_NOT = "It does not prove that the platform did as the choice asks."


def sentences(act: Act, scope: Scope, has_consents: bool, by_right: bool) -> list[str]:
    """The record for a person, one sentence each."""
    said = [_done(act, scope), *_recorded_as(act, scope, has_consents, by_right)]
    if scope.governed:
        said.append(f"It governs: {'; '.join(_governed(scope))}.")
    else:
        said.append("No permission of this policy depends on it.")
    if scope.not_governed:
        said.append(f"It does not govern: {'; '.join(scope.not_governed)}.")
    return [*said, PROVES, PROVES_NOT]


def _done(act: Act, scope: Scope) -> str:
    when = f"on {act.at[:10]} at {act.at[11:].removesuffix('Z')} UTC, via {act.via}"
    if act.kind == "signal":
        verb = "stopped sending" if act.is_on else "sent"
        return f"{act.subject} {verb} the privacy signal “{scope.label}”; recorded {when}."
    if act.record is not None:
        label = "every use" if act.name == EVERY_USE else f"“{scope.label}”"
        verb = "took back the no" if act.is_on else "said no"
        return f"{act.subject} {verb} to {label} for one record, {act.record[1]} of {act.record[0]}; recorded {when}."
    if act.name == EVERY_USE and not act.is_on:
        return f"{act.subject} objected to {scope.label}; recorded {when}."
    narrowed = "" if act.category is None else f", for {category_term(scope.pack, act.category).label} only"
    return f"{act.subject} switched “{scope.label}” {act.value}{narrowed}; recorded {when}."


def _recorded_as(act: Act, scope: Scope, has_consents: bool, by_right: bool) -> Iterable[str]:
    if has_consents:
        where = "Where the policy asks for consent, it" if by_right else "It"
        yield f"{where} is recorded as consent {act.state.replace('_', ' ')}."
    if not by_right:
        return
    bases = {one.rule.legal_basis for one in scope.governed if not one.asks_consent}
    right = "the right to object (GDPR Art. 21)" if bases & OPEN_TO_OBJECTION else "a right to opt out"
    done = f"{right} no longer being exercised" if act.is_on else f"the exercise of {right}"
    yield f"{'Elsewhere it' if has_consents else 'It'} is recorded as {done}, not as a consent."
    if None in bases or not bases:
        which = "some of what it governs" if bases - {None} else "what it governs"
        yield f"The policy names no legal basis for {which}, so nothing here is taken for a consent to it."


def _governed(scope: Scope) -> list[str]:
    found = uses_in_words(scope.pack, scope.governed)
    return [f"{use} (with {', '.join(kinds)})" for use, kinds in found.items()]
