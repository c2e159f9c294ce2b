"""The report as one HTML file: it needs no other file, runs no script, and asks nothing of any network.

What it holds of the archive is escaped wherever it stands, and its own policy forbids the browser to load anything.
"""

from __future__ import annotations

import importlib.resources
from pathlib import Path

from licet.audit.audit_picture import draw
from licet.audit.audit_report import FileReport, Report, Step, as_written
from licet.audit.audit_sentences import answer, dates, file_count, guide_command, reached, verdict, whom, why
from licet.audit.topics import TOPICS, TRAINING
from licet.sources.file_replacement import replace_file
from licet.standalone.markup import Markup, element, joined, link
from licet.standalone.standalone_page import document, policy_of
from licet.terms.disk_errors import clear_disk_errors
from licet.terms.vocabulary import CATEGORIES, ancestors

_OWN_STYLE = importlib.resources.files("licet.audit").joinpath("report.css").read_text("utf-8")


def write_page(report: Report, path: Path) -> None:
    """Write the report's page. If the process dies meanwhile, a page that was there before is untouched.

    Raises: AppError APP-020 to APP-022 when it cannot be written.
    """
    with clear_disk_errors("writing the report"), replace_file(path) as file:
        file.write(page(report).encode())


def page(report: Report, *, uploaded: bool = False) -> str:
    """The whole page. uploaded: whether the download was sent to a server, whose other pages it then may link to."""
    content = joined(
        _first_screen(report, uploaded),
        _steps(report),
        _surprises(report),
        _difference(report),
        _words(report),
        _files(report),
        _unread(report),
    )
    title = f"Your {report.name} archive: what is used for what"
    return document(title, content, _foot(report, uploaded), _OWN_STYLE)


def policy_of_the_page() -> str:
    """The Content-Security-Policy of every report."""
    return policy_of(_OWN_STYLE)


def _first_screen(report: Report, uploaded: bool) -> Markup:
    lines = [
        element("div", element("dt", line.heading), element("dd", line.sentence), class_=f"line {line.tone}")
        for line in answer(report)
    ]
    first = [step for step in report.steps if step.path][:1]
    return joined(
        element("p", element("span", class_="mark", aria_hidden="true"), "Your own archive", class_="over"),
        element("h1", f"What {report.policy.platform} may use of your data, and for what"),
        element("p", verdict(report), class_="lead"),
        *(
            element("p", element("strong", "First: "), step.title, ". ", _place(step), class_="notice good")
            for step in first
        ),
        element(
            "p",
            f"{report.rows:,} records in {file_count(report)}, on {report.at.date()}, {whom(report)}.",
            class_="light",
        ),
        element("dl", *lines, class_="answer"),
        *(element("p", note, class_="notice") for note in report.notes),
        _guide(report, uploaded),
        element("figure", draw(report), tabindex="0", role="region", aria_label="How many records are used"),
    )


def _guide(report: Report, uploaded: bool) -> Markup | None:
    """Where opting out is told step by step: a page of the server that made this, or a command."""
    if report.guide is None:
        return None
    region = report.person.region or ""
    told: str | Markup = " ".join(guide_command(report))
    if uploaded:
        told = element("a", "the guide", href=f"/guide/{report.guide}?region={region}")
    return element("p", "How to opt out, step by step: ", told, class_="notice")


def _place(step: Step) -> Markup:
    is_said = len(step.path) == 1 and step.path[0] in step.title
    path = None if is_said else element("span", " › ".join(step.path), class_="path")
    return joined(path, " ", link(step.deep_link, "open it") if step.deep_link else None)


def _steps(report: Report) -> Markup:
    items = [
        element(
            "li",
            element("h3", step.title),
            element("p", _place(step)) if step.path else None,
            element("p", step.how, reached(step)),
            element("p", step.seen, class_="light") if step.seen else None,
        )
        for step in report.steps
    ]
    return element("section", element("h2", "What to do, in order"), element("ol", *items, class_="steps"))


def _surprises(report: Report) -> Markup | None:
    if not report.surprises:
        return None
    items = [
        element("li", element("h3", one.title, " ", _count(one.records)), element("p", one.sentence))
        for one in report.surprises
    ]
    return element("section", element("h2", "What may surprise you"), element("ul", *items, class_="cards"))


def _difference(report: Report) -> Markup:
    heads = ("Used for", "now", "toggles off", "and the form")
    rows = [
        element("tr", element("td", topic.label), *(_number(records) for records in report.reach(topic)))
        for topic in TOPICS
    ]
    return element(
        "section",
        element("h2", "What the settings change"),
        _table(heads, rows, numbers=(1, 2, 3)),
        element("ul", *(element("li", sentence) for sentence in report.unchanged)),
    )


def _words(report: Report) -> Markup | None:
    parts: list[Markup] = []
    if report.oldest is not None:
        file, share = report.oldest
        parts.append(
            element(
                "p", f"The oldest thing that would train AI: {as_written(share.oldest)}, in {file.file.name}."
            )
        )
        if share.oldest_words is not None:
            parts.append(element("blockquote", share.oldest_words.text))
    if report.words:
        parts.append(element("p", "Among what would train AI, as you wrote it:"))
        parts += [element("blockquote", words.text) for words in report.words]
    return element("section", element("h2", "In your own words"), *parts) if parts else None


def _files(report: Report) -> Markup:
    heads = ("File", "Records", "Dates", *(topic.short for topic in TOPICS))
    rows = [
        element(
            "tr",
            element(
                "td", element("span", one.title, class_="what"), element("span", one.file.name, class_="name")
            ),
            _number(one.file.rows),
            element("td", dates(one)),
            *(_cell(one, number) for number in range(len(TOPICS))),
        )
        for one in report.files
    ]
    return element(
        "section",
        element("h2", "Every file"),
        element("p", "“12 → 0”: records used now, and with every toggle off.", class_="light"),
        element(
            "div",
            _table(heads, rows, numbers=(1,)),
            class_="wide",
            tabindex="0",
            role="region",
            aria_label="Every file",
        ),
        element("h2", "Why, file by file"),
        *(_file(one) for one in report.files),
    )


def _cell(one: FileReport, number: int) -> Markup:
    topic = TOPICS[number]
    reach, fate = one.reaches[topic], one.shares[topic].fate.value
    if reach.now:
        return element("td", f"{reach.now:,} → {reach.toggles_off:,}", class_="used")
    unsure = topic is TRAINING and one.is_ambiguous
    return element("td", f"{fate}, ambiguous" if unsure else fate, class_="unsure" if unsure else "kept")


def _file(one: FileReport) -> Markup:
    columns = [
        element(
            "tr",
            element("td", column.name or "(no name)"),
            element("td", _kind(column.kind)),
            _number(column.cells),
        )
        for column in one.file.columns
    ]
    if one.file.beyond_cells:
        columns.append(
            element(
                "tr",
                element("td", "(beyond the header)"),
                element("td", "not understood"),
                _number(one.file.beyond_cells),
            )
        )
    if one.file.preamble_cells:
        columns.append(
            element(
                "tr",
                element("td", "(above the header)"),
                element("td", "the platform's own note"),
                _number(one.file.preamble_cells),
            )
        )
    return element(
        "details",
        element("summary", one.title, element("span", f" {one.file.name}", class_="name")),
        element("p", one.file.remark, class_="notice bad") if one.file.remark else None,
        element("p", one.file.layout.note[:1].upper() + one.file.layout.note[1:] + ".")
        if one.file.layout.note
        else None,
        element("ul", *(element("li", sentence) for sentence in why(one))),
        _table(("Column", "Kind of data", "Filled cells"), columns),
        element("p", _members(one), class_="light") if one.file.members else None,
    )


def _members(one: FileReport, most: int = 50) -> str:
    """The files of a folder that is told as one, the first of them by name."""
    names = one.file.members
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def _unread(report: Report) -> Markup | None:
    if not report.unread:
        return None
    rows = [
        element("tr", element("td", one.name), element("td", one.fate), element("td", one.reason))
        for one in report.unread
    ]
    return element(
        "section",
        element("h2", "Files without records, or not understood"),
        _table(("File", "What became of it", "Why"), rows),
    )


def _foot(report: Report, uploaded: bool) -> str:
    policy = report.policy
    where = (
        "Made from the file you uploaded, of which nothing was kept."
        if uploaded
        else "Made on this machine alone; nothing was sent."
    )
    return (
        f"Asked: {policy.title}, version {policy.version}, last checked {policy.observed}. {where} This page holds"
        " your own words: keep it to yourself."
    )


def _table(heads: tuple[str, ...], rows: list[Markup], numbers: tuple[int, ...] = ()) -> Markup:
    """A table. `numbers`: the columns that are numbers, from 0."""
    head = element(
        "tr",
        *(
            element("th", text, scope="col", class_="number" if place in numbers else None)
            for place, text in enumerate(heads)
        ),
    )
    return element("table", element("thead", head), element("tbody", *rows))


def _kind(kind: str | None) -> str:
    """What people call a kind of data."""
    if kind is None:
        return "not understood"
    return next((CATEGORIES[one].label for one in ancestors(kind) if one in CATEGORIES), kind)


def _number(records: int) -> Markup:
    return element("td", f"{records:,}", class_="number")


def _count(records: int) -> Markup:
    return element("span", f"{records:,}", class_="state")
