"""A comparison as a document: Markdown, or one HTML file that needs nothing else. Everything is escaped."""

from __future__ import annotations

from html import escape

from licet.policies.comparison.comparison_cells import COLUMNS, Cell, Comparison, Line, Row
from licet.policies.control_pages import Source

_OVERVIEW = ("data", "regions", "since", "default", "control")
REACHES = {
    "yes": "yes", "unstated": "not known", "if_on": "only if switched on", "later": "later",
    "announced": "announced only", "no": "no", "never": "never",
}  # fmt: skip
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:78rem;margin:2rem auto;padding:0 1rem;color:#1a1f24}
table{border-collapse:collapse;width:100%;margin:1rem 0}
th,td{border:1px solid #ccd3da;padding:.45rem .6rem;text-align:left;vertical-align:top}
th{background:#f2f4f6}
.silent{color:#6b747d;font-style:italic}.source{color:#56606a;font-size:.85em;display:block}
.mark{background:#fff2cc;border-radius:.2rem;padding:0 .3rem}.scroll{overflow-x:auto}
@media print{.scroll{overflow:visible}section{break-inside:avoid}}
"""


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
    head = escape(title(comparison))
    body = [f"<h1>{head}</h1>"]
    for row in comparison.rows:
        body.append(f"<section><h2>{escape(_named(row))}: {escape(row.use)}</h2>")
        if row.because is not None:
            body.append(
                f"<p><strong>{REACHES[row.reaches or 'no'].capitalize()}.</strong> {_line(row.because)}</p>"
            )
        body.append("<div class=scroll><table>")
        for column, label in COLUMNS.items():
            said = "<br>".join(_line(line) for line in row.cells[column].lines)
            body.append(f"<tr><th scope=row>{escape(label)}</th><td>{said}</td></tr>")
        body.append("</table></div></section>")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{head}</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(body)}</body></html>\n"
    )


def _named(row: Row) -> str:
    return f"{row.title}{f' [stale: to be checked again by {row.review_by}]' if row.is_stale else ''}"


def _brief(one: Cell) -> str:
    return "; ".join(line.told for line in one.lines)


def _noted(line: Line, notes: dict[Source, int]) -> str:
    if line.source is None:
        return _bar(line.told)
    return f"{_bar(line.told)} [{notes.setdefault(line.source, len(notes) + 1)}]"


def _line(line: Line) -> str:
    if line.source is None:
        return f"<span class=silent>{escape(line.told)}</span>"
    mark = (
        "" if line.status == "stated" else f" <span class=mark>{escape(line.status.replace('_', ' '))}</span>"
    )
    return f"{escape(line.text)}{mark}<span class=source>{escape(source_words(line.source))}</span>"


def _bar(text: str) -> str:
    return _plain(text).replace("|", "\\|")


def _plain(text: str) -> str:
    """Text as Markdown shows it, whatever is in it."""
    return "".join("\\" + c if c in "\\`*_[]<>#" else c for c in " ".join(text.split()))
