"""A JSON-LD file read without trust: bounded, with every key known, and nothing fetched.

Only the compact form that licet writes is read. A key nobody knows could hold a condition, so it is refused; keys of
Dublin Core, RDFS and SKOS describe and are passed over.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from licet.packs.pack_problems import PackErrors
from licet.terms import PackError
from licet.terms.canonical import JsonObject

MAX_BYTES = 1_000_000
MAX_DEPTH = 12
_DESCRIBING = ("dct:", "rdfs:", "skos:")


def refuse(code: str, what: str, where: str, fix: str) -> PackErrors:
    return PackErrors([PackError(code, what, where, fix)])


def read_json(text: str, where: str) -> JsonObject:
    """The object in a file. Raises: PackErrors PACK-040."""
    if len(text.encode("utf-8", errors="replace")) > MAX_BYTES:
        raise refuse(
            "PACK-040", f"the file is larger than {MAX_BYTES} bytes", where, "name the file of one policy"
        )
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        said = error.args[0] if isinstance(error, _Twice) else "it cannot be read"
        raise refuse(
            "PACK-040", f"this is not the JSON of one policy: {said}", where, "mend the file"
        ) from None
    if not isinstance(found, dict) or _depth(found) > MAX_DEPTH:
        raise refuse("PACK-040", "this is not the JSON of one policy: it is no object, or lies too deep", where,
                     "give the file of one policy")  # fmt: skip
    return found


def check_context(
    document: Mapping[str, Any], known: Mapping[str, str], remote: Collection[str], where: str
) -> None:
    """Hold the `@context` to the names that are known: it may leave out some and must not change any.

    Raises: PackErrors PACK-042.
    """
    context = document.get("@context", [])
    for part in context if isinstance(context, list) else [context]:
        if isinstance(part, str) and part in remote:
            continue
        if isinstance(part, dict) and all(known.get(name) == iri for name, iri in part.items()):
            continue
        raise refuse(
            "PACK-042", f"the context {_shown(part)} is not known, and none is fetched", where,
            f"use the contexts {', '.join(remote) or 'of prefixes alone'}",
        )  # fmt: skip


def check_keys(value: Any, known: Collection[str], where: str) -> JsonObject:
    """An object whose every key is known or only describes. Raises: PackErrors PACK-042."""
    if not isinstance(value, dict):
        raise refuse(
            "PACK-042",
            f"{_shown(value)} stands where an object belongs",
            where,
            "write it as licet exports it",
        )
    for key in value:
        if key not in known and not key.startswith(_DESCRIBING):
            raise refuse(
                "PACK-042", f"the key {_shown(key)} is not understood, and could be a condition", where,
                f"remove it, or say it with one of: {', '.join(sorted(known))}",
            )  # fmt: skip
    return value


def only(value: Any, wanted: Collection[Any], what: str, where: str) -> None:
    """Raises: PackErrors PACK-042 for a value that is none of those that are understood."""
    if not isinstance(value, str) or value not in wanted:
        raise refuse(
            "PACK-042", f"the {what} {_shown(value)} is not understood", where, f"use {' or '.join(wanted)}"
        )


def listed(value: Any, where: str) -> list[Any]:
    """One or several. Raises: PackErrors PACK-042 for none: no list of conditions may be empty by mistake."""
    found = value if isinstance(value, list) else [value]
    if not found:
        raise refuse("PACK-042", "an empty list says nothing", where, "leave the key out, or fill the list")
    return found


def iri(value: Any) -> Any:
    """The IRI in ``{"@id": …}``, or the text itself."""
    return value["@id"] if isinstance(value, dict) and set(value) == {"@id"} else value


def day(value: Any, where: str) -> date:
    """A day, with or without its type. Raises: PackErrors PACK-042."""
    if isinstance(value, dict) and set(value) == {"@value", "@type"} and value["@type"] == "xsd:date":
        value = value["@value"]
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise refuse(
        "PACK-042",
        f"{_shown(value)} is no day",
        where,
        "write it as 2025-11-03; times of day are not understood",
    )


def text(value: Any, otherwise: str) -> str:
    """A short text for people; what else stands there describes nothing."""
    return (
        " ".join(value.split())[:200] or otherwise
        if isinstance(value, str) and value.isprintable()
        else otherwise
    )


class _Twice(ValueError):
    """A key that stands twice."""


def _once(pairs: list[tuple[str, Any]]) -> JsonObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Twice("a key stands twice in one object")
    return found


def _no_number(name: str) -> Any:
    raise _Twice(f"{name} is no number")


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


def _shown(value: Any) -> str:
    return repr(value)[:80]
