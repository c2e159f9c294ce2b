"""What a member did, as one entry of the ledger says it: the facts of a receipt that the ledger commits to.

Issuing a receipt and checking one read an entry the same way, here, so a record that says other than its entry is
found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from licet.ledger import EntryKind

#: How a choice was given where the entry does not say.
VIA_UNKNOWN = "not recorded"

#: The states that go with each value; those of a choice are the ledger's own words.
STATES = {
    (EntryKind.CHOICE, "on"): ("given", "given_again"),
    (EntryKind.CHOICE, "off"): ("refused", "withdrawn"),
    (EntryKind.SIGNAL, "on"): ("gone",),
    (EntryKind.SIGNAL, "off"): ("sent",),
}


@dataclass(frozen=True, slots=True)
class Act:
    """What a member did, as the ledger's entry says.

    kind:  choice or signal.
    value: on or off; a signal that is sent switches off.
    state: given, given_again, refused or withdrawn for a choice; sent or gone for a signal.
    at:    the moment of recording, ISO 8601, UTC. via: how it was given.
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

    @property
    def is_on(self) -> bool:
        return self.value == "on"

    def as_json(self) -> dict[str, Any]:
        """The same facts as JSON; a category only where there is one."""
        said: dict[str, Any] = {
            "entry": self.entry,
            "kind": self.kind,
            "subject": self.subject,
            "name": self.name,
            "value": self.value,
            "state": self.state,
            "via": self.via,
            "at": self.at,
        }
        return said if self.category is None else said | {"category": self.category}

    @property
    def sentence(self) -> str:
        """What the entry says, in its own words: ids, not labels."""
        if self.kind == EntryKind.SIGNAL:
            done = f"{self.subject} {'stopped sending' if self.is_on else 'sent'} the signal {self.name}"
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
        if not self.is_on:
            return "an objection to processing" if objects else "an opt-out"
        return "the setting was switched on; an earlier opt-out, if there was one, is taken back"


def read_act(
    index: int, kind: str, subject: str, payload: Mapping[str, Any], at: str, state: str | None = None
) -> Act:
    """The act that an entry records. A signal that is sent switches off, and needs no state from outside.

    Raises: KeyError, TypeError or ValueError for an entry that is neither a choice nor a signal.
    """
    if not isinstance(subject, str):
        raise TypeError("somebody makes a choice")
    via = payload.get("via") or VIA_UNKNOWN
    if kind == EntryKind.CHOICE:
        value, name, category = payload["value"], payload["setting"], payload.get("category") or None
        if value not in ("on", "off"):
            raise ValueError("a choice is on or off")
    else:
        value, name, category = ("off" if payload["value"] else "on"), payload["signal"], None
    states = STATES[EntryKind(kind), value]
    return Act(index, str(kind), subject, name, category, value, state or states[0], via, at)
