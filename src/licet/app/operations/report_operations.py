"""What is reported of what was made: `workspace.reports`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licet.app.argument_types import names_wrong_types
from licet.app.core import Core
from licet.terms import ReportError
from licet.terms.canonical import JsonObject
from licet.terms.disk_errors import clear_disk_errors

if TYPE_CHECKING:
    from licet.reports.disclosure import Report


@names_wrong_types
class ReportOperations:
    """What is reported of what was made: `workspace.reports`. Manifests are read and no rows."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def document(self, form: str, of: str = "model") -> JsonObject:
        """A report for programs, as JSON. of: an artefact such as ``model-3``, or a use, for its latest.

        Raises: ReportError RPT-001 to RPT-003, RPT-005, RPT-006; UseError CORP-200, CORP-201; as `Store.snapshot`.
        """
        from licet.app.reporting import gather
        from licet.reports.report_forms import form_of

        made = form_of(form)
        with clear_disk_errors("drawing up a report"):
            return made.document(gather(self._core, of))

    def report(self, form: str, of: str = "model") -> Report:
        """A report for people. Raises: as `document`; ReportError RPT-004 for a form that only programs read."""
        from licet.app.reporting import gather
        from licet.reports.report_forms import form_of

        made = form_of(form)
        if made.report is None:
            raise ReportError(
                "RPT-004", f"{form} is a form for programs and has no page", fix="leave --html out"
            )
        with clear_disk_errors("drawing up a report"):
            return made.report(gather(self._core, of))

    def text(self, form: str, of: str = "model") -> str:
        """A report as a file of its form: Markdown where readers take that, else JSON. Raises: as `document`."""
        from licet.app.reporting import gather
        from licet.reports.disclosure_page import json_text
        from licet.reports.report_forms import form_of

        made = form_of(form)
        with clear_disk_errors("drawing up a report"):
            known = gather(self._core, of)
            if made.markdown is not None:
                return made.markdown(known)
            return json_text(made.document(known))
