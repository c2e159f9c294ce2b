"""A recipient's side of a list: taking deliveries in their order, whole or not at all, and answering each.

For the `plain` form. A delivery that is not the next, whose files are not those that were signed, or that would leave
another list than it names, is refused, and the list stays as it is. Needs no workspace.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from licet.deliveries.acknowledgement import Acknowledgement, write_acknowledgement
from licet.deliveries.list_delivery import (
    ListDelivery,
    delivery_name,
    list_opening,
    list_root,
    read_delivery,
    require_files,
    require_following,
)
from licet.ledger import PublicKey, Signer
from licet.terms import DeliveryError


class ReceivedList(NamedTuple):
    """A list as its recipient has it. applied: the number of the last delivery that was; head: its name."""

    export: str
    applied: int = 0
    head: str = ""
    identifiers: frozenset[str] = frozenset()

    def after(self, jws: str, files: Mapping[str, bytes], key: PublicKey) -> ReceivedList:
        """The list after a delivery; itself where that was the last already.

        key: the platform's. Raises: DeliveryError DLVR-032, DLVR-033; DLVR-011 to DLVR-013 for one that is not the
        next; DLVR-043 where it would leave another list than it names.
        """
        said = read_delivery(jws, key)
        opening = list_opening(said.export, said.recipient, said.audience, said.scheme)
        if not require_following(said, jws, self.export, self.applied, self.head or opening):
            return self
        require_files(said, files)
        added, removed = read_plain(files)
        left = added if said.action == "replace" else (self.identifiers - removed) | added
        if (len(left), list_root(left, said.salt)) != (said.listed, said.listed_root):
            raise DeliveryError(
                "DLVR-043",
                f"delivery {said.sequence} leaves {len(left)} identifiers, and not the {said.listed} that it names",
                fix="ask for a delivery of the whole list",
            )
        return ReceivedList(said.export, said.sequence, delivery_name(jws), left)


def read_plain(files: Mapping[str, bytes]) -> tuple[frozenset[str], frozenset[str]]:
    """What files of the `plain` form add, and remove. Raises: DeliveryError DLVR-033 for others."""
    told: dict[str, set[str]] = {"add": set(), "remove": set()}
    try:
        for line in files["list.jsonl"].splitlines()[1:]:
            ((what, identifier),) = json.loads(line).items()
            told[what].add(str(identifier))
    except (AttributeError, KeyError, ValueError, RecursionError):
        raise DeliveryError(
            "DLVR-033",
            "the files are not in the plain form of lists",
            fix="fetch all files of the delivery again",
        ) from None
    return frozenset(told["add"]), frozenset(told["remove"])


def answer_to(said: ListDelivery, jws: str, at: str, signer: Signer, *, done: bool = True) -> str:
    """What a recipient answers: that the delivery was applied, or only received. signer: by the recipient's own key."""
    return write_acknowledgement(
        Acknowledgement(
            export=said.export, recipient=said.recipient, sequence=said.sequence, message=delivery_name(jws),
            state="applied" if done else "received", documents=said.listed, root=said.listed_root, at=at,
        ),
        signer,
    )  # fmt: skip
