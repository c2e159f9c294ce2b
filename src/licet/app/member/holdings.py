"""What was made holds of one member, and how that stands to their choices: a line for each artefact, for their pages.

What would leave, come or change is asked of the code that would then do it, as of now. Nothing says that somebody is
out while an artefact still holds them, one that was superseded and not purged included (law 12).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from licet.app.artefact_status import Standing
from licet.app.artefacts import latest, parents_of, standing_access, supposed_parents
from licet.app.follow_lock import reached_by
from licet.app.purge import holds, lingers
from licet.decide.explain import purpose_to_you, recipient_name
from licet.enforce.settled_ids import names_now
from licet.ledger import EntryKind
from licet.store import SnapshotRef
from licet.terms import LicetError
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment, parse_moment
from licet.uses.manifest import read_heading
from licet.uses.registry import open_use

if TYPE_CHECKING:
    from licet.app.core import Core


class Holding(NamedTuple):
    """One artefact and one member.

    at:      the moment it was made for. held: how many things in it are about them.
    leaving, coming, changing: how many of them at its next update.
    standing: to their choices. since: when they chose what it has not heard of; by: when a follower will have brought
    it, None while nobody follows, and is_late once that has passed. why: where nobody can tell.
    """

    name: str
    use: str
    purpose: str
    purpose_label: str
    recipient: str
    recipient_label: str
    at: str
    held: int
    leaving: int
    coming: int
    changing: int
    standing: Standing
    since: str | None
    by: str | None
    is_late: bool
    why: str | None

    def as_json(self) -> JsonObject:
        return {**self._asdict(), "sentence": self.sentence}

    @property
    def sentence(self) -> str:
        """For the member."""
        if self.standing is Standing.UNREACHED:
            held = f"holds {self.held} of yours" if self.held else "may hold some of yours"
            return (
                f"{self.name} {held}, and could not be brought to your choices. The keeper has to mend that."
            )
        if self.standing is Standing.EXACT:
            if self.held:
                return f"{self.name} holds {self.held} of yours, as your choices have it, as of {self._clock(self.at)}."
            return f"{self.name} holds nothing of yours."
        when = f"by {self._clock(self.by)}" if self.by else "when it is next brought up to date"
        when += ", and is late: the keeper has to see to that" if self.is_late else ""
        parts = [
            f"{self.leaving} of yours {'leaves' if self.leaving == 1 else 'leave'}" if self.leaving else "",
            f"{self.changing} {'changes' if self.changing == 1 else 'change'}" if self.changing else "",
            f"{self.coming} {'comes' if self.coming == 1 else 'come'} in" if self.coming else "",
        ]
        told = ", ".join(filter(None, parts))
        held = f"still holds {self.held} of yours" if self.held else "holds nothing of yours yet"
        return f"{self.name} {held}; {told} {when}."

    @staticmethod
    def _clock(at: str) -> str:
        moment = parse_moment(at)
        return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def holdings(core: Core, subject: str, position: int) -> list[Holding]:
    """The latest artefact of every use, purpose and recipient, as of a ledger position."""
    made = latest(core, position=position)
    return [_holding(core, snapshot, subject, position) for snapshot in made]


def is_held(
    core: Core,
    subject: str,
    purposes: Collection[str] | None = None,
    superseded_only: bool = False,
) -> bool:
    """Whether anything that was made still holds somebody, superseded or not. purposes: for one of these."""
    names, kept, pack = names_now(core.ledger, subject), set[str](), core.policy().pack
    if superseded_only:
        kept = {one.id for one in latest(core)}
    return any(
        lingers(core, one, names) if one.id in kept else holds(core, one, names)
        for one in _latest_first(core.store.by_id())
        if purposes is None or {*pack.purpose_line(read_heading(one).purpose.purpose)}.intersection(purposes)
    )


def _latest_first(made: Mapping[str, SnapshotRef]) -> Iterator[SnapshotRef]:
    """Each read when it is come to; one that was removed meanwhile holds nobody."""
    return (snapshot for id_ in reversed([*made]) if (snapshot := made.get(id_)) is not None)


def _holding(core: Core, snapshot: SnapshotRef, subject: str, position: int) -> Holding:
    heading, store = read_heading(snapshot), core.store
    asked = heading.purpose
    pack = core.policy(position).pack
    ways, held, why, standing = (0, 0, 0), 0, None, Standing.EXACT
    since, by = None, None
    try:
        use = open_use(snapshot.kind, core.layout.root)
        derived = parents_of(core, use, snapshot)
        with (
            standing_access(core, use, asked, position) as access,
            supposed_parents(core, use, asked, subject, position) as parents,
        ):
            held = len(use.about(store, snapshot, access.secret, subject, derived))
            found = use.foresee(access, store, snapshot, subject, parents)
            ways = len(found.leaving), len(found.coming), len(found.changing)
    except LicetError as error:
        why, standing = str(error), Standing.UNREACHED
    if any(ways):
        standing = Standing.PENDING
        since = _chosen_since(core, snapshot, subject, position)
        by = None if since is None else reached_by(core, parse_moment(since))
    return Holding(
        snapshot.name, snapshot.kind, asked.purpose, purpose_to_you(pack, asked.purpose),
        asked.recipient, recipient_name(pack, asked.recipient), heading.at, held, *ways, standing,
        since, None if by is None else format_moment(by), by is not None and by < core.now(), why,
    )  # fmt: skip


def _chosen_since(core: Core, snapshot: SnapshotRef, subject: str, until: int) -> str | None:
    """When the member first said something that an artefact has not heard of; None where something else changed."""
    kinds = (EntryKind.CHOICE, EntryKind.RECORD_CHOICE, EntryKind.SIGNAL)
    position = read_heading(snapshot).ledger.position
    for entry in core.ledger.entries(position, until, subject=subject):
        if entry.kind in kinds:
            return format_moment(entry.recorded_at)
    return None
