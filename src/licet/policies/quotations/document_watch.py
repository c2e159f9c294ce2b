"""One document through its recorded versions, and what became of everything that packs quote from it.

A pack has read a document up to its newest source. What changed up to there is history; what changed after is drift,
and it is looked for from the version read last. Versions are read one by one, oldest first; only those that a source
was read from, and those after the last read, are held on to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from licet.policies.quotations.pack_quotations import Document, Quotation, QuotedSource
from licet.policies.quotations.policy_documents import HeldDocument, KnownBy, Version
from licet.policies.quotations.quotation_status import QuoteStatus, Reading, status_of
from licet.policies.quotations.text_passages import DayNamed
from licet.policies.quotations.version_steps import PassageChange, Step, step
from licet.terms.canonical import JsonObject

#: Of the passages that changed and that no quotation rests on, so many are told; the others are counted.
OTHERS = 200


class PackReading(NamedTuple):
    """How far a pack has read a document. covered: the last version that is no news to it, -1 for none.

    base: the same version, where what was quoted from it stands there.
    """

    recorded: date | None
    commit: str | None
    covered: int
    base: Reading | None


class VersionSeen(NamedTuple):
    """One version: its pages and their days, what it did to the one before and to the quotations standing there."""

    version: Version
    pages: tuple[tuple[str, DayNamed | None], ...]
    was_said: tuple[str, ...]
    step: Step
    read: bool
    kept: int
    cited: tuple[QuoteStatus, ...]

    @property
    def others(self) -> tuple[PassageChange, ...]:
        """The passages that changed and that no quotation rests on."""
        now = {it.now.line for it in self.cited if it.now is not None and it.status == "altered"}
        was = {it.was.line for it in self.cited if it.was is not None and it.status != "moved"}
        return tuple(it for it in self.step.changes if it.line not in now and it.was_line not in was)

    def as_json(self) -> JsonObject:
        version, did = self.version, self.step
        counts = {
            status: sum(it.status == status for it in self.cited) for status in ("moved", "altered", "gone")
        }
        return {
            "commit": version.commit, "recorded": _iso(version.recorded), "file": version.file, "title": version.title,
            "pages": [
                {"heading": heading, "says": None if says is None else {"kind": says.kind, "day": says.day}}
                for heading, says in self.pages
            ],
            "said": list(self.was_said), "step": did.kind, "silent": did.silent, "read": self.read,
            "pages_added": list(did.pages_added), "pages_removed": list(did.pages_removed),
            "quotations": {"kept": self.kept, **counts},
            "cited": [it.as_json() for it in self.cited],
            "others": [
                it._asdict() | {"differences": [one._asdict() for one in it.differences]}
                for it in self.others[:OTHERS]
            ],
            "others_left_out": max(0, len(self.others) - OTHERS),
        }  # fmt: skip


class DocumentSeen(NamedTuple):
    """quotations: each with what became of it by the newest version. versions: those whose steps were asked for."""

    document: Document
    known_by: KnownBy
    held: tuple[Version, ...]
    packs: tuple[tuple[str, PackReading], ...]
    quotations: tuple[QuoteStatus, ...]
    versions: tuple[VersionSeen, ...]

    def as_json(self) -> JsonObject:
        return {
            "archive": self.document.archive or None, "document": self.document.path, "known_by": self.known_by,
            "held": len(self.held),
            "read_up_to": [
                {"pack": pack, "commit": it.commit, "recorded": _iso(it.recorded)} for pack, it in self.packs
            ],
            "quotations": [it.as_json() for it in self.quotations],
            "versions": [it.as_json() for it in self.versions],
        }  # fmt: skip


def watch_document(held: HeldDocument, sources: Sequence[QuotedSource], since: date | None) -> DocumentSeen:
    """Read a document's versions once, oldest first.

    sources: those of its quotations.
    since:   tell what each version from this day on did to the one before it; None for none of them.
    """
    versions = held.versions
    own = {(source.pack, source.id): _own(source, versions) for source in sources}
    newest = {source.pack: source for source in sorted(sources, key=lambda it: it.recorded)}
    covered = {pack: _covered(source, own[pack, source.id], versions) for pack, source in newest.items()}
    needed = {place for place in own.values() if place is not None} | set(covered.values())
    needed |= set(range(max(0, min(covered.values()) + 1), len(versions)))
    told = {
        place
        for place, version in enumerate(versions)
        if since is not None and (version.recorded or since) >= since
    }
    readings: dict[int, Reading] = {}
    seen: list[VersionSeen] = []
    before: Reading | None = None
    for place, version in enumerate(versions):
        if not {place, place + 1} & told and place not in needed:
            continue
        reading = Reading(version, version.pages() or ())
        if place in needed:
            readings[place] = reading
        if place in told:
            read = place <= min(covered.values())
            seen.append(
                _seen(
                    before, reading, read, [it for it in sources if _was_read(it, own, place - 1, versions)]
                )
            )
        before = reading
    packs = {}
    for pack, source in newest.items():
        base = readings.get(covered[pack])
        sure = own[pack, source.id] == covered[pack] or (base is not None and _all_stand(source, base))
        packs[pack] = PackReading(
            source.source.recorded, source.source.commit, covered[pack], base if sure else None
        )
    statuses = []
    for source in sources:
        own_place = own[source.pack, source.id]
        read_in = None if own_place is None else readings[own_place]
        is_newest = newest[source.pack].id == source.id
        statuses += [
            _final(quotation, source, read_in, packs[source.pack], is_newest, readings, len(versions) - 1)
            for quotation in source.quotations
        ]
    return DocumentSeen(
        held.document, held.known_by, versions, tuple(packs.items()), tuple(statuses), tuple(seen)
    )


def _own(source: QuotedSource, versions: Sequence[Version]) -> int | None:
    """The version that a source was read from."""
    commit, recorded = source.source.commit, source.source.recorded
    for place, version in enumerate(versions):
        if (
            commit
            and version.commit
            and (version.commit.startswith(commit) or commit.startswith(version.commit))
        ):
            return place
    if recorded is None or (commit and any(version.commit for version in versions)):
        return None
    return next((place for place, version in enumerate(versions) if version.recorded == recorded), None)


def _covered(source: QuotedSource, own: int | None, versions: Sequence[Version]) -> int:
    if own is not None:
        return own
    recorded = [version.recorded for version in versions]
    return max(
        (n for n, day in enumerate(recorded) if day is not None and day <= source.recorded), default=-1
    )


def _was_read(
    source: QuotedSource, own: dict[tuple[str, str], int | None], place: int, versions: Sequence[Version]
) -> bool:
    """Whether a source was read from this version or one before it."""
    place_of_own = own[source.pack, source.id]
    if place_of_own is not None:
        return place_of_own <= place
    day = versions[place].recorded if place >= 0 else None
    return day is not None and source.recorded <= day


def _seen(
    before: Reading | None, reading: Reading, read: bool, sources: Sequence[QuotedSource]
) -> VersionSeen:
    pages = tuple((page.heading, page.says) for page in reading.pages)
    if before is None:
        return VersionSeen(reading.version, pages, (), Step("first", False, (), (), ()), read, 0, ())
    did = step(before.pages, reading.pages) if reading.pages else Step("ended", False, (), (), ())
    standing = [it for source in sources for it in source.quotations if before.holds(it.words)]
    found = [status_of(it, before, reading) for it in standing]
    told = tuple(it for it in found if it.status != "kept")
    said = tuple(page.says.day for page in before.pages if page.says is not None)
    return VersionSeen(reading.version, pages, said, did, read, len(found) - len(told), told)


def _all_stand(source: QuotedSource, reading: Reading) -> bool:
    return all(reading.holds(it.words) for it in source.quotations)


def _final(
    quotation: Quotation, source: QuotedSource, own: Reading | None, pack: PackReading, is_newest: bool,
    readings: dict[int, Reading], last: int,
) -> QuoteStatus:  # fmt: skip
    if own is not None and not own.holds(quotation.words):
        return QuoteStatus(quotation, "misquoted", False, None, None)
    newest = readings[last]
    if pack.base is not None:
        if not pack.base.holds(quotation.words):
            was = None if own is None else status_of(quotation, own, own).was
            return QuoteStatus(quotation, "earlier", False, was, None)
        found = status_of(quotation, pack.base, newest)
    elif own is None and newest.version.recorded is not None and newest.version.recorded < source.recorded:
        return QuoteStatus(quotation, "not_at_hand", False, None, None)
    elif is_newest or newest.holds(quotation.words):
        found = status_of(quotation, own, newest)
    else:
        return QuoteStatus(quotation, "earlier", False, None, None)
    if found.status not in ("altered", "gone"):
        return found
    later = (readings[place] for place in range(pack.covered + 1, last + 1))
    return found._replace(since=next(_changed(quotation, pack.base or own, later), None))


def _changed(quotation: Quotation, base: Reading | None, later: Iterator[Reading]) -> Iterator[date | None]:
    """The days of the versions in which a quotation is not what it was when it was last read."""
    for reading in later:
        if status_of(quotation, base, reading).status in ("altered", "gone"):
            yield reading.version.recorded


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
