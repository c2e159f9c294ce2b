"""The base of models: fitted to public text, kept in a folder, fitted once more to see that it is the same."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from licet.terms import UseError
from licet.terms.disk_errors import clear_disk_errors

if TYPE_CHECKING:
    from licet.uses.model.base_card import BaseCard, BaseRecipe

Progress = Callable[[str, int, int | None], None]


def make_base(
    folder: Path, recipe: Path | None, sources: Collection[str], threads: int, progress: Progress
) -> BaseCard:
    """Fit a base to the public text that is installed here, or to some sources of it, and write it into a folder.

    recipe: a YAML file; None for how the shipped one was fitted.
    Raises: UseError MODL-060, MODL-069 for too little text, MODL-070 for a recipe that makes no sense, MODL-071 for a
    source that is not there.
    """
    from licet.uses.model.base_card import require_torch

    require_torch()
    from licet.uses.model.base_folder import write_base
    from licet.uses.model.base_training import fit_base
    from licet.uses.model.public_text import read_public_text

    wanted = _recipe(recipe)
    with clear_disk_errors("fitting the base"):
        text = read_public_text(progress, sources or None)
        base = fit_base(text, wanted, threads, progress)
        write_base(base, folder)
    return base.card


def replay_base(folder: Path | None, progress: Progress) -> BaseCard:
    """Fit a base once more, as its card says, and compare: the one in a folder, or the shipped one.

    Raises: UseError MODL-060, MODL-061, MODL-067 where it cannot be fitted once more here, MODL-068 where another
    comes out.
    """
    from licet.uses.model.base_card import require_torch
    from licet.uses.model.base_folder import read_base, shipped_base

    base = shipped_base() if folder is None else read_base(folder)
    require_torch()
    from licet.uses.model import base_training

    return base_training.replay_base(base.card, progress).card


def _recipe(path: Path | None) -> BaseRecipe:
    from licet.uses.model.base_card import BaseRecipe

    if path is None:
        return BaseRecipe()
    try:
        data: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return BaseRecipe.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        why = f"at {place}: {first['msg']}"
    except OSError as error:
        why = f"it cannot be read: {error.strerror}"
    except (yaml.YAMLError, ValueError, RecursionError):  # a number of thousands of digits, lists in lists
        why = "it is no YAML in UTF-8"
    raise UseError("MODL-070", f"the recipe of the base makes no sense, {why}", str(path), "see docs/base.md")
