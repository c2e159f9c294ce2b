"""Faults of choosing advertisements: somebody's no is heard late, a signal is passed over, a budget is spent twice."""

from __future__ import annotations

from faults import Fault

_INTERESTS, _CHOICES = "licet.app.ads.permitted_interests", "licet.app.ads.ad_choices"
_BOOK = "licet.app.ads.budget_book"

FAULTS = [
    Fault(
        "what a member permitted stands after they said no",
        _INTERESTS,
        "            self._forget(subject)",
        "            pass",
        "advertisements go by somebody who refused, until the server is started anew",
    ),
    Fault(
        "the signals of a request are passed over",
        _INTERESTS,
        "facts.signals | signals",
        "facts.signals",
        "Global Privacy Control is sent and means nothing",
    ),
    Fault(
        "a political campaign takes part where data is gone by",
        _CHOICES,
        "if not standing.is_political[one.place]",
        "if True",
        "political advertisements depend on what is known of somebody",
    ),
    Fault(
        "a campaign finds members by an audience that nobody granted",
        _CHOICES,
        "wanted.items() if granted.has(self.campaigns[place]) else ():",
        "wanted.items():",
        "an advertiser reaches an audience of one",
    ),
    Fault(
        "a lease is given of what another process holds",
        _BOOK,
        "ask.released_micros - reserved.get(ask.campaign, 0)",
        "ask.released_micros",
        "an advertiser pays more than was ordered",
    ),
]
