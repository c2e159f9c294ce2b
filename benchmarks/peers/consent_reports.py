"""ConsentML: which models somebody's data reached, by the lineage that it records around a training function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import peer


class ConsentReports:
    """Its store in a file, and one model trained under it. documents: of each its author and its text."""

    def __init__(
        self, folder: Path, documents: Sequence[tuple[str, str]], train: Callable[[Any], object]
    ) -> None:
        consentml, sources = peer("consentml"), peer("consentml.sources")
        frame = peer("pandas").DataFrame(documents, columns=["author", "text"])
        self._store = str(folder / "consentml.sqlite")
        source = sources.DataFrameSource(frame, subject_id_col="author", label="documents")
        consentml.track(model_name="counts", source=source, db_path=self._store)(train)()

    def revoke(self, who: str) -> list[str]:
        """The models that it says they are in; it takes nothing out of any."""
        report = peer("consentml").revoke(subject_id=who, db_path=self._store)
        return [one.model_name for one in report.affected_models]

    def holds(self) -> bool:
        """Whether its log is as it was written, by its own check."""
        found = peer("consentml").verify_audit_log(db_path=self._store)
        return bool(getattr(found, "ok", found))
