"""Terms of the W3C Data Privacy Vocabulary that licet knows, as ``prefix:Name``.

The list in `dpv_terms.txt` is a selection of DPV 2.3: what a policy is likely to name. A test checks it against the
published tables where those are at hand. Used by `lint`; loading never looks at it.
"""

from __future__ import annotations

import functools
from importlib import resources

from licet.packs.pack_problems import nearest


@functools.cache
def known_terms() -> dict[str, str]:
    """Term to IRI: ``pd:Salary`` to ``https://w3id.org/dpv/pd#Salary``."""
    text = (resources.files("licet.packs") / "dpv_terms.txt").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    prefix = base = ""
    for line in text.splitlines():
        if line.startswith("@"):
            prefix, base = line[1:].split(" ")
        elif not line.startswith("#"):
            found.update((f"{prefix}:{name}", base + name) for name in line.split())
    return found


def is_term(term: str) -> bool:
    return term in known_terms()


def nearest_term(term: str) -> str | None:
    """The known term that was probably meant, the same name under another prefix first."""
    name = term.rpartition(":")[2]
    for known in known_terms():
        if known.rpartition(":")[2].lower() == name.lower():
            return known
    return nearest(term, known_terms())
