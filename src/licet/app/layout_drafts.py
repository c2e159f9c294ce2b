"""Files that say what a use goes by, drafted of the catalogue: written once, for a person to look at and change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml
from pydantic import BaseModel

from licet.terms.disk_errors import clear_disk_errors

if TYPE_CHECKING:
    from pathlib import Path


def write_draft(path: Path, head: str, layout: BaseModel, what: str) -> None:
    """head: a comment above it. what: it says, in an error of the disk. Its version stands in it, and no default."""
    told = layout.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    version = {name: value for name, value in layout.model_dump().items() if name.startswith("licet_")}
    with clear_disk_errors(f"writing {what}"):
        path.write_text(
            f"{head}\n" + yaml.safe_dump(told | version, sort_keys=False, allow_unicode=True),
            encoding="utf-8",
        )
