"""What the operations hand back: small records that turn into JSON for `--json` and the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypedDict

from licet.decide import Policy
from licet.ledger import Choices
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment

if TYPE_CHECKING:
    from licet.enforce.gate_counts import Counts
    from licet.sources.import_report import FileOutcome, Unread
    from licet.uses.manifest import Manifest
    from licet.uses.run import Made


class PackInForce(NamedTuple):
    """A policy that was put in force or announced; `changed` is False when it already was.

    carries:   how far noes given under the policies before it travel, a sentence for each word.
    asks_again: how many yeses do not speak for all that their setting governs under it, a sentence for each setting.
    """

    pack: str
    title: str
    version: str
    digest: str
    permits_from: str | None
    changed: bool
    position: int
    carries: tuple[str, ...] = ()
    asks_again: tuple[str, ...] = ()

    @classmethod
    def of(cls, policy: Policy, changed: bool, ledger: Choices) -> PackInForce:
        """policy: as it is, or would be, in force."""
        pack, starts = policy.pack, policy.pack.in_force_from
        permits_from = None if starts is None else format_moment(starts)
        told = cls(pack.id, pack.title, pack.version, pack.digest, permits_from, changed, ledger.position)
        if not changed or not policy.earlier:
            return told
        # late: what compares policies takes time to load
        from licet.policies.difference.audience import ABOUT_MEMBERS
        from licet.policies.difference.binding_changes import (
            count_silenced,
            counted_in_words,
            noes_that_travel,
        )

        # Who was erased left noes behind and no yes, so nobody need be known.
        silenced = count_silenced(policy, ledger.choices_table(told.position, known=tuple))
        return told._replace(
            carries=tuple(noes_that_travel(policy, ABOUT_MEMBERS)),
            asks_again=tuple(counted_in_words(silenced, policy)),
        )

    def as_json(self) -> JsonObject:
        return self._asdict()


class Imported(NamedTuple):
    """What an importer wrote, what it could not use, and what nobody read."""

    source: str
    rows: Mapping[str, int]
    notes: tuple[str, ...]
    files: tuple[FileOutcome, ...]
    recipe: str | None
    unread: tuple[Unread, ...] = ()

    def as_json(self) -> JsonObject:
        files = [asdict(outcome) for outcome in self.files]
        unread = [piece._asdict() for piece in self.unread]
        return {
            **self._asdict(),
            "rows": dict(self.rows),
            "notes": list(self.notes),
            "files": files,
            "unread": unread,
        }


class Chosen(NamedTuple):
    """A choice that is durable: every decision that starts afterwards is governed by it.

    entry:    its place in the ledger.
    position: demand at least this position to be sure a decision knows of it.
    known:    whether the members' table has the subject at present; None where it cannot be told.
    notes:    what whoever records it should know beside; sentences.
    setting:  None where it is about one record, and about every use of it. record: its table and key.
    organisation: whose choice it is, where it is no person's; then there is no subject.
    """

    subject: str | None
    setting: str | None
    category: str | None
    value: str
    entry: int
    position: int
    recorded_at: str
    known: bool | None
    notes: tuple[str, ...] = ()
    record: tuple[str, str] | None = None
    organisation: str | None = None

    def as_json(self) -> JsonObject:
        return self._asdict()


class CorpusResult(NamedTuple):
    """A snapshot and what went into it.

    counts:     of records, as the gate counted them.
    written:    how many of its parts, buckets or deltas, were written anew.
    inspection: it is of the past, to be counted and shown and nothing else.
    """

    snapshot: str
    name: str
    root: str
    how: str
    why: str | None
    documents: int
    set_aside: int
    subjects: int
    at: str
    position: int
    policy: str
    counts: Counts
    written: int
    buckets: int
    deltas: int
    inspection: bool = False

    @property
    def held_back(self) -> dict[str, int]:
        """Records held back per reason, most first."""
        return self.counts.by_reason()

    def as_json(self) -> JsonObject:
        said = self._asdict()
        counts: Counts = said.pop("counts")
        return said | {
            "passed": [row._asdict() for row in counts.passed],
            "held_back_detail": [row._asdict() for row in counts.held_back],
            "held_back": self.held_back,
        }


@dataclass(frozen=True, slots=True)
class TaughtResult:
    """A snapshot of what learns from documents, and what went into it.

    documents, tokens, subjects: that it was taught, and by how many; set_aside: documents not of just one person.
    corpus: the id of the snapshot that it was made from.
    """

    snapshot: str
    name: str
    root: str
    how: str
    why: str | None
    documents: int
    set_aside: int
    tokens: int
    subjects: int
    at: str
    position: int
    policy: str
    corpus: str

    @classmethod
    def of(cls, made: Made, said: Manifest, **own: Any) -> Self:
        """said: its manifest, which counts documents, tokens and who wrote them. own: the fields beside these."""
        counts = said.counts
        return cls(
            made.snapshot.id, made.snapshot.name, said.root, made.how, made.why,
            counts["documents"], counts["set_aside"], counts["tokens"], counts["subjects"],
            said.at, said.ledger.position, said.policy.id, said.derived_from[0].snapshot, **own,
        )  # fmt: skip

    def as_json(self) -> JsonObject:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ModelResult(TaughtResult):
    """A model. two_members: whether only runs of two are served. written: how many of its tables or deltas were."""

    two_members: bool
    written: int
    tables: int
    deltas: int


class RecommenderResult(NamedTuple):
    """What recommendations are learned from. counts: as its manifest has them; written: parts that were made anew."""

    snapshot: str
    name: str
    root: str
    how: str
    why: str | None
    counts: Mapping[str, int]
    at: str
    position: int
    policy: str
    written: int

    def as_json(self) -> JsonObject:
        return {**self._asdict(), "counts": dict(self.counts)}


class CorpusExport(NamedTuple):
    """A copy of a snapshot that left the store, as the ledger tells of it.

    documents: it holds, `left_out` of the snapshot's it does not. position: its documents were permitted as of there.
    behind:    something that matters was recorded since, which the copy has not heard of.
    """

    entry: int
    recorded_at: str
    snapshot: str
    name: str | None
    form: str
    folder: str | None
    recipient: str
    documents: int
    left_out: int
    position: int
    behind: bool

    def as_json(self) -> JsonObject:
        return self._asdict()


class DocumentName(TypedDict):
    """What names a document of a snapshot; its text is not told."""

    document_id: str
    kind: str
    key: str
    language: str | None


class CorpusDifference(NamedTuple):
    """How one snapshot differs from another, by document id."""

    before: str
    after: str
    added: list[DocumentName]
    removed: list[DocumentName]
    changed: list[DocumentName]
    unchanged: int

    def as_json(self) -> JsonObject:
        return self._asdict()


def silent(stage: str, done: int, total: int | None) -> None:
    """Progress for nobody."""
