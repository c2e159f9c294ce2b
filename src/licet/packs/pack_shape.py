"""From plain values to a `Pack`, with every way a value can have the wrong shape said in plain words.

pydantic does the checking, strictly: a number is not a day, `1` is not `true`. This module only translates, and
proposes the key or value that was probably meant.
"""

from __future__ import annotations

import enum
import json
import types
import typing
from datetime import date
from typing import Any, Literal, Union

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from licet.packs.model import FORMAT_VERSION, Pack
from licet.packs.pack_problems import Path, Problem, name_path, nearest

_TYPES = {
    "string_type": ("text", "put it in quotes"),
    "int_type": ("a whole number", "write a whole number without quotes"),
    "int_from_float": ("a whole number", "write a whole number"),
    "bool_type": ("true or false", "write true or false"),
    "date_type": ("a day", "write it as 2025-11-03"),
    "date_from_datetime_parsing": ("a day", "write it as 2025-11-03"),
    "date_from_datetime_inexact": ("a day", "write it as 2025-11-03"),
    "date_parsing": ("a day", "write it as 2025-11-03"),
    "tuple_type": ("a list", "write it as [one, two]"),
    "dict_type": ("entries by id", "write one entry a line, as id: …"),
    "model_type": ("keys and values", "write its keys indented below it"),
    "model_attributes_type": ("keys and values", "write its keys indented below it"),
}


def check_version(value: Any) -> Problem | None:
    """What is wrong with the file's `licet_pack` line, before anything else of the file is judged."""
    if not isinstance(value, dict) or "licet_pack" not in value:
        return Problem(
            "PACK-006", (), "this is not a policy pack", f"start it with licet_pack: {FORMAT_VERSION}"
        )
    version = value["licet_pack"]
    if type(version) is int and version == FORMAT_VERSION:
        return None
    if type(version) is int and version > FORMAT_VERSION:
        what = f"the pack is written in format {version}, and this licet reads up to {FORMAT_VERSION}"
        return Problem("PACK-006", ("licet_pack",), what, "use a newer licet")
    what = f"licet_pack is {_shown(version)}, which is no format of a pack"
    return Problem("PACK-006", ("licet_pack",), what, f"write licet_pack: {FORMAT_VERSION}")


def build(value: Any) -> tuple[Pack | None, list[Problem]]:
    """The pack that `value` says, or everything that keeps it from being one."""
    text = json.dumps(value, default=date.isoformat)  # JSON, since only there is pydantic strict about days
    try:
        return Pack.model_validate_json(text, strict=True, by_alias=True, by_name=False), []
    except ValidationError as error:
        # A list none of whose entries can be read counts as empty there; the entries say what is wrong.
        details = [
            one for one in error.errors(include_url=False) if one["type"] != "too_short" or not one["input"]
        ]
        problems = [_problem(detail, value) for detail in details]
        misspelt = {(p.path[:-1], p.fix) for p in problems if p.code == "PACK-015"}
        return None, [
            problem
            for problem, detail in zip(problems, details, strict=True)
            if not (detail["type"] == "missing" and (problem.path, f"write {detail['loc'][-1]}") in misspelt)
        ]


def _problem(detail: ErrorDetails, value: Any) -> Problem:
    path: Path = detail["loc"]
    kind, given, context = detail["type"], detail["input"], detail.get("ctx", {})
    name = name_path(path)
    if kind == "missing":
        key, parent = str(path[-1]), name_path(path[:-1]) or "the pack"
        return Problem(
            "PACK-014", path[:-1], f"{parent} lacks {key}", f"add {key}: {_hint(path)}".rstrip(": ")
        )
    if kind == "extra_forbidden":
        return _unknown_key(path, value)
    if kind in ("enum", "literal_error"):
        return _not_one_of(path, given)
    if kind in ("too_short", "string_too_short"):
        return Problem("PACK-016", path, f"{name} is empty", "give at least one entry, or leave the key out")
    if kind == "string_too_long":
        limit = context.get("max_length")
        what = f"{name} is longer than {limit} characters"
        return Problem("PACK-016", path, what, "quote the sentence that matters, not the page")
    if kind in _TYPES:
        wanted, fix = _TYPES[kind]
        if given is None:
            return Problem("PACK-016", path, f"{name} has no value", f"give {wanted}, or leave the key out")
        return Problem("PACK-016", path, f"{name} is {_shown(given)}, not {wanted}", fix)
    said = detail["msg"][0].lower() + detail["msg"][1:]
    return Problem("PACK-016", path, f"{name} is {_shown(given)}: {said}", "change the value")


def _unknown_key(path: Path, value: Any) -> Problem:
    key, model = str(path[-1]), _model_at(path[:-1])
    names = _keys(model) if model is not None else []
    written = _value_at(value, path[:-1])
    free = [name for name in names if not isinstance(written, dict) or name not in written]
    meant = nearest(key, free)
    place = name_path(path[:-1]) or "the pack"
    fix = f"write {meant}" if meant else f"known here: {', '.join(names)}"
    return Problem("PACK-015", path, f'{place} has no key "{key}"', fix, at_key=True)


def _not_one_of(path: Path, given: Any) -> Problem:
    choices = _choices(_annotation_at(path))
    meant = nearest(given, choices) if isinstance(given, str) else None
    fix = f"write {meant}" if meant else f"write one of: {', '.join(choices)}"
    return Problem("PACK-017", path, f"{name_path(path)} cannot be {_shown(given)}", fix)


def _shown(given: Any) -> str:
    """A value as a person would point at it."""
    if isinstance(given, dict):
        return "keys and values"
    if isinstance(given, list):
        return "a list"
    text = "nothing" if given is None else json.dumps(given, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:59] + "…"


def _hint(path: Path) -> str:
    choices = _choices(_annotation_at(path))
    return " or ".join(choices)


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _bare(annotation: Any) -> Any:
    """An annotation without `Annotated` and without `| None`."""
    while typing.get_origin(annotation) is typing.Annotated:
        annotation = typing.get_args(annotation)[0]
    if typing.get_origin(annotation) in (Union, types.UnionType):
        inner = [arg for arg in typing.get_args(annotation) if arg is not type(None)]
        return _bare(inner[0]) if len(inner) == 1 else annotation
    return annotation


def _annotation_at(path: Path) -> Any:
    """What the model expects at `path`; None off the model."""
    annotation: Any = Pack
    for step in path:
        annotation = _bare(annotation)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            fields = {field.alias or name: field for name, field in annotation.model_fields.items()}
            if step not in fields:
                return None
            annotation = fields[step].annotation
        elif typing.get_origin(annotation) is dict:
            annotation = typing.get_args(annotation)[1]
        elif typing.get_origin(annotation) is tuple:
            annotation = typing.get_args(annotation)[0]
        else:
            return None
    return _bare(annotation)


def _model_at(path: Path) -> type[BaseModel] | None:
    found = _annotation_at(path)
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None


def _choices(annotation: Any) -> list[str]:
    if typing.get_origin(annotation) is Literal:
        return [str(choice) for choice in typing.get_args(annotation)]
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return [str(member.value) for member in annotation]
    return []


def _value_at(value: Any, path: Path) -> Any:
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value
