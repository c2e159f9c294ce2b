"""The account an export gives of itself: which snapshot, under which policy, as of when, and what was held back.

Taken from the snapshot's manifest, and no more of it than that: table names, file paths, regions and the members'
commitments stay inside.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import NamedTuple

from licet.enforce.origin import LedgerRef, PolicyRef, PurposeRef
from licet.terms import SENTENCES, Code
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment, parse_moment
from licet.uses.corpus.snapshot import CorpusManifest, RecipeRef

TITLE = "Corpus of permitted documents"
NOTE = "This is a copy: it does not hear of later choices."
FED = (
    "This is a copy: it hears of later choices by the messages of its feed alone. licet apply takes them in."
)


class Feed(NamedTuple):
    """By what a copy is told of later choices: its own id, until when it may be kept, and the key that signs.

    sequence, head: the number and name of the message that was applied last; 0 and empty before the first.
    """

    export: str
    lease: str
    key: str
    sequence: int = 0
    head: str = ""


class Copy(NamedTuple):
    """A copy of a snapshot: as of when and where in the ledger each of its documents was permitted, and to whom.

    feed: None where nobody tells it anything.
    """

    at: datetime
    position: int
    recipient: str
    left_out: int
    feed: Feed | None = None

    def as_json(self) -> JsonObject:
        told = {name: value for name, value in self._asdict().items() if name != "feed"}
        told |= {"at": format_moment(self.at), "note": NOTE if self.feed is None else FED}
        return told if self.feed is None else told | {"feed": self.feed._asdict()}


@dataclass(frozen=True, slots=True)
class Account:
    """What an export says about the snapshot it was made from.

    held_back: records held back at the gate when the snapshot was made, by reason code, most first.
    copy:      when the copy was taken, at which ledger position, for whom, and how many documents were left out of it
               because they may not be used any more. `documents` and `subjects` count what the copy has.
    """

    snapshot: str
    root: str
    policy: PolicyRef
    at: datetime
    ledger: LedgerRef
    documents: int
    subjects: int
    held_back: dict[str, int]
    recipe: RecipeRef
    environment: dict[str, str]
    purpose: PurposeRef
    copy: Copy

    def as_json(self) -> JsonObject:
        """The account as plain JSON values, for the export's own manifest."""
        return {
            "copy": self.copy.as_json(),
            "snapshot": self.snapshot,
            "root": self.root,
            "purpose": asdict(self.purpose),
            "policy": {part: getattr(self.policy, part) for part in ("id", "version", "digest", "title")},
            "at": format_moment(self.at),
            "ledger": asdict(self.ledger),
            "counts": {"documents": self.documents, "subjects": self.subjects},
            "held_back": self.held_back,
            "recipe": self.recipe.model_dump(mode="json"),
            "environment": self.environment,
        }


def make_account(
    snapshot: str, manifest: CorpusManifest, purpose: PurposeRef, documents: int, subjects: int, copy: Copy
) -> Account:
    """snapshot: its id. purpose: of the copy; documents, subjects: that it has."""
    totals: dict[str, int] = {}
    for row in manifest.held_back:
        totals[row.code] = totals.get(row.code, 0) + row.records
    held_back = dict(sorted(totals.items(), key=lambda item: (-item[1], item[0])))
    return Account(
        snapshot, manifest.root, manifest.policy, parse_moment(manifest.at), manifest.ledger, documents, subjects,
        held_back, manifest.recipe, manifest.environment, purpose, copy,
    )  # fmt: skip


def say_reason(code: str) -> str:
    """One plain phrase for a reason, without the rule and setting it varies with."""
    if code not in Code.__members__.values():
        return code.replace("_", " ")
    return (
        SENTENCES[Code(code)]
        .replace("rule {rule}", "a rule of the policy")
        .replace("{setting}", "the setting")
    )
