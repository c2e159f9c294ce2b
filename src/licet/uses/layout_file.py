"""A file of a workspace that says what a use or a report goes by: read alike, whatever is to be said of a bad one.

A name that stands twice is refused: of two budgets, or two tables, nobody knows which is meant.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Layout = TypeVar("Layout", bound=BaseModel)


class _TwiceError(ValueError):
    """A name that stands twice in one mapping."""


class _OnceEach(yaml.SafeLoader):
    """Plain values only, as `safe_load` reads them, each name once."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Raises: _TwiceError."""
        names = [str(name.value) for name, _ in node.value] if isinstance(node, yaml.MappingNode) else []
        counted = Counter(names)
        for name in names:
            if name != "<<" and counted[name] > 1:
                raise _TwiceError(name[:60])
        return super().construct_mapping(node, deep)


def read_layout(model: type[Layout], path: Path) -> Layout | str | None:
    """What a file says; why it makes no sense, as words that end a sentence; None where there is no file.

    An empty one says nothing of what it may say.
    """
    try:
        told = yaml.load(path.read_text(encoding="utf-8"), _OnceEach)
        return model.model_validate({} if told is None else told)
    except FileNotFoundError:
        return None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        return f"at {place}: {first['msg'].removeprefix('Value error, ')}"
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    except _TwiceError as error:
        return f"a name stands twice: {error.args[0]}"
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return "it is no YAML in UTF-8"
