"""A use's own file in a workspace, which says what it goes by: read alike, whatever the use has to say of a bad one."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Layout = TypeVar("Layout", bound=BaseModel)


def read_layout(model: type[Layout], path: Path) -> Layout | str | None:
    """What a file says; why it makes no sense, as words that end a sentence; None where there is no file."""
    try:
        return model.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        return f"at {place}: {first['msg']}"
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    except (yaml.YAMLError, ValueError, RecursionError):
        return "it is no YAML in UTF-8"
