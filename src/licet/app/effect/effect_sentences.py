"""What opting out does to recommendations, in sentences and lines of tables, the same on every page."""

from __future__ import annotations

from typing import NamedTuple

from licet.app.effect.people_effect import Act, PeopleEffect
from licet.app.effect.recommendation_effect import RecommendationEffect
from licet.uses.recommend.opt_out_effect import LEAST_MEMBERS, SERVED, Curve, Served
from licet.uses.recommend.ranking_metrics import Interval

#: How they are served, in a few words.
WORDS: dict[Served, str] = {
    "learnt_from": "stayed in",
    "left": "opted out of training, served from their own history",
    "unpersonalised": "served without their history",
}
_SHORT: dict[Served, str] = {
    "learnt_from": "Stayed in", "left": "Opted out of training", "unpersonalised": "Without their history"
}  # fmt: skip
#: Who does not do it, and who does.
PEOPLE_WORDS: dict[Act, tuple[str, str]] = {
    "out": ("stayed in", "opted out of training"), "hidden": ("show their list", "hide their list")
}  # fmt: skip
#: What the table of an attack is of.
EXPOSED = (
    "How often somebody who knows all else that a member did finds the missing item, by members behind a pair"
)
#: The share that a sentence is about, where it was tried.
_TOLD = 0.1


class Line(NamedTuple):
    """A line of a table. changes: at each share, in words."""

    label: str
    changes: list[str]


def title() -> str:
    return "What opting out does to recommendations"


def answer(found: RecommendationEffect) -> str:
    """The whole of it in a sentence or two."""
    share = _TOLD if _TOLD in found.shares else found.shares[0]
    told = [
        f"{_said(change)} for those who {WORDS[served]}"
        for served in ("learnt_from", "left")
        if (change := change_of(found, served, share)) is not None
    ]
    without = change_of(found, "unpersonalised", share)
    if not told:
        return f"When {percent(share)} of members opt out, too few were looked at for a figure."
    sentence = f"When {percent(share)} of members opt out of training, lists are {' and '.join(told)}."
    if without is not None:
        sentence += f" Served without any history, theirs are {_said(without)}."
    return sentence


def measured(found: RecommendationEffect) -> str:
    """How it was tried, and what that does not show."""
    effect = found.effect
    return (
        f"Tried on {effect.members:,} members, {effect.items:,} items and {effect.rows:,} permitted interactions, by "
        f"{effect.seeds} draws: a fifth of what each member did was held out, and a list is as good as it puts that "
        f"first (NDCG@20, {effect.ndcg.middle:.3f} when all are in). Who opts out was drawn, and what was held out: "
        "real noes are not drawn, and this is no live traffic. Everybody is set beside themselves when all are in; "
        f"behind ± is how far 95 % reach. Of fewer than {LEAST_MEMBERS} members there is no figure."
    )


def lines(
    found: RecommendationEffect, grouping: str | None = None, served: Served | None = None
) -> list[Line]:
    """The lines of everybody, by how they are served; or of the groups of a grouping, of one way."""
    return [
        Line(_SHORT[curve.served] if grouping is None else curve.group or "", changes(curve))
        for curve in found.effect.curves
        if curve.grouping == grouping and (served is None or curve.served == served)
    ]


def changes(curve: Curve) -> list[str]:
    return [in_words(point.change) for point in curve.points]


def groupings(found: RecommendationEffect) -> list[str]:
    return list(dict.fromkeys(one.grouping for one in found.effect.curves if one.grouping is not None))


def told_served(found: RecommendationEffect, grouping: str) -> list[Served]:
    return [
        served for served in SERVED
        if any(one.grouping == grouping and one.served == served for one in found.effect.curves)
    ]  # fmt: skip


def people_measured(people: PeopleEffect) -> str:
    """How it was tried with people who are suggested."""
    return (
        f"Tried on {people.members:,} members and {people.edges:,} edges that both ends permit, by {people.seeds} "
        "draws: a tenth of the edges was held out, and a list is as good as it finds them again among its first 20 "
        f"({people.recall.middle:.3f} of them when nobody opts out or hides). Whoever opted out cannot be suggested to "
        "those who know them, and that counts as lost. Real noes are not drawn."
    )


def people_shares(people: PeopleEffect) -> list[str]:
    return [percent(point.share) for point in people.curves[0].points]


def people_lines(people: PeopleEffect) -> list[Line]:
    """Of those who do it and those who do not, what becomes of their lists."""
    return [
        Line(upfirst(PEOPLE_WORDS[curve.act][curve.did]), [in_words(point.change) for point in curve.points])
        for curve in people.curves
    ]


def upfirst(text: str) -> str:
    return text[:1].upper() + text[1:]


def exposed_lines(found: RecommendationEffect) -> list[Line]:
    """How often somebody's missing item is found, at each least number of members behind a pair."""
    return [
        Line(
            "1 member" if one.min_support == 1 else f"{one.min_support} members",
            [
                f"{100 * part.middle:.0f} % ± {100 * part.half_width:.0f}"
                for part in (one.learnt_from, one.left)
            ],
        )
        for one in found.exposed
    ]


def change_of(found: RecommendationEffect, served: Served, share: float) -> Interval | None:
    """Of everybody who is served so, at one share."""
    for curve in found.effect.curves:
        if curve.grouping is None and curve.served == served:
            return next((point.change for point in curve.points if point.share == share), None)
    return None


def in_words(change: Interval | None) -> str:
    if change is None:
        return "too few"
    return f"{_signed(100 * change.middle)} % ± {100 * change.half_width:.1f}"


def percent(share: float) -> str:
    return f"{100 * share:g} %"


def _said(change: Interval) -> str:
    """More than the interval allows is not said."""
    if change.lowest <= 0 <= change.highest:
        return f"not measurably better or worse ({in_words(change)})"
    which = "better" if change.middle > 0 else "worse"
    return f"{abs(100 * change.middle):.1f} % {which} (± {100 * change.half_width:.1f})"


def _signed(value: float) -> str:
    return f"{'−' if round(value, 1) < 0 else ''}{abs(value):.1f}"
