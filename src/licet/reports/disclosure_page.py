"""A report as text, and as one HTML file that stands alone. Whatever it holds is escaped; `templates/report.html`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from licet.reports.disclosure import NO_ADVICE, Report
from licet.sources.file_replacement import replace_file
from licet.standalone.standalone_page import SHARED, document, policy_of
from licet.terms.canonical import JsonObject
from licet.terms.disk_errors import clear_disk_errors

#: How a terminal shows each kind of line.
STYLES = {"title": "bold", "head": "bold", "item": "bold", "light": "dim", "statement": ""}
_STYLES = (*SHARED, "licet.reports/templates/report.css")


def page(report: Report) -> str:
    """The whole page."""
    return document("licet.reports/templates/report.html", _STYLES, report=report, note=NO_ADVICE)


def policy_of_the_page() -> str:
    """The Content-Security-Policy of every page of a report."""
    return policy_of(_STYLES)


def lines(report: Report) -> Iterator[tuple[str, str]]:
    """Lines of text, each with what it is: title, light, head, item or statement."""
    yield report.title, "title"
    yield report.law.name, "light"
    yield report.law.applies_to, "light"
    if report.law.since:
        yield f"Since {report.law.since}. {report.law.reference}", "light"
    yield f"Written from {report.law.read}.", "light"
    yield report.bound.says, "statement"
    for section in report.sections:
        yield section.title, "head"
        for item in section.items:
            yield f"{item.place}  {item.asks}", "item"
            for one in item.statements:
                yield f"    {one.says}  [{one.drawn}]", "statement"
                if one.named:
                    yield f"    {'; '.join(one.named)}", "light"
    yield NO_ADVICE, "light"


def json_text(value: JsonObject) -> str:
    """JSON to be read by people, too: what could paint on a terminal or reorder text is told by its number."""
    text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)


def write_text(text: str, path: Path) -> None:
    """Write a report. If the process dies meanwhile, a file that was there before is untouched.

    Raises: AppError APP-020 to APP-022 when it cannot be written.
    """
    with clear_disk_errors("writing the report"), replace_file(path) as file:
        file.write(text.encode())
