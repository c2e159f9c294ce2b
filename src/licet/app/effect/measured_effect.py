"""The effect that was measured last, kept for the page of the web: means over fifty members and more, and no member.

Measuring takes minutes and is a use of members' data; a page is neither. So it shows what was measured, and of when.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from licet.app.effect.recommendation_effect import RecommendationEffect
from licet.store.private_files import write_private
from licet.terms import AppError
from licet.terms.disk_errors import clear_disk_errors

_FORM = TypeAdapter(RecommendationEffect)


def keep_effect(path: Path, found: RecommendationEffect) -> None:
    """Put it in the place of the one before. Raises: AppError APP-020 to APP-022 where it cannot be written."""
    with clear_disk_errors("keeping what was measured"):
        write_private(path, _FORM.dump_json(found))


def kept_effect(path: Path) -> RecommendationEffect | None:
    """None where none was measured. Raises: AppError APP-310 for a file that nobody wrote here."""
    try:
        return _FORM.validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError):
        raise AppError(
            "APP-310",
            "what was measured of recommendations cannot be read",
            str(path),
            "measure it again: licet recommend effect",
        ) from None
