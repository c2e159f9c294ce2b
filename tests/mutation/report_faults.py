"""Faults of what is published: something that nobody knows is said. Killed by tests of the notice of a policy."""

from __future__ import annotations

from faults import Fault

FAULTS = [
    Fault(
        "what nobody has read is a no",
        "licet.reports.training_notice",
        "if is_open and regions is not None and not lies_in(_CONNECTICUT, pack.places(regions, at.date())):",
        "if False:",
        "a notice says that nothing is used or sold of which nobody has read what applies",
    ),
    Fault(
        "what is not recorded passes for known",
        "licet.reports.disclosure",
        "return self.drawn is not Drawn.NOWHERE",
        "return True",
        "a report hides that half of it was never written down",
    ),
]
