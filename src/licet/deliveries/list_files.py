"""The files of a delivery, as its recipient takes lists: a pure function from what changes to names and bytes.

Where `recipients.yaml` says no format, ours: a line of JSON for each identifier. The same change makes the same bytes,
so that a delivery whose reply was lost is handed out again as it was. Nothing here says how the files get there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple, cast

from licet.deliveries.formats import ListAction, ListFormat, ListRequest, write_list
from licet.deliveries.list_delivery import Action
from licet.sources.address_schemes import Scheme
from licet.terms.canonical import canonical_json

#: In a delivery of another format, the method and address that each file is the body of.
REQUESTS = "requests.json"


class ListChange(NamedTuple):
    """What one delivery does to a list.

    added, removed: identifiers in order; of a `replace` all that is to be on the list, and all that was ever delivered
    and is to go. days: how long whoever is added may be kept.
    """

    audience: str
    scheme: str
    sequence: int
    action: Action
    added: Sequence[str]
    removed: Sequence[str]
    days: int


def files_of(change: ListChange, format_: ListFormat | None) -> dict[str, bytes]:
    """By their names. Raises: DeliveryError DLVR-060 to DLVR-064, as `write_list`."""
    if format_ is None:
        return {"list.jsonl": _plain(change)}
    if change.action == "replace":
        asked = [(ListAction.REPLACE, change.added, change.removed)]
    else:
        asked = [(ListAction.REMOVE, change.removed, ()), (ListAction.ADD, change.added, ())]
    files, requests = dict[str, bytes](), dict[str, str]()
    for action, identifiers, leaving in asked:
        if not identifiers and action is not ListAction.REPLACE:
            continue
        request = ListRequest(
            change.audience,
            change.sequence,
            action,
            identifiers,
            cast(Scheme, change.scheme),
            leaving,
            change.days,
        )
        for one in write_list(format_, request):
            files[one.name] = one.data
            if one.request:
                requests[one.name] = one.request
    return files | ({REQUESTS: canonical_json(requests)} if requests else {})


def _plain(change: ListChange) -> bytes:
    head = {
        "licet_list_file": 1, "audience": change.audience, "sequence": change.sequence, "action": change.action,
        "scheme": change.scheme,
    }  # fmt: skip
    lines = [canonical_json(head)]
    lines += [b'{"add":%b}' % json.dumps(one).encode() for one in change.added]
    if change.action == "change":
        lines += [b'{"remove":%b}' % json.dumps(one).encode() for one in change.removed]
    return b"\n".join(lines) + b"\n"
