"""What a member did, as one entry of the ledger says it: the facts of a receipt that the ledger commits to.

Issuing a receipt and checking one read an entry the same way, here, so a record that says other than its entry is
found.
"""

from __future__ import annotations

from dataclasses import dataclass

from licet.ledger import Entry, EntryKind
from licet.terms import EVERY_USE
from licet.terms.canonical import JsonObject
from licet.terms.moments import format_moment

#: How a choice was given where the entry does not say.
VIA_UNKNOWN = "not recorded"

#: The states that go with each value; those of a choice are the ledger's own words.
STATES = {
    (EntryKind.CHOICE, "on"): ("given", "given_again"),
    (EntryKind.CHOICE, "off"): ("refused", "withdrawn"),
    (EntryKind.RECORD_CHOICE, "on"): ("lifted",),
    (EntryKind.RECORD_CHOICE, "off"): ("refused",),
    (EntryKind.SIGNAL, "on"): ("gone",),
    (EntryKind.SIGNAL, "off"): ("sent",),
}


@dataclass(frozen=True, slots=True)
class Act:
    """What a member did, as the ledger's entry says.

    kind:  choice, signal or record_choice.
    value: on or off; a signal that is sent switches off.
    state: given, given_again, refused or withdrawn for a choice; sent or gone for a signal; refused or lifted for a
           no to one record.
    at:    the moment of recording, ISO 8601, UTC. via: how it was given.
    record: table and key, of a no to one record; its name is `EVERY_USE` where no setting is named.
    """

    entry: int
    kind: str
    subject: str
    name: str
    category: str | None
    value: str
    state: str
    via: str
    at: str
    record: tuple[str, str] | None = None

    @property
    def is_on(self) -> bool:
        return self.value == "on"

    def as_json(self) -> JsonObject:
        """The same facts as JSON; a category only where there is one."""
        said: JsonObject = {
            "entry": self.entry,
            "kind": self.kind,
            "subject": self.subject,
            "name": self.name,
            "value": self.value,
            "state": self.state,
            "via": self.via,
            "at": self.at,
        }
        if self.record is not None:
            said["record"] = dict(zip(("table", "key"), self.record, strict=True))
        return said if self.category is None else said | {"category": self.category}

    @property
    def sentence(self) -> str:
        """What the entry says, in its own words: ids, not labels."""
        if self.kind == EntryKind.SIGNAL:
            done = f"{self.subject} {'stopped sending' if self.is_on else 'sent'} the signal {self.name}"
        elif self.record is not None:
            of, key = self.record
            to = "every use" if self.name == EVERY_USE else self.name
            done = f"{self.subject} {'took back the no' if self.is_on else 'said no'} to {to} of {of} record {key}"
        else:
            narrowed = f" for {self.category}" if self.category else ""
            done = (
                f"{self.subject} switched {self.name} {self.value}{narrowed} ({self.state.replace('_', ' ')})"
            )
        return f"{done}, recorded at {self.at}, via {self.via}."

    def as_right(self, objects: bool) -> str:
        """What the exercise of the right was."""
        if self.kind == "signal":
            return "a privacy signal is no longer sent" if self.is_on else "an opt-out by a privacy signal"
        if self.record is not None and self.is_on:
            return "an earlier no to one record is taken back"
        if not self.is_on:
            return "an objection to processing" if objects else "an opt-out"
        return "the setting was switched on; an earlier opt-out, if there was one, is taken back"


def read_act(entry: Entry, state: str | None = None) -> Act:
    """The act that an entry records. A signal that is sent switches off, and needs no state from outside.

    Raises: KeyError, TypeError or ValueError for an entry that is neither a choice nor a signal, and an erased one.
    """
    payload, subject, record = entry.payload, entry.subject, None
    if subject is None or payload is None:
        raise TypeError("somebody makes a choice")
    if entry.kind is EntryKind.RECORD_CHOICE:
        record = payload["table"], payload.get("key") or payload["key_mark"]
        payload = {**payload, "setting": payload.get("setting") or EVERY_USE, "category": None}
    if entry.kind in (EntryKind.CHOICE, EntryKind.RECORD_CHOICE):
        value, name, category = payload["value"], payload["setting"], payload.get("category") or None
        if value not in ("on", "off"):
            raise ValueError("a choice is on or off")
    else:
        value, name, category = ("off" if payload["value"] else "on"), payload["signal"], None
    states = STATES[entry.kind, value]
    return Act(
        entry.index, str(entry.kind), subject, name, category, value, state or states[0],
        payload.get("via") or VIA_UNKNOWN, format_moment(entry.recorded_at), record,
    )  # fmt: skip
