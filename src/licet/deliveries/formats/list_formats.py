"""Each recipient's format by what its settings are; the one place that knows them all."""

from __future__ import annotations

from licet.deliveries.formats.format_settings import (
    GoogleFormat,
    LinkedinFormat,
    ListFormat,
    MetaFormat,
    MicrosoftFormat,
)
from licet.deliveries.formats.google_members import google_files
from licet.deliveries.formats.linkedin_users import linkedin_files
from licet.deliveries.formats.list_request import ListFile, ListRequest
from licet.deliveries.formats.meta_users import meta_files
from licet.deliveries.formats.microsoft_bulk import microsoft_files
from licet.sources.address_schemes import Scheme

__all__ = ["ListFormat", "is_same_list", "most_days", "replaces_by_name", "scheme_of", "write_list"]

#: Google's "Membership duration", since 2025-04-07.
_GOOGLES_DAYS = 540


def write_list(settings: ListFormat, asked: ListRequest) -> tuple[ListFile, ...]:
    """The files by which a recipient is asked, to be handed over in this order; none where there is nothing to ask.

    Raises: DeliveryError DLVR-060 to DLVR-064. Nothing is written anywhere.
    """
    match settings:
        case MicrosoftFormat():
            return microsoft_files(settings, asked)
        case GoogleFormat():
            return google_files(settings, asked)
        case MetaFormat():
            return meta_files(settings, asked)
        case LinkedinFormat():
            return linkedin_files(settings, asked)


def scheme_of(settings: ListFormat) -> Scheme:
    """What identifiers are to be written by for this recipient."""
    return settings.kind


def is_same_list(one: ListFormat | None, other: ListFormat | None, audience: str) -> bool:
    """Whether both lead to the same list at the recipient; one that got its id since is still the same."""
    if one is None or other is None:
        return one is other
    ids = {each.audiences[audience] for each in (one, other) if audience in each.audiences}
    accounts = {
        (each.kind, str(each.account) if isinstance(each, GoogleFormat) else "") for each in (one, other)
    }
    return len(ids) <= 1 and len(accounts) == 1


def replaces_by_name(settings: ListFormat | None) -> bool:
    """Whether a replacement takes nobody off but those whom it names."""
    return settings is not None and settings.kind in ("google", "linkedin")


def most_days(settings: ListFormat) -> int | None:
    """The most days that a lease of this recipient's can have; None for no such bound."""
    return _GOOGLES_DAYS if settings.kind == "google" else None
