"""Who gets copies: `recipients.yaml` of a workspace, the key that each signs with and how long they have.

recipients:
  research_lab:
    key: lab.example+1a2b3c4d+ATx…     # of their acknowledgements
    lease_days: 30                      # a copy is to be gone after
    removal_days: 7                     # a message is to be applied within
  microsoft:
    format: {kind: microsoft, audiences: {nurses: "819689004"}}   # how they take lists
    deletion: {domain: ads.example, ours: network.example, keys: [NzbLsXh8…]}   # where they are asked to delete
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from licet.deliveries.formats import ListFormat, most_days
from licet.ledger import PublicKey
from licet.terms import DeliveryError, LicetError

#: Where a recipient does not say: a week to take something out, a month to keep a copy.
REMOVAL_DAYS, LEASE_DAYS = 7, 30

Domain = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?$")]
Days = Annotated[int, Field(ge=1, le=3650)]


class DeletionPlace(BaseModel):
    """Where a recipient of the IAB's Data Deletion Request Framework is asked. domain: that has their `dsrdelete.json`.
    ours: that has ours, by which they know who asks.
    keys: thumbprints (RFC 7638) of those that they sign with, as whoever keeps this file has confirmed them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    domain: Domain
    ours: Domain
    keys: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")], ...] = ()


class Recipient(BaseModel):
    """key: None for one that cannot answer; what they did is then never known.

    format: how they take lists; None for one that takes none but ours. deletion: None for one that speaks no DDR.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str | None = None
    lease_days: Days = LEASE_DAYS
    removal_days: Days = REMOVAL_DAYS
    format: ListFormat | None = None
    deletion: DeletionPlace | None = None

    @model_validator(mode="after")
    def _is_kept_no_longer_than_can_be(self) -> Self:
        most = None if self.format is None else most_days(self.format)
        if most is not None and self.lease_days > most:
            raise ValueError(f"lease_days are more than the {most} that this recipient keeps anybody")
        return self

    def within(self, most_lease_days: int | None, most_removal_days: int | None) -> Recipient:
        """The same, for no longer than so many days; None for no such bound."""
        most = {"lease_days": most_lease_days, "removal_days": most_removal_days}
        fewer = {name: days for name, days in most.items() if days is not None and days < getattr(self, name)}
        return self.model_copy(update=fewer) if fewer else self

    @property
    def public_key(self) -> PublicKey | None:
        return None if self.key is None else PublicKey.parse(self.key)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    recipients: dict[str, Recipient]


def load_recipients(path: Path) -> dict[str, Recipient]:
    """By the name that the policy has for them; none where there is no file.

    Raises: DeliveryError DLVR-001 for a file that says something else.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise _unfit(path, str(error)) from None
    try:
        found = _File.model_validate(yaml.safe_load(text)).recipients
        for name, one in found.items():
            try:
                _ = one.public_key
            except LicetError as error:
                raise _unfit(path, f"the key of {name}: {error.what}") from None
        return found
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise _unfit(path, f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except (yaml.YAMLError, RecursionError):
        raise _unfit(path, "it is not YAML") from None


def _unfit(path: Path, why: str) -> DeliveryError:
    return DeliveryError(
        "DLVR-001", f"the recipients cannot be read: {why}", str(path), "see docs/deliveries.md for its form"
    )
