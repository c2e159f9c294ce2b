"""A comparison as a document: Markdown, or one HTML file that needs nothing else. Everything is escaped."""

from __future__ import annotations

from licet.policies.comparison.comparison_cells import COLUMNS, Cell, Comparison, Line, Reading, Row
from licet.policies.control_pages import Source
from licet.policies.scope_sentences import scope_sentence
from licet.standalone.standalone_page import document

_OVERVIEW = ("data", "regions", "since", "default", "control")
REACHES = {
    "yes": "yes", "unstated": "not known", "if_on": "only if switched on", "later": "later",
    "announced": "announced only", "no": "no", "never": "never", "depends": "depends on where there",
    "not_read": "nobody has read it",
}  # fmt: skip
#: What the page of HTML looks like.
_STYLES = ("licet.policies.comparison/templates/comparison.css",)


def title(comparison: Comparison) -> str:
    where = f", for someone in {comparison.region_name}" if comparison.region else ""
    return f"What platforms do with your data{where}, as of {comparison.day}"


def source_words(source: Source) -> str:
    """Where it was read, in one line: the quotation, the text, its kind, the day it was read."""
    seen = f", read {source.observed}" if source.observed else ""
    return f"“{source.quote}” ({source.title}; {source.kind}{seen})"


def as_markdown(comparison: Comparison) -> str:
    """An overview, then each use with every cell and its source as a numbered note."""
    lines = [f"# {title(comparison)}", ""]
    heads = [*(["Used there"] if comparison.region else []), *(COLUMNS[one] for one in _OVERVIEW)]
    lines += [f"| Platform | Use | {' | '.join(heads)} |", f"|---|---|{'---|' * len(heads)}"]
    for row in comparison.rows:
        cells = [_brief(row.cells[one]) for one in _OVERVIEW]
        there = [REACHES[row.reaches or "no"]] if comparison.region else []
        lines.append("| " + " | ".join(_bar(one) for one in (_named(row), row.use, *there, *cells)) + " |")
    lines += ["", "## What was read", ""]
    lines += [f"- {_plain(_read(reading))}" for reading in comparison.readings]
    notes: dict[Source, int] = {}
    for row in comparison.rows:
        lines += ["", f"## {_plain(_named(row))}: {_plain(row.use)}", ""]
        if row.because is not None:
            lines += [f"For someone in {comparison.region_name}: {_noted(row.because, notes)}", ""]
        lines += ["| | |", "|---|---|"]
        for column, label in COLUMNS.items():
            said = "<br>".join(_noted(line, notes) for line in row.cells[column].lines)
            lines.append(f"| {label} | {said} |")
    lines += ["", "## Sources", ""]
    lines += [f"{number}. {_plain(source_words(source))}" for source, number in notes.items()]
    return "\n".join(lines) + "\n"


def as_html(comparison: Comparison) -> str:
    """One self-contained page: no script, no request; prints as it stands."""
    return document(
        "licet.policies.comparison/templates/comparison.html", _STYLES, comparison=comparison, columns=COLUMNS,
        reaches=REACHES, title=title(comparison), named=_named, source_words=source_words,
        read=_read,
    )  # fmt: skip


def _named(row: Row) -> str:
    version = f", {row.version}" if row.version else ""
    return f"{row.title}{version}{f' [stale: {row.stale.told}]' if row.stale else ''}"


def _read(reading: Reading) -> str:
    """What a platform's rows speak of, in one paragraph."""
    version = f", {reading.version}" if reading.version else ""
    return f"{reading.title}{version}, checked on {reading.observed}. {scope_sentence(reading.speaks_of)}"


def _brief(one: Cell) -> str:
    return "; ".join(line.told for line in one.lines)


def _noted(line: Line, notes: dict[Source, int]) -> str:
    if line.source is None:
        return _bar(line.told)
    return f"{_bar(line.told)} [{notes.setdefault(line.source, len(notes) + 1)}]"


def _bar(text: str) -> str:
    return _plain(text).replace("|", "\\|")


def _plain(text: str) -> str:
    """Text as Markdown shows it, whatever is in it."""
    return "".join("\\" + c if c in "\\`*_[]<>#" else c for c in " ".join(text.split()))
