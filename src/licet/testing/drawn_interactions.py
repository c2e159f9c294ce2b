"""Made-up members who did something with made-up items, after tastes of their own, as many as one wants.

Items are of topics and of uneven popularity; a member has one to three topics and now and then does something else. So
there is something to learn, and there are a few items that very many know.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from licet.uses.recommend.interactions import Interactions

#: Of rows that are of none of their member's topics.
_ASTRAY = 0.1
#: The popularity of the n-th item of a topic goes with n to the power of minus this.
_UNEVEN = 0.9
_FROM_US = 1_700_000_000_000_000


def draw_interactions(
    members: int, items: int, rows: int, seed: int, topics: int = 0, uneven_topics: float = 0.0
) -> Interactions:
    """About so many rows: pairs that come twice count once. topics: 0 for one for every 60 items or so.

    uneven_topics: how many like the n-th goes with n to the power of minus this; so some items are very many members'.
    """
    chance = np.random.default_rng(seed)
    topics = topics or max(2, items // 60)
    share = np.arange(1, topics + 1.0) ** -uneven_topics
    likes = chance.choice(topics, (members, 3), p=share / share.sum() if uneven_topics else None)
    uneven = chance.lognormal(0, 0.8, members)
    whose = np.repeat(np.arange(members), chance.poisson(uneven / uneven.sum() * rows))
    topic = likes[whose, np.minimum(chance.geometric(0.6, len(whose)), 3) - 1]
    astray = chance.random(len(whose)) < _ASTRAY
    topic = np.where(astray, chance.integers(topics, size=len(whose)), topic)
    each = items // topics
    by_rank = np.cumsum(np.arange(1, each + 1.0) ** -_UNEVEN)
    rank = np.searchsorted(by_rank, chance.random(len(whose)) * by_rank[-1])
    # Topics are uneven, too: the first of the items of every topic are so by a permutation that hides which.
    item = chance.permutation(items)[rank * topics + topic]
    times = _FROM_US + chance.integers(10**13, size=len(whose))
    return Interactions.of(
        pa.table(
            {
                "actor": pa.array([f"m{number:07}" for number in range(members)]).take(pa.array(whose)),
                "item": pa.array([f"i{number:07}" for number in range(items)]).take(pa.array(item)),
                "time": pa.array(times, pa.timestamp("us")),
            }
        )
    )
