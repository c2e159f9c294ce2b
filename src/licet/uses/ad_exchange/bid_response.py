"""An answer to an OpenRTB 2.6 bid request, and a request of the platform's own: all that leaves, field by field.

An answer is made of the request's own two kinds of number and of the campaign. A request sent is made of a page, a
country and slots; of a member it holds something only where it is handed a `Shared`, which is made after `decide` and
the gate permitted it to just this recipient. Neither is ever put together from what came in, so nothing of that passes.

Source: OpenRTB 2.6-202606, sections 3.2.1, 3.2.20 and 4.2; "DSA Transparency", the community extension.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from licet.terms import UseError
from licet.terms.canonical import JsonObject
from licet.terms.region_names import three_letters
from licet.uses.ad_exchange.bid_request import Opportunity, Slot
from licet.uses.ad_exchange.page_address import page_address

#: Letters of who pays and on whose behalf, as the extension has it.
MOST_PAYER_LETTERS = 100
_PROFILING, _BASIC = 1, 2


class Offer(NamedTuple):
    """An ad for a slot. price_micros: of one showing, in millionths of `currency`. domain: the advertiser's.

    behalf, paid: for whom it is shown, and who pays (DSA, article 26). is_personalised: whether anything about a person
    chose it.
    """

    slot_id: str
    campaign: str
    creative: str
    markup: str
    price_micros: int
    currency: str
    domain: str
    behalf: str
    paid: str
    size: tuple[int, int] | None
    is_personalised: bool


class Shared(NamedTuple):
    """What is permitted to leave about a member to one recipient. pseudonym: theirs at this recipient alone."""

    pseudonym: str
    segments: tuple[str, ...]


def bid_response(asked: Opportunity, offers: Sequence[Offer], own_domain: str) -> JsonObject | None:
    """The answer; None where nothing is offered, which is sent as 204 without content.

    Only of offers that are for one of the slots, in its currency, at no less than its floor, of no advertiser that is
    blocked, and personalised only where the request refuses nothing; others are left out.
    Raises: UseError ADS-077 for one without a payer, or with more of it than the extension takes.
    """
    slots = {slot.id: slot for slot in asked.slots}
    bids, currency = list[JsonObject](), None
    for offer in offers:
        slot = slots.get(offer.slot_id)
        if (
            slot is None
            or not _may_be_bid(asked, slot, offer)
            or (currency or offer.currency) != offer.currency
        ):
            continue
        currency = offer.currency
        bids.append(_bid(offer, own_domain, len(bids) + 1))
    if not bids or currency is None:
        return None
    return {"id": asked.id, "cur": currency, "seatbid": [{"bid": bids}]}


def outgoing_request(
    page: str | None, country: str | None, slots: Sequence[Slot], shared: Shared | None
) -> JsonObject:
    """A request to another exchange. page: cut down to `page_address`. country: two letters, or with a subdivision,
    of which nothing is sent. shared: None where nothing about the member may leave."""
    said: JsonObject = {
        # Drawn, so that it is of no counter that others could join.
        "id": secrets.token_hex(16),
        "at": 1,
        "imp": [_imp(slot, number) for number, slot in enumerate(slots, 1)],
    }
    address = page_address(page)
    if address is not None:
        said["site"] = {"page": address}
    letters = None if country is None else three_letters(country.partition("-")[0])
    if letters is not None:
        said["device"] = {"geo": {"country": letters}}
    if shared is not None:
        data = [{"name": "licet", "segment": [{"id": each} for each in shared.segments]}]
        said["user"] = {"id": shared.pseudonym, "data": data}
    return said


def _may_be_bid(asked: Opportunity, slot: Slot, offer: Offer) -> bool:
    return (
        slot.is_banner
        and offer.currency == slot.currency
        and offer.price_micros > 0
        and offer.price_micros * 1000 >= slot.floor_micros
        and offer.domain.casefold() not in asked.blocked_advertisers
        and not (offer.is_personalised and asked.refusals)
        and (offer.size is None or not slot.sizes or offer.size in slot.sizes)
    )


def _bid(offer: Offer, own_domain: str, number: int) -> JsonObject:
    for text in (offer.behalf, offer.paid):
        if not text.strip() or len(text) > MOST_PAYER_LETTERS:
            raise UseError(
                "ADS-077",
                f"an ad says for whom it is and who pays, each in 1 to {MOST_PAYER_LETTERS} letters",
                f"campaign {offer.campaign}",
                "say both in the campaigns file",
            )
    width, height = offer.size or (None, None)
    made: JsonObject = {
        "id": str(number), "impid": offer.slot_id, "price": _thousand(offer.price_micros), "adm": offer.markup,
        "adomain": [offer.domain], "cid": offer.campaign, "crid": offer.creative, "mtype": 1,
        "ext": {
            "dsa": {
                "behalf": offer.behalf, "paid": offer.paid, "adrender": 0,
                "transparency": [
                    {"domain": own_domain, "dsaparams": [_PROFILING, _BASIC] if offer.is_personalised else [_BASIC]}
                ],
            }
        },
    }  # fmt: skip
    return made if offer.size is None else {**made, "w": width, "h": height}


def _thousand(price_micros: int) -> float:
    """The price of a thousand, as JSON has it: the nearest double, exact up to 15 digits."""
    return float(Decimal(price_micros * 1000) / 1_000_000)


def _imp(slot: Slot, number: int) -> JsonObject:
    sizes = [{"w": wide, "h": high} for wide, high in slot.sizes]
    floor = float(Decimal(slot.floor_micros) / 1_000_000)
    return {"id": str(number), "banner": {"format": sizes}, "bidfloor": floor, "bidfloorcur": slot.currency}
