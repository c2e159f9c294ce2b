"""Meta: bodies of requests that add people to a custom audience, remove them, or replace all, 10,000 at most each.

A removal by another key than the one that somebody was added by changes nothing, so there is one key, here and always.

Source: Meta, Marketing API v25.0, "Custom Audience Users", "Custom Audience Usersreplace" (2026).
"""

from __future__ import annotations

import json
from hashlib import sha256

from licet.deliveries.formats.format_settings import MetaFormat
from licet.deliveries.formats.list_request import (
    ListAction,
    ListFile,
    ListRequest,
    batches,
    checked,
    no_list,
)
from licet.terms.canonical import JsonObject

MOST_PEOPLE = 10_000
_API = "https://graph.facebook.com"
_REQUESTS = {
    ListAction.ADD: ("POST", "users"),
    ListAction.REMOVE: ("DELETE", "users"),
    ListAction.REPLACE: ("POST", "usersreplace"),
}


def meta_files(settings: MetaFormat, asked: ListRequest) -> tuple[ListFile, ...]:
    """As `write_list`. A replacement by nobody is a removal of all that was delivered: of nothing, no body can be."""
    asked = checked(asked, "meta")
    id_ = settings.audiences.get(asked.audience)
    if id_ is None:
        raise no_list("Meta", asked.audience)
    if asked.action is ListAction.REPLACE and not asked.identifiers:
        asked = asked._replace(action=ListAction.REMOVE, identifiers=asked.leaving)
    method, edge = _REQUESTS[asked.action]
    parts = batches(asked.identifiers, MOST_PEOPLE)
    session: JsonObject = {
        "session_id": int.from_bytes(sha256(asked.name.encode()).digest()[:7]),
        "estimated_num_total": len(asked.identifiers),
    }
    return tuple(
        ListFile(
            f"{asked.name}-{number:03d}.json",
            json.dumps(
                {
                    "payload": {"schema": "EMAIL_SHA256", "data": part},
                    "session": {**session, "batch_seq": number, "last_batch_flag": number == len(parts)},
                }
            ).encode(),
            f"{method} {_API}/{settings.version}/{id_}/{edge}",
        )
        for number, part in enumerate(parts, start=1)
    )
