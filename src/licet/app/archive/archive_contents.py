"""What is in a member's archive, file by file, in one fixed order and as of one checkpoint."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import TYPE_CHECKING

from licet.app.ads.who_has import who_has
from licet.app.archive.archive_readme import readme
from licet.app.archive.archive_rows import MemberRows
from licet.app.archive.zip_writer import Part
from licet.app.forgetting_timeline import certificate
from licet.app.forgettings import forgettings_of
from licet.app.member.member_view import Member
from licet.app.member.use_history import PastUse, ShownDocuments, past_use
from licet.app.receipt_issuing import issue_receipt
from licet.app.requests.member_requests import requests_of
from licet.ledger import SAID_BY_MEMBERS, Checkpoint, Entry, EntryKind
from licet.receipts import to_bytes
from licet.receipts.receipt_proof import make_proof
from licet.terms import AppError, LicetError
from licet.terms.canonical import JsonObject, canonical_json
from licet.terms.moments import format_moment
from licet.uses.use import Shown, shown_parts

if TYPE_CHECKING:
    from licet.app.core import Core


class Contents:
    """Everything about one member. What can fail for a reason a person can mend fails here, before a byte is out."""

    def __init__(self, core: Core, subject: str) -> None:
        """Raises: AppError APP-013 for somebody nobody knows, SourceError when a table cannot be opened."""
        self._core, self._subject = core, subject
        Member(core, subject, core.now())  # who nobody knows has no archive
        self._checkpoint: Checkpoint = core.ledger.checkpoint()
        self._rows = MemberRows(core.catalogue, core.layout.root, subject)
        self._choices: list[JsonObject] = []
        self._policies: set[str] = set()
        self._controller = _controller(core)

    def parts(self) -> Iterator[Part]:
        """The files, each read when it is asked for."""
        ledger, checkpoint = self._core.ledger, self._checkpoint
        at = ledger.entry(checkpoint.size - 1).recorded_at if checkpoint.size else None
        said = readme(self._controller, self._subject, checkpoint.size, at, self._rows.not_here)
        yield "README.txt", [said.encode()]
        yield "public_key.txt", [f"{ledger.public_key_text}\n".encode()]
        yield "checkpoint.txt", [checkpoint.text.encode()]
        yield from self._receipts()
        yield "choices.json", _listed(self._choices)
        yield from self._uses()
        yield "lists.json", _listed(one.as_json() for one in who_has(self._core, self._subject))
        yield "requests.json", _listed(one.as_json() for one in requests_of(self._core, self._subject))
        yield from self._forgettings()
        for digest in sorted(self._policies):
            pack = self._core.policy_of(digest).pack
            yield f"policies/{digest}.json", [canonical_json(pack.as_json())]
        for name in self._rows.names:
            yield f"data/{name}.jsonl", (_line(row) for row in self._rows.of(name))

    def _receipts(self) -> Iterator[Part]:
        """One file a choice or signal; notes on the way what `choices.json` will say."""
        size = self._checkpoint.size
        for entry in self._core.ledger.entries(0, size, subject=self._subject):
            if entry.kind not in SAID_BY_MEMBERS or entry.payload is None:
                continue
            told = {
                "entry": entry.index,
                "recorded_at": format_moment(entry.recorded_at),
                "kind": str(entry.kind),
                **entry.payload,
            }
            try:
                receipt = issue_receipt(self._core, entry.index, self._subject, size)
            except AppError as error:
                self._choices.append(told | {"receipt": None, "no_receipt_because": error.what})
                continue
            name = f"receipts/entry-{entry.index:08}.json"
            self._choices.append(told | {"receipt": name, "state": receipt["licet:choice"]["state"]})
            self._note_policies(receipt["licet:policy"])
            yield name, [to_bytes(receipt)]

    def _note_policies(self, policy: JsonObject) -> None:
        for one in (policy, policy.get("licet:settingIsOf")):
            if one is not None:
                self._policies.add(one["licet:digest"].removeprefix("sha256:"))

    def _uses(self) -> Iterator[Part]:
        """The uses that held documents of theirs, and those of which nobody can tell any more; a proof of each."""
        told: list[int] = []
        yield "uses.json", _listed(self._each_use(told))
        for index in told:
            yield _proof_name(index), [self._proof(self._core.ledger.entry(index))]

    def _each_use(self, told: list[int]) -> Iterator[JsonObject]:
        """Use by use, oldest first, the documents of one in memory at a time; notes in `told` which there were."""
        shown = ShownDocuments(self._core, self._subject)
        for entry in self._core.ledger.entries(0, self._checkpoint.size, EntryKind.USE_RUN):
            if entry.payload is None:
                continue
            use = past_use(self._core, entry, shown)
            if use.documents != ():
                told.append(use.entry)
                self._policies.add(use.policy)
                yield _use(use)

    def _forgettings(self) -> Iterator[Part]:
        """What came of each request to be forgotten; the proof that it was made, and its last certificate."""
        told = list[JsonObject]()
        for one in forgettings_of(self._core, self._subject):
            if one.number >= self._checkpoint.size:
                continue
            said = one.as_json() | {"proof": _proof_name(one.number)}
            if one.outcome is not None and one.outcome.policy is not None:
                self._policies.add(one.outcome.policy.digest)
            yield _proof_name(one.number), [self._proof(self._core.ledger.entry(one.number))]
            try:
                made = certificate(self._core, one.number, self._subject)
            except LicetError as error:
                told.append(said | {"certificate": None, "no_certificate_because": error.what})
                continue
            name = f"certificates/forgetting-{one.number:08}.json"
            told.append(said | {"certificate": name})
            yield name, [to_bytes(made)]
        yield "forgettings.json", _listed(told)

    def _proof(self, entry: Entry) -> bytes:
        ledger = self._core.ledger
        inclusion = ledger.inclusion_proof(entry.index, self._checkpoint.size)
        return to_bytes(make_proof(entry, inclusion, self._checkpoint, ledger.public_key_text))


def _controller(core: Core) -> str:
    try:
        return core.policy().pack.controller.name
    except AppError:  # no policy is in force yet; the data is there all the same
        return "the platform"


def _use(use: PastUse) -> JsonObject:
    told = use.as_json() | {"proof": _proof_name(use.entry)}
    if use.documents is None:
        return told | {"documents": None, "why_no_documents": "what was made is no longer there to look into"}
    return told | {"documents": [_document(row) for row in use.documents]}


def _document(row: Shown) -> JsonObject:
    """A document, and why it comes without its text where it does."""
    created, told = row.get("created"), shown_parts(row)
    text: JsonObject = {"text": told.pop("text")}
    told["created"] = None if created is None else format_moment(created.replace(tzinfo=UTC))
    if row["text"] is None:
        text["why_no_text"] = "it is about other people, too"
    return told | text


def _proof_name(index: int) -> str:
    return f"proofs/entry-{index:08}.json"


def _listed(items: Iterable[JsonObject]) -> Iterator[bytes]:
    """A JSON list, item by item."""
    before = b"[\n"
    for item in items:
        yield before + json.dumps(item, ensure_ascii=False, indent=1).encode()
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def _line(row: JsonObject) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"
