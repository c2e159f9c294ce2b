"""Policies: a YAML file becomes a validated `Pack` with a digest. Imports only `terms`.

`open_pack` takes the name of a shipped policy or a path; `parse_pack` takes text. Both refuse a policy that does
not make sense, with every problem and its line. `difference` says what changed;
what is merely doubtful is for `policies.lint`.
"""

from licet.packs.loading import check_pack, load_pack, locate_pack, parse_pack
from licet.packs.model import Pack, Rule, Setting, Use
from licet.packs.pack_changes import PackChange, difference
from licet.packs.pack_library import MADE_UP, locate_policy, open_pack, shipped
from licet.packs.pack_problems import PackErrors, Positions
from licet.packs.pack_schema import pack_schema

__all__ = [
    "MADE_UP",
    "Pack",
    "PackChange",
    "PackErrors",
    "Positions",
    "Rule",
    "Setting",
    "Use",
    "check_pack",
    "difference",
    "load_pack",
    "locate_pack",
    "locate_policy",
    "open_pack",
    "pack_schema",
    "parse_pack",
    "shipped",
]
