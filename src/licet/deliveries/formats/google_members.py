"""Google Data Manager: bodies of requests that add members to an audience, or remove them, 10,000 at most each.

There is no replacing: whoever goes is removed by name, and whoever is to be there is added; what we do not know of
stays. Consent is stated by every body that adds, as the recipient's settings have it and never by default.

Source: Google, Data Manager API v1, `audienceMembers.ingest` and `remove`, "Configure destinations" (2026).
"""

from __future__ import annotations

from licet.deliveries.formats.format_settings import GoogleAccount, GoogleFormat
from licet.deliveries.formats.list_request import (
    ListFile,
    ListRequest,
    batches,
    checked,
    no_list,
    with_each,
)
from licet.terms import DeliveryError
from licet.terms.canonical import JsonObject

MOST_MEMBERS = 10_000
_API = "POST https://datamanager.googleapis.com/v1/audienceMembers"
#: What stands around the identifier of a member.
_BEFORE, _AFTER = '{"userData": {"userIdentifiers": [{"emailAddress": "', '"}]}}'
_CONSENT = {"granted": "CONSENT_GRANTED", "denied": "CONSENT_DENIED"}


def google_files(settings: GoogleFormat, asked: ListRequest) -> tuple[ListFile, ...]:
    """As `write_list`. Raises: as there; DLVR-064 where somebody is added and consent is not granted."""
    asked = checked(asked, "google")
    id_ = settings.audiences.get(asked.audience)
    if id_ is None:
        raise no_list("Google", asked.audience)
    gone, there = asked.gone_and_there
    is_granted = settings.ad_user_data == settings.ad_personalization == "granted"
    if there and not (is_granted and settings.accepts_terms):
        raise DeliveryError(
            "DLVR-064",
            f"nobody is added to {asked.audience!r} at Google: consent is not stated as granted, or the terms as "
            "accepted",
            fix="say so under format: in recipients.yaml, if it is so; members can be removed either way",
        )
    destination: JsonObject = {
        "operatingAccount": _account(settings.account),
        "productDestinationId": id_,
    }
    if settings.login_account is not None:
        destination["loginAccount"] = _account(settings.login_account)
    granted: JsonObject = {
        "consent": {
            "adUserData": _CONSENT[settings.ad_user_data],
            "adPersonalization": _CONSENT[settings.ad_personalization],
        },
        "termsOfService": {"customerMatchTermsOfServiceStatus": "ACCEPTED"},
    }
    bodies: list[tuple[str, list[str], JsonObject]] = []
    bodies += [("remove", part, {}) for part in batches(gone, MOST_MEMBERS)]
    bodies += [("ingest", part, granted) for part in batches(there, MOST_MEMBERS)]
    return tuple(
        ListFile(
            f"{asked.name}-{number:03d}-{how}.json",
            with_each(
                {"destinations": [destination], **more, "encoding": "HEX"},
                "audienceMembers", _BEFORE, part, _AFTER,
            ),
            f"{_API}:{how}",
        )
        for number, (how, part, more) in enumerate(bodies, start=1)
    )  # fmt: skip


def _account(account: GoogleAccount) -> JsonObject:
    return {"accountType": account.type, "accountId": account.id}
