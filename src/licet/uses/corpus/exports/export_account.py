"""The account an export gives of itself: which snapshot, under which policy, as of when, and what was held back.

Taken from the snapshot's manifest, and no more of it than that: table names, file paths, regions and the members'
commitments stay inside. A manifest that leaves one of these out is refused, since the export would speak for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from licet.terms import SENTENCES, Code, LicetError, UseError
from licet.terms.moments import format_moment, parse_moment

TITLE = "Corpus of permitted documents"
NOTE = "This is a copy: it does not hear of later choices."


class Copy(NamedTuple):
    """A copy of a snapshot: as of when and where in the ledger each of its documents was permitted, and to whom."""

    at: datetime
    position: int
    recipient: str
    left_out: int

    def as_json(self) -> dict[str, Any]:
        return {**self._asdict(), "at": format_moment(self.at), "note": NOTE}


@dataclass(frozen=True, slots=True)
class Account:
    """What an export says about the snapshot it was made from.

    held_back: records held back at the gate when the snapshot was made, by reason code, most first.
    copy:      when the copy was taken, at which ledger position, for whom, and how many documents were left out of it
               because they may not be used any more. `documents` and `subjects` count what the copy has.
    """

    snapshot: str
    root: str
    policy: dict[str, str]
    at: datetime
    ledger: dict[str, Any]
    documents: int
    subjects: int
    held_back: dict[str, int]
    recipe: dict[str, Any]
    environment: dict[str, str]
    purpose: dict[str, str]
    copy: Copy

    def as_json(self) -> dict[str, Any]:
        """The account as plain JSON values, for the export's own manifest."""
        return {
            "copy": self.copy.as_json(),
            "snapshot": self.snapshot,
            "root": self.root,
            "purpose": self.purpose,
            "policy": self.policy,
            "at": format_moment(self.at),
            "ledger": self.ledger,
            "counts": {"documents": self.documents, "subjects": self.subjects},
            "held_back": self.held_back,
            "recipe": self.recipe,
            "environment": self.environment,
        }


def read_account(manifest: Mapping[str, Any]) -> Account:
    """The account a snapshot's manifest gives; the key ``snapshot`` holds the snapshot's id, ``copy`` what `Copy` has.

    ``held_back`` is a dict of reason code to records, or the manifest's own rows with ``code`` and ``records``.
    Raises: UseError CORP-201 when a part is missing or is not what it should be.
    """
    try:
        policy, ledger, counts = manifest["policy"], manifest["ledger"], manifest["counts"]
        copy = manifest["copy"]
        return Account(
            snapshot=_text(manifest["snapshot"]),
            root=_text(manifest["root"]),
            policy={part: _text(policy[part]) for part in ("id", "version", "digest", "title")},
            at=parse_moment(_text(manifest["at"])),
            ledger={"position": _count(ledger["position"]), "root": _text(ledger["root"])},
            documents=_count(counts["documents"]),
            subjects=_count(counts["subjects"]),
            held_back=_by_reason(manifest["held_back"]),
            recipe=dict(manifest["recipe"]) | {"digest": _text(manifest["recipe"]["digest"])},
            environment={str(name): str(version) for name, version in manifest["environment"].items()},
            purpose={str(part): str(word) for part, word in manifest.get("purpose", {}).items()},
            copy=Copy(
                parse_moment(_text(copy["at"])),
                _count(copy["position"]),
                _text(copy["recipient"]),
                _count(copy["left_out"]),
            ),
        )
    except KeyError as error:
        raise _refused(f"it does not say {error.args[0]!r}") from None
    except (AttributeError, TypeError, ValueError, LicetError) as error:
        raise _refused(error.what if isinstance(error, LicetError) else str(error)) from error


def say_reason(code: str) -> str:
    """One plain phrase for a reason, without the rule and setting it varies with."""
    if code not in Code.__members__.values():
        return code.replace("_", " ")
    return (
        SENTENCES[Code(code)]
        .replace("rule {rule}", "a rule of the policy")
        .replace("{setting}", "the setting")
    )


def _by_reason(held_back: Any) -> dict[str, int]:
    totals: dict[str, int] = {}
    if isinstance(held_back, Mapping):
        totals = {_text(code): _count(number) for code, number in held_back.items()}
    else:
        for row in held_back:
            totals[_text(row["code"])] = totals.get(row["code"], 0) + _count(row["records"])
    return dict(sorted(totals.items(), key=lambda item: (-item[1], item[0])))


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"{value!r} is not text")
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"{value!r} is not a count")
    return value


def _refused(why: str) -> UseError:
    return UseError(
        "CORP-201",
        f"the manifest cannot speak for an export: {why}",
        fix='give the manifest of a corpus snapshot, with its id under "snapshot"',
    )
