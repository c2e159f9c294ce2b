"""How answers look in a terminal: a few tables in one style. Reads results, decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from licet.cli.command_support import out, printable, say
from licet.terms import SENTENCES, Code
from licet.terms.canonical import JsonObject

#: How many regions a table shows before it sums up the rest.
_MOST_REGIONS = 12

#: How many words that are not known are shown one by one.
_MOST_WORDS = 12


def table(title: str, *columns: str, numbers: Iterable[int] = ()) -> Table:
    made = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for place, column in enumerate(columns):
        made.add_column(column, justify="right" if place in set(numbers) else "left", overflow="fold")
    return made


def row(made: Table, *cells: object) -> None:
    made.add_row(*(cell if isinstance(cell, Text) else Text(printable(cell)) for cell in cells))


def count(number: int) -> str:
    return f"{number:,}"


def plain_reason(code: str) -> str:
    """A code's sentence without its blanks."""
    sentence = SENTENCES[Code(code)]
    return sentence.replace(" by rule {rule}", " by a rule").replace("{setting}", "the setting")


def corpus(result: Any, heading: str) -> None:
    """A build or an update: what went in, from where, and what was kept back, by reason and by region."""
    say(heading, "bold")
    how = {"built": "built", "updated": "updated in place", "rebuilt": "rebuilt"}[result.how]
    line = f"{result.name} {how} at {result.at}: {count(result.documents)} documents of {count(result.subjects)} people"
    if result.set_aside:
        line += f", {count(result.set_aside)} near-duplicates set aside"
    say(line)
    if result.why:
        say(f"everything was made anew because {result.why}", "dim")
    say(f"root {result.root}", "dim")
    by_table(result.counts)
    by_reason(result.counts)
    by_region(result.counts)


def unknown_words(words: list[JsonObject]) -> None:
    """What the tables say that is not known, most first: `312 members: region 'UK' is not known, GB is meant`."""
    for word in words[:_MOST_WORDS]:
        of = "rows" if word["fact"] == "visibility" else "members"
        line = f"{word['table']}: {count(word['number'])} {of}"
        if word["fact"] in ("age", "birth_date"):
            line += f" have no {word['column']} that is anybody's"
        elif word["word"] is None:
            line += f" have no {word['column']}"
        else:
            line += f" have the {word['fact']} {word['word']!r}, which is not known"
            line += f"; {word['meant']} is meant" if word["meant"] else ""
        say(line, "yellow")
    if len(words) > _MOST_WORDS:
        say(f"and {count(len(words) - _MOST_WORDS)} more words that are not known (--json has all)", "yellow")


def by_table(counts: Any) -> None:
    """counts: a gate's, `passed` and `held_back`."""
    names = list(dict.fromkeys(entry.table for entry in (*counts.passed, *counts.held_back)))
    made = table("Records, by table", "table", "through", "held back", numbers=(1, 2))
    for name in names:
        row(made, name, *(count(_sum(rows, name)) for rows in (counts.passed, counts.held_back)))
    out.print(made)


def by_reason(counts: Any) -> None:
    """counts: as of `by_table`."""
    held_back = counts.by_reason()
    if not held_back:
        return
    made = table("Held back, by reason", "records", "code", "because", numbers=(0,))
    for code, records in held_back.items():
        row(made, count(records), code, plain_reason(code))
    out.print(made)


def by_region(counts: Any) -> None:
    """counts: as of `by_table`."""
    regions: dict[str, list[int]] = {}
    for place, rows in enumerate((counts.passed, counts.held_back)):
        for entry in rows:
            country = (entry.region or "not known").partition("-")[0]
            regions.setdefault(country, [0, 0])[place] += entry.records
    if not regions:
        return
    made = table("Records, by region", "region", "through", "held back", numbers=(1, 2))
    ordered = sorted(regions.items(), key=lambda item: (-sum(item[1]), item[0]))
    for region, (through, back) in ordered[:_MOST_REGIONS]:
        row(made, region, count(through), count(back))
    rest = ordered[_MOST_REGIONS:]
    if rest:
        through, back = (sum(totals[place] for _, totals in rest) for place in (0, 1))
        row(made, f"{len(rest)} more", count(through), count(back))
    out.print(made)


def decision(answer: JsonObject) -> None:
    mark = Text("permitted", style="bold green") if answer["permitted"] else Text("denied", style="bold red")
    out.print(mark, Text(f"({answer['code']})", style="dim"))
    say(answer["reason"])
    if answer["would_change"]:
        say(f"would change: {answer['would_change']['sentence']}")
    if answer["source"]:
        cite = answer["source"]
        say(printable(f"source: {cite['source']}: “{cite['quote']}” ({cite['status']})"), style="dim")


def _sum(rows: Iterable[Any], name: str) -> int:
    return sum(row.records for row in rows if row.table == name)


def impact(told: Mapping[str, Any]) -> None:
    """What changes between two policies: a table over all uses, and for each use one by kind of data and by region."""
    from licet.policies.scope_sentences import scope_sentence

    sides = [told["before"], told["after"]]
    say(" → ".join(f"{one['title']} ({one['at'][:10]})" for one in sides), "bold")
    scopes = {one["title"]: tuple(one["speaks_of"]) for one in sides if one["speaks_of"]}
    for title, parts in scopes.items():
        say(f"{title}. {scope_sentence(parts)}", "dim")
    if not told["uses"]:
        say("Nothing changes for anybody.")
        return
    made = table(
        f"Of {count(told['members'])} members", "use", "by", "gain records", "lose records", "members gain",
        "members lose", numbers=(2, 3, 4, 5),
    )  # fmt: skip
    for use in told["uses"]:
        row(
            made, use["label"], use["to"], count(use["records_gained"]), count(use["records_lost"]),
            count(use["members_gained"]), count(use["members_lost"]),
        )  # fmt: skip
    out.print(made)
    for use in told["uses"]:
        title = f"{use['label']}, by {use['to']}"
        kinds: dict[str, list[int]] = {}
        for one in use["changes"]:
            sums = kinds.setdefault(one["kind"], [0, 0, 0, 0])
            for place, key in enumerate(("records_gained", "records_lost", "members_gained", "members_lost")):
                sums[place] += one[key]
        made = table(
            title, "kind of data", "gain records", "lose records", "members gain", "members lose",
            numbers=(1, 2, 3, 4),
        )  # fmt: skip
        for kind, sums in kinds.items():
            row(made, kind, *map(count, sums))
        out.print(made)
        made = table("", "region", "members gain", "members lose", numbers=(1, 2))
        regions = sorted(use["regions"], key=lambda one: -one["members_gained"] - one["members_lost"])
        for one in regions[:_MOST_REGIONS]:
            row(made, one["name"], count(one["members_gained"]), count(one["members_lost"]))
        if len(regions) > _MOST_REGIONS:
            rest = regions[_MOST_REGIONS:]
            gained, lost = (sum(one[key] for one in rest) for key in ("members_gained", "members_lost"))
            row(made, f"{len(rest)} more", count(gained), count(lost))
        out.print(made)
