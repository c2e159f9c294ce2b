"""Faults of who reads consent strings, where a yes is read that none said, and of who hashes addresses for lists."""

from __future__ import annotations

from faults import Fault

_TCF, _US, _GPP = (f"licet.terms.signals.{name}" for name in ("tcf_string", "us_sections", "gpp_string"))

FAULTS = [
    Fault(
        "a vendor that consents need not have been shown",
        _TCF,
        "_has(consenting, one) and _has(disclosed, one)",
        "_has(consenting, one)",
        "somebody consents to a recipient of whom nobody told them",
    ),
    Fault(
        "of two purposes one suffices",
        _TCF,
        'not all(purposes[purpose - 1] == "1" for',
        'not any(purposes[purpose - 1] == "1" for',
        "who consented to a profile alone is chosen advertisements for",
    ),
    Fault(
        "a section that applies may be missing",
        _GPP,
        "refuses or not present or not present >= {*applying}",
        "refuses or not present",
        "the section that says no is left out, and the others say yes",
    ),
    Fault(
        "an answer without its notice is one",
        _US,
        '(one[name] == 0) == (one[f"{name}_notice"] == 1)',
        "one[name] == 3",
        "nobody was told, and it counts as not opting out",
    ),
    Fault(
        "a list holds the address itself",
        "licet.enforce.hashed_addresses",
        "engine.plain_hash(_written(rows[hashed.from_], hashed.scheme))",
        "_written(rows[hashed.from_], hashed.scheme)",
        "a recipient of hashes is handed addresses",
    ),
    Fault(
        "one mailbox has many identifiers",
        "licet.enforce.hashed_addresses",
        'name.re_replace("[+].*", "").replace(".", "")',
        'name.replace(".", "")',
        "the hash that was handed over is not the one that is taken back",
    ),
]
