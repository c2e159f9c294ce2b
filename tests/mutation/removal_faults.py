"""Faults of who takes lists back: a stranger's word is taken for more than it says, or somebody is left on a list."""

from __future__ import annotations

from faults import Fault

_TOKENS, _REQUESTS = "licet.deliveries.deletion_tokens", "licet.deliveries.deletion_requests"

FAULTS = [
    Fault(
        "a token is believed whoever signed it",
        _TOKENS,
        "    if not is_signed:\n",
        "    if False:\n",
        "whoever sends a token of their own is taken for the recipient, or for the platform",
    ),
    Fault(
        "an answer counts for another request",
        _REQUESTS,
        "    if claims.rqJWT != asked.token:\n",
        "    if False:\n",
        "one answer, replayed, says of everybody that the recipient has the request",
    ),
    Fault(
        "keys of a domain are believed as they stand there today",
        "licet.deliveries.deletion_discovery",
        "if key.thumbprint in place.keys)",
        "if key.thumbprint)",
        "whoever took over a domain answers for the recipient",
    ),
    Fault(
        "a network within is asked",
        "licet.deliveries.guarded_requests",
        "                if not _is_outside(one):\n",
        "                if False:\n",
        "a recipient has the platform ask its own servers",
    ),
    Fault(
        "a file that repeats nothing confirms everything",
        "licet.deliveries.formats.microsoft_result",
        "len(sent - named - set(refused))",
        "0",
        "a removal that nobody confirmed is said to be done, and its identifiers are let go of",
    ),
    Fault(
        "who leaves a list without replacements stays on it",
        "licet.deliveries.formats.list_request",
        "self.leaving if self.action is ListAction.REPLACE else ()",
        "()",
        "somebody who refused stays on the list, and every tenth delivery says that it was replaced",
    ),
    Fault(
        "whoever is still a member is answered as deleted",
        "licet.app.drop_screening",
        "core.knows(item.subject) is False else item)",
        "True else item)",
        "somebody is told that their data was deleted, because they changed their address",
    ),
]
