"""Gates of now for what is asked about one member at a time, one for each use, purpose and recipient.

They stay open from one question to the next and are brought forward to each, so that a page pays for what happened
since the last one and for its member. Each is lent to one thread at a time; who comes meanwhile gets one of their own.
A gate whose tables were not told by their files to stand still is let go of, and so is one under which anything failed.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from licet.app.engines import new_engine
from licet.app.gate_opening import open_gate
from licet.enforce import Access, Gate
from licet.enforce.access import secret_of
from licet.enforce.origin import PurposeRef
from licet.ledger import Choices
from licet.uses.use import Use

if TYPE_CHECKING:
    from licet.app.core import Core


class StandingGates:
    """Those of one workspace. Any number of threads may share them."""

    def __init__(self) -> None:
        self._open: dict[object, Gate] = {}
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def access(
        self, core: Core, use: Use, asked: PurposeRef, supposed: Choices | None = None
    ) -> Iterator[Access]:
        """What a use is given as of now; where choices are supposed, as it would then be. Not beyond the block."""
        asks = {table: frozenset(columns) for table, columns in use.asks_for().items()}
        spark = core.spark if supposed is None else None  # a supposition is about one member, and read here
        key = use.name, use.learns, asked, frozenset(asks.items()), spark is None

        with self._lock:
            earlier = self._open.pop(key, None)
        position, gate = core.ledger.position, None
        if earlier is not None:
            gate = earlier._brought_to(core.policy(position), core.catalogue, core.now(), position)
        if gate is None:
            gate = open_gate(
                core, asked.purpose, asked.recipient, None, position, asks, for_training=use.learns,
                engine=new_engine(spark),
            )  # fmt: skip
        lent = gate if supposed is None else gate._supposing(supposed)
        yield Access({asked.purpose: lent}, secret_of(core.salt, use.name))
        if spark is None and gate._tables.stand_still():
            with self._lock:
                self._open[key] = gate
