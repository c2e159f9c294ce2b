"""The report as one HTML file: it needs no other file, runs no script, and asks nothing of any network.

What it holds of the archive is escaped wherever it stands, and its own policy forbids the browser to load anything.
`templates/report.html` lays it out; the sentences are `audit_sentences`'.
"""

from __future__ import annotations

from pathlib import Path

from licet.audit import audit_sentences
from licet.audit.audit_picture import draw
from licet.audit.audit_report import Report, as_written
from licet.audit.topics import TOPICS, TRAINING
from licet.sources.file_replacement import replace_file
from licet.standalone.standalone_page import SHARED, document, policy_of
from licet.terms.disk_errors import clear_disk_errors
from licet.terms.vocabulary import CATEGORIES, ancestors

_STYLES = (*SHARED, "licet.audit/templates/report.css")


def write_page(report: Report, path: Path) -> None:
    """Write the report's page. If the process dies meanwhile, a page that was there before is untouched.

    Raises: AppError APP-020 to APP-022 when it cannot be written.
    """
    with clear_disk_errors("writing the report"), replace_file(path) as file:
        file.write(page(report).encode())


def page(report: Report, *, uploaded: bool = False) -> str:
    """The whole page. uploaded: whether the download was sent to a server, whose other pages it then may link to."""
    return document(
        "licet.audit/templates/report.html", _STYLES, report=report, uploaded=uploaded, drawn=draw(report),
        says=audit_sentences, topics=TOPICS, training=TRAINING, kind_of=_kind_label, as_written=as_written,
    )  # fmt: skip


def policy_of_the_page() -> str:
    """The Content-Security-Policy of every report."""
    return policy_of(_STYLES)


def _kind_label(kind: str | None) -> str:
    """What people call a kind of data."""
    if kind is None:
        return "not understood"
    return next((CATEGORIES[one].label for one in ancestors(kind) if one in CATEGORIES), kind)
