"""What a browser's consent strings refuse, recorded for the member who sent them, as Global Privacy Control is.

Only a no is ever recorded. A string that refuses nothing lifts nothing: not what the member chose, and not what another
browser of theirs sent. What was recorded holds on every device until the member takes it back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from licet.app import choice_recording
from licet.ledger import Entry
from licet.policies.signal_meaning import vendors_of
from licet.terms.signals import ConsentStrings

if TYPE_CHECKING:
    from licet.app.core import Core


def record_consent_strings(core: Core, subject: str, strings: ConsentStrings, via: str) -> list[Entry]:
    """As `ChoiceOperations.consent_strings`."""
    refused = refused_by(core, strings)
    standing = core.ledger.signals_of(subject) if refused else frozenset()
    return [
        choice_recording.signal(core, subject, signal, True, via, None)
        for signal in sorted(refused - standing)
    ]


def refused_by(core: Core, strings: ConsentStrings) -> frozenset[str]:
    """The signals that strings are, of those that switch something off under the policy in force."""
    pack = core.policy().pack
    honoured = {signal for setting in pack.settings.values() for signal in setting.honours}
    return strings.refusals(vendors_of(pack)) & honoured
