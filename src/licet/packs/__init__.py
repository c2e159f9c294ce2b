"""Policies: a YAML file becomes a validated `Pack` with a digest. Imports only `terms`.

`open_pack` takes the name of a shipped policy or a path; `parse_pack` takes text. Both refuse a policy that does
not make sense, with every problem and its line. `lint` says what is merely doubtful, `difference` what changed.
"""

from licet.packs.changes import PackChange, difference
from licet.packs.library import MADE_UP, locate_policy, open_pack, shipped
from licet.packs.linting import Finding, Severity, lint
from licet.packs.loading import check_pack, load_pack, locate_pack, parse_pack
from licet.packs.model import Pack, Rule, Setting, Use
from licet.packs.problems import PackErrors, Positions
from licet.packs.schema import pack_schema

__all__ = [
    "MADE_UP",
    "Finding",
    "Pack",
    "PackChange",
    "PackErrors",
    "Positions",
    "Rule",
    "Setting",
    "Severity",
    "Use",
    "check_pack",
    "difference",
    "lint",
    "load_pack",
    "locate_pack",
    "locate_policy",
    "open_pack",
    "pack_schema",
    "parse_pack",
    "shipped",
]
