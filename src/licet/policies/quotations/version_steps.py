"""What one recorded version of a document did to the one before it: page by page, passage by passage, word by word.

Layout, link targets and capitals are no change. A page that the archive appended or dropped is listed and is no change
of the policy. Passages that moved without another word are told as moved.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from typing import Literal, NamedTuple

from licet.policies.quotations.nearest_passage import Difference, differences
from licet.policies.quotations.text_passages import Page, Passage, day_left_out

StepKind = Literal["first", "same", "dated", "changed", "pages", "ended"]

#: Two passages are one that was altered where so much of their words is alike.
ALIKE = 0.5
#: More passages than this are matched roughly, so that time follows length.
_MANY = 5000
#: The sentence with a page's day has at most so many words.
_SHORT = 40
_PAIRED = 2500


class PassageChange(NamedTuple):
    """One passage that changed; page: its page's heading. line: where it stands now, or stood when it was removed."""

    how: Literal["added", "removed", "altered", "moved"]
    page: str
    headings: tuple[str, ...]
    line: int
    was_line: int | None
    differences: tuple[Difference, ...]


class Step(NamedTuple):
    """kind: dated, where nothing but the day it names changed; pages, where pages came or went and nothing else.

    silent: it changed under the day that it named before.
    """

    kind: StepKind
    silent: bool
    pages_added: tuple[str, ...]
    pages_removed: tuple[str, ...]
    changes: tuple[PassageChange, ...]


def step(before: Sequence[Page], after: Sequence[Page]) -> Step:
    """Compare two versions of one document."""
    pairs = paired_pages(before, after)
    changes: list[PassageChange] = []
    dated = silent = False
    for place, page in enumerate(after):
        if place in pairs:
            old = before[pairs[place]]
            found = _changes(old, page)
            changes += found
            days = {None if says is None else says.day for says in (old.says, page.says)}
            dated |= len(days) > 1
            silent |= bool(found) and len(days) == 1 and None not in days
    added = tuple(page.heading for place, page in enumerate(after) if place not in pairs)
    removed = tuple(page.heading for place, page in enumerate(before) if place not in pairs.values())
    kind: StepKind = "changed" if changes else "dated" if dated else "pages" if added or removed else "same"
    return Step(kind, silent, added, removed, tuple(changes))


def paired_pages(before: Sequence[Page], after: Sequence[Page]) -> dict[int, int]:
    """Pages of `after` to those of `before`: by first heading, then the first with the first, then by words."""
    names = [page.heading.casefold() for page in before]
    free = set(range(len(before)))
    pairs: dict[int, int] = {}
    for place, page in enumerate(after):
        same = next((n for n in sorted(free) if names[n] == page.heading.casefold()), None)
        if same is not None:
            pairs[place] = same
            free.discard(same)
    if 0 not in pairs and 0 in free and before and after:
        pairs[0] = 0
        free.discard(0)
    for place, page in enumerate(after):
        if place not in pairs and free:
            own = {passage.folded for passage in page.passages}
            shared = {n: sum(it.folded in own for it in before[n].passages) for n in free}
            best = max(sorted(free), key=shared.__getitem__)
            if 2 * shared[best] > len(before[best].passages):
                pairs[place] = best
                free.discard(best)
    return pairs


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """How much of the words of two passages is alike, whatever their order: 0 to 1."""
    shared = sum((Counter(one) & Counter(other)).values())
    return 2 * shared / (len(one) + len(other)) if one or other else 1.0


def _changes(before: Page, after: Page) -> list[PassageChange]:
    both_dated = before.says is not None and after.says is not None
    old, new = (
        [_without_its_day(passage, page) if both_dated else passage.folded for passage in page.passages]
        for page in (before, after)
    )
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=len(old) + len(new) > _MANY)
    removed: list[Passage] = []
    added: list[Passage] = []
    altered: list[tuple[Passage, Passage]] = []
    for how, i, j, k, m in matcher.get_opcodes():
        if how != "equal":
            left, right, both = _paired(before.passages[i:j], after.passages[k:m])
            removed += left
            added += right
            altered += both
    found = [
        PassageChange(
            "altered", after.heading, now.headings, now.line, was.line, differences(was.words, now.words)
        )
        for was, now in altered
    ]
    gone = Counter(passage.folded for passage in removed)
    for passage in added:
        moved = gone[passage.folded] > 0
        gone[passage.folded] -= moved
        told = () if moved else (Difference("", passage.text),)
        found.append(
            PassageChange(
                "moved" if moved else "added", after.heading, passage.headings, passage.line, None, told
            )
        )
    for passage in removed:
        if gone[passage.folded] > 0:
            gone[passage.folded] -= 1
            told = (Difference(passage.text, ""),)
            found.append(
                PassageChange("removed", after.heading, passage.headings, passage.line, passage.line, told)
            )
    return sorted(found, key=lambda it: it.line)


def _without_its_day(passage: Passage, page: Page) -> tuple[str, ...]:
    """What is compared of a passage. The line with the page's day is no change; a long one is without its day."""
    if page.says is None or passage.line != page.says.line:
        return passage.folded
    return () if len(passage.words) <= _SHORT else (day_left_out(passage),)


def _paired(
    removed: Sequence[Passage], added: Sequence[Passage]
) -> tuple[list[Passage], list[Passage], list[tuple[Passage, Passage]]]:
    """What went, what came, and what was altered, the likest first."""
    if len(removed) * len(added) > _PAIRED:
        return list(removed), list(added), []
    ranked = sorted(
        (
            (likeness(was.folded, now.folded), -i, -k)
            for i, was in enumerate(removed)
            for k, now in enumerate(added)
        ),
        reverse=True,
    )
    left, right, both = dict(enumerate(removed)), dict(enumerate(added)), []
    for alike, i, k in ranked:
        if alike >= ALIKE and -i in left and -k in right:
            both.append((left.pop(-i), right.pop(-k)))
    return list(left.values()), list(right.values()), both
