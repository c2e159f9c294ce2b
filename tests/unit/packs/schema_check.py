"""The part of JSON Schema 2020-12 that a pack's schema uses, so that the schema itself can be tested.

An unknown keyword is an error: a schema that grows one is noticed rather than half checked.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

_TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "null": type(None),
}
_IGNORED = {"title", "description", "examples", "default", "$defs", "$schema"}


def violations(
    value: Any, schema: dict[str, Any], root: dict[str, Any] | None = None, at: str = "$"
) -> list[str]:
    """Where `value` breaks `schema`; empty when it fits."""
    root = schema if root is None else root
    found: list[str] = []
    # of another type nothing else can be asked
    for keyword, wanted in sorted(schema.items(), key=lambda pair: pair[0] != "type"):
        match keyword:
            case _ if keyword in _IGNORED:
                continue
            case "$ref":
                found += violations(value, root["$defs"][wanted.removeprefix("#/$defs/")], root, at)
            case "type":
                if not isinstance(value, _TYPES[wanted]) or (wanted == "integer" and isinstance(value, bool)):
                    return [f"{at}: {value!r} is no {wanted}"]
            case "anyOf":
                if all(violations(value, option, root, at) for option in wanted):
                    found.append(f"{at}: fits nothing")
            case "const":
                found += [f"{at}: is not {wanted}"] * (value != wanted)
            case "enum":
                found += [f"{at}: is none of {wanted}"] * (value not in wanted)
            case "properties":
                for key, inner in wanted.items():
                    if key in value:
                        found += violations(value[key], inner, root, f"{at}.{key}")
            case "required":
                found += [f"{at}: lacks {key}" for key in wanted if key not in value]
            case "additionalProperties":
                for key in value:
                    if key not in schema.get("properties", {}):
                        if wanted is False:
                            found.append(f"{at}: {key} is unknown")
                        elif wanted is not True:
                            found += violations(value[key], wanted, root, f"{at}.{key}")
            case "items":
                for number, item in enumerate(value):
                    found += violations(item, wanted, root, f"{at}[{number}]")
            case "minItems" | "minLength" | "minProperties":
                found += [f"{at}: is too short"] * (len(value) < wanted)
            case "pattern":
                found += [f"{at}: is not written so"] * (re.search(wanted, value) is None)
            case "maxLength":
                found += [f"{at}: is too long"] * (len(value) > wanted)
            case "minimum":
                found += [f"{at}: is below {wanted}"] * (value < wanted)
            case "maximum":
                found += [f"{at}: is above {wanted}"] * (value > wanted)
            case "format":
                assert wanted == "date"
                try:
                    date.fromisoformat(value)
                except ValueError:
                    found.append(f"{at}: is no date")
            case _:
                raise AssertionError(f"the schema uses {keyword}, which is not checked")
    return found
