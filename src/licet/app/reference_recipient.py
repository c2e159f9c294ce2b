"""A recipient of lists to try a platform against: it takes what it is sent, does it, and answers under its own key.

Of the Data Deletion Request Framework 1.0 it is a whole participant: `dsrdelete.json`, requests checked against the
keys of whoever it was told of, acknowledgements. It can be told to behave as recipients do who should not: slow, wrong,
silent, forgetful. What it has lies in a folder, each change whole on the disk before it is answered.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from licet.deliveries.deletion_requests import EMAIL, GOOD_FOR, SHA256, SKEW
from licet.deliveries.deletion_tokens import (
    MOST_LETTERS,
    AcknowledgementClaims,
    IdentityClaims,
    PublicJwk,
    RequestClaims,
    jwk_of,
    opened,
    signed,
    unchecked,
)
from licet.deliveries.list_delivery import delivery_name, list_root, read_delivery
from licet.deliveries.received_list import ReceivedList, answer_to
from licet.ledger import PublicKey, Signer
from licet.store.private_files import write_private
from licet.terms import DeliveryError
from licet.terms.canonical import JsonObject, canonical_json
from licet.terms.moments import format_moment


class Manner(StrEnum):
    """honest: does and answers. slow: has a thing, and does it only when asked the third time. wrong: says that it did,
    and did not. silent: does, and answers nothing. forgetful: has a backup, and goes back to it at every fifth thing.
    """

    HONEST = "honest"
    SLOW = "slow"
    WRONG = "wrong"
    SILENT = "silent"
    FORGETFUL = "forgetful"


#: How often a slow one is asked, and after how many things a forgetful one forgets.
ASKED_BEFORE, THINGS_BEFORE = 2, 4

#: Why a token is not taken, by the framework's codes.
_CODES = {"DLVR-069": 1, "DLVR-070": 3, "DLVR-071": 2}


class HeldList(BaseModel):
    """One list: its id, the number and name of the delivery that was done last, and who is on it since."""

    model_config = ConfigDict(extra="forbid")

    export: str = ""
    number: int = 0
    head: str = ""
    identifiers: list[str] = []


class Holding(BaseModel):
    """All that a recipient has. answers: what was answered to each request to delete, by its token's id.

    asked: how often each thing was asked for that is not done yet. things: how many were done.
    """

    model_config = ConfigDict(extra="forbid")

    lists: dict[str, HeldList] = {}
    answers: dict[str, tuple[str, str]] = {}
    asked: dict[str, int] = {}
    things: int = 0


class RecipientAnswer(NamedTuple):
    """status: of HTTP. body: the signed answer; None of one who says nothing."""

    status: int
    body: str | None


class ReferenceRecipient:
    """One of a folder; any number of threads may ask it."""

    def __init__(
        self,
        folder: Path,
        domain: str,
        askers: dict[str, tuple[PublicJwk, ...]],
        manner: Manner = Manner.HONEST,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        platform: PublicKey | None = None,
    ) -> None:
        """askers: who may ask it to delete, by domain, and their keys. platform: whose deliveries it takes.

        Raises: LedgerError for its own key.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = folder / "recipient.key"
        self.signer = Signer.open(key) if key.exists() else Signer.create(key)
        self.domain, self.manner, self._platform = domain, manner, platform
        self.folder, self._askers, self._clock = folder, askers, clock
        self._lock = threading.Lock()

    @property
    def discovery(self) -> JsonObject:
        """What its `dsrdelete.json` says, for where it is asked at its own domain."""
        return {
            "endpoint": "/deletions",
            "identifiers": [{"id": 1, "type": EMAIL, "format": SHA256}],
            "publicKey": [jwk_of(self.signer).model_dump(exclude_none=True)],
            "vendorScriptRequirement": False,
        }

    def holding(self) -> Holding:
        """What it has, from the disk. Raises: DeliveryError DLVR-083."""
        try:
            return Holding.model_validate(json.loads((self.folder / "holding.json").read_bytes()))
        except FileNotFoundError:
            return Holding()
        except (OSError, ValueError, ValidationError):
            raise DeliveryError(
                "DLVR-083",
                "what this recipient has cannot be read",
                str(self.folder / "holding.json"),
                "give it another folder",
            ) from None

    def delete(self, token: str) -> RecipientAnswer:
        """What it answers to a request to delete, a token of type rqJWT; to one that is too long, nothing."""
        if len(token) > MOST_LETTERS:
            return RecipientAnswer(400, None)
        with self._lock:
            held = self.holding()
            try:
                request = self._opened(token)
                code, why = self._fault(request)
            except DeliveryError as error:
                return self._acknowledged(token, _CODES[error.code], error.what)
            if code:
                return self._acknowledged(token, code, why)
            if request.jti in held.answers:
                was, before = held.answers[request.jti]
                if was != token:
                    return self._acknowledged(token, 3, "another request had this id")
                return RecipientAnswer(202, None if self.manner is Manner.SILENT else before)
            if not self._is_time(held, request.jti):
                return RecipientAnswer(202, None)
            if self.manner is not Manner.WRONG:
                for one in held.lists.values():
                    one.identifiers = [
                        each for each in one.identifiers if each != request.sub.identifierValue
                    ]
            answer = self._acknowledged(token, 0, "")
            held.answers[request.jti] = (token, answer.body or "")
            self._keep(held)
            return answer if self.manner is not Manner.SILENT else RecipientAnswer(202, None)

    def take(self, jws: str, files: Mapping[str, bytes]) -> RecipientAnswer:
        """What it answers to a delivery of a list, of the plain form: a signed note, or why it is not taken."""
        with self._lock:
            held = self.holding()
            try:
                if self._platform is None:
                    raise DeliveryError(
                        "DLVR-067", "no key of a platform was given", fix="start it with --platform KEY"
                    )
                said = read_delivery(jws, self._platform)
                if not self._is_time(held, delivery_name(jws)):
                    return RecipientAnswer(202, answer_to(said, jws, self._now(), self.signer, done=False))
                # A list of that name that was begun anew is another, beside the one that they are to empty.
                is_same = held.lists.get(said.audience, HeldList()).export in ("", said.export)
                name = said.audience if is_same else said.export
                one = held.lists.get(name, HeldList(export=said.export))
                before = ReceivedList(one.export, one.number, one.head, frozenset(one.identifiers))
                after = before.after(jws, files, self._platform)
            except DeliveryError as error:
                return RecipientAnswer(409, error.line())
            has = after.identifiers | before.identifiers if self.manner is Manner.WRONG else after.identifiers
            held.lists[name] = HeldList(
                export=said.export, number=after.applied, head=after.head, identifiers=sorted(has)
            )
            self._keep(held)
            if self.manner is Manner.SILENT:
                return RecipientAnswer(202, None)
            if self.manner is Manner.WRONG:
                said = said.model_copy(update={"listed": len(has), "listed_root": list_root(has, said.salt)})
            return RecipientAnswer(202, answer_to(said, jws, self._now(), self.signer))

    def _now(self) -> str:
        return format_moment(self._clock())

    def _opened(self, token: str) -> RequestClaims:
        """Raises: DeliveryError DLVR-069, DLVR-070, DLVR-071."""
        _, said = unchecked(token, RequestClaims)
        request = opened(token, RequestClaims, self._askers.get(said.iss, ()))
        _, identity = unchecked(request.idJWT, IdentityClaims)
        opened(request.idJWT, IdentityClaims, self._askers.get(identity.iss, ()))
        if identity.sub != request.sub:
            raise DeliveryError(
                "DLVR-070",
                "the request names another identifier than the token of identity that it holds",
                fix="name the one that the member's own platform named",
            )
        return request

    def _fault(self, request: RequestClaims) -> tuple[int, str]:
        """A code and why; 0 for none."""
        subject = request.sub
        if subject.identifierType != EMAIL:
            return 4, f"Unsupported identifier type: {subject.identifierType}"
        if subject.identifierFormat != SHA256 or not _is_hash(subject.identifierValue):
            return 5, "The identifier is no SHA-256 of 64 hexadecimal digits"
        _, identity = unchecked(request.idJWT, IdentityClaims)
        now = self._clock()
        for seconds in (request.iat, identity.iat):
            if not now - GOOD_FOR - SKEW <= _moment(seconds) <= now + SKEW:
                return 6, "The request is not of today"
        return 0, ""

    def _is_time(self, held: Holding, thing: str) -> bool:
        """Whether a thing is done now, after a slow one put it off and a forgetful one went back to what it had."""
        if self.manner is Manner.SLOW:
            held.asked[thing] = held.asked.get(thing, 0) + 1
            if held.asked[thing] <= ASKED_BEFORE:
                self._keep(held)
                return False
            del held.asked[thing]
        held.things += 1
        backup = self.folder / "backup.json"
        if self.manner is Manner.FORGETFUL:
            if held.things > THINGS_BEFORE and backup.exists():
                was = Holding.model_validate(json.loads(backup.read_bytes()))
                held.lists, held.answers, held.things = was.lists, was.answers, 0
            elif held.things == 1:
                write_private(backup, canonical_json(held.model_dump(mode="json")))
        return True

    def _acknowledged(self, token: str, code: int, why: str) -> RecipientAnswer:
        claims = AcknowledgementClaims(
            version="1.0", rqJWT=token, jti=secrets.token_hex(16), iss=self.domain,
            iat=int(self._clock().timestamp()), raResultCode=code, raResultString=why[:500],
        )  # fmt: skip
        return RecipientAnswer(400 if code else 202, signed(claims, self.signer))

    def _keep(self, held: Holding) -> None:
        write_private(self.folder / "holding.json", canonical_json(held.model_dump(mode="json")))


def platform_key(text: str) -> PublicKey:
    """Raises: LedgerError LEDG-005."""
    return PublicKey.parse(text)


def read_asker(text: str) -> tuple[str, tuple[PublicJwk, ...]]:
    """``DOMAIN=FILE``: whose requests are taken, and their keys, as their `dsrdelete.json` has them.

    Raises: DeliveryError DLVR-084.
    """
    domain, _, file = text.partition("=")
    try:
        said = json.loads(Path(file).read_bytes())
        return domain, tuple(PublicJwk.model_validate(key) for key in said["publicKey"])
    except (OSError, ValueError, TypeError, KeyError, ValidationError, RecursionError):
        raise DeliveryError(
            "DLVR-084",
            f"no keys of {domain[:60]!r} can be read",
            file[:200],
            "write DOMAIN=FILE, the file being what `licet recipient own` prints for that platform",
        ) from None


def _moment(seconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=min(seconds, 1 << 36))


def _is_hash(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")
