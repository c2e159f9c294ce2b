"""One request to delete, as whoever asks keeps it, and what may be taken for its answer.

An answer counts only for the very request that it holds, from the domain that was asked, by a key of theirs that was
confirmed, and of a moment after the request and not to come. So a lost answer is had by asking again, a late or
repeated one changes nothing, and none is taken for another's.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from licet.deliveries.deletion_discovery import Discovery
from licet.deliveries.deletion_tokens import (
    AcknowledgementClaims,
    Identifier,
    IdentityClaims,
    RequestClaims,
    opened,
    signed,
)
from licet.deliveries.recipients import DeletionPlace
from licet.ledger import Signer
from licet.terms import DeliveryError
from licet.terms.moments import format_moment, parse_moment

#: How far clocks may differ, and how long a request is sent again before another is made in its place.
SKEW = timedelta(minutes=5)
GOOD_FOR = timedelta(hours=24)

#: What a hashed e-mail address is called, in `dsrdelete.json` and in tokens.
EMAIL, SHA256 = "email", "sha256"

RESULTS = {
    0: "received",
    1: "malformed request",
    2: "invalid signature",
    3: "invalid token",
    4: "unsupported type of identifier",
    5: "incorrect format of the identifier",
    6: "invalid timestamp",
}


class AskedDeletion(BaseModel):
    """A request, and what came of it. id: of its token. code: of the answer, None while there is none that counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    licet_asked: Literal[1] = 1
    id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    recipient: str
    identifier: str
    token: str
    asked_at: str
    answer: str | None = None
    code: int | None = None

    @property
    def is_received(self) -> bool:
        """Whether they say that they have it; not whether they did it."""
        return self.code == 0

    def is_good(self, now: datetime) -> bool:
        """Whether its token is sent again as it is."""
        return not self.is_received and now - parse_moment(self.asked_at) < GOOD_FOR


def ask(
    recipient: str, identifier: str, place: DeletionPlace, signer: Signer, now: datetime
) -> AskedDeletion:
    """A new request to delete what goes by one identifier."""
    subject = Identifier(identifierValue=identifier, identifierType=EMAIL, identifierFormat=SHA256)
    seconds = int(now.timestamp())
    identity = IdentityClaims(
        version="1.0", jti=secrets.token_hex(16), iss=place.ours, sub=subject, iat=seconds
    )
    id_ = secrets.token_hex(16)
    request = RequestClaims(
        version="1.0", idJWT=signed(identity, signer), jti=id_, iss=place.ours, sub=subject, iat=seconds
    )
    return AskedDeletion(
        id=id_,
        recipient=recipient,
        identifier=identifier,
        token=signed(request, signer),
        asked_at=format_moment(now),
    )


def answered(
    asked: AskedDeletion, answer: str, place: DeletionPlace, theirs: Discovery, now: datetime
) -> AskedDeletion:
    """The same, with an answer that counts.

    Raises: DeliveryError DLVR-069, DLVR-070, DLVR-071 for what their keys did not sign; DLVR-077 for an answer to
    another request; DLVR-078 for another's answer; DLVR-079 for one from before the request, or of a time to come.
    """
    claims = opened(answer, AcknowledgementClaims, theirs.publicKey)
    if claims.iss != place.domain:
        raise DeliveryError(
            "DLVR-078",
            f"this is the answer of {claims.iss}, and {place.domain} was asked",
            fix="hand it in for the recipient whose it is",
        )
    if claims.rqJWT != asked.token:
        raise DeliveryError(
            "DLVR-077",
            "this answers another request than the one that was sent",
            fix="ask again: the answer to this request is still to come",
        )
    at = datetime.fromtimestamp(claims.iat, UTC)
    if not parse_moment(asked.asked_at) - SKEW <= at <= now + SKEW:
        raise DeliveryError(
            "DLVR-079",
            f"the answer says that it is of {format_moment(at)}, and the request of {asked.asked_at}",
            fix="ask them to set their clock, and ask again",
        )
    return asked.model_copy(update={"answer": answer, "code": claims.raResultCode})
