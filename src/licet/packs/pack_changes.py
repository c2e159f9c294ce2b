"""What changed between two packs, part by part, in short sentences.

Compares what the packs say, not how their files are laid out, and never guesses that two ids mean the same: a rule
under a new id was removed and added. What a change means for a member is for `decide`, not for here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from licet.packs.model import Pack, Part
from licet.terms.canonical import JsonObject

#: Parts of a pack by the name of one entry, in the order a reader wants them.
_PARTS = (
    ("rule", "rules_by_id"),
    ("setting", "settings"),
    ("notice", "notices"),
    ("recipient", "recipients"),
    ("region group", "region_groups"),
    ("purpose", "purposes"),
    ("kind of data", "categories"),
    ("statement", "statements"),
    ("source", "sources"),
    ("version", "versions"),
)


@dataclass(frozen=True, slots=True)
class PackChange:
    """One entry that was added, removed or changed.

    details: one sentence for each key that changed; empty for an entry added or removed.
    """

    kind: Literal["added", "removed", "changed"]
    part: str
    id: str
    sentence: str
    details: tuple[str, ...] = ()

    def as_dict(self) -> JsonObject:
        """Plain values for `--json`."""
        return {
            "kind": self.kind,
            "part": self.part,
            "id": self.id,
            "sentence": self.sentence,
            "details": list(self.details),
        }


def difference(before: Pack, after: Pack) -> list[PackChange]:
    """How `after` differs from `before`; empty exactly when both say the same, in whatever order."""
    changes = list(_compare("heading", {"pack": before}, {"pack": after}))
    for part, attribute in _PARTS:
        changes += _compare(part, getattr(before, attribute), getattr(after, attribute))
    return changes


def _compare(part: str, before: Mapping[str, Part], after: Mapping[str, Part]) -> Iterator[PackChange]:
    for id_ in sorted({*before, *after}):
        if id_ not in before:
            yield PackChange("added", part, id_, f'the {part} "{id_}" is new{_about(after[id_])}')
        elif id_ not in after:
            yield PackChange("removed", part, id_, f'the {part} "{id_}" is gone{_about(before[id_])}')
        elif before[id_] != after[id_]:
            details = tuple(_details(before[id_], after[id_]))
            if not details:  # a pack whose parts differ and whose heading does not
                continue
            keys = ", ".join(detail.split(" ", 1)[0] for detail in details)
            name = part if part == "heading" else f'{part} "{id_}"'
            yield PackChange("changed", part, id_, f"the {name} changed: {keys}", details)


def _about(entry: Part) -> str:
    """What a rule does, since its id need not say so."""
    said = _plain(entry)
    if "effect" not in said:
        return ""
    verb = "permits" if said["effect"] == "permit" else "forbids"
    return f": it {verb} {_list(said['purposes'])} on {_list(said['categories'])}"


def _details(before: Part, after: Part) -> Iterator[str]:
    old, new = _plain(before), _plain(after)
    for key in new:
        if old[key] == new[key]:
            continue
        if isinstance(old[key], list) and isinstance(new[key], list):
            gone = [item for item in old[key] if item not in new[key]]
            come = [item for item in new[key] if item not in old[key]]
            said = [f"gains {_list(come)}"] * bool(come) + [f"loses {_list(gone)}"] * bool(gone)
            yield f"{key} {' and '.join(said) or 'is in another order'}"
        elif old[key] is None:
            yield f"{key} is now {_list(new[key])}"
        elif new[key] is None:
            yield f"{key} is no longer given (was {_list(old[key])})"
        else:
            yield f"{key} goes from {_list(old[key])} to {_list(new[key])}"


def _plain(entry: Part) -> JsonObject:
    parts = {name for name in type(entry).model_fields if isinstance(getattr(entry, name), dict)} | {"rules"}
    return entry.model_dump(mode="json", by_alias=True, exclude=parts)


def _list(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_list(item) for item in value)
    if isinstance(value, dict):
        return "; ".join(f"{key} {_list(item)}" for key, item in value.items() if item not in (None, [], ()))
    return str(value).lower() if isinstance(value, bool) else str(value)
