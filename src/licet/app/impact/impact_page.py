"""An impact as a page for those who decide: the answer first, then by use, region and kind of data, then the question.

One file that needs no other and asks nothing of any network. Nobody is named in it unless that was asked for.
"""

from __future__ import annotations

from pathlib import Path

from licet.app.impact import impact_sentences
from licet.app.impact.impact_picture import draw
from licet.app.impact.impact_sentences import Sums
from licet.app.impact.policy_impact import PolicyImpact
from licet.enforce.impact_counts import UseImpact
from licet.packs import Pack
from licet.sources.file_replacement import replace_file
from licet.standalone.markup import Markup, element, joined
from licet.standalone.standalone_page import document, style
from licet.terms.disk_errors import clear_disk_errors
from licet.terms.moments import format_moment

#: Lines of a table by region; the rest are added up in a last one.
MOST_REGIONS = 30


def write_page(found: PolicyImpact, path: Path, *, members: bool = False) -> None:
    """Write the page. If the process dies meanwhile, a page that was there before is untouched.

    members: with the ids of everybody concerned; by default only how many they are.
    Raises: AppError APP-020 to APP-022 when it cannot be written.
    """
    with clear_disk_errors("writing the page"), replace_file(path) as file:
        file.write(page(found, members=members).encode())


def page(found: PolicyImpact, *, members: bool = False) -> str:
    """The whole page."""
    foot = "Made by licet on the data named above. It counts members and names nobody."
    if members:
        foot = "Made by licet on the data named above. It names members by their ids: keep it accordingly."
    return document(impact_sentences.title(found), content(found, members=members), foot, style("impact.css"))


def content(found: PolicyImpact, *, members: bool = False) -> Markup:
    """What stands on the page, for this one and for the web's. The same classes are in `impact.css`."""
    return joined(
        element("h1", impact_sentences.title(found)),
        element("p", _compared(found), class_="light"),
        element("p", element("strong", impact_sentences.answer(found)), class_="notice impact-answer"),
        _points(found),
        _picture(found),
        _tables(found),
        _asked(found),
        _details(found),
        _ids(found) if members and found.uses else None,
    )


def _compared(found: PolicyImpact) -> str:
    if found.before.digest == found.after.digest:
        return f"One policy on two days, counted over {found.members:,} members."
    return (
        f"Instead of {found.before.title}, counted over {found.members:,} members."
        " Refusals under the policies before are kept, as they would be."
    )


def _points(found: PolicyImpact) -> Markup | None:
    points = impact_sentences.main_points(found)
    return element("ul", *(element("li", one) for one in points), class_="points") if points else None


def _picture(found: PolicyImpact) -> Markup | None:
    drawn = draw(impact_sentences.by_use(found), found.members)
    return None if drawn is None else element("figure", drawn)


def _tables(found: PolicyImpact) -> Markup | None:
    if not found.uses:
        return None
    return joined(
        element("h2", "By use"),
        _table("By use", "Use", impact_sentences.by_use(found)),
        element("h2", "By region"),
        _table("By region", "Region", _shortened(impact_sentences.by_region(found))),
        element("h2", "By kind of data"),
        _table("By kind of data", "Kind of data", impact_sentences.by_kind(found)),
        element(
            "p",
            "A member counts once on each line. A record counts once for each use and each kind of data that it"
            " begins or ends with; on the lines by use, once.",
            class_="light",
        ),
    )


def _details(found: PolicyImpact) -> Markup | None:
    if not found.uses:
        return None
    return joined(
        element("h2", "Use by use", class_="details"),
        element("p", "What is open here is printed with the page.", class_="light screen"),
        *(_use(found, use) for use in found.uses),
    )


def _use(found: PolicyImpact, use: UseImpact) -> Markup:
    name = impact_sentences.use_name(found, use)
    return element(
        "details",
        element("summary", name[:1].upper() + name[1:]),
        _table(f"{name}, by kind of data", "Kind of data", impact_sentences.by_kind(found, use)),
        _table(f"{name}, by region", "Region", _shortened(impact_sentences.by_region(found, use))),
        class_="use",
    )


def _table(name: str, first: str, lines: list[Sums]) -> Markup:
    heads = ("Records more", "Records less", "Members more", "Members less")
    head = element(
        "tr",
        element("th", first, scope="col"),
        *(element("th", one, scope="col", class_="number") for one in heads),
    )
    rows = [
        element(
            "tr",
            element("th", one.label[:1].upper() + one.label[1:], scope="row"),
            *(_number(count, kind) for count, kind in zip(one[1:], ("more", "less") * 2, strict=True)),
        )
        for one in lines
    ]
    table = element("table", element("thead", head), element("tbody", *rows))
    return element("div", table, class_="wide impact", role="region", tabindex="0", aria_label=name)


def _number(count: int, kind: str) -> Markup:
    return element("td", f"{count:,}", class_=f"number {kind if count else 'none'}")


def _shortened(lines: list[Sums]) -> list[Sums]:
    if len(lines) <= MOST_REGIONS:
        return lines
    rest = lines[MOST_REGIONS:]
    counts = [one[1:] for one in rest]
    sums = (sum(column) for column in zip(*counts, strict=True))
    return [*lines[:MOST_REGIONS], Sums(f"{len(rest)} more regions", *sums)]


def _ids(found: PolicyImpact) -> Markup:
    lists = [
        element(
            "details",
            element("summary", f"{impact_sentences.use_name(found, use)}: {heading} ({len(who):,})"),
            element("p", ", ".join(who), class_="ids"),
        )
        for use in found.uses
        for heading, who in (("more", use.gaining), ("less", use.losing))
        if who
    ]
    return element("section", element("h2", "Who they are"), *lists)


def _asked(found: PolicyImpact) -> Markup:
    same = found.before.digest == found.after.digest
    lines = [
        ("First", _policy(found.before)),
        ("On", format_moment(found.from_at)),
        *([] if same else [("Then", _policy(found.after))]),
        ("Then on" if same else "On", format_moment(found.to_at)),
        ("Choices as of", f"the ledger’s first {found.position:,} entries"),
        *([("Their root hash", found.root)] if found.root else []),
        ("Tables counted", ", ".join(one.replace("_", " ") for one in found.tables) or "none"),
    ]
    parts = [
        element("div", element("dt", name), element("dd", value), class_="fact") for name, value in lines
    ]
    return element("section", element("h2", "What was compared"), element("dl", *parts, class_="asked"))


def _policy(pack: Pack) -> Markup:
    return joined(
        f"{pack.title}, version {pack.version}, last checked on {pack.observed}; digest ",
        element("code", pack.digest),
    )
