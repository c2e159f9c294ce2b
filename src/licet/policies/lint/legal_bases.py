"""Legal bases that are not law: proposed and not adopted, or repealed. Data, each with the text that says so.

A proposal may become law, or fall: then its line changes here, and nothing else. What is not listed is taken for law in
force if DPV has it (`licet.packs.dpv`).
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal, NamedTuple


class NotInForce(NamedTuple):
    """A legal basis that is none.

    law, article: patterns that its name holds, in lower case, however somebody spells it.
    kind:         `proposed` was no law when it was last `read`; `repealed` was, until the day of `until`.
    """

    name: str
    law: str
    article: str
    kind: Literal["proposed", "repealed"]
    until: date | None
    source: str
    read: date


_OMNIBUS = "COM(2025) 837, the Commission's proposal of 19 November 2025"
_READ = date(2026, 11, 29)

NOT_IN_FORCE = (
    NotInForce("Article 88c GDPR", "gdpr", r"88\W*c", "proposed", None, _OMNIBUS, _READ),
    NotInForce("Article 88a GDPR", "gdpr", r"88\W*a", "proposed", None, _OMNIBUS, _READ),
    NotInForce("Article 9(2)(k) GDPR", "gdpr", r"9\W*2\W*k", "proposed", None, _OMNIBUS, _READ),
    NotInForce("Article 9(2)(l) GDPR", "gdpr", r"9\W*2\W*l", "proposed", None, _OMNIBUS, _READ),
    NotInForce("Article 7 of Directive 95/46/EC", r"95/46|\bdpd\b", "7", "repealed", date(2018, 5, 25),
               "Article 94 GDPR", _READ),
    NotInForce("the UK's Data Protection Act 1998", r"(dpa|data protection act)\W*1998", "", "repealed",
               date(2018, 5, 25), "Schedule 19 to the Data Protection Act 2018", _READ),
)  # fmt: skip


def not_in_force(basis: str) -> NotInForce | None:
    """What keeps a legal basis from being law; None where nothing is known to."""
    name = basis.lower()
    return next(
        (
            one
            for one in NOT_IN_FORCE
            if re.search(one.law, name) and re.search(rf"(?<!\d){one.article}(?![a-z])", name)
        ),
        None,
    )
