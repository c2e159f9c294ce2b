"""LinkedIn: bodies of requests that add people to a DMP segment or remove them, in batches.

There is no replacing, as with Google. To add somebody twice, or remove somebody who is not there, is no error there,
so a body that may have arrived is sent again without harm.

Source: LinkedIn, Marketing API, "DMP Segment Users" (2026). It names no most of a batch; ours is a house bound.
"""

from __future__ import annotations

from licet.deliveries.formats.format_settings import LinkedinFormat
from licet.deliveries.formats.list_request import (
    ListFile,
    ListRequest,
    batches,
    checked,
    no_list,
    with_each,
)

MOST_PEOPLE = 5_000
#: What stands around the identifier of somebody.
_BEFORE, _AFTER = '"userIds": [{"idType": "SHA256_EMAIL", "idValue": "', '"}]}'


def linkedin_files(settings: LinkedinFormat, asked: ListRequest) -> tuple[ListFile, ...]:
    """As `write_list`. The request takes `X-RestLi-Method: BATCH_CREATE` and `LinkedIn-Version: <version>`."""
    asked = checked(asked, "linkedin")
    id_ = settings.audiences.get(asked.audience)
    if id_ is None:
        raise no_list("LinkedIn", asked.audience)
    gone, there = asked.gone_and_there
    bodies = [("REMOVE", part) for part in batches(gone, MOST_PEOPLE)]
    bodies += [("ADD", part) for part in batches(there, MOST_PEOPLE)]
    return tuple(
        ListFile(
            f"{asked.name}-{number:03d}-{action.lower()}.json",
            with_each({}, "elements", f'{{"action": "{action}", {_BEFORE}', part, _AFTER),
            f"POST https://api.linkedin.com/rest/dmpSegments/{id_}/users",
        )
        for number, (action, part) in enumerate(bodies, start=1)
    )
