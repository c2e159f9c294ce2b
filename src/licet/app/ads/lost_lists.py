"""Going on with a list of which what was held was lost, so that it is not delivered to nobody for ever.

The next delivery is of the whole list. Until a recipient confirmed one, nobody can tell whom they have, and every
member is told so: who refused before cannot be named to them any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from licet.app.ads.list_statuses import ListStatus, held_of, list_statuses, lists_in
from licet.app.ads.settled_lists import of_list
from licet.app.followed_copies import book
from licet.terms import DeliveryError

if TYPE_CHECKING:
    from licet.app.core import Core


def begin_anew(core: Core, audience: str) -> list[ListStatus]:
    """Go on with every list of an audience of which what was held cannot be read, with nothing held.

    Raises: DeliveryError DLVR-088 where there is none; DLVR-034.
    """
    kept, begun = book(core), list[str]()
    with kept.alone():
        for delivery in lists_in(kept):
            place, (held, state) = of_list(delivery), held_of(core, delivery)
            if place.audience != audience or held.is_whole(state, [one.sequence for one in delivery.waiting]):
                continue
            lost = {"parts": 1, "taken": delivery.sequence, "replaces": True, "lost_at": delivery.sequence}
            kept.write(
                delivery.model_copy(update={"waiting": (), "of_list": place.model_copy(update=lost)})
            )  # who dies after this has a list that says so, and begins it anew once more
            held.begin_anew()
            begun.append(delivery.export)
    if not begun:
        raise DeliveryError(
            "DLVR-088",
            f"nothing that is held of a list of {audience[:60]!r} was lost",
            fix="deliver it: licet ads deliver; only a list that cannot be is begun anew",
        )
    return [one for one in list_statuses(core) if one.export in begun]
