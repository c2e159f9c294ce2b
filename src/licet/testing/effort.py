"""How hard generated tests try. By default little and always the same; with `LICET_EFFORT=20`, twenty times as
many cases, drawn anew each run (then `--hypothesis-seed` repeats one)."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

EFFORT = int(os.environ.get("LICET_EFFORT", "1"))


def examples(count: int) -> settings:
    """Settings for a property: `count` examples, times the effort; no deadlines, since no test times anything."""
    return settings(
        max_examples=count * EFFORT,
        deadline=None,
        derandomize=EFFORT == 1,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )
