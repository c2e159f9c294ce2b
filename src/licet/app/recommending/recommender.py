"""Recommendations for one member after another, for as long as a process runs.

Every request goes by one ledger position and one moment: first whoever changed since the last one is applied to what is
learned and to what is offered, then the asker's own rows are read, and of these the list is made. So who said no is in
nobody's list from the next request on, in every process, with nothing told between them. What cannot be brought to now
is not gone by: the list is then what everybody sees, and says so. Of other members an answer tells by counts alone.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from licet.app.choice_recording import settings_meant
from licet.app.member.hypothetical_choices import HypotheticalChoices
from licet.app.own_rows import Looking
from licet.app.recommending.followed_rows import Moment, look_at_tables
from licet.app.recommending.job_lists import MOST_RANKED, JobLists
from licet.app.recommending.learned_counts import LEARNING, LearnedCounts
from licet.app.recommending.offered_items import RECOMMENDING, OfferedItems
from licet.app.recommending.own_history import OwnHistory, own_history, own_tables, own_traits
from licet.app.recommending.post_lists import PostLists
from licet.app.recommending.ranked_items import RankedItems, recommended
from licet.app.recommending.recommendation_answers import (
    KINDS,
    BothWays,
    Control,
    Explanation,
    Kind,
    Recommendations,
    SimilarJobs,
)
from licet.enforce.serving import OwnRows
from licet.policies.choice_standing import standing
from licet.sources.file_state import Stand, look_at
from licet.terms import SELF, AppError, LicetError
from licet.terms.decisions import to_you
from licet.terms.moments import format_moment
from licet.uses.recommend.attribute_counts import MemberTraits
from licet.uses.recommend.recommend_layout import PostColumns, RecommendLayout, load_layout, require_tables

if TYPE_CHECKING:
    from licet.app.core import Core
    from licet.decide import Policy
    from licet.enforce.serving import Present
    from licet.packs import Pack

MOST_RECOMMENDED = 100


class _Parts:
    """What stands from one request to the next, of one catalogue and layout."""

    def __init__(
        self,
        core: Core,
        looking: Looking,
        layout: RecommendLayout,
        stand: Stand,
        present_at: Callable[[Moment], Present],
    ) -> None:
        """present_at: what the request of a moment goes by, looked at once."""
        self.layout, self.stand, self._present_at = layout, stand, present_at
        self.catalogue, self.indexes = core.catalogue, core.subject_indexes
        self.own = looking.serving(RECOMMENDING, SELF)
        self.taught = looking.serving(LEARNING.purpose, SELF, for_training=True)
        posts = {} if layout.posts is None else {layout.posts.table: _post_columns(layout.posts)}
        jobs = {name: columns.named() for name, columns in layout.items.items()}
        self.learned = LearnedCounts(core, self.catalogue, layout, self._traits_of)
        self.jobs = OfferedItems(core, self.catalogue, jobs, self._own_of, layout.name_of)
        self.posts = OfferedItems(core, self.catalogue, posts, self._own_of)
        self.job_lists, self.post_lists = JobLists(layout.does), PostLists()
        self.own_tables = own_tables(self.catalogue, layout)
        self.tables = [*self.learned.asks_for(), *self.jobs.asks_for(), *self.posts.asks_for()]

    def traits(self, present: Present, subject: str) -> MemberTraits:
        """What is counted of a member by some choices."""
        own = self.taught.own_as_of(present, subject, self.learned.asks_for())
        return own_traits(own, self.catalogue, self.layout)

    def _traits_of(self, now: Moment, subject: str) -> MemberTraits:
        return self.traits(self._present_at(now), subject)

    def _own_of(self, now: Moment, subject: str, tables: Collection[str]) -> OwnRows:
        return self.own.own_as_of(self._present_at(now), subject, tables)


class _Now(NamedTuple):
    """What one request goes by. failed: the code of why what was learned cannot be brought to now, where it cannot."""

    parts: _Parts
    moment: Moment
    at: datetime
    position: int
    policy: Policy
    failed: str | None


class Recommender:
    """Of one workspace. Any number of threads may share one; they take turns."""

    def __init__(self, core: Core) -> None:
        """Raises: GateError GATE-211 where the rows stay with Spark."""
        self._core, self._lock = core, threading.RLock()
        self._looking = Looking(core)
        self._parts: _Parts | None = None
        self._present: Present | None = None

    def recommend(self, subject: str, kind: Kind, most: int, at_least: int | None) -> Recommendations:
        """Raises: AppError APP-280 for another kind, APP-281 for no number, APP-013, APP-085; GateError GATE-171,
        GATE-172; as `Serving.own`."""
        with self._asked(subject, kind, most, at_least) as now:
            return self._answer(now, subject, kind, most, self._present_at(now.moment))

    def both_ways(
        self, subject: str, kind: Kind, setting: str | None, most: int, at_least: int | None
    ) -> BothWays:
        """setting: None for the first that decides about any of it. Raises: AppError APP-283 for one that does not; as
        `recommend`."""
        with self._asked(subject, kind, most, at_least) as now:
            pack = now.policy.pack
            governing = {one.id: one.label for one in controls_of(pack)}
            named = next(iter(governing), "") if setting is None else setting
            if named not in governing:
                raise AppError(
                    "APP-283",
                    f"the policy in force has no control {named!r} that decides about recommendations",
                    fix=f"one of: {', '.join(governing) or 'it has none'}",
                )
            lists = {}
            for value in ("on", "off"):
                meant = settings_meant(now.policy, named, value)
                supposed = HypotheticalChoices(self._core.ledger, now.position, subject, meant, value)
                present = self._looking.at(now.at, now.position, supposed)
                with now.parts.learned.supposing({subject: now.parts.traits(present, subject)}):
                    lists[value] = self._answer(now, subject, kind, most, present)
            facts = self._core.facts(subject, now.at, now.position)
            assert facts is not None  # they are known
            stands = standing(named, subject, facts, now.policy, self._core.ledger, now.at, now.position)
            return BothWays(named, governing[named], stands.on, lists["on"], lists["off"])

    def explain(
        self, subject: str, kind: Kind, key: str, table: str | None, at_least: int | None
    ) -> Explanation:
        """table: as `OfferedItems.find` has it. Raises: AppError APP-282 for an item that is not offered; as
        `recommend`."""
        with self._asked(subject, kind, MOST_RECOMMENDED, at_least) as now:
            present = self._present_at(now.moment)
            listed, own = self._listed(now, subject, kind, present, MOST_RANKED)
            item = (now.parts.jobs if kind == "jobs" else now.parts.posts).find(key, table)
            if item is None:
                raise _not_offered()
            rank = listed.rank_of(item)
            said = listed.reasons(item) if rank is not None else []
            return Explanation(
                subject, kind, format_moment(now.at), now.position, recommended(item, next(iter(said), None)), rank,
                listed.chosen_by, _because(kind, listed, own, now.failed), tuple(said),
            )  # fmt: skip

    def similar(self, key: str, table: str | None, most: int, at_least: int | None) -> SimilarJobs:
        """table: as `explain` has it. Raises: AppError APP-282 for a job that is not offered, APP-281, APP-085; what
        reading tables raises."""
        with self._asked(None, "jobs", most, at_least) as now:
            parts = now.parts
            job = parts.jobs.find(key, table)
            if job is None:
                raise _not_offered()
            found = parts.job_lists.similar_to(job, parts.learned, parts.jobs, now.at, most)
            shown = tuple(recommended(item, None) for item in found)
            return SimilarJobs(job.table, key, job.told_title, format_moment(now.at), now.position, shown)

    @contextlib.contextmanager
    def _asked(self, subject: str | None, kind: Kind, most: int, at_least: int | None) -> Iterator[_Now]:
        """What a request goes by, and nobody else's turn while it lasts."""
        if kind not in KINDS:
            raise AppError("APP-280", f"no {kind!r} are recommended", fix=f"one of: {', '.join(KINDS)}")
        if not 1 <= most <= MOST_RECOMMENDED:
            raise AppError("APP-281", f"{most} cannot be recommended", fix=f"ask for 1 to {MOST_RECOMMENDED}")
        core = self._core
        if subject is not None and not core.people().knows(subject):
            raise core.unknown(subject)
        with self._lock:
            self._present = None
            at, position = core.now(), core.position(None, at_least)
            parts, failed = self._standing(), None
            now = Moment(at, position, look_at_tables(core, parts.catalogue, parts.tables))
            (parts.jobs if kind == "jobs" else parts.posts).bring(now)
            try:
                parts.learned.bring(now)
            except LicetError as error:
                failed = error.code
            yield _Now(parts, now, at, position, core.policies_in_force.at(position), failed)

    def _present_at(self, now: Moment) -> Present:
        """What the request goes by whose turn it is; looked at when it is first asked for."""
        if self._present is None:
            self._present = self._looking.at(now.at, now.position)
        return self._present

    def _standing(self) -> _Parts:
        core = self._core
        stand = look_at([core.layout.recommend])
        parts = self._parts
        if (
            parts is None
            or not parts.stand.holds(stand)
            or parts.catalogue is not core.catalogue
            or parts.indexes is not core.subject_indexes
        ):
            layout = load_layout(core.layout.recommend)
            require_tables(layout, core.catalogue.tables, core.layout.recommend)
            parts = self._parts = _Parts(core, self._looking, layout, stand, self._present_at)
        return parts

    def _answer(self, now: _Now, subject: str, kind: Kind, most: int, present: Present) -> Recommendations:
        listed, own = self._listed(now, subject, kind, present, most)
        learned, pack = now.parts.learned, now.policy.pack
        shown = [recommended(one, listed.reason(one)) for one in listed.ranked[:most]]
        settings = {one.id: one.label for one in controls_of(pack)}
        because = _because(kind, listed, own, now.failed, present.choices is not present.choices.recorded)
        return Recommendations(
            subject, kind, format_moment(now.at), now.position, pack.title, settings,
            learned.counts_in(subject), any(one.read for one in own.rows), listed.chosen_by, because,
            None if learned.snapshot is None else learned.snapshot.name, len(listed.offered), tuple(shown), own.rows,
        )  # fmt: skip

    def _listed(
        self, now: _Now, subject: str, kind: Kind, present: Present, most: int
    ) -> tuple[RankedItems, OwnHistory]:
        parts = now.parts
        rows = parts.own.own_as_of(present, subject, parts.own_tables)
        own = own_history(rows, parts.catalogue, parts.layout, now.policy.pack)
        if kind == "jobs":
            return parts.job_lists.list_for(subject, own, parts.learned, parts.jobs, now.at, most), own
        newest_first = kind == "newest_posts"
        return parts.post_lists.list_for(subject, own, parts.posts, now.at, newest_first), own


_CHOSEN = {
    "history": "Chosen by what you did here and your profile{others}.",
    "profile": "You did nothing here yet that this could go by, so your profile was gone by{others}.",
    "popular": "What many members looked at and what is newest comes first, as for all of whom nothing is read.",
    "following": "Chosen by whom you follow and are connected with, your profile, and what is new.",
    "newest": "What is newest comes first, as for all of whom nothing is read.",
}
#: The same of posts, where that is another.
_POSTS_CHOSEN = {"profile": "Chosen by your profile, and what is new.", "newest": "The newest come first."}


def _because(
    kind: Kind, listed: RankedItems, own: OwnHistory, failed: str | None, is_supposed: bool = False
) -> str:
    told_of_posts = None if kind == "jobs" else _POSTS_CHOSEN.get(listed.chosen_by)
    others = ", and what members who did alike did besides" if listed.by_others else ""
    said = [told_of_posts or _CHOSEN[listed.chosen_by].format(others=others)]
    if not own.is_permitted:
        why = next((to_you(one.reason) for one in own.rows if one.reason is not None), None)
        told = "" if why is None or is_supposed else f": {why}"
        said.insert(0, f"Nothing of yours {'would be' if is_supposed else 'is'} read for this{told}.")
    if failed is not None:
        said.append(f"What was learned cannot be brought to this moment ({failed}), so it is not gone by.")
    return " ".join(said)


def _not_offered() -> AppError:
    return AppError("APP-282", "there is no such item to recommend", fix="name one that is offered now")


def _post_columns(posts: PostColumns) -> dict[str, str]:
    named = {"title": posts.title, "text": posts.text, "created": posts.created, "language": posts.language}
    return {part: column for part, column in named.items() if column is not None}


def controls_of(pack: Pack) -> list[Control]:
    """Those that decide about what is learned from or read for recommendations, in the order of the policy."""
    own, taught = (
        {rule.setting for rule in pack.permits(purpose, SELF)} for purpose in (RECOMMENDING, LEARNING.purpose)
    )
    return [
        Control(id_, setting.label, id_ in taught, id_ in own)
        for id_, setting in pack.settings.items()
        if id_ in own | taught
    ]
