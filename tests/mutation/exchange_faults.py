"""Faults of who answers an exchange, and of what advertisers are told: where an identifier or a choice gets out."""

from __future__ import annotations

from faults import Fault

_REQUEST, _PAGE = "licet.uses.ad_exchange.bid_request", "licet.uses.ad_exchange.page_address"
_ASKING, _VALUE = "licet.uses.ad_reports.audience_asking", "licet.uses.ad_reports.policy_value"

FAULTS = [
    Fault(
        "whoever refused is recognised all the same",
        _REQUEST,
        "None if refusals or own_source is None else",
        "None if own_source is None else",
        "an exchange's no is read and passed over",
    ),
    Fault(
        "a page is told with all of its address",
        _PAGE,
        "in parts.path else parts.path",
        'in parts.path else f"{parts.path}?{parts.query}"',
        "who looks at a page stands in the question of its address",
    ),
    Fault(
        "small atoms of audiences live",
        _ASKING,
        "is_told = number >= LEAST_MEMBERS and _holds(atoms, members, _least(members, key))",
        "is_told = number >= LEAST_MEMBERS",
        "audiences that single somebody out live side by side",
    ),
    Fault(
        "whether an audience is large enough is told without noise",
        _ASKING,
        ' + _noise(key, "size", people, month)',
        "",
        "an audience padded until one person decides tells their choice",
    ),
    Fault(
        "few clicks suffice to conclude",
        _VALUE,
        "if effective_clicks < LEAST_CLICKS or",
        "if",
        "an operator is told that personalising pays where nothing says so",
    ),
]
