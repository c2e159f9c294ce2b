"""What `recipients.yaml` says of how a recipient takes lists: whose account, which list by which id, what was agreed.

Nothing that another could read as a part of an address is let through: ids are digits, versions what they look like.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Digits = Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]
Consent = Literal["granted", "denied"]


class FormatSettings(BaseModel):
    """audiences: our name of a list, to the id that the recipient gave it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    audiences: dict[str, Digits] = {}


class MicrosoftFormat(FormatSettings):
    """titles: names for people to read, of lists that are made by their first delivery. accepts_terms: whether each
    file says that the terms of customer match are accepted, as can be done once in the account instead."""

    kind: Literal["microsoft"]
    titles: dict[str, str] = {}
    accepts_terms: bool = False


class GoogleAccount(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["GOOGLE_ADS", "DISPLAY_VIDEO_PARTNER", "DISPLAY_VIDEO_ADVERTISER", "DATA_PARTNER"]
    id: Digits


class GoogleFormat(FormatSettings):
    """account: that has the lists. login_account: whose access is used, where it is another's.

    ad_user_data, ad_personalization: the consent that every file states of everybody on it; nobody is added unless
    both are granted, and there is no default to fall back on.
    """

    kind: Literal["google"]
    account: GoogleAccount
    login_account: GoogleAccount | None = None
    ad_user_data: Consent
    ad_personalization: Consent
    accepts_terms: bool


class MetaFormat(FormatSettings):
    kind: Literal["meta"]
    version: Annotated[str, Field(pattern=r"^v[0-9]{1,3}\.[0-9]$")] = "v25.0"


class LinkedinFormat(FormatSettings):
    """version: of their API, year and month; each is sunset a year on, so there is no default."""

    kind: Literal["linkedin"]
    version: Annotated[str, Field(pattern=r"^20[0-9]{2}(0[1-9]|1[0-2])$")]


ListFormat = Annotated[
    MicrosoftFormat | GoogleFormat | MetaFormat | LinkedinFormat, Field(discriminator="kind")
]
