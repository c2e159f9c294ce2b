"""What is learned from members for everybody's lists, as of the request that is just answered.

That an artefact was built says that something may be learned at all, and by which recipe; from then on this process
follows by itself: whoever changed since the last request is counted with the rows that are permitted of them now, or
not at all, before anything is answered. So the counts are those of a build of now that never saw who left, byte for
byte. Where they cannot be brought, there are none.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from licet.app.recommending.followed_rows import FollowedRows, Moment
from licet.app.retention import is_over, kept_until
from licet.enforce import Access
from licet.enforce.origin import PurposeRef
from licet.enforce.selection import people_columns
from licet.sources.catalogue import Catalogue
from licet.store import SnapshotRef
from licet.terms import SELF
from licet.uses.manifest import newest_for, read_heading, read_manifest
from licet.uses.recommend.attribute_counts import AttributeCounts, MemberTraits, profile_values
from licet.uses.recommend.interactions import Interactions
from licet.uses.recommend.item_counts import ItemCounts
from licet.uses.recommend.permitted_interactions import permitted_interactions
from licet.uses.recommend.recommend_layout import RecommendLayout
from licet.uses.recommend.recommend_manifest import KIND, RecommendManifest

if TYPE_CHECKING:
    from licet.app.core import Core

#: What is learned from, by the vocabulary's own word.
LEARNING = PurposeRef("recommender_training", SELF)
#: Within so many seconds a newer artefact is taken up even where the ledger did not move since the last look.
_LOOK_SECONDS = 1.0
_NOBODY = MemberTraits((), ())


class _Counted(NamedTuple):
    """What is counted. attributes: over the items that are offered, which have a number as `offered`."""

    items: ItemCounts
    attributes: AttributeCounts
    offered: int


class LearnedCounts:
    """Of one workspace and layout. Used by one thread at a time, which keeps it for as long as it reads the counts.

    snapshot: the artefact whose recipe it goes by; items, attributes: what is counted. None where nothing may be.
    """

    name, learns = KIND, True

    def __init__(
        self,
        core: Core,
        catalogue: Catalogue,
        layout: RecommendLayout,
        traits_of: Callable[[Moment, str], MemberTraits],
    ) -> None:
        """traits_of: what is counted of one member, read by itself."""
        self._core, self._catalogue, self._layout, self._traits_of = core, catalogue, layout, traits_of
        self._looked: tuple[int, float] | None = None
        self._due: str | None = None
        self.let_go()

    def asks_for(self) -> Mapping[str, Collection[str]]:
        asked: dict[str, frozenset[str]] = {}
        for name in self._layout.tables:
            event = self._catalogue.tables[name].event
            if event is not None:
                asked[name] = frozenset((event.actor, event.item, event.time))
        for name, columns in self._layout.attributes.items():
            asked[name] = asked.get(name, frozenset()) | {*columns, *self._catalogue.tables[name].subjects}
        return asked

    def bring(self, now: Moment) -> None:
        """Count as of now.

        Raises: what reading the artefact, a gate and the tables raise; then there are no counts.
        """
        try:
            self._take_up_the_newest(now.position)
            if is_over(self._core, self._due):
                self.let_go()
            elif self.snapshot is not None:
                self._followed.bring(now)
        except BaseException:
            self.let_go()
            raise

    def let_go(self) -> None:
        """Forget everything: the next time is the first."""
        self.snapshot: SnapshotRef | None = None
        self.items: ItemCounts | None = None
        self._attributes: AttributeCounts | None = None
        self._traits = dict[str, MemberTraits]()
        self._looked = self._due = None
        self._followed = FollowedRows(self._core, self, LEARNING, self._catalogue)

    def attributes(self, offered: Sequence[str]) -> AttributeCounts | None:
        """Counts of profile values, asked about these items."""
        if self.items is None:
            return None
        if self._attributes is None:
            self._attributes = AttributeCounts.of(self._traits.values(), offered)
        if self._attributes.items is not offered:
            self._attributes.ask_about(offered)
        return self._attributes

    def items_of(self, subject: str) -> Sequence[str]:
        """What of a member is counted."""
        return self._traits.get(subject, _NOBODY).items

    def counts_in(self, subject: str) -> bool:
        """Whether anything that a member did is counted."""
        return self.items is not None and bool(self._traits.get(subject, _NOBODY).items)

    @contextlib.contextmanager
    def supposing(self, others: Mapping[str, MemberTraits]) -> Iterator[None]:
        """Counts as they would be were some members others, within a block."""
        before = {member: self._traits.get(member, _NOBODY) for member in others}
        try:
            for member, traits in others.items():
                self._replace(member, traits)
            yield
            for member, traits in before.items():
                self._replace(member, traits)
        except BaseException:
            self.let_go()  # nobody knows how far it came
            raise

    def _take_up_the_newest(self, position: int) -> None:
        now = time.monotonic()
        if self._looked is not None and self._looked[0] == position and now - self._looked[1] < _LOOK_SECONDS:
            return
        newest = newest_recommender(self._core)
        if newest is None or self.snapshot is None or self.snapshot.id != newest.id:
            self.let_go()
        if newest is not None:
            self._due = kept_until(self._core, LEARNING.purpose, SELF, read_heading(newest).at)
        self.snapshot, self._looked = newest, (position, now)

    def take(self, access: Access, subjects: frozenset[str] | None) -> None:
        if subjects is not None:
            subjects = access.with_sharing(self._layout.tables, subjects)
        found = Interactions.of(permitted_interactions(access, self._layout, subjects))
        values = self._values(access, subjects)
        if subjects is None:
            assert self.snapshot is not None
            recipe = read_manifest(RecommendManifest, self.snapshot).recipe
            self.items, self._attributes = ItemCounts.of(found, recipe), None
            self._traits = {
                member: MemberTraits(values.get(member, ()), found.items_of(member))
                for member in {*found.members, *values}
            }
            return
        for member in sorted(subjects):
            self._replace(member, MemberTraits(values.get(member, ()), found.items_of(member)))

    def take_few(self, now: Moment, subjects: Collection[str]) -> None:
        for member in subjects:
            self._replace(member, self._traits_of(now, member))

    def _replace(self, member: str, after: MemberTraits) -> None:
        before = self._traits.pop(member, _NOBODY)
        if self.items is not None:
            self.items.replace(before.items, after.items)
        if self._attributes is not None:
            self._attributes.replace(before, after)
        if after.values or after.items:
            self._traits[member] = after

    def _values(self, access: Access, subjects: frozenset[str] | None) -> dict[str, tuple[str, ...]]:
        """By member what of their permitted profile is counted; rows about several people are about none of them."""
        found: dict[str, dict[str, list[str]]] = {}
        for name, columns in self._layout.attributes.items():
            if not access.is_about_one(name):
                continue
            (whose,) = people_columns(access.tables[name].subjects)
            for row in access.rows(name, columns, subjects).read_all().to_pylist():
                own = found.setdefault(row[whose], {})
                for column in columns:
                    own.setdefault(column, []).extend(texts_of(row.get(column)))
        return {member: profile_values(own) for member, own in found.items()}


def texts_of(value: object) -> list[str]:
    """What stands in a cell: nothing, a text, or several."""
    if value is None:
        return []
    return [str(one) for one in value if one is not None] if isinstance(value, list) else [str(value)]


def newest_recommender(core: Core) -> SnapshotRef | None:
    """The newest that was made for the platform itself, of now."""
    return next(newest_for(core.store, KIND, LEARNING), None)
