"""The few questions a person has about their data, and which purposes of a policy answer each."""

from __future__ import annotations

from typing import NamedTuple

from licet.packs import Pack, Use


class Topic(NamedTuple):
    """A question. `label` ends the sentence "used for …"."""

    id: str
    label: str
    short: str
    purposes: frozenset[str]


TRAINING = Topic(
    "ai_training", "training AI that generates content", "AI training", frozenset({"generative_ai_training"})
)
RECOMMENDATIONS = Topic(
    "recommendations",
    "recommendations and what you are shown",
    "recommendations",
    frozenset({"recommender_training", "recommendation", "personalisation"}),
)
ADS = Topic("ads", "advertisements", "ads", frozenset({"ad_sharing", "ad_targeting"}))
FEATURES = Topic(
    "features",
    "AI features and improving products",
    "features",
    frozenset({"ai_assistance", "product_improvement"}),
)

TOPICS = (TRAINING, RECOMMENDATIONS, ADS, FEATURES)


def uses_of(topic: Topic, pack: Pack) -> list[Use]:
    """The uses of the policy that belong to a topic: by their purpose, or the shared one it is a kind of."""
    return [use for use in pack.uses() if not topic.purposes.isdisjoint(pack.purpose_line(use.purpose))]
