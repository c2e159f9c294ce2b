"""What is kept of one OpenRTB 2.6 request, and what is sent on of it where nothing of a member may leave."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from licet.terms import UseError
from licet.terms.canonical import JsonObject
from licet.uses.ad_exchange.bid_request import Opportunity, read_bid_request
from licet.uses.ad_exchange.bid_response import outgoing_request


class BidRequestReading(NamedTuple):
    """kept: all that is kept. sent: the request that another exchange would get."""

    kept: Opportunity
    sent: JsonObject

    def as_json(self) -> JsonObject:
        kept = self.kept
        return {
            "id": kept.id, "page": kept.page, "country": kept.country, "signals": sorted(kept.signals),
            "refusals": list(kept.refusals), "member": kept.member, "is_test": kept.is_test,
            "dsa_required": None if kept.dsa is None else kept.dsa.required,
            "blocked_advertisers": sorted(kept.blocked_advertisers),
            "slots": [{**slot._asdict(), "sizes": [list(size) for size in slot.sizes]} for slot in kept.slots],
            "sent": self.sent,
        }  # fmt: skip


def read_request_file(file: Path, own_source: str | None = None) -> BidRequestReading:
    """own_source: as `read_bid_request`. Raises: UseError ADS-070 to ADS-076 as that; ADS-078 for a file that cannot be
    read."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UseError(
            "ADS-078",
            f"the request cannot be read: {error.strerror}",
            str(file),
            "name a file with one request",
        ) from None
    kept = read_bid_request(data, own_source)
    return BidRequestReading(kept, outgoing_request(kept.page, kept.country, kept.slots, None))
