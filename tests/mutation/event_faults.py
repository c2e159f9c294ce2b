"""Faults of how somebody's own log is brought in: under another label, or with ids that nobody can choose for."""

from __future__ import annotations

from faults import Fault

_IMPORT = "licet.sources.event_import"

FAULTS = [
    Fault(
        "a log's own labels are not held to",
        _IMPORT,
        "if stamp != log.category), None)",
        "if stamp == log.name), None)",
        "private messages are brought in as views, and learnt from",
    ),
    Fault(
        "an id with NUL is one",
        _IMPORT,
        'pc.invert(pc.match_substring(values, "\\0"))',
        "pc.is_valid(values)",
        "somebody is in the tables for whom no no can be recorded",
    ),
]
