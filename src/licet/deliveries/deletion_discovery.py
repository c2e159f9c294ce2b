"""`dsrdelete.json`: where a participant of the Data Deletion Request Framework is asked, for what, and by which keys.

The file is its domain's own word, and so is a change of it: whoever took over a domain could put keys of theirs there.
So keys are taken only if they were confirmed before, by their thumbprints in `recipients.yaml`. A script that it wants
run is never run.
"""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from licet.deliveries.deletion_tokens import PublicJwk
from licet.deliveries.recipients import DeletionPlace
from licet.terms import DeliveryError

FILE = "dsrdelete.json"


class AcceptedIdentifier(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    id: int | str | None = None
    type: Annotated[str, Field(min_length=1, max_length=64)]
    format: Annotated[str, Field(min_length=1, max_length=64)]


class Discovery(BaseModel):
    """What such a file says."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    endpoint: Annotated[str, Field(min_length=1, max_length=2048)]
    identifiers: Annotated[tuple[AcceptedIdentifier, ...], Field(max_length=64)]
    publicKey: Annotated[tuple[PublicJwk, ...], Field(min_length=1, max_length=16)]
    vendorScriptRequirement: bool

    def takes(self, type_: str, format_: str) -> bool:
        """Whether an identifier of this type and format may be named."""
        return any((one.type, one.format) == (type_, format_) for one in self.identifiers)


def read_discovery(data: bytes, place: DeletionPlace) -> Discovery:
    """What a participant's file says, with no key but those that were confirmed.

    Raises: DeliveryError DLVR-075 for what is no such file, or wants a script run; DLVR-076 where none of its keys was
    confirmed: its `fix` says their thumbprints.
    """
    try:
        found = Discovery.model_validate(json.loads(data))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise _unfit(place, f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except (ValueError, RecursionError):
        raise _unfit(place, "it is no JSON") from None
    if found.vendorScriptRequirement:
        raise _unfit(place, "it wants a script of theirs run for every request")
    known = tuple(key for key in found.publicKey if key.thumbprint in place.keys)
    if not known:
        theirs = ", ".join(key.thumbprint for key in found.publicKey)
        raise DeliveryError(
            "DLVR-076",
            f"{place.domain} signs with no key that was confirmed",
            f"https://{place.domain}/{FILE}",
            f"ask them by another way whether these are theirs, and put those under keys: in recipients.yaml: {theirs}",
        )
    return found.model_copy(update={"publicKey": known})


def _unfit(place: DeletionPlace, why: str) -> DeliveryError:
    return DeliveryError(
        "DLVR-075",
        f"{place.domain} cannot be asked to delete: {why}",
        f"https://{place.domain}/{FILE}",
        "ask them what they need, by another way",
    )
