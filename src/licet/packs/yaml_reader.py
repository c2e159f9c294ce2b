"""YAML as policies use it: text in, plain values out, and the place of every one of them.

A small YAML: text, whole numbers, `true` and `false`, days, lists, mappings. `NO` is Norway, `on` is a word and
`010` is ten, as in YAML 1.2. Refused: a key given twice, tags, a second document, invisible characters, and
files that unfold to more than a person would write (aliases count each time they are used).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any

import yaml

from licet.packs.pack_problems import PackErrors, Path, Position, Positions, Problem, raise_all, spot
from licet.terms import PackError
from licet.terms.canonical import JsonObject

MAX_BYTES = 1_000_000
MAX_VALUES = 50_000
MAX_DEPTH = 20

_TAG = "tag:yaml.org,2002:"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BIDI = {"\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"}


class _TooDeep(Exception):
    def __init__(self, mark: yaml.Mark) -> None:
        self.mark = mark


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, with YAML 1.2's few scalar words and a bound on depth."""

    yaml_implicit_resolvers = {}  # noqa: RUF012  (PyYAML keeps them on the class)
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _TooDeep(self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


for _name, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("int", r"[-+]?[0-9]{1,18}", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("timestamp", _DAY.pattern, "0123456789"),
):
    _Loader.add_implicit_resolver(
        _TAG + _name, re.compile(f"(?:{_pattern})$"), [c if c != "\0" else "" for c in _first]
    )


def decode(data: bytes, where: str) -> str:
    """The text of a policy file.

    Raises: PackError PACK-004 when it is too large, PACK-002 when it is not UTF-8.
    """
    if len(data) > MAX_BYTES:
        raise PackErrors([_too_large(where)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        position = Position(before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1)
        what = f"byte 0x{data[error.start]:02x} is not UTF-8 text"
        raise PackErrors(
            [PackError("PACK-002", what, spot(where, position), "save the file as UTF-8")]
        ) from None


def read(text: str, where: str) -> tuple[Any, Positions]:
    """The values of a policy file and where each stands.

    Raises: PackErrors PACK-002 to PACK-005 and PACK-028 for what is wrong with the text itself.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise PackErrors([_too_large(where)])
    loader = None
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
    except _TooDeep as error:
        raise PackErrors([_too_deep(where, _position(error.mark))]) from None
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        position = Position(before.count("\n") + 1, error.position - (before.rfind("\n") + 1) + 1)
        what = f"the character U+{ord(text[error.position]):04X} cannot stand in a policy"
        raise PackErrors([PackError("PACK-002", what, spot(where, position), "remove it")]) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = spot(where, _position(mark)) if mark else where
        said = " ".join(part for part in (error.context, error.problem) if part)
        what = f"this is not YAML: {said or 'it cannot be read'}"
        fix = "mend the line; quote text that holds : # or starts with a sign"
        raise PackErrors([PackError("PACK-003", what, place, fix)]) from None
    except (ValueError, OverflowError):  # an escape such as "\\UFFFFFFFF" names no character
        what = "this is not YAML: an escape names no character"
        raise PackErrors([PackError("PACK-003", what, where, "write the character itself")]) from None
    finally:
        if loader is not None:
            loader.dispose()
    if root is None:
        fix = "start it with licet_pack: 1; docs/packs.md holds a small example"
        raise PackErrors([PackError("PACK-003", "the file is empty", where, fix)])
    walk = _Walk(where)
    value = walk.value(root, ())
    positions = Positions(where, walk.values, walk.keys)
    raise_all(walk.problems, positions)
    return value, positions


class _Walk:
    """Turns nodes into values, noting places and problems as it goes."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.values: dict[Path, Position] = {}
        self.keys: dict[Path, Position] = {}
        self.problems: list[Problem] = []

    def value(self, node: yaml.Node, path: Path) -> Any:
        here = _position(node.start_mark)
        self.values[path] = here
        # Counted after unfolding, so that a few aliases of aliases cannot fill the memory.
        if len(self.values) > MAX_VALUES:
            what = f"the policy unfolds to more than {MAX_VALUES} values"
            raise PackErrors([PackError("PACK-004", what, spot(self.where, here), "use fewer aliases")])
        if len(path) > MAX_DEPTH:  # an alias that holds itself has no end
            raise PackErrors([_too_deep(self.where, here)])
        if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
            return [self.value(item, (*path, n)) for n, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        self._complain(
            "PACK-003", path, f"the tag {node.tag.replace(_TAG, '!!')} is not understood", "remove it"
        )
        return None

    def _mapping(self, node: yaml.MappingNode, path: Path) -> JsonObject:
        found: JsonObject = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag != _TAG + "str":
                self.values.setdefault(path, _position(key_node.start_mark))
                shown = key_node.value if isinstance(key_node, yaml.ScalarNode) else "a list or mapping"
                inner = (*path, f"{shown}")
                self.keys[inner] = _position(key_node.start_mark)
                self._complain("PACK-005", inner, f"the key {shown} is not text", "put it in quotes", True)
                continue
            key = key_node.value
            inner = (*path, key)
            if key in found:
                first = self.keys[inner].line
                again = (*path, f"{key} ")  # a path of its own: the first one keeps its place
                self.keys[again] = self.values[again] = _position(key_node.start_mark)
                what = f'the key "{key}" stands here and in line {first}'
                self._complain("PACK-005", again, what, "keep one of the two", True)
                continue
            self.keys[inner] = _position(key_node.start_mark)
            if _unseen(key):
                self._complain("PACK-002", inner, "a key holds an invisible character", "remove it", True)
            found[key] = self.value(value_node, inner)
        return found

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        text: str = node.value
        kind = node.tag.removeprefix(_TAG)
        if kind == "str":
            if bad := _unseen(text):
                what = f"the text holds the invisible character U+{ord(bad):04X}"
                self._complain("PACK-002", path, what, "remove it")
            return text
        if kind == "bool" and text.lower() in ("true", "false"):
            return text.lower() == "true"
        if kind == "null" and text.lower() in ("", "~", "null"):
            return None
        if kind == "int" and re.fullmatch(r"[-+]?[0-9]{1,18}", text):
            return int(text)
        if kind == "float" and re.fullmatch(r"[-+.0-9eE]+", text):
            return float(text)
        if kind == "timestamp" and _DAY.fullmatch(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                self._complain("PACK-028", path, f"there is no day {text}", "write a day of the calendar")
                return None
        tag = node.tag.replace(_TAG, "!!")
        self._complain("PACK-003", path, f"the tag {tag} is not understood here", "remove it")
        return None

    def _complain(self, code: str, path: Path, what: str, fix: str, at_key: bool = False) -> None:
        self.problems.append(Problem(code, path, what, fix, at_key))


def _unseen(text: str) -> str | None:
    """The first character that could hide what a policy says: controls, surrogates, direction overrides."""
    for char in text:
        if char in _BIDI or (char not in "\n\t" and unicodedata.category(char) in ("Cc", "Cs")):
            return char
    return None


def _position(mark: yaml.Mark) -> Position:
    return Position(mark.line + 1, mark.column + 1)


def _too_large(where: str) -> PackError:
    what = f"the policy is larger than {MAX_BYTES} bytes"
    return PackError("PACK-004", what, where, "a policy holds rules, not data: move texts out of it")


def _too_deep(where: str, position: Position) -> PackError:
    what = f"values lie more than {MAX_DEPTH} deep"
    return PackError("PACK-004", what, spot(where, position), "a policy is at most six deep: unfold it")
